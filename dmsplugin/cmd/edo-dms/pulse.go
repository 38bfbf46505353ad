package main

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/gateway"
)

// pulse remembers when a worker last spoke to the store. An idle one does every second, a busy one renews its lease: one
// that does neither stands still.
type pulse struct {
	now  func() time.Time
	last atomic.Int64
}

func newPulse(now func() time.Time) *pulse {
	p := &pulse{now: now}
	p.beat()
	return p
}

func (p *pulse) beat() { p.last.Store(p.now().UnixNano()) }

// since is how long nothing was heard.
func (p *pulse) since() time.Duration { return p.now().Sub(time.Unix(0, p.last.Load())) }

// wrap listens at the outbox.
func (p *pulse) wrap(c gateway.Config) gateway.Config {
	b := beating{c.Outbox, p}
	if d, ok := c.Outbox.(gateway.Dispatcher); ok { // what hands out its jobs itself goes on doing so
		c.Outbox = dispatching{b, d}
		return c
	}
	c.Outbox = b
	return c
}

type beating struct {
	gateway.Outbox
	pulse *pulse
}

func (b beating) Claim(ctx context.Context, owner string, now, until time.Time) (edo.Job, bool, error) {
	b.pulse.beat()
	return b.Outbox.Claim(ctx, owner, now, until)
}

func (b beating) Renew(ctx context.Context, j edo.Job, until time.Time) error {
	b.pulse.beat()
	return b.Outbox.Renew(ctx, j, until)
}

// lookEvery is how often a store that hands out its jobs itself is asked while nothing is due.
const lookEvery = 5 * time.Second

// dispatching is beating for a store that hands out its jobs itself: there nobody asks for work while there is none.
type dispatching struct {
	beating
	next gateway.Dispatcher
}

// Dispatch passes on, and looks whether the store answers while nothing is due.
func (d dispatching) Dispatch(ctx context.Context, workers int, work func(ctx context.Context, id int64)) error {
	ctx, stop := context.WithCancel(ctx)
	var looking sync.WaitGroup
	defer looking.Wait()
	defer stop()
	looking.Go(func() { d.look(ctx) })
	return d.next.Dispatch(ctx, workers, work)
}

func (d dispatching) look(ctx context.Context) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for ctx.Err() == nil {
		if _, _, err := d.NextDue(ctx, d.pulse.now()); err == nil {
			d.pulse.beat()
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
		}
	}
}

// ClaimJob is a sign of life.
func (d dispatching) ClaimJob(ctx context.Context, id int64, owner string, now, until time.Time) (edo.Job, bool, error) {
	d.pulse.beat()
	return d.next.ClaimJob(ctx, id, owner, now, until)
}
