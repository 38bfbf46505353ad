package wiretest_test

import (
	"testing"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/conformance/gotest"
	"github.com/edokit/edokit/conformance/wiretest/wiremutants"
)

// mutated is the suite against a stand-in behind a mutant; end ends the mutant.
func mutated(t *testing.T, m wiremutants.Mutant) (s conformance.Suite, end func()) {
	t.Helper()
	c := stand(t)
	url, stop, err := m.Listen(t.Context(), c.Endpoint)
	if err != nil {
		t.Fatal(err)
	}
	c.Endpoint = url
	return suite(t, c), func() {
		if err := stop(); err != nil {
			t.Error(err)
		}
	}
}

// TestMutants: every endpoint that is wrong in one thing is found, and every case finds one.
func TestMutants(t *testing.T) {
	t.Parallel()
	h := conformance.Hunted{Name: "wire"}
	endpoints := map[string]wiremutants.Mutant{"": wiremutants.Unbroken()}
	for _, m := range wiremutants.All() {
		h.Mutants = append(h.Mutants, m.Mutant)
		endpoints[m.Name] = m
	}
	h.Bring = func(m conformance.Mutant) (conformance.Suite, func(), error) {
		s, end := mutated(t, endpoints[m.Name])
		return s, end, nil
	}
	gotest.Mutants(t, h, conformance.Options{Beside: 4})
}

// TestNothingBroken: what the cases find is the mutant and not the way in which it is made.
func TestNothingBroken(t *testing.T) {
	t.Parallel()
	s, end := mutated(t, wiremutants.Unbroken())
	t.Cleanup(end)
	gotest.Run(t, s, conformance.Options{})
}

func TestMutantsAreNamedOnce(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, m := range wiremutants.All() {
		if m.Name == "" || m.Breaks == "" || len(m.Clauses) == 0 || seen[m.Name] {
			t.Errorf("%+v", m)
		}
		seen[m.Name] = true
	}
}
