package dmsplugin

import (
	"errors"

	"github.com/edokit/edokit/dmsplugin/internal/clerk"
	"github.com/edokit/edokit/edo"
)

// Sentence is what a message box says of an error: what went wrong in a clerk's words, of several faults the first. It is the
// sentence that the plugin gives hosts in other languages; the error itself says which field it is and what to do.
func Sentence(err error) edo.Sentence {
	var many edo.Faults
	if errors.As(err, &many) && len(many) > 0 {
		err = many[0]
	}
	e := &edo.Error{Kind: edo.KindOf(err)}
	_ = errors.As(err, &e) // an error of somebody else is told by its kind
	return clerk.Fault(e)
}
