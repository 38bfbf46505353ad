package hosttest

import (
	"os"
	"slices"
	"testing"
	"time"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/conformance/gotest"
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
	gotest.Run(t, suite(t, config()).Suite(), conformance.Options{})
}

// TestSoakLarge is the long form of what is large: eight documents of 70 MB, then of 400 MB.
func TestSoakLarge(t *testing.T) { //nolint:paralleltest // it measures
	if os.Getenv("EDOKIT_SOAK") == "" {
		return // the long form only; the short one is among the cases
	}
	for _, size := range []int64{70_000_000, 400_000_000} {
		c := config()
		c.Large = size
		only := suite(t, c).Suite()
		only.Cases = slices.DeleteFunc(only.Cases, func(c conformance.Case) bool { return !c.Alone })
		gotest.Run(t, only, conformance.Options{Limit: 20 * time.Minute})
	}
}
