package directory

import (
	"fmt"
	"time"

	"github.com/edokit/edokit/edo"
)

// Exchange is one row of the message log (сообщения систем обмена): a request and what came of it. The first half is
// committed before the first byte leaves, the second before anything in the answer is believed.
type Exchange struct {
	Seq        int64 // place in the log, grows with time
	ID         edo.ExchangeID
	Subscriber edo.SubscriberID
	Package    edo.PackageID // empty for calls that belong to no package
	Document   edo.DocumentID
	Operation  string // the operator's own name of the call
	Endpoint   string

	// Of the package as the host gave it: the row keeps its own copy, so that the chain covers it.
	Actor edo.ActorID // the host's user who asked
	INN   string      // of the counterparty
	KPP   string      // of the counterparty, may be empty

	StartedAt     time.Time
	RequestSize   int64      // of the exact body
	RequestDigest edo.Digest // of the exact body; zero if it was not sent whole
	RequestSent   int64      // bytes handed to the connection

	EndedAt      time.Time   // zero: interrupted, or still running
	Outcome      edo.Outcome // empty: interrupted, or still running
	HTTPStatus   int
	Code         string // the operator's code of a fault
	AnswerSize   int64
	AnswerDigest edo.Digest
	Note         string // for people

	// Places in the subscriber's chain, see [Link]. AnswerPosition is zero while there is no answer.
	RequestPosition, AnswerPosition int64
	// Digests of the masked texts.
	RequestText, AnswerText edo.Digest

	// Only with [Book.Exchange]; lists leave them out.
	RequestHead string
	Request     edo.Masked
	AnswerHead  string
	Answer      edo.Masked
}

// Row is a row of a list that goes on behind damage.
type Row struct {
	Exchange
	Unreadable string `json:",omitempty"` // why the row cannot be read: what is damaged of it is zero
}

// Duration is how long the exchange took, zero while it is not finished.
func (e Exchange) Duration() time.Duration {
	if e.EndedAt.IsZero() {
		return 0
	}
	return e.EndedAt.Sub(e.StartedAt)
}

// Finished reports whether the second half is there. A row without it was interrupted or is still running.
func (e Exchange) Finished() bool { return !e.EndedAt.IsZero() }

// Limits of a page.
const (
	DefaultLimit = 100
	MaxLimit     = 1000
)

// ExchangeFilter chooses rows of the log, newest first. Zero fields do not restrict.
type ExchangeFilter struct {
	Subscriber edo.SubscriberID
	Package    edo.PackageID
	Document   edo.DocumentID // with Package also the rows of the package as a whole, which name no document
	Actor      edo.ActorID    // who asked for the package
	INN        string         // of the counterparty
	KPP        string         // of the counterparty
	Operation  string
	Outcome    edo.Outcome
	Unfinished bool // only rows without a second half
	Code       string
	From, To   time.Time // of StartedAt; To is exclusive
	Before     int64     // Seq of the last row of the page before; 0: the first page
	Oldest     bool      // oldest first by StartedAt, for reading a long stretch from its beginning
	After      int64     // with Oldest: Seq of the last row of the page before
	Limit      int       // 0: [DefaultLimit]; at most [MaxLimit]
}

// Check reports what is wrong with the filter.
func (f ExchangeFilter) Check() error {
	var e faults
	if f.Unfinished && (f.Outcome != "" || f.Code != "") {
		e.bad(FilterMalformed, "filter.unfinished", "is set together with an outcome or code", "an unfinished row has neither: leave one out")
	}
	if f.Before < 0 {
		e.bad(FilterMalformed, "filter.before", "is negative", "give the seq of the last row of the page before")
	}
	if f.After < 0 || f.After > 0 && !f.Oldest {
		e.bad(FilterMalformed, "filter.after", "is negative, or given with newest first", "give it with oldest first, else use before")
	}
	e.period("filter.to", f.From, f.To)
	e.add(CheckLimit("filter.limit", f.Limit))
	return e.err()
}

// CheckLimit reports a page size that is negative or above [MaxLimit].
func CheckLimit(field string, n int) error {
	if n < 0 || n > MaxLimit {
		return &edo.Error{Kind: edo.Invalid, Reason: FilterMalformed, Field: field, Message: fmt.Sprintf("is %d", n), Remedy: fmt.Sprintf("ask for 1 to %d rows", MaxLimit)}
	}
	return nil
}
