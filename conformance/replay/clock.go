package replay

import (
	"context"
	"sync"
	"time"
)

// Clock is a clock that stands still while there is work and jumps to the next due time when there is none, so that hours
// of waiting take no time. It is the clock and the gateway.Queue of one gateway with one worker. Make it with [NewClock].
type Clock struct {
	mu   sync.Mutex
	now  time.Time
	idle func(now time.Time) (enough bool)
	end  context.CancelFunc
}

// NewClock begins at a time. idle is asked whenever there is nothing to do at a time; end is called once it says that this
// is enough.
func NewClock(start time.Time, idle func(now time.Time) (enough bool), end context.CancelFunc) *Clock {
	return &Clock{now: start, idle: idle, end: end}
}

// Now is the time of this clock.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Wait implements gateway.Queue: it jumps.
func (c *Clock) Wait(ctx context.Context, until time.Time) {
	switch {
	case ctx.Err() != nil:
	case c.idle(c.Now()):
		c.end()
	default:
		c.jump(until)
	}
}

func (c *Clock) jump(to time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if to.After(c.now) {
		c.now = to
	}
}

// Ring implements gateway.Queue. The one worker looks for more before it waits.
func (c *Clock) Ring() {}
