package signstamp

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/edokit/edokit/stamping"
)

// TestSheet: a document that cannot be stamped gets a page of its own with the same facts, its digest and the reason.
func TestSheet(t *testing.T) {
	t.Parallel()
	f := Facts{Operator: "ООО «Оператор»", DocumentID: "7c9e6679-7425-40de-944b-e07fc1f90ae7", Signers: []Signer{{Owner: "Солодова Вера", Serial: "01D9A3F2B0C4E567"}}}
	digest := strings.Repeat("0a1b2c3d", 8)
	for _, kind := range []stamping.Kind{
		stamping.Unreadable, stamping.Undecided, stamping.Encrypted, stamping.TooLarge, stamping.TooManyPages, stamping.NotVerified, stamping.Crashed,
		stamping.TooSlow, stamping.TooHeavy, stamping.NeedsConverter, stamping.NotPrintable,
	} {
		for _, local := range []bool{true, false} {
			var out bytes.Buffer
			if err := Sheet(t.Context(), &out, f, Style{}, Apart{"договор.pdf", digest, &stamping.Error{Kind: kind}}, local); err != nil {
				t.Fatal(err)
			}
			words := []string{f.DocumentID, digest, "01D9A3F2B0C4E567", "Солодова Вера", "договор.pdf", "Отдельный лист", "Причина" + Russian.reason(kindOf(kind))}
			got, err := stamping.Examine(t.Context(), bytes.NewReader(out.Bytes()), words, nil)
			if err != nil || got.Pages != 1 || len(got.Found) != len(words) || got.Unread {
				t.Errorf("%s: %+v, %v", kind, got, err)
			}
			if file := os.Getenv("EDOKIT_PICTURES"); file != "" {
				if err := os.WriteFile(file+"/sheet-"+strings.ReplaceAll(string(kind), " ", "-")+map[bool]string{true: "-local"}[local]+".pdf", out.Bytes(), 0o600); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}

func kindOf(k stamping.Kind) error { return &stamping.Error{Kind: k} }

// TestSheetNeedsAReason: a sheet hides no mistake of the caller, and says all that it has to.
func TestSheetNeedsAReason(t *testing.T) {
	t.Parallel()
	good := Apart{"a.pdf", strings.Repeat("0", 64), kindOf(stamping.Encrypted)}
	for name, change := range map[string]func(*Apart){
		"no name":        func(a *Apart) { a.Name = " \x00" },
		"no digest":      func(a *Apart) { a.SHA256 = "" },
		"another digest": func(a *Apart) { a.SHA256 = strings.Repeat("G", 64) },
		"no reason":      func(a *Apart) { a.Why = nil },
		"a wrong call":   func(a *Apart) { a.Why = kindOf(stamping.Invalid) },
		"no worker":      func(a *Apart) { a.Why = kindOf(stamping.NoWorker) },
		"another error":  func(a *Apart) { a.Why = errors.New("the disk is full") },
	} {
		a := good
		change(&a)
		var out bytes.Buffer
		if err := Sheet(t.Context(), &out, Facts{Signers: []Signer{{Owner: "Солодова"}}}, Style{}, a, true); !errors.Is(err, stamping.Invalid) || out.Len() > 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
}
