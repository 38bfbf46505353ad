package gateway

import (
	"context"
	"io"
	"time"

	"github.com/edokit/edokit/edo"
)

// Outbox keeps operations, their jobs and events. Every method that writes returns after the write is on stable
// storage, and several processes may share one store.
type Outbox interface {
	// Accept stores a new operation with its jobs and events in one transaction. If the key is taken it writes
	// nothing and returns the stored operation with created false.
	Accept(ctx context.Context, op edo.Operation, jobs []edo.Job, events []edo.Event) (stored edo.Operation, created bool, err error)
	Operation(ctx context.Context, k edo.Key) (edo.Operation, error)
	// Claim leases the most overdue job that nobody holds; false when none is due.
	Claim(ctx context.Context, owner string, now, until time.Time) (edo.Job, bool, error)
	// Renew moves the end of a lease; [edo.LeaseLost] when another worker has taken the job.
	Renew(ctx context.Context, j edo.Job, until time.Time) error
	// Settle commits one step of work, or nothing with [edo.LeaseLost].
	Settle(ctx context.Context, j edo.Job, c edo.Change) error
	// NextDue is when the next job can be claimed; false when there is none.
	NextDue(ctx context.Context, now time.Time) (time.Time, bool, error)
	Events(ctx context.Context, s edo.SubscriberID, after int64, limit int) ([]edo.Event, error)
	Acknowledge(ctx context.Context, s edo.SubscriberID, consumer string, seq int64) error
	Acknowledged(ctx context.Context, s edo.SubscriberID, consumer string) (int64, error)
}

// Access is asked before anything else. Nobody is allowed by default; a refusal is a row before it is an answer.
type Access interface {
	Allowed(ctx context.Context, r edo.AccessRequest) error
}

// Accounts opens the sealed credentials of our subscribers.
type Accounts interface {
	Account(ctx context.Context, s edo.SubscriberID) (edo.Account, error)
}

// Signers finds the key of exactly the person named. Unknown, expired, absent and not authorised are four errors
// ([edo.SignerUnknown] and so on); no other person is ever substituted.
type Signers interface {
	Signer(ctx context.Context, s edo.SubscriberID, id edo.SignerID, kind string, at time.Time) (edo.Signer, error)
}

// Verifier checks a finished detached signature against the content, as far as it can be done here.
type Verifier interface {
	Check(ctx context.Context, content io.Reader, signature []byte, at time.Time) (edo.Verdict, error)
}

// FormReader looks at a printed form without changing it.
type FormReader interface {
	// Recognise reports which of the words stand in the text of the PDF.
	Recognise(ctx context.Context, pdf edo.Content, words []string) ([]string, error)
}

// Marker draws our own mark on a copy of a document, for subscribers whose operator has no printed form and who
// allowed it. It must not look like an operator's stamp. An error of kind [edo.Unavailable] means that drawing may be
// tried again; any other is final for the document, which then stays without the mark.
type Marker interface {
	Mark(ctx context.Context, original edo.Content, m Mark, w io.Writer) error
}

// Mark is what our own mark says.
type Mark struct {
	Operator     string
	Document     edo.RemoteID
	OperatorTime time.Time
	Signers      []edo.SignerInfo
}

// Queue is the alarm clock of the workers. It carries no work and decides nothing: the rows do.
type Queue interface {
	// Wait returns at until, or earlier when somebody rang, or when ctx ends.
	Wait(ctx context.Context, until time.Time)
	// Ring wakes the workers: work was committed.
	Ring()
}
