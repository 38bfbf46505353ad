package operatortest_test

import (
	"testing"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/conformance/gotest"
	"github.com/edokit/edokit/conformance/operatortest"
	"github.com/edokit/edokit/conformance/operatortest/drivermutants"
	"github.com/edokit/edokit/conformance/subjects"
)

// TestMutants: every driver that is wrong in one thing is found, and every case finds one.
func TestMutants(t *testing.T) {
	t.Parallel()
	h := conformance.Hunted{Name: "operator"}
	drivers := map[string]drivermutants.Mutant{"": drivermutants.Unbroken()}
	for _, m := range drivermutants.All() {
		h.Mutants = append(h.Mutants, m.Mutant)
		drivers[m.Name] = m
	}
	h.Bring = func(m conformance.Mutant) (conformance.Suite, func(), error) {
		return operatortest.Suite(operatortest.Config{Stand: subjects.Synerdocs(drivers[m.Name].Wrap)}), func() {}, nil
	}
	gotest.Mutants(t, h, conformance.Options{Beside: 4})
}

// TestNothingBroken: what the cases find is the mutant and not the way in which it is made.
func TestNothingBroken(t *testing.T) {
	t.Parallel()
	s := operatortest.Suite(operatortest.Config{Stand: subjects.Synerdocs(drivermutants.Unbroken().Wrap)})
	gotest.Run(t, s, conformance.Options{})
}
