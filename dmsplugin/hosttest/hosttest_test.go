package hosttest

import (
	"os"
	"strings"
	"testing"
	"time"
)

// suite is a suite for the test.
func suite(t *testing.T, c Config) *Suite {
	t.Helper()
	s, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// TestPlugin runs all cases against edo-dms: those that measure come first, the others beside each other.
func TestPlugin(t *testing.T) { //nolint:paralleltest // some of its cases measure
	s := suite(t, config())
	all(t, s)
}

func all(t *testing.T, s *Suite) {
	t.Helper()
	for _, c := range Cases() {
		t.Run(c.Says, func(t *testing.T) {
			if !c.Alone {
				t.Parallel()
			}
			tell(t, s.Do(t.Context(), c))
		})
	}
}

func tell(t *testing.T, v Verdict) {
	t.Helper()
	for _, text := range v.Noted {
		t.Log(text)
	}
	switch text := strings.Join(v.Said, "\n"); v.Outcome {
	case Failed:
		t.Error(text)
	case Skipped:
		t.Skip(text)
	default:
		t.Log("took", v.Took.Round(time.Millisecond))
	}
}

// TestSoakLarge is the long form of what is large: eight documents of 70 MB, then of 400 MB.
func TestSoakLarge(t *testing.T) { //nolint:paralleltest // it measures
	if os.Getenv("EDOKIT_SOAK") == "" {
		return // the long form only; the short one is among the cases
	}
	for _, size := range []int64{70_000_000, 400_000_000} {
		c := config()
		c.Large, c.Patience = size, 20*time.Minute
		s := suite(t, c)
		for _, c := range Cases() {
			if c.Alone {
				tell(t, s.Do(t.Context(), c))
			}
		}
	}
}

// TestCases: every case has a sentence of its own and says what it checks.
func TestCases(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, c := range Cases() {
		if c.Says == "" || c.Clause == "" || c.Run == nil || seen[c.Says] {
			t.Errorf("%+v", c)
		}
		seen[c.Says] = true
	}
}
