package synerdocs

import (
	"context"
	"fmt"
	"log/slog"
	"strconv"
	"time"

	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/internal/soap"
)

const (
	pageSize     = 100
	findAttempts = 3              // readings of a list that changes while it is read
	findMargin   = 24 * time.Hour // before Query.Since: clocks, and time zones the contract leaves open
)

// entry is what Find needs of one occurrence of a document in the outbox.
type entry struct {
	id, document, message, from, flow, custom string
	sent                                      time.Time
	exchange                                  edo.ExchangeID
}

// page is one answer of GetDocumentEntries.
type page struct {
	entries []entry
	total   int
	date    time.Time // the answer's own HTTP Date
}

// Find reads the outbox since the first attempt (GetDocumentEntries) and compares the integration fields. Found means:
// all documents of the package, in one message. If several messages hold the whole package, the earliest is reported
// and the others are logged. A part of the package is [edo.InDoubt]; a page that cannot be read, a list that changes
// while it is read, or an answer without a Date is an error, never "not found".
//
// AsOf is the Date of the first page, the earliest moment that the list speaks for.
func (s *session) Find(ctx context.Context, q edo.Query) (edo.Found, error) {
	if _, err := s.ownBox(); err != nil {
		return edo.Found{}, err
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
	return edo.Found{}, unreadable(entriesOp, "the outbox changes faster than it can be read")
}

const entriesOp = "GetDocumentEntries"

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
			return nil, asOf, false, unreadable(entriesOp, "the answer has no Date")
		case total >= 0 && p.total != total:
			return nil, asOf, false, nil
		case p.total > s.config.Limits.Entries:
			return nil, asOf, false, &edo.Error{
				Kind: edo.Unavailable, Op: Name + "." + entriesOp, Message: fmt.Sprintf("the outbox has %d entries since then, more than the limit", p.total),
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
	for _, e := range ours {
		// A forward of our document carries our field as well, but under a message of its own.
		if e.message == "" || e.document == "" || (e.flow != "" && e.flow != "SentSigned") {
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
			Kind: edo.InDoubt, Reason: edo.AnswerUnreadable, Op: Name + "." + entriesOp, Exchange: ours[0].exchange,
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

// outboxPage asks for one page. It filters by sender and time only: every further restriction is one more way for an
// accepted message to stay unseen, and then it would be sent twice.
func (s *session) outboxPage(ctx context.Context, q edo.Query, first int) (page, error) {
	var p page
	reply, err := s.call(ctx, func(token edo.Secret) soap.Request {
		p = page{}
		b := body(entriesOp, true)
		b.Secret(svc("authToken"), token)
		b.Open(svc("options"))
		b.Text(om("BoxFrom"), string(s.box))
		b.Text(om("First"), strconv.Itoa(first))
		b.Text(om("From"), formatTime(q.Since.Add(-findMargin)))
		b.Text(om("Max"), strconv.Itoa(pageSize))
		b.Open(om("DocumentFlowTypes"))
		for _, flow := range []string{"SentSigned", "SentUnsigned", "SentPrepared", "SentForward"} {
			b.Text(om("DocumentFlowType"), flow)
		}
		b.Close()
		b.Close()
		r := request(entriesOp, b, func(n *soap.Node) error { return s.readPage(n, &p) })
		r.Package = q.Package
		return r
	})
	for i := range p.entries {
		p.entries[i].exchange = reply.Exchange
	}
	p.date = reply.Date
	return p, err
}

func (s *session) readPage(n *soap.Node, p *page) error {
	missing := &misfit{"the answer does not say how many entries there are"}
	if n.Nil() {
		return missing
	}
	p.total = -1
	err := n.Fields(map[soap.Name]func(*soap.Node) error{
		om("Items"): func(list *soap.Node) error {
			return list.Each(om("DocumentEntryItem"), func(item *soap.Node) error {
				e, err := s.readEntry(item)
				p.entries = append(p.entries, e)
				return err
			})
		},
		om("Total"): integer(&p.total),
	})
	if err == nil && p.total < 0 {
		return missing
	}
	return err
}

func (s *session) readEntry(n *soap.Node) (entry, error) {
	var e entry
	err := n.Fields(map[soap.Name]func(*soap.Node) error{
		om("CustomField"): text(&e.custom),
		om("DocumentId"):  text(&e.document),
		om("FlowType"):    text(&e.flow),
		om("Id"):          text(&e.id),
		om("MessageFrom"): text(&e.from),
		om("MessageId"):   text(&e.message),
		om("SentDate"):    moment(&e.sent, s.config.Zone),
	})
	return e, err
}
