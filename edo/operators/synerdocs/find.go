package synerdocs

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/edokit/edokit/edo"
)

const (
	pageSize     = 100
	findAttempts = 3              // readings of a list that changes while it is read
	findMargin   = 24 * time.Hour // before Query.Since: clocks, and time zones the contract leaves open
)

// Find reads the outbox since the first attempt (GetDocumentEntries) and compares the integration fields. Found means:
// all documents of the package, in one message. If several messages hold the whole package, the earliest is reported
// and the others are logged. A part of the package is [edo.InDoubt]; a page that cannot be read, a list that changes
// while it is read, or an answer without a Date is an error, never "not found".
//
// AsOf is the Date of the first page, the earliest moment that the list speaks for.
//
// What went to our own departments is listed apart (GetInternalDocuments). An answer is looked for at the document that
// it answers, see findAnswers. A forward without documents of its own leaves no mark and cannot be looked for.
func (s *session) Find(ctx context.Context, q edo.Query) (edo.Found, error) {
	if _, err := s.ownBox(); err != nil {
		return edo.Found{}, err
	}
	if len(q.Answers) > 0 {
		return s.findAnswers(ctx, q)
	}
	if q.Package == "" || len(q.Documents) == 0 || q.Since.IsZero() {
		return edo.Found{}, invalid("query", "is incomplete", "name package, documents and the time of the first attempt")
	}
	for range findAttempts {
		ours, asOf, steady, err := s.outbox(ctx, q)
		if err != nil {
			return edo.Found{}, err
		}
		if !steady {
			continue
		}
		sent, err := s.settle(ctx, q, ours)
		return edo.Found{Sent: sent, AsOf: asOf}, err
	}
	return edo.Found{}, unreadable(listOf(q.Flow), "the outbox changes faster than it can be read")
}

const (
	entriesOp  = "GetDocumentEntries"
	internalOp = "GetInternalDocuments"
)

// listOf names the list in which a package of a flow can be seen.
func listOf(f edo.Flow) string {
	if f == edo.FlowInternal {
		return internalOp
	}
	return entriesOp
}

// outbox reads all pages and keeps what is of this package. The order of the list is not stated, so entries may move
// between pages when something is added or removed: the reading counts only if the total stayed the same and as many
// different entries came.
func (s *session) outbox(ctx context.Context, q edo.Query) (ours []entry, asOf time.Time, steady bool, err error) {
	seen, total := map[string]bool{}, -1
	for first := 0; ; {
		p, err := s.outboxPage(ctx, q, first)
		switch {
		case err != nil:
			return nil, asOf, false, err
		case p.date.IsZero():
			return nil, asOf, false, unreadable(listOf(q.Flow), "the answer has no Date")
		case total >= 0 && p.total != total:
			return nil, asOf, false, nil
		case p.total > s.config.Limits.Entries:
			return nil, asOf, false, &edo.Error{
				Kind: edo.Unavailable, Op: Name + "." + listOf(q.Flow), Message: fmt.Sprintf("the outbox has %d entries since then, more than the limit", p.total),
				Remedy: "raise Limits.Entries of the driver, or look at the outbox at the operator",
			}
		}
		total = p.total
		if asOf.IsZero() || p.date.Before(asOf) {
			asOf = p.date
		}
		for _, e := range p.entries {
			seen[e.id+"/"+e.document+"/"+e.message] = true
			if s.isOurs(q, e) {
				ours = append(ours, e)
			}
		}
		first += len(p.entries)
		if first >= total || len(p.entries) == 0 {
			return ours, asOf, len(seen) >= total, nil
		}
	}
}

// isOurs trusts only what left our own box: the field of a document that somebody sent us may be a copy of ours.
func (s *session) isOurs(q edo.Query, e entry) bool {
	m, ok := parseMark(e.custom)
	return ok && m.Package == q.Package && m.Origin == originOf(s.subscriber) && (e.from == "" || sameBox(edo.BoxID(e.from), s.box))
}

// settle decides what the entries of a package say: nil if there are none.
func (s *session) settle(ctx context.Context, q edo.Query, ours []entry) (*edo.Sent, error) {
	byMessage := map[string]*edo.Sent{}
	flow := flowTypes()[q.Flow]
	if q.Flow == "" || q.Flow == edo.FlowForward { // the documents that a forward brings along are signed ones
		flow = flowTypes()[edo.FlowSigned]
	}
	for _, e := range ours {
		// A forward of our document carries our field as well, but under a message of its own.
		if e.message == "" || e.document == "" || (e.flow != "" && e.flow != flow) {
			continue
		}
		sent := byMessage[e.message]
		if sent == nil {
			sent = &edo.Sent{Message: edo.MessageID(e.message), OperatorTime: e.sent, Documents: map[edo.DocumentID]edo.RemoteID{}, Exchange: e.exchange}
			byMessage[e.message] = sent
		}
		m, _ := parseMark(e.custom)
		sent.Documents[m.Document] = edo.RemoteID(e.document)
	}
	var first *edo.Sent
	whole := 0
	for _, sent := range byMessage {
		if !complete(*sent, q.Documents) {
			continue
		}
		whole++
		if first == nil || earlier(*sent, *first) {
			first = sent
		}
	}
	if whole > 1 {
		s.config.Log.WarnContext(ctx, "the operator holds this package more than once; the earliest message counts",
			slog.String("package", string(q.Package)), slog.Int("messages", whole), slog.String("message", string(first.Message)))
	}
	if first == nil && len(ours) > 0 {
		return nil, &edo.Error{
			Kind: edo.InDoubt, Reason: edo.AnswerUnreadable, Op: Name + "." + listOf(q.Flow), Exchange: ours[0].exchange,
			Message: "the operator lists a part of the package", Remedy: "ask again; if it stays so, look at the outbox at the operator",
		}
	}
	return first, nil
}

func complete(s edo.Sent, documents []edo.DocumentID) bool {
	for _, d := range documents {
		if s.Documents[d] == "" {
			return false
		}
	}
	return true
}

// earlier orders by time and, where the operator set none or the same, by id, so that every look gives the same answer.
func earlier(a, b edo.Sent) bool {
	if !a.OperatorTime.Equal(b.OperatorTime) {
		return a.OperatorTime.Before(b.OperatorTime)
	}
	return a.Message < b.Message
}
