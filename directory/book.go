package directory

import (
	"context"
	"time"

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

	// PutSubstitution stores who stands in for whom, one row for each pair.
	PutSubstitution(ctx context.Context, s Substitution) error
	RemoveSubstitution(ctx context.Context, s edo.SubscriberID, deputy, principal edo.ActorID) error
	Substitutions(ctx context.Context, s edo.SubscriberID) ([]Substitution, error)
	// Readings lists the newest first; an empty subscriber means all, a zero limit [DefaultLimit].
	Readings(ctx context.Context, s edo.SubscriberID, limit int) ([]edo.Reading, error)

	PutSigner(ctx context.Context, s Signer) error
	Signer(ctx context.Context, s edo.SubscriberID, id edo.SignerID) (Signer, error)
	Signers(ctx context.Context, s edo.SubscriberID) ([]Signer, error)

	// Rules say who gets what came in, one for each scope, counterparty and kind; so there is at most one exchange
	// administrator for a kind. Whether there is one at all is the gateway's question.
	PutResponsible(ctx context.Context, s edo.SubscriberID, r edo.Responsible) error
	RemoveResponsible(ctx context.Context, s edo.SubscriberID, r edo.Responsible) error
	Responsibles(ctx context.Context, s edo.SubscriberID) ([]edo.Responsible, error)

	PutAbsence(ctx context.Context, s edo.SubscriberID, a edo.Absence) error
	RemoveAbsence(ctx context.Context, s edo.SubscriberID, a edo.Absence) error
	// Absences lists who is away at a time; at the zero time all absences, past and future.
	Absences(ctx context.Context, s edo.SubscriberID, at time.Time) ([]edo.Absence, error)

	// Exchange gives a whole row of the message log, Exchanges a page without heads and bodies.
	Exchange(ctx context.Context, id edo.ExchangeID) (Exchange, error)
	Exchanges(ctx context.Context, f ExchangeFilter) ([]Exchange, error)

	Operation(ctx context.Context, k edo.Key) (edo.Operation, error)
	Operations(ctx context.Context, f edo.OperationFilter) ([]edo.Operation, error)
	// Usage counts what the operator has accepted, for every payer, from a moment until another, which is exclusive; a
	// zero end means no bound.
	Usage(ctx context.Context, from, to time.Time) ([]edo.Usage, error)

	InboundDocument(ctx context.Context, k edo.InboundKey) (edo.InboundDocument, error)
	// InboundDocuments lists what came in, newest first.
	InboundDocuments(ctx context.Context, f edo.InboundFilter) ([]edo.InboundDocument, error)
	// SignatureTasks lists what waits or waited for a signature, newest first; a zero limit is [DefaultLimit].
	SignatureTasks(ctx context.Context, s edo.SubscriberID, limit int) ([]edo.SignatureTask, error)
	CounterpartyStatus(ctx context.Context, k edo.CounterpartyKey) (edo.CounterpartyStatus, error)
	// CounterpartyStatuses lists those that somebody has asked for, the one that changed last first.
	CounterpartyStatuses(ctx context.Context, s edo.SubscriberID, limit int) ([]edo.CounterpartyStatus, error)

	// Counterparties lists those that fit, by name; what follows the last page is found by its last key.
	Counterparties(ctx context.Context, f CounterpartyFilter) ([]edo.CounterpartyStatus, error)

	// Attempts explains every claim of every job of a package, oldest first. Work on a box, an inbound message or a
	// counterparty is under its own key, see [edo.JobKind]; of it the latest hundred claims are kept.
	Attempts(ctx context.Context, k edo.Key) ([]edo.Attempt, error)
	// Jobs lists unfinished work, oldest first: what waits and why, what is overdue, held, or needs a person.
	Jobs(ctx context.Context, f edo.JobFilter) ([]edo.JobStatus, error)
}

// SecretLogin is the kind of what a subscriber logs in with.
const SecretLogin = "login"

// SecretName names one sealed secret. It is also the associated data of the seal: bytes sealed under one name do not
// open under another.
type SecretName struct {
	Subscriber edo.SubscriberID
	Kind       string // [SecretLogin], "signer"
	ID         string // of the signer; empty for the login
	Field      string // "password", "certificate", "key", ...
}
