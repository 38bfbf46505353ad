package synerdocs

import (
	"context"
	"slices"

	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/internal/soap"
)

// move is one step of a relation at the service.
type move struct {
	operation string
	done      []string            // codes that say "this has been done"
	reached   []edo.RelationState // what it leads to
}

func moveOf(m edo.Move) (move, bool) {
	switch m {
	case edo.MoveInvite:
		return move{"SendAuthRequest", []string{"ContactIsAlreadyAuthorized", "ContactAuthIsAlreadyRequested"}, []edo.RelationState{edo.RelationInvited, edo.RelationActive}}, true
	case edo.MoveAccept:
		return move{"AcceptAuthRequest", []string{"ContactIsAlreadyAuthorized"}, []edo.RelationState{edo.RelationActive}}, true
	case edo.MoveDecline:
		return move{"RejectAuthRequest", nil, []edo.RelationState{edo.RelationRejected}}, true
	case edo.MoveWithdraw:
		return move{"CancelAuthRequest", nil, []edo.RelationState{edo.RelationWithdrawn, edo.RelationNone}}, true
	case edo.MoveStop:
		return move{"DeleteContact", nil, []edo.RelationState{edo.RelationNone, edo.RelationRejected, edo.RelationForbidden, edo.RelationWithdrawn}}, true
	}
	return move{}, false
}

// Relate makes a move (SendAuthRequest, AcceptAuthRequest, RejectAuthRequest, CancelAuthRequest, DeleteContact). One
// that has been made already is no error: the service says so by a code, or refuses and the relation shows it. A lost
// answer is [edo.InDoubt]; making the move again does no harm.
func (s *session) Relate(ctx context.Context, a edo.Address, m edo.Move, comment string) error {
	step, ok := moveOf(m)
	if !ok {
		return invalid("move", "is unknown", "use a move of package edo")
	}
	if err := edo.CheckText("comment", comment); err != nil {
		return err
	}
	own, err := s.ownNumber(ctx)
	if err != nil {
		return err
	}
	number, err := s.organisationNumber(ctx, a)
	if err != nil {
		return err
	}
	if !isNumber(number) {
		return invalid("address.organisation", "is no number", "look the counterparty up again")
	}
	err = s.step(ctx, step.operation, own, number, comment, a)
	e, is := err.(*edo.Error) //nolint:errorlint // the outermost error is the verdict
	switch {
	case !is || e.Kind != edo.Refused:
		return err
	case slices.Contains(step.done, e.Code):
		return nil
	}
	if now, look := s.contactOf(ctx, own, number); look == nil && slices.Contains(step.reached, now.State) {
		return nil
	}
	return eitherInactive(e)
}

// eitherInactive tells whom a refused invitation may be about: only an active organisation may invite an active one, a
// newly registered one has status Test (contract 5.1), and the code does not say which of the two it means.
func eitherInactive(e *edo.Error) error {
	if e.Code != "OrganizationMustBeActive" {
		return e
	}
	c := *e
	c.Message = "the operator wants active organisations; either side may be the one that is not"
	c.Remedy = "look whether our own organisation is active at the operator: after registration it has status Test; if it is, the counterparty must become active"
	return &c
}

func (s *session) step(ctx context.Context, op, own, number, comment string, a edo.Address) error {
	_, err := s.call(ctx, func(token edo.Secret) soap.Request {
		b := body(op, false)
		b.Secret(svc("authToken"), token)
		b.Text(svc("organizationId"), own)
		b.Text(svc("contragentId"), number)
		optional(b, svc("comment"), comment)
		r := request(op, b, (*soap.Node).Skip) // the answer is empty
		r.Effect = true
		if a.INN != "" {
			r.Package = s.workOn(edo.Counterparty{INN: a.INN, KPP: a.KPP})
		}
		return r
	})
	return err
}
