package cms_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/cms"
)

func TestGOSTCertificate(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]struct{ algorithm, serial string }{
		"gost2012-256": {"ГОСТ Р 34.10-2012 (256)", "01D9C0DE1234567890ABCDEF00000256"},
		"gost2012-512": {"ГОСТ Р 34.10-2012 (512)", "01D9C0DE1234567890ABCDEF00000512"},
		"gost2001":     {"ГОСТ Р 34.10-2001", "01D9C0DE1234567890ABCDEF00002001"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := cms.ParseCertificate(fixture(t, "gost", name+".cer"))
			if err != nil {
				t.Fatal(err)
			}
			if !got.IsGOST() || !got.ValidAt(inside) || got.NotAfter.Sub(got.NotBefore) != 3650*24*time.Hour || len(got.Thumbprint) != 40 {
				t.Errorf("%+v", got)
			}
			wanted := &cms.Certificate{
				Owner: "Соколова Анна Петровна", Person: "Соколова Анна Петровна", Title: "Генеральный директор",
				Organisation: "ООО «Пример технических условий»", INN: "7701234560", PersonINN: "770123456703",
				OGRN: "1027700123450", SNILS: "11223344595", Issuer: "Соколова Анна Петровна",
				Serial: want.serial, KeyAlgorithm: want.algorithm,
			}
			if diff := cmp.Diff(wanted, got, cmpopts.IgnoreUnexported(cms.Certificate{}),
				cmpopts.IgnoreFields(cms.Certificate{}, "NotBefore", "NotAfter", "Thumbprint", "DER")); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestGOSTVerdict(t *testing.T) {
	t.Parallel()
	letter := fixture(t, "gost", "letter.txt")
	changed := bytes.Replace(letter, []byte("17"), []byte("71"), 1)
	type want struct {
		State   edo.VerdictState
		Reason  edo.Reason
		Checked bool // DigestChecked
	}
	open := want{edo.VerdictOperatorOnly, edo.SignatureUnverified, true}
	unseen := want{edo.VerdictOperatorOnly, edo.SignatureUnverified, false}
	for name, tc := range map[string]struct {
		file    string
		content []byte
		at      time.Time
		want    want
	}{
		"256":                     {"letter", letter, inside, open},
		"256 changed":             {"letter", changed, inside, want{edo.VerdictInvalid, edo.DocumentChanged, false}},
		"256 CAdES":               {"letter-cades", letter, inside, open},
		"512":                     {"letter-512", letter, inside, open},
		"512 changed":             {"letter-512", changed, inside, want{edo.VerdictInvalid, edo.DocumentChanged, false}},
		"2001":                    {"letter-2001", letter, inside, unseen},
		"2001 changed, unseen":    {"letter-2001", changed, inside, unseen},
		"no attributes":           {"letter-noattr", letter, inside, unseen},
		"no attributes, changed":  {"letter-noattr", changed, inside, unseen},
		"certificate has ended":   {"letter", letter, inside.AddDate(30, 0, 0), want{edo.VerdictInvalid, edo.SignatureExpired, true}},
		"certificate not started": {"letter", letter, inside.AddDate(-30, 0, 0), want{edo.VerdictInvalid, cms.CertificateNotYetValid, true}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := verify(t, fixture(t, "gost", tc.file+".p7s"), tc.content, tc.at)
			one := r.Signers[0]
			if got := (want{one.State, one.Reason, one.DigestChecked}); got != tc.want {
				t.Errorf("got %+v, want %+v\n%+v", got, tc.want, one)
			}
			if one.Certificate == nil || one.Certificate.INN != "7701234560" || r.Verdict().Signer.INN != "7701234560" {
				t.Errorf("certificate %+v", one.Certificate)
			}
		})
	}
}

// The signature value is outside what is checked here: whatever it is, the verdict must not be "invalid".
func TestGOSTValueIsLeftToTheOperator(t *testing.T) {
	t.Parallel()
	der := bytes.Clone(fixture(t, "gost", "letter.p7s"))
	der[len(der)-1] ^= 0xff
	if r := verify(t, der, fixture(t, "gost", "letter.txt"), inside); r.Verdict().State != edo.VerdictOperatorOnly {
		t.Errorf("%+v", r)
	}
}
