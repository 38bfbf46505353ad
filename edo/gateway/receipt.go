package gateway

import (
	"context"
	"errors"

	"github.com/edokit/edokit/edo"
)

// receiptStep confirms one inbound document. It is ordered by the commit that made the document durable, so the
// operator hears that it came only after that.
func (g *Gateway) receiptStep(ctx context.Context, t *turn) error {
	key := edo.InboundKey{Subscriber: t.job.Key.Subscriber, Remote: edo.RemoteID(t.job.Document)}
	a := edo.Answer{Subscriber: key.Subscriber, Actor: service, Kind: edo.AnswerReceipt, Document: key.Remote}
	if given, err := g.ordered(ctx, a); given || err != nil {
		return g.done(ctx, t, "accepted", err)
	}
	doc, err := g.Inbox.InboundDocument(ctx, key)
	if err != nil {
		return err
	}
	session, account, err := g.session(ctx, key.Subscriber)
	if err != nil {
		return g.later(ctx, t, pacePassing, t.job.Tries, err)
	}
	answerer, ok := session.(edo.Answerer)
	if !ok {
		return g.done(ctx, t, "no receipt: the operator's driver gives no answers", nil)
	}
	standing, err := answerer.Standing(ctx, edo.Ref{Message: doc.Message, Remote: key.Remote})
	if err != nil {
		return g.later(ctx, t, pacePassing, t.job.Tries, err)
	}
	if !standing.Offers(edo.AnswerReceipt) && !standing.NoticeDue {
		return g.done(ctx, t, "no receipt is due", nil)
	}
	if account.Service == "" {
		return g.later(ctx, t, pacePassing, manyTries, noService())
	}
	a.Signer = account.Service
	now := g.Now()
	op := answerOperation(a, account.Operator, now)
	if err := g.settle(ctx, t.job, edo.Change{At: now, Accepted: []edo.Operation{op}, Done: true, Result: "accepted"}); err != nil {
		return err
	}
	g.Trace(ctx, "receipt.accepted")
	return nil
}

// ordered reports whether an answer has an operation already: the same answer is given once.
func (g *Gateway) ordered(ctx context.Context, a edo.Answer) (bool, error) {
	op, err := g.Outbox.Operation(ctx, edo.Key{Subscriber: a.Subscriber, Package: a.ID()})
	switch {
	case errors.Is(err, edo.NotFound):
		return false, nil
	case err != nil || op.Answer == a.Kind:
		return err == nil, err
	}
	if _, byHand, err := g.place(ctx, a); byHand != nil || err != nil {
		return byHand != nil, err
	}
	return false, &edo.Error{
		Kind: edo.Conflict, Reason: edo.PackageDiffers, Field: "package.id", Message: string(a.ID()) + " is a package, so the answer does not go by itself",
		Remedy: "give the answer by hand",
	}
}

func (g *Gateway) done(ctx context.Context, t *turn, result string, err error) error {
	if err != nil {
		return err
	}
	return g.settle(ctx, t.job, edo.Change{At: g.Now(), Done: true, Result: result})
}

func noService() error {
	return &edo.Error{
		Kind: edo.Denied, Reason: edo.SignerMissing, Field: "subscriber.service",
		Message: "names nobody who signs receipts", Remedy: "name the signer of service documents",
	}
}
