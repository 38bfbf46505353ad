package drivermutants

import (
	"context"
	"io"
	"time"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/edo"
)

// Mutant makes a driver wrong in one thing. Its clauses are those of cases: of the contract, and types of package edo.
type Mutant struct {
	conformance.Mutant

	wrap func(a *edo.Account, s *session)
}

func is(name, breaks string, clauses ...string) conformance.Mutant {
	return conformance.Mutant{Name: name, Breaks: breaks, Clauses: clauses}
}

// Wrap stands around a driver. Sessions have all abilities that mutants change, or are those of the driver itself.
func (m Mutant) Wrap(d edo.Driver) edo.Driver { return driver{d, m} }

type driver struct {
	edo.Driver
	m Mutant
}

// whole is a session with all abilities that mutants change.
type whole interface {
	edo.Session
	edo.Checker
	edo.Finder
	edo.Printer
	edo.Tracker
	edo.Receiver
	edo.Answerer
	edo.Registrar
}

// Open implements [edo.Driver].
func (d driver) Open(ctx context.Context, a edo.Account) (edo.Session, error) {
	s := &session{inner: d.Driver, account: a}
	d.m.wrap(&a, s)
	opened, err := d.Driver.Open(ctx, a)
	if err != nil {
		return nil, err
	}
	w, is := opened.(whole)
	if !is {
		return opened, nil
	}
	s.whole = w
	return s, nil
}

// session gives way to what a mutant does instead.
type session struct {
	whole
	inner   edo.Driver
	account edo.Account // as it was given

	lookup    func(ctx context.Context, s whole, c edo.Counterparty) ([]edo.Address, error)
	send      func(ctx context.Context, s whole, m edo.Message) (edo.Sent, error)
	check     func(ctx context.Context, s whole) (edo.Health, error)
	find      func(ctx context.Context, s whole, q edo.Query) (edo.Found, error)
	print     func(ctx context.Context, s whole, r edo.Ref, w io.Writer) (edo.Form, error)
	track     func(ctx context.Context, s whole, r edo.Ref) (edo.Progress, error)
	inbox     func(ctx context.Context, s whole, after edo.MessageID) (edo.InboxPage, error)
	listing   func(ctx context.Context, s whole, since time.Time, first int) (edo.ListingPage, error)
	receive   func(ctx context.Context, s whole, id edo.MessageID) (edo.Incoming, error)
	download  func(ctx context.Context, s whole, r edo.Ref, w io.Writer) (edo.Download, error)
	introduce func(ctx context.Context, s whole, i edo.Introduction) (edo.Address, error)
	relate    func(ctx context.Context, s whole, a edo.Address, m edo.Move, comment string) error
}

// Lookup implements [edo.Session].
func (s *session) Lookup(ctx context.Context, c edo.Counterparty) ([]edo.Address, error) {
	if s.lookup != nil {
		return s.lookup(ctx, s.whole, c)
	}
	return s.whole.Lookup(ctx, c)
}

// Send implements [edo.Session].
func (s *session) Send(ctx context.Context, m edo.Message) (edo.Sent, error) {
	if s.send != nil {
		return s.send(ctx, s.whole, m)
	}
	return s.whole.Send(ctx, m)
}

// Check implements [edo.Checker].
func (s *session) Check(ctx context.Context) (edo.Health, error) {
	if s.check != nil {
		return s.check(ctx, s.whole)
	}
	return s.whole.Check(ctx)
}

// Find implements [edo.Finder].
func (s *session) Find(ctx context.Context, q edo.Query) (edo.Found, error) {
	if s.find != nil {
		return s.find(ctx, s.whole, q)
	}
	return s.whole.Find(ctx, q)
}

// Print implements [edo.Printer].
func (s *session) Print(ctx context.Context, r edo.Ref, w io.Writer) (edo.Form, error) {
	if s.print != nil {
		return s.print(ctx, s.whole, r, w)
	}
	return s.whole.Print(ctx, r, w)
}

// Track implements [edo.Tracker].
func (s *session) Track(ctx context.Context, r edo.Ref) (edo.Progress, error) {
	if s.track != nil {
		return s.track(ctx, s.whole, r)
	}
	return s.whole.Track(ctx, r)
}

// Inbox implements [edo.Receiver].
func (s *session) Inbox(ctx context.Context, after edo.MessageID) (edo.InboxPage, error) {
	if s.inbox != nil {
		return s.inbox(ctx, s.whole, after)
	}
	return s.whole.Inbox(ctx, after)
}

// Listing implements [edo.Receiver].
func (s *session) Listing(ctx context.Context, since time.Time, first int) (edo.ListingPage, error) {
	if s.listing != nil {
		return s.listing(ctx, s.whole, since, first)
	}
	return s.whole.Listing(ctx, since, first)
}

// Receive implements [edo.Receiver].
func (s *session) Receive(ctx context.Context, id edo.MessageID) (edo.Incoming, error) {
	if s.receive != nil {
		return s.receive(ctx, s.whole, id)
	}
	return s.whole.Receive(ctx, id)
}

// Download implements [edo.Receiver].
func (s *session) Download(ctx context.Context, r edo.Ref, w io.Writer) (edo.Download, error) {
	if s.download != nil {
		return s.download(ctx, s.whole, r, w)
	}
	return s.whole.Download(ctx, r, w)
}

// Introduce implements [edo.Registrar].
func (s *session) Introduce(ctx context.Context, i edo.Introduction) (edo.Address, error) {
	if s.introduce != nil {
		return s.introduce(ctx, s.whole, i)
	}
	return s.whole.Introduce(ctx, i)
}

// Relate implements [edo.Registrar].
func (s *session) Relate(ctx context.Context, a edo.Address, m edo.Move, comment string) error {
	if s.relate != nil {
		return s.relate(ctx, s.whole, a, m, comment)
	}
	return s.whole.Relate(ctx, a, m, comment)
}
