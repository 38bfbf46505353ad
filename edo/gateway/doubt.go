package gateway

import (
	"context"
	"time"

	"github.com/edokit/edokit/edo"
)

// sureNotFound is how many answers "not found" after the visibility time allow another send.
const sureNotFound = 2

// maxResends is how often a package is sent again out of doubt. An operator that takes messages and never shows them
// would get copy after copy; beyond this a person has to look.
const maxResends = 1

// maxAnswerResends is the same for answers. There the operator guards itself: each send begins with its word on what may
// be answered now, and a second answer of one kind is refused by its flow.
const maxAnswerResends = 10

func resends(op edo.Operation) int {
	if op.Answer != "" {
		return maxAnswerResends
	}
	return maxResends
}

// doubt records that the operator may or may not have the package, and orders the first question.
func (g *Gateway) doubt(ctx context.Context, t *turn, op edo.Operation, reason edo.Reason, detail string) error {
	op.State, op.Reason, op.Detail = edo.StateInDoubt, reason, detail
	return g.commit(ctx, t, &op, edo.Change{Release: true, Due: g.Now()})
}

// resolveDoubt asks the operator. Found: sent. Not found, after the visibility time and repeatedly: it may be sent
// again. An operator that cannot be asked leaves the package in doubt for a person to decide.
func (g *Gateway) resolveDoubt(ctx context.Context, t *turn, op edo.Operation) error {
	session, _, err := g.sentSession(ctx, op)
	if err != nil {
		return g.askLater(ctx, t, op, err)
	}
	finder, ok := session.(edo.Finder)
	if !ok {
		return g.undecided(ctx, t, op, "the operator cannot be asked")
	}
	q, err := g.query(ctx, op)
	if err != nil {
		return g.askLater(ctx, t, op, err)
	}
	found, err := finder.Find(ctx, q)
	g.Trace(ctx, "send.asked")
	switch {
	case err != nil:
		return g.askLater(ctx, t, op, err)
	case found.Sent != nil:
		return g.sent(ctx, t, op, *found.Sent)
	case found.AsOf.IsZero():
		return g.askLater(ctx, t, op, &edo.Error{Kind: edo.Unavailable, Reason: edo.AnswerUnreadable, Message: "the operator did not say as of when"})
	}
	return g.notFound(ctx, t, op, found, finder.Visibility())
}

// undecided leaves the package to a person who looks at the operator's own pages. Asking goes on, rarely.
func (g *Gateway) undecided(ctx context.Context, t *turn, op edo.Operation, why string) error {
	op.Reason, op.Detail = edo.DecisionNeeded, why+"; a person has to look there"
	return g.commit(ctx, t, &op, edo.Change{Release: true, Due: g.Now().Add(g.Backoff.Longest)})
}

// query is what the operator is asked for. An answer is looked for at the document that it answers.
func (g *Gateway) query(ctx context.Context, op edo.Operation) (edo.Query, error) {
	q := edo.Query{Package: op.Key.Package, To: recipients(op), Since: op.CreatedAt, Flow: op.Flow}
	for _, d := range op.Documents {
		q.Documents = append(q.Documents, d.ID)
		if op.Answer == "" {
			continue
		}
		a := edo.Answered{Document: d.ID, Kind: op.Answer, Parent: d.Parent, Flow: op.Flow, Refusal: unsigned(op), Text: op.Text}
		if bare(op) {
			var err error
			if a.Signature, err = g.small(ctx, d.Signature); err != nil {
				return q, err
			}
		}
		q.Answers = append(q.Answers, a)
	}
	return q, nil
}

// notFound counts only answers given after an accepted message must have become visible. That time runs on the
// operator's clock, from its first answer without the package: ours may be set while we wait.
func (g *Gateway) notFound(ctx context.Context, t *turn, op edo.Operation, f edo.Found, visibility time.Duration) error {
	now := g.Now()
	if op.DoubtSince.IsZero() {
		op.DoubtSince = f.AsOf
	}
	op.Detail = "not found at the operator as of " + f.AsOf.UTC().Format(time.RFC3339)
	if passed := f.AsOf.Sub(op.DoubtSince); passed < visibility {
		wait := min(max(passed, g.Backoff.First), visibility-passed, time.Minute)
		return g.commit(ctx, t, &op, edo.Change{Release: true, Due: now.Add(wait)})
	}
	if op.NotFound++; op.NotFound < sureNotFound {
		return g.commit(ctx, t, &op, edo.Change{Release: true, Due: now.Add(max(g.Backoff.First, visibility/4))})
	}
	if op.Resends >= resends(op) {
		return g.undecided(ctx, t, op, "sent again and still not shown by the operator")
	}
	op.State, op.Reason, op.DoubtSince, op.NotFound = edo.StateAccepted, "", time.Time{}, 0
	op.Resends++
	return g.commit(ctx, t, &op, edo.Change{Release: true, Due: now})
}

// askLater keeps the doubt. An answer that could not be read is no answer, and restarts the count.
func (g *Gateway) askLater(ctx context.Context, t *turn, op edo.Operation, err error) error {
	op.NotFound, op.Detail = 0, plain(err)
	wait := max(g.Backoff.after(t.job.Tries), asError(err).RetryAfter)
	return g.commit(ctx, t, &op, edo.Change{Release: true, Due: g.Now().Add(min(wait, g.Backoff.Longest))})
}
