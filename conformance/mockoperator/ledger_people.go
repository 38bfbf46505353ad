package mockoperator

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Registration is a RegisterSubscriber or CreateNonActiveSubscriber that took effect. One that found the subscriber there,
// or was refused, is none.
type Registration struct {
	Number    int // 1, 2, 3, ...
	Time      time.Time
	Operation string
	INN, KPP  string
	Name      string
	Box       string
	Status    Status   // after it
	Emails    []string // of the invitation, with CreateNonActiveSubscriber
	// Activated tells that the subscriber was here before, not active.
	Activated bool
	Exchange  int // number in [Operator.Wire]
}

// Invitation is a SendAuthRequest that took effect.
type Invitation struct {
	Number   int // 1, 2, 3, ...
	Time     time.Time
	From, To string // first boxes of both sides
	Comment  string
	Outcome  ContactStatus // as the inviting side sees it at once
	Exchange int           // number in [Operator.Wire]
}

// Registrations returns a copy of the registrations that took effect, in order.
func (o *Operator) Registrations() []Registration {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.registrations)
}

// Invitations returns a copy of the invitations that took effect, in order.
func (o *Operator) Invitations() []Invitation {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.invitations)
}

// Activate makes a local subscriber active, as if he had registered or the operator had admitted him. One without heads gets
// one, so that [Operator.Identity] has a key for him and a login with its certificate works.
func (o *Operator) Activate(inn, kpp string) error {
	return o.orgs.write(func() error {
		n := o.registered(inn, kpp)
		if n < 0 {
			return fmt.Errorf("mockoperator: no local subscriber with INN %s and KPP %q", inn, kpp)
		}
		org := *o.orgs.at(n)
		org.Status = Active
		if len(org.Heads) == 0 {
			org.Heads = []Head{{Surname: "Новосёлов", Given: "Абонент Иванович", Title: "Директор", SNILS: "67890123457", INN: "502987654044"}}
		}
		o.orgs.replace(n, org)
		o.answerPending(n)
		return nil
	})
}

// registered finds a local subscriber by exactly this INN and KPP; -1 means none.
func (o *Operator) registered(inn, kpp string) int {
	return slices.IndexFunc(o.orgs.list(), func(org *Organisation) bool {
		return org.local() && org.INN == inn && strings.EqualFold(org.KPP, kpp)
	})
}

func (o *Operator) noteRegistration(r Registration) {
	o.mu.Lock()
	defer o.mu.Unlock()
	r.Number, r.Time = len(o.registrations)+1, o.now()
	o.registrations = append(o.registrations, r)
}
