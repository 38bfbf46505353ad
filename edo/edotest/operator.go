package edotest

import (
	"context"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/edokit/edokit/edo"
)

// Accepted is one entry of the ledger.
type Accepted struct {
	ID      edo.MessageID
	Message edo.Message
	Sent    edo.Sent
	At      time.Time
}

// Step scripts one call of Send. The zero value is an ordinary acceptance.
type Step struct {
	Lose   bool  // do not accept
	Err    error // what the caller is told, whether accepted or not
	Before func(ctx context.Context)
	After  func(ctx context.Context) // after acceptance, before the caller is told
}

// Operator implements [edo.Driver]. Its fields may be set before use; methods are safe for several goroutines.
type Operator struct {
	Now            func() time.Time
	VisibilityTime time.Duration
	Boxes          map[string][]edo.Address // by INN; a missing INN has one active box
	Steps          []Step                   // used up one by one by Send
	Hidden         func(finds int) bool     // whether the n-th Find sees nothing; nil: sees all
	FindErr        func(finds int) error
	Form           func(r edo.Ref, n int) ([]byte, error) // the n-th Print of a document, from 1; nil: never
	Fate           func(r edo.Ref) edo.State              // nil: sent
	Follow         func(r edo.Ref) (edo.Progress, error)  // instead of Fate, with everything that Track tells
	Down           func(operation string) error           // why a call does not arrive; nil, or no error: it does
	In             Inbound                                // what comes in
	Answer         Answers                                // how documents are answered
	People         People                                 // who is known and related

	mu     sync.Mutex
	ledger []Accepted
	sends  int
	finds  int
	prints map[edo.RemoteID]int
	open   int
}

// Name implements [edo.Driver].
func (o *Operator) Name() string { return "edotest" }

// Open implements [edo.Driver].
func (o *Operator) Open(_ context.Context, a edo.Account) (edo.Session, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.open++
	return session{o, a}, nil
}

// Sessions is how many sessions are open.
func (o *Operator) Sessions() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.open
}

// Ledger is what was accepted so far, in order.
func (o *Operator) Ledger() []Accepted {
	o.mu.Lock()
	defer o.mu.Unlock()
	return append([]Accepted(nil), o.ledger...)
}

// Sends is how often Send was called.
func (o *Operator) Sends() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.sends
}

type session struct {
	o *Operator
	a edo.Account
}

func (s session) Close() error {
	s.o.mu.Lock()
	defer s.o.mu.Unlock()
	s.o.open--
	return nil
}

func (s session) lookup(c edo.Counterparty) []edo.Address {
	s.o.mu.Lock()
	defer s.o.mu.Unlock()
	if p := &s.o.People; p.Invisible != nil {
		if p.lookups == nil {
			p.lookups = map[string]int{}
		}
		p.lookups[c.INN]++
		if p.Invisible(c.INN, p.lookups[c.INN]) {
			return nil
		}
	}
	if found, ok := s.o.Boxes[c.INN]; ok {
		return slices.DeleteFunc(slices.Clone(found), func(a edo.Address) bool { return c.Box != "" && a.Box != c.Box })
	}
	return []edo.Address{{Box: edo.BoxID("box-" + c.INN), INN: c.INN, KPP: c.KPP, Name: c.Name, Active: true}}
}

func (s session) send(ctx context.Context, m edo.Message) (edo.Sent, error) {
	s.o.mu.Lock()
	s.o.sends++
	var step Step
	if len(s.o.Steps) > 0 {
		step, s.o.Steps = s.o.Steps[0], s.o.Steps[1:]
	}
	s.o.mu.Unlock()
	if step.Before != nil {
		step.Before(ctx)
	}
	if err := drain(ctx, m); err != nil {
		return edo.Sent{}, err
	}
	if m.Ready != nil {
		if err := m.Ready(); err != nil {
			return edo.Sent{}, &edo.Error{Kind: edo.Unavailable, Message: "the message may not leave any more", Err: err}
		}
	}
	if step.Lose {
		return edo.Sent{}, step.Err
	}
	if err := s.o.refused(m); err != nil {
		return edo.Sent{}, err
	}
	sent := s.o.accept(m)
	if step.After != nil {
		step.After(ctx)
	}
	if step.Err != nil {
		return edo.Sent{}, step.Err
	}
	return sent, nil
}

// refused is the operator's own verdict on a message.
func (o *Operator) refused(m edo.Message) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, a := range m.To {
		if o.People.Strict && o.relation(a.Box) != edo.RelationActive {
			return &edo.Error{Kind: edo.Refused, Reason: edo.CounterpartyInactive, Message: "the exchange is not allowed"}
		}
	}
	return nil
}

func drain(ctx context.Context, m edo.Message) error {
	for _, d := range m.Documents {
		r, err := d.Content.Open(ctx)
		if err != nil {
			return err
		}
		_, err = io.Copy(io.Discard, r)
		_ = r.Close()
		if err != nil {
			return err
		}
	}
	return nil
}

func (o *Operator) accept(m edo.Message) edo.Sent {
	o.mu.Lock()
	defer o.mu.Unlock()
	n := len(o.ledger) + 1
	sent := edo.Sent{Message: edo.MessageID(fmt.Sprintf("message-%d", n)), OperatorTime: o.Now(), Documents: map[edo.DocumentID]edo.RemoteID{}}
	for _, d := range m.Documents {
		sent.Documents[d.ID] = edo.RemoteID(fmt.Sprintf("remote-%d-%s", n, d.ID))
	}
	o.ledger = append(o.ledger, Accepted{ID: sent.Message, Message: m, Sent: sent, At: sent.OperatorTime})
	return sent
}

func (s session) Visibility() time.Duration { return s.o.VisibilityTime }

func (s session) find(q edo.Query) (edo.Found, error) {
	s.o.mu.Lock()
	defer s.o.mu.Unlock()
	s.o.finds++
	if s.o.FindErr != nil {
		if err := s.o.FindErr(s.o.finds); err != nil {
			return edo.Found{}, err
		}
	}
	f := edo.Found{AsOf: s.o.Now()}
	if s.o.Hidden != nil && s.o.Hidden(s.o.finds) {
		return f, nil
	}
	for _, a := range s.o.ledger {
		if a.Message.Package == q.Package && !a.At.Before(q.Since) {
			f.Sent = &a.Sent
			break
		}
	}
	return f, nil
}

func (s session) Print(_ context.Context, r edo.Ref, w io.Writer) (edo.Form, error) {
	s.o.mu.Lock()
	if s.o.prints == nil {
		s.o.prints = map[edo.RemoteID]int{}
	}
	s.o.prints[r.Remote]++
	n := s.o.prints[r.Remote]
	s.o.mu.Unlock()
	if s.o.Form == nil {
		return edo.Form{}, &edo.Error{Kind: edo.NotSupported, Message: "no printed forms"}
	}
	b, err := s.o.Form(r, n)
	if err != nil {
		return edo.Form{}, err
	}
	size, err := w.Write(b)
	return edo.Form{Name: "form.pdf", Size: int64(size), Source: "Print"}, err
}

func (s session) track(r edo.Ref) (edo.Progress, error) {
	if s.o.Follow != nil {
		return s.o.Follow(r)
	}
	if s.o.Fate == nil {
		return edo.Progress{State: edo.StateSent}, nil
	}
	return edo.Progress{State: s.o.Fate(r)}, nil
}

// Script adds steps while the operator is in use.
func (o *Operator) Script(steps ...Step) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.Steps = append(o.Steps, steps...)
}
