package console

import (
	"context"
	"time"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

// Book is what the pages read: rows of our own, never an operator.
type Book interface {
	Subscribers(ctx context.Context) ([]directory.Subscriber, error)
	Users(ctx context.Context, s edo.SubscriberID) ([]directory.User, error)
	Operation(ctx context.Context, k edo.Key) (edo.Operation, error)
	Operations(ctx context.Context, f edo.OperationFilter) ([]edo.Operation, error)
	Jobs(ctx context.Context, f edo.JobFilter) ([]edo.JobStatus, error)
	// Rows lists the message log and goes on behind damaged rows; Exchange gives one whole.
	Rows(ctx context.Context, f directory.ExchangeFilter) ([]directory.Row, error)
	Exchange(ctx context.Context, id edo.ExchangeID) (directory.Exchange, error)
	directory.Departures

	Subscriber(ctx context.Context, id edo.SubscriberID) (directory.Subscriber, error)
	Signers(ctx context.Context, s edo.SubscriberID) ([]directory.Signer, error)
	Substitutions(ctx context.Context, s edo.SubscriberID) ([]directory.Substitution, error)
	Refusals(ctx context.Context, s edo.SubscriberID, limit int) ([]directory.Refusal, error)
	Readings(ctx context.Context, s edo.SubscriberID, limit int) ([]edo.Reading, error)
	Counterparties(ctx context.Context, f directory.CounterpartyFilter) ([]edo.CounterpartyStatus, error)
	CounterpartyStatus(ctx context.Context, k edo.CounterpartyKey) (edo.CounterpartyStatus, error)
	InboundDocument(ctx context.Context, k edo.InboundKey) (edo.InboundDocument, error)
	InboundDocuments(ctx context.Context, f edo.InboundFilter) ([]edo.InboundDocument, error)
	Task(ctx context.Context, k edo.TaskKey) (edo.SignatureTask, error)
	// Waiting lists the tasks that wait, but none of a package that has failed; SignatureTasks lists all, newest first.
	Waiting(ctx context.Context, s edo.SubscriberID, limit int) ([]edo.SignatureTask, error)
	SignatureTasks(ctx context.Context, s edo.SubscriberID, limit int) ([]edo.SignatureTask, error)
	Attempts(ctx context.Context, k edo.Key) ([]edo.Attempt, error)
}

// Changes is what an administrator may change: the functions that the command line calls, and no others.
type Changes interface {
	PutSubscriber(ctx context.Context, s directory.Subscriber) error
	PutUser(ctx context.Context, u directory.User) error
	RemoveUser(ctx context.Context, s edo.SubscriberID, a edo.ActorID) error
	PutSubstitution(ctx context.Context, s directory.Substitution) error
	RemoveSubstitution(ctx context.Context, s edo.SubscriberID, deputy, principal edo.ActorID) error
}

// Safe takes credentials and gives none back.
type Safe interface {
	Login(ctx context.Context, s edo.SubscriberID) (LoginState, error)
	// SetLogin seals a password or token of the way to log in that the subscriber uses. next: it waits to take the place of
	// the present one, and the login name stays.
	SetLogin(ctx context.Context, s edo.SubscriberID, name string, secret edo.Secret, next bool) error
}

// LoginState is what may be known of the credentials of a subscriber.
type LoginState struct {
	SetAt       time.Time      // zero: there are none
	UsedAt      time.Time      // to the hour; zero: never
	Next        time.Time      // since when another one waits to take their place; zero: none does
	Tries       int            // how often the operator was asked to take that one
	Certificate edo.SignerInfo // of a login by certificate; zero: none
	Broken      bool           // what is stored does not open: it is damaged, or was sealed with another master key
}

// Doctor examines the installation.
type Doctor interface {
	// Examine tells what it has found, the most important in the order in which it looked; offline calls no operator.
	Examine(ctx context.Context, offline bool) ([]Finding, error)
}

// Finding is one thing that the doctor has to say.
type Finding struct {
	ID       string // for scripts
	Severity Severity
	About    string // subscriber, signer or address
	Text     edo.Sentence
	Remedy   edo.Sentence
}

// Severity says how bad a finding is.
type Severity string

// Severities, as the command line names them.
const (
	Okay    Severity = "ok"
	Note    Severity = "note"
	Warning Severity = "warning"
	Failure Severity = "failure"
)

// Desk is the engine: what it explains, what a person does, and what is read through it, each asked for there again.
type Desk interface {
	Explain(ctx context.Context, k edo.Key) (edo.Explanation, error)
	Retry(ctx context.Context, actor edo.ActorID, k edo.Key, why string) (edo.Operation, error)
	Cancel(ctx context.Context, actor edo.ActorID, k edo.Key, why string) (edo.Operation, error)
	Decide(ctx context.Context, actor edo.ActorID, k edo.Key, d edo.Decision) (edo.Operation, error)
	// AnswerOtherwise and Decline are the answers that need no key.
	AnswerOtherwise(ctx context.Context, actor edo.ActorID, k edo.InboundKey, channel edo.Channel, reason string) (edo.InboundDocument, error)
	Decline(ctx context.Context, actor edo.ActorID, k edo.TaskKey, text string) error
	Content(ctx context.Context, by edo.Reader, k edo.Key, id edo.DocumentID, role edo.Role) (edo.Content, edo.Version, error)
	ReadingLog(ctx context.Context, by edo.Reader, k edo.Key, id edo.ExchangeID) error
}

// Access is the allow-list. Nobody may do anything by default, and a refusal is a row before it is an answer, unless it
// was only a glance.
type Access interface {
	Allowed(ctx context.Context, r edo.AccessRequest) error
}

// People are those who may log in, see [Passwords].
type People interface {
	// Verify answers whether the password is the actor's, with a stamp that changes when the password does.
	Verify(ctx context.Context, actor edo.ActorID, password edo.Secret) (stamp string, ok bool, err error)
	// Stamp is the present stamp, empty for somebody who may not log in any more.
	Stamp(ctx context.Context, actor edo.ActorID) (string, error)
}
