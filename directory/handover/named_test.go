package handover

import "testing"

// TestNamed: whatever the order of the rows, a document tells a fault of its content, with the size that any row knows.
func TestNamed(t *testing.T) {
	t.Parallel()
	log, signature, old := note{what: "log", size: 7, in: true}, note{what: "signature", size: -1, in: true}, note{what: "original", size: 7}
	for name, tc := range map[string]struct {
		group []note
		want  string
	}{
		"the log first": {[]note{log, signature}, "signature"},
		"the log last":  {[]note{signature, log}, "signature"},
		"the log alone": {[]note{old, log}, "log"},
	} {
		if got := named(tc.group); got == nil || got.what != tc.want || got.size != 7 {
			t.Errorf("%s: %+v", name, got)
		}
	}
	if got := named([]note{old}); got != nil {
		t.Errorf("of another period: %+v", got)
	}
}
