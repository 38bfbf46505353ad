package edo

import (
	"context"
	"io"
	"time"
)

// Receiver is implemented by sessions that can read what came into the box. Ids of messages and documents are given in
// one form always, so that the same thing is recognised again.
type Receiver interface {
	// Inbox lists messages after a cursor, empty for the beginning: one page, in the operator's order. An empty page is
	// no promise that there is nothing more; see Listing.
	Inbox(ctx context.Context, after MessageID) (InboxPage, error)
	// Listing pages over the inbound documents since an operator time, from index first: the slow way that finds what
	// the cursor has missed.
	Listing(ctx context.Context, since time.Time, first int) (ListingPage, error)
	// Receive reads one message without the documents' content. [NotFound]: the operator has no such message for us.
	Receive(ctx context.Context, id MessageID) (Incoming, error)
	// Download writes the content of a document to w as it came. [NotReady] with [ContentClosed]: not before our receipt.
	Download(ctx context.Context, r Ref, w io.Writer) (Download, error)
}

// InboxPage is one page of the cursor.
type InboxPage struct {
	Messages []InboxHeader
	AsOf     time.Time // the operator's own time of the answer
	Exchange ExchangeID
}

// InboxHeader names a message. It may be one of our own: the cursor moves over it, nothing else happens.
type InboxHeader struct {
	Message MessageID
	From    BoxID
	Own     bool
}

// ListingPage is one page of the slow check.
type ListingPage struct {
	Messages []InboxHeader // of the page's documents, each message once
	Next     int           // index of the next page; 0: there is none
	AsOf     time.Time
	Exchange ExchangeID
}

// Incoming is a message as the operator describes it.
type Incoming struct {
	Message      MessageID
	From         Address
	OperatorTime time.Time
	Documents    []IncomingDocument
	Signatures   []IncomingSignature // of these documents and of documents that travelled earlier
	Exchange     ExchangeID
}

// IncomingDocument is one document of a message.
type IncomingDocument struct {
	Remote        RemoteID
	Name          string // file name, untrusted
	Type          string // the operator's name of the type
	Class         Class
	Kind          string // free text of an untyped document
	Number        string
	Date          time.Time
	Sum           string // decimal, as it came
	Comment       string
	CustomField   string // the sender's own integration field
	Parent        RemoteID
	Root          RemoteID
	Flow          Flow
	Size          int64
	NeedSign      bool
	NeedReceipt   bool // the sender asked for it
	NoticeDue     bool // the operator says that a receipt notice is due from us
	Legitimate    bool // the operator's verdict on the legal significance
	NotLegitimate []string
}

// IncomingSignature is a signature with the operator's verdict.
type IncomingSignature struct {
	Document RemoteID
	ID       string // the operator's id of the signature
	From     BoxID
	CMS      []byte // DER; empty: the operator gave none that could be one
	Valid    bool   // the operator's verdict
	At       time.Time
	Stamped  time.Time // from the time stamp; zero: there is none
}

// Download is what came with the content of a document.
type Download struct {
	Size     int64
	Exchange ExchangeID
}

// Class is what a document is to the conversation.
type Class string

// Classes of documents.
const (
	ClassMain         Class = "main"         // a letter, an invoice, a title: what people write to each other
	ClassReply        Class = "reply"        // the other side's title of a formalised document
	ClassReceipt      Class = "receipt"      // извещение о получении
	ClassRefusal      Class = "refusal"      // уведомление об уточнении
	ClassRevocation   Class = "revocation"   // предложение об аннулировании
	ClassConfirmation Class = "confirmation" // подтверждение оператора
	ClassError        Class = "error"        // the delivery failed
	ClassSignature    Class = "signature"    // no document: a signature for a document that travelled earlier
)

// Flow is the way a document travels.
type Flow string

// Flows of documents. Empty means signed.
const (
	FlowSigned   Flow = "signed"   // with the sender's signature
	FlowUnsigned Flow = "unsigned" // without; the recipient may be asked to sign
	FlowForward  Flow = "forward"  // a document of somebody else, passed on
	FlowInternal Flow = "internal" // inside one organisation
)

// InboundKey names one inbound document of a subscriber.
type InboundKey struct {
	Subscriber SubscriberID
	Remote     RemoteID
}

// InboundState is where an inbound message or document stands.
type InboundState string

// States of what came in.
//
//	listed → stored,  listed → closed → stored
const (
	InboundListed InboundState = "listed" // its id is durable, nothing else
	InboundClosed InboundState = "closed" // described; the operator gives the content only after our receipt
	InboundStored InboundState = "stored" // content and signatures are durable
)

// InboundMessage is the stored fate of one inbound message.
type InboundMessage struct {
	Subscriber SubscriberID
	Message    MessageID
	From       BoxID
	State      InboundState
	Found      string // "cursor" or "check": which way it was found
	Detail     string
	ListedAt   time.Time
	StoredAt   time.Time
}

// InboundDocument is one inbound document with everything a person and a court may ask about it.
type InboundDocument struct {
	Key           InboundKey
	Message       MessageID
	From          Address
	Name          string // safe file name
	Type          string
	Class         Class
	Kind          string // free text, as the sender wrote it
	KindID        string // of the configured kind, empty: none fits
	Number        string
	Date          time.Time
	Sum           string
	Comment       string
	CustomField   string
	Text          string // of a refusal or a revocation offer
	Parent        RemoteID
	Root          RemoteID
	Flow          Flow
	NeedSign      bool
	NeedReceipt   bool
	NoticeDue     bool
	State         InboundState
	Digest        Digest // zero until stored
	Size          int64
	Signatures    []InboundSignature
	Legitimate    bool
	NotLegitimate []string
	OperatorTime  time.Time
	ReceivedAt    time.Time // on our clock
	Skew          time.Duration
	Fate          State  // delivered when our receipt is with the operator, signed, refused, revoked; empty before
	About         Key    // the package of ours that it answers; zero: none
	Document      string // id of the document of ours that it answers
	Responsible   ActorID
	Why           Sentence // why this person
	Term          Term
	Reply         Reply
	Exchange      ExchangeID
	Revision      int64
}

// InboundSignature is a signature of an inbound document with both verdicts.
type InboundSignature struct {
	ID       string
	From     BoxID
	CMS      Digest // in the archive; zero: the operator gave none
	Operator bool   // the operator calls it valid
	Verdict  VerdictState
	Reason   Reason
	Signer   SignerInfo
	At       time.Time
	Stamped  time.Time
}

// Sound reports whether nobody has found a fault with the document: the operator calls all signatures valid and the
// document legally significant, and no check of ours has failed. Documents that are not sound are delivered as well.
func (d InboundDocument) Sound() bool {
	for _, s := range d.Signatures {
		if !s.Operator || s.Verdict == VerdictInvalid {
			return false
		}
	}
	return d.Legitimate
}

// Sentence is one line for people in both languages.
type Sentence struct{ RU, EN string }

// Cursor is how far a box has been read.
type Cursor struct {
	Subscriber SubscriberID
	Last       []MessageID   // the latest messages of the operator's order, oldest first; reading begins again at the first
	AsOf       time.Time     // the operator's time of the latest page
	ReadAt     time.Time     // the same on our clock
	CheckedTo  time.Time     // operator's time up to which the slow check has looked
	Skew       time.Duration // our clock minus the operator's at the latest page
	Refusal    string        // why the box cannot be read, empty: it can
}

// OperatorNow estimates the operator's clock: what it last said, plus the time since then on ours.
func (c Cursor) OperatorNow(now time.Time) time.Time {
	if c.AsOf.IsZero() {
		return now
	}
	return c.AsOf.Add(now.Sub(c.ReadAt))
}
