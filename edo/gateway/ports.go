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
	// Accept stores a new operation with its jobs and events in one transaction. If the key is taken it writes nothing and
	// returns the stored operation with created false. A job with an Owner and Until is held by it from the start, as if it
	// had been claimed when the operation was made; its ID, Fence, Tries and Born are written into jobs.
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

// Departures knows contents that were handed over to an external archive and deleted.
type Departures interface {
	// Departed gives the row of such a content, [edo.NotFound] if there is none.
	Departed(ctx context.Context, d edo.Digest) (edo.Deletion, error)
}

// Dispatcher is an Outbox with an alarm clock of its own: it hands out jobs by id when their time has come. An id may come twice or too early: ClaimJob decides.
// Whoever wraps an Outbox has to pass this on, or its alarms ring for nobody.
type Dispatcher interface {
	Dispatch(ctx context.Context, workers int, work func(ctx context.Context, id int64)) error // until ctx ends; returns after the running ones; called again if it returns earlier
	ClaimJob(ctx context.Context, id int64, owner string, now, until time.Time) (edo.Job, bool, error)
}

// Access is asked before anything else. Nobody is allowed by default; a refusal is a row before it is an answer.
type Access interface {
	Allowed(ctx context.Context, r edo.AccessRequest) error
}

// Deputies is implemented by an Access that knows substitutions (замещение). Acting is [Access.Allowed] that also says
// who acts, as rows shall name it: the actor, or [edo.ActorID.For] if the right is another's.
type Deputies interface {
	Acting(ctx context.Context, r edo.AccessRequest) (edo.ActorID, error)
}

// Readings remember who was given what to read. Reading is [Access.Allowed], and a row on stable storage before it
// answers nil.
type Readings interface {
	Reading(ctx context.Context, r edo.AccessRequest, what string) error
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

// DigestVerifier is implemented by verifiers that need no content where its SHA-256 is known. The caller vouches that d is
// the digest of the document. False: this signature cannot be checked so.
type DigestVerifier interface {
	CheckDigest(d edo.Digest, signature []byte, at time.Time) (v edo.Verdict, ok bool, err error)
}

// FormReader looks into PDFs without changing them.
type FormReader interface {
	// Examine opens a PDF and says what is in it. An error with the reason [edo.FormBroken] or [edo.FormLocked] means that
	// nobody can open it; any other, that this could not be found out: with [edo.FormTooLarge], because it was too much.
	Examine(ctx context.Context, pdf edo.Content, words []string) (PDFFacts, error)
}

// PDFFacts are what a [FormReader] saw.
type PDFFacts struct {
	Pages  int
	Found  []string // those of the words that stand in its text, as they were asked
	Unread bool     // not all of its text could be read: words that were not found may be there
}

// Marker draws our own mark on a copy of a document, for subscribers whose operator has no printed form and who
// allowed it. It must not look like an operator's stamp. An error of kind [edo.Unavailable] means that drawing may be
// tried again; any other is final for the document, whose mark then stands on a sheet of its own. With the reason
// [edo.FormNeedsConverter] or [edo.FormNotPrintable] it becomes the reason why there is no copy.
type Marker interface {
	// Mark tells whether the document is no PDF, and the mark therefore stands on a view of it.
	Mark(ctx context.Context, original edo.Content, m Mark, w io.Writer) (printed bool, err error)
	// Sheet writes the mark as a document of its own, with the digest of the original and why, the error of Mark.
	Sheet(ctx context.Context, original edo.Content, m Mark, why error, w io.Writer) error
}

// Mark is what our own mark says, and what a view of the document says of it.
type Mark struct {
	Name         string // of the file
	Kind         string
	Number       string
	Date         time.Time // of the paper
	Recipient    edo.Counterparty
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

// Inbox keeps what came in, and what answers to it. It is one store with the [Outbox]: writing is done by
// [Outbox.Settle] and the methods here, which return after the write is on stable storage.
type Inbox interface {
	Cursor(ctx context.Context, s edo.SubscriberID) (edo.Cursor, error) // zero: never read
	// Unlisted gives those of the ids that have no row yet, in order.
	Unlisted(ctx context.Context, s edo.SubscriberID, ids []edo.MessageID) ([]edo.MessageID, error)
	InboundMessage(ctx context.Context, s edo.SubscriberID, m edo.MessageID) (edo.InboundMessage, error)
	InboundDocument(ctx context.Context, k edo.InboundKey) (edo.InboundDocument, error)
	// InboundOf lists the documents of a message, in the order in which they were stored.
	InboundOf(ctx context.Context, s edo.SubscriberID, m edo.MessageID) ([]edo.InboundDocument, error)
	// Answers lists inbound documents whose parent is the given document, oldest first.
	Answers(ctx context.Context, s edo.SubscriberID, parent edo.RemoteID) ([]edo.InboundDocument, error)
	// SentAs finds our own document by the operator's id; [edo.NotFound] if it is none of ours.
	SentAs(ctx context.Context, s edo.SubscriberID, r edo.RemoteID) (edo.Key, edo.DocumentID, error)
	// Replies lists the packages that answer a request, oldest first.
	Replies(ctx context.Context, s edo.SubscriberID, r edo.RemoteID) ([]edo.Operation, error)
	// Update writes new values of an inbound document, with events and jobs, if its revision is still the given one;
	// else [edo.Conflict].
	Update(ctx context.Context, d edo.InboundDocument, revision int64, events []edo.Event, jobs []edo.Job) error
	// Start makes a job due now if it is not held: a new one, or one that has ended.
	Start(ctx context.Context, j edo.Job) error
	InboundDocuments(ctx context.Context, f edo.InboundFilter) ([]edo.InboundDocument, error)
}

// Tasks keeps signature tasks.
type Tasks interface {
	Task(ctx context.Context, k edo.TaskKey) (edo.SignatureTask, error)
	// Waiting lists the tasks that wait, the one with the nearest deadline first.
	Waiting(ctx context.Context, s edo.SubscriberID, limit int) ([]edo.SignatureTask, error)
	// EndTask writes the end of a task that still waits, with its event, and makes the package's send job due; else
	// [edo.TaskEnded]. signed names the CMS in the archive and whose it is; zero with a refusal.
	EndTask(ctx context.Context, t edo.SignatureTask, signed edo.DocumentStatus, events []edo.Event) error
}

// Reach keeps what was done to make counterparties reachable.
type Reach interface {
	// Ensure stores a new row with its job, or returns the one that is there with created false.
	Ensure(ctx context.Context, c edo.CounterpartyStatus, j edo.Job) (stored edo.CounterpartyStatus, created bool, err error)
	CounterpartyStatus(ctx context.Context, k edo.CounterpartyKey) (edo.CounterpartyStatus, error)
	// Revise writes new values of a row if its revision is still the given one, and makes the jobs due as
	// [edo.Change.Wake] does; else [edo.Conflict].
	Revise(ctx context.Context, c edo.CounterpartyStatus, revision int64, jobs []edo.Job) error
	// AwaitedBy lists packages that wait for a counterparty.
	AwaitedBy(ctx context.Context, k edo.CounterpartyKey) ([]edo.Key, error)
}

// Routing says who gets what came in.
type Routing interface {
	Responsibles(ctx context.Context, s edo.SubscriberID) ([]edo.Responsible, error)
	Absences(ctx context.Context, s edo.SubscriberID, at time.Time) ([]edo.Absence, error)
}

// Enrolments remember what the operator gave a subscriber that was registered.
type Enrolments interface {
	// Enrolled stores the box of a subscriber; repeating it changes nothing.
	Enrolled(ctx context.Context, s edo.SubscriberID, e edo.Enrolled) error
}

// Certificates reads what people need to know of a certificate, DER.
type Certificates interface {
	Certificate(der []byte) (edo.SignerInfo, error)
}
