// Package gotest runs a suite as tests of Go, one for each case: the package of a suite stays free of package testing, and a
// program that runs it too. It judges nothing; next: package conformance.
package gotest

import (
	"testing"
	"time"

	"github.com/edokit/edokit/conformance"
)

// Run runs all cases of a suite as subtests named by their ids: those that are Alone first, the others beside each other. A
// suite that cannot be trusted fails.
func Run(t *testing.T, s conformance.Suite, o conformance.Options) {
	t.Helper()
	if err := s.Check(); err != nil {
		t.Fatal(err)
	}
	for _, alone := range []bool{true, false} {
		for _, c := range s.Cases {
			if c.Alone != alone {
				continue
			}
			t.Run(c.ID, func(t *testing.T) {
				if !alone {
					t.Parallel()
				}
				one := conformance.Suite{Name: s.Name, Cases: []conformance.Case{c}}
				results, err := conformance.Run(t.Context(), one, o)
				if err != nil {
					t.Fatal(err)
				}
				tell(t, results[0])
			})
		}
	}
}

// most is how much of a message is worth a place in the output of a test.
const most = 4 << 10

func tell(t *testing.T, r conformance.Result) {
	t.Helper()
	for _, text := range r.Noted {
		t.Log(text)
	}
	for _, e := range r.Exchanges {
		if r.Verdict.Bad() {
			t.Logf("%s\n> %.*s\n< %.*s", e.Name, most, e.Request, most, e.Answer)
		}
	}
	switch {
	case r.Verdict.Bad():
		t.Errorf("%s (%v): %s", r.Case.Says, r.Case.Clauses, r.Text())
	case r.Verdict == conformance.Skip:
		t.Skip(r.Text())
	}
	t.Log("took", r.Took.Round(time.Millisecond))
}
