package stamping

import "testing"

// TestMeasure: only content that leaves nothing behind, and that every reader follows to its end, is clean.
func TestMeasure(t *testing.T) {
	t.Parallel()
	for content, clean := range map[string]bool{
		"":                                  true,
		"q 1 0 0 1 5 5 cm BT (a) Tj ET Q":   true,
		"/Span <</A [1 2]/B (>>)>> BDC EMC": true,
		"[1 2] 0 d [(a) -5 (b)] TJ true gs": true,
		"BI /W 1 /H 1 /BPC 8 /CS /G /IM true ID x EI": true,
		"q":            false,
		"Q":            false,
		"g":            false,
		"1 0 0 1 0 cm": false,
		"0 0 1 r":      false,
		"1 2 zz":       false,
		"[1 2":         false,
		"/A <</B 1":    false,
		"1 g >>":       false,
		"BT (a":        false,
	} {
		if got := measure([]byte(content)).clean(); got != clean {
			t.Errorf("%q: clean %t", content, got)
		}
	}
}
