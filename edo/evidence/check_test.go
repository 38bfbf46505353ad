package evidence_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/cms"
	"github.com/edokit/edokit/edo/edotest"
	"github.com/edokit/edokit/edo/evidence"
)

func moment() time.Time { return time.Date(2027, 3, 1, 12, 0, 0, 0, time.UTC) }

func digest(b []byte) edo.Digest { return sha256.Sum256(b) }

func newKey(t testing.TB, owner string) *edotest.Key {
	t.Helper()
	key, err := edotest.NewKey(edotest.Subject{Owner: owner, INN: "7701234560"}, moment().AddDate(0, -1, 0), moment().AddDate(0, 1, 0))
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func sign(t testing.TB, key *edotest.Key, body []byte) []byte {
	t.Helper()
	der, err := cms.Sign(t.Context(), key.Key, bytes.NewReader(body), moment())
	if err != nil {
		t.Fatal(err)
	}
	return der
}

// flow is what an operator gives for one document: signed, answered, acknowledged, printed.
type flow struct {
	deed, receipt, form        []byte
	ours, theirs, acknowledged []byte
	files                      []file
	expect                     evidence.Expect
}

func newFlow(t testing.TB) *flow {
	t.Helper()
	us, them := newKey(t, "Иванов"), newKey(t, "Петров")
	f := &flow{deed: []byte("Договор № 5"), receipt: []byte("<Извещение/>"), form: []byte("%PDF form")}
	f.ours, f.theirs, f.acknowledged = sign(t, us, f.deed), sign(t, them, f.deed), sign(t, them, f.receipt)
	f.files = []file{
		{name: "1/договор.pdf", body: f.deed},
		{name: "1/договор.pdf.sig", body: f.ours},
		{name: "x/2", body: f.theirs, method: 8},
		{name: "извещение.xml", body: f.receipt},
		{name: "извещение.sgn", body: f.acknowledged},
		{name: "форма.pdf", body: f.form},
	}
	f.expect = evidence.Expect{Documents: []evidence.Expected{{
		Name: "Договор.pdf", Digest: digest(f.deed), Signatures: []edo.Digest{digest(f.ours), digest(f.theirs)}, Role: "original", At: moment().Add(time.Hour),
	}}}
	return f
}

func (f *flow) bundle(t testing.TB) *evidence.Bundle {
	t.Helper()
	b, err := read(t, pack(t, f.files...), evidence.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// summary is a report in one line per finding, short enough to compare.
func summary(r evidence.Report) []string {
	var out []string
	one := func(s evidence.SignatureReport) string {
		text := "  " + strings.Join(s.Entries, "+") + " " + string(s.Verdict.State) + string(s.Verdict.Reason) + string(s.Reason)
		if s.Expected {
			text += " expected"
		}
		if s.Claimed {
			text += " claimed"
		}
		return text
	}
	for i, d := range append(append([]evidence.DocumentReport(nil), r.Documents...), r.Others...) {
		kind := "document "
		if i >= len(r.Documents) {
			kind = "other "
		}
		out = append(out, kind+d.Name+" "+strings.Join(d.Entries, "+"))
		for _, s := range d.Signatures {
			out = append(out, one(s))
		}
	}
	for _, s := range r.Loose {
		out = append(out, "loose"+one(s))
	}
	if r.Complete() {
		out = append(out, "complete")
	}
	return out
}

func TestCheck(t *testing.T) {
	t.Parallel()
	base := newFlow(t)
	forged := bytes.Clone(base.theirs)
	forged[len(forged)-1] ^= 1 // the last byte of the signature value
	stranger := sign(t, newKey(t, "Сидоров"), []byte("something else"))
	service := []string{"other извещение.xml извещение.xml", "  извещение.sgn valid claimed", "other форма.pdf форма.pdf"}
	good := []string{"document Договор.pdf 1/договор.pdf", "  1/договор.pdf.sig valid expected", "  x/2 valid expected"}
	for name, tc := range map[string]struct {
		bend func(f *flow)
		want []string
	}{
		"all there": {func(*flow) {}, append(append(good[:3:3], service...), "complete")},
		"document changed": {
			func(f *flow) { f.files[0].body = []byte("Договор № 6") },
			append([]string{
				"document Договор.pdf ", "  1/договор.pdf.sig evidence-document-missing expected", "  x/2 evidence-document-missing expected",
				"other 1/договор.pdf 1/договор.pdf",
			}, service...),
		},
		"signature forged and expected": {
			func(f *flow) { f.files[2].body, f.expect.Documents[0].Signatures[1] = forged, digest(forged) },
			append([]string{good[0], good[1], "  x/2 invalidsignature-invalid expected"}, service...),
		},
		"signature forged, the right one expected": {
			func(f *flow) { f.files[2].body = forged },
			append([]string{good[0], good[1], "   evidence-signature-missing expected", "  x/2 invalidsignature-invalid claimed"}, service...),
		},
		"signature of another document expected here": {
			func(f *flow) { f.expect.Documents[0].Signatures[1] = digest(f.acknowledged) },
			append([]string{good[0], good[1], "  извещение.sgn invaliddocument-changed expected", "  x/2 valid claimed"}, service[0], service[2]),
		},
		"signature expected is none": {
			func(f *flow) { f.expect.Documents[0].Signatures[1] = digest(f.form) },
			append([]string{good[0], good[1], "  форма.pdf invalidsignature-malformed expected", "  x/2 valid claimed"}, service[:2]...),
		},
		"certificate ended by the operator's time": {
			func(f *flow) { f.expect.Documents[0].At = moment().AddDate(1, 0, 0) },
			append([]string{good[0], "  1/договор.pdf.sig invalidsignature-certificate-expired expected", "  x/2 invalidsignature-certificate-expired expected"}, service...),
		},
		"no operator's time": {
			func(f *flow) { f.expect.Documents[0].At = time.Time{} },
			append(append([]string{good[0], good[1] + " claimed", good[2] + " claimed"}, service...), "complete"),
		},
		"receipt changed": {
			func(f *flow) { f.files[3].body = []byte("<Отказ/>") },
			append(good[:3:3], service[0], service[2], "loose  извещение.sgn evidence-fits-nothing"),
		},
		"stranger's signature": {
			func(f *flow) { f.files = append(f.files, file{name: "y", body: stranger}) },
			append(append(good[:3:3], service...), "loose  y evidence-fits-nothing"),
		},
		"one more valid signature": {
			func(f *flow) { f.expect.Documents[0].Signatures = f.expect.Documents[0].Signatures[:1] },
			append(append([]string{good[0], good[1], "  x/2 valid claimed"}, service...), "complete"),
		},
		"the same bytes twice": {
			func(f *flow) {
				f.files = append(f.files, file{name: "copy.pdf", body: f.deed}, file{name: "copy.sig", body: f.ours})
			},
			append(append([]string{good[0] + "+copy.pdf", "  1/договор.pdf.sig+copy.sig valid expected", good[2]}, service...), "complete"),
		},
		"a signature is the document": {
			func(f *flow) {
				f.expect.Documents = append(f.expect.Documents, evidence.Expected{Name: "CMS", Digest: digest(stranger)})
				f.files = append(f.files, file{name: "y", body: stranger})
			},
			append(append(append(good[:3:3], "document CMS y"), service...), "complete"),
		},
		"other names and folders": {
			func(f *flow) {
				for i := range f.files {
					f.files[i].name = string(rune('a' + i))
				}
			},
			[]string{"document Договор.pdf a", "  b valid expected", "  c valid expected", "other d d", "  e valid claimed", "other f f", "complete"},
		},
		"another order": {
			func(f *flow) { slices.Reverse(f.files) },
			append(append(good[:3:3], service[2], service[0], service[1]), "complete"),
		},
		"empty archive": {
			func(f *flow) { f.files = nil },
			[]string{"document Договор.pdf ", "   evidence-signature-missing expected", "   evidence-signature-missing expected"},
		},
		"only an unsigned document": {
			func(f *flow) { f.files, f.expect.Documents = f.files[5:], nil },
			[]string{"other форма.pdf форма.pdf"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := *base
			f.files = append([]file(nil), base.files...)
			f.expect.Documents = append([]evidence.Expected(nil), base.expect.Documents...)
			f.expect.Documents[0].Signatures = append([]edo.Digest(nil), f.expect.Documents[0].Signatures...)
			tc.bend(&f)
			r, err := f.bundle(t).Check(t.Context(), f.expect, cms.Verifier{})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, summary(r)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestV10: without our log the archive still says which signature is over which document.
func TestV10_BundleProvesAlone(t *testing.T) {
	t.Parallel()
	f := newFlow(t)
	r, err := f.bundle(t).VerifyAlone(t.Context(), cms.Verifier{})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"other 1/договор.pdf 1/договор.pdf", "  1/договор.pdf.sig valid claimed", "  x/2 valid claimed",
		"other извещение.xml извещение.xml", "  извещение.sgn valid claimed", "other форма.pdf форма.pdf", "complete",
	}
	if diff := cmp.Diff(want, summary(r)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	f.files[0].body = append(bytes.Clone(f.deed), ' ')
	if r, err = f.bundle(t).VerifyAlone(t.Context(), cms.Verifier{}); err != nil || r.Complete() || len(r.Loose) != 2 {
		t.Errorf("a changed document: %v, %v", summary(r), err)
	}
}

// Signatures by GOST are paired by the digest that is computed here, their values are left to the operator. Where not
// even the digest can be computed, nobody guesses which document is meant.
func TestGOST(t *testing.T) {
	t.Parallel()
	fixture := func(name string) []byte {
		b, err := os.ReadFile(filepath.Join("..", "cms", "testdata", "gost", name))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	const paired, undecided = "  s operator-onlysignature-cannot-be-verified claimed", "loose  s signature-cannot-be-verified"
	for name, want := range map[string][]string{
		"letter.p7s":        {"other z z", "other d d", paired, "complete"},
		"letter-512.p7s":    {"other z z", "other d d", paired, "complete"},
		"letter-2001.p7s":   {"other z z", "other d d", undecided},
		"letter-noattr.p7s": {"other z z", "other d d", undecided},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := flow{files: []file{{name: "z", body: []byte("before")}, {name: "d", body: fixture("letter.txt")}, {name: "s", body: fixture(name)}}}
			r, err := f.bundle(t).VerifyAlone(t.Context(), cms.Verifier{})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, summary(r)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			last := r.Russian()[len(r.Russian())-1]
			if r.Complete() && last != "Итог: архив полон; подписей, значение которых проверяет только оператор: 1." {
				t.Error(last)
			}
		})
	}
}

// Many signatures and many documents that have nothing to do with each other must not be tried pair by pair for ever;
// what was not tried is said to be so.
func TestTriesEnd(t *testing.T) {
	t.Parallel()
	stranger := sign(t, newKey(t, "Сидоров"), []byte("something else"))
	f := flow{}
	for i := range 600 {
		other := bytes.Clone(stranger) // another signature value makes another signature
		other[len(other)-1], other[len(other)-2] = byte(i), byte(i>>8)
		f.files = append(f.files, file{name: fmt.Sprint("s", i), body: other}, file{name: fmt.Sprint("d", i), body: fmt.Append(nil, i)})
	}
	r, err := f.bundle(t).VerifyAlone(t.Context(), cms.Verifier{})
	if err != nil {
		t.Fatal(err)
	}
	tried := map[edo.Reason]int{}
	for _, s := range r.Loose {
		tried[s.Reason]++
	}
	if len(r.Loose) != 600 || tried[evidence.FitsNothing] < 400 || tried[evidence.TriesEnded] < 100 || r.Complete() {
		t.Errorf("%d loose: %v", len(r.Loose), tried)
	}
}

// Nobody says when a signature without signing time was made: its certificate's dates are not called right by guess.
func TestNoTime(t *testing.T) {
	t.Parallel()
	read := func(name string) []byte {
		b, err := os.ReadFile(filepath.Join("..", "cms", "testdata", "openssl", name))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	f := flow{files: []file{{name: "d", body: read("content.txt")}, {name: "s", body: read("rsa2048-noattr.p7s")}}}
	r, err := f.bundle(t).VerifyAlone(t.Context(), cms.Verifier{})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"other d d", "  s operator-onlysignature-cannot-be-verified", "complete"}
	if diff := cmp.Diff(want, summary(r)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// recorder is a verifier that notes what it is asked.
type recorder struct {
	content *[]string
	at      *[]time.Time
	err     error
}

func (r recorder) Check(_ context.Context, content io.Reader, _ []byte, at time.Time) (edo.Verdict, error) {
	b, err := io.ReadAll(content)
	*r.content, *r.at = append(*r.content, string(b)), append(*r.at, at)
	return edo.Verdict{State: edo.VerdictValid}, errors.Join(err, r.err)
}

func TestVerifierIsAsked(t *testing.T) {
	t.Parallel()
	f := newFlow(t)
	var content []string
	var at []time.Time
	if _, err := f.bundle(t).Check(t.Context(), f.expect, recorder{&content, &at, nil}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{string(f.deed), string(f.deed), string(f.receipt)}, content); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]time.Time{moment().Add(time.Hour), moment().Add(time.Hour), moment()}, at); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	_, err := f.bundle(t).Check(t.Context(), f.expect, recorder{&content, &at, edo.Unavailable})
	if !errors.Is(err, edo.Unavailable) {
		t.Error(err)
	}
}

func TestWrongExpectation(t *testing.T) {
	t.Parallel()
	f := newFlow(t)
	f.expect.Documents = append(f.expect.Documents, evidence.Expected{Signatures: []edo.Digest{{}}})
	_, err := f.bundle(t).Check(t.Context(), f.expect, cms.Verifier{})
	if !errors.Is(err, evidence.ExpectFaulty) || !strings.Contains(err.Error(), "expect.documents[1].digest") || !strings.Contains(err.Error(), "expect.documents[1].signatures[0]") {
		t.Error(err)
	}
	if _, err := f.bundle(t).Check(t.Context(), evidence.Expect{}, nil); !errors.Is(err, edo.Invalid) {
		t.Error(err)
	}
}

func TestText(t *testing.T) {
	t.Parallel()
	f := newFlow(t)
	f.expect.Documents[0].Name = "Договор\n№ 5"
	f.expect.Documents = append(f.expect.Documents, evidence.Expected{Name: "Акт", Digest: edo.Digest{1}})
	r, err := f.bundle(t).Check(t.Context(), f.expect, cms.Verifier{})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"Документ «Договор № 5» [original]: найден (1/договор.pdf), SHA-256 " + digest(f.deed).String(),
		"  Подпись " + digest(f.ours).Short() + " (1/договор.pdf.sig): действительна; Иванов, 7701234560, на 2027-03-01T13:00:00Z",
		"  Подпись " + digest(f.theirs).Short() + " (x/2): действительна; Петров, 7701234560, на 2027-03-01T13:00:00Z",
		"Документ «Акт»: НЕ НАЙДЕН, SHA-256 " + edo.Digest{1}.String(),
		"Прочий документ «извещение.xml»: найден (извещение.xml), SHA-256 " + digest(f.receipt).String(),
		"  Подпись " + digest(f.acknowledged).Short() + " (в журнале не значится) (извещение.sgn): действительна; Петров, 7701234560, на 2027-03-01T12:00:00Z (время указал подписавший)",
		"Прочий документ «форма.pdf»: найден (форма.pdf), SHA-256 " + digest(f.form).String(),
		"Итог: архив НЕ подтверждает всё, что должен; см. строки выше.",
	}
	got := r.Russian()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for i, line := range r.English() {
		if line == got[i] || strings.ContainsAny(line, "\n\r") {
			t.Errorf("%q", line)
		}
	}
}
