package conformance

import (
	"context"
	"fmt"
	"slices"
)

// Hunted is what a suite is tried on: itself, unharmed, and each of its mutants.
type Hunted struct {
	Name    string // of the suite
	Mutants []Mutant
	// Bring makes the suite bound to one mutant, and what ends it; a mutant without a name is none.
	Bring func(m Mutant) (s Suite, end func(), err error)
	// Only are the cases to run against a mutant, by its name; nil: all cases against all mutants.
	Only map[string][]string
}

// Hunt gives the kill matrix. Where a case does not pass without a mutant nothing follows from the others: that is an error.
func Hunt(ctx context.Context, h Hunted, o Options) (Kills, error) {
	k := Kills{Suite: h.Name}
	if h.Only == nil {
		results, err := h.run(ctx, Mutant{}, o)
		if err != nil {
			return k, err
		}
		for _, r := range results {
			switch r.Verdict {
			case Pass:
				k.Cases = append(k.Cases, r.Case.ID)
			case Skip: // it says nothing about mutants either
			default:
				return k, fmt.Errorf("without a fault %s is %s: %s", r.Case.ID, r.Verdict, r.Text())
			}
		}
	}
	for _, m := range h.Mutants {
		if o.Only = h.Only[m.Name]; h.Only != nil && len(o.Only) == 0 {
			k.Mutants = append(k.Mutants, Killed{Mutant: m})
			continue
		}
		results, err := h.run(ctx, m, o)
		if err != nil {
			return k, fmt.Errorf("%s: %w", m.Name, err)
		}
		by := FoundBy(results)
		for _, id := range by {
			if h.Only != nil && !slices.Contains(k.Cases, id) {
				k.Cases = append(k.Cases, id)
			}
		}
		k.Mutants = append(k.Mutants, Killed{m, by})
	}
	return k, ctx.Err()
}

func (h Hunted) run(ctx context.Context, m Mutant, o Options) ([]Result, error) {
	s, end, err := h.Bring(m)
	if err != nil {
		return nil, err
	}
	defer end()
	return Run(ctx, s, o)
}
