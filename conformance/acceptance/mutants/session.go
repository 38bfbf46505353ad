package mutants

import (
	"context"
	"io"
	"time"

	"github.com/edokit/edokit/edo"
)

// usual are the abilities that drivers of package drivermutants leave, rare are those that they drop.
type (
	usual interface {
		edo.Session
		edo.Checker
		edo.Finder
		edo.Printer
		edo.Tracker
		edo.Receiver
		edo.Answerer
		edo.Registrar
	}
	rare interface {
		edo.Archivist
		edo.Enroller
		edo.Office
		edo.Rulebook
	}
	whole interface {
		usual
		rare
	}
)

// keep gives the sessions of a driver that stands around another the abilities that it drops.
func keep(wrap func(edo.Driver) edo.Driver) func(edo.Driver) edo.Driver {
	return func(d edo.Driver) edo.Driver { return keeping{d, wrap} }
}

type keeping struct {
	edo.Driver
	wrap func(edo.Driver) edo.Driver
}

// Open implements [edo.Driver].
func (k keeping) Open(ctx context.Context, a edo.Account) (edo.Session, error) {
	var inner edo.Session
	wrong, err := k.wrap(opening{k.Driver, &inner}).Open(ctx, a)
	if err != nil {
		return nil, err
	}
	u, isUsual := wrong.(usual)
	r, isRare := inner.(rare)
	if !isUsual || !isRare {
		return wrong, nil
	}
	return struct {
		usual
		rare
	}{u, r}, nil
}

type opening struct {
	edo.Driver
	opened *edo.Session
}

// Open implements [edo.Driver].
func (o opening) Open(ctx context.Context, a edo.Account) (edo.Session, error) {
	s, err := o.Driver.Open(ctx, a)
	*o.opened = s
	return s, err
}

// changed is a driver whose sessions do one thing otherwise.
type changed struct {
	edo.Driver
	account func(a *edo.Account)
	session session // its functions that are nil change nothing
}

// Open implements [edo.Driver].
func (c changed) Open(ctx context.Context, a edo.Account) (edo.Session, error) {
	if c.account != nil {
		c.account(&a)
	}
	opened, err := c.Driver.Open(ctx, a)
	if err != nil {
		return nil, err
	}
	w, is := opened.(whole)
	if !is {
		return opened, nil
	}
	c.session.whole = w
	return c.session, nil
}

type session struct {
	whole

	looked    func(all []edo.Address, err error) ([]edo.Address, error)
	instead   func(c edo.Counterparty) []edo.Address // nobody is asked
	sending   func(m *edo.Message)
	tracked   func(p *edo.Progress)
	described func(in *edo.Incoming)
	standing  func(s *edo.Standing)
	text      func(string) string
	print     func(w io.Writer) error
	of        func(r edo.Ref) edo.Ref // what is printed
	atOnce    bool                    // what was accepted is said to be visible at once
	again     bool                    // who is introduced is introduced twice
	silent    bool                    // no notices are given
}

// Lookup implements [edo.Session].
func (s session) Lookup(ctx context.Context, c edo.Counterparty) ([]edo.Address, error) {
	if s.instead != nil {
		return s.instead(c), nil
	}
	all, err := s.whole.Lookup(ctx, c)
	if s.looked != nil {
		return s.looked(all, err)
	}
	return all, err
}

// Send implements [edo.Session].
func (s session) Send(ctx context.Context, m edo.Message) (edo.Sent, error) {
	if s.sending != nil {
		s.sending(&m)
	}
	return s.whole.Send(ctx, m)
}

// Track implements [edo.Tracker].
func (s session) Track(ctx context.Context, r edo.Ref) (edo.Progress, error) {
	p, err := s.whole.Track(ctx, r)
	if s.tracked != nil {
		s.tracked(&p)
	}
	return p, err
}

// Receive implements [edo.Receiver].
func (s session) Receive(ctx context.Context, id edo.MessageID) (edo.Incoming, error) {
	in, err := s.whole.Receive(ctx, id)
	if s.described != nil {
		s.described(&in)
	}
	return in, err
}

// Standing implements [edo.Answerer].
func (s session) Standing(ctx context.Context, r edo.Ref) (edo.Standing, error) {
	st, err := s.whole.Standing(ctx, r)
	if s.standing != nil {
		s.standing(&st)
	}
	return st, err
}

// Text implements [edo.Answerer].
func (s session) Text(documentType string, content io.Reader) (string, error) {
	t, err := s.whole.Text(documentType, content)
	if s.text != nil {
		t = s.text(t)
	}
	return t, err
}

// Print implements [edo.Printer].
func (s session) Print(ctx context.Context, r edo.Ref, w io.Writer) (edo.Form, error) {
	if s.of != nil {
		r = s.of(r)
	}
	if s.print == nil {
		return s.whole.Print(ctx, r, w)
	}
	form, err := s.whole.Print(ctx, r, io.Discard)
	if err == nil {
		err = s.print(w)
	}
	return form, err
}

// Visibility implements [edo.Finder].
func (s session) Visibility() time.Duration {
	if s.atOnce {
		return 0
	}
	return s.whole.Visibility()
}

// Introduce implements [edo.Registrar].
func (s session) Introduce(ctx context.Context, i edo.Introduction) (edo.Address, error) {
	a, err := s.whole.Introduce(ctx, i)
	if s.again && err == nil {
		_, _ = s.whole.Introduce(ctx, i) // what comes of it does not matter
	}
	return a, err
}

// Notices implements [edo.Answerer].
func (s session) Notices(ctx context.Context, thumbprint string) ([]edo.Notice, error) {
	if s.silent {
		return nil, nil
	}
	return s.whole.Notices(ctx, thumbprint)
}
