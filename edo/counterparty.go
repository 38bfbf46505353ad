package edo

import (
	"cmp"
	"context"
	"fmt"
	"time"
)

// Registrar is implemented by sessions that can make counterparties known to the operator and invite them.
type Registrar interface {
	// Introduce registers a counterparty that the operator does not know. One that it does know is an error of kind
	// [Conflict] with [CounterpartyKnown]: look it up.
	Introduce(ctx context.Context, i Introduction) (Address, error)
	// Relation says where the exchange with a counterparty stands.
	Relation(ctx context.Context, a Address) (Relation, error)
	// Relate makes a move. One that has been made already is no error.
	Relate(ctx context.Context, a Address, m Move, comment string) error
}

// Organisation forms.
const (
	FormCompany    = "company"    // ЮЛ, INN of 10 digits
	FormSole       = "sole"       // ИП
	FormIndividual = "individual" // ФЛ
)

// Introduction is what is known of an organisation or person that shall become known to the operator.
type Introduction struct {
	Counterparty  Counterparty
	Form          string // see [FormCompany]; empty: company for 10 digits of INN, sole for 12
	LastName      string // of a sole proprietor or individual
	FirstName     string
	MiddleName    string
	ContactPerson string
	EMails        []string
	Phone         string
}

// Check reports what is wrong with the introduction, as [Faults]. What an operator asks beyond it, the operator says.
func (i Introduction) Check() error {
	f := i.Counterparty.faults("introduction.counterparty")
	add := func(err error) {
		if err != nil {
			f = append(f, err)
		}
	}
	switch i.Form {
	case "", FormCompany, FormSole, FormIndividual:
	default:
		add(invalid(TextMalformed, "introduction.form", "is unknown", "use company, sole or individual, or leave it empty"))
	}
	add(CheckText("introduction.last_name", i.LastName))
	add(CheckText("introduction.first_name", i.FirstName))
	add(CheckText("introduction.middle_name", i.MiddleName))
	add(CheckText("introduction.contact_person", i.ContactPerson))
	add(CheckText("introduction.phone", i.Phone))
	if len(i.EMails) > maxEMails {
		add(invalid(TextMalformed, "introduction.emails", fmt.Sprintf("are %d", len(i.EMails)), fmt.Sprintf("give at most %d", maxEMails)))
		return f.Err()
	}
	for n, mail := range i.EMails {
		add(CheckText(fmt.Sprintf("introduction.emails[%d]", n), mail))
	}
	return f.Err()
}

const maxEMails = 20

// RelationState is where the exchange with a counterparty stands, seen from our side.
type RelationState string

// States of a relation.
const (
	RelationNone      RelationState = "none"      // nobody has invited anybody
	RelationInvited   RelationState = "invited"   // our invitation waits for them
	RelationAsked     RelationState = "asked"     // their invitation waits for us
	RelationActive    RelationState = "active"    // documents may be exchanged
	RelationRejected  RelationState = "rejected"  // we declined theirs
	RelationForbidden RelationState = "forbidden" // they forbade the exchange; no new invitations
	RelationWithdrawn RelationState = "withdrawn" // an invitation was withdrawn
	RelationUnknown   RelationState = "unknown"   // the operator said something that we do not know
)

// Relation is the operator's word on a counterparty.
type Relation struct {
	State    RelationState
	Comment  string
	At       time.Time
	Exchange ExchangeID
}

// Move is a step in a relation.
type Move string

// Moves.
const (
	MoveInvite   Move = "invite"
	MoveAccept   Move = "accept"
	MoveDecline  Move = "decline"
	MoveWithdraw Move = "withdraw"
	MoveStop     Move = "stop"
)

// Moves lists what may be done in a state.
func (s RelationState) Moves() []Move {
	switch s {
	case RelationNone, RelationRejected, RelationWithdrawn:
		return []Move{MoveInvite}
	case RelationAsked:
		return []Move{MoveAccept, MoveDecline}
	case RelationInvited:
		return []Move{MoveWithdraw}
	case RelationActive:
		return []Move{MoveStop}
	}
	return nil
}

// Made reports whether a move has nothing left to change in a state: it leads there.
func (m Move) Made(s RelationState) bool {
	switch s {
	case RelationInvited:
		return m == MoveInvite
	case RelationActive:
		return m == MoveInvite || m == MoveAccept
	case RelationRejected:
		return m == MoveDecline || m == MoveStop
	case RelationNone, RelationWithdrawn:
		return m == MoveWithdraw || m == MoveStop
	case RelationForbidden:
		return m == MoveStop
	}
	return false
}

// Enroller is implemented by sessions that can register our own side at the operator, from the certificate of the
// account. The account needs no box and no login yet.
type Enroller interface {
	// Enrol registers once: an organisation that is registered already is [Enrolled.Existing].
	Enrol(ctx context.Context, e Enrolment) (Enrolled, error)
}

// Enrolment is what registers one of our own subscribers (a managed client, or ourselves).
type Enrolment struct {
	Introduction
	Certificate []byte // DER; its key signs and logs in
	OGRN        string
	AcceptRules bool // the person has accepted the operator's rules
}

// Enrolled is the result of a registration.
type Enrolled struct {
	Box      BoxID
	Name     string
	Existing bool // it was registered before
	Rules    bool // the operator's rules are accepted
	Exchange ExchangeID
}

// Office is implemented by sessions that can tell about people and departments.
type Office interface {
	// Boxes lists what the login may use.
	Boxes(ctx context.Context) ([]Address, error)
	Whoami(ctx context.Context) (Person, error)
	// AcceptRules accepts the operator's rules for our organisation and reports whether they are accepted now.
	AcceptRules(ctx context.Context) (bool, error)
	Departments(ctx context.Context, a Address) ([]Department, error)
	// Qualified reports whether a counterparty owns a valid qualified certificate.
	Qualified(ctx context.Context, box BoxID) (bool, error)
}

// Rulebook is implemented by sessions that can tell, without any effect, whether our organisation has accepted the
// operator's rules.
type Rulebook interface {
	RulesAccepted(ctx context.Context) (bool, error)
}

// Person is a user at the operator.
type Person struct {
	Login, Name, Position, EMail, Department string
	Admin                                    bool
}

// Department is a part of an organisation that may send and receive.
type Department struct {
	ID, Parent, Name, KPP string
	Head                  bool
}

// CounterpartyState is where making a counterparty reachable stands.
type CounterpartyState string

// States of a counterparty. Many and forbidden wait for a person.
const (
	CounterpartyLooking     CounterpartyState = "looking"     // being looked up
	CounterpartyRegistering CounterpartyState = "registering" // the request to register may have left
	CounterpartyInvited     CounterpartyState = "invited"     // it has a box; it must become active
	CounterpartyReady       CounterpartyState = "ready"       // documents may be sent
	CounterpartyChoice      CounterpartyState = "choice"      // several boxes fit; candidates are listed
	CounterpartyForbidden   CounterpartyState = "forbidden"   // it forbade the exchange, or a person ended it on our side
	CounterpartyFailed      CounterpartyState = "failed"      // the operator refused to register it
)

// CounterpartyKey names a counterparty of a subscriber.
type CounterpartyKey struct {
	Subscriber SubscriberID
	INN, KPP   string
}

const counterpartyPrefix = "counterparty:"

// ID is the package id under which work on the counterparty is kept.
func (k CounterpartyKey) ID() PackageID {
	if k.KPP == "" {
		return PackageID(counterpartyPrefix + k.INN)
	}
	return PackageID(counterpartyPrefix + k.INN + ":" + k.KPP)
}

// CounterpartyStatus is the stored fate of making a counterparty reachable.
type CounterpartyStatus struct {
	Key          CounterpartyKey
	Introduction Introduction
	State        CounterpartyState
	Address      Address
	Candidates   []Address
	Relation     RelationState
	Registered   bool // by us: the operator did not know it before
	Reason       Reason
	Detail       string
	UpdatedAt    time.Time
	Revision     int64
}

// Name is how people know it: as the operator calls it, else as we do.
func (c CounterpartyStatus) Name() string {
	return cmp.Or(c.Address.Name, c.Introduction.Counterparty.Name)
}
