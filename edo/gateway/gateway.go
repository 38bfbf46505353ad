package gateway

import (
	"context"
	"errors"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/edokit/edokit/edo"
)

// Gateway sends packages and brings back what became of them. Safe for use by several goroutines.
type Gateway struct {
	Config
	drivers map[string]edo.Driver

	mu       sync.Mutex
	sessions map[edo.SubscriberID]*openSession
	lent     int64 // loans of sessions so far
	guard    *guard
	boxes    boxes
	places   *places

	enrolling singleflight.Group
}

// New checks the Config and reports everything wrong with it at once. It starts nothing; see [Gateway.Run].
func New(c Config) (*Gateway, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	c = c.withDefaults()
	g := &Gateway{Config: c, drivers: map[string]edo.Driver{}, sessions: map[edo.SubscriberID]*openSession{}, guard: newGuard(c), places: newPlaces(c.Workers)}
	for _, d := range c.Drivers {
		g.drivers[d.Name()] = d
	}
	return g, nil
}

// Run works on due jobs until ctx ends, then waits for the jobs in hand to be written down. Several processes may run
// on one store: leases in the rows keep them apart.
func (g *Gateway) Run(ctx context.Context) error {
	defer g.closeSessions()
	var clock sync.WaitGroup
	clock.Go(func() { g.watchClock(ctx) })
	defer clock.Wait()
	defer g.places.open(func(t *turn) { g.do(ctx, t) })()
	if d, ok := g.Outbox.(Dispatcher); ok {
		return g.dispatched(ctx, d)
	}
	var wg sync.WaitGroup
	for range g.Workers {
		wg.Go(func() { g.work(ctx) })
	}
	wg.Wait()
	return ctx.Err()
}

// restLongest is how long an alarm clock that does not start is left alone at most.
const restLongest = 30 * time.Second

// dispatched lets the store hand out the jobs. An alarm clock that cannot be started, or has ended too early, is started
// again: a process whose store could not be reached for a moment must not stand idle for ever.
func (g *Gateway) dispatched(ctx context.Context, d Dispatcher) error {
	for rest := g.Idle; ; rest = min(2*rest, restLongest) {
		err := d.Dispatch(ctx, g.Workers, func(ctx context.Context, id int64) { g.called(ctx, d, id) })
		if ctx.Err() != nil {
			return ctx.Err()
		}
		g.Logger.ErrorContext(ctx, "the alarm clock of the store has ended", "error", err)
		again := time.NewTimer(rest)
		select {
		case <-ctx.Done():
		case <-again.C:
		}
		again.Stop()
	}
}

// called works on one job that a Dispatcher has handed out. One that is not due, held or finished is nothing to do: its
// row will bring it again. So it is with one that cannot be claimed now.
func (g *Gateway) called(ctx context.Context, d Dispatcher, id int64) {
	if !g.places.take(ctx) {
		return
	}
	defer g.places.free()
	now := g.Now()
	job, ok, err := d.ClaimJob(ctx, id, g.Owner, now, now.Add(g.Lease))
	switch {
	case err != nil && ctx.Err() == nil:
		g.Logger.ErrorContext(ctx, "claim", "job", id, "error", err)
	case ok:
		g.do(ctx, newTurn(job, g.Now))
	}
}

func (g *Gateway) work(ctx context.Context) {
	for g.places.take(ctx) {
		now := g.Now()
		job, ok, err := g.Outbox.Claim(ctx, g.Owner, now, now.Add(g.Lease))
		if ok && err == nil {
			g.Queue.Ring() // there may be more for an idle neighbour
			g.do(ctx, newTurn(job, g.Now))
		}
		g.places.free()
		switch {
		case err != nil:
			if ctx.Err() == nil {
				g.Logger.ErrorContext(ctx, "claim", "error", err)
			}
			g.Queue.Wait(ctx, now.Add(g.Idle))
		case !ok:
			g.Queue.Wait(ctx, g.nextLook(ctx, now))
		}
	}
}

// nextLook is when to look again: at the next due time, and at least every Idle because other processes add work.
func (g *Gateway) nextLook(ctx context.Context, now time.Time) time.Time {
	look := now.Add(g.Idle)
	if due, ok, err := g.Outbox.NextDue(ctx, now); err == nil && ok && due.Before(look) && due.After(now) {
		return due
	}
	return look
}

// do works one job while its lease is kept alive, and gives it back if the work itself failed.
func (g *Gateway) do(ctx context.Context, t *turn) {
	job := t.job
	g.Trace(ctx, string(job.Kind)+".claimed")
	work, lost := context.WithCancelCause(ctx)
	defer lost(nil)
	var renewing sync.WaitGroup
	stop := make(chan struct{})
	renewing.Go(func() { g.renew(work, stop, t, lost) })
	err := g.measured(work, t)
	close(stop)
	renewing.Wait()
	if err == nil || errors.Is(err, edo.LeaseLost) {
		return
	}
	if ctx.Err() == nil && !errors.As(err, new(*postponed)) { // else we are told to end, and the job goes on elsewhere
		g.Logger.ErrorContext(ctx, "job", "kind", job.Kind, "subscriber", job.Key.Subscriber, "package", job.Key.Package, "document", job.Document, "error", err)
	}
	if err = g.settle(ctx, job, g.givenBack(ctx, job, err)); err != nil {
		g.Logger.ErrorContext(ctx, "give back", "job", job.ID, "error", err) // the lease ends by itself
	}
}

// measured is step, watched by whoever measures.
func (g *Gateway) measured(ctx context.Context, t *turn) error {
	if g.Around == nil {
		return g.step(ctx, t)
	}
	ctx, ended := g.Around(ctx, t.job)
	err := g.step(ctx, t)
	ended(err)
	return err
}

// givenBack is the change that lets a job come again after an error that its own work did not settle. However often that
// happens, it decides nothing: an internal fault in a row is counted, so that a person is told of it.
func (g *Gateway) givenBack(ctx context.Context, job edo.Job, err error) edo.Change {
	c := edo.Change{At: g.Now(), Release: true, Reason: edo.ReasonOf(err), Result: "error", Detail: plain(err)}
	if held, ok := errors.AsType[*postponed](err); ok {
		c.Due, c.Untried, c.Result, c.Detail = c.At.Add(held.wait), true, string(held.why.Reason), held.why.Message
		return c
	}
	class := pacePassing
	switch {
	case ctx.Err() != nil:
		c.Due = c.At // nothing is wrong with the job: whoever comes next goes on at once
		return c
	case job.Kind.Endless():
		class = paceReading
	}
	if c.Faulty = edo.KindOf(err) == edo.Internal; c.Faulty && c.Reason == "" {
		c.Reason = edo.WorkFailed
	}
	c.Due = c.At.Add(g.pause(class, job.Tries, err))
	return c
}

// survive makes a panic an error of this job, not the end of the process: the same job would be claimed again after every
// restart. Its text may hold anything, so only the place is logged. It is deferred by whoever works.
func (g *Gateway) survive(ctx context.Context, err *error) {
	if recover() != nil {
		g.Logger.ErrorContext(ctx, "panic", "stack", string(debug.Stack()))
		*err = &edo.Error{Kind: edo.Internal, Op: "gateway.Run", Message: "the work on this job panicked; see the log of the process"}
	}
}

// step works on what the row says now.
func (g *Gateway) step(ctx context.Context, t *turn) (err error) {
	ctx, done := g.lend(ctx)
	defer done()
	defer g.survive(ctx, &err)
	ctx, leave, err := g.admit(ctx, t)
	if err != nil {
		return err
	}
	defer leave()
	if !t.job.Kind.OfPackage() {
		return g.stepOther(ctx, t)
	}
	op, err := g.row(ctx, t)
	if err != nil {
		return err
	}
	t.remember(op)
	switch t.job.Kind {
	case edo.JobSend:
		return g.sendStep(ctx, t, op)
	case edo.JobStamp:
		return g.stampStep(ctx, t, op)
	case edo.JobTrack:
		return g.trackStep(ctx, t, op)
	case edo.JobTask:
		return g.taskStep(ctx, t, op)
	case edo.JobEvidence:
		return g.evidenceStep(ctx, t, op)
	}
	return unknownJob(t)
}

// row is what is stored of the package: what was accepted just now, if the job is ours from then.
func (g *Gateway) row(ctx context.Context, t *turn) (edo.Operation, error) {
	if t.accepted != nil {
		return *t.accepted, nil
	}
	return g.Outbox.Operation(ctx, t.job.Key)
}

// stepOther works on what belongs to no outgoing package.
func (g *Gateway) stepOther(ctx context.Context, t *turn) error {
	switch t.job.Kind {
	case edo.JobPull:
		return g.pullStep(ctx, t)
	case edo.JobCheck:
		return g.checkStep(ctx, t)
	case edo.JobTake:
		return g.takeStep(ctx, t)
	case edo.JobReceipt:
		return g.receiptStep(ctx, t)
	case edo.JobNotices:
		return g.noticesStep(ctx, t)
	case edo.JobTerm:
		return g.termStep(ctx, t)
	case edo.JobCounterparty:
		return g.reachStep(ctx, t)
	}
	return unknownJob(t)
}

func unknownJob(t *turn) error {
	return &edo.Error{Kind: edo.Internal, Op: "gateway.Run", Message: "job of unknown kind " + string(t.job.Kind)}
}

// renew keeps the lease while the work goes on. When it is lost the work is cancelled: a stale worker must not send.
func (g *Gateway) renew(ctx context.Context, stop <-chan struct{}, t *turn, lost context.CancelCauseFunc) {
	tick := time.NewTicker(g.Lease / 3)
	defer tick.Stop()
	for {
		select {
		case <-stop:
			return
		case <-ctx.Done():
			return
		case <-tick.C:
			until := g.Now().Add(g.Lease)
			err := g.Outbox.Renew(ctx, t.job, until)
			if err == nil {
				t.until.Store(until.UnixNano())
			} else if errors.Is(err, edo.LeaseLost) || t.held() != nil {
				lost(&edo.Error{Kind: edo.Conflict, Reason: edo.LeaseLost, Op: "gateway.Run", Err: err})
				return
			}
		}
	}
}

// settle writes an outcome down under a context that outlives the caller.
func (g *Gateway) settle(ctx context.Context, job edo.Job, c edo.Change) error {
	own, cancel := context.WithTimeout(context.WithoutCancel(ctx), g.Settle)
	defer cancel()
	if err := g.Outbox.Settle(own, job, c); err != nil {
		return err
	}
	if len(c.Jobs) > 0 || c.Release { // else there is nothing new for anybody
		g.Queue.Ring()
	}
	return nil
}

// sentSession is the session of the account that a package was sent from. Under another operator or another box the
// question would go to somebody who cannot know.
func (g *Gateway) sentSession(ctx context.Context, op edo.Operation) (edo.Session, edo.Account, error) {
	session, account, err := g.session(ctx, op.Key.Subscriber)
	if err == nil && (account.Operator != op.Operator || !strings.EqualFold(string(account.Box), string(op.From))) {
		err = accountChanged("the package went from box " + string(op.From) + " at " + op.Operator)
	}
	return session, account, err
}

func accountChanged(why string) error {
	return &edo.Error{
		Kind: edo.Unavailable, Reason: edo.AccountChanged, Field: "subscriber", Message: "is another account now; " + why,
		Remedy: "set the subscriber back, and add the new account as a subscriber of its own",
	}
}
