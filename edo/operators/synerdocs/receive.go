package synerdocs

import (
	"context"
	"errors"
	"io"
	"strings"
	"time"

	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/internal/soap"
)

var _ edo.Receiver = (*session)(nil)

// Inbox lists the messages after a cursor (GetMessages, the box as recipient). The service gives at most 100 at once.
// Messages of our own come where the service lists them, marked Own. An item without an id is an unreadable answer:
// passing over it would lose it.
func (s *session) Inbox(ctx context.Context, after edo.MessageID) (edo.InboxPage, error) {
	const op = "GetMessages"
	if _, err := s.ownBox(); err != nil {
		return edo.InboxPage{}, err
	}
	var page edo.InboxPage
	reply, err := s.call(ctx, func(token edo.Secret) soap.Request {
		page = edo.InboxPage{}
		b := body(op, false)
		b.Secret(svc("authToken"), token)
		textOrNil(b, svc("afterMessageId"), string(after))
		b.Nil(svc("fromBox"))
		b.Text(svc("toBox"), string(s.box))
		return request(op, b, func(n *soap.Node) error {
			return n.Each(om("MessageInfo"), func(item *soap.Node) error {
				h, err := s.readHeader(item)
				page.Messages = append(page.Messages, h)
				return err
			})
		})
	})
	if err != nil {
		return edo.InboxPage{}, err
	}
	page.AsOf, page.Exchange = reply.Date, reply.Exchange
	return page, nil
}

func (s *session) readHeader(n *soap.Node) (edo.InboxHeader, error) {
	var from, message string
	err := n.Fields(map[soap.Name]reader{om("From"): text(&from), om("Id"): id(&message)})
	if err == nil && message == "" {
		err = &misfit{"the answer lists a message without an id"}
	}
	box := edo.BoxID(from)
	return edo.InboxHeader{Message: edo.MessageID(message), From: box, Own: sameBox(box, s.box)}, err
}

// message is what an answer says of one message (contract 4.1, Message).
type message struct {
	known                bool
	id, from, department string
	sent                 time.Time
	documents            []document
	signs                []sign
}

// Receive reads one message with its signatures and without the documents' content (GetMessageWithLoadOptions). Improved
// copies of signatures, which name the original they were made from, are left out as the service's own client does. A
// signature without bytes, or larger than one may be, comes with an empty CMS: it is a fault of its own and no reason to
// withhold the message.
//
// The message does not say how its documents travel: one that came with a signature of the message's own sender is of
// the signed flow, every other is asked for (GetFlowDocumentInfo). The sender's INN is asked for once per box
// (GetInnKppNameByBoxId); a box that the service does not name, such as its own, stays without one.
func (s *session) Receive(ctx context.Context, asked edo.MessageID) (edo.Incoming, error) {
	const op = "GetMessageWithLoadOptions"
	if _, err := s.ownBox(); err != nil {
		return edo.Incoming{}, err
	}
	if asked == "" {
		return edo.Incoming{}, invalid("message", "is empty", "name the message")
	}
	var m message
	reply, err := s.call(ctx, func(token edo.Secret) soap.Request {
		m = message{}
		b := body(op, true)
		b.Secret(svc("authToken"), token)
		b.Text(svc("boxId"), string(s.box))
		b.Text(svc("messageId"), string(asked))
		b.Open(svc("requestParams"))
		flag(b, om("GetDocumentContent"), false)
		flag(b, om("GetSignContent"), true)
		b.Close()
		return request(op, b, func(n *soap.Node) error { return s.readMessage(n, &m) })
	})
	switch {
	case err != nil:
		return edo.Incoming{}, access(err)
	case !m.known:
		return edo.Incoming{}, unknown(op, reply.Exchange, "the operator does not know the message")
	case m.id != canonicalID(string(asked)):
		return edo.Incoming{}, unreadable(op, "the answer is another message than was asked for")
	}
	return s.incoming(ctx, m, reply.Exchange)
}

func (s *session) readMessage(n *soap.Node, m *message) error {
	if n.Nil() {
		return nil
	}
	m.known = true
	return n.Fields(map[soap.Name]reader{
		om("Documents"): func(list *soap.Node) error {
			return list.Each(om("Document"), func(item *soap.Node) error {
				var d document
				if err := item.Fields(d.fields(s.types, s.config.Zone)); err != nil {
					return err
				}
				if d.id == "" {
					return &misfit{"the answer has a document without an id"}
				}
				m.documents = append(m.documents, d)
				return nil
			})
		},
		om("From"):           text(&m.from),
		om("FromDepartment"): text(&m.department),
		om("Id"):             id(&m.id),
		om("SentDate"):       moment(&m.sent, s.config.Zone),
		om("Signs"):          readSigns(&m.signs, s.config.Zone),
	})
}

func (s *session) incoming(ctx context.Context, m message, x edo.ExchangeID) (edo.Incoming, error) {
	from, err := s.senderOf(ctx, edo.BoxID(m.from))
	if err != nil {
		return edo.Incoming{}, err
	}
	from.Department = m.department
	in := edo.Incoming{Message: edo.MessageID(m.id), From: from, OperatorTime: m.sent, Exchange: x}
	for _, d := range m.documents {
		doc := d.incoming(s.types)
		if doc.Flow, err = s.flowOf(ctx, m, d); err != nil {
			return edo.Incoming{}, err
		}
		in.Documents = append(in.Documents, doc)
	}
	for _, g := range m.signs {
		if g.parent != "" {
			continue
		}
		if g.document == "" {
			return edo.Incoming{}, unreadable("GetMessageWithLoadOptions", "the answer has a signature without document")
		}
		box := edo.BoxID(g.from)
		if box == "" {
			box = from.Box
		}
		in.Signatures = append(in.Signatures, edo.IncomingSignature{
			Document: edo.RemoteID(g.document), ID: g.id, From: box, CMS: g.raw, Valid: g.valid, At: g.sent, Stamped: g.stamped,
		})
	}
	return in, nil
}

// maxSenders bounds what a session remembers of the boxes that write to it.
const maxSenders = 1000

// senderOf names the owner of a box (GetInnKppNameByBoxId), asked for once per session.
func (s *session) senderOf(ctx context.Context, box edo.BoxID) (edo.Address, error) {
	const op = "GetInnKppNameByBoxId"
	key := strings.ToLower(string(box))
	s.mu.Lock()
	known, is := s.senders[key]
	s.mu.Unlock()
	if is || box == "" {
		return known, nil
	}
	a := edo.Address{Box: box}
	_, err := s.call(ctx, func(token edo.Secret) soap.Request {
		a = edo.Address{Box: box}
		b := body(op, false)
		b.Secret(svc("token"), token) // the one operation that names it so (contract 1.5)
		b.Text(svc("boxId"), string(box))
		return request(op, b, func(n *soap.Node) error {
			return n.Fields(map[soap.Name]reader{om("Inn"): text(&a.INN), om("Kpp"): text(&a.KPP), om("Name"): text(&a.Name)})
		})
	})
	switch kind := edo.KindOf(err); {
	case err == nil, kind == edo.NotFound, kind == edo.Invalid, kind == edo.Refused:
	default:
		return a, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.senders == nil || len(s.senders) >= maxSenders {
		s.senders = map[string]edo.Address{}
	}
	s.senders[key] = a
	return a, nil
}

// flowOf says how a document of a message travels.
func (s *session) flowOf(ctx context.Context, m message, d document) (edo.Flow, error) {
	own := sameBox(edo.BoxID(m.from), s.box)
	strange := d.from != "" && !sameBox(edo.BoxID(d.from), edo.BoxID(m.from))
	for _, g := range m.signs {
		if g.document == d.id && !own && !strange && (g.from == "" || sameBox(edo.BoxID(g.from), edo.BoxID(m.from))) {
			return edo.FlowSigned, nil
		}
	}
	i, _, err := s.flowInfo(ctx, edo.Ref{Remote: edo.RemoteID(d.id)}, wanted{})
	if err != nil {
		return "", access(err)
	}
	return i.flowFor(s.box), nil
}

// Download streams the content of a document as it came (GetDocumentContent). [edo.NotReady] with [edo.ContentClosed]:
// the service says so, or it gives nothing while a receipt is due from us. Nothing without a receipt that is due is
// [edo.NotReady] with [edo.ContentMissing]. After an error w may hold a part, which is to be dropped.
func (s *session) Download(ctx context.Context, r edo.Ref, w io.Writer) (edo.Download, error) {
	const op = "GetDocumentContent"
	if err := s.checkRef(r); err != nil {
		return edo.Download{}, err
	}
	var size int64
	reply, err := s.call(ctx, func(token edo.Secret) soap.Request {
		size = 0
		return s.byDocument(op, token, r, func(n *soap.Node) (err error) {
			_, size, err = n.Content(w)
			return err
		})
	})
	var e *edo.Error
	switch {
	case errors.As(err, &e) && e.Code == "DocumentContentAccessDenied":
		c := *e
		c.Kind, c.Reason, c.Remedy = edo.NotReady, edo.ContentClosed, "confirm the receipt first"
		return edo.Download{}, &c
	case err != nil:
		return edo.Download{}, access(err)
	case size == 0:
		return edo.Download{}, s.withheld(ctx, r, reply.Exchange)
	}
	return edo.Download{Size: size, Exchange: reply.Exchange}, nil
}

// withheld finds out why there was no content.
func (s *session) withheld(ctx context.Context, r edo.Ref, x edo.ExchangeID) error {
	standing, err := s.Standing(ctx, r)
	if err != nil {
		return err
	}
	e := &edo.Error{
		Kind: edo.NotReady, Reason: edo.ContentMissing, Op: Name + ".GetDocumentContent", Exchange: x,
		Message: "the operator gave no content", Remedy: tryLater.remedy(),
	}
	if standing.NoticeDue {
		e.Reason, e.Remedy = edo.ContentClosed, "confirm the receipt first"
	}
	return e
}

// access names what a denied reading is: the login may not see this document. That a password login may read but not
// send is no explanation here.
func access(err error) error {
	var e *edo.Error
	if !errors.As(err, &e) || e.Code != accessDenied {
		return err
	}
	c := *e
	c.Kind, c.Reason, c.Remedy = edo.Denied, edo.OperatorRefused, fixAccess.remedy()
	return &c
}
