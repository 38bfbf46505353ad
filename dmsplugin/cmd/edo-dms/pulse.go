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
// that does neither stands still. Where the store hands out the jobs itself, idle workers are silent, and are well as long
// as no work is left waiting.
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

// wrap listens at the outbox. One that hands out its jobs itself still does.
func (p *pulse) wrap(c gateway.Config) gateway.Config {
	listening := beating{c.Outbox, p}
	if d, ok := c.Outbox.(gateway.Dispatcher); ok {
		c.Outbox = dispatched{listening, d}
	} else {
		c.Outbox = listening
	}
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

const (
	idleLook = 5 * time.Second  // how often work that nobody takes is looked for
	tooLong  = 20 * time.Second // after what time it is found: the store calls it again every 15
)

// dispatched is an outbox with an alarm clock of its own.
type dispatched struct {
	beating
	next gateway.Dispatcher
}

func (d dispatched) ClaimJob(ctx context.Context, id int64, owner string, now, until time.Time) (edo.Job, bool, error) {
	d.pulse.beat()
	return d.next.ClaimJob(ctx, id, owner, now, until)
}

func (d dispatched) Dispatch(ctx context.Context, workers int, work func(ctx context.Context, id int64)) error {
	watch, stop := context.WithCancel(ctx)
	var watching sync.WaitGroup
	defer watching.Wait()
	defer stop()
	watching.Go(func() { d.idle(watch) })
	return d.next.Dispatch(ctx, workers, work)
}

// idle beats while nothing is left waiting. A store that does not answer is no fault of the workers, and is told of by
// the look at the store.
func (d dispatched) idle(ctx context.Context) {
	tick := time.NewTicker(idleLook)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			d.look(ctx)
		}
	}
}

func (d dispatched) look(ctx context.Context) {
	now := d.pulse.now()
	if due, some, err := d.NextDue(ctx, now); err != nil || !some || due.After(now.Add(-tooLong)) {
		d.pulse.beat()
	}
}
