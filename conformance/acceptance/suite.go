package acceptance

import (
	"slices"
	"time"

	"github.com/edokit/edokit/conformance"
)

// Suite is what the two utilities were promised, and what goes wrong in the field, each the whole way.
func Suite() conformance.Suite {
	s := conformance.Suite{Name: "acceptance", Says: "this library as a whole, against the stand-in operator", Cases: slices.Concat(promises(), faults())}
	for i := range s.Cases {
		s.Cases[i].Limit = 5 * time.Minute // of a loaded machine
	}
	return s
}

// sub is a part of a case, for tables.
func sub(t conformance.T, name string, f func(t conformance.T)) { f(conformance.Part(t, name)) }
