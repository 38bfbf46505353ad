package mockoperator

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Words of the scenario about messages and documents; of each group the first is the default.
const (
	OrderOldest   = "oldest"   // a page of GetMessages begins with the oldest message
	OrderNewest   = "newest"   // the same page the other way round
	OrderShuffled = "shuffled" // the same page in no order

	BorderGood   = "good"
	BorderLose   = "lose"   // the first message behind a page border is not listed by the read that crosses it
	BorderRepeat = "repeat" // the last message of a page is listed on the next one again

	CursorFault     = "fault"     // an unknown cursor gives NoDataFound
	CursorEmpty     = "empty"     // ... an empty page
	CursorBeginning = "beginning" // ... the first page

	ResendAccept = "accept" // the same Message.Id again is another message
	ResendRefuse = "refuse" // ... gives WorkflowViolation

	ReceiptFree     = "free"     // a document may be answered before its receipt is sent
	ReceiptRequired = "required" // ... not

	TitleInvoice = "invoice" // the status of a universal transfer document is that of an invoice
	TitleUntyped = "untyped" // ... of an untyped document
	TitleNone    = "none"    // ... nil

	FormsGiven = "given" // untyped documents have printed forms
	FormsNil   = "nil"   // ... have none

	AnswerReady  = "ready"
	AnswerFailed = "failed"

	NamesUTF8  = "utf8"
	NamesCP866 = "cp866" // names of an archive without the mark of Unicode
)

// Flow is the part of a [Scenario] about messages both ways, service documents and evidence.
type Flow struct {
	// MessagesPage is the number of messages in a page of GetMessages: 1 to 100 (default).
	MessagesPage int `yaml:"messages-page"`
	// MessagesOrder is the order inside a page: oldest (default), newest, shuffled.
	MessagesOrder string `yaml:"messages-order"`
	// MessagesIncludeOwn lists what a box sent among what it got.
	MessagesIncludeOwn bool `yaml:"messages-include-own"`
	// MessagesDelay hides a message from GetMessages for a while.
	MessagesDelay time.Duration `yaml:"messages-delay"`
	// RepeatEvents lists every n-th message twice; zero: never.
	RepeatEvents int `yaml:"repeat-events"`
	// PageBorder says what happens to messages at the border of a page: good (default), lose, repeat.
	PageBorder string `yaml:"page-border"`
	// LostAfter is the age at which a document that its recipient has not confirmed gets the status NotDeliveredToRecipient,
	// and its sender an error receipt; zero: never.
	LostAfter time.Duration `yaml:"lost-after"`
	// EmptyPage makes every n-th page that is not empty come empty; zero: never, one would be always and is refused.
	EmptyPage int `yaml:"empty-page-although-newer"`
	// WrongCursor is the answer to a cursor that is no message of the box: fault (default), empty, beginning.
	WrongCursor string `yaml:"wrong-cursor"`
	// Resend says what the same Message.Id of the same sender is: accept (default), refuse.
	Resend string `yaml:"resend"`
	// ContentClosed closes the content of a document with NeedReceipt to a recipient who has not sent the receipt.
	ContentClosed bool `yaml:"content-closed-until-receipt"`
	// ReceiptBeforeSign is free (default) or required.
	ReceiptBeforeSign string `yaml:"receipt-before-sign"`
	// ConfirmReceiptOffered lists ConfirmReceipt among the operations while a receipt is due: nil or true (default), or false.
	ConfirmReceiptOffered *bool `yaml:"confirm-receipt-offered"`
	// TitleStatus is the type of the status of a UPD or UKD: invoice (default), untyped, or none: no status at all.
	TitleStatus string `yaml:"title-status"`
	// SignatureDelivers lets a recipient's signature, bare or of a reply title, deliver the document; otherwise (default) its
	// receipt stays due.
	SignatureDelivers bool `yaml:"signature-delivers"`
	// FormsForUntyped is given (default) or nil.
	FormsForUntyped string `yaml:"forms-for-untyped"`
	// Archive is ready (default), after:n (nil n times first) or failed (DownloadDocumentFlowArchiveFailed).
	Archive string `yaml:"archive"`
	// ArchiveNames is the encoding of names in an archive: utf8 (default) or cp866.
	ArchiveNames string `yaml:"archive-names"`
	// ArchiveBytes is the path of a file that is given instead of any archive.
	ArchiveBytes string `yaml:"archive-bytes"`
	// EnhancedSign is after:1 (default; InProgress so many times first), after:n, ready or failed.
	EnhancedSign string `yaml:"enhanced-sign"`
	// ServiceDocumentsInLists shows service documents in GetDocumentList and GetDocumentEntries as well.
	ServiceDocumentsInLists bool `yaml:"service-documents-in-lists"`
	// GeneratedMustMatch refuses service documents whose bytes were not generated here: nil or true (default), or false.
	GeneratedMustMatch *bool `yaml:"generated-must-match"`
}

func (f Flow) withDefaults() Flow {
	if f.MessagesPage == 0 {
		f.MessagesPage = 100
	}
	for _, d := range []struct {
		to   *string
		word string
	}{
		{&f.MessagesOrder, OrderOldest},
		{&f.PageBorder, BorderGood},
		{&f.WrongCursor, CursorFault},
		{&f.Resend, ResendAccept},
		{&f.ReceiptBeforeSign, ReceiptFree},
		{&f.TitleStatus, TitleInvoice},
		{&f.FormsForUntyped, FormsGiven},
		{&f.Archive, AnswerReady},
		{&f.ArchiveNames, NamesUTF8},
		{&f.EnhancedSign, "after:1"},
	} {
		if *d.to == "" {
			*d.to = d.word
		}
	}
	return f
}

func (f Flow) check() error {
	for _, c := range []struct {
		name, have string
		known      []string
	}{
		{"messages-order", f.MessagesOrder, []string{OrderOldest, OrderNewest, OrderShuffled}},
		{"page-border", f.PageBorder, []string{BorderGood, BorderLose, BorderRepeat}},
		{"wrong-cursor", f.WrongCursor, []string{CursorFault, CursorEmpty, CursorBeginning}},
		{"resend", f.Resend, []string{ResendAccept, ResendRefuse}},
		{"receipt-before-sign", f.ReceiptBeforeSign, []string{ReceiptFree, ReceiptRequired}},
		{"title-status", f.TitleStatus, []string{TitleInvoice, TitleUntyped, TitleNone}},
		{"forms-for-untyped", f.FormsForUntyped, []string{FormsGiven, FormsNil}},
		{"archive-names", f.ArchiveNames, []string{NamesUTF8, NamesCP866}},
	} {
		if c.have != "" && !slices.Contains(c.known, c.have) {
			return fmt.Errorf("mockoperator: scenario: %s is one of %q, not %q", c.name, c.known, c.have)
		}
	}
	for name, word := range map[string]string{"archive": f.Archive, "enhanced-sign": f.EnhancedSign} {
		if _, ok := polls(word); !ok && word != "" && word != AnswerReady && word != AnswerFailed {
			return fmt.Errorf("mockoperator: scenario: %s is ready, failed or after:n, not %q", name, word)
		}
	}
	switch {
	case f.MessagesPage < 0 || f.MessagesPage > 100:
		return fmt.Errorf("mockoperator: scenario: messages-page is 1 to 100, not %d", f.MessagesPage)
	case f.RepeatEvents < 0 || f.EmptyPage < 0 || f.EmptyPage == 1 || f.MessagesDelay < 0 || f.LostAfter < 0:
		return fmt.Errorf("mockoperator: scenario: repeat-events %d, empty-page-although-newer %d (0 or 2 and more), messages-delay %v, lost-after %v", f.RepeatEvents, f.EmptyPage, f.MessagesDelay, f.LostAfter)
	}
	return nil
}

// mustMatch tells whether service documents must be those that were generated here.
func (f Flow) mustMatch() bool { return f.GeneratedMustMatch == nil || *f.GeneratedMustMatch }

// offersReceipt tells whether ConfirmReceipt is listed where a receipt is due.
func (f Flow) offersReceipt() bool { return f.ConfirmReceiptOffered == nil || *f.ConfirmReceiptOffered }

// polls reads after:n.
func polls(word string) (int, bool) {
	n, ok := strings.CutPrefix(word, "after:")
	if !ok {
		return 0, false
	}
	v, err := strconv.Atoi(n)
	return v, err == nil && v >= 0
}

// early tells whether an answer that takes its time is not there yet. The caller holds the lock.
func early(word, key string, seen map[string]int) bool {
	n, _ := polls(word)
	seen[key]++
	return seen[key] <= n
}
