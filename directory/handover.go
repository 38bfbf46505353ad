package directory

import (
	"context"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/edokit/edokit/edo"
)

// Reasons around hand-overs to an external archive.
const (
	HandoverEnded   edo.Reason = "handover-ended"           // the batch is not in the state that the call needs
	HandoverDiffers edo.Reason = "handover-differs"         // the external archive acknowledges other bytes than were exported
	ReceiptMissing  edo.Reason = "handover-receipt-missing" // an acknowledgement without the external archive's own reference
)

// MaxHandover is how many packages and inbound documents one batch holds at most.
const MaxHandover = 10_000

// HandoverState is where a batch stands.
type HandoverState string

// States of a batch. Only an acknowledged one lets content be deleted.
//
//	open → exported → acknowledged,  open | exported → abandoned
const (
	HandoverOpen         HandoverState = "open"         // chosen; the export may be under way or was interrupted
	HandoverExported     HandoverState = "exported"     // written whole; the external archive has not answered
	HandoverAcknowledged HandoverState = "acknowledged" // the external archive holds it, under Reference
	HandoverAbandoned    HandoverState = "abandoned"    // given up: what was in it is not archived
)

// Handover is one batch of documents for an external archive.
type Handover struct {
	ID         edo.BatchID
	Subscriber edo.SubscriberID // empty: of all
	Until      time.Time        // documents that were accepted or came in before
	Place      string           // folder of the export
	State      HandoverState
	Actor      edo.ActorID // who asked for it
	CreatedAt  time.Time

	Items    int   // packages and inbound documents
	Contents int   // distinct contents
	Bytes    int64 // of them

	ExportedAt     time.Time
	Manifest       edo.Digest // of the manifest, which names everything else by digest
	Reference      string     // the external archive's own name of the batch
	AcknowledgedAt time.Time
	AcknowledgedBy edo.ActorID
}

// ItemKind says what one line of a batch is.
type ItemKind string

// Kinds of items.
const (
	ItemPackage ItemKind = "package" // an operation; ID is the package
	ItemInbound ItemKind = "inbound" // an inbound document; ID is the operator's id of it
)

// Item names a package or an inbound document as it was at one revision.
type Item struct {
	Kind       ItemKind
	Subscriber edo.SubscriberID
	ID         string
	Revision   int64
}

// HandoverItem is an item of a batch, in its order.
type HandoverItem struct {
	Seq int64
	Item
}

// Unarchived is an item that no acknowledged batch holds as it is now.
type Unarchived struct {
	Place int64 // in the list: the next page begins after it
	Item
	At    time.Time   // when it was accepted or came in
	State string      // [edo.State] or [edo.InboundState]
	Busy  bool        // work on it is not over: it is not handed over yet
	Batch edo.BatchID // that holds it and is not acknowledged; empty: none
}

// UnarchivedFilter chooses items that are not archived. Zero fields do not restrict.
type UnarchivedFilter struct {
	Subscriber edo.SubscriberID
	Until      time.Time // accepted or came in before
	Kind       ItemKind
	After      int64 // Place of the last row of the page before; with Kind
	Limit      int   // 0: [DefaultLimit]; at most [MaxLimit]
}

// Owner is an item that refers to a content.
type Owner struct {
	Digest edo.Digest
	Item
	Document string // id of the document in the package
	Kind     string // of the document: free text of a package's document, id of the kind of an inbound one
	State    KeptState
	Last     time.Time // when the last thing happened to it
	Busy     bool      // work on it is not over
	Archived bool      // an acknowledged batch holds this content for it, as it is now
}

// Reference is a row that says that a content must be in the archive.
type Reference struct {
	Digest edo.Digest
	Size   int64  // in bytes; negative: the row does not say
	What   string // original, signature, version, task, inbound, inbound-signature, log
	Where  string // for people: what refers to it
	At     time.Time

	// Why the row cannot be read, empty if it can. It may refer to contents that nobody knows: Digest is then zero.
	Unreadable string
}

// Departures says what was deleted after a hand-over. A store has it beside [Book].
type Departures interface {
	// Departed gives the row of a content that was handed over and deleted, and has not come back; [edo.NotFound] if there
	// is none.
	Departed(ctx context.Context, d edo.Digest) (edo.Deletion, error)
}

// CheckReceipt reports what is wrong with the name that an external archive has given a batch.
func CheckReceipt(reference string) error {
	var f faults
	f.line("reference", reference, true)
	if utf8.RuneCountInString(reference) > edo.MaxID {
		f.bad(ReceiptMissing, "reference", fmt.Sprintf("is longer than %d characters", edo.MaxID), "give the number of the receipt")
	}
	return f.err()
}
