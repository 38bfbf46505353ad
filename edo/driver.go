package edo

import (
	"context"
	"crypto"
	"io"
	"time"
)

// Driver speaks the contract of one operator (оператор ЭДО). Its duties:
//
//   - every exchange goes through Account.Journal: the masked request is committed before its first byte leaves, the
//     masked answer before anything decoded from it is returned;
//   - an outcome of Send is only a well-formed success or a fault that the operator's code table marks as definitely
//     not accepted ([Refused], [Invalid], [Denied]); [Unavailable] only if the operator cannot have the whole request;
//     everything else after the last byte is [InDoubt];
//   - it never repeats a send by itself, except once after a fault that says the token has expired;
//   - it retains no content and no secret beyond the session token in memory.
//
// A Driver and its sessions are safe for use by several goroutines.
type Driver interface {
	// Name is stable and stored in rows: "synerdocs".
	Name() string
	// Open prepares a session; it need not call the operator.
	Open(ctx context.Context, a Account) (Session, error)
}

// Account is what a driver needs to act for one subscriber. Only the vault makes one; it never reaches a host.
type Account struct {
	Subscriber SubscriberID
	Operator   string // driver name
	Endpoint   string // https URL, or plain http to a loopback address
	Box        BoxID
	INN        string
	Login      Login
	Next       *Succession  // another way to prove itself that may take the place of Login; nil: none
	CAs        []byte       // PEM of certificate authorities to trust instead of the system's, optional
	Pins       []string     // base64 SHA-256 of acceptable server public keys (RFC 7469 form), optional
	Forms      []string     // driver's names of the calls that may give the printed form, in order; empty: its default
	Department string       // ours that sends, empty: the head department
	ServiceBox BoxID        // takes packages that have no recipient at the operator; empty: they go to our own department
	Payer      SubscriberID // who pays the operator; empty: the subscriber itself
	Service    SignerID     // signs receipts and other service documents
	Policy     Policy
	Journal    Journal
	Revision   string // changes whenever anything above does: an open session is replaced then
}

// Policy is what a subscriber has decided.
type Policy struct {
	Unverified UnverifiedPolicy
	LocalMark  bool // draw our own mark where the operator gives no printed form; off by default
	Receive    bool // read the box; off by default
	Register   bool // register and invite unknown counterparties by itself; off by default

	Rate       float64 // calls to the operator per second; 0: as the gateway is configured
	Concurrent int     // jobs that work with the operator at once; 0: as the gateway is configured
}

// UnverifiedPolicy says what to do with a signature that only the operator can check.
type UnverifiedPolicy string

// Policies for signatures that cannot be verified here.
const (
	ForwardUnverified UnverifiedPolicy = "forward" // the default
	RefuseUnverified  UnverifiedPolicy = "refuse"
)

// Login is how the account proves itself. Exactly one way is set: name and password, a certificate's key, a
// certificate and a password, an identity token or an access token of another system.
type Login struct {
	Name        string
	Password    Secret
	Certificate *LoginCertificate
	Identity    Secret
	Access      Secret
}

// Succession is a credential that overlaps with the present one. A driver that supports it asks for Login only after the
// operator has refused the present one, and only once for every Try that answers nil.
type Succession struct {
	Login Login
	// Try is called before the operator is asked and remembers that it is; an error means not now: every refusal brings
	// the account nearer to being locked.
	Try func(ctx context.Context) error
	// Won is called when the operator has taken Login: it makes it the present one, durably.
	Won func(ctx context.Context) error
}

// LoginCertificate proves possession of a key by decryption. Neither Key nor Opener, and Login.Password set: the
// certificate only names who logs in.
type LoginCertificate struct {
	DER    []byte           // the certificate
	Key    crypto.Decrypter // its private key, wherever it lives; RSA
	Opener EnvelopeOpener   // opens what Key cannot, as with GOST keys; goes before Key
}

// EnvelopeOpener decrypts a CMS EnvelopedData (RFC 5652 section 6) with a key that it keeps. It is where a
// cryptographic provider is plugged in.
type EnvelopeOpener interface {
	OpenEnvelope(ctx context.Context, der []byte) ([]byte, error)
}

// Address is one box of a counterparty as the operator knows it.
type Address struct {
	Box          BoxID
	INN          string
	KPP          string
	Name         string
	Operator     string // code of the counterparty's operator
	Active       bool
	Organisation string // the operator's own number of the organisation, opaque
	Department   string // empty: the head department
	Roaming      bool   // the box is at another operator
}

// Session is one subscriber at one operator.
type Session interface {
	// Lookup lists the boxes of a counterparty; none is an empty list, not an error.
	Lookup(ctx context.Context, c Counterparty) ([]Address, error)
	// Send hands over a message once. See [Driver] for what its errors must mean.
	Send(ctx context.Context, m Message) (Sent, error)
	Close() error
}

// Checker is implemented by sessions that can say whether login and box are right, without any effect.
type Checker interface {
	Check(ctx context.Context) (Health, error)
}

// Health is what a check found.
type Health struct {
	Version  string    // of the operator's service
	Boxes    []Address // that the login may use
	BoxFound bool      // the account's box is among them
	AsOf     time.Time // the operator's own time of an answer, zero if it gave none
	At       time.Time // the same moment on our clock
}

// Skew is our clock minus the operator's, the time of the answer included. False: the operator gave no time.
func (h Health) Skew() (time.Duration, bool) {
	if h.AsOf.IsZero() || h.At.IsZero() {
		return 0, false
	}
	return h.At.Sub(h.AsOf), true
}

// Message is what Send hands over: everything is signed and addressed. Documents, signatures for documents that are at
// the operator already, refusals and forwarded documents may each be empty, not all.
type Message struct {
	Package   PackageID
	Flow      Flow // empty: signed
	To        []Address
	Documents []OutgoingDocument
	Signs     []Countersign
	Refusals  []Refusal
	Forwards  []Forward

	// Ready says whether the message may leave, and waits until that is known; nil: always. A driver asks before each request that has an effect
	// makes its way, as late as it can and at the latest before the last byte: an error means that somebody else may be
	// sending by now. Then nothing leaves, and Send fails with [Unavailable] and that error as its cause.
	Ready func() error
}

// OutgoingDocument is one document of a message.
type OutgoingDocument struct {
	ID          DocumentID
	Name        string
	Type        string // the operator's name of the type; empty: untyped
	Kind        string
	Number      string
	Date        time.Time // of the paper, zero: none
	Sum         string    // decimal with a point, empty: none
	Comment     string
	Content     Content
	Signature   []byte     // detached CMS, DER; empty in unsigned flows
	Parent      RemoteID   // what a service document answers
	Related     []RemoteID // documents it belongs to
	NeedSign    bool
	NeedReceipt bool
}

// Countersign is a signature for a document that is at the operator already.
type Countersign struct {
	ID        DocumentID
	Document  RemoteID
	Flow      Flow // of the document
	Signature []byte
}

// Refusal refuses to sign a document of an unsigned, forwarded or internal flow; it needs no signature.
type Refusal struct {
	Document RemoteID
	Flow     Flow
	Text     string
}

// Forward passes on a document of somebody else.
type Forward struct {
	Document RemoteID
	Comment  string
	NeedSign bool
}

// Sent is what the operator answered to an accepted message. Calls that answer nothing leave Message and OperatorTime
// empty.
type Sent struct {
	Message      MessageID
	OperatorTime time.Time // when the operator fixed it; zero if it did not say
	Documents    map[DocumentID]RemoteID
	Exchange     ExchangeID
}

// Finder is implemented by sessions that can look for a package whose outcome is not known.
type Finder interface {
	// Find says found, or not found as of an operator time.
	Find(ctx context.Context, q Query) (Found, error)
	// Visibility is how long an accepted message may stay invisible to Find, clock skew included.
	Visibility() time.Duration
}

// Query names what to look for.
type Query struct {
	Package   PackageID
	Documents []DocumentID
	To        []Address
	Since     time.Time // nothing of it can have been accepted before, on the operator's clock; the driver adds its own margin
	Flow      Flow
	Answers   []Answered // for an answer: looked for at the documents answered, not in the outbox
}

// Answered names an answer to look for.
type Answered struct {
	Document  DocumentID // ours
	Kind      AnswerKind
	Parent    RemoteID // the document that is answered
	Flow      Flow     // of that document
	Signature []byte   // of a bare countersignature; empty: a service document
	Refusal   bool     // a refusal without a document
	Text      string   // of a refusal or a revocation
}

// Found is the answer of a Finder.
type Found struct {
	Sent *Sent     // nil: not found
	AsOf time.Time // the operator's own time of the answer
}

// Ref names a sent document.
type Ref struct {
	Package  PackageID
	Document DocumentID
	Message  MessageID
	Remote   RemoteID
}

// Printer is implemented by sessions whose operator can give a printed form (печатная форма).
type Printer interface {
	// Print writes the form to w as it came. [NotReady]: ask again later; [NotSupported]: the operator gives none.
	Print(ctx context.Context, r Ref, w io.Writer) (Form, error)
}

// Form is what came with a printed form.
type Form struct {
	Name     string // file name the operator gave, untrusted
	Size     int64
	Source   string // the call that answered
	Exchange ExchangeID
}

// Tracker is implemented by sessions that can tell what became of a sent document.
type Tracker interface {
	Track(ctx context.Context, r Ref) (Progress, error)
}

// Progress is one document's fate at the counterparty.
type Progress struct {
	State    State // sent, delivered, signed, refused or revoked
	Exchange ExchangeID
	Failed   bool   // the delivery failed: the sender got an error receipt, or an invoice is not valid for want of its notices
	Revoking bool   // a revocation offer waits for an answer
	Text     string // what the operator tells people about the state; untrusted
}
