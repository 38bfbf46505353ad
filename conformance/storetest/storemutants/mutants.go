package storemutants

import (
	"context"
	"slices"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/conformance/storetest"
)

// Mutant is a fault, and how it comes into a store.
type Mutant struct {
	conformance.Mutant

	// Into makes a harness whose stores have the fault.
	Into func(h storetest.Harness) storetest.Harness
}

// All are the mutants: what is written wrongly, what is read wrongly, what is allowed that must not be.
func All() []Mutant {
	return slices.Concat(packages(), settles(), inbox(), book(), logs(), shelves(), places())
}

// lies makes a mutant that stands before the store.
func lies(name, breaks string, wrap func(s storetest.Store) storetest.Store, clauses ...string) Mutant {
	return Mutant{conformance.Mutant{Name: name, Breaks: breaks, Clauses: clauses}, func(h storetest.Harness) storetest.Harness {
		open := h.Open
		h.Open = func(ctx context.Context, address string, c storetest.Config) (storetest.Store, error) {
			s, err := open(ctx, address, c)
			if err != nil {
				return nil, err
			}
			return wrap(s), nil
		}
		return h
	}}
}

// shorter loses the last one of a list, if there is more than one: the mistake of everybody who pages.
func shorter[E any](all []E, err error) ([]E, error) {
	if len(all) > 1 {
		all = all[:len(all)-1]
	}
	return all, err
}

// turned gives a list backwards.
func turned[E any](all []E, err error) ([]E, error) {
	slices.Reverse(all)
	return all, err
}
