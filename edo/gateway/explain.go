package gateway

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/edokit/edokit/edo"
)

// Records gives people what stands in the rows about one key.
type Records interface {
	Jobs(ctx context.Context, f edo.JobFilter) ([]edo.JobStatus, error)
	Attempts(ctx context.Context, k edo.Key) ([]edo.Attempt, error)
	// Calls lists exchanges of the message log, newest first.
	Calls(ctx context.Context, k edo.Key, limit int) ([]edo.Call, error)
}

// maxCalls is how many exchanges a page of explanation shows; the log has all.
const maxCalls = 100

// Explain puts everything that is known of one piece of work on one page, from our own rows: nothing is asked of the
// operator. The key's package is the id of a package, of an inbound message or one of its documents, of a counterparty
// ([edo.CounterpartyKey.ID]), or empty for the subscriber's box. [edo.NotFound] if there is nothing under it.
func (g *Gateway) Explain(ctx context.Context, k edo.Key) (edo.Explanation, error) {
	if g.Records == nil {
		return edo.Explanation{}, wrap("gateway.Explain", notConfigured("Records"))
	}
	ctx, done := g.lend(ctx)
	defer done()
	x := edo.Explanation{Key: k, At: g.Now()}
	err := g.explainKey(ctx, &x)
	if err == nil {
		err = g.records(ctx, &x)
	}
	if err == nil {
		g.outlook(&x)
	}
	return x, wrap("gateway.Explain", err)
}

// explainKey finds what the key names.
func (g *Gateway) explainKey(ctx context.Context, x *edo.Explanation) error {
	k := x.Key
	switch {
	case k.Package == "" && g.Inbox == nil:
		return notConfigured("Inbox")
	case k.Package == "":
		box, err := g.Inbox.Cursor(ctx, k.Subscriber)
		x.Box, x.Detail = &box, box.Refusal
		return err
	case reachID(k.Package) && g.Reach != nil:
		key, err := counterpartyOf(k)
		if err != nil {
			return at("package", &edo.Error{Kind: edo.NotFound, Message: "is no counterparty"})
		}
		c, err := g.Reach.CounterpartyStatus(ctx, key)
		x.Counterparty, x.Reason, x.Detail, x.Person = &c, c.Reason, c.Detail, waitsForPerson(c.State)
		return err
	}
	op, err := g.Outbox.Operation(ctx, k)
	if err == nil {
		return g.explainPackage(ctx, x, op)
	}
	if !errors.Is(err, edo.NotFound) || g.Inbox == nil {
		return err
	}
	return g.explainInbound(ctx, x, err)
}

func reachID(p edo.PackageID) bool {
	return strings.HasPrefix(string(p), string(edo.CounterpartyKey{}.ID()))
}

func (g *Gateway) explainPackage(ctx context.Context, x *edo.Explanation, op edo.Operation) error {
	x.Operation, x.State, x.Reason, x.Detail = &op, op.State.Sentence(), op.Reason, op.Detail
	x.Person = op.Reason.NeedsPerson()
	if g.Config.Tasks != nil {
		for _, d := range op.Documents {
			task, err := g.Config.Tasks.Task(ctx, edo.TaskKey{Key: op.Key, Document: d.ID})
			if err == nil {
				x.Tasks = append(x.Tasks, task)
			} else if !errors.Is(err, edo.NotFound) {
				return err
			}
		}
	}
	if op.State == edo.StateInDoubt || op.State == edo.StateSending {
		x.Asked = &edo.Asked{From: g.lookFrom(ctx, op), Missing: op.DoubtSince, NotFound: op.NotFound, Said: op.Detail}
		if s, _, err := g.sentSession(ctx, op); err == nil { // else the reason says what is wrong with the account
			if f, ok := s.(edo.Finder); ok {
				x.Asked.CanBe, x.Asked.Visibility = true, f.Visibility()
			}
		}
	}
	return nil
}

// explainInbound finds a message, or the message that brought a document.
func (g *Gateway) explainInbound(ctx context.Context, x *edo.Explanation, unknown error) error {
	s := x.Key.Subscriber
	m, err := g.Inbox.InboundMessage(ctx, s, edo.MessageID(x.Key.Package))
	if errors.Is(err, edo.NotFound) {
		d, missing := g.Inbox.InboundDocument(ctx, edo.InboundKey{Subscriber: s, Remote: edo.RemoteID(x.Key.Package)})
		if errors.Is(missing, edo.NotFound) {
			return unknown
		}
		if err = missing; err == nil {
			m, err = g.Inbox.InboundMessage(ctx, s, d.Message)
		}
	}
	if err != nil {
		return err
	}
	x.Key.Package, x.Message, x.Detail = edo.PackageID(m.Message), &m, m.Detail
	if x.Documents, err = g.Inbox.InboundOf(ctx, s, m.Message); err != nil {
		return err
	}
	for _, d := range x.Documents {
		receipt := edo.Answer{Subscriber: s, Kind: edo.AnswerReceipt, Document: d.Key.Remote}
		op, err := g.Outbox.Operation(ctx, edo.Key{Subscriber: s, Package: receipt.ID()})
		if err == nil {
			x.Answers = append(x.Answers, op)
		} else if !errors.Is(err, edo.NotFound) {
			return err
		}
	}
	return nil
}

// records adds what the workers have written.
func (g *Gateway) records(ctx context.Context, x *edo.Explanation) (err error) {
	if x.Jobs, err = g.Records.Jobs(ctx, edo.JobFilter{Key: &x.Key, At: x.At, Limit: 1000}); err != nil {
		return err
	}
	if x.Attempts, err = g.Records.Attempts(ctx, x.Key); err != nil && !errors.Is(err, edo.NotFound) {
		return err
	}
	if x.Key.Package == "" {
		return nil // the log of a box is long, and is read with the log's own filters
	}
	x.Calls, err = g.Records.Calls(ctx, x.Key, maxCalls)
	return err
}

// outlook says what happens next, when, and what a person can do.
func (g *Gateway) outlook(x *edo.Explanation) {
	next := next(x.Jobs)
	if next != nil {
		x.NextAt = next.Due
		if next.State == edo.JobHeld {
			x.NextAt = time.Time{}
		}
		if r := next.Reason; r != "" && (x.Reason == "" || r == edo.RateLimited || r == edo.OperatorPaused || next.Faults > 0) {
			x.Reason, x.Detail = r, next.Detail // of the work; the package may not know it
		}
		x.Person = x.Person || next.Person
	}
	switch {
	case x.Operation != nil:
		x.Next, x.Remedies = packageOutlook(*x)
	case x.Message != nil:
		x.Next = messageOutlook(*x.Message)
	case x.Counterparty != nil:
		x.Next, x.Remedies = counterpartyOutlook(*x.Counterparty)
	default:
		x.State, x.Next = boxOutlook(*x.Box, next != nil)
	}
	if x.Person && len(x.Remedies) == 0 {
		x.Remedies = []edo.Remedy{edo.RemedyMend}
	}
}

// next is the job that matters: one that a person has to bring on, else the one that comes first.
func next(jobs []edo.JobStatus) *edo.JobStatus {
	var first *edo.JobStatus
	for i := range jobs {
		switch j := &jobs[i]; {
		case first == nil, j.Person && !first.Person, j.Person == first.Person && j.Due.Before(first.Due):
			first = j
		}
	}
	return first
}
