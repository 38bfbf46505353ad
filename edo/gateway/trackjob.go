package gateway

import (
	"context"
	"time"

	"github.com/edokit/edokit/edo"
)

// trackEnd is how long the fate of a sent package is followed.
const trackEnd = 90 * 24 * time.Hour

// trackSlower is how much longer the waits between questions may grow than elsewhere: people answer in days.
const trackSlower = 72

// rank orders the fates of documents: a package is only as far as its slowest document, and refused as soon as one is.
func rank(s edo.State) int {
	switch s {
	case edo.StateDelivered:
		return 1
	case edo.StateSigned:
		return 2
	case edo.StateRefused:
		return 3
	case edo.StateRevoked:
		return 4
	}
	return 0
}

// trackStep asks what became of a sent package, ever more rarely.
func (g *Gateway) trackStep(ctx context.Context, t *turn, op edo.Operation) error {
	if op.State.Final() {
		return g.settle(ctx, t.job, edo.Change{At: g.Now(), Done: true, Result: string(op.State)})
	}
	session, _, err := g.sentSession(ctx, op)
	if err != nil {
		return err
	}
	tracker, ok := session.(edo.Tracker)
	if !ok || g.Now().Sub(t.job.Born) > trackEnd {
		return g.settle(ctx, t.job, edo.Change{At: g.Now(), Done: true, Result: string(op.State)})
	}
	state, err := g.fate(ctx, tracker, op)
	if err != nil {
		return err
	}
	rarely := Backoff{First: g.Backoff.First, Longest: trackSlower * g.Backoff.Longest}
	c := edo.Change{At: g.Now(), Release: true, Due: g.Now().Add(rarely.after(t.job.Tries)), Result: string(state)}
	if rank(state) <= rank(op.State) {
		return g.settle(ctx, t.job, c)
	}
	op.State, op.Reason, op.Detail = state, "", ""
	if state.Final() {
		c.Release, c.Done = false, true
	}
	return g.commit(ctx, t, &op, c)
}

// fate is the state of the whole package.
func (g *Gateway) fate(ctx context.Context, t edo.Tracker, op edo.Operation) (edo.State, error) {
	slowest := edo.State("")
	for _, d := range op.Documents {
		p, err := t.Track(ctx, edo.Ref{Package: op.Key.Package, Document: d.ID, Message: op.Message, Remote: d.Remote})
		if err != nil {
			return "", err
		}
		if p.State == edo.StateRefused || p.State == edo.StateRevoked {
			return p.State, nil
		}
		if slowest == "" || rank(p.State) < rank(slowest) {
			slowest = p.State
		}
	}
	return slowest, nil
}
