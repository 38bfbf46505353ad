package edo_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/edokit/edokit/edo"
)

// TestSecretCannotPrintItself goes through every way a value is usually printed, also hidden in an unexported field.
func TestSecretCannotPrintItself(t *testing.T) {
	t.Parallel()
	const canary = "hunter2-canary"
	type holder struct {
		Public edo.Secret
		hidden edo.Secret
	}
	s := edo.NewSecret(canary)
	h := holder{s, s}
	out := map[string]string{}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		out["secret "+verb] = fmt.Sprintf(verb, s)
		out["pointer "+verb] = fmt.Sprintf(verb, &s)
		out["holder "+verb] = fmt.Sprintf(verb, h)
	}
	b, err := json.Marshal(h)
	out["json"] = string(b) + fmt.Sprint(err)
	b, err = xml.Marshal(h)
	out["xml"] = string(b) + fmt.Sprint(err)
	var text, lines bytes.Buffer
	slog.New(slog.NewTextHandler(&text, nil)).Info("x", "secret", s, "holder", h)
	slog.New(slog.NewJSONHandler(&lines, nil)).Info("x", "secret", s, "holder", h)
	out["slog text"], out["slog json"] = text.String(), lines.String()
	out["error"] = fmt.Errorf("login %v failed", h).Error()
	for how, printed := range out {
		if strings.Contains(printed, "hunter2") || strings.Contains(printed, fmt.Sprintf("%x", "hunter2")) {
			t.Errorf("%s prints %s", how, printed)
		}
	}
	if s.Reveal() != canary || s.IsZero() || !(edo.Secret{}).IsZero() {
		t.Error("the value itself is lost")
	}
}
