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
	From       string
	Recipients []string // boxes
	Documents  []Document
	// Signs are signatures for documents of earlier messages.
	Signs []Sign
	// Exchange is the number in [Operator.Wire] of the request that brought it.
	Exchange int
}

// Document is a document of an accepted message.
type Document struct {
	LocalID, ServiceID string
	Type               string // DocumentType
	Kind               string // UntypedKind
	Name               string // file name
	Blob                      // size, digest and path of the content
	CustomField        string
	Comment            string
	Parent             string // service id of the document that this one answers
	NeedSign           bool
	NeedReceipt        bool
	Sign               Sign
	// Seal is the random number printed on the form; only the ledger knows it.
	Seal string
	// Form is the stamped printed form; nil until somebody asked for it.
	Form     *Blob
	Delivery string // DocumentDeliveryStatus
	Signing  string // DocumentSignStatus
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

// entry and record are the live rows; Ledger gives copies.
type entry struct {
	Entry
	docs     []*record
	listings int // listings of documents made before it was accepted
}

type record struct {
	Document
	entry      *entry
	occurrence string
	recipient  Sign
	polls      map[string]int
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
			out[i].Documents = append(out[i].Documents, d.Document)
		}
	}
	return out
}

// document finds a document that the organisation may see: it sent it or it is among the recipients. Ids are accepted with
// and without dashes.
func (o *Operator) document(org int, id string) *record {
	o.mu.Lock()
	defer o.mu.Unlock()
	r := o.byID[plainID(id)]
	if r == nil || !o.party(r.entry, org) {
		return nil
	}
	return r
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
