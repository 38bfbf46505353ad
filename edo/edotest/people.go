package edotest

import (
	"context"
	"fmt"

	"github.com/edokit/edokit/edo"
)

// People scripts who is known and related. Its fields may be set before use; nil functions change nothing.
type People struct {
	Introduce func(n int) error                  // what the caller of the n-th Introduce is told after it was done, from 1
	Refuse    func(i edo.Introduction) error     // refuses an Introduce before anything is done
	Invisible func(inn string, lookups int) bool // whether the n-th Lookup of an INN sees nothing
	Enrol     func(n int) error                  // what the caller of the n-th Enrol is told after it was done
	Rules     func() (bool, error)               // nil: accepted
	Forgetful bool                               // what is known is registered once more
	Strict    bool                               // messages to boxes in no active relation are refused
	Active    bool                               // only boxes that are active may be invited

	introduced int
	invited    int
	lookups    map[string]int
	relations  map[edo.BoxID]edo.RelationState
	enrolled   map[string]edo.BoxID
	enrols     int
}

// Introductions is how many counterparties were registered, and how often one was invited.
func (o *Operator) Introductions() (registered, invited int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.People.introduced, o.People.invited
}

// Enrolments is how many of our own were registered.
func (o *Operator) Enrolments() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.People.enrolled)
}

// SetRelation says where the exchange with a box stands, and whether the box is active.
func (o *Operator) SetRelation(inn string, s edo.RelationState, active bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for i := range o.Boxes[inn] {
		o.Boxes[inn][i].Active = active
		o.relate(o.Boxes[inn][i].Box, s)
	}
}

func (o *Operator) relate(b edo.BoxID, s edo.RelationState) {
	if o.People.relations == nil {
		o.People.relations = map[edo.BoxID]edo.RelationState{}
	}
	o.People.relations[b] = s
}

// relation is active for boxes that nobody has said anything about.
func (o *Operator) relation(b edo.BoxID) edo.RelationState {
	if s, ok := o.People.relations[b]; ok {
		return s
	}
	return edo.RelationActive
}

// Introduce implements [edo.Registrar]: the new box is not active, and nobody is invited.
func (s session) Introduce(_ context.Context, i edo.Introduction) (edo.Address, error) {
	o, c := s.o, i.Counterparty
	if o.People.Refuse != nil {
		if err := o.People.Refuse(i); err != nil {
			return edo.Address{}, err
		}
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if have, known := o.Boxes[c.INN]; !o.People.Forgetful && (!known || len(have) > 0) {
		return edo.Address{}, &edo.Error{Kind: edo.Conflict, Reason: edo.CounterpartyKnown, Message: "is known"}
	}
	a := edo.Address{Box: edo.BoxID("box-" + c.INN), INN: c.INN, KPP: c.KPP, Name: c.Name}
	o.Boxes[c.INN] = []edo.Address{a}
	o.relate(a.Box, edo.RelationNone)
	o.People.introduced++
	if o.People.Introduce != nil {
		if err := o.People.Introduce(o.People.introduced); err != nil {
			return edo.Address{}, err
		}
	}
	return a, nil
}

// Relation implements [edo.Registrar].
func (s session) Relation(_ context.Context, a edo.Address) (edo.Relation, error) {
	s.o.mu.Lock()
	defer s.o.mu.Unlock()
	return edo.Relation{State: s.o.relation(a.Box)}, nil
}

// Relate implements [edo.Registrar].
func (s session) Relate(_ context.Context, a edo.Address, m edo.Move, _ string) error {
	s.o.mu.Lock()
	defer s.o.mu.Unlock()
	switch now := s.o.relation(a.Box); m {
	case edo.MoveInvite:
		if now == edo.RelationActive || now == edo.RelationInvited {
			return nil
		}
		if s.o.People.Active && !a.Active {
			return &edo.Error{Kind: edo.Refused, Reason: edo.CounterpartyInactive, Message: "is not active"}
		}
		s.o.People.invited++
		s.o.relate(a.Box, edo.RelationInvited)
	case edo.MoveAccept:
		s.o.relate(a.Box, edo.RelationActive)
	case edo.MoveDecline:
		s.o.relate(a.Box, edo.RelationRejected)
	case edo.MoveWithdraw, edo.MoveStop:
		s.o.relate(a.Box, edo.RelationWithdrawn)
	default:
		return &edo.Error{Kind: edo.Invalid, Message: "unknown move " + string(m)}
	}
	return nil
}

// Enrol implements [edo.Enroller].
func (s session) Enrol(_ context.Context, e edo.Enrolment) (edo.Enrolled, error) {
	s.o.mu.Lock()
	defer s.o.mu.Unlock()
	p := &s.o.People
	if p.enrolled == nil {
		p.enrolled = map[string]edo.BoxID{}
	}
	p.enrols++
	box, existing := p.enrolled[e.Counterparty.INN]
	if !existing {
		box = edo.BoxID(fmt.Sprintf("box-%s", e.Counterparty.INN))
		p.enrolled[e.Counterparty.INN] = box
	}
	if p.Enrol != nil {
		if err := p.Enrol(p.enrols); err != nil {
			return edo.Enrolled{}, err
		}
	}
	return edo.Enrolled{Box: box, Name: e.Counterparty.Name, Existing: existing, Rules: e.AcceptRules}, nil
}

// RulesAccepted implements [edo.Rulebook].
func (s session) RulesAccepted(context.Context) (bool, error) {
	if s.o.People.Rules == nil {
		return true, nil
	}
	return s.o.People.Rules()
}

// SetBoxes says which boxes an INN has.
func (o *Operator) SetBoxes(inn string, boxes ...edo.Address) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.Boxes[inn] = boxes
}
