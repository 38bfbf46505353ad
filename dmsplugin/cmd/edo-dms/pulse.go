package main

import (
	"context"
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
	c.Outbox = beating{c.Outbox, p}
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
