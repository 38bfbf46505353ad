package console

import (
	"context"

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
}

// Desk is the engine: what it explains, what a person does, and what is read through it, each asked for there again.
type Desk interface {
	Explain(ctx context.Context, k edo.Key) (edo.Explanation, error)
	Retry(ctx context.Context, actor edo.ActorID, k edo.Key, why string) (edo.Operation, error)
	Cancel(ctx context.Context, actor edo.ActorID, k edo.Key, why string) (edo.Operation, error)
	Decide(ctx context.Context, actor edo.ActorID, k edo.Key, d edo.Decision) (edo.Operation, error)
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
