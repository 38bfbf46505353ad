package gateway

import (
	"context"
	"time"

	"github.com/edokit/edokit/edo"
)

// checkOverlap is how far a full check looks back before the end of the last: an operator may list a document later
// than the time it gives it.
const checkOverlap = 24 * time.Hour

// checkStep reads the box the slow way and lists what the cursor has missed.
func (g *Gateway) checkStep(ctx context.Context, t *turn) error {
	s := t.job.Key.Subscriber
	session, account, err := g.session(ctx, s)
	if err != nil {
		return g.later(ctx, t, paceReading, 1, err)
	}
	if !account.Policy.Receive {
		return g.settle(ctx, t.job, edo.Change{At: g.Now(), Release: true, Due: g.Now().Add(g.FullCheck), Result: "off"})
	}
	receiver, _, err := g.receiver(ctx, s, session)
	if err != nil {
		return g.later(ctx, t, paceReading, 1, err)
	}
	cursor, err := g.Inbox.Cursor(ctx, s)
	if err != nil {
		return err
	}
	to, err := g.checkPages(ctx, t, receiver, cursor.CheckedTo)
	if err != nil { // a large box must not be listed from the beginning again and again
		return g.later(ctx, t, paceChecking, 1, err)
	}
	c := edo.Change{At: g.Now(), Release: true, Due: g.Now().Add(g.FullCheck), Result: "checked"}
	if !to.IsZero() {
		c.Cursor = &edo.Cursor{Subscriber: s, CheckedTo: to}
	}
	return g.settle(ctx, t.job, c)
}

// checkPages lists everything since a day before from, and gives the operator's time of the first page: what comes in
// while the pages are read belongs to the next check.
func (g *Gateway) checkPages(ctx context.Context, t *turn, r edo.Receiver, from time.Time) (to time.Time, err error) {
	if !from.IsZero() {
		from = from.Add(-checkOverlap)
	}
	for first := 0; ; {
		page, err := r.Listing(ctx, from, first)
		if err != nil {
			return to, err
		}
		if first == 0 {
			to = page.AsOf
		}
		c, err := g.list(ctx, t, page.Messages, "check")
		if err != nil {
			return to, err
		}
		if len(c.Messages) > 0 {
			if err := g.settle(ctx, t.job, c); err != nil {
				return to, err
			}
			g.Trace(ctx, "check.listed")
		}
		if page.Next <= first { // also an index that goes back, which would have no end
			return to, nil
		}
		first = page.Next
	}
}

// later gives a job back with the reason why it could not be done.
func (g *Gateway) later(ctx context.Context, t *turn, class pace, tries int, err error) error {
	if ctx.Err() != nil {
		return err // told to end: the job goes on elsewhere
	}
	now := g.Now()
	result := string(edo.ReasonOf(err))
	if result == "" {
		result = edo.KindOf(err).String()
	}
	return g.settle(ctx, t.job, edo.Change{
		At: now, Release: true, Due: now.Add(g.pause(class, tries, err)), Reason: edo.ReasonOf(err), Result: result, Detail: plain(err),
	})
}
