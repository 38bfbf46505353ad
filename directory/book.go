package directory

import (
	"context"

	"github.com/edokit/edokit/edo"
)

// Book is what hosts, the console and the command line read and write through. No method takes or returns a secret.
//
// Put stores the whole row under its key, new or not, after its Check. Errors: [edo.Invalid] with the field,
// [edo.NotFound] for an unknown key. Lists are ordered by key unless they say otherwise.
type Book interface {
	PutSubscriber(ctx context.Context, s Subscriber) error
	Subscriber(ctx context.Context, id edo.SubscriberID) (Subscriber, error)
	Subscribers(ctx context.Context) ([]Subscriber, error)

	PutUser(ctx context.Context, u User) error
	RemoveUser(ctx context.Context, s edo.SubscriberID, a edo.ActorID) error
	Users(ctx context.Context, s edo.SubscriberID) ([]User, error)
	// Refusals lists the newest first; an empty subscriber means all, a zero limit [DefaultLimit].
	Refusals(ctx context.Context, s edo.SubscriberID, limit int) ([]Refusal, error)

	PutSigner(ctx context.Context, s Signer) error
	Signer(ctx context.Context, s edo.SubscriberID, id edo.SignerID) (Signer, error)
	Signers(ctx context.Context, s edo.SubscriberID) ([]Signer, error)

	PutCounterparty(ctx context.Context, c Counterparty) error
	// Counterparties lists the boxes known of an INN; an empty INN means all.
	Counterparties(ctx context.Context, s edo.SubscriberID, inn string) ([]Counterparty, error)

	// Exchange gives a whole row of the message log, Exchanges a page without heads and bodies.
	Exchange(ctx context.Context, id edo.ExchangeID) (Exchange, error)
	Exchanges(ctx context.Context, f ExchangeFilter) ([]Exchange, error)

	Operation(ctx context.Context, k edo.Key) (edo.Operation, error)
	Operations(ctx context.Context, f edo.OperationFilter) ([]edo.Operation, error)
	// Attempts explains every claim of every job of a package, oldest first.
	Attempts(ctx context.Context, k edo.Key) ([]edo.Attempt, error)
}

// SecretName names one sealed secret. It is also the associated data of the seal: bytes sealed under one name do not
// open under another.
type SecretName struct {
	Subscriber edo.SubscriberID
	Kind       string // "login", "signer"
	ID         string // of the signer; empty for the login
	Field      string // "password", "key"
}
