package gateway

import (
	"context"
	"time"
)

// bell is the Queue of a single process: a timer and a one-place channel.
type bell struct {
	now  func() time.Time
	ring chan struct{}
}

func newBell(now func() time.Time) *bell { return &bell{now: now, ring: make(chan struct{}, 1)} }

func (b *bell) Ring() {
	select {
	case b.ring <- struct{}{}:
	default:
	}
}

func (b *bell) Wait(ctx context.Context, until time.Time) {
	t := time.NewTimer(max(until.Sub(b.now()), 0))
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	case <-b.ring:
	}
}
