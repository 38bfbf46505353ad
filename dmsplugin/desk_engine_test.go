package dmsplugin_test

import (
	"context"

	"github.com/edokit/edokit/edo"
)

// The engine at its desk gives back what it was asked, so that a test sees it arrive, and knows one actor.

func (e *engine) at(actor edo.ActorID) error {
	return e.may(edo.Reader{Actor: actor}, "ivanova")
}

func (e *engine) Answer(_ context.Context, a edo.Answer) (edo.Operation, error) {
	return edo.Operation{
		Key: edo.Key{Subscriber: a.Subscriber, Package: a.ID()}, Actor: a.Actor, Answer: a.Kind, Text: a.Text, State: edo.StateAccepted,
		Documents: []edo.DocumentStatus{{ID: "d", Parent: a.Document, Signer: a.Signer, Comment: string(a.Signature)}},
	}, e.at(a.Actor)
}

func (e *engine) Offers(_ context.Context, actor edo.ActorID, _ edo.SubscriberID, _ edo.RemoteID) ([]edo.AnswerKind, error) {
	return []edo.AnswerKind{edo.AnswerSign, edo.AnswerRefuse}, e.at(actor)
}

func (e *engine) SetTerm(_ context.Context, actor edo.ActorID, k edo.InboundKey, term edo.Term) (edo.InboundDocument, error) {
	return edo.InboundDocument{Key: k, Term: term}, e.at(actor)
}

func (e *engine) AnswerOtherwise(_ context.Context, actor edo.ActorID, k edo.InboundKey, channel edo.Channel, reason string) (edo.InboundDocument, error) {
	return edo.InboundDocument{Key: k, Reply: edo.Reply{Channel: channel, Reason: reason, Actor: actor}}, e.at(actor)
}

func (e *engine) Tasks(_ context.Context, actor edo.ActorID, s edo.SubscriberID) ([]edo.SignatureTask, error) {
	all := make([]edo.SignatureTask, 501)
	for i := range all {
		all[i] = edo.SignatureTask{Key: edo.TaskKey{Key: edo.Key{Subscriber: s, Package: "p"}, Document: "d"}, State: edo.TaskOpen, Size: int64(i)}
	}
	return all, e.at(actor)
}

func (e *engine) Complete(_ context.Context, actor edo.ActorID, k edo.TaskKey, cms []byte) error {
	if err := e.at(actor); err != nil {
		return err
	}
	if k.Document != "d" || string(cms) != "cms" {
		return &edo.Error{Kind: edo.Invalid, Field: "signature"}
	}
	return nil
}

func (e *engine) Decline(_ context.Context, actor edo.ActorID, k edo.TaskKey, text string) error {
	if err := e.at(actor); err != nil {
		return err
	}
	if k.Document != "d" || text != "не подпишу" {
		return &edo.Error{Kind: edo.Invalid, Field: "text"}
	}
	return nil
}

func (e *engine) FindCounterparty(_ context.Context, actor edo.ActorID, _ edo.SubscriberID, c edo.Counterparty) ([]edo.Address, error) {
	return []edo.Address{{Box: "box", INN: c.INN, KPP: c.KPP, Active: true}}, e.at(actor)
}

func (e *engine) EnsureCounterparty(_ context.Context, actor edo.ActorID, s edo.SubscriberID, i edo.Introduction) (edo.CounterpartyStatus, error) {
	return edo.CounterpartyStatus{Key: edo.CounterpartyKey{Subscriber: s, INN: i.Counterparty.INN}, Introduction: i, State: edo.CounterpartyInvited}, e.at(actor)
}

func (e *engine) Explain(ctx context.Context, k edo.Key) (edo.Explanation, error) {
	op, err := e.Status(ctx, k)
	return edo.Explanation{Key: k, Operation: &op, State: op.State.Sentence(), Remedies: []edo.Remedy{edo.RemedyRetry}}, err
}

func (e *engine) Retry(_ context.Context, actor edo.ActorID, k edo.Key, why string) (edo.Operation, error) {
	return edo.Operation{Key: k, Actor: actor, Detail: "retry " + why}, e.at(actor)
}

func (e *engine) Cancel(_ context.Context, actor edo.ActorID, k edo.Key, why string) (edo.Operation, error) {
	return edo.Operation{Key: k, Actor: actor, Detail: "cancel " + why}, e.at(actor)
}

func (e *engine) Decide(_ context.Context, actor edo.ActorID, k edo.Key, d edo.Decision) (edo.Operation, error) {
	return edo.Operation{Key: k, Actor: actor, Detail: d.Why, Message: d.Message, OperatorTime: d.OperatorTime, Documents: []edo.DocumentStatus{{ID: "d", Remote: d.Documents["d"]}}}, e.at(actor)
}

func (e *engine) CardTypes() []edo.CardType {
	return []edo.CardType{{Direction: edo.Outbound, Kind: "bill", Actions: []edo.CardAction{{ID: edo.CardSend, Needs: edo.ActionSend, Call: edo.CallSend}}}}
}

func (e *engine) EvaluateCards(_ context.Context, actor edo.ActorID, cards []edo.CardRef) ([]edo.CardState, error) {
	var all []edo.CardState
	for _, c := range cards {
		all = append(all, edo.CardState{Card: c, Actions: []edo.ActionState{{ID: edo.CardSend, Why: edo.Sentence{RU: "нет", EN: "no"}}}})
	}
	return all, e.at(actor)
}

func (e *engine) InvokeCard(_ context.Context, i edo.Invocation) (edo.Operation, error) {
	return edo.Operation{Key: i.Card.Key, Actor: i.Actor, Detail: i.Action + " " + i.Parameters["why"]}, e.at(i.Actor)
}
