package dmsplugin

import (
	"context"
	"iter"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

// Exchange is the engine behind the plugin; *gateway.Gateway is one.
type Exchange interface {
	// Admit is asked when all headers are there, before any content is taken.
	Admit(ctx context.Context, p edo.Package) error
	Send(ctx context.Context, p edo.Package) (edo.Operation, error)
	Status(ctx context.Context, k edo.Key) (edo.Operation, error)
	Watch(ctx context.Context, k edo.Key, afterRevision int64) iter.Seq2[edo.Operation, error]
	Deliver(ctx context.Context, s edo.SubscriberID, after int64, limit int) ([]edo.Event, error)
	Acknowledge(ctx context.Context, s edo.SubscriberID, consumer string, seq int64) error
	Acknowledged(ctx context.Context, s edo.SubscriberID, consumer string) (int64, error)
	// Content reads a version of a document of a package; of an inbound document when the package is the message it came
	// with and the document is the operator's id. The reader is asked for and remembered.
	Content(ctx context.Context, by edo.Reader, k edo.Key, d edo.DocumentID, r edo.Role) (edo.Content, edo.Version, error)
	Inbound(ctx context.Context, k edo.InboundKey) (edo.InboundDocument, error)
	// MayRead is asked before rows of the message log are shown, ReadingLog before raw XML is, which it remembers.
	MayRead(ctx context.Context, by edo.Reader, s edo.SubscriberID) error
	ReadingLog(ctx context.Context, by edo.Reader, k edo.Key, id edo.ExchangeID) error
	// MayAdminister is asked before a named user changes something of a subscriber.
	MayAdminister(ctx context.Context, by edo.Reader, s edo.SubscriberID) error
}

// Desk is what people do beside sending: *gateway.Gateway is one. Every method asks the allow-list for its actor.
type Desk interface {
	Answer(ctx context.Context, a edo.Answer) (edo.Operation, error)
	Offers(ctx context.Context, actor edo.ActorID, s edo.SubscriberID, r edo.RemoteID) ([]edo.AnswerKind, error)
	SetTerm(ctx context.Context, actor edo.ActorID, k edo.InboundKey, term edo.Term) (edo.InboundDocument, error)
	AnswerOtherwise(ctx context.Context, actor edo.ActorID, k edo.InboundKey, channel edo.Channel, reason string) (edo.InboundDocument, error)

	Tasks(ctx context.Context, actor edo.ActorID, s edo.SubscriberID) ([]edo.SignatureTask, error)
	Complete(ctx context.Context, actor edo.ActorID, k edo.TaskKey, cms []byte) error
	Decline(ctx context.Context, actor edo.ActorID, k edo.TaskKey, text string) error

	FindCounterparty(ctx context.Context, actor edo.ActorID, s edo.SubscriberID, c edo.Counterparty) ([]edo.Address, error)
	EnsureCounterparty(ctx context.Context, actor edo.ActorID, s edo.SubscriberID, i edo.Introduction) (edo.CounterpartyStatus, error)

	Explain(ctx context.Context, k edo.Key) (edo.Explanation, error) // asks nobody: MayRead is asked before
	Retry(ctx context.Context, actor edo.ActorID, k edo.Key, why string) (edo.Operation, error)
	Cancel(ctx context.Context, actor edo.ActorID, k edo.Key, why string) (edo.Operation, error)
	Decide(ctx context.Context, actor edo.ActorID, k edo.Key, d edo.Decision) (edo.Operation, error)

	CardTypes() []edo.CardType
	EvaluateCards(ctx context.Context, actor edo.ActorID, cards []edo.CardRef) ([]edo.CardState, error)
	InvokeCard(ctx context.Context, i edo.Invocation) (edo.Operation, error)
}

// Book is the part of [directory.Book] that a host may reach. It has no way to read a credential.
type Book interface {
	PutSubscriber(ctx context.Context, s directory.Subscriber) error
	Subscribers(ctx context.Context) ([]directory.Subscriber, error)
	Subscriber(ctx context.Context, id edo.SubscriberID) (directory.Subscriber, error) // [edo.SubscriberUnknown]
	PutUser(ctx context.Context, u directory.User) error
	RemoveUser(ctx context.Context, s edo.SubscriberID, a edo.ActorID) error
	Users(ctx context.Context, s edo.SubscriberID) ([]directory.User, error)
	Signers(ctx context.Context, s edo.SubscriberID) ([]directory.Signer, error)
	Exchange(ctx context.Context, id edo.ExchangeID) (directory.Exchange, error)
	Exchanges(ctx context.Context, f directory.ExchangeFilter) ([]directory.Exchange, error)
}

// Credentials takes credentials in, seals them and never gives one out.
type Credentials interface {
	// Next gives setters of the next credential: the present one stays, and the operator is asked to take the next when it
	// refuses that.
	Next() Credentials
	// SetPassword makes the subscriber log in by name and password.
	SetPassword(ctx context.Context, s edo.SubscriberID, login string, password edo.Secret) error
	// SetLoginCertificate makes the subscriber log in by certificate.
	SetLoginCertificate(ctx context.Context, s edo.SubscriberID, k KeyPair) error
	// SetLoginCertificatePassword makes the subscriber log in by a certificate, PEM or DER, and a password.
	SetLoginCertificatePassword(ctx context.Context, s edo.SubscriberID, certificate []byte, password edo.Secret) error
	// SetIdentityToken makes the subscriber log in by a token of an identity provider.
	SetIdentityToken(ctx context.Context, s edo.SubscriberID, token edo.Secret) error
	// SetAccessToken makes the subscriber log in by an access token of another system.
	SetAccessToken(ctx context.Context, s edo.SubscriberID, token edo.Secret) error
	// PutSigner stores a signer. Facts about the person are read from the certificate: k's, or without k the one in s.
	PutSigner(ctx context.Context, s directory.Signer, k *KeyPair) (directory.Signer, error)
}

// KeyPair is a certificate with its private key, as files hold them.
type KeyPair struct {
	Certificate []byte     // PEM or DER; empty when Key is a container that holds it
	Key         edo.Secret // PEM, or the bytes of a PKCS#12 container
	Password    edo.Secret // opens an encrypted key or container; may be zero
}
