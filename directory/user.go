package directory

import (
	"fmt"
	"slices"
	"time"

	"github.com/edokit/edokit/edo"
)

// User is a host's user who may do something for one subscriber. Whoever has no row may do nothing, and every action is
// asked for where it is done; nothing is cached, so a change of the row holds from the next call on, in every process.
//
// [edo.ActionSend], [edo.ActionAnswer], [edo.ActionInvite], [edo.ActionSign] and [edo.ActionDecide] are asked
// for by what a user does.
// [edo.ActionRead] is asked for by lists of the message log, [edo.ActionReadLog] by its raw XML, [edo.ActionReadContent]
// by documents and their versions, [edo.ActionExport] by exports; the last three leave a [edo.Reading]. [edo.ActionAdmin]
// is asked for when a change of the directory or of the archive names the user who makes it. States and events, which a
// host fetches for itself, name no user and ask for nothing.
//
// Kinds bind what is sent, decided and read: whoever has kinds may not read what belongs to none.
type User struct {
	Actor      edo.ActorID
	Subscriber edo.SubscriberID
	Name       string       // for people
	Actions    []edo.Action // at least one
	Kinds      []string     // document kinds the user may send, decide and read; empty: all
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
	f.host("user.actor", u.Actor)
	if len(u.Actions) == 0 {
		f.bad(ActionUnknown, "user.actions", "is empty", "allow at least one of "+actionNames())
	}
	f.actions("user.actions", u.Actions)
	f.lines("user.kinds", u.Kinds)
	f.period("user.until", u.From, u.Until)
	return f.err()
}

// Refuses says why the row does not allow r, empty if it does.
func (u User) Refuses(r edo.AccessRequest) string {
	switch {
	case r.Actor == "":
		return "no user is named"
	case u.Actor != r.Actor || u.Subscriber != r.Subscriber:
		return "the user has no rights for this subscriber"
	case !within(r.At, u.From, u.Until):
		return "the user's rights are not valid at this time"
	case !slices.Contains(u.Actions, r.Action):
		return fmt.Sprintf("the user may not %s", r.Action)
	}
	return outside(u.Kinds, r)
}

// outside says why what is asked for is none of the kinds that are allowed; none allowed means all.
func outside(kinds []string, r edo.AccessRequest) string {
	if len(kinds) == 0 {
		return ""
	}
	for _, kind := range r.Kinds {
		if !slices.Contains(kinds, kind) {
			return fmt.Sprintf("the user may not %s documents of kind %q", r.Action, kind)
		}
	}
	if len(r.Kinds) == 0 && reads(r.Action) {
		return fmt.Sprintf("the user may %s some kinds of documents only, and this belongs to none", r.Action)
	}
	return ""
}

func reads(a edo.Action) bool {
	return a == edo.ActionReadLog || a == edo.ActionReadContent || a == edo.ActionExport
}

// Refusal is one refused request, kept before the caller is told.
type Refusal struct {
	Seq        int64
	Actor      edo.ActorID
	Principal  edo.ActorID // whom the actor stands in for, if that did not help; empty: nobody
	Action     edo.Action
	Subscriber edo.SubscriberID
	Kinds      []string
	Why        string // one line for people
	At         time.Time
}
