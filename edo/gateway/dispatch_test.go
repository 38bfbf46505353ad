package gateway_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/edokit/edokit/directory/sqlite"
	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/gateway"
)

// clockwork is an outbox with an alarm clock of its own, the worst allowed: it hands out ids of jobs that are not due, that
// are held, that have ended, and each several times.
type clockwork struct {
	*sqlite.Store
	handed atomic.Int64
	idle   atomic.Int64
	broken atomic.Int64 // times that it does not start
}

func (c *clockwork) Claim(context.Context, string, time.Time, time.Time) (edo.Job, bool, error) {
	return edo.Job{}, false, errors.New("a dispatcher is not polled")
}

func (c *clockwork) Dispatch(ctx context.Context, workers int, work func(ctx context.Context, id int64)) error {
	if c.broken.Add(-1) >= 0 {
		return errors.New("the database cannot be reached")
	}
	ids := make(chan int64)
	var running sync.WaitGroup
	for range workers {
		running.Go(func() {
			for id := range ids {
				work(ctx, id)
			}
		})
	}
	defer running.Wait()
	defer close(ids)
	for ctx.Err() == nil {
		for id := int64(1); id <= 12 && ctx.Err() == nil; id++ {
			ids <- id
			c.handed.Add(1)
		}
	}
	return ctx.Err()
}

// ClaimJob takes the job of that id only: it is not the real thing, which asks its row, but ends the same.
func (c *clockwork) ClaimJob(ctx context.Context, id int64, owner string, now, until time.Time) (edo.Job, bool, error) {
	j, ok, err := c.Store.Claim(ctx, owner, now, until)
	if err != nil || !ok {
		c.idle.Add(1)
	}
	return j, ok, err
}

// TestDispatcher: a store that hands out its jobs itself is not polled, and ids that come twice or too early do no harm.
func TestDispatcher(t *testing.T) {
	t.Parallel()
	var d *clockwork
	b := setup(t, both(forms, func(b *bundle) {
		d = &clockwork{Store: b.store}
		b.cfg.Outbox = d
	}))
	var _ gateway.Dispatcher = d
	b.run(t)
	for _, id := range []string{"p1", "p2", "p3"} {
		if _, err := b.gw.Send(t.Context(), pack(id, "one")); err != nil {
			t.Fatal(err)
		}
	}
	for _, id := range []edo.PackageID{"p1", "p2", "p3"} {
		if op := b.until(t, id, settled); op.State != edo.StateSent || op.Attempts != 1 {
			t.Errorf("%s: %s after %d attempts", id, op.State, op.Attempts)
		}
	}
	if len(b.op.Ledger()) != 3 || d.idle.Load() == 0 {
		t.Errorf("%d in the ledger, %d of %d ids came in vain", len(b.op.Ledger()), d.idle.Load(), d.handed.Load())
	}
}

// TestDispatcherStartsLate: an alarm clock that cannot be started at first is started again, and the work goes on.
func TestDispatcherStartsLate(t *testing.T) {
	t.Parallel()
	b := setup(t, both(forms, func(b *bundle) {
		d := &clockwork{Store: b.store}
		d.broken.Store(2)
		b.cfg.Outbox = d
	}))
	b.run(t)
	if _, err := b.gw.Send(t.Context(), pack("p1", "one")); err != nil {
		t.Fatal(err)
	}
	if op := b.until(t, "p1", settled); op.State != edo.StateSent {
		t.Errorf("%s", op.State)
	}
}

// TestSweep: what was left without a live lease is worked again, at the start and while it runs, whoever left it.
func TestSweep(t *testing.T) {
	t.Parallel()
	b := setup(t, forms)
	abandon := func(id string) {
		t.Helper()
		if _, err := b.gw.Send(t.Context(), pack(id, "one")); err != nil {
			t.Fatal(err)
		}
		now := time.Now()
		if j, ok, err := b.store.Claim(t.Context(), "dead", now, now.Add(300*time.Millisecond)); err != nil || !ok || j.Key.Package != edo.PackageID(id) {
			t.Fatalf("%+v, %v, %v", j, ok, err)
		}
	}
	abandon("before")
	b.run(t)
	if op := b.until(t, "before", settled); op.State != edo.StateSent {
		t.Errorf("before the start: %s", op.State)
	}
	now := time.Now()
	op, created, err := b.store.Accept(t.Context(), accepted("during"), []edo.Job{{Key: key("during"), Kind: edo.JobSend, Due: now}}, nil)
	if err != nil || !created {
		t.Fatal(op.Key, err)
	}
	eventually(t, func() bool { // by the running gateway, which nobody has told
		attempts, err := b.store.Attempts(t.Context(), key("during"))
		return err == nil && len(attempts) > 0
	})
}

func accepted(id edo.PackageID) edo.Operation {
	return edo.Operation{Key: key(id), State: edo.StateFailed, CreatedAt: time.Now(), UpdatedAt: time.Now(), Revision: 1}
}

// watched gives the account a journal, so that its calls are seen.
func watched(b *bundle) {
	b.account.Journal = b.store
	b.cfg.Desk = b.store
}

// TestPostponed: while the operator is left alone, jobs are given back with a reason that people can read, without a
// try being counted; when it is there again all of them go out, once.
func TestPostponed(t *testing.T) {
	t.Parallel()
	var up atomic.Bool
	b := setup(t, both(forms, watched, func(b *bundle) {
		b.cfg.Limits = gateway.Limits{Failures: 2, Pause: 50 * time.Millisecond}
		b.op.Down = func(string) error {
			if up.Load() {
				return nil
			}
			return &edo.Error{Kind: edo.Unavailable, Reason: edo.OperatorUnavailable}
		}
	}))
	ids := []edo.PackageID{"p1", "p2", "p3", "p4", "p5"}
	for _, id := range ids {
		if _, err := b.gw.Send(t.Context(), pack(string(id), "one")); err != nil {
			t.Fatal(err)
		}
	}
	b.run(t)
	eventually(t, func() bool {
		all, err := b.store.Jobs(t.Context(), edo.JobFilter{})
		for _, j := range all {
			if err == nil && j.Reason == edo.OperatorPaused && j.State != edo.JobHeld {
				attempts, err := b.store.Attempts(t.Context(), j.Key)
				return err == nil && len(attempts) >= j.Tries && !j.Person && j.Detail != ""
			}
		}
		return false
	})
	up.Store(true)
	for _, id := range ids {
		if op := b.until(t, id, settled); op.State != edo.StateSent {
			t.Errorf("%s is %s", id, op.State)
		}
		attempts, err := b.store.Attempts(t.Context(), key(id))
		for _, a := range attempts {
			if err != nil || a.Result == string(edo.OperatorPaused) {
				t.Errorf("%s: the claim that did nothing left an attempt: %+v, %v", id, a, err)
			}
		}
	}
	if len(b.op.Ledger()) != len(ids) {
		t.Errorf("%d in the ledger", len(b.op.Ledger()))
	}
}

// TestOneSlowSubscriber: one that has made its calls does not keep the only worker from another.
func TestOneSlowSubscriber(t *testing.T) {
	t.Parallel()
	b := setup(t, both(forms, func(b *bundle) {
		b.cfg.Accounts, b.cfg.Workers = paced{b}, 1
	}))
	for _, id := range []string{"s1", "s2", "s3"} {
		p := pack(id, "one")
		p.Subscriber = "slow"
		if _, err := b.gw.Send(t.Context(), p); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := b.gw.Send(t.Context(), pack("fast", "one")); err != nil {
		t.Fatal(err)
	}
	b.run(t)
	b.until(t, "fast", settled)
	eventually(t, func() bool {
		all, err := b.store.Jobs(t.Context(), edo.JobFilter{Subscriber: "slow"})
		for _, j := range all {
			if err == nil && j.Reason == edo.RateLimited {
				return true
			}
		}
		return false
	})
}

// paced lets one subscriber make a call in a hundred seconds, once it has made its first ten.
type paced struct{ *bundle }

func (p paced) Account(ctx context.Context, s edo.SubscriberID) (edo.Account, error) {
	a, err := p.bundle.Account(ctx, s)
	a.Subscriber, a.Journal = s, p.store
	if s == "slow" {
		a.Policy.Rate = 0.01
	}
	return a, err
}

// TestInternalFaultsEndNothing: work that fails again and again is tried for ever, listed as a person's, and goes on when
// it is mended.
func TestInternalFaultsEndNothing(t *testing.T) {
	t.Parallel()
	var broken atomic.Bool
	broken.Store(true)
	b := setup(t, both(forms, func(b *bundle) {
		b.op.Down = func(string) error {
			if broken.Load() {
				panic("a fault of ours")
			}
			return nil
		}
	}))
	b.run(t)
	if _, err := b.gw.Send(t.Context(), pack("p1", "one")); err != nil {
		t.Fatal(err)
	}
	eventually(t, func() bool {
		all, err := b.store.Jobs(t.Context(), edo.JobFilter{Person: true})
		return err == nil && len(all) == 1 && all[0].Reason == edo.WorkFailed && all[0].Faults >= 2*edo.ManyFaults
	})
	if op, err := b.gw.Status(t.Context(), key("p1")); err != nil || op.State == edo.StateFailed {
		t.Errorf("%s, %v", op.State, err)
	}
	broken.Store(false)
	if op := b.until(t, "p1", settled); op.State != edo.StateSent {
		t.Errorf("mended: %s", op.State)
	}
}
