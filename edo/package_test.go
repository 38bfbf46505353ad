package edo_test

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/edokit/edokit/edo"
)

func TestCheckINN(t *testing.T) {
	t.Parallel()
	for inn, want := range map[string]bool{
		"7707083893": true, "500100732259": true, "7707083894": false, "500100732250": false, "500100732269": false,
		"": false, "770708389": false, "77070838933": false, "77070838a3": false, "٧٧٠٧٠٨٣٨٩٣": false,
	} {
		if err := edo.CheckINN("inn", inn); (err == nil) != want || err != nil && !errors.Is(err, edo.INNMalformed) {
			t.Errorf("%q: %v", inn, err)
		}
	}
}

func TestCheckKPP(t *testing.T) {
	t.Parallel()
	for kpp, want := range map[string]bool{"773601001": true, "7736AB001": true, "77360100": false, "7736ab001": false, "A73601001": false, "": false} {
		if err := edo.CheckKPP("kpp", kpp); (err == nil) != want {
			t.Errorf("%q: %v", kpp, err)
		}
	}
}

func TestCheckName(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{
		"letter.pdf": true, "Письмо № 5 (копия).pdf": true, ".profile": true, strings.Repeat("я", 255): true,
		"": false, "a/b": false, `a\b`: false, "..": false, "C:x": false, "a\x00b": false, "a\nb": false, "con": false, "COM1.pdf": false,
		"nul.txt": false, "a.": false, " a": false, "a\u202Efdp.exe": false, "a\xffb": false, strings.Repeat("я", 256): false, "a?": false,
	} {
		if err := edo.CheckName("name", name); (err == nil) != want {
			t.Errorf("%q: %v", name, err)
		}
	}
}

// FuzzCheckName: what passes is a plain file name on every system.
func FuzzCheckName(f *testing.F) {
	for _, s := range []string{"letter.pdf", "../x", "a\u202Eb", "CON", "a\x00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, name string) {
		if edo.CheckName("name", name) != nil {
			return
		}
		if !utf8.ValidString(name) || !filepath.IsLocal(name) || filepath.Base(name) != name || strings.ContainsAny(name, "\\/:\x00\n\r") {
			t.Errorf("%q passed", name)
		}
	})
}

func TestCheckID(t *testing.T) {
	t.Parallel()
	for id, want := range map[string]bool{"a": true, "2026-04.18_x:y@z": true, strings.Repeat("a", edo.MaxID): true, "": false, "a b": false, "я": false, "a/b": false, strings.Repeat("a", edo.MaxID+1): false} {
		if err := edo.CheckID("id", id); (err == nil) != want {
			t.Errorf("%q: %v", id, err)
		}
	}
}

// TestCheckFindsAllFaults: nobody has to send five times to learn of five faults.
func TestCheckFindsAllFaults(t *testing.T) {
	t.Parallel()
	p := edo.Package{
		ID: "p 1", Subscriber: "s", Actor: "a", To: edo.Counterparty{INN: "500100732259", KPP: "773601001"},
		Documents: []edo.Document{
			{ID: "d", Name: "a/b", Content: edo.Content{Size: 1}},
			{ID: "d", Name: "c.pdf", Signer: "x", Comment: "\x07", Content: edo.Content{Size: edo.MaxDocumentSize + 1}},
			{ID: "e", Name: "e.pdf", Signature: make([]byte, edo.MaxSignatureSize+1)},
		},
	}
	err := p.Check()
	for _, want := range []edo.Reason{
		edo.IDMalformed, edo.KPPMalformed, edo.NameMalformed, edo.SignerMissing, edo.IDRepeated, edo.TextMalformed, edo.PackageTooLarge,
		edo.DocumentEmpty, edo.SignatureMalformed,
	} {
		if !errors.Is(err, want) {
			t.Errorf("%s is missing in\n%v", want, err)
		}
	}
}

// TestUnsignedFlow: a signature that would be dropped is a fault, not a silence.
func TestUnsignedFlow(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		change func(*edo.Document)
		want   error
	}{
		"nobody signs":          {func(*edo.Document) {}, nil},
		"somebody is named":     {func(d *edo.Document) { d.Signer = "head" }, edo.FlowUnknown},
		"a signature comes too": {func(d *edo.Document) { d.Signature = []byte{1} }, edo.FlowUnknown},
	} {
		d := edo.Document{ID: "d", Name: "d.pdf", Content: edo.Content{Size: 1}}
		tc.change(&d)
		p := edo.Package{ID: "p", Subscriber: "s", Actor: "a", Flow: edo.FlowUnsigned, To: edo.Counterparty{INN: "7707083893"}, Documents: []edo.Document{d}}
		if err := p.Check(); tc.want == nil && err != nil || tc.want != nil && !errors.Is(err, tc.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestIntroductionCheck(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		change func(*edo.Introduction)
		want   error
	}{
		"plain":             {func(*edo.Introduction) {}, nil},
		"a person":          {func(i *edo.Introduction) { i.Counterparty.INN, i.Form = "500100732259", edo.FormIndividual }, nil},
		"no INN":            {func(i *edo.Introduction) { i.Counterparty.INN = "" }, edo.INNMalformed},
		"a form of its own": {func(i *edo.Introduction) { i.Form = "club" }, edo.TextMalformed},
		"a bell in a name":  {func(i *edo.Introduction) { i.LastName = "\a" }, edo.TextMalformed},
		"a bell in a mail":  {func(i *edo.Introduction) { i.EMails = []string{"a@b", "\a"} }, edo.TextMalformed},
		"too many mails":    {func(i *edo.Introduction) { i.EMails = make([]string, 21) }, edo.TextMalformed},
	} {
		i := edo.Introduction{Counterparty: edo.Counterparty{INN: "7707083893"}}
		tc.change(&i)
		if err := i.Check(); tc.want == nil && err != nil || tc.want != nil && !errors.Is(err, tc.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestReservedIDs: no package of a host stands where an answer or the work on a counterparty is kept.
func TestReservedIDs(t *testing.T) {
	t.Parallel()
	for id, want := range map[edo.PackageID]bool{
		edo.AnswerID(edo.AnswerReceipt, "in-1"): false, "counterparty:7707083893": false, "answer:": false, "answer": true, "my-answer:1": true,
	} {
		p := edo.Package{ID: id, Subscriber: "s", Actor: "a", To: edo.Counterparty{INN: "7707083893"}, Documents: []edo.Document{{ID: "d", Name: "d.pdf", Signer: "x", Content: edo.Content{Size: 1}}}}
		if err := p.Check(); (err == nil) != want || err != nil && !errors.Is(err, edo.IDMalformed) {
			t.Errorf("%s: %v", id, err)
		}
	}
}

// TestRemoteIDs: what an operator calls a document is no matter of ours, and every answer to it can be kept.
func TestRemoteIDs(t *testing.T) {
	t.Parallel()
	for id, want := range map[edo.RemoteID]bool{
		"0d3c7a55-90a1-4f3e-a2f6-1c5a8f0e7b11": true, "{ODD 1/2}": true, "документ": true, edo.RemoteID(strings.Repeat("a", 255)): true, "sha256-0": true,
		"": false, " a": false, "a\n": false, "a\x00b": false, "\xff": false, edo.RemoteID(strings.Repeat("a", 256)): false,
	} {
		if err := edo.CheckRemote("id", id); (err == nil) != want || err != nil && edo.KindOf(err) != edo.Invalid {
			t.Errorf("%q: %v", id, err)
		}
		if err := edo.CheckID("id", string(edo.AnswerID(edo.AnswerAcceptRevocation, id))); err != nil && want {
			t.Errorf("the answer to %q: %v", id, err)
		}
	}
	if got := edo.AnswerID(edo.AnswerSign, "{ODD 1/2}"); !strings.HasPrefix(string(got), "answer:sign:sha256-") || len(got) != len("answer:sign:sha256-")+32 {
		t.Errorf("odd: %s", got)
	}
	if got := edo.AnswerID(edo.AnswerSign, "in-1"); got != "answer:sign:in-1" {
		t.Errorf("plain: %s", got)
	}
	odd := edo.AnswerID(edo.AnswerSign, "{ODD 1/2}")
	if _, hash, _ := strings.Cut(string(odd), "sign:"); edo.AnswerID(edo.AnswerSign, edo.RemoteID(hash)) == odd || edo.AnswerID(edo.AnswerSign, "{ODD 1/3}") == odd {
		t.Error("two documents share one answer")
	}
}
