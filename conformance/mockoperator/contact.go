package mockoperator

import "time"

// ContactStatus is a relation as one side sees it; the names are those of the contract.
type ContactStatus string

// The statuses of a contact.
const (
	NonAuthorized         ContactStatus = "NonAuthorized"
	ContactActive         ContactStatus = "Active"
	OutgoingAuthRequest   ContactStatus = "OutgoingAuthRequest"
	IncomingAuthRequest   ContactStatus = "IncomingAuthRequest"
	AuthRejected          ContactStatus = "AuthRejected"
	OutgoingAuthRejected  ContactStatus = "OutgoingAuthRejected"
	OutgoingAuthCancelled ContactStatus = "OutgoingAuthCancelled"
	IncomingAuthCancelled ContactStatus = "IncomingAuthCancelled"
)

// pair is a relation as the first of the two sees it.
type pair struct{ own, other int }

type contact struct {
	status  ContactStatus
	comment string
	time    time.Time
}

// contact reads a relation; a pair that nobody has touched is what the scenario says. The caller holds the lock.
func (o *Operator) contact(p pair) contact {
	if c, ok := o.contacts[p]; ok {
		return c
	}
	own, other := o.orgs.at(p.own), o.orgs.at(p.other)
	if p.own != p.other && o.scenario.People.Contacts == ContactsOpen && own.mayLogIn() && other.mayLogIn() {
		return contact{status: ContactActive}
	}
	return contact{status: NonAuthorized}
}

// relate writes both sides of a relation. The caller holds the lock.
func (o *Operator) relate(p pair, own, other ContactStatus, comment string) {
	now := o.now()
	o.contacts[p] = contact{own, comment, now}
	o.contacts[pair{p.other, p.own}] = contact{other, comment, now}
}

// mayExchange says whether documents may go from one organisation to another; the refusal names field. The caller does not
// hold the lock.
func (o *Operator) mayExchange(from, to int, field string) error {
	if from == to {
		return nil // between boxes of its own
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.orgs.at(to).status() == NonActive {
		if o.scenario.People.NonActiveRecipient == RecipientParked {
			return nil // kept here until he becomes active
		}
		return refuse("OrganizationMustBeActive", field, "Получатель ещё не зарегистрирован в сервисе")
	}
	if o.contact(pair{from, to}).status != ContactActive {
		return refuse("ContactIsNotAuthorized", field, "Обмен с контрагентом не установлен")
	}
	return nil
}

// parked tells whether what is sent to a box waits for its owner to become active.
func (o *Operator) parked(box string) bool {
	_, org := o.owner(box)
	return org != nil && org.status() == NonActive
}
