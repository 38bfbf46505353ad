package report

import (
	"slices"
	"strings"
	"time"

	"github.com/edokit/edokit/conformance"
)

// Report is what one run found.
type Report struct {
	Target       string    // what was examined: an address, a program
	Program      string    // version of the suites
	Seed         uint64    // of the order
	Began, Ended time.Time // on the clock of the one who ran it
	Suites       []Suite
	Clauses      []Clause // that the cases name; those with no sentence are places in a document
	Kills        []conformance.Kills
}

// Suite is the part of one suite.
type Suite struct {
	Name, Says string
	Results    []conformance.Result
}

// Clause is a sentence of a contract, or a row of the acceptance table.
type Clause struct{ ID, Says, Source string }

// Count is how many cases ended so.
func (r Report) Count(v conformance.Verdict) int {
	n := 0
	for _, s := range r.Suites {
		for _, one := range s.Results {
			if one.Verdict == v {
				n++
			}
		}
	}
	return n
}

// Verdicts lists all verdicts, worst first.
func Verdicts() []conformance.Verdict {
	return []conformance.Verdict{conformance.Fail, conformance.Broken, conformance.UnexpectedPass, conformance.ExpectedFail, conformance.Skip, conformance.Pass}
}

// Bad says whether somebody has to do something: a bad verdict, a mutant that lives, a case that kills none.
func (r Report) Bad() bool {
	for _, v := range Verdicts() {
		if v.Bad() && r.Count(v) > 0 {
			return true
		}
	}
	return slices.ContainsFunc(r.Kills, func(k conformance.Kills) bool { return len(k.Survivors())+len(k.Suspects()) > 0 })
}

// Proof is a clause and the cases that are about it.
type Proof struct {
	Clause

	Cases []Ref
}

// Ref names a case of a suite.
type Ref struct {
	Suite, ID string
	Verdict   conformance.Verdict
}

// Proofs is the table clause -> cases: first the clauses that have a sentence, in their order, then the others by name.
func (r Report) Proofs() []Proof {
	at := map[string]int{}
	var all []Proof
	for _, c := range r.Clauses {
		at[c.ID] = len(all)
		all = append(all, Proof{Clause: c})
	}
	known := len(all)
	for _, s := range r.Suites {
		for _, one := range s.Results {
			for _, id := range one.Case.Clauses {
				if _, ok := at[id]; !ok {
					at[id] = len(all)
					all = append(all, Proof{Clause: Clause{ID: id}})
				}
				p := &all[at[id]]
				p.Cases = append(p.Cases, Ref{s.Name, one.Case.ID, one.Verdict})
			}
		}
	}
	slices.SortStableFunc(all[known:], func(a, b Proof) int { return strings.Compare(a.ID, b.ID) })
	return all
}
