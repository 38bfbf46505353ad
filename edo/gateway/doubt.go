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
	err := g.commit(ctx, t, &op, edo.Change{Release: true, Due: g.Now()})
	if err == nil {
		g.Trace(ctx, "send.doubted")
	}
	return err
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
		return g.askLater(ctx, t, op, noAsOf())
	}
	return g.notFound(ctx, t, op, found, finder.Visibility())
}

// undecided leaves the package to a person who looks at the operator's own pages. Asking goes on, rarely.
func (g *Gateway) undecided(ctx context.Context, t *turn, op edo.Operation, why string) error {
	op.Reason, op.Detail = edo.DecisionNeeded, why+"; a person has to look there"
	return g.commit(ctx, t, &op, edo.Change{Release: true, Due: g.Now().Add(g.pause(pacePassing, manyTries, nil))})
}

// query is what the operator is asked for. An answer is looked for at the document that it answers.
func (g *Gateway) query(ctx context.Context, op edo.Operation) (edo.Query, error) {
	q := edo.Query{Package: op.Key.Package, To: recipients(op), Since: g.lookFrom(ctx, op), Flow: op.Flow}
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

// lookMargin is how much earlier than our own acceptance an operator is asked to look: clocks are set while packages wait.
// What a clock is known to be wrong by comes on top, and so does the driver's own margin.
const lookMargin = 6 * time.Hour

// lookFrom is the moment before which the operator cannot have accepted anything of a package.
func (g *Gateway) lookFrom(ctx context.Context, op edo.Operation) time.Time {
	return op.CreatedAt.Add(-lookMargin - max(op.Skew, g.knownSkew(ctx, op.Key.Subscriber), 0))
}

// knownSkew is our clock minus the operator's as the box was read last; zero if it is not.
func (g *Gateway) knownSkew(ctx context.Context, s edo.SubscriberID) time.Duration {
	if g.Inbox == nil {
		return 0
	}
	cursor, err := g.Inbox.Cursor(ctx, s)
	if err != nil {
		return 0 // the answer itself will tell
	}
	return cursor.Skew
}

// aheadBy is how far our clock is or was ahead of the operator's, as an answer shows: now, or when we accepted the package.
func aheadBy(op edo.Operation, now, asOf time.Time) time.Duration {
	return max(now.Sub(asOf), op.CreatedAt.Sub(asOf))
}

// notFound counts only answers given after an accepted message must have become visible. That time runs on the
// operator's clock, from its first answer without the package: ours may be set while we wait.
func (g *Gateway) notFound(ctx context.Context, t *turn, op edo.Operation, f edo.Found, visibility time.Duration) error {
	now := g.Now()
	if ahead := aheadBy(op, now, f.AsOf); ahead > op.Skew+lookMargin-time.Hour {
		// The list may have begun after the message: it is asked for again from early enough.
		op.Skew, op.NotFound, op.Detail = ahead, 0, "our clock is ahead of the operator's by "+ahead.Round(time.Second).String()+"; set our clock; asked again for a longer time"
		return g.commit(ctx, t, &op, edo.Change{Release: true, Due: now.Add(g.Backoff.First)})
	}
	if op.DoubtSince.IsZero() {
		op.DoubtSince = f.AsOf
	}
	op.Detail = "not found at the operator as of " + f.AsOf.UTC().Format(time.RFC3339)
	if passed := f.AsOf.Sub(op.DoubtSince); passed < visibility {
		wait := min(max(passed, g.Backoff.First), visibility-passed, time.Minute)
		return g.commit(ctx, t, &op, edo.Change{Release: true, Due: now.Add(wait + g.share(wait/10))})
	}
	if op.NotFound++; op.NotFound < sureNotFound {
		return g.commit(ctx, t, &op, edo.Change{Release: true, Due: now.Add(max(g.Backoff.First, visibility/4))})
	}
	if op.Resends >= resends(op) {
		return g.undecided(ctx, t, op, "sent again and still not shown by the operator")
	}
	again(&op)
	err := g.commit(ctx, t, &op, edo.Change{Release: true, Due: now})
	if err == nil {
		g.Trace(ctx, "send.again")
	}
	return err
}

// again lets a package that the operator surely does not have be sent once more.
func again(op *edo.Operation) {
	op.State, op.Reason, op.DoubtSince, op.NotFound, op.Skew = edo.StateAccepted, "", time.Time{}, 0, 0
	op.Resends++
}

// askLater keeps the doubt. An answer that could not be read is no answer, and restarts the count.
func (g *Gateway) askLater(ctx context.Context, t *turn, op edo.Operation, err error) error {
	op.NotFound, op.Detail = 0, plain(err)
	return g.commit(ctx, t, &op, edo.Change{Release: true, Due: g.Now().Add(g.pause(pacePassing, t.job.Tries, err))})
}
