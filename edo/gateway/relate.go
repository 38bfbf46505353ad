package gateway

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/edokit/edokit/edo"
)

// Relate makes a move in the relation with a counterparty, as a person has decided: to invite, to accept or decline an
// invitation, to withdraw ours, to stop the exchange. Making it twice changes nothing. After a move towards the exchange
// the counterparty is waited for as with [Gateway.EnsureCounterparty]; with one away from it nothing more is
// done by itself, even if the operator does not take the move: the status then says why. A move that the relation does
// not allow is refused.
func (g *Gateway) Relate(ctx context.Context, actor edo.ActorID, k edo.CounterpartyKey, m edo.Move, comment string) (edo.CounterpartyStatus, error) {
	ctx, done := g.lend(ctx)
	defer done()
	status, err := g.relate(ctx, actor, k, m, comment)
	return status, wrap("gateway.Relate", err)
}

func (g *Gateway) relate(ctx context.Context, actor edo.ActorID, k edo.CounterpartyKey, m edo.Move, comment string) (edo.CounterpartyStatus, error) {
	none := edo.CounterpartyStatus{}
	if err := g.mayInvite(ctx, actor, k.Subscriber); err != nil {
		return none, err
	}
	switch m {
	case edo.MoveInvite, edo.MoveAccept, edo.MoveDecline, edo.MoveWithdraw, edo.MoveStop:
	default:
		return none, &edo.Error{Kind: edo.Invalid, Field: "move", Message: "is unknown", Remedy: "use invite, accept, decline, withdraw or stop"}
	}
	if err := edo.CheckText("comment", comment); err != nil {
		return none, err
	}
	session, _, err := g.session(ctx, k.Subscriber)
	if err != nil {
		return none, err
	}
	registrar, ok := session.(edo.Registrar)
	if !ok {
		return none, &edo.Error{Kind: edo.NotSupported, Message: "the operator's driver knows no relations"}
	}
	row, address, err := g.related(ctx, session, k)
	if err != nil {
		return none, err
	}
	relation, err := registrar.Relation(ctx, address)
	if err == nil {
		err = possible(relation.State, m)
	}
	if err != nil {
		return row, err
	}
	row.Address, row.Relation = address, relation.State
	if !towards(m) {
		if row, err = g.stopped(ctx, row, m); err != nil {
			return row, err
		}
	}
	if err := registrar.Relate(ctx, address, m, comment); err != nil {
		return g.unmoved(ctx, row, m, err)
	}
	g.Trace(ctx, "relate.moved")
	if relation, err = registrar.Relation(ctx, address); err != nil {
		return row, err
	}
	row.Relation = relation.State
	return g.moved(ctx, row, m)
}

func towards(m edo.Move) bool { return m == edo.MoveInvite || m == edo.MoveAccept }

// possible refuses a move that leads nowhere from where the relation stands. One that was made already is no error, and
// from a state that we do not know the operator judges it.
func possible(s edo.RelationState, m edo.Move) error {
	moves := s.Moves()
	if s == edo.RelationUnknown || m.Made(s) || slices.Contains(moves, m) {
		return nil
	}
	e := &edo.Error{Kind: edo.Invalid, Field: "move", Message: fmt.Sprintf("%s cannot be made: the relation is %s", m, s), Remedy: "wait for the counterparty"}
	if s == edo.RelationForbidden {
		e.Reason, e.Remedy = edo.CounterpartyBlocked, "ask the counterparty to invite"
	}
	if len(moves) > 0 {
		e.Remedy = fmt.Sprintf("use one of %v", moves)
	}
	return e
}

// related is the row of a counterparty and its one box. A counterparty that was never asked for has no row yet.
func (g *Gateway) related(ctx context.Context, session edo.Session, k edo.CounterpartyKey) (edo.CounterpartyStatus, edo.Address, error) {
	row, err := g.Reach.CounterpartyStatus(ctx, k)
	switch {
	case errors.Is(err, edo.NotFound):
		row = edo.CounterpartyStatus{Key: k, Introduction: edo.Introduction{Counterparty: edo.Counterparty{INN: k.INN, KPP: k.KPP}}}
		if err := row.Introduction.Check(); err != nil {
			return row, edo.Address{}, err
		}
	case err != nil:
		return row, edo.Address{}, err
	case row.Address.Box != "":
		return row, row.Address, nil
	}
	found, err := session.Lookup(ctx, row.Introduction.Counterparty)
	switch {
	case err != nil:
		return row, edo.Address{}, err
	case len(found) == 0:
		return row, edo.Address{}, &edo.Error{Kind: edo.NotFound, Reason: edo.CounterpartyUnknown, Field: "counterparty", Message: "has no box at the operator"}
	case len(found) > 1:
		return row, edo.Address{}, &edo.Error{Kind: edo.Ambiguous, Reason: edo.CounterpartyMany, Field: "counterparty", Message: "has several boxes", Candidates: found}
	}
	return row, found[0], nil
}

// stopped writes down that a person ends the exchange, before the operator is asked: whatever becomes of the request,
// nobody is invited again by itself. What the work on the counterparty has written meanwhile gives way.
func (g *Gateway) stopped(ctx context.Context, row edo.CounterpartyStatus, m edo.Move) (edo.CounterpartyStatus, error) {
	for {
		row.State, row.Reason, row.UpdatedAt = edo.CounterpartyForbidden, edo.CounterpartyBlocked, g.Now()
		row.Detail = "the exchange was ended on our side (" + string(m) + ")"
		if row.Revision == 0 {
			return row, nil // nothing is waited for
		}
		err := g.Reach.Revise(ctx, row, row.Revision, nil)
		if err == nil {
			row.Revision++
			g.Trace(ctx, "relate.stopped")
			return row, nil
		}
		if !errors.Is(err, edo.Conflict) {
			return row, err
		}
		now, err := g.Reach.CounterpartyStatus(ctx, row.Key)
		if err != nil {
			return row, err
		}
		now.Address, now.Relation = row.Address, row.Relation
		row = now
	}
}

// unmoved writes down that the operator has not taken a move away from the exchange. Nothing is done by itself all the
// same, as the person wants it.
func (g *Gateway) unmoved(ctx context.Context, row edo.CounterpartyStatus, m edo.Move, why error) (edo.CounterpartyStatus, error) {
	if towards(m) || row.Revision == 0 {
		return row, why
	}
	if reason := edo.ReasonOf(why); reason != "" {
		row.Reason = reason
	}
	row.Detail, row.UpdatedAt = "the exchange was ended on our side, but the operator has not confirmed it ("+string(m)+"): "+plain(why), g.Now()
	stored, err := g.revised(ctx, row, nil)
	if err != nil {
		return row, err
	}
	return stored, why
}

// moved writes down what a move has changed.
func (g *Gateway) moved(ctx context.Context, row edo.CounterpartyStatus, m edo.Move) (edo.CounterpartyStatus, error) {
	row.UpdatedAt = g.Now()
	switch {
	case !towards(m) && row.Revision == 0:
		return row, nil // nothing was waited for
	case !towards(m):
		return g.revised(ctx, row, nil)
	}
	row.State, row.Reason, row.Detail = edo.CounterpartyInvited, edo.CounterpartyPending, ""
	job := reachJob(row.Key, row.UpdatedAt)
	if row.Revision == 0 {
		row.Revision = 1
		stored, _, err := g.Reach.Ensure(ctx, row, job)
		g.Queue.Ring()
		return stored, err
	}
	return g.revised(ctx, row, []edo.Job{job})
}

// revised writes a row, or gives the one that somebody else has written meanwhile.
func (g *Gateway) revised(ctx context.Context, row edo.CounterpartyStatus, jobs []edo.Job) (edo.CounterpartyStatus, error) {
	err := g.Reach.Revise(ctx, row, row.Revision, jobs)
	if errors.Is(err, edo.Conflict) {
		return g.Reach.CounterpartyStatus(ctx, row.Key)
	}
	if err != nil {
		return row, err
	}
	row.Revision++
	g.Queue.Ring()
	return row, nil
}
