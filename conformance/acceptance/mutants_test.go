package acceptance_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/conformance/acceptance"
	"github.com/edokit/edokit/conformance/acceptance/mutants"
	"github.com/edokit/edokit/conformance/gotest"
)

// TestMutants: everything that is wrong in one thing is found by the cases that are named for it, and every case finds one. Only
// these cases are tried: all against all would take an hour.
func TestMutants(t *testing.T) {
	t.Parallel()
	k := conformance.Kills{Suite: "acceptance", Note: "Tried were the cases that are named for a fault, not all against all; where one keeps something from coming, a case waits ten seconds for it."}
	for _, c := range acceptance.Suite().Cases {
		k.Cases = append(k.Cases, c.ID)
	}
	by := map[string]mutants.Mutant{}
	for _, m := range mutants.All() {
		by[m.Name] = m
		k.Mutants = append(k.Mutants, conformance.Killed{Mutant: m.Mutant, By: slices.Concat(m.Waits, m.Finds)})
	}
	const beside = 6 // most of the time they wait
	gotest.Named(t, k, beside, func(t *testing.T, m conformance.Mutant, id string) {
		t.Helper()
		mustFind(t, by[m.Name], id, slices.Contains(by[m.Name].Waits, id))
	})
}

// mustFind runs one case against one mutant. Where it need not wait in vain, a case whose time is over has found nothing.
func mustFind(t *testing.T, m mutants.Mutant, id string, waits bool) {
	t.Helper()
	s := m.Suite()
	for i := range s.Cases {
		if waits {
			s.Cases[i].Limit = 10 * time.Second
		}
	}
	results, err := conformance.Run(t.Context(), s, conformance.Options{Only: []string{id}})
	if err != nil {
		t.Errorf("%s: %v", m.Name, err)
		return
	}
	r := results[0]
	if late := strings.Contains(r.Text(), "in vain") || strings.Contains(r.Text(), "deadline exceeded"); r.Verdict != conformance.Fail || late && !waits {
		t.Errorf("%s (%s) is not found by %s: %s %s %s", m.Name, m.Breaks, id, r.Verdict, r.Took, r.Text())
		return
	}
	t.Logf("%s, %s, %v: %.300s", m.Name, id, r.Took.Round(time.Millisecond), r.Text())
}

// TestNothingBroken: what is found is the mutant, and not the way in which it is made: cases that need every ability of a driver.
func TestNothingBroken(t *testing.T) {
	t.Parallel()
	s := mutants.Unbroken().Suite()
	s.Cases = slices.DeleteFunc(s.Cases, func(c conformance.Case) bool {
		return !slices.Contains([]string{
			"both-signatures-verify-in-the-bundle", "a-package-waits-for-its-counterparty-and-goes-out-by-itself", "readiness-lists-what-is-missing", "menus-per-card-type", "scenario-answer-lost",
		}, c.ID)
	})
	gotest.Run(t, s, conformance.Options{})
}
