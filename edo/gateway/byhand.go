package gateway

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/edokit/edokit/edo"
)

// Desk lets a person take the work on a package in hand. It is one store with the [Outbox].
type Desk interface {
	// Seize leases the send job of a package for a person, whether it is due or has ended or not, under the fence that
	// binds workers: who held it before can write no more. False when a worker holds it; [edo.NotFound] if there is no
	// such package.
	Seize(ctx context.Context, k edo.Key, owner string, now, until time.Time) (edo.Job, bool, error)
}

// handPatience is how long a person waits for a worker to finish its step.
const handPatience = 3 * time.Second

// hand is what a person does to a package.
type hand struct {
	actor edo.ActorID // as rows name it, once it is allowed
	verb  string      // kept as the result of the attempt: "cancelled"
	why   string
}

// words are kept in the event, in the attempt and in the row.
func (h hand) words() string { return h.verb + " by " + string(h.actor) + ": " + h.why }

// byHand does a person's work on a package like a worker: under the lease of the send job, so that nobody else works on
// the package meanwhile and nothing that a worker has read before is written after. What it commits is conditional on the
// fence; if the process dies in between, the lease ends and the job goes on as it was.
func (g *Gateway) byHand(ctx context.Context, k edo.Key, h *hand, work func(ctx context.Context, t *turn, op edo.Operation) error) (edo.Operation, error) {
	who, err := g.mayDecide(ctx, k, h.actor)
	if err != nil {
		return edo.Operation{}, err
	}
	h.actor = who
	if g.Desk == nil {
		return edo.Operation{}, notConfigured("Desk")
	}
	if err := edo.CheckWhy("why", h.why); err != nil {
		return edo.Operation{}, err
	}
	ctx, done := g.lend(ctx)
	defer done()
	job, err := g.seize(ctx, k, *h)
	if err != nil {
		return edo.Operation{}, err
	}
	g.Trace(ctx, "person.seized")
	if err := g.handWork(ctx, newTurn(job, g.Now), h, work); err != nil {
		return edo.Operation{}, err
	}
	g.Trace(ctx, "person."+h.verb)
	return g.Outbox.Operation(ctx, k)
}

// mayDecide asks before anything else is done, and says how rows shall name who acts. Who is bound to kinds of documents
// decides about no others.
func (g *Gateway) mayDecide(ctx context.Context, k edo.Key, actor edo.ActorID) (edo.ActorID, error) {
	r := edo.AccessRequest{Actor: actor, Action: edo.ActionDecide, Subscriber: k.Subscriber}
	op, err := g.Outbox.Operation(ctx, k)
	if err != nil && !errors.Is(err, edo.NotFound) { // who may not decide learns that first, also of what is not there
		return "", err
	}
	for _, d := range op.Documents {
		if d.Kind != "" { // our answers have none
			r.Kinds = append(r.Kinds, d.Kind)
		}
	}
	return g.acting(ctx, r)
}

// seize waits a little for a worker that has the job in hand.
func (g *Gateway) seize(ctx context.Context, k edo.Key, h hand) (edo.Job, error) {
	patience, cancel := context.WithTimeout(ctx, handPatience)
	defer cancel()
	tick := time.NewTicker(min(g.Idle, 100*time.Millisecond))
	defer tick.Stop()
	for {
		now := g.Now()
		job, free, err := g.Desk.Seize(ctx, k, "by hand: "+string(h.actor), now, now.Add(g.Lease))
		if err != nil || free {
			return job, err
		}
		select {
		case <-tick.C:
		case <-patience.Done():
			if ctx.Err() != nil {
				return job, ctx.Err()
			}
			return job, &edo.Error{
				Kind: edo.Conflict, Reason: edo.WorkHeld, Field: "package", Message: "is being worked on", RetryAfter: g.Lease,
				Remedy: "try again in a moment; a worker that has died holds it until its lease ends",
			}
		}
	}
}

// handWork runs the work while the lease is kept alive. Work that was refused gives the job back as it was.
func (g *Gateway) handWork(ctx context.Context, t *turn, h *hand, work func(ctx context.Context, t *turn, op edo.Operation) error) error {
	held, lost := context.WithCancelCause(ctx)
	defer lost(nil)
	var renewing sync.WaitGroup
	stop := make(chan struct{})
	renewing.Go(func() { g.renew(held, stop, t, lost) })
	op, err := g.Outbox.Operation(held, t.job.Key)
	if err == nil {
		t.remember(op)
		err = work(held, t, op)
	}
	close(stop)
	renewing.Wait()
	if err == nil {
		return nil
	}
	c := edo.Change{At: g.Now(), Release: true, Due: t.job.Due, Reason: op.Reason, Result: "not " + h.verb, Detail: h.words() + ": " + plain(err)}
	if giveBack := g.settle(ctx, t.job, c); giveBack != nil {
		g.Logger.ErrorContext(ctx, "give back", "job", t.job.ID, "error", giveBack) // the lease ends by itself
	}
	return err
}

// handled commits what a person did, with the event that tells it.
func (g *Gateway) handled(ctx context.Context, t *turn, op *edo.Operation, h *hand, c edo.Change) error {
	c.At = g.Now()
	told := statusEvent(*op, c.At)
	told.Detail = h.words()
	c.Events = append([]edo.Event{told}, c.Events...)
	c.Operation, c.Documents, c.Reason, c.Result, c.Detail = op, t.changed(op.Documents), op.Reason, h.verb, h.words()
	return g.settle(ctx, t.job, c)
}

// unsuited refuses what a state does not allow.
func unsuited(op edo.Operation, message, remedy string) error {
	return &edo.Error{Kind: edo.Conflict, Reason: edo.StateUnsuited, Field: "package", Message: "is " + string(op.State) + ": " + message, Remedy: remedy}
}

// Retry lets a package go on now. One that waits is tried at once, one in doubt is asked for at once and never sent by this.
// One that has failed becomes new work with the same documents and signatures: it surely was not accepted. What was
// cancelled stays so, and an answer that has failed is given anew with [Gateway.Answer]. why is kept with the actor.
// Errors: [edo.StateUnsuited], [edo.WorkHeld].
func (g *Gateway) Retry(ctx context.Context, actor edo.ActorID, k edo.Key, why string) (edo.Operation, error) {
	h := &hand{actor, "retried", why}
	op, err := g.byHand(ctx, k, h, func(ctx context.Context, t *turn, op edo.Operation) error {
		switch {
		case op.State == edo.StateAccepted, op.State == edo.StateWaiting, op.State == edo.StateInDoubt:
		case op.State != edo.StateFailed:
			return unsuited(op, "nothing is left to retry", "look at the package")
		case op.Reason == edo.Cancelled:
			return unsuited(op, "it was cancelled, and what is cancelled is never sent", "send the documents as a new package")
		case op.Answer != "":
			return unsuited(op, "an answer that has failed was not given", "give the answer again: it becomes an operation of its own")
		default:
			op.State, op.Reason, op.Detail, op.Candidates, op.Address = edo.StateAccepted, "", h.words(), nil, edo.Address{}
			op.DoubtSince, op.NotFound, op.Skew = time.Time{}, 0, 0
		}
		return g.handled(ctx, t, &op, h, edo.Change{Release: true, Due: g.Now()})
	})
	return op, wrap("gateway.Retry", err)
}

// Cancel ends a package of which surely nothing has left: accepted or waiting. It has failed then with [edo.Cancelled] and
// can never be sent. While it is being sent or in doubt it is refused: what the operator may have cannot be taken back
// here. why is kept with the actor. Errors: [edo.StateUnsuited], [edo.WorkHeld].
func (g *Gateway) Cancel(ctx context.Context, actor edo.ActorID, k edo.Key, why string) (edo.Operation, error) {
	h := &hand{actor, "cancelled", why}
	op, err := g.byHand(ctx, k, h, func(ctx context.Context, t *turn, op edo.Operation) error {
		switch {
		case op.State == edo.StateAccepted, op.State == edo.StateWaiting:
		case op.State == edo.StateSending, op.State == edo.StateInDoubt:
			return unsuited(op, "the operator may have it already", "wait until its fate is known, or decide it")
		case op.State == edo.StateFailed:
			return unsuited(op, "nothing goes on any more", "look at the package")
		default:
			return unsuited(op, "the operator has accepted it", "revoke its documents")
		}
		op.State, op.Reason, op.Detail = edo.StateFailed, edo.Cancelled, h.words()
		return g.handled(ctx, t, &op, h, edo.Change{Done: true})
	})
	return op, wrap("gateway.Cancel", err)
}
