package acceptance_test

import (
	"slices"
	"strings"
	"sync"
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
	const beside = 6 // most of the time they wait
	turn := make(chan struct{}, beside)
	k := conformance.Kills{Suite: "acceptance", Note: "Tried were the cases that are named for a fault, not all against all; where one keeps something from coming, a case waits ten seconds for it."}
	for _, c := range acceptance.Suite().Cases {
		k.Cases = append(k.Cases, c.ID)
	}
	var all sync.WaitGroup
	try := func(m mutants.Mutant, id string, waits bool) {
		all.Go(func() {
			turn <- struct{}{}
			defer func() { <-turn }()
			t.Run(m.Name+"/"+id, func(t *testing.T) { mustFind(t, m, id, waits) })
		})
	}
	for _, m := range mutants.All() {
		k.Mutants = append(k.Mutants, conformance.Killed{Mutant: m.Mutant, By: slices.Concat(m.Finds, m.Waits)})
		for _, id := range m.Waits {
			try(m, id, true)
		}
		for _, id := range m.Finds {
			try(m, id, false)
		}
	}
	all.Wait()
	for _, name := range k.Survivors() {
		t.Errorf("nothing finds %s", name)
	}
	for _, id := range k.Suspects() {
		t.Errorf("%s finds no fault", id)
	}
	if !t.Failed() {
		gotest.Keep(t, k)
	}
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
