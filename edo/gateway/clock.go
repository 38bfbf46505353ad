package gateway

import (
	"context"
	"time"

	"github.com/edokit/edokit/edo"
)

const (
	// clockLook is how often our clock is compared with the time that has passed.
	clockLook = time.Second
	// clockStep is how far our clock must have been set back to matter: below it nothing waits noticeably longer.
	clockStep = time.Minute
	recallMax = 1000 // jobs of one page
)

// watchClock looks for steps of our clock back, until ctx ends. Due times are moments of our clock: what was due in a
// minute would otherwise wait as much longer as the clock was set back. A process that begins after the step cannot know
// of it.
func (g *Gateway) watchClock(ctx context.Context) {
	if g.Records == nil || g.Inbox == nil {
		return
	}
	tick := time.NewTicker(clockLook)
	defer tick.Stop()
	wall, begun := g.Now().Round(0), time.Now() //nolint:forbidigo // the clock that nobody sets
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		now, passed := g.Now().Round(0), time.Since(begun) //nolint:forbidigo // passed is of the clock that nobody sets
		if back := wall.Add(passed).Sub(now); back > clockStep {
			g.Logger.WarnContext(ctx, "our clock was set back; what waits is due by as much earlier", "by", back.Round(time.Second))
			if err := g.recall(ctx, now, back); err != nil && ctx.Err() == nil {
				g.Logger.ErrorContext(ctx, "recall of what waits", "error", err)
				continue // the step is still to be seen at the next look
			}
		}
		wall, begun = now, time.Now() //nolint:forbidigo // as above
	}
}

// recall makes everything that waits due by as much earlier as the clock was set back. It never makes anything later, so
// it may be repeated, by several processes too.
func (g *Gateway) recall(ctx context.Context, now time.Time, back time.Duration) error {
	f := edo.JobFilter{State: edo.JobWaits, At: now, Limit: recallMax}
	for {
		page, err := g.Records.Jobs(ctx, f)
		if err != nil {
			return err
		}
		for _, j := range page {
			f.After = j.ID
			due := j.Due.Add(-back)
			if due.Before(now) {
				due = now
			}
			if err := g.Inbox.Start(ctx, edo.Job{Key: j.Key, Document: j.Document, Kind: j.Kind, Due: due}); err != nil {
				return err
			}
		}
		if len(page) < recallMax {
			g.Queue.Ring()
			return nil
		}
	}
}
