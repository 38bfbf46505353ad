package main

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/edokit/edokit/edo/cms"
)

const gost = "../../../edo/cms/testdata/gost/letter"

// TestStampUnchecked: whoever has no key can make a GOST signature that only its value would give away.
func TestStampUnchecked(t *testing.T) {
	t.Parallel()
	letter, err := os.ReadFile(gost + ".txt")
	if err != nil {
		t.Fatal(err)
	}
	c := &command{ctx: t.Context()}
	s := stampPDF{Signature: []string{gost + ".p7s"}}
	if _, err := s.check(c, letter); err == nil || !strings.Contains(err.Error(), "give --unchecked") {
		t.Errorf("accepted without --unchecked: %v", err)
	}
	s.Unchecked = true
	all, err := s.check(c, letter)
	if err != nil || len(all) != 1 || all[0].ValueValid {
		t.Errorf("%+v, %v", all, err)
	}
	s.CA = []string{"any.crt"}
	if _, err := s.check(c, letter); err == nil || !strings.Contains(err.Error(), "no use with --unchecked") {
		t.Errorf("--ca beside --unchecked: %v", err)
	}
}

// TestStampRemark: the mark says no more than was checked, and of which signature.
func TestStampRemark(t *testing.T) {
	t.Parallel()
	valid, open, ended := checkedSignature{ValueValid: true}, checkedSignature{}, checkedSignature{ValueValid: true, Ended: true}
	for name, tc := range map[string]struct {
		all  []checkedSignature
		want string
	}{
		"all":         {[]checkedSignature{valid, valid}, "signature valid, file unchanged; issuer and revocation not checked"},
		"none":        {[]checkedSignature{open}, "file unchanged (digest); signature value, issuer and revocation not checked"},
		"some":        {[]checkedSignature{open, valid, open}, "file unchanged; signature value not checked: no. 1, 3, valid: no. 2; issuer and revocation not checked"},
		"ended":       {[]checkedSignature{ended}, "signature valid, file unchanged; issuer and revocation not checked; the certificate has ended since"},
		"one of them": {[]checkedSignature{valid, ended}, "signature valid, file unchanged; issuer and revocation not checked; the certificate has ended since: no. 2"},
	} {
		if got := (stampPDF{MarkLang: "en"}).remark(tc.all); got != tc.want {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// TestStampSigningTime: a time that cannot be true does not come onto the page.
func TestStampSigningTime(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	for name, tc := range map[string]struct {
		claimed time.Time
		valid   bool
		want    string
	}{
		"none":                    {time.Time{}, false, ""},
		"now":                     {now, true, ""},
		"a clock that is fast":    {now.Add(5 * time.Minute), true, ""},
		"the future":              {now.Add(6 * time.Minute), true, "in the future"},
		"without the certificate": {now.AddDate(-9, 0, 0), false, "was not valid"},
	} {
		err := possible("a.sig", cms.SignerReport{SigningTime: tc.claimed, ValidAtSigning: tc.valid}, now)
		if got := err == nil; got != (tc.want == "") || err != nil && !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
