package edo

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"slices"
	"strings"
	"time"
)

// AnswerKind is what can be done with a document that lies at the operator.
type AnswerKind string

// Answers. Empty means a package of its own.
const (
	AnswerReceipt          AnswerKind = "receipt"           // confirm that it came
	AnswerSign             AnswerKind = "sign"              // countersign
	AnswerRefuse           AnswerKind = "refuse"            // refuse to sign, with a text
	AnswerRevoke           AnswerKind = "revoke"            // offer to revoke, with a text
	AnswerAcceptRevocation AnswerKind = "accept-revocation" // sign the other side's offer
	AnswerRefuseRevocation AnswerKind = "refuse-revocation" // refuse the offer, with a text
)

// AnswerKinds lists all answers.
func AnswerKinds() []AnswerKind {
	return []AnswerKind{AnswerReceipt, AnswerSign, AnswerRefuse, AnswerRevoke, AnswerAcceptRevocation, AnswerRefuseRevocation}
}

// Answerer is implemented by sessions that can answer documents. What may be answered comes from the operator.
type Answerer interface {
	// Standing says where a document stands and what may be done with it now.
	Standing(ctx context.Context, r Ref) (Standing, error)
	// Notices lists the service documents that are still due from the box, ready to be signed.
	Notices(ctx context.Context, thumbprint string) ([]Notice, error)
	// Draft has the operator write a service document and writes its bytes to w; they are signed exactly as they are.
	Draft(ctx context.Context, q DraftRequest, w io.Writer) (Draft, error)
	// Text reads what a person wrote into a refusal or a revocation offer; empty if there is none.
	Text(documentType string, content io.Reader) (string, error)
}

// Standing is the operator's word on one document.
type Standing struct {
	Offered   []AnswerKind // what the operator offers us now
	State     State        // sent, delivered, signed, refused or revoked
	Parties   []Address    // everybody in the flow but us: the recipients of an answer
	Flow      Flow
	Class     Class
	Type      string
	Offer     RemoteID // the open revocation offer, if there is one
	Message   MessageID
	NoticeDue bool
	Exchange  ExchangeID
}

// Offers reports whether an answer is offered.
func (s Standing) Offers(k AnswerKind) bool { return slices.Contains(s.Offered, k) }

// Notice is a service document that the operator wants from us.
type Notice struct {
	Type     string
	Class    Class
	Name     string
	Content  []byte // at most 1 MiB
	Parent   RemoteID
	To       []Address
	Exchange ExchangeID
}

// DraftRequest says which service document is wanted.
type DraftRequest struct {
	Kind       AnswerKind
	Ref        Ref
	Type       string // of the document that is answered
	Thumbprint string // of the certificate that will sign
	Text       string
}

// Draft is what came with a written service document.
type Draft struct {
	Name     string
	Type     string
	Exchange ExchangeID
}

// Answer is what a host asks to be answered. The same answer to the same document is given once, however often it is
// asked for.
type Answer struct {
	Subscriber SubscriberID
	Actor      ActorID
	Kind       AnswerKind
	Document   RemoteID
	Text       string   // required to refuse, to revoke and to refuse a revocation
	Signer     SignerID // whose key signs; empty when Signature is there, or when nothing is signed
	Signature  []byte   // finished detached CMS, only with [AnswerSign]
}

// ID is the package id under which the answer is kept: it follows from what is answered.
func (a Answer) ID() PackageID { return AnswerID(a.Kind, a.Document) }

const (
	answerPrefix = "answer:"
	hashed       = "sha256-"
	answerAnew   = ":999" // room for the number of an answer that is given anew
)

// AnswerID is the package id of an answer. A document's id that can be no part of one stands there as half of its SHA-256.
func AnswerID(k AnswerKind, d RemoteID) PackageID {
	id := answerPrefix + string(k) + ":" + string(d)
	if strings.HasPrefix(string(d), hashed) || CheckID("", id+answerAnew) != nil {
		sum := sha256.Sum256([]byte(d))
		id = answerPrefix + string(k) + ":" + hashed + hex.EncodeToString(sum[:len(sum)/2])
	}
	return PackageID(id)
}

// Check reports what is wrong with the answer, as [Faults].
func (a Answer) Check() error {
	var f Faults
	add := func(err error) {
		if err != nil {
			f = append(f, err)
		}
	}
	add(CheckID("answer.subscriber", string(a.Subscriber)))
	add(CheckID("answer.actor", string(a.Actor)))
	if !slices.Contains(AnswerKinds(), a.Kind) {
		add(invalid(AnswerUnknown, "answer.kind", "is unknown", "use one of receipt, sign, refuse, revoke, accept-revocation, refuse-revocation"))
	}
	add(CheckRemote("answer.document", a.Document))
	switch a.Kind {
	case AnswerRefuse, AnswerRevoke, AnswerRefuseRevocation:
		if strings.TrimSpace(a.Text) == "" {
			add(invalid(TextMissing, "answer.text", "is empty", "say why: the other side reads it"))
		}
	}
	add(CheckText("answer.text", a.Text))
	if len(a.Signature) > MaxSignatureSize || len(a.Signature) > 0 && a.Kind != AnswerSign {
		add(invalid(SignatureMalformed, "answer.signature", "is too large or not for this answer", "attach a detached CMS to a countersignature only"))
	}
	return f.Err()
}

// Channel is how a package reaches people.
type Channel string

// Channels. Empty means operator.
const (
	ChannelOperator Channel = "operator"
	ChannelEMail    Channel = "e-mail" // the host sends it; the operator fixes the time
	ChannelPaper    Channel = "paper"
)

// Reply is what has become of an inbound request.
type Reply struct {
	Package      PackageID // the electronic reply, empty: none yet
	OperatorTime time.Time // when the operator fixed the reply
	Channel      Channel   // another way the request was answered
	Reason       string    // why another way
	Actor        ActorID
	At           time.Time
}

// TermState is where the term of an answer stands.
type TermState string

// States of a term. Met and missed are decided by the operator's time of the reply.
const (
	TermNone   TermState = ""
	TermOpen   TermState = "open"
	TermWarned TermState = "warned"
	TermMet    TermState = "met"
	TermMissed TermState = "missed"
)

// Term is until when a request must be answered. A reply whose operator time is Due or earlier meets it.
type Term struct {
	Due   time.Time
	Warn  time.Time // when people are reminded; zero: never
	State TermState
}

// At decides the state of the term from the operator's time of the reply (zero: there is none) and the operator's
// present time. A term that is missed may still turn out to be met: the operator's time of a reply may become known late.
func (t Term) At(reply, operatorNow time.Time) TermState {
	switch {
	case t.Due.IsZero():
		return TermNone
	case !reply.IsZero() && !reply.After(t.Due):
		return TermMet
	case !reply.IsZero(), operatorNow.After(t.Due):
		return TermMissed
	case !t.Warn.IsZero() && !operatorNow.Before(t.Warn):
		return TermWarned
	}
	return TermOpen
}
