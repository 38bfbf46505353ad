package mutants

import (
	"slices"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/conformance/acceptance"
	"github.com/edokit/edokit/conformance/operatortest/drivermutants"
	"github.com/edokit/edokit/directory/local"
	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/gateway"
)

// Mutant is a fault, how it comes into the library, and the cases that must find it. Its clauses are rows of the acceptance
// table, and types of package edo.
type Mutant struct {
	conformance.Mutant

	Finds []string // cases that see it
	Waits []string // cases that find it by waiting in vain: it keeps something from ever coming
	acceptance.Around
}

// All are the mutants: drivers and stores that are tried by their own suites too, and what only shows in the whole.
func All() []Mutant {
	return slices.Concat(knownDrivers(), knownStores(), drivers(), stores(), wiring())
}

// Unbroken stands around everything and changes nothing.
func Unbroken() acceptance.Around {
	return acceptance.Around{
		Driver:  keep(drivermutants.Unbroken().Wrap),
		Store:   func(s local.Store) local.Store { return struct{ local.Store }{s} },
		Gateway: func(c gateway.Config) gateway.Config { return c },
	}
}

func is(name, breaks string, clauses ...string) conformance.Mutant {
	return conformance.Mutant{Name: name, Breaks: breaks, Clauses: clauses}
}

// found are the cases that must find a mutant.
type found struct{ sees, waits []string }

func sees(cases ...string) found { return found{sees: cases} }

func (f found) waiting(cases ...string) found {
	f.waits = cases
	return f
}

func of(m conformance.Mutant, f found, a acceptance.Around) Mutant {
	return Mutant{m, f.sees, f.waits, a}
}

func driver(m conformance.Mutant, f found, wrap func(edo.Driver) edo.Driver) Mutant {
	return of(m, f, acceptance.Around{Driver: wrap})
}

func store(m conformance.Mutant, f found, wrap func(local.Store) local.Store) Mutant {
	return of(m, f, acceptance.Around{Store: wrap})
}

func wired(m conformance.Mutant, f found, change func(c *gateway.Config)) Mutant {
	return of(m, f, acceptance.Around{Gateway: func(c gateway.Config) gateway.Config {
		change(&c)
		return c
	}})
}
