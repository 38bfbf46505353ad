package edotest

import (
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/edokit/edokit/edo"
)

// Planted is one message in the box, with the contents of its documents.
type Planted struct {
	edo.Incoming
	Own      bool
	Contents map[edo.RemoteID][]byte
}

// Inbound scripts what comes in. Its fields may be set before use; nil functions change nothing.
type Inbound struct {
	PageSize int                                                      // messages on a page; 100
	Pages    func(call int, page []edo.InboxHeader) []edo.InboxHeader // what the n-th Inbox call shows instead, from 1
	InboxErr func(call int, after edo.MessageID) error                // of the n-th Inbox call
	Receive  func(id edo.MessageID) error                             // of Receive
	Download func(r edo.Ref) error                                    // of Download

	messages []Planted
	calls    int
}

// Plant puts messages into the box, in order.
func (o *Operator) Plant(messages ...Planted) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, m := range messages {
		if m.OperatorTime.IsZero() {
			m.OperatorTime = o.Now()
		}
		o.In.messages = append(o.In.messages, m)
	}
}

// PlantLetters puts n messages with one main document each into the box: message in-1 holds document in-1-doc.
func (o *Operator) PlantLetters(n int, from edo.Address, kind string) {
	for i := range n {
		id := fmt.Sprintf("in-%d", i+1)
		o.Plant(Letter(id, from, kind))
	}
}

// Letter is a message with one signed main document that asks for a receipt.
func Letter(id string, from edo.Address, kind string) Planted {
	remote := edo.RemoteID(id + "-doc")
	return Planted{
		Incoming: edo.Incoming{
			Message: edo.MessageID(id), From: from,
			Documents: []edo.IncomingDocument{{
				Remote: remote, Name: "letter " + id + ".pdf", Class: edo.ClassMain, Kind: kind, NeedReceipt: true, Legitimate: true,
			}},
			Signatures: []edo.IncomingSignature{{Document: remote, ID: id + "-sign", From: from.Box, CMS: []byte("signature " + id), Valid: true}},
		},
		Contents: map[edo.RemoteID][]byte{remote: []byte("content of " + id)},
	}
}

func (s session) header(m Planted) edo.InboxHeader {
	return edo.InboxHeader{Message: m.Message, From: m.From.Box, Own: m.Own}
}

// Inbox implements [edo.Receiver]: pages in the order of planting.
func (s session) Inbox(_ context.Context, after edo.MessageID) (edo.InboxPage, error) {
	s.o.mu.Lock()
	defer s.o.mu.Unlock()
	in := &s.o.In
	in.calls++
	if in.InboxErr != nil {
		if err := in.InboxErr(in.calls, after); err != nil {
			return edo.InboxPage{}, err
		}
	}
	first := 0
	if after != "" {
		i := slices.IndexFunc(in.messages, func(m Planted) bool { return m.Message == after })
		if i < 0 {
			return edo.InboxPage{}, &edo.Error{Kind: edo.NotFound, Message: "unknown message"}
		}
		first = i + 1
	}
	page := edo.InboxPage{AsOf: s.o.Now()}
	for _, m := range in.messages[first:min(first+in.page(), len(in.messages))] {
		page.Messages = append(page.Messages, s.header(m))
	}
	if in.Pages != nil {
		page.Messages = in.Pages(in.calls, page.Messages)
	}
	return page, nil
}

func (in *Inbound) page() int {
	if in.PageSize > 0 {
		return in.PageSize
	}
	return 100
}

// Listing implements [edo.Receiver]; it shows everything.
func (s session) Listing(_ context.Context, since time.Time, first int) (edo.ListingPage, error) {
	s.o.mu.Lock()
	defer s.o.mu.Unlock()
	in, page := &s.o.In, edo.ListingPage{AsOf: s.o.Now()}
	for i := first; i < len(in.messages); i++ {
		if len(page.Messages) == in.page() {
			page.Next = i
			break
		}
		if m := in.messages[i]; !m.OperatorTime.Before(since) {
			page.Messages = append(page.Messages, s.header(m))
		}
	}
	return page, nil
}

// Receive implements [edo.Receiver].
func (s session) Receive(_ context.Context, id edo.MessageID) (edo.Incoming, error) {
	if s.o.In.Receive != nil {
		if err := s.o.In.Receive(id); err != nil {
			return edo.Incoming{}, err
		}
	}
	s.o.mu.Lock()
	defer s.o.mu.Unlock()
	for _, m := range s.o.In.messages {
		if m.Message == id && !m.Own {
			return m.Incoming, nil
		}
	}
	return edo.Incoming{}, &edo.Error{Kind: edo.NotFound, Message: "no such message"}
}

// Download implements [edo.Receiver].
func (s session) Download(_ context.Context, r edo.Ref, w io.Writer) (edo.Download, error) {
	if s.o.In.Download != nil {
		if err := s.o.In.Download(r); err != nil {
			return edo.Download{}, err
		}
	}
	content, ok := s.o.content(r.Remote)
	if !ok {
		return edo.Download{}, &edo.Error{Kind: edo.NotFound, Message: "no such document"}
	}
	n, err := w.Write(content)
	return edo.Download{Size: int64(n)}, err
}

func (o *Operator) content(r edo.RemoteID) ([]byte, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, m := range o.In.messages {
		if c, ok := m.Contents[r]; ok {
			return c, true
		}
	}
	return nil, false
}

// Receipts is how many accepted documents have a parent: service documents.
func (o *Operator) Receipts() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	n := 0
	for _, a := range o.ledger {
		for _, d := range a.Message.Documents {
			if d.Parent != "" {
				n++
			}
		}
	}
	return n
}
