package dmsplugin

import (
	"context"

	"github.com/edokit/edokit/dmsplugin/internal/dmspb"
	"github.com/edokit/edokit/dmsplugin/internal/wire"
	"github.com/edokit/edokit/edo"
)

// Answer confirms, signs, refuses or revokes a document that lies at the operator. It returns when the answer is durable in
// the plugin; the same answer to the same document is given once.
func (c *Client) Answer(ctx context.Context, a edo.Answer) (edo.Operation, error) {
	r, err := c.answers.Answer(ctx, wire.ToAnswer(a))
	return wire.FromOperation(r.GetOperation()), wire.FromError("dmsplugin.Answer", err)
}

// Offers asks the operator what may be done with a document now.
func (c *Client) Offers(ctx context.Context, actor edo.ActorID, s edo.SubscriberID, d edo.RemoteID) ([]edo.AnswerKind, error) {
	r, err := c.answers.Offers(ctx, &dmspb.OffersRequest{Subscriber: string(s), Actor: string(actor), Document: string(d)})
	return wire.FromAnswerKinds(r.GetKinds()), wire.FromError("dmsplugin.Offers", err)
}

// SetTerm sets until when an inbound request must be answered.
func (c *Client) SetTerm(ctx context.Context, actor edo.ActorID, k edo.InboundKey, t edo.Term) (edo.InboundDocument, error) {
	r, err := c.answers.SetTerm(ctx, wire.ToTermRequest(k, actor, t))
	return wire.FromInbound(r.GetDocument()), wire.FromError("dmsplugin.SetTerm", err)
}

// AnswerOtherwise notes that an inbound request was answered by e-mail or on paper, and why.
func (c *Client) AnswerOtherwise(ctx context.Context, actor edo.ActorID, k edo.InboundKey, channel edo.Channel, reason string) (edo.InboundDocument, error) {
	r, err := c.answers.AnswerOtherwise(ctx, &dmspb.AnswerOtherwiseRequest{
		Subscriber: string(k.Subscriber), Actor: string(actor), Document: string(k.Remote), Channel: wire.ToChannel(channel), Reason: reason,
	})
	return wire.FromInbound(r.GetDocument()), wire.FromError("dmsplugin.AnswerOtherwise", err)
}

// Tasks lists the signature tasks of a subscriber that wait, the oldest first, at most 500. Their bytes are read with
// [Client.Content]: the task's key and document, [edo.RoleOriginal].
func (c *Client) Tasks(ctx context.Context, actor edo.ActorID, s edo.SubscriberID) ([]edo.SignatureTask, error) {
	r, err := c.signing.ListTasks(ctx, &dmspb.ListTasksRequest{Subscriber: string(s), Actor: string(actor)})
	return wire.FromTasks(r.GetTasks()), wire.FromError("dmsplugin.Tasks", err)
}

// Complete gives the signature that a task waits for: a detached CMS in DER.
func (c *Client) Complete(ctx context.Context, actor edo.ActorID, k edo.TaskKey, cms []byte) error {
	_, err := c.signing.Complete(ctx, &dmspb.CompleteRequest{Key: wire.ToKey(k.Key), Document: string(k.Document), Actor: string(actor), Signature: cms})
	return wire.FromError("dmsplugin.Complete", err)
}

// Decline says that the person does not sign, and why.
func (c *Client) Decline(ctx context.Context, actor edo.ActorID, k edo.TaskKey, text string) error {
	_, err := c.signing.Decline(ctx, &dmspb.DeclineRequest{Key: wire.ToKey(k.Key), Document: string(k.Document), Actor: string(actor), Text: text})
	return wire.FromError("dmsplugin.Decline", err)
}

// FindCounterparty asks the operator for the boxes of an organisation or person.
func (c *Client) FindCounterparty(ctx context.Context, actor edo.ActorID, s edo.SubscriberID, who edo.Counterparty) ([]edo.Address, error) {
	r, err := c.counterparties.Find(ctx, &dmspb.FindRequest{Subscriber: string(s), Actor: string(actor), Counterparty: wire.ToCounterparty(who)})
	return wire.FromAddresses(r.GetAddresses()), wire.FromError("dmsplugin.FindCounterparty", err)
}

// EnsureCounterparty makes a counterparty reachable and says what is known now; events tell the rest. It is done once,
// however often it is asked for.
func (c *Client) EnsureCounterparty(ctx context.Context, actor edo.ActorID, s edo.SubscriberID, i edo.Introduction) (edo.CounterpartyStatus, error) {
	r, err := c.counterparties.Ensure(ctx, &dmspb.EnsureRequest{Subscriber: string(s), Actor: string(actor), Introduction: wire.ToIntroduction(i)})
	return wire.FromCounterpartyStatus(r.GetCounterparty()), wire.FromError("dmsplugin.EnsureCounterparty", err)
}

// Explain gives everything that is known of one package on one page, to the reader of [Client.As]. Of its exchanges with
// the operator it holds the ids alone.
func (c *Client) Explain(ctx context.Context, k edo.Key) (edo.Explanation, error) {
	r, err := c.work.Explain(ctx, &dmspb.ExplainRequest{Key: wire.ToKey(k), Actor: c.reader})
	return wire.FromExplanation(r.GetExplanation()), wire.FromError("dmsplugin.Explain", err)
}

// Retry lets a package go on now; why is kept.
func (c *Client) Retry(ctx context.Context, actor edo.ActorID, k edo.Key, why string) (edo.Operation, error) {
	r, err := c.work.Retry(ctx, &dmspb.RetryRequest{Key: wire.ToKey(k), Actor: string(actor), Why: why})
	return wire.FromOperation(r.GetOperation()), wire.FromError("dmsplugin.Retry", err)
}

// Cancel ends a package of which surely nothing has left; why is kept.
func (c *Client) Cancel(ctx context.Context, actor edo.ActorID, k edo.Key, why string) (edo.Operation, error) {
	r, err := c.work.Cancel(ctx, &dmspb.CancelRequest{Key: wire.ToKey(k), Actor: string(actor), Why: why})
	return wire.FromOperation(r.GetOperation()), wire.FromError("dmsplugin.Cancel", err)
}

// Decide says whether the operator has a package that is in doubt.
func (c *Client) Decide(ctx context.Context, actor edo.ActorID, k edo.Key, d edo.Decision) (edo.Operation, error) {
	r, err := c.work.Decide(ctx, wire.ToDecision(k, actor, d))
	return wire.FromOperation(r.GetOperation()), wire.FromError("dmsplugin.Decide", err)
}

// CardTypes is the catalogue of what a host may show for its cards. It stays the same as long as the plugin runs;
// [edo.CardAction.Blocked] decides from the facts that the host has.
func (c *Client) CardTypes(ctx context.Context) ([]edo.CardType, error) {
	r, err := c.actions.Describe(ctx, &dmspb.DescribeRequest{})
	return wire.FromCardTypes(r.GetTypes()), wire.FromError("dmsplugin.CardTypes", err)
}

// EvaluateCards says exactly which actions up to [edo.MaxCards] cards have now for one user, and why not.
func (c *Client) EvaluateCards(ctx context.Context, actor edo.ActorID, cards []edo.CardRef) ([]edo.CardState, error) {
	r, err := c.actions.Evaluate(ctx, &dmspb.EvaluateRequest{Actor: string(actor), Cards: wire.ToCardRefs(cards)})
	return wire.FromCardStates(r.GetCards()), wire.FromError("dmsplugin.EvaluateCards", err)
}

// InvokeCard does an action of a card that the catalogue marks with [edo.CallInvoke].
func (c *Client) InvokeCard(ctx context.Context, i edo.Invocation) (edo.Operation, error) {
	r, err := c.actions.Invoke(ctx, &dmspb.InvokeRequest{Action: i.Action, Card: wire.ToCardRef(i.Card), Actor: string(i.Actor), Parameters: i.Parameters})
	return wire.FromOperation(r.GetOperation()), wire.FromError("dmsplugin.InvokeCard", err)
}
