package synerdocs

import (
	"context"
	"strconv"
	"time"

	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/internal/soap"
)

// entry is what Find needs of one occurrence of a document in the outbox.
type entry struct {
	id, document, message, from, flow, custom string
	sent                                      time.Time
	exchange                                  edo.ExchangeID
}

// page is one answer of GetDocumentEntries or GetInternalDocuments.
type page struct {
	entries []entry
	total   int
	date    time.Time // the answer's own HTTP Date
}

// outboxPage asks for one page. It filters by sender and time only: every further restriction is one more way for an
// accepted message to stay unseen, and then it would be sent twice.
func (s *session) outboxPage(ctx context.Context, q edo.Query, first int) (page, error) {
	var p page
	op, box := listOf(q.Flow), "BoxFrom"
	if op == internalOp {
		box = "BoxId"
	}
	reply, err := s.call(ctx, func(token edo.Secret) soap.Request {
		p = page{}
		b := body(op, true)
		b.Secret(svc("authToken"), token)
		b.Open(svc("options"))
		b.Text(om(box), string(s.box))
		b.Text(om("First"), strconv.Itoa(first))
		b.Text(om("From"), formatTime(q.Since.Add(-findMargin)))
		b.Text(om("Max"), strconv.Itoa(pageSize))
		if op == entriesOp {
			writeFlowTypes(b)
		}
		b.Close()
		r := request(op, b, func(n *soap.Node) error { return s.readPage(n, &p) })
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
		om("DocumentId"):  id(&e.document),
		om("FlowType"):    text(&e.flow),
		om("Id"):          text(&e.id),
		om("MessageFrom"): text(&e.from),
		om("MessageId"):   id(&e.message),
		om("SentDate"):    moment(&e.sent, s.config.Zone),
	})
	return e, err
}
