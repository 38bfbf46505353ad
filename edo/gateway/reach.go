package gateway

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/edokit/edokit/edo"
)

// EnsureCounterparty makes a counterparty reachable: it is looked up, registered if the operator does not know it,
// invited, and waited for. It returns what is known now; the rest happens by itself and is told by events. However often
// and from however many processes it is asked for, it is done once. What waits for a person (a choice between boxes, a
// refusal, an exchange that was forbidden) begins again when it is asked for again, with the new introduction.
func (g *Gateway) EnsureCounterparty(ctx context.Context, actor edo.ActorID, s edo.SubscriberID, i edo.Introduction) (edo.CounterpartyStatus, error) {
	status, err := g.ensureCounterparty(ctx, actor, s, i)
	return status, wrap("gateway.EnsureCounterparty", err)
}

func (g *Gateway) ensureCounterparty(ctx context.Context, actor edo.ActorID, s edo.SubscriberID, i edo.Introduction) (edo.CounterpartyStatus, error) {
	if err := g.mayInvite(ctx, actor, s); err != nil {
		return edo.CounterpartyStatus{}, err
	}
	if err := i.Check(); err != nil {
		return edo.CounterpartyStatus{}, err
	}
	stored, created, err := g.reach(ctx, s, i)
	if err == nil && !created && waitsForPerson(stored.State) {
		stored, err = g.again(ctx, stored, i)
	}
	if err == nil {
		g.Queue.Ring()
	}
	return stored, err
}

func (g *Gateway) mayInvite(ctx context.Context, actor edo.ActorID, s edo.SubscriberID) error {
	if _, err := g.acting(ctx, edo.AccessRequest{Actor: actor, Action: edo.ActionInvite, Subscriber: s}); err != nil {
		return err
	}
	if g.Reach == nil {
		return notConfigured("Reach")
	}
	return nil
}

func waitsForPerson(s edo.CounterpartyState) bool {
	return s == edo.CounterpartyChoice || s == edo.CounterpartyForbidden || s == edo.CounterpartyFailed
}

func reachJob(k edo.CounterpartyKey, due time.Time) edo.Job {
	return edo.Job{Key: edo.Key{Subscriber: k.Subscriber, Package: k.ID()}, Kind: edo.JobCounterparty, Due: due}
}

// reach finds or makes the one row of a counterparty.
func (g *Gateway) reach(ctx context.Context, s edo.SubscriberID, i edo.Introduction) (edo.CounterpartyStatus, bool, error) {
	key := edo.CounterpartyKey{Subscriber: s, INN: i.Counterparty.INN, KPP: i.Counterparty.KPP}
	row := edo.CounterpartyStatus{Key: key, Introduction: i, State: edo.CounterpartyLooking, UpdatedAt: g.Now(), Revision: 1}
	return g.Reach.Ensure(ctx, row, reachJob(key, row.UpdatedAt))
}

// again begins anew with a counterparty that a person has looked at.
func (g *Gateway) again(ctx context.Context, c edo.CounterpartyStatus, i edo.Introduction) (edo.CounterpartyStatus, error) {
	was := c.Revision
	c.Introduction, c.State, c.Reason, c.Detail = i, edo.CounterpartyLooking, "", ""
	c.Address, c.Candidates, c.UpdatedAt = edo.Address{}, nil, g.Now()
	err := g.Reach.Revise(ctx, c, was, []edo.Job{reachJob(c.Key, c.UpdatedAt)})
	if errors.Is(err, edo.Conflict) { // somebody else has, or its job went on
		return g.Reach.CounterpartyStatus(ctx, c.Key)
	}
	c.Revision++
	return c, err
}

// unreached keeps a package whose counterparty cannot be sent to yet. Where the subscriber has decided so, making it
// reachable begins here. False: the package cannot wait for anything.
func (g *Gateway) unreached(ctx context.Context, t *turn, op edo.Operation, why error) (bool, error) {
	inactive := edo.ReasonOf(why) == edo.CounterpartyInactive
	op.Address = edo.Address{} // looked up anew when it goes on
	account, err := g.Accounts.Account(ctx, op.Key.Subscriber)
	if err != nil {
		return true, g.wait(ctx, t, op, err)
	}
	if !account.Policy.Register || g.Reach == nil || op.Answer != "" || handedOff(op) {
		if inactive {
			return true, g.wait(ctx, t, op, unavailable(why))
		}
		return false, nil
	}
	stored, created, err := g.reach(ctx, op.Key.Subscriber, edo.Introduction{Counterparty: op.To})
	if err != nil {
		return true, err
	}
	if !created && stored.State == edo.CounterpartyReady { // it is so no longer
		if err := g.reopen(ctx, t, stored); err != nil {
			return true, err
		}
	}
	e := &edo.Error{Kind: edo.Unavailable, Reason: edo.CounterpartyPending, Field: "package.to", Message: "is being made reachable (" + string(stored.State) + ")" + said(stored.Detail), Remedy: "it is sent by itself when the counterparty is ready"}
	return true, g.wait(ctx, t, op, e)
}

// reopen looks again at a counterparty that was ready. The wait grows with the tries of the package: an operator that
// calls it active and then refuses it must not be asked in a circle.
func (g *Gateway) reopen(ctx context.Context, t *turn, c edo.CounterpartyStatus) error {
	was := c.Revision
	c.State, c.UpdatedAt = edo.CounterpartyInvited, g.Now()
	err := g.Reach.Revise(ctx, c, was, []edo.Job{reachJob(c.Key, g.Now().Add(g.pause(pacePassing, t.job.Tries, nil)))})
	if errors.Is(err, edo.Conflict) {
		return nil
	}
	return err
}

// reachStep makes one counterparty reachable, a step at a time.
func (g *Gateway) reachStep(ctx context.Context, t *turn) error {
	key, err := counterpartyOf(t.job.Key)
	if err == nil && g.Reach == nil {
		err = notConfigured("Reach")
	}
	if err != nil {
		return err
	}
	c, err := g.Reach.CounterpartyStatus(ctx, key)
	if err != nil {
		return err
	}
	if waitsForPerson(c.State) || c.State == edo.CounterpartyReady {
		return g.settle(ctx, t.job, edo.Change{At: g.Now(), Done: true, Result: string(c.State)})
	}
	session, account, err := g.session(ctx, key.Subscriber)
	if err != nil {
		return g.reachLater(ctx, t, c, err)
	}
	r := reaching{g, t, session, account, c, c.State}
	return r.look(ctx)
}

func counterpartyOf(k edo.Key) (edo.CounterpartyKey, error) {
	parts := strings.Split(string(k.Package), ":")
	if len(parts) < 2 || len(parts) > 3 {
		return edo.CounterpartyKey{}, &edo.Error{Kind: edo.Internal, Op: "gateway.Run", Message: "no counterparty: " + string(k.Package)}
	}
	c := edo.CounterpartyKey{Subscriber: k.Subscriber, INN: parts[1]}
	if len(parts) == 3 {
		c.KPP = parts[2]
	}
	return c, nil
}

// reachLater shows why a counterparty cannot be made reachable now, and tries again.
func (g *Gateway) reachLater(ctx context.Context, t *turn, c edo.CounterpartyStatus, err error) error {
	c.Reason, c.Detail, c.UpdatedAt = edo.ReasonOf(err), plain(err), g.Now()
	wait := g.pause(pacePassing, t.job.Tries, err)
	return g.settle(ctx, t.job, edo.Change{At: g.Now(), Reach: &c, Release: true, Due: g.Now().Add(wait), Reason: c.Reason, Result: string(c.State), Detail: c.Detail})
}

// reaching is one step of the work on a counterparty.
type reaching struct {
	*Gateway
	t       *turn
	session edo.Session
	account edo.Account
	c       edo.CounterpartyStatus
	was     edo.CounterpartyState
}

// look finds the one box, or says why there is not exactly one.
func (r *reaching) look(ctx context.Context) error {
	found, err := r.session.Lookup(ctx, r.c.Introduction.Counterparty)
	if err != nil {
		return r.later(ctx, err)
	}
	switch {
	case len(found) > 1:
		r.c.State, r.c.Reason, r.c.Candidates = edo.CounterpartyChoice, edo.CounterpartyMany, found
		r.c.Detail = fmt.Sprintf("has %d boxes; choose one as the counterparty's box", len(found))
		return r.ended(ctx, nil)
	case len(found) == 1 && strings.EqualFold(string(found[0].Box), string(r.account.Box)):
		r.c.State, r.c.Reason, r.c.Detail = edo.CounterpartyFailed, edo.SendToSelf, "is the subscriber itself"
		return r.ended(ctx, nil)
	case len(found) == 1:
		r.c.Address = found[0]
		return r.relate(ctx)
	case r.c.State == edo.CounterpartyInvited: // registered, and not shown yet
		return r.later(ctx, &edo.Error{Kind: edo.Unavailable, Reason: edo.CounterpartyPending, Message: "is registered, and not shown by the operator yet"})
	}
	return r.introduce(ctx)
}

// introduce registers a counterparty that the operator does not show. A request that may have left is repeated only after
// an organisation that it made must have become visible.
func (r *reaching) introduce(ctx context.Context) error {
	registrar, ok := r.session.(edo.Registrar)
	if !ok {
		r.c.State, r.c.Reason, r.c.Detail = edo.CounterpartyFailed, edo.CounterpartyUnknown, "has no box at the operator, and cannot be registered through it"
		return r.ended(ctx, nil)
	}
	if visible := r.c.UpdatedAt.Add(visibility(r.session)); r.c.State == edo.CounterpartyRegistering && r.Now().Before(visible) {
		return r.settle(ctx, r.t.job, edo.Change{At: r.Now(), Release: true, Due: visible, Result: string(r.c.State), Detail: "the request to register may have left; looked up again first"})
	}
	r.c.State, r.c.Reason, r.c.Detail, r.c.UpdatedAt = edo.CounterpartyRegistering, "", "", r.Now()
	if err := r.settle(ctx, r.t.job, edo.Change{At: r.Now(), Reach: &r.c}); err != nil {
		return err
	}
	r.c.Revision++
	r.Trace(ctx, "reach.registering")
	address, err := r.introduced(ctx, registrar)
	r.Trace(ctx, "reach.introduced")
	if err != nil {
		return r.notIntroduced(ctx, err)
	}
	r.c.State, r.c.Address, r.c.Registered = edo.CounterpartyInvited, address, true
	return r.relate(ctx)
}

// introduced makes the request, as long as the lease is ours: two of them would register a company twice.
func (r *reaching) introduced(ctx context.Context, registrar edo.Registrar) (edo.Address, error) {
	ctx, cancel := r.t.whileHeld(ctx)
	defer cancel()
	return registrar.Introduce(ctx, r.c.Introduction)
}

// visibility is how long what an operator has accepted may stay invisible.
func visibility(s edo.Session) time.Duration {
	if f, ok := s.(edo.Finder); ok {
		return f.Visibility()
	}
	return 0
}

// notIntroduced tells a definite verdict from an outcome that is not known.
func (r *reaching) notIntroduced(ctx context.Context, err error) error {
	switch kind := edo.KindOf(err); {
	case errors.Is(err, edo.CounterpartyKnown): // registered by somebody else, and shown soon
		return r.keep(ctx, err)
	case kind == edo.Refused, kind == edo.Invalid, kind == edo.NotSupported:
		r.c.State, r.c.Reason, r.c.Detail = edo.CounterpartyFailed, edo.ReasonOf(err), plain(err)
		return r.ended(ctx, nil)
	case kind == edo.Unavailable, kind == edo.Denied:
		r.c.State = edo.CounterpartyLooking // nothing was accepted
		return r.later(ctx, err)
	}
	return r.keep(ctx, err)
}

// keep leaves the row as it was committed before the request, with its time, and looks again soon.
func (r *reaching) keep(ctx context.Context, err error) error {
	return r.settle(ctx, r.t.job, edo.Change{At: r.Now(), Release: true, Due: r.Now().Add(r.pause(pacePassing, r.t.job.Tries, err)), Reason: edo.ReasonOf(err), Result: string(r.c.State), Detail: plain(err)})
}

// relate brings the exchange with a box to the point where documents may be sent.
func (r *reaching) relate(ctx context.Context) error {
	registrar, ok := r.session.(edo.Registrar)
	if !ok {
		if r.c.Address.Active {
			return r.ready(ctx)
		}
		return r.invited(ctx, "is not active at the operator yet")
	}
	relation, err := registrar.Relation(ctx, r.c.Address)
	if err != nil {
		return r.later(ctx, err)
	}
	r.c.Relation = relation.State
	switch relation.State {
	case edo.RelationActive:
		if r.c.Address.Active {
			return r.ready(ctx)
		}
		return r.invited(ctx, "may be sent to, but is not active at the operator yet")
	case edo.RelationForbidden:
		r.c.State, r.c.Reason, r.c.Detail = edo.CounterpartyForbidden, edo.CounterpartyBlocked, "has forbidden the exchange"
		return r.ended(ctx, nil)
	case edo.RelationNone, edo.RelationWithdrawn, edo.RelationRejected:
		return r.move(ctx, registrar, edo.MoveInvite)
	case edo.RelationAsked:
		return r.move(ctx, registrar, edo.MoveAccept)
	case edo.RelationInvited:
		return r.invited(ctx, "was invited and has not answered yet")
	}
	return r.invited(ctx, "stands in a relation that is not known here")
}

// move invites, or accepts their invitation. Making a move twice is no error, so its outcome need not be known: the
// relation is asked again.
func (r *reaching) move(ctx context.Context, registrar edo.Registrar, m edo.Move) error {
	err := registrar.Relate(ctx, r.c.Address, m, "")
	r.Trace(ctx, "reach.invited")
	if edo.ReasonOf(err) == edo.CounterpartyInactive { // some operators let only active ones be invited: time mends it
		return r.invited(ctx, "cannot be invited yet: it, or our own organisation, is not active at the operator")
	}
	switch edo.KindOf(err) {
	case edo.Refused, edo.Invalid, edo.NotSupported:
		r.c.State, r.c.Reason, r.c.Detail = edo.CounterpartyFailed, edo.ReasonOf(err), plain(err)
		if err != nil {
			return r.ended(ctx, nil)
		}
	}
	if err != nil {
		return r.later(ctx, err)
	}
	if r.c.Relation = edo.RelationInvited; m == edo.MoveAccept {
		r.c.Relation = edo.RelationActive
	}
	return r.invited(ctx, "was invited")
}

// invited waits for the counterparty, ever more rarely: people answer in days.
func (r *reaching) invited(ctx context.Context, detail string) error {
	r.c.State, r.c.Reason, r.c.Detail, r.c.UpdatedAt = edo.CounterpartyInvited, edo.CounterpartyPending, detail, r.Now()
	c := edo.Change{At: r.Now(), Reach: &r.c, Release: true, Due: r.Now().Add(r.pause(pacePassing, r.t.job.Tries, nil)), Reason: r.c.Reason, Result: string(r.c.State), Detail: detail}
	if r.was != edo.CounterpartyInvited {
		c.Events = []edo.Event{reachEvent(r.c)}
	}
	return r.settle(ctx, r.t.job, c)
}

func (r *reaching) later(ctx context.Context, err error) error {
	return r.reachLater(ctx, r.t, r.c, err)
}

// ready wakes what waits for the counterparty.
func (r *reaching) ready(ctx context.Context) error {
	r.c.State, r.c.Reason, r.c.Detail, r.c.Candidates = edo.CounterpartyReady, "", "", nil
	keys, err := r.Reach.AwaitedBy(ctx, r.c.Key)
	if err != nil {
		return err
	}
	wake := make([]edo.Job, len(keys))
	for i, k := range keys {
		wake[i] = edo.Job{Key: k, Kind: edo.JobSend, Due: r.Now()}
	}
	return r.ended(ctx, wake)
}

// ended tells the host that a counterparty is ready, or waits for a person.
func (r *reaching) ended(ctx context.Context, wake []edo.Job) error {
	r.c.UpdatedAt = r.Now()
	return r.settle(ctx, r.t.job, edo.Change{
		At: r.Now(), Reach: &r.c, Done: true, Wake: wake, Events: []edo.Event{reachEvent(r.c)}, Result: string(r.c.State), Detail: r.c.Detail,
	})
}

func reachEvent(c edo.CounterpartyStatus) edo.Event {
	return edo.Event{
		Key: edo.Key{Subscriber: c.Key.Subscriber, Package: c.Key.ID()}, Kind: edo.EventReach, Reason: c.Reason, Detail: c.Detail, Reach: &c, At: c.UpdatedAt,
	}
}

// FindCounterparty asks the operator for the boxes of an organisation or person, in the operator's order; none: it does not
// know them. Whoever may send may ask. It changes nothing.
func (g *Gateway) FindCounterparty(ctx context.Context, actor edo.ActorID, s edo.SubscriberID, c edo.Counterparty) ([]edo.Address, error) {
	ctx, done := g.lend(ctx)
	defer done()
	found, err := g.findCounterparty(ctx, actor, s, c)
	return found, wrap("gateway.FindCounterparty", err)
}

func (g *Gateway) findCounterparty(ctx context.Context, actor edo.ActorID, s edo.SubscriberID, c edo.Counterparty) ([]edo.Address, error) {
	if _, err := g.acting(ctx, edo.AccessRequest{Actor: actor, Action: edo.ActionSend, Subscriber: s}); err != nil {
		return nil, err
	}
	if err := c.Check("counterparty"); err != nil {
		return nil, err
	}
	session, _, err := g.session(ctx, s)
	if err != nil {
		return nil, err
	}
	return session.Lookup(ctx, c)
}
