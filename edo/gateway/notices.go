package gateway

import (
	"context"
	"errors"

	"github.com/edokit/edokit/edo"
)

// noticesStep orders the service documents that the operator wants from us, until its list holds nothing new.
func (g *Gateway) noticesStep(ctx context.Context, t *turn) error {
	s := t.job.Key.Subscriber
	session, account, err := g.session(ctx, s)
	if err != nil {
		return g.later(ctx, t, paceReading, 1, err)
	}
	answerer, ok := session.(edo.Answerer)
	if !ok || !account.Policy.Receive {
		return g.settle(ctx, t.job, edo.Change{At: g.Now(), Release: true, Due: g.Now().Add(g.FullCheck), Result: "off"})
	}
	if account.Service == "" {
		return g.later(ctx, t, pacePassing, manyTries, noService())
	}
	signer, err := g.Signers.Signer(ctx, s, account.Service, "", g.Now())
	if err != nil {
		return g.later(ctx, t, pacePassing, manyTries, at("subscriber.service", err))
	}
	for {
		due, err := answerer.Notices(ctx, signer.Info().Thumbprint)
		if err != nil {
			return g.later(ctx, t, paceReading, 1, err)
		}
		orders, unknown, open, err := g.notices(ctx, account, due)
		if err != nil {
			return g.later(ctx, t, paceReading, 1, err)
		}
		c, err := g.list(ctx, t, g.carriers(ctx, answerer, unknown), "notice")
		if err != nil {
			return g.later(ctx, t, paceReading, 1, err)
		}
		c.Accepted = orders
		if len(orders) == 0 {
			c.Release, c.Due, c.Result = true, c.At.Add(g.FullCheck), "none is due"
			if open {
				c.Due, c.Result = c.At.Add(g.Pull), "on their way"
			}
		}
		if err := g.settle(ctx, t.job, c); err != nil || len(orders) == 0 {
			return err
		}
		g.Trace(ctx, "notices.accepted")
	}
}

// carriers names the messages of documents that a notice is due for and that nobody has listed: the cursor may have lost
// them at the border of a page, and the slow check may not list service documents. A document whose message the operator
// does not tell is asked for again with the next run.
func (g *Gateway) carriers(ctx context.Context, a edo.Answerer, unknown []edo.RemoteID) []edo.InboxHeader {
	var found []edo.InboxHeader
	for _, r := range unknown[:min(len(unknown), maxCarriers)] {
		standing, err := a.Standing(ctx, edo.Ref{Remote: r})
		if err == nil && standing.Message != "" {
			found = append(found, edo.InboxHeader{Message: standing.Message})
		}
	}
	return found
}

// maxCarriers bounds the questions of one run.
const maxCarriers = 20

// notices makes the operations of notices that have none; unknown are documents that are not with us. open says that the list will have to be read again soon:
// something on it is not with the operator yet, or not stored with us yet. One whose order is settled or has failed, or
// that names no document, is none of these: looking again soon would go on for ever.
func (g *Gateway) notices(ctx context.Context, a edo.Account, due []edo.Notice) (orders []edo.Operation, unknown []edo.RemoteID, open bool, err error) {
	listed := map[edo.RemoteID]bool{}
	for _, n := range due {
		answer := edo.Answer{Subscriber: a.Subscriber, Actor: service, Kind: edo.AnswerReceipt, Document: n.Parent, Signer: a.Service}
		if n.Parent == "" || listed[n.Parent] {
			continue
		}
		listed[n.Parent] = true
		given, err := g.Outbox.Operation(ctx, edo.Key{Subscriber: a.Subscriber, Package: answer.ID()})
		if err == nil {
			open = open || !given.Settled()
			continue
		}
		if !errors.Is(err, edo.NotFound) {
			return nil, nil, open, err
		}
		open = true
		if durable, err := g.durable(ctx, a.Subscriber, n.Parent); !durable || err != nil {
			if err != nil {
				return nil, nil, open, err
			}
			unknown = append(unknown, n.Parent)
			continue // confirmed when it is stored: its take job wakes this one
		}
		op := answerOperation(answer, a.Operator, g.Now())
		op.Parties = n.To
		d := &op.Documents[0]
		if d.Digest, err = g.keep(ctx, n.Content); err != nil {
			return nil, nil, open, err
		}
		d.Size, d.Name, d.Type = int64(len(n.Content)), safeName(n.Name), n.Type
		orders = append(orders, op)
	}
	return orders, unknown, open, nil
}

// durable reports whether a document is stored with us, theirs or ours. What the operator closes until our receipt is
// durable with its description.
func (g *Gateway) durable(ctx context.Context, s edo.SubscriberID, r edo.RemoteID) (bool, error) {
	d, err := g.Inbox.InboundDocument(ctx, edo.InboundKey{Subscriber: s, Remote: r})
	if err == nil {
		return d.State != edo.InboundListed, nil
	}
	if !errors.Is(err, edo.NotFound) {
		return false, err
	}
	_, _, err = g.Inbox.SentAs(ctx, s, r)
	if errors.Is(err, edo.NotFound) {
		return false, nil
	}
	return err == nil, err
}
