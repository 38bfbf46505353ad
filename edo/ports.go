package edo

import (
	"context"
	"io"
	"time"
)

// Signer makes detached signatures with one person's key, wherever the key lives.
type Signer interface {
	Info() SignerInfo
	// Sign reads the content once and returns a detached CMS in DER. An error with reason [SignatureAwaited] means
	// pending: the key is elsewhere, and a [SignatureTask] is opened. [SignatureRefused] is the person's no. Any other
	// error means: not now.
	Sign(ctx context.Context, content io.Reader, at time.Time) ([]byte, error)
}

// DigestSigner is implemented by signers that do not need the content once its SHA-256 is known. The caller vouches
// that d is the digest of the document.
type DigestSigner interface {
	SignDigest(ctx context.Context, d Digest, at time.Time) ([]byte, error)
}

// Action is something a host's user may be allowed to do for a subscriber.
type Action string

// Actions of the allow-list.
const (
	ActionSend Action = "send" // send packages
	ActionRead Action = "read" // see the rows of the message log, without heads and XML

	ActionAnswer Action = "answer" // sign, refuse and revoke what came in
	ActionInvite Action = "invite" // register and invite counterparties, enrol subscribers
	ActionSign   Action = "sign"   // complete signature tasks
	ActionDecide Action = "decide" // retry, cancel, and decide what is in doubt

	ActionReadLog     Action = "read-log"     // read raw requests and answers of the message log
	ActionReadContent Action = "read-content" // read documents, signatures and versions
	ActionExport      Action = "export"       // take log, documents or proofs out as files
	ActionAdmin       Action = "administer"   // change subscribers, credentials, users, signers and what the archive keeps
)

// AccessRequest asks whether an actor may do something. Nobody is allowed by default.
type AccessRequest struct {
	Actor      ActorID
	Action     Action
	Subscriber SubscriberID
	Kinds      []string // document kinds of the package, for ActionSend, or of what is read
	At         time.Time
	Local      bool // the owner of this machine, who is allowed everything: only the command line may say so
	Glance     bool // to draw a menu: a refusal leaves no row
}

// OperationFilter chooses operations, newest first. Zero fields do not restrict.
type OperationFilter struct {
	Subscriber SubscriberID
	States     []State
	From, To   time.Time // of CreatedAt; To is exclusive
	Limit      int       // 0: 100; at most 1000
}

// InboundFilter chooses inbound documents, newest first. Zero fields do not restrict.
type InboundFilter struct {
	Subscriber SubscriberID
	Classes    []Class
	Terms      []TermState
	From, To   time.Time // of ReceivedAt; To is exclusive
	Limit      int       // 0: 100; at most 1000
}
