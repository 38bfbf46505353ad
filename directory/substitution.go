package directory

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/edokit/edokit/edo"
)

// Substitution (замещение) lets one user stand in for another for a time: the deputy then may do what the principal may
// at that moment, no more, and not what the principal may as somebody's deputy. Rows of what was done name both, see
// [edo.ActorID.For]. A right that the deputy has himself goes before: he then acts in his own name.
type Substitution struct {
	Subscriber edo.SubscriberID
	Deputy     edo.ActorID  // who acts
	Principal  edo.ActorID  // whose rights
	Actions    []edo.Action // empty: all that the principal may
	Kinds      []string     // empty: all
	From       time.Time    // zero: at once
	Until      time.Time    // exclusive; required
	UpdatedAt  time.Time    // set by the store
}

// Check reports every fault.
func (s Substitution) Check() error {
	var f faults
	f.add(edo.CheckID("substitution.subscriber", string(s.Subscriber)))
	f.add(edo.CheckID("substitution.deputy", string(s.Deputy)))
	f.add(edo.CheckID("substitution.principal", string(s.Principal)))
	f.host("substitution.deputy", s.Deputy)
	f.host("substitution.principal", s.Principal)
	if s.Deputy == s.Principal {
		f.bad(RuleMalformed, "substitution.principal", "is the deputy himself", "name another user")
	}
	f.actions("substitution.actions", s.Actions)
	f.lines("substitution.kinds", s.Kinds)
	if s.Until.IsZero() {
		f.bad(PeriodMalformed, "substitution.until", "is missing", "say when it ends; what shall last is a right of the user himself")
	}
	f.period("substitution.until", s.From, s.Until)
	return f.err()
}

// Refuses says why the deputy may not do r in the principal's stead, empty if he may. principal is the principal's own
// row, zero if there is none.
func (s Substitution) Refuses(r edo.AccessRequest, principal User) string {
	switch {
	case s.Deputy != r.Actor || s.Subscriber != r.Subscriber || !within(r.At, s.From, s.Until):
		return "the substitution is not valid at this time"
	case len(s.Actions) > 0 && !slices.Contains(s.Actions, r.Action):
		return fmt.Sprintf("the substitution does not let the user %s", r.Action)
	}
	if why := outside(s.Kinds, r); why != "" {
		return why
	}
	r.Actor = s.Principal
	return principal.Refuses(r)
}

// Live reports whether the substitution is valid at a time.
func (s Substitution) Live(at time.Time) bool { return within(at, s.From, s.Until) }

// Decide says in whose stead r is done, nobody if it is in the actor's own right, or why it is refused. own is the
// actor's row, zero if there is none; others are the substitutions in which the actor is the deputy, each with the row of
// its principal.
func Decide(r edo.AccessRequest, own User, others []Deputyship) (principal edo.ActorID, why string) {
	why = own.Refuses(r)
	if r.Local {
		return "", ""
	}
	if why == "" || r.Actor == "" {
		return "", why
	}
	for _, d := range others {
		if !d.Substitution.Live(r.At) {
			continue
		}
		w := d.Substitution.Refuses(r, d.Principal)
		if w == "" {
			return d.Substitution.Principal, ""
		}
		if principal == "" {
			principal, why = d.Substitution.Principal, why+"; for "+string(d.Substitution.Principal)+": "+w
		}
	}
	return principal, why
}

// Deputyship is a substitution with the principal's own row.
type Deputyship struct {
	Substitution Substitution
	Principal    User
}

func actions() []edo.Action {
	return []edo.Action{
		edo.ActionSend, edo.ActionRead, edo.ActionAnswer, edo.ActionInvite, edo.ActionSign, edo.ActionDecide,
		edo.ActionReadLog, edo.ActionReadContent, edo.ActionExport, edo.ActionAdmin,
	}
}

func actionNames() string {
	names := make([]string, len(actions()))
	for i, a := range actions() {
		names[i] = string(a)
	}
	return strings.Join(names, ", ")
}

func (f *faults) actions(field string, all []edo.Action) {
	if len(all) > maxList {
		f.bad(ActionUnknown, field, fmt.Sprintf("has %d entries", len(all)), fmt.Sprintf("use at most %d", maxList))
		return
	}
	for i, a := range all {
		if !slices.Contains(actions(), a) {
			f.bad(ActionUnknown, fmt.Sprintf("%s[%d]", field, i), "is no action", "use "+actionNames())
		}
	}
}

// host refuses a name that only users of this machine's system have.
func (f *faults) host(field string, a edo.ActorID) {
	if strings.HasPrefix(string(a), edo.LocalActor) {
		f.bad(edo.IDMalformed, field, "begins with "+edo.LocalActor, "that is for users of this machine's system, who need no row: name a user of the host")
	}
}
