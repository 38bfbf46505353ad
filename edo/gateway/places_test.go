package gateway_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/edotest"
	"github.com/edokit/edokit/edo/gateway"
)

// unclaimed is a store that hands out no job.
type unclaimed struct{ gateway.Outbox }

func (unclaimed) Claim(context.Context, string, time.Time, time.Time) (edo.Job, bool, error) {
	return edo.Job{}, false, nil
}

// held are the packages whose send job somebody has in hand.
func (b *bundle) held(t *testing.T) (ids []edo.PackageID) {
	t.Helper()
	all, err := b.store.Jobs(t.Context(), edo.JobFilter{Subscriber: sub})
	if err != nil {
		t.Fatal(err)
	}
	for _, j := range all {
		if j.State == edo.JobHeld && j.Kind == edo.JobSend {
			ids = append(ids, j.Key.Package)
		}
	}
	return ids
}

// TestAtOnce: a package goes to work with the claim that was written with it if a worker is idle, and waits to be claimed
// if none is, or if nobody works here.
func TestAtOnce(t *testing.T) {
	t.Parallel()
	entered, leave := make(chan struct{}), make(chan struct{})
	b := setup(t, both(forms, func(b *bundle) {
		b.cfg.Outbox, b.cfg.Workers = unclaimed{b.store}, 1
		b.op.Steps = []edotest.Step{{Before: func(context.Context) { close(entered); <-leave }}}
	}))
	send := func(id string) {
		t.Helper()
		if _, err := b.gw.Send(t.Context(), pack(id, "one")); err != nil {
			t.Fatal(err)
		}
	}
	send("before")
	if got := b.held(t); len(got) != 0 {
		t.Errorf("%v are held, and nobody works", got)
	}
	b.run(t)
	n := 0
	eventually(t, func() bool { // it begins in its own time
		n++
		send(fmt.Sprint("p", n))
		return len(b.held(t)) > 0
	})
	<-entered
	first := b.held(t)
	send("late")
	if got := b.held(t); len(first) != 1 || len(got) != 1 || got[0] != first[0] {
		t.Errorf("%v are held beside %v, and there is one worker", got, first)
	}
	close(leave)
	op := b.until(t, first[0], state(edo.StateSent))
	attempts, err := b.store.Attempts(t.Context(), op.Key)
	if op.State != edo.StateSent || op.Attempts != 1 || err != nil || len(attempts) == 0 || attempts[0].Owner != b.cfg.Owner || attempts[0].Fence != 1 {
		t.Errorf("%s after %d tries: %+v, %v", op.State, op.Attempts, attempts, err)
	}
}

// TestAtOnceAtTheEnd: whoever has accepted a package while the work ends leaves it to the next, which sends it once.
func TestAtOnceAtTheEnd(t *testing.T) {
	t.Parallel()
	ended := make(chan struct{})
	ctx, end := context.WithCancel(t.Context())
	b := setup(t, both(forms, func(b *bundle) {
		b.cfg.Lease = time.Hour
		b.cfg.Trace = func(_ context.Context, point string) {
			if point == "send.accepted" {
				end()
			}
		}
	}))
	go func() { defer close(ended); _ = b.gw.Run(ctx) }()
	n := 0
	eventually(t, func() bool { // until one is taken up by those who end
		n++
		if _, err := b.gw.Send(t.Context(), pack(fmt.Sprint("p", n), "one")); err != nil {
			t.Fatal(err)
		}
		return ctx.Err() != nil
	})
	<-ended
	if got := b.held(t); len(got) != 0 {
		t.Errorf("%v are held by somebody who has gone", got)
	}
	b.cfg.Trace = nil
	b.gw = b.open(t, b.cfg)
	b.run(t)
	for i := 1; i <= n; i++ {
		if op := b.until(t, edo.PackageID(fmt.Sprint("p", i)), settled); op.State != edo.StateSent {
			t.Errorf("%s: %s", op.Key.Package, op.State)
		}
	}
	if len(b.op.Ledger()) != n {
		t.Errorf("%d packages, %d in the ledger", n, len(b.op.Ledger()))
	}
}
