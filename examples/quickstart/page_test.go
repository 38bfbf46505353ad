package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/edokit/edokit/edo"
)

// TestPageClaimsOnlyWhatIsKnown: neither a difference of clocks that was not measured nor a signature nobody checked.
func TestPageClaimsOnlyWhatIsKnown(t *testing.T) {
	t.Parallel()
	o := &operator{Organisations: make([]organisation, 2)}
	for name, c := range map[string]struct {
		skew          time.Duration
		verdict       edo.VerdictState
		want, wantNot string
	}{
		"answered":      {time.Second, edo.VerdictValid, "расхождение с оператором 1s", "подпись проверит только оператор"},
		"found later":   {0, edo.VerdictValid, "определено позже", "расхождение с оператором 0s"},
		"operator only": {time.Second, edo.VerdictOperatorOnly, "подпись проверит только оператор", "определено позже"},
	} {
		op := edo.Operation{State: edo.StateSent, Skew: c.skew, Documents: []edo.DocumentStatus{{Name: "a.pdf", Verdict: c.verdict}}}
		page := filepath.Join(t.TempDir(), "index.html")
		if err := newView(op, o).write(page); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Contains(text, []byte(c.want)) || bytes.Contains(text, []byte(c.wantNot)) {
			t.Errorf("%s: %q or %q", name, c.want, c.wantNot)
		}
	}
}
