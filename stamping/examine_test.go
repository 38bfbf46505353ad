package stamping

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestExamine: what is broken, what is locked, what was too much for us and what nobody can say are different answers.
func TestExamine(t *testing.T) {
	t.Parallel()
	good := onePage(a4, "BT /F1 24 Tf 72 700 Td (7c9e6679-7425) Tj ET")
	words := []string{"7c9e66797425", "00000000-0000"}
	for name, tc := range map[string]struct {
		in   []byte
		o    *Options
		want Findings
		kind Kind
	}{
		"a form":                      {in: good, want: Findings{Pages: 1, Found: words[:1]}},
		"without the words":           {in: manyPages(3), want: Findings{Pages: 3}},
		"text that unpacks too far":   {in: bomb(t, "/Filter/FlateDecode", deflate(t, zeros(4<<20))), o: &Options{MaxDecode: 1 << 20}, want: Findings{Pages: 1, Unread: true}},
		"its end only":                {in: append([]byte("%PDF-1.7\n"), good[len(good)-80:]...), kind: Unreadable},
		"a hole in the middle":        {in: append(bytes.Clone(good[:150]), good[300:]...), kind: Unreadable},
		"no pages":                    {in: objects("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[]/Count 0>>"), kind: Unreadable},
		"a cycle":                     {in: objects("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[2 0 R]/Count 1>>"), kind: Unreadable},
		"whole, but not for pdfcpu":   {in: []byte(strings.Replace(string(good), "/Root 1 0 R", "/Root (no)", 1)), kind: Undecided},
		"a foreign way of encryption": {in: []byte(strings.Replace(string(encrypted()), "/Standard", "/Foreign9", 1)), kind: Undecided},
		"too many pages":              {in: manyPages(30), o: &Options{MaxPages: 29}, kind: TooManyPages},
		"too large":                   {in: good, o: &Options{MaxBytes: 100}, kind: TooLarge},
		"unpacks too far":             {in: objectStreamBomb(t), o: &Options{MaxDecode: 1 << 20}, kind: TooLarge},
		"an owner's password":         {in: withPassword(t, good, "", "owner"), want: Findings{Pages: 1, Found: words[:1]}},
		"a reader's password":         {in: withPassword(t, good, "reader", "owner"), kind: Encrypted},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if tc.in == nil {
				t.Skip("qpdf is not installed")
			}
			before := bytes.Clone(tc.in)
			got, err := Examine(t.Context(), bytes.NewReader(tc.in), words, tc.o)
			var typed *Error
			if errors.As(err, &typed) != (tc.kind != "") || typed != nil && typed.Kind != tc.kind {
				t.Fatalf("got %+v, %v; want kind %q", got, err, tc.kind)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if !bytes.Equal(before, tc.in) {
				t.Error("the bytes were changed")
			}
		})
	}
}

// withPassword lets qpdf encrypt a PDF; nil without qpdf.
func withPassword(t *testing.T, pdf []byte, user, owner string) []byte {
	t.Helper()
	path, err := exec.LookPath("qpdf")
	if err != nil {
		return nil
	}
	in, out := filepath.Join(t.TempDir(), "in.pdf"), filepath.Join(t.TempDir(), "out.pdf")
	if err := os.WriteFile(in, pdf, 0o600); err != nil {
		t.Fatal(err)
	}
	if text, err := exec.CommandContext(t.Context(), path, "--encrypt", user, owner, "256", "--", in, out).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	b, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// FuzzExamine: every input gives findings or a typed error, and stays as it is.
func FuzzExamine(f *testing.F) {
	for _, in := range contents {
		f.Add(in())
	}
	f.Add(encrypted())
	f.Add(fan())
	f.Add([]byte("%PDF-1.7\nxref\n0 1\n0000000009 00000 n \ntrailer\nstartxref\n9\n%%EOF"))
	f.Fuzz(func(t *testing.T, in []byte) {
		before := bytes.Clone(in)
		o := &Options{MaxBytes: 1 << 20, MaxDecode: 4 << 20, MaxPages: 50}
		got, err := Examine(t.Context(), bytes.NewReader(in), []string{"12345678"}, o)
		var typed *Error
		if err != nil && !errors.As(err, &typed) || err == nil && (got.Pages < 1 || got.Pages > 50) || !bytes.Equal(before, in) {
			t.Fatalf("%+v, %T %v", got, err, err)
		}
	})
}
