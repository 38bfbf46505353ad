package mockoperator_test

import (
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/edokit/edokit/conformance/mockoperator"
)

// TestNamedScenarios: every file is read strictly and says in one sentence each what it is, where it was seen and how it
// ends. That they strike, and end so, is shown in package acceptance.
func TestNamedScenarios(t *testing.T) {
	t.Parallel()
	names := mockoperator.ScenarioNames()
	if len(names) < 30 {
		t.Errorf("%d scenarios", len(names))
	}
	good := regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	for _, name := range names {
		s, err := mockoperator.NamedScenario(name)
		if err != nil {
			t.Error(err)
			continue
		}
		for key, text := range map[string]string{"title": s.About.Title, "title-ru": s.About.TitleRU, "expect": s.About.Expect} {
			if !strings.HasSuffix(text, ".") || strings.Contains(text, "\n") {
				t.Errorf("%s: %s is no sentence: %q", name, key, text)
			}
		}
		if s.About.From == "" || !strings.ContainsFunc(s.About.TitleRU, func(r rune) bool { return unicode.Is(unicode.Cyrillic, r) }) || !good.MatchString(name) {
			t.Errorf("%s: from %q, title-ru %q", name, s.About.From, s.About.TitleRU)
		}
		op, err := mockoperator.New(mockoperator.Config{Scenario: s})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if n := len(op.Ledger()); n != s.Inbox {
			t.Errorf("%s: %d messages at the start, inbox is %d", name, n, s.Inbox)
		}
		if err := op.Close(); err != nil {
			t.Error(err)
		}
	}
	if _, err := mockoperator.NamedScenario("../scenario"); err == nil {
		t.Error("a path is taken for a name")
	}
}
