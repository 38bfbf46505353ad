package adaptertest

import (
	"context"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/dmsplugin"
	"github.com/edokit/edokit/edo"
)

// Everything below is there because a plugin has it; nothing of it is tested.

func absent() error {
	return &edo.Error{Kind: edo.NotSupported, Op: "adapter-test", Message: "is not part of the test", Remedy: "send packages and take their stamped versions"}
}

func (p *plugin) Answer(context.Context, edo.Answer) (edo.Operation, error) {
	return edo.Operation{}, absent()
}

func (p *plugin) Offers(context.Context, edo.ActorID, edo.SubscriberID, edo.RemoteID) ([]edo.AnswerKind, error) {
	return nil, absent()
}

func (p *plugin) SetTerm(context.Context, edo.ActorID, edo.InboundKey, edo.Term) (edo.InboundDocument, error) {
	return edo.InboundDocument{}, absent()
}

func (p *plugin) AnswerOtherwise(context.Context, edo.ActorID, edo.InboundKey, edo.Channel, string) (edo.InboundDocument, error) {
	return edo.InboundDocument{}, absent()
}

func (p *plugin) Tasks(context.Context, edo.ActorID, edo.SubscriberID) ([]edo.SignatureTask, error) {
	return nil, nil
}

func (p *plugin) Complete(context.Context, edo.ActorID, edo.TaskKey, []byte) error { return absent() }

func (p *plugin) Decline(context.Context, edo.ActorID, edo.TaskKey, string) error { return absent() }

func (p *plugin) FindCounterparty(context.Context, edo.ActorID, edo.SubscriberID, edo.Counterparty) ([]edo.Address, error) {
	return nil, absent()
}

func (p *plugin) EnsureCounterparty(context.Context, edo.ActorID, edo.SubscriberID, edo.Introduction) (edo.CounterpartyStatus, error) {
	return edo.CounterpartyStatus{}, absent()
}

func (p *plugin) Explain(context.Context, edo.Key) (edo.Explanation, error) {
	return edo.Explanation{}, absent()
}

func (p *plugin) Retry(context.Context, edo.ActorID, edo.Key, string) (edo.Operation, error) {
	return edo.Operation{}, absent()
}

func (p *plugin) Cancel(context.Context, edo.ActorID, edo.Key, string) (edo.Operation, error) {
	return edo.Operation{}, absent()
}

func (p *plugin) Decide(context.Context, edo.ActorID, edo.Key, edo.Decision) (edo.Operation, error) {
	return edo.Operation{}, absent()
}
func (p *plugin) CardTypes() []edo.CardType { return nil }
func (p *plugin) EvaluateCards(context.Context, edo.ActorID, []edo.CardRef) ([]edo.CardState, error) {
	return nil, absent()
}

func (p *plugin) InvokeCard(context.Context, edo.Invocation) (edo.Operation, error) {
	return edo.Operation{}, absent()
}

func (p *plugin) PutSubscriber(context.Context, directory.Subscriber) error   { return nil }
func (p *plugin) Subscribers(context.Context) ([]directory.Subscriber, error) { return nil, nil }
func (p *plugin) Subscriber(_ context.Context, id edo.SubscriberID) (directory.Subscriber, error) {
	return directory.Subscriber{ID: id}, nil // whatever the host calls itself
}
func (p *plugin) PutUser(context.Context, directory.User) error { return nil }
func (p *plugin) RemoveUser(context.Context, edo.SubscriberID, edo.ActorID) error {
	return nil
}

func (p *plugin) Users(context.Context, edo.SubscriberID) ([]directory.User, error) { return nil, nil }

func (p *plugin) Signers(context.Context, edo.SubscriberID) ([]directory.Signer, error) {
	return nil, nil
}

func (p *plugin) Exchange(context.Context, edo.ExchangeID) (directory.Exchange, error) {
	return directory.Exchange{}, absent()
}

func (p *plugin) Exchanges(context.Context, directory.ExchangeFilter) ([]directory.Exchange, error) {
	return nil, nil
}

func (p *plugin) Next() dmsplugin.Credentials { return p }
func (p *plugin) SetPassword(context.Context, edo.SubscriberID, string, edo.Secret) error {
	return nil
}

func (p *plugin) SetLoginCertificate(context.Context, edo.SubscriberID, dmsplugin.KeyPair) error {
	return nil
}

func (p *plugin) SetLoginCertificatePassword(context.Context, edo.SubscriberID, []byte, edo.Secret) error {
	return nil
}

func (p *plugin) SetIdentityToken(context.Context, edo.SubscriberID, edo.Secret) error { return nil }

func (p *plugin) SetAccessToken(context.Context, edo.SubscriberID, edo.Secret) error { return nil }

func (p *plugin) PutSigner(_ context.Context, s directory.Signer, _ *dmsplugin.KeyPair) (directory.Signer, error) {
	return s, nil
}
