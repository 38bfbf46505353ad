package subjects_test

import (
	"os"
	"testing"
	"time"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/conformance/gotest"
	"github.com/edokit/edokit/conformance/storetest"
	"github.com/edokit/edokit/conformance/storetest/storemutants"
	"github.com/edokit/edokit/conformance/subjects"
)

func TestMain(m *testing.M) {
	if subjects.SQLite().Worker() {
		return
	}
	os.Exit(m.Run())
}

// TestStoreMutants: every fault of a store is found, and every case finds one. Both stores pass the same cases; SQLite is enough to
// show what the cases are worth.
func TestStoreMutants(t *testing.T) {
	t.Parallel()
	h := conformance.Hunted{Name: "store"}
	into := map[string]func(storetest.Harness) storetest.Harness{"": func(h storetest.Harness) storetest.Harness { return h }}
	for _, m := range storemutants.All() {
		h.Mutants = append(h.Mutants, m.Mutant)
		into[m.Name] = m.Into
	}
	h.Bring = func(m conformance.Mutant) (conformance.Suite, func(), error) {
		return into[m.Name](subjects.SQLite()).Suite(), func() {}, nil
	}
	gotest.Mutants(t, h, conformance.Options{Beside: 8, Limit: 30 * time.Second})
}
