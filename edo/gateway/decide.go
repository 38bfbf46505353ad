package gateway

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/edokit/edokit/edo"
)

// Decide ends a doubt by what a person has seen at the operator. An operator that can be asked is asked first, and its own
// word goes before the person's: what it shows is sent, under its ids. What it does not show is sent when the person gives
// its ids, and is sent again when the person says that it is not there and the visibility time is over. decision.Why is
// kept with the actor. Errors: [edo.StateUnsuited] if the package is not in doubt, [edo.DecisionRefuted] if the operator
// says otherwise, [edo.NotReady] with RetryAfter before the visibility time is over, [edo.WorkHeld], and those of asking.
func (g *Gateway) Decide(ctx context.Context, actor edo.ActorID, k edo.Key, d edo.Decision) (edo.Operation, error) {
	h := &hand{actor, "decided", d.Why}
	op, err := g.byHand(ctx, k, h, func(ctx context.Context, t *turn, op edo.Operation) error {
		if op.State != edo.StateInDoubt {
			return unsuited(op, "there is nothing to decide", "look at the package")
		}
		if err := g.decidable(ctx, op, d); err != nil {
			return err
		}
		found, seen, err := g.askNow(ctx, &op)
		g.Trace(ctx, "person.asked")
		switch {
		case err != nil:
			return err
		case found.Sent != nil:
			return g.confirmed(ctx, t, op, h, d, *found.Sent)
		case d.Accepted:
			return g.believed(ctx, t, op, h, d, found)
		case seen > 0:
			if err := tooEarly(op, found, seen); err != nil {
				return err
			}
		}
		again(&op)
		h.why += " (the operator does not have it: sent again)"
		op.Detail = h.words()
		return g.handled(ctx, t, &op, h, edo.Change{Release: true, Due: g.Now()})
	})
	return op, wrap("gateway.Decide", err)
}

// decidable reports whether a decision can mean this package.
func (g *Gateway) decidable(ctx context.Context, op edo.Operation, d edo.Decision) error {
	f := flatten(d.Check(g.Now()))
	if d.Accepted && d.Message == "" && op.Answer == "" {
		f = append(f, &edo.Error{Kind: edo.Invalid, Reason: edo.IDMissing, Field: "decision.message", Message: "is empty", Remedy: "give the operator's id of the message"})
	}
	if d.Accepted && !d.OperatorTime.IsZero() && d.OperatorTime.Before(g.lookFrom(ctx, op)) {
		f = append(f, &edo.Error{Kind: edo.Invalid, Reason: edo.TextMalformed, Field: "decision.operator_time", Message: "lies before the package was accepted here", Remedy: "give the time that the operator shows for this message"})
	}
	for id := range d.Documents {
		if op.Document(id) == nil {
			f = append(f, &edo.Error{Kind: edo.Invalid, Reason: edo.IDMalformed, Field: "decision.documents", Message: "name " + string(id) + ", which is not in the package", Remedy: "give ids of documents of the package"})
		}
	}
	return f.Err()
}

// askNow asks the operator for a package in doubt, from early enough whatever our clock says. visibility is zero where it
// cannot be asked: it has no such question, or the package went from an account that is no longer this subscriber's.
func (g *Gateway) askNow(ctx context.Context, op *edo.Operation) (f edo.Found, visibility time.Duration, err error) {
	session, _, err := g.sentSession(ctx, *op)
	if errors.Is(err, edo.AccountChanged) || errors.Is(err, edo.NotSupported) {
		return f, 0, nil
	}
	if err != nil {
		return f, 0, err
	}
	finder, ok := session.(edo.Finder)
	if !ok {
		return f, 0, nil
	}
	for range 2 {
		q, err := g.query(ctx, *op)
		if err != nil {
			return f, 0, err
		}
		if f, err = finder.Find(ctx, q); err != nil {
			return f, 0, err
		}
		ahead := aheadBy(*op, g.Now(), f.AsOf)
		if f.Sent != nil || f.AsOf.IsZero() || ahead <= op.Skew+lookMargin-time.Hour {
			break
		}
		op.Skew = ahead
	}
	if f.Sent == nil && f.AsOf.IsZero() {
		return f, 0, noAsOf()
	}
	return f, max(finder.Visibility(), time.Nanosecond), nil
}

func noAsOf() error {
	return &edo.Error{Kind: edo.Unavailable, Reason: edo.AnswerUnreadable, Message: "the operator did not say as of when"}
}

// tooEarly refuses another send while an accepted message may still be invisible.
func tooEarly(op edo.Operation, f edo.Found, visibility time.Duration) error {
	left := visibility
	if !op.DoubtSince.IsZero() {
		left -= f.AsOf.Sub(op.DoubtSince)
	}
	if left <= 0 {
		return nil
	}
	return &edo.Error{
		Kind: edo.NotReady, Reason: edo.StateUnsuited, Field: "decision", Message: "comes too early: what the operator has accepted may still be invisible", RetryAfter: left,
		Remedy: "decide again later",
	}
}

// confirmed settles what the operator itself shows.
func (g *Gateway) confirmed(ctx context.Context, t *turn, op edo.Operation, h *hand, d edo.Decision, s edo.Sent) error {
	if d.Accepted && d.Message != "" && s.Message != "" && !strings.EqualFold(string(d.Message), string(s.Message)) {
		return &edo.Error{Kind: edo.Conflict, Reason: edo.DecisionRefuted, Field: "decision.message", Message: "is not what the operator shows: " + string(s.Message), Remedy: "look again; without a decision it is settled as the operator shows it"}
	}
	h.why += " (the operator shows it)"
	c, err := g.arrived(ctx, &op, s)
	if err != nil {
		return err
	}
	return g.handled(ctx, t, &op, h, c)
}

// believed settles what only the person has seen. Nothing is asked about documents whose ids at the operator nobody knows.
func (g *Gateway) believed(ctx context.Context, t *turn, op edo.Operation, h *hand, d edo.Decision, f edo.Found) error {
	h.why += " (the operator has it as " + string(d.Message) + ")"
	if !f.AsOf.IsZero() {
		h.why += ", not shown in its list as of " + f.AsOf.UTC().Format(time.RFC3339)
	}
	c, err := g.arrived(ctx, &op, edo.Sent{Message: d.Message, OperatorTime: d.OperatorTime, Documents: d.Documents})
	if err != nil {
		return err
	}
	op.Detail = h.words()
	unknown := map[edo.DocumentID]bool{}
	for i := range op.Documents {
		if doc := &op.Documents[i]; doc.Remote == "" && op.Stamps() {
			unknown[doc.ID] = true
			doc.Stamp, doc.StampReason, doc.StampDetail = edo.StampNever, edo.FormNever, "the operator's id of the document is not known"
		}
	}
	c.Jobs = slices.DeleteFunc(c.Jobs, func(j edo.Job) bool {
		return j.Kind == edo.JobStamp && unknown[j.Document] || j.Kind == edo.JobTrack && len(unknown) > 0
	})
	return g.handled(ctx, t, &op, h, c)
}
