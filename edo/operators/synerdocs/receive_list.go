package synerdocs

import (
	"context"
	"strconv"
	"time"

	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/internal/soap"
)

const (
	listOp = "GetDocumentList"
	// entriesFrom is where the indexes of the second list begin in a listing's page numbers.
	entriesFrom = 1 << 30
)

// Listing reads two lists one after the other: the documents of the signed flow (GetDocumentList), then all occurrences
// (GetDocumentEntries), which also hold what came unsigned or forwarded. Neither is said to be whole, and a message that
// both show is one message; so together they find what either leaves out. Messages that carry a bare signature or a
// service document alone may be in neither: the cursor alone shows them.
//
// The page number is opaque: from 1<<30 on it counts in the second list. The lists' order is not stated, so what moves
// over a page border while they are read is found by the next listing, which begins earlier.
func (s *session) Listing(ctx context.Context, since time.Time, first int) (edo.ListingPage, error) {
	if _, err := s.ownBox(); err != nil {
		return edo.ListingPage{}, err
	}
	if first < 0 {
		return edo.ListingPage{}, invalid("first", "is negative", "begin at 0 and go on with Next")
	}
	op, from, item := listOp, first, om("DocumentListEntry")
	if first >= entriesFrom {
		op, from, item = entriesOp, first-entriesFrom, om("DocumentEntryItem")
	}
	var list inboundList
	reply, err := s.call(ctx, func(token edo.Secret) soap.Request {
		list = inboundList{item: item, total: -1}
		b := body(op, true)
		b.Secret(svc("authToken"), token)
		b.Open(svc("options"))
		b.Text(om("BoxTo"), string(s.box))
		b.Text(om("First"), strconv.Itoa(from))
		if !since.IsZero() {
			b.Text(om("From"), formatTime(since))
		}
		b.Text(om("Max"), strconv.Itoa(pageSize))
		if op == entriesOp {
			writeFlowTypes(b)
		}
		b.Close()
		return request(op, b, list.read)
	})
	if err != nil {
		return edo.ListingPage{}, err
	}
	page := edo.ListingPage{Messages: s.headers(list), AsOf: reply.Date, Exchange: reply.Exchange}
	switch next := from + list.items; {
	case next < list.total && list.items > 0 && next < s.config.Limits.Entries:
		page.Next = first + list.items
	case next < list.total && list.items > 0:
		return edo.ListingPage{}, unreadable(op, "the list is longer than the limit")
	case op == listOp:
		page.Next = entriesFrom
	}
	return page, nil
}

// inboundList is one page of either list.
type inboundList struct {
	item         soap.Name
	total, items int
	messages     []edo.InboxHeader
}

func (l *inboundList) read(n *soap.Node) error {
	item := func(one *soap.Node) error {
		var from, message string
		l.items++
		err := one.Fields(map[soap.Name]reader{om("MessageFrom"): text(&from), om("MessageId"): id(&message)})
		if message != "" { // a prepared document has not been sent yet
			l.messages = append(l.messages, edo.InboxHeader{Message: edo.MessageID(message), From: edo.BoxID(from)})
		}
		return err
	}
	err := n.Fields(map[soap.Name]reader{
		om("Items"): func(list *soap.Node) error {
			return list.Each(l.item, item)
		},
		om("Total"): integer(&l.total),
	})
	if err == nil && l.total < 0 {
		return &misfit{"the answer does not say how many entries there are"}
	}
	return err
}

// headers lists each message once.
func (s *session) headers(l inboundList) []edo.InboxHeader {
	var once []edo.InboxHeader
	seen := map[edo.MessageID]bool{}
	for _, h := range l.messages {
		if !seen[h.Message] {
			seen[h.Message] = true
			h.Own = sameBox(h.From, s.box)
			once = append(once, h)
		}
	}
	return once
}

func writeFlowTypes(b *soap.Body) {
	b.Open(om("DocumentFlowTypes"))
	for _, flow := range []string{"SentSigned", "SentUnsigned", "SentPrepared", "SentForward"} {
		b.Text(om("DocumentFlowType"), flow)
	}
	b.Close()
}
