package gateway

import (
	"context"
	"errors"

	"github.com/edokit/edokit/edo"
)

// Relate makes a move in the relation with a counterparty, as a person has decided: to invite, to accept or decline an
// invitation, to withdraw ours, to stop the exchange. Making it twice changes nothing. After a move towards the exchange
// the counterparty is waited for as with [Gateway.EnsureCounterparty]; after one away from it nothing is done by itself.
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
	if err := registrar.Relate(ctx, address, m, comment); err != nil {
		return row, err
	}
	relation, err := registrar.Relation(ctx, address)
	if err != nil {
		return row, err
	}
	row.Address, row.Relation = address, relation.State
	return g.moved(ctx, row, m)
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

// moved writes down what a move has changed.
func (g *Gateway) moved(ctx context.Context, row edo.CounterpartyStatus, m edo.Move) (edo.CounterpartyStatus, error) {
	towards := m == edo.MoveInvite || m == edo.MoveAccept
	row.UpdatedAt = g.Now()
	var jobs []edo.Job
	if towards {
		row.State, row.Reason, row.Detail = edo.CounterpartyInvited, edo.CounterpartyPending, ""
		jobs = []edo.Job{reachJob(row.Key, row.UpdatedAt)}
	} else {
		row.State, row.Reason, row.Detail = edo.CounterpartyForbidden, edo.CounterpartyBlocked, "the exchange was ended on our side ("+string(m)+")"
	}
	if row.Revision == 0 {
		if !towards {
			return row, nil // nothing was waited for
		}
		row.Revision = 1
		stored, _, err := g.Reach.Ensure(ctx, row, jobs[0])
		g.Queue.Ring()
		return stored, err
	}
	err := g.Reach.Revise(ctx, row, row.Revision, jobs)
	if errors.Is(err, edo.Conflict) {
		return g.Reach.CounterpartyStatus(ctx, row.Key)
	}
	row.Revision++
	g.Queue.Ring()
	return row, err
}
