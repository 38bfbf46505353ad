package dmsplugin

import (
	"context"

	"github.com/edokit/edokit/dmsplugin/internal/dmspb"
	"github.com/edokit/edokit/dmsplugin/internal/wire"
	"github.com/edokit/edokit/edo"
)

// maxTasks is how many signature tasks one answer holds: with every text at its limit they stay below [MaxMessage].
const maxTasks = 500

// answersServer hands every call to the engine.
type answersServer struct {
	dmspb.UnimplementedAnswersServer
	*server
}

func (a *answersServer) Answer(ctx context.Context, r *dmspb.AnswerRequest) (*dmspb.AnswerResponse, error) {
	op, err := a.Desk.Answer(ctx, wire.FromAnswer(r))
	return &dmspb.AnswerResponse{Operation: wire.ToOperation(op)}, err
}

func (a *answersServer) Offers(ctx context.Context, r *dmspb.OffersRequest) (*dmspb.OffersResponse, error) {
	kinds, err := a.Desk.Offers(ctx, edo.ActorID(r.GetActor()), edo.SubscriberID(r.GetSubscriber()), edo.RemoteID(r.GetDocument()))
	return &dmspb.OffersResponse{Kinds: wire.ToAnswerKinds(kinds)}, err
}

func (a *answersServer) SetTerm(ctx context.Context, r *dmspb.SetTermRequest) (*dmspb.SetTermResponse, error) {
	if r.GetDue() == nil {
		return nil, wire.Broken("due", "is missing")
	}
	key, term := wire.FromTermRequest(r)
	d, err := a.Desk.SetTerm(ctx, edo.ActorID(r.GetActor()), key, term)
	return &dmspb.SetTermResponse{Document: wire.ToInbound(d)}, err
}

func (a *answersServer) AnswerOtherwise(ctx context.Context, r *dmspb.AnswerOtherwiseRequest) (*dmspb.AnswerOtherwiseResponse, error) {
	key := edo.InboundKey{Subscriber: edo.SubscriberID(r.GetSubscriber()), Remote: edo.RemoteID(r.GetDocument())}
	d, err := a.Desk.AnswerOtherwise(ctx, edo.ActorID(r.GetActor()), key, wire.FromChannel(r.GetChannel()), r.GetReason())
	return &dmspb.AnswerOtherwiseResponse{Document: wire.ToInbound(d)}, err
}

// signingServer hands every call to the engine.
type signingServer struct {
	dmspb.UnimplementedSigningServer
	*server
}

func (s *signingServer) ListTasks(ctx context.Context, r *dmspb.ListTasksRequest) (*dmspb.ListTasksResponse, error) {
	tasks, err := s.Desk.Tasks(ctx, edo.ActorID(r.GetActor()), edo.SubscriberID(r.GetSubscriber()))
	return &dmspb.ListTasksResponse{Tasks: wire.ToTasks(tasks[:min(len(tasks), maxTasks)])}, err
}

func (s *signingServer) Complete(ctx context.Context, r *dmspb.CompleteRequest) (*dmspb.CompleteResponse, error) {
	key := edo.TaskKey{Key: wire.FromKey(r.GetKey()), Document: edo.DocumentID(r.GetDocument())}
	return &dmspb.CompleteResponse{}, s.Desk.Complete(ctx, edo.ActorID(r.GetActor()), key, r.GetSignature())
}

func (s *signingServer) Decline(ctx context.Context, r *dmspb.DeclineRequest) (*dmspb.DeclineResponse, error) {
	key := edo.TaskKey{Key: wire.FromKey(r.GetKey()), Document: edo.DocumentID(r.GetDocument())}
	return &dmspb.DeclineResponse{}, s.Desk.Decline(ctx, edo.ActorID(r.GetActor()), key, r.GetText())
}

// counterpartiesServer hands every call to the engine.
type counterpartiesServer struct {
	dmspb.UnimplementedCounterpartiesServer
	*server
}

func (c *counterpartiesServer) Find(ctx context.Context, r *dmspb.FindRequest) (*dmspb.FindResponse, error) {
	found, err := c.Desk.FindCounterparty(ctx, edo.ActorID(r.GetActor()), edo.SubscriberID(r.GetSubscriber()), wire.FromCounterparty(r.GetCounterparty()))
	return &dmspb.FindResponse{Addresses: wire.ToAddresses(found)}, err
}

func (c *counterpartiesServer) Ensure(ctx context.Context, r *dmspb.EnsureRequest) (*dmspb.EnsureResponse, error) {
	status, err := c.Desk.EnsureCounterparty(ctx, edo.ActorID(r.GetActor()), edo.SubscriberID(r.GetSubscriber()), wire.FromIntroduction(r.GetIntroduction()))
	return &dmspb.EnsureResponse{Counterparty: wire.ToCounterpartyStatus(status)}, err
}

// workServer hands every call to the engine.
type workServer struct {
	dmspb.UnimplementedWorkServer
	*server
}

func (w *workServer) Explain(ctx context.Context, r *dmspb.ExplainRequest) (*dmspb.ExplainResponse, error) {
	key := wire.FromKey(r.GetKey())
	if err := w.Exchange.MayRead(ctx, reader(r.GetActor()), key.Subscriber); err != nil {
		return nil, err
	}
	if _, err := w.Exchange.Status(ctx, key); err != nil { // packages only: mail that came in and boxes are the operator's of this machine
		return nil, err
	}
	x, err := w.Desk.Explain(ctx, key)
	return &dmspb.ExplainResponse{Explanation: wire.ToExplanation(x)}, err
}

func (w *workServer) Retry(ctx context.Context, r *dmspb.RetryRequest) (*dmspb.RetryResponse, error) {
	op, err := w.Desk.Retry(ctx, edo.ActorID(r.GetActor()), wire.FromKey(r.GetKey()), r.GetWhy())
	return &dmspb.RetryResponse{Operation: wire.ToOperation(op)}, err
}

func (w *workServer) Cancel(ctx context.Context, r *dmspb.CancelRequest) (*dmspb.CancelResponse, error) {
	op, err := w.Desk.Cancel(ctx, edo.ActorID(r.GetActor()), wire.FromKey(r.GetKey()), r.GetWhy())
	return &dmspb.CancelResponse{Operation: wire.ToOperation(op)}, err
}

func (w *workServer) Decide(ctx context.Context, r *dmspb.DecideRequest) (*dmspb.DecideResponse, error) {
	op, err := w.Desk.Decide(ctx, edo.ActorID(r.GetActor()), wire.FromKey(r.GetKey()), wire.FromDecision(r))
	return &dmspb.DecideResponse{Operation: wire.ToOperation(op)}, err
}

// actionsServer hands every call to the engine.
type actionsServer struct {
	dmspb.UnimplementedActionsServer
	*server
}

func (a *actionsServer) Describe(context.Context, *dmspb.DescribeRequest) (*dmspb.DescribeResponse, error) {
	return &dmspb.DescribeResponse{Types: wire.ToCardTypes(a.Desk.CardTypes())}, nil
}

func (a *actionsServer) Evaluate(ctx context.Context, r *dmspb.EvaluateRequest) (*dmspb.EvaluateResponse, error) {
	cards, err := a.Desk.EvaluateCards(ctx, edo.ActorID(r.GetActor()), wire.FromCardRefs(r.GetCards()))
	return &dmspb.EvaluateResponse{Cards: wire.ToCardStates(cards)}, err
}

func (a *actionsServer) Invoke(ctx context.Context, r *dmspb.InvokeRequest) (*dmspb.InvokeResponse, error) {
	op, err := a.Desk.InvokeCard(ctx, edo.Invocation{
		Action: r.GetAction(), Card: wire.FromCardRef(r.GetCard()), Actor: edo.ActorID(r.GetActor()), Parameters: r.GetParameters(),
	})
	return &dmspb.InvokeResponse{Operation: wire.ToOperation(op)}, err
}
