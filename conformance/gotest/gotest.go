// Package gotest runs a suite as tests of Go, one for each case: the package of a suite stays free of package testing, and a
// program that runs it too. It judges nothing; next: package conformance.
package gotest

import (
	"testing"

	"github.com/edokit/edokit/conformance"
)

// Run runs all cases of a suite as subtests named by their ids: those that are Alone first, the others beside each other. A
// suite that cannot be trusted fails.
func Run(t *testing.T, s conformance.Suite) {
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
				c.Run(t)
			})
		}
	}
}
