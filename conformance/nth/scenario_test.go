package nth_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/edokit/edokit/conformance/mockoperator"
	"github.com/edokit/edokit/edo"
)

const packageID = edo.PackageID("contract-1")

// patience is how long a run may take on its own clock.
const patience = 6 * time.Hour

// repeats is how often a host calls again: one fault strikes once.
const repeats = 3

// content of a document.
func content(text string) edo.Content {
	d, n, _ := edo.DigestOf(bytes.NewReader([]byte(text)))
	return edo.Content{Size: n, Digest: d, Open: func(context.Context) (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader([]byte(text))), nil
	}}
}

func (s *stand) pack() edo.Package {
	p := edo.Package{ID: packageID, Subscriber: subscriber, Actor: clerk, To: edo.Counterparty{INN: s.theirs.INN, KPP: s.theirs.KPP}}
	for i := range 2 {
		p.Documents = append(p.Documents, edo.Document{
			ID: edo.DocumentID(fmt.Sprintf("doc-%d", i+1)), Name: fmt.Sprintf("письмо %d.txt", i+1), Kind: "Письмо", ExternalID: fmt.Sprintf("card-%d", i+1),
			Content: content(fmt.Sprintf("Письмо %d\n", i+1)), Signer: head,
		})
	}
	return p
}

// run runs everything until it has come to its end. It is one goroutine but for what reads documents side by side.
func (s *stand) run() {
	s.t.Helper()
	planted, err := s.op.Plant(s.theirs.Boxes[0], s.ours.Boxes[0], 1, func(int) mockoperator.PlantedDocument {
		return mockoperator.PlantedDocument{Name: "заявка.txt", Kind: "Заявка", Content: []byte("Заявка в наш ящик\n"), NeedReceipt: true}
	})
	s.must(err)
	s.planted = edo.RemoteID(planted[0])
	for _, f := range []*fault{s.faults.statement, s.faults.call, s.faults.file} {
		if f != nil {
			f.arm(true)
			defer f.arm(false)
		}
	}
	ctx, cancel := context.WithCancelCause(s.t.Context())
	defer cancel(nil)
	s.again("Send", func() error { _, err := s.gw.Send(ctx, s.pack()); return err })
	s.again("Receive", func() error { return s.gw.Receive(ctx, subscriber) })
	s.again("EnsureCounterparty", func() error {
		_, err := s.gw.EnsureCounterparty(ctx, clerk, subscriber, edo.Introduction{Counterparty: stranger(), EMails: []string{"client@example.ru"}})
		return err
	})
	s.began, s.enough = s.clock.Now(), cancel
	_ = s.gw.Run(ctx)
	if err := context.Cause(ctx); !errors.Is(err, errDone) {
		s.t.Errorf("it does not come to its end: %v", err)
	}
}

// again is a host that repeats a call that has failed.
func (s *stand) again(what string, call func() error) {
	s.t.Helper()
	var err error
	for range repeats {
		if err = call(); err == nil {
			return
		}
	}
	s.t.Errorf("%s: %v", what, err)
}

var errDone = errors.New("everything has come to its end")

// Wait implements gateway.Queue: a worker without work moves the clock, unless there is nothing left to do.
func (s *stand) Wait(ctx context.Context, until time.Time) {
	if ctx.Err() != nil {
		return
	}
	left := s.left(context.WithoutCancel(ctx))
	switch {
	case left == "":
		s.enough(errDone)
	case s.clock.Now().Sub(s.began) > patience:
		s.enough(errors.New(left))
	default:
		s.clock.set(s.soonest(ctx, until))
	}
}

// soonest is when there is work again; nobody else works here, so nothing happens before.
func (s *stand) soonest(ctx context.Context, until time.Time) time.Time {
	due, ok, err := s.look.NextDue(ctx, s.clock.Now())
	if err == nil && ok && due.After(until) {
		return due
	}
	return until
}

// Ring implements gateway.Queue.
func (s *stand) Ring() {}

// left says what has not come to its end yet.
func (s *stand) left(ctx context.Context) string {
	op, err := s.look.Operation(ctx, edo.Key{Subscriber: subscriber, Package: packageID})
	if err != nil || !op.Settled() || op.Documents[0].State == "" || op.Documents[1].State == "" {
		return fmt.Sprintf("the package is %s (%s %s), %v", op.State, op.Reason, op.Detail, err)
	}
	d, err := s.look.InboundDocument(ctx, edo.InboundKey{Subscriber: subscriber, Remote: s.planted})
	if err != nil || d.State != edo.InboundStored || d.Fate != edo.StateDelivered {
		return fmt.Sprintf("the inbound document is %s, %s, %v", d.State, d.Fate, err)
	}
	c, err := s.look.CounterpartyStatus(ctx, s.stranger())
	if err == nil && c.State == edo.CounterpartyInvited && len(s.op.Registrations()) > 0 {
		_ = s.op.Activate(c.Key.INN, c.Key.KPP) // again and again does no harm
	}
	if err != nil || c.State != edo.CounterpartyReady {
		return fmt.Sprintf("the counterparty is %s %s, %v", c.State, c.Detail, err)
	}
	return ""
}

func (s *stand) stranger() edo.CounterpartyKey {
	return edo.CounterpartyKey{Subscriber: subscriber, INN: stranger().INN, KPP: stranger().KPP}
}
