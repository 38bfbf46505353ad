package mockoperator

import (
	"slices"
	"strings"
	"time"
)

// Entry is one accepted message. The ledger only grows; the same message sent twice is two entries.
type Entry struct {
	Number     int // 1, 2, 3, ...
	MessageID  string
	LocalID    string // Message.Id as the client gave it
	Time       time.Time
	Flow       string // FlowType
	From       string
	Department string   // of the sender; empty: the head
	Recipients []string // boxes
	Documents  []Document
	// Forwarded are the service ids of documents of earlier messages that this one forwards.
	Forwarded []string
	// Signs are signatures for documents of earlier messages.
	Signs []Sign
	// Exchange is the number in [Operator.Wire] of the request that brought it; zero for messages of the operator.
	Exchange int
}

// Document is a document of an accepted message.
type Document struct {
	LocalID, ServiceID string
	Type               string // DocumentType
	Kind               string // UntypedKind
	Name               string // file name
	Blob                      // size, digest and path of the content
	Card               []byte
	CustomField        string
	Comment            string
	Number, Sum, Title string    // as the sender typed them
	Date               time.Time // zero without
	Related            []string  // service ids of linked documents
	Parent             string    // service id of the document that this one answers
	Root               string    // service id of the main document above it
	NeedSign           bool
	NeedReceipt        bool
	Sign               Sign // of the sender; no Raw without a signature
	// Seal is the random number printed on the form; only the ledger knows it.
	Seal string
	// Form is the stamped printed form; nil until somebody asked for it.
	Form     *Blob
	Delivery string // DocumentDeliveryStatus, over all recipients
	Signing  string // DocumentSignStatus, over all recipients
	// Answers says where the document stands with each recipient, in the order of the message.
	Answers []Answer
}

// Answer is where a document stands with one recipient.
type Answer struct {
	ID         string // of the flow from the sender to this recipient
	Box        string
	Department string
	User       string // login, of internal messages
	Delivery   string // DocumentDeliveryStatus
	Signing    string // DocumentSignStatus
	Sign       Sign   // of the recipient; no Raw without one
	Comment    string // of a refusal
	Received   time.Time
	Answered   time.Time
}

// Sign is a signature as it came and what the operator thinks of it.
type Sign struct {
	LocalID, ServiceID string
	DocumentID         string // service id
	From               string // box
	Raw                []byte // CMS
	Owner              string // common name of the signer's certificate
	Organisation       string
	INN                string
	Subject            string
	Serial             string // hexadecimal
	Algorithm          string
	ValidFrom, ValidTo time.Time
	SignedAt           time.Time // as the signature claims; zero without
	Time               time.Time // when it was accepted
	Verdict            string    // "valid", or "by scenario" for what this stand-in cannot check
}

// entry and record are the live rows; Ledger gives copies. An entry does not change once it is in the ledger.
type entry struct {
	Entry
	docs     []*record
	forwards []*record
	to       []addressee
	listings int // listings of documents made before it was accepted
}

// addressee is the part of an organisation that a message is for.
type addressee struct{ department, user string }

type record struct {
	Document
	entry       *entry
	occurrences []*occurrence // the first is the original, the others are forwards
	children    []*record     // documents that answer this one, in order
	polls       map[string]int
	variants    map[FormMode]*Blob // printed forms that say less; guarded by formMu
}

// occurrence is a document on its way from one sender to his recipients.
type occurrence struct {
	id       string
	kind     string // FlowType; new documents of a forwarding message are SentSigned
	entry    *entry
	needSign bool
	comment  string
	answers  []*Answer
}

// original is the way of a document from the one who brought it.
func (r *record) original() *occurrence { return r.occurrences[0] }

// flow is the FlowType by which a document came first.
func (r *record) flow() string { return r.original().kind }

// deal makes the way of a document to the recipients of its message.
func deal(e *entry, kind string, needSign bool, signing, comment string) *occurrence {
	c := &occurrence{id: newID(), kind: kind, entry: e, needSign: needSign, comment: comment}
	for i, box := range e.Recipients {
		a := &Answer{ID: newID(), Box: box, Delivery: "RecievedByService", Signing: signing}
		if i < len(e.to) {
			a.Department, a.User = e.to[i].department, e.to[i].user
		}
		c.answers = append(c.answers, a)
	}
	return c
}

// settle sums up the answers of the recipients. The caller holds the lock.
func (r *record) settle() {
	r.Delivery, r.Signing = sumUp(r.original().answers)
	r.Answers = nil
	for _, a := range r.original().answers {
		r.Answers = append(r.Answers, *a)
	}
}

// sumUp is the single status over several recipients: what all have, or what is still awaited.
func sumUp(answers []*Answer) (delivery, signing string) {
	all := func(of func(*Answer) string, want string) bool {
		return !slices.ContainsFunc(answers, func(a *Answer) bool { return of(a) != want })
	}
	deliveryOf := func(a *Answer) string { return a.Delivery }
	signingOf := func(a *Answer) string { return a.Signing }
	delivery, signing = "SentToRecipient", "WaitingForSign"
	for _, s := range []string{"RecievedByService", "DeliveredToRecipient", "NotDeliveredToRecipient"} {
		if all(deliveryOf, s) {
			delivery = s
			break
		}
	}
	for _, s := range []string{"NoSignNeeded", "Signed", "SignRejected"} {
		if all(signingOf, s) {
			signing = s
			break
		}
	}
	return delivery, signing
}

// Ledger returns a copy of what was accepted, in order.
func (o *Operator) Ledger() []Entry {
	o.mu.Lock()
	defer o.mu.Unlock()
	out := make([]Entry, len(o.ledger))
	for i, e := range o.ledger {
		out[i] = e.Entry
		out[i].Recipients = slices.Clone(e.Recipients)
		out[i].Signs = slices.Clone(e.Signs)
		for _, d := range e.docs {
			doc := d.Document
			doc.Answers, doc.Related = slices.Clone(doc.Answers), slices.Clone(doc.Related)
			out[i].Documents = append(out[i].Documents, doc)
		}
		for _, d := range e.forwards {
			out[i].Forwarded = append(out[i].Forwarded, d.ServiceID)
		}
	}
	return out
}

// document finds a document that the organisation may see: it sent it or it is among the recipients, of a forward as well.
// Ids are accepted with and without dashes.
func (o *Operator) document(org int, id string) *record {
	o.mu.Lock()
	defer o.mu.Unlock()
	r := o.byID[plainID(id)]
	if r == nil || !o.sees(r, org) {
		return nil
	}
	return r
}

// sees tells whether a document came to or from the organisation by any way.
func (o *Operator) sees(r *record, org int) bool {
	return slices.ContainsFunc(r.occurrences, func(c *occurrence) bool { return o.party(c.entry, org) })
}

func (o *Operator) party(e *entry, org int) bool {
	if n, _ := o.owner(e.From); n == org {
		return true
	}
	return slices.ContainsFunc(e.Recipients, func(box string) bool { n, _ := o.owner(box); return n == org })
}

func plainID(id string) string {
	return strings.ToLower(strings.ReplaceAll(strings.TrimSpace(id), "-", ""))
}
