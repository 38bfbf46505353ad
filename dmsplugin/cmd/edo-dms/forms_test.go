package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/gateway"
	"github.com/edokit/edokit/stamping/signstamp"
	"github.com/edokit/edokit/stamping/worker"
)

const formID = "7c9e6679-7425-40de-944b-e07fc1f90ae7"

func inMemory(b []byte) edo.Content {
	d, n, _ := edo.DigestOf(bytes.NewReader(b))
	return edo.Content{Size: n, Digest: d, Open: func(context.Context) (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(b)), nil
	}}
}

func sampleLetter(t *testing.T) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "..", "examples", "quickstart", "testdata", "letter.pdf"))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func newForms(t *testing.T, c worker.Config) *forms {
	t.Helper()
	c.Program = filepath.Join(os.Getenv("EDO_DMS_DIR"), "edo-dms") // TestMain built it
	if runtime.GOOS == "windows" {
		c.Program += ".exe"
	}
	pool, err := worker.New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = pool.Close() })
	return &forms{pool}
}

// TestExamine looks for the operator's ids on a form with its mark. Ids too short to prove anything spoil nothing.
func TestExamine(t *testing.T) {
	t.Parallel()
	var form bytes.Buffer
	facts := signstamp.Facts{
		Operator: "ООО «Оператор»", DocumentID: formID, Seal: "5F3A-91C2", Signers: []signstamp.Signer{{Owner: "Солодова Вера"}},
	}
	if _, err := signstamp.Apply(t.Context(), bytes.NewReader(sampleLetter(t)), &form, facts, signstamp.Style{}, nil); err != nil {
		t.Fatal(err)
	}
	words := []string{"", "7425", "7c9e-667", formID, "5f3a91c2", "00000000-0000-0000-0000-000000000000"}
	f := newForms(t, worker.Config{})
	for name, tc := range map[string]struct {
		pdf  []byte
		want gateway.PDFFacts
	}{
		"the operator's form": {form.Bytes(), gateway.PDFFacts{Pages: 6, Found: []string{formID, "5f3a91c2"}}},
		"a form without mark": {sampleLetter(t), gateway.PDFFacts{Pages: 6}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := f.Examine(t.Context(), inMemory(tc.pdf), words)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// TestLocalMark draws our own mark and reads it back.
func TestLocalMark(t *testing.T) {
	t.Parallel()
	f := newForms(t, worker.Config{})
	m := gateway.Mark{
		Operator: "synerdocs", Document: formID, OperatorTime: time.Date(2026, 3, 2, 10, 15, 0, 0, time.UTC),
		Signers: []edo.SignerInfo{{Owner: "Солодова Вера", INN: "849901457712", Serial: "01D9A3F2B0C4E567"}},
	}
	var marked bytes.Buffer
	if printed, err := f.Mark(t.Context(), inMemory(sampleLetter(t)), m, &marked); err != nil || printed {
		t.Fatal(printed, err)
	}
	want := []string{formID, "849901457712", "01D9A3F2B0C4E567"}
	got, err := f.Examine(t.Context(), inMemory(marked.Bytes()), want)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got.Found); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestSheet: what cannot be marked gets a sheet with its digest and the reason; without a reason there is none.
func TestSheet(t *testing.T) {
	t.Parallel()
	f := newForms(t, worker.Config{})
	m := gateway.Mark{Name: "смета.xlsx", Operator: "synerdocs", Document: formID, Signers: []edo.SignerInfo{{Owner: "Солодова Вера", INN: "849901457712", Serial: "01D9A3F2B0C4E567"}}}
	office := inMemory([]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"))
	_, why := f.Mark(t.Context(), office, m, io.Discard)
	var sheet bytes.Buffer
	if err := f.Sheet(t.Context(), office, m, why, &sheet); err != nil {
		t.Fatal(err)
	}
	want := []string{"смета.xlsx", office.Digest.String(), "файл офисной программы", "01D9A3F2B0C4E567"}
	got, err := f.Examine(t.Context(), inMemory(sheet.Bytes()), want)
	if diff := cmp.Diff(want, got.Found); diff != "" || err != nil || got.Pages != 1 {
		t.Errorf("%d pages, %v (-want +got)\n%s", got.Pages, err, diff)
	}
	if err := f.Sheet(t.Context(), office, m, errors.New("a full disk"), io.Discard); err == nil {
		t.Error("a sheet for an error that says nothing of the document")
	}
}

// TestLocalMarkOfAnyFile: what is no PDF is printed with what is known of it, marked, and read back.
func TestLocalMarkOfAnyFile(t *testing.T) {
	t.Parallel()
	f := newForms(t, worker.Config{})
	m := gateway.Mark{
		Name: "акт сверки.xml", Kind: "Акт сверки", Number: "17/2026-А", Date: time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC),
		Recipient: edo.Counterparty{Name: "ООО «Заречный завод»", INN: "8499055501", KPP: "849901001"},
		Operator:  "synerdocs", Document: formID,
		Signers: []edo.SignerInfo{{Owner: "Солодова Вера", Organisation: "АО «Вельгомские сети»", INN: "849901457712", Serial: "01D9A3F2B0C4E567"}},
	}
	var marked bytes.Buffer
	printed, err := f.Mark(t.Context(), inMemory([]byte(`<?xml version="1.0"?><акт итог="18 750,00"/>`)), m, &marked)
	if err != nil || !printed {
		t.Fatal(printed, err)
	}
	if dir := os.Getenv("EDOKIT_PICTURES"); dir != "" {
		if err := os.WriteFile(filepath.Join(dir, "marked-view.pdf"), marked.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{
		formID, "акт сверки.xml", "17/2026-А", "Дата02.03.2026", "ООО «Заречный завод», ИНН 8499055501, КПП 849901001",
		"АО «Вельгомские сети», ИНН 849901457712", "итог: 18 750,00", "Печатный вид файла",
	}
	got, err := f.Examine(t.Context(), inMemory(marked.Bytes()), want)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got.Found); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	for in, reason := range map[string]edo.Reason{
		"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": edo.FormNeedsConverter, "\x00\x01\x02": edo.FormNotPrintable, "<?xml version='1.0'?><a>": edo.FormBroken,
	} {
		m.Name = "a.doc"
		if _, err := f.Mark(t.Context(), inMemory([]byte(in)), m, io.Discard); !errors.Is(err, reason) || !errors.Is(err, edo.NotSupported) {
			t.Errorf("%q: %v, want %s", in, err, reason)
		}
	}
}

// TestFormsRefuse: what cannot be worked on today cannot be tomorrow, and the gateway must be able to tell.
func TestFormsRefuse(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		in     []byte
		limits worker.Config
		kind   edo.Kind
		reason edo.Reason
	}{
		"no PDF":    {[]byte("PK\x03\x04 a zip"), worker.Config{}, edo.NotSupported, edo.FormBroken},
		"empty":     {nil, worker.Config{}, edo.NotSupported, edo.FormBroken},
		"too large": {sampleLetter(t), worker.Config{MaxBytes: 8}, edo.NotSupported, edo.FormTooLarge},
		"too slow":  {sampleLetter(t), worker.Config{Time: 1}, edo.NotSupported, edo.FormTooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newForms(t, tc.limits)
			m := gateway.Mark{Name: "договор.pdf", Operator: "synerdocs", Signers: []edo.SignerInfo{{Owner: "Солодова Вера"}}}
			for what, err := range map[string]error{
				"mark":    func() error { _, err := f.Mark(t.Context(), inMemory(tc.in), m, io.Discard); return err }(),
				"examine": func() error { _, err := f.Examine(t.Context(), inMemory(tc.in), []string{formID}); return err }(),
			} {
				if !errors.Is(err, tc.kind) || !errors.Is(err, tc.reason) {
					t.Errorf("%s: %v", what, err)
				}
			}
		})
	}
	nowhere, err := worker.New(worker.Config{Program: "/nowhere"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := (&forms{nowhere}).Examine(t.Context(), inMemory(sampleLetter(t)), nil); !errors.Is(err, edo.Unavailable) {
		t.Errorf("no worker: %v", err)
	}
}

// TestPDFLimits: every limit can be set, and a wrong one is named.
func TestPDFLimits(t *testing.T) {
	t.Parallel()
	set := func(env map[string]string) (worker.Config, error) {
		return pdfLimits(func(name string) string { return env[name] })
	}
	got, err := set(map[string]string{
		"EDOKIT_PDF_WORKERS": "3", "EDOKIT_PDF_TIME": "1m", "EDOKIT_PDF_MEMORY": "512", "EDOKIT_PDF_BYTES": "5", "EDOKIT_PDF_DECODE": "6", "EDOKIT_PDF_PAGES": "7",
	})
	want := worker.Config{Workers: 3, Time: time.Minute, Memory: 512 << 20, MaxBytes: 5 << 20, MaxDecode: 6 << 20, MaxPages: 7}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got)\n%s", err, diff)
	}
	for _, name := range []string{"WORKERS", "TIME", "MEMORY", "BYTES", "DECODE", "PAGES"} {
		if _, err := set(map[string]string{"EDOKIT_PDF_" + name: "0"}); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
