package gateway

import (
	"context"
	"time"

	"github.com/edokit/edokit/edo"
)

// sureNotFound is how many answers "not found" after the visibility time allow another send.
const sureNotFound = 2

// doubt records that the operator may or may not have the package, and orders the first question.
func (g *Gateway) doubt(ctx context.Context, job edo.Job, op edo.Operation, reason edo.Reason, detail string, wait time.Duration) error {
	if op.DoubtSince.IsZero() {
		op.DoubtSince = g.Now()
	}
	op.State, op.Reason, op.Detail = edo.StateInDoubt, reason, detail
	return g.commit(ctx, job, &op, edo.Change{Release: true, Due: g.Now().Add(wait)})
}

// resolveDoubt asks the operator. Found: sent. Not found, after the visibility time and repeatedly: it may be sent
// again. An operator that cannot be asked leaves the package in doubt for a person to decide.
func (g *Gateway) resolveDoubt(ctx context.Context, job edo.Job, op edo.Operation) error {
	session, _, err := g.session(ctx, op.Key.Subscriber)
	if err != nil {
		return g.askLater(ctx, job, op, err)
	}
	finder, ok := session.(edo.Finder)
	if !ok {
		op.Detail = "the operator cannot be asked; a person has to look there and decide"
		return g.commit(ctx, job, &op, edo.Change{Release: true, Due: g.Now().Add(g.Backoff.Longest)})
	}
	found, err := finder.Find(ctx, query(op))
	g.Trace(ctx, "send.asked")
	switch {
	case err != nil:
		return g.askLater(ctx, job, op, err)
	case found.Sent != nil:
		return g.sent(ctx, job, op, *found.Sent)
	case found.AsOf.IsZero():
		return g.askLater(ctx, job, op, &edo.Error{Kind: edo.Unavailable, Reason: edo.AnswerUnreadable, Message: "the operator did not say as of when"})
	}
	return g.notFound(ctx, job, op, found, finder.Visibility())
}

func query(op edo.Operation) edo.Query {
	q := edo.Query{Package: op.Key.Package, To: []edo.Address{op.Address}, Since: op.CreatedAt}
	for _, d := range op.Documents {
		q.Documents = append(q.Documents, d.ID)
	}
	return q
}

// notFound counts only answers given after an accepted message must have become visible.
func (g *Gateway) notFound(ctx context.Context, job edo.Job, op edo.Operation, f edo.Found, visibility time.Duration) error {
	now := g.Now()
	op.Detail = "not found at the operator as of " + f.AsOf.UTC().Format(time.RFC3339)
	visible := op.DoubtSince.Add(visibility)
	if now.Before(visible) {
		wait := min(max(now.Sub(op.DoubtSince), g.Backoff.First), visible.Sub(now), time.Minute)
		return g.commit(ctx, job, &op, edo.Change{Release: true, Due: now.Add(wait)})
	}
	if op.NotFound++; op.NotFound < sureNotFound {
		return g.commit(ctx, job, &op, edo.Change{Release: true, Due: now.Add(max(g.Backoff.First, visibility/4))})
	}
	op.State, op.Reason, op.DoubtSince, op.NotFound = edo.StateAccepted, "", time.Time{}, 0
	return g.commit(ctx, job, &op, edo.Change{Release: true, Due: now})
}

// askLater keeps the doubt. An answer that could not be read is no answer, and restarts the count.
func (g *Gateway) askLater(ctx context.Context, job edo.Job, op edo.Operation, err error) error {
	op.NotFound, op.Detail = 0, plain(err)
	wait := max(g.Backoff.after(job.Tries), asError(err).RetryAfter)
	return g.commit(ctx, job, &op, edo.Change{Release: true, Due: g.Now().Add(min(wait, g.Backoff.Longest))})
}
