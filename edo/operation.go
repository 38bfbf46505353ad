package edo

import (
	"strings"
	"time"
)

// Key names one package of one subscriber.
type Key struct {
	Subscriber SubscriberID
	Package    PackageID
}

// State is where an outgoing package stands.
type State string

// States of an outgoing package.
//
//	accepted → sending → sent → delivered → (signed | refused | revoked | partly)
//	sending → in-doubt → (sent | accepted),  accepted → failed,  waiting
const (
	StateAccepted  State = "accepted"  // durable on our side, the operator knows nothing
	StateWaiting   State = "waiting"   // cannot go on yet; Reason says why, it goes on by itself
	StateSending   State = "sending"   // bytes may be leaving; after a crash this is in doubt
	StateInDoubt   State = "in-doubt"  // the operator may have it; being asked
	StateSent      State = "sent"      // accepted by the operator, with its time
	StateDelivered State = "delivered" // the counterparty confirmed the receipt
	StateSigned    State = "signed"    // the counterparty signed
	StateRefused   State = "refused"   // the counterparty refused to sign
	StateRevoked   State = "revoked"   // revoked by agreement
	StatePartly    State = "partly"    // the counterparty answered the documents differently; each has its own state
	StateFailed    State = "failed"    // the operator's own verdict, a fault of the package, or [Cancelled]: surely not accepted; a person can retry what was not cancelled
)

// Sent reports whether the operator has accepted the package.
func (s State) Sent() bool {
	switch s {
	case StateSent, StateDelivered, StateSigned, StateRefused, StateRevoked, StatePartly:
		return true
	}
	return false
}

// Final reports whether the state never changes any more by itself. A signed document can still be revoked.
func (s State) Final() bool {
	switch s {
	case StateSigned, StateRefused, StateRevoked, StateFailed:
		return true
	}
	return false
}

// StampState is where the second version of a document stands.
type StampState string

// States of a second version. Each but the first two is final.
const (
	StampNone     StampState = "none"     // the package is not sent yet
	StampWaiting  StampState = "waiting"  // the operator was or will be asked
	StampReady    StampState = "ready"    // the version is stored
	StampNever    StampState = "never"    // the operator gives no printed form for it, or did not in the time allowed
	StampRejected StampState = "rejected" // what the operator gave is no printed form; the reason says why
)

// Final reports whether the stamp job has ended.
func (s StampState) Final() bool {
	return s == StampReady || s == StampNever || s == StampRejected
}

// Role says what a version of a document is.
type Role string

// Roles of versions.
const (
	RoleOriginal     Role = "original"      // the bytes that were signed
	RoleOperatorForm Role = "operator-form" // the operator's printed form, byte for byte as it came
	RoleLocalMark    Role = "local-mark"    // a copy marked by us, never passed off as the operator's
	RoleSignature    Role = "signature"     // the detached CMS over the original
	RoleEvidence     Role = "evidence"      // the operator's archive of the document's flow, byte for byte as it came
)

// Version is one stored version of a document. There is at most one of each role.
type Version struct {
	Document DocumentID
	Role     Role
	Name     string // file name for the host
	Digest   Digest
	Size     int64
	Source   string // which call gave it: the operator's operation name
	Remark   string // for people: whether the operator's stamp was recognised on it
	Exchange ExchangeID
	At       time.Time
}

// The remarks of the gateway on a printed form. The first is followed by the id that was found on it, the second by at most
// one of the others.
const (
	RemarkRecognised     = "stamp recognised: "
	RemarkNotRecognised  = "stamp not recognised"
	RemarkMarkWithoutIDs = "; the mark of a signature is there, without the operator's ids"
	RemarkUnread         = "; not all of its text could be read"
	RemarkTooMuch        = "; stored as it came, it is too large or too much work to be examined"
	RemarkNotExamined    = "; stored as it came, it could not be examined here"
)

// The remarks on a version with our own mark. The second follows the first where the pages are not the document's own.
const (
	RemarkSender  = "mark of the sender, not of the operator"
	RemarkPrinted = "; on a view of the file, which is no PDF"
	RemarkSheet   = "; on a sheet of its own, which says why it is not on a copy"
)

// Remark is what stands on a version, or in what was kept of the work on it, for people: the words of the gateway on the
// operator's stamp and on our own mark in both languages, anything else as it is.
func Remark(text string) Sentence {
	if id, seen := strings.CutPrefix(text, RemarkRecognised); seen {
		return Sentence{"штамп распознан: " + id, text}
	}
	switch text {
	case RemarkSender:
		return Sentence{"отметка отправителя, не оператора", text}
	case RemarkSender + RemarkPrinted:
		return Sentence{"отметка отправителя, не оператора; на печатном виде файла, который не является PDF", text}
	case RemarkSender + RemarkSheet:
		return Sentence{"отметка отправителя, не оператора; на отдельном листе, где сказано, почему она не на копии", text}
	}
	rest, not := strings.CutPrefix(text, RemarkNotRecognised)
	if !not {
		return Sentence{text, text}
	}
	more, known := map[string]string{
		"":                   "",
		RemarkMarkWithoutIDs: "; отметка об электронной подписи есть, идентификаторов оператора нет",
		RemarkUnread:         "; текст прочитан не полностью",
		RemarkTooMuch:        "; сохранена как пришла: слишком велика для проверки",
		RemarkNotExamined:    "; сохранена как пришла, проверить её не удалось",
	}[rest]
	if !known {
		return Sentence{text, text}
	}
	return Sentence{"штамп не распознан автоматически" + more, text}
}

// Operation is the stored fate of one package.
type Operation struct {
	Key          Key
	Operator     string // driver name
	From         BoxID  // our box it was sent from; empty until it is being sent
	Actor        ActorID
	Payer        SubscriberID // who pays the operator for it
	To           Counterparty
	Channel      Channel    // empty: operator
	Answer       AnswerKind // empty: a package of its own
	Text         string     // of a refusal or a revocation
	InReplyTo    RemoteID   // the request that it answers
	Flow         Flow       // empty: signed
	Consents     []Consent
	Set          string    // the host's own reference of the set that it belongs to
	Period       string    // what the documents are for, in the host's words
	Due          time.Time // when the host needs it to be with the operator; zero: it did not say
	Address      Address   // where it went; zero until resolved
	Parties      []Address // where an answer goes when there are several
	Candidates   []Address // with reason counterparty-many: the boxes to choose from
	State        State
	Reason       Reason
	Detail       string // one line for people, no secrets, no operator fault text
	Message      MessageID
	OperatorTime time.Time     // when the operator fixed it, zero until sent
	SentAt       time.Time     // the same moment on our clock: when the answer was read
	Skew         time.Duration // SentAt minus OperatorTime: answer time and difference of clocks together; zero if found out later. In doubt: how far our clock is known to be ahead
	Attempts     int           // sends begun
	Resends      int           // sends repeated after a doubt
	DoubtSince   time.Time     // operator's time of the first answer that did not show the package; zero unless in doubt
	NotFound     int           // consecutive sure "not found" answers after the visibility time
	CreatedAt    time.Time
	UpdatedAt    time.Time
	Revision     int64 // grows with every change
	Documents    []DocumentStatus
}

// DocumentStatus is one document of an operation.
type DocumentStatus struct {
	ID          DocumentID
	Name        string
	Kind        string
	Number      string
	Comment     string
	ExternalID  string
	Digest      Digest
	Size        int64
	Type        string     // the operator's name of the type; empty: untyped
	Date        time.Time  // of the paper
	Sum         string     // decimal
	Parent      RemoteID   // what a service document or a countersignature answers
	Related     []RemoteID // documents it belongs to
	NeedSign    bool
	NeedReceipt bool
	State       State  // at the counterparty; empty until sent
	AnswerText  string // what the counterparty wrote when it refused
	Signer      SignerID
	SignedBy    SignerInfo // zero until signed
	Signature   Digest     // of the detached CMS in the archive, zero until signed
	Verdict     VerdictState
	Remote      RemoteID
	Stamp       StampState
	StampReason Reason
	StampDetail string
	FormFaults  int       // answers of the operator that were no printed form
	Versions    []Version // without original and signature, which Digest and Signature name
}

// Document finds a document by id, nil if there is none.
func (o *Operation) Document(id DocumentID) *DocumentStatus {
	for i := range o.Documents {
		if o.Documents[i].ID == id {
			return &o.Documents[i]
		}
	}
	return nil
}

// Stamps reports whether second versions are made of the documents: answers have none.
func (o *Operation) Stamps() bool { return o.Answer == "" }

// Settled reports whether nothing more will happen to sending and stamping by itself.
func (o *Operation) Settled() bool {
	if o.State == StateFailed {
		return true
	}
	for _, d := range o.Documents {
		if o.Stamps() && !d.Stamp.Final() {
			return false
		}
	}
	return o.State.Sent()
}

// EventKind says what an event tells.
type EventKind string

// Kinds of events.
const (
	EventStatus  EventKind = "status"       // the state of a package changed
	EventStamp   EventKind = "stamp"        // the stamp state of a document changed
	EventVersion EventKind = "version"      // a version of a document was stored; content can be read by its digest
	EventInbound EventKind = "inbound"      // a document came in, or what is known of it changed; without a Document: a message cannot be taken, Inbound names it and the administrator
	EventAnswer  EventKind = "answer"       // the counterparty answered a document of ours; Inbound is the answer
	EventTerm    EventKind = "term"         // the term of an answer was opened, is near, was met or missed
	EventTask    EventKind = "task"         // a signature task was opened, is overdue or has ended
	EventHandOff EventKind = "hand-off"     // PDF, signature and evidence are ready for the host to send
	EventSkew    EventKind = "skew"         // the operator's clock and ours differ by more than allowed
	EventReach   EventKind = "counterparty" // a counterparty became reachable, or a person has to choose
)

// Event is one line of what a host has to know, in order, kept until it is acknowledged and after.
type Event struct {
	Seq        int64 // grows within a subscriber, gaps are allowed
	Key        Key
	Kind       EventKind
	State      State
	Reason     Reason
	Detail     string
	Document   DocumentID
	ExternalID string
	Stamp      StampState
	Version    Version             // with EventVersion
	Inbound    *InboundDocument    // with EventInbound, EventAnswer and EventTerm
	Task       *SignatureTask      // with EventTask
	Reach      *CounterpartyStatus // with EventReach
	At         time.Time
	Revision   int64
	Actor      ActorID // whose package it is, or who did what the event tells; empty: nobody of the host
}

// Attempt is one claim of a job by a worker, with what became of it.
type Attempt struct {
	Key      Key
	Document DocumentID // empty for the send job
	Job      JobKind
	Fence    int64
	Owner    string
	At       time.Time
	EndedAt  time.Time // zero: interrupted, or still running
	Result   string    // the state it ended in
	Detail   string
}

// JobKind says which work a job is.
type JobKind string

// Kinds of jobs.
const (
	JobSend  JobKind = "send"  // sign, resolve, send, settle doubt
	JobStamp JobKind = "stamp" // fetch the printed form of one document
	JobTrack JobKind = "track" // ask what became of a sent package

	JobEvidence     JobKind = "evidence"     // fetch the flow archive of a document that leaves by another channel
	JobCounterparty JobKind = "counterparty" // make a counterparty reachable; Key.Package is [CounterpartyKey.ID]
	JobPull         JobKind = "pull"         // read the box; Key.Package is empty
	JobCheck        JobKind = "check"        // the slow full check of the box; Key.Package is empty
	JobNotices      JobKind = "notices"      // drain the notices that are due; Key.Package is empty
	JobTake         JobKind = "take"         // store one inbound message; Key.Package is its id
	JobReceipt      JobKind = "receipt"      // confirm one inbound document; Document is its remote id, Key.Package is empty
	JobTerm         JobKind = "term"         // watch the term of one request; Document is its remote id, Key.Package is empty
	JobTask         JobKind = "task"         // watch the deadline of one signature task
)

// Endless reports whether the job goes on as long as the box is read.
func (k JobKind) Endless() bool { return k == JobPull || k == JobCheck || k == JobNotices }

// Calls reports whether the job works with the operator.
func (k JobKind) Calls() bool { return k != JobTask && k != JobTerm }

// OfPackage reports whether the job works on an outgoing package.
func (k JobKind) OfPackage() bool {
	switch k {
	case JobSend, JobStamp, JobTrack, JobEvidence, JobTask:
		return true
	}
	return false
}

// Job is one piece of durable work with its lease. The row is the truth; a queue only rings the bell.
type Job struct {
	ID       int64
	Key      Key
	Document DocumentID
	Kind     JobKind
	Due      time.Time
	Tries    int       // claims so far, this one included; never decides the fate of a package
	Born     time.Time // when the job was made
	Fence    int64     // grows with every claim: a stale worker cannot write
	Owner    string
	Until    time.Time // end of the lease
}

// JobState is how an unfinished job stands at a moment.
type JobState string

// States of a job.
const (
	JobWaits   JobState = "waits"   // it is due later
	JobOverdue JobState = "overdue" // it is due, and nobody has taken it yet
	JobHeld    JobState = "held"    // a worker has it in hand
)

// ManyFaults is how many internal faults in a row make a job a person's matter. It is tried further all the same, at
// the longest back-off.
const ManyFaults = 5

// JobStatus is one unfinished job with what is known of it.
type JobStatus struct {
	Job
	State  JobState
	Reason Reason // why it was given back last; empty: it was not yet, or all was well
	Detail string // one line for people
	Faults int    // internal faults in a row
	Person bool   // only a person can bring it on: [Reason.NeedsPerson], or [ManyFaults] and more
}

// JobFilter chooses unfinished jobs, oldest first. Zero fields do not restrict.
type JobFilter struct {
	Subscriber SubscriberID
	Key        *Key // exactly this key, whose package may be empty; nil: all
	Kinds      []JobKind
	State      JobState
	Person     bool      // only those that need a person
	At         time.Time // as of when they stand; zero: now
	After      int64     // ID of the last job of the page before
	Limit      int       // 0: 100; at most 1000
}

// Change is everything that one step of work commits at once. Jobs on one package run side by side: each writes only
// what is its own. The operation row belongs to the send job and after it to the track job, a document row first to
// the send job and then to its stamp job. Every change raises the revision.
type Change struct {
	At        time.Time
	Operation *Operation          // new values of the operation row without its documents, nil: unchanged
	Documents []DocumentStatus    // new values of these documents' rows, versions excluded
	Versions  []Version           // new; one that is already there by document and role is left as it was
	Events    []Event             // Seq is given by the store
	Jobs      []Job               // new jobs: Key, Document, Kind and Due count; one that is already there is left as it was
	Wake      []Job               // jobs, done or not, that become due at Due: Key, Document and Kind name them; unknown ones are made
	Accepted  []Operation         // new operations with their send jobs, due now; one whose key is taken is left as it was
	Messages  []InboundMessage    // new values of whole rows
	Inbound   []InboundDocument   // new rows; of one that is there only what the operator says and the content change; nothing at all is written, with [Conflict], if a row is not at its Revision (0: it must be new)
	Fates     []Fate              // of inbound documents
	Replied   []Replied           // packages that reply to requests and are with the operator
	Answered  []DocumentAnswer    // what the counterparty did with documents of this operation
	Cursor    *Cursor             // new value; pull and check run side by side: the check job writes CheckedTo only, any other all the rest
	Tasks     []SignatureTask     // new ones; one that is there is left as it was, except open that becomes overdue
	Reach     *CounterpartyStatus // new value of a row that is there; nothing at all is written, with [Conflict], if it is not at its Revision
	Done      bool                // this job is finished
	Release   bool                // end the lease; the job comes again at Due
	Due       time.Time
	Untried   bool   // with Release: the claim was no try; Tries goes back, and no attempt row stays
	Faulty    bool   // with Release: the work ended in an internal fault; those in a row are counted in [JobStatus.Faults]
	Reason    Reason // with Release: why the job waits, kept in its row
	Result    string // kept in the attempt row
	Detail    string // kept there too, and in the row of a job that is given back
}

// Fate is what became of an inbound document by an answer of ours.
type Fate struct {
	Key   InboundKey
	State State // delivered, signed, refused or revoked; an earlier one never replaces a later one
}

// Replied says that a package of ours is the reply to a request.
type Replied struct {
	Key          InboundKey
	Package      PackageID
	OperatorTime time.Time // the earliest reply stays
}

// DocumentAnswer is what the counterparty did with one document of ours.
type DocumentAnswer struct {
	Document DocumentID
	State    State
	Text     string
}
