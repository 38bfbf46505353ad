package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/gateway"
	"github.com/edokit/edokit/stamping/signstamp"
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

// TestRecognise looks for the operator's ids on a form with its mark. Ids too short to prove anything spoil nothing.
func TestRecognise(t *testing.T) {
	t.Parallel()
	var form bytes.Buffer
	facts := signstamp.Facts{
		Operator: "ООО «Оператор»", DocumentID: formID, Seal: "5F3A-91C2", Signers: []signstamp.Signer{{Owner: "Солодова Вера"}},
	}
	if _, err := signstamp.Apply(t.Context(), bytes.NewReader(sampleLetter(t)), &form, facts, nil); err != nil {
		t.Fatal(err)
	}
	words := []string{"", "7425", "7c9e-667", formID, "5f3a91c2", "00000000-0000-0000-0000-000000000000"}
	for name, tc := range map[string]struct {
		pdf  []byte
		want []string
	}{
		"the operator's form": {form.Bytes(), []string{formID, "5f3a91c2"}},
		"a form without mark": {sampleLetter(t), nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := newForms().Recognise(t.Context(), inMemory(tc.pdf), words)
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
	f := newForms()
	m := gateway.Mark{
		Operator: "synerdocs", Document: formID, OperatorTime: time.Date(2026, 3, 2, 10, 15, 0, 0, time.UTC),
		Signers: []edo.SignerInfo{{Owner: "Солодова Вера", INN: "849901457712", Serial: "01D9A3F2B0C4E567"}},
	}
	var marked bytes.Buffer
	if err := f.Mark(t.Context(), inMemory(sampleLetter(t)), m, &marked); err != nil {
		t.Fatal(err)
	}
	want := []string{formID, "849901457712", "01D9A3F2B0C4E567"}
	got, err := f.Recognise(t.Context(), inMemory(marked.Bytes()), want)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestFormsRefuse: what cannot be worked on today cannot be tomorrow, and the gateway must be able to tell.
func TestFormsRefuse(t *testing.T) {
	t.Parallel()
	large := inMemory([]byte("%PDF-1.7"))
	large.Size = maxPDF + 1
	for name, in := range map[string]edo.Content{
		"no PDF":    inMemory([]byte("PK\x03\x04 a zip")),
		"empty":     inMemory(nil),
		"too large": large,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			m := gateway.Mark{Operator: "synerdocs", Signers: []edo.SignerInfo{{Owner: "Солодова Вера"}}}
			if err := newForms().Mark(t.Context(), in, m, &out); !errors.Is(err, edo.NotSupported) || out.Len() > 0 {
				t.Errorf("mark: %v and %d bytes", err, out.Len())
			}
			if found, err := newForms().Recognise(t.Context(), in, []string{formID}); !errors.Is(err, edo.NotSupported) || found != nil {
				t.Errorf("recognise: %q, %v", found, err)
			}
		})
	}
}
