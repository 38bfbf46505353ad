package conformance

import "slices"

// Mutant is a fault that was made on purpose, so that a suite can show that it would be found.
type Mutant struct {
	Name    string   `json:"name"`              // "page-border-loses"
	Breaks  string   `json:"breaks"`            // the invariant, as a sentence
	Clauses []string `json:"clauses,omitempty"` // that say so
}

// Kills is the kill matrix of one suite: which of its cases found which mutants.
type Kills struct {
	Suite   string   `json:"suite"`
	Cases   []string `json:"cases"` // those that ran against the mutants
	Mutants []Killed `json:"mutants"`
	Note    string   `json:"note,omitempty"` // for the reader: what was not tried
}

// Killed is a mutant with the cases that found it.
type Killed struct {
	Mutant

	By []string `json:"by"`
}

// Survivors are the mutants that no case has found.
func (k Kills) Survivors() []string {
	var all []string
	for _, m := range k.Mutants {
		if len(m.By) == 0 {
			all = append(all, m.Name)
		}
	}
	return all
}

// Suspects are the cases that have found no mutant: perhaps they can find nothing.
func (k Kills) Suspects() []string {
	var all []string
	for _, id := range k.Cases {
		if !slices.ContainsFunc(k.Mutants, func(m Killed) bool { return slices.Contains(m.By, id) }) {
			all = append(all, id)
		}
	}
	return all
}

// FoundBy are the cases that a run against a mutant shows to have found it. A case that broke, or whose time was over, has found
// nothing: a slow machine does the same to it.
func FoundBy(results []Result) []string {
	var all []string
	for _, r := range results {
		if r.Verdict == Fail && !r.Late {
			all = append(all, r.Case.ID)
		}
	}
	return all
}
