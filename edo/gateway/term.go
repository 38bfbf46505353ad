package gateway

import (
	"context"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/edokit/edokit/edo"
)

// termStep decides where the term of one request stands, by the operator's clock and its time of the reply.
func (g *Gateway) termStep(ctx context.Context, t *turn) error {
	d, err := g.Inbox.InboundDocument(ctx, edo.InboundKey{Subscriber: t.job.Key.Subscriber, Remote: edo.RemoteID(t.job.Document)})
	if err != nil {
		return err
	}
	cursor, err := g.Inbox.Cursor(ctx, d.Key.Subscriber)
	if err != nil {
		return err
	}
	now := g.Now()
	there := cursor.OperatorNow(now)
	if state := d.Term.At(d.Reply.OperatorTime, there); state != d.Term.State {
		d.Term.State = state
		if err := g.Inbox.Update(ctx, d, d.Revision, []edo.Event{termEvent(d, now)}, nil); err != nil {
			return err // also when somebody else has written the row: it is looked at again
		}
		g.Trace(ctx, "term.decided")
	}
	c := edo.Change{At: now, Result: string(d.Term.State)}
	next := d.Term.Due
	switch d.Term.State {
	case edo.TermOpen:
		if !d.Term.Warn.IsZero() {
			next = d.Term.Warn
		}
	case edo.TermWarned:
	default: // nothing changes any more by itself; a reply that becomes known wakes the job
		c.Done = true
		return g.settle(ctx, t.job, c)
	}
	// The operator's clock is only estimated: it is asked again at least as often as the box is checked.
	wait := min(next.Sub(there)+time.Millisecond, g.FullCheck)
	c.Release, c.Due = true, now.Add(max(wait, time.Millisecond))
	return g.settle(ctx, t.job, c)
}

func termEvent(d edo.InboundDocument, now time.Time) edo.Event {
	return edo.Event{
		Key: edo.Key{Subscriber: d.Key.Subscriber, Package: edo.PackageID(d.Message)}, Kind: edo.EventTerm,
		Document: edo.DocumentID(d.Key.Remote), Detail: string(d.Term.State), Inbound: &d, At: now,
	}
}

// termJob watches the term of a request.
func termJob(k edo.InboundKey, now time.Time) edo.Job {
	return edo.Job{Key: edo.Key{Subscriber: k.Subscriber}, Document: edo.DocumentID(k.Remote), Kind: edo.JobTerm, Due: now}
}

// SetTerm sets until when a request must be answered, in place of what its kind says. The state of the term is decided
// here, not by the caller; a zero Due takes the term away.
func (g *Gateway) SetTerm(ctx context.Context, actor edo.ActorID, k edo.InboundKey, term edo.Term) (edo.InboundDocument, error) {
	if term.Warn.After(term.Due) {
		return edo.InboundDocument{}, &edo.Error{Kind: edo.Invalid, Op: "gateway.SetTerm", Field: "term.warn", Message: "is after the term itself", Remedy: "warn before it is due, or not at all"}
	}
	d, err := g.change(ctx, actor, k, func(d *edo.InboundDocument, _ edo.ActorID, operatorNow time.Time) edo.Event {
		term.State = term.At(d.Reply.OperatorTime, operatorNow)
		d.Term = term
		return termEvent(*d, g.Now())
	})
	return d, wrap("gateway.SetTerm", err)
}

// AnswerOtherwise records that a request was or will be answered by e-mail or on paper, and why: a request that came
// electronically is answered electronically otherwise. It does not meet the term: only a reply that the operator has
// fixed does.
func (g *Gateway) AnswerOtherwise(ctx context.Context, actor edo.ActorID, k edo.InboundKey, channel edo.Channel, reason string) (edo.InboundDocument, error) {
	var f edo.Faults
	bad := func(r edo.Reason, field, message, remedy string) {
		f = append(f, &edo.Error{Kind: edo.Invalid, Reason: r, Op: "gateway.AnswerOtherwise", Field: field, Message: message, Remedy: remedy})
	}
	if channel != edo.ChannelEMail && channel != edo.ChannelPaper {
		bad(edo.FlowUnknown, "channel", "is no other way", "use e-mail or paper")
	}
	switch {
	case strings.TrimSpace(reason) == "":
		bad(edo.ReplyNeedsReason, "reason", "is empty", "say why the request is not answered electronically")
	case utf8.RuneCountInString(reason) > edo.MaxTextLength || !utf8.ValidString(reason):
		bad(edo.TextMalformed, "reason", "is too long or not valid UTF-8", "shorten it")
	}
	if err := f.Err(); err != nil {
		return edo.InboundDocument{}, err
	}
	d, err := g.change(ctx, actor, k, func(d *edo.InboundDocument, who edo.ActorID, _ time.Time) edo.Event {
		d.Reply.Channel, d.Reply.Reason, d.Reply.Actor, d.Reply.At = channel, reason, who, g.Now()
		return edo.Event{
			Key: edo.Key{Subscriber: k.Subscriber, Package: edo.PackageID(d.Message)}, Kind: edo.EventInbound,
			Document: edo.DocumentID(k.Remote), Detail: "answered by " + string(channel) + ": " + reason, Inbound: d, At: g.Now(),
		}
	})
	return d, wrap("gateway.AnswerOtherwise", err)
}

// change lets an allowed person change what we keep of a request, and has its term looked at again.
func (g *Gateway) change(ctx context.Context, actor edo.ActorID, k edo.InboundKey, with func(*edo.InboundDocument, edo.ActorID, time.Time) edo.Event) (edo.InboundDocument, error) {
	now := g.Now()
	who, err := g.acting(ctx, edo.AccessRequest{Actor: actor, Action: edo.ActionAnswer, Subscriber: k.Subscriber, At: now})
	if err != nil {
		return edo.InboundDocument{}, err
	}
	for try := 1; ; try++ {
		d, err := g.changeOnce(ctx, who, k, now, with)
		if err == nil {
			g.Queue.Ring()
			return g.inbound(ctx, k)
		}
		if !errors.Is(err, edo.Conflict) || try == changeTries {
			return d, err
		}
	}
}

// changeTries bounds how often a change meets other work on the same row. What a person says does not depend on it.
const changeTries = 10

func (g *Gateway) changeOnce(ctx context.Context, who edo.ActorID, k edo.InboundKey, now time.Time, with func(*edo.InboundDocument, edo.ActorID, time.Time) edo.Event) (edo.InboundDocument, error) {
	d, err := g.inbound(ctx, k)
	if err != nil {
		return d, err
	}
	cursor, err := g.Inbox.Cursor(ctx, k.Subscriber)
	if err != nil {
		return d, err
	}
	if d.Class != edo.ClassMain {
		return d, noRequest("document", d)
	}
	e := with(&d, who, cursor.OperatorNow(now))
	e.Actor = who
	return d, g.Inbox.Update(ctx, d, d.Revision, []edo.Event{e}, []edo.Job{termJob(k, now)})
}

// replyFaults says what is wrong with a package that claims to answer a request. One that came electronically is
// answered electronically; another way needs a reason that was logged with [Gateway.AnswerOtherwise].
func (g *Gateway) replyFaults(ctx context.Context, p edo.Package) edo.Faults {
	if p.InReplyTo == "" || edo.CheckRemote("", p.InReplyTo) != nil {
		return nil // there is none, or Check has told
	}
	d, err := g.inbound(ctx, edo.InboundKey{Subscriber: p.Subscriber, Remote: p.InReplyTo})
	switch {
	case errors.Is(err, edo.RequestUnknown):
		return edo.Faults{requestUnknown("package.in_reply_to", edo.Invalid)}
	case err != nil:
		return edo.Faults{err}
	case d.Class != edo.ClassMain:
		return edo.Faults{noRequest("package.in_reply_to", d)}
	case p.To.INN != "" && d.From.INN != "" && p.To.INN != d.From.INN:
		return edo.Faults{&edo.Error{
			Kind: edo.Invalid, Reason: edo.ReplyToAnother, Field: "package.to", Message: "is not who sent the request: that was INN " + d.From.INN,
			Remedy: "send the reply to the sender of the request, or send a package that replies to nothing",
		}}
	case p.Channel == "" || p.Channel == edo.ChannelOperator || d.Reply.Channel == p.Channel && d.Reply.Reason != "":
		return nil
	}
	return edo.Faults{&edo.Error{
		Kind: edo.Invalid, Reason: edo.ReplyNeedsReason, Field: "package.channel",
		Message: "is " + string(p.Channel) + ", but the request came electronically", Remedy: "answer electronically, or record first why it is answered otherwise",
	}}
}

// noRequest says that a receipt or another answer is nothing to reply to.
func noRequest(field string, d edo.InboundDocument) error {
	return &edo.Error{
		Kind: edo.Invalid, Reason: edo.RequestUnknown, Field: field, Message: "names no request but a document of class " + string(d.Class),
		Remedy: "name the document that was asked with",
	}
}

// replied adds that a package which answers a request is with the operator. Its operator's time decides the term.
func (g *Gateway) replied(op edo.Operation, c *edo.Change) {
	if op.InReplyTo == "" {
		return
	}
	k := edo.InboundKey{Subscriber: op.Key.Subscriber, Remote: op.InReplyTo}
	c.Replied = append(c.Replied, edo.Replied{Key: k, Package: op.Key.Package, OperatorTime: op.OperatorTime})
	c.Wake = append(c.Wake, termJob(k, g.Now()))
}
