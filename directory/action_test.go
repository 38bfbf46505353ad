package directory_test

import (
	"testing"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

// TestEveryActionCanBeAllowed: what is asked for somewhere can be given to somebody.
func TestEveryActionCanBeAllowed(t *testing.T) {
	t.Parallel()
	for _, a := range []edo.Action{
		edo.ActionSend, edo.ActionRead, edo.ActionAnswer, edo.ActionInvite, edo.ActionSign, edo.ActionDecide, edo.ActionReadLog,
		edo.ActionReadContent, edo.ActionExport, edo.ActionAdmin,
	} {
		if err := (directory.User{Actor: "ivanova", Subscriber: "romashka", Actions: []edo.Action{a}}).Check(); err != nil {
			t.Errorf("%s: %v", a, err)
		}
	}
}
