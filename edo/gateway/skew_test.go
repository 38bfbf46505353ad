package gateway_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/edokit/edokit/edo"
)

// TestDoubtAcrossClocks: our clock is wrong, or is set while a package is in doubt. The question reaches back far enough
// all the same: what the operator has is found, and nothing is sent twice.
func TestDoubtAcrossClocks(t *testing.T) {
	t.Parallel()
	const month = 30 * 24 * time.Hour
	for name, tc := range map[string]struct{ accepting, asking time.Duration }{
		"right":                       {0, 0},
		"3 hours ahead":               {3 * time.Hour, 3 * time.Hour},
		"3 hours behind":              {-3 * time.Hour, -3 * time.Hour},
		"set back 3 hours meanwhile":  {3 * time.Hour, 0},
		"set ahead 3 hours meanwhile": {0, 3 * time.Hour},
		"set ahead from behind":       {-3 * time.Hour, 3 * time.Hour},
		"a month ahead":               {month, month},
		"set back a month meanwhile":  {month, 0},
		"a month behind":              {-month, -month},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var offset atomic.Int64
			offset.Store(int64(tc.accepting))
			b := setup(t, both(forms, steps(&edo.Error{Kind: edo.InDoubt}, false), func(b *bundle) {
				b.cfg.Now = func() time.Time { return time.Now().Add(time.Duration(offset.Load())) }
				b.cfg.Lease = 10 * month // a step of the clock is not what ends it here
			}))
			b.op.Steps[0].After = func(context.Context) { offset.Store(int64(tc.asking)) }
			b.run(t)
			if _, err := b.gw.Send(t.Context(), pack("p1", "one")); err != nil {
				t.Fatal(err)
			}
			if tc.asking < tc.accepting { // what was due on the old clock is due later on the new one
				if err := b.store.Start(t.Context(), edo.Job{Key: key("p1"), Kind: edo.JobSend, Due: time.Now().Add(-2 * month)}); err != nil {
					t.Fatal(err)
				}
			}
			op := b.until(t, "p1", func(op edo.Operation) bool { return op.State.Sent() || op.State == edo.StateFailed })
			if op.State != edo.StateSent || len(b.op.Ledger()) != 1 || op.Resends != 0 || op.Skew != 0 {
				t.Errorf("%s, %d in the ledger, %d resends, skew %s", op.State, len(b.op.Ledger()), op.Resends, op.Skew)
			}
		})
	}
}

// TestClockSetBack: what waits for a moment of our clock does not wait longer when the clock is set back by hours, and
// what is far ahead keeps its distance.
func TestClockSetBack(t *testing.T) {
	t.Parallel()
	var offset atomic.Int64
	offset.Store(int64(3 * time.Hour))
	var down atomic.Bool
	down.Store(true)
	b := setup(t, both(forms, explained, func(b *bundle) {
		b.cfg.Inbox, b.cfg.Routing = b.store, b.store
		b.cfg.Now = func() time.Time { return time.Now().Add(time.Duration(offset.Load())) }
		b.op.Down = func(string) error {
			if down.Load() {
				return &edo.Error{Kind: edo.Unavailable, Reason: edo.OperatorUnavailable}
			}
			return nil
		}
	}))
	later := b.cfg.Now().Add(6 * time.Hour)
	if err := b.store.Start(t.Context(), edo.Job{Key: edo.Key{Subscriber: sub, Package: "far"}, Kind: edo.JobTake, Due: later}); err != nil {
		t.Fatal(err)
	}
	b.run(t)
	if _, err := b.gw.Send(t.Context(), pack("p1", "one")); err != nil {
		t.Fatal(err)
	}
	b.until(t, "p1", state(edo.StateWaiting))
	offset.Store(0)
	down.Store(false)
	if op := b.until(t, "p1", settled); op.State != edo.StateSent {
		t.Errorf("%s", op.State)
	}
	eventually(t, func() bool {
		jobs, err := b.store.Jobs(t.Context(), edo.JobFilter{Key: &edo.Key{Subscriber: sub, Package: "far"}})
		return err == nil && len(jobs) == 1 && later.Add(-3*time.Hour).Sub(jobs[0].Due).Abs() < time.Minute
	})
}

// TestReplayAfterAYear: nothing is ever forgotten of what was accepted.
func TestReplayAfterAYear(t *testing.T) {
	t.Parallel()
	var offset atomic.Int64
	b := setup(t, both(forms, func(b *bundle) {
		b.cfg.Now = func() time.Time { return time.Now().Add(time.Duration(offset.Load())) }
		b.cfg.Lease = 10 * 365 * 24 * time.Hour
	}))
	b.run(t)
	first, err := b.gw.SendAndWait(t.Context(), pack("p1", "one"))
	if err != nil {
		t.Fatal(err)
	}
	offset.Store(int64(366 * 24 * time.Hour))
	again, err := b.gw.SendAndWait(t.Context(), pack("p1", "one"))
	if err != nil || again.Message != first.Message || !again.CreatedAt.Equal(first.CreatedAt) {
		t.Errorf("after a year: %+v, %v", again, err)
	}
	if second(b.gw.Send(t.Context(), pack("p1", "other"))) == nil {
		t.Error("other documents were taken under the id after a year")
	}
	if _, err := b.gw.SendAndWait(t.Context(), pack("p2", "two")); err != nil || len(b.op.Ledger()) != 2 {
		t.Errorf("%d in the ledger, %v", len(b.op.Ledger()), err)
	}
}
