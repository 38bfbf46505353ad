package edotest

import (
	"context"

	"github.com/edokit/edokit/edo"
)

// exchange makes one call as a driver has to: where the account has a journal, its row is there before the call and its
// end before the answer is believed. [Operator.Down] keeps every call from arriving.
func (s session) exchange(ctx context.Context, operation string, p edo.PackageID, call func() error) error {
	if s.o.Down != nil {
		down := call
		call = func() error {
			if err := s.o.Down(operation); err != nil {
				return err
			}
			return down()
		}
	}
	if s.a.Journal == nil {
		return call()
	}
	row, err := s.a.Journal.Begin(ctx, edo.ExchangeRequest{Subscriber: s.a.Subscriber, Package: p, Operation: operation, Endpoint: s.a.Endpoint, At: s.o.Now()})
	if err != nil {
		return &edo.Error{Kind: edo.Unavailable, Op: "edotest." + operation, Message: "the log cannot be written", Err: err}
	}
	err = call()
	if failed := row.Finish(context.WithoutCancel(ctx), edo.ExchangeAnswer{At: s.o.Now(), Outcome: outcome(err)}); failed != nil {
		return &edo.Error{Kind: edo.InDoubt, Op: "edotest." + operation, Message: "the log cannot be written", Err: failed}
	}
	return err
}

func outcome(err error) edo.Outcome {
	switch {
	case err == nil:
		return edo.OutcomeOK
	case edo.KindOf(err) == edo.Unavailable:
		return edo.OutcomeUnavailable
	case edo.KindOf(err) == edo.InDoubt:
		return edo.OutcomeSilent
	}
	return edo.OutcomeFault
}

// Send implements [edo.Session].
func (s session) Send(ctx context.Context, m edo.Message) (sent edo.Sent, err error) {
	err = s.exchange(ctx, "Send", m.Package, func() error {
		sent, err = s.send(ctx, m)
		return err
	})
	return sent, err
}

// Lookup implements [edo.Session].
func (s session) Lookup(ctx context.Context, c edo.Counterparty) (found []edo.Address, err error) {
	err = s.exchange(ctx, "Lookup", "", func() error {
		found = s.lookup(c)
		return nil
	})
	return found, err
}

// Find implements [edo.Finder].
func (s session) Find(ctx context.Context, q edo.Query) (found edo.Found, err error) {
	err = s.exchange(ctx, "Find", q.Package, func() error {
		found, err = s.find(q)
		return err
	})
	return found, err
}

// Track implements [edo.Tracker].
func (s session) Track(ctx context.Context, r edo.Ref) (p edo.Progress, err error) {
	err = s.exchange(ctx, "Track", r.Package, func() error {
		p, err = s.track(r)
		return err
	})
	return p, err
}
