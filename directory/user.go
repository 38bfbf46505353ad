package directory

import (
	"fmt"
	"slices"
	"time"

	"github.com/edokit/edokit/edo"
)

// User is a host's user who may do something for one subscriber. Whoever has no row may do nothing.
//
// [edo.ActionSend], [edo.ActionAnswer], [edo.ActionInvite], [edo.ActionSign] and [edo.ActionDecide] are enforced. [edo.ActionRead] is stored and kept for a console to come, but nothing asks for it:
// whoever can reach the gateway or the plugin may read.
type User struct {
	Actor      edo.ActorID
	Subscriber edo.SubscriberID
	Name       string       // for people
	Actions    []edo.Action // at least one
	Kinds      []string     // document kinds the user may send; empty: all
	From       time.Time    // zero: since ever
	Until      time.Time    // exclusive; zero: for ever
	UpdatedAt  time.Time    // set by the store
}

// Check reports every fault.
func (u User) Check() error {
	var f faults
	f.add(edo.CheckID("user.actor", string(u.Actor)))
	f.add(edo.CheckID("user.subscriber", string(u.Subscriber)))
	f.line("user.name", u.Name, false)
	if len(u.Actions) == 0 {
		f.bad(ActionUnknown, "user.actions", "is empty", "allow at least one of send, read, answer, invite, sign and decide")
	}
	for i, a := range u.Actions {
		switch a {
		case edo.ActionSend, edo.ActionRead, edo.ActionAnswer, edo.ActionInvite, edo.ActionSign, edo.ActionDecide:
		default:
			f.bad(ActionUnknown, fmt.Sprintf("user.actions[%d]", i), "is no action", "use send, read, answer, invite, sign or decide")
		}
	}
	f.lines("user.kinds", u.Kinds)
	f.period("user.until", u.From, u.Until)
	return f.err()
}

// Refuses says why the row does not allow r, empty if it does.
func (u User) Refuses(r edo.AccessRequest) string {
	switch {
	case u.Actor != r.Actor || u.Subscriber != r.Subscriber:
		return "the user has no rights for this subscriber"
	case !within(r.At, u.From, u.Until):
		return "the user's rights are not valid at this time"
	case !slices.Contains(u.Actions, r.Action):
		return fmt.Sprintf("the user may not %s", r.Action)
	}
	if len(u.Kinds) > 0 {
		for _, kind := range r.Kinds {
			if !slices.Contains(u.Kinds, kind) {
				return fmt.Sprintf("the user may not send documents of kind %q", kind)
			}
		}
	}
	return ""
}

// Refusal is one refused request, kept before the caller is told.
type Refusal struct {
	Seq        int64
	Actor      edo.ActorID
	Action     edo.Action
	Subscriber edo.SubscriberID
	Kinds      []string
	Why        string // one line for people
	At         time.Time
}
