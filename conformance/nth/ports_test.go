package nth_test

import (
	"context"
	"time"

	"github.com/edokit/edokit/conformance/storetest"
	"github.com/edokit/edokit/edo"
)

// ports lets calls of the store fail: with it the promise is one of any store, whatever its statements are.
type ports struct {
	storetest.Store
	f *fault
}

func one[T any](f *fault, what string, changes bool, do func() (T, error)) (v T, err error) {
	err = f.call(what, changes, func() (err error) {
		v, err = do()
		return err
	})
	if err != nil {
		var none T
		return none, err
	}
	return v, nil
}

type pair[A, B any] struct {
	a A
	b B
}

func two[A, B any](f *fault, what string, changes bool, do func() (A, B, error)) (A, B, error) {
	p, err := one(f, what, changes, func() (p pair[A, B], err error) {
		p.a, p.b, err = do()
		return p, err
	})
	return p.a, p.b, err
}

// The writers.

func (s *ports) Accept(ctx context.Context, op edo.Operation, jobs []edo.Job, events []edo.Event) (edo.Operation, bool, error) {
	return two(s.f, "Accept", true, func() (edo.Operation, bool, error) { return s.Store.Accept(ctx, op, jobs, events) })
}

func (s *ports) Claim(ctx context.Context, owner string, now, until time.Time) (edo.Job, bool, error) {
	return two(s.f, "Claim", true, func() (edo.Job, bool, error) { return s.Store.Claim(ctx, owner, now, until) })
}

func (s *ports) Renew(ctx context.Context, j edo.Job, until time.Time) error {
	return s.f.call("Renew", true, func() error { return s.Store.Renew(ctx, j, until) })
}

func (s *ports) Settle(ctx context.Context, j edo.Job, c edo.Change) error {
	return s.f.call("Settle "+string(j.Kind)+" "+c.Result, true, func() error { return s.Store.Settle(ctx, j, c) })
}

func (s *ports) Update(ctx context.Context, d edo.InboundDocument, revision int64, events []edo.Event, jobs []edo.Job) error {
	return s.f.call("Update", true, func() error { return s.Store.Update(ctx, d, revision, events, jobs) })
}

func (s *ports) Start(ctx context.Context, j edo.Job) error {
	return s.f.call("Start", true, func() error { return s.Store.Start(ctx, j) })
}

func (s *ports) Ensure(ctx context.Context, c edo.CounterpartyStatus, j edo.Job) (edo.CounterpartyStatus, bool, error) {
	return two(s.f, "Ensure", true, func() (edo.CounterpartyStatus, bool, error) { return s.Store.Ensure(ctx, c, j) })
}

func (s *ports) Revise(ctx context.Context, c edo.CounterpartyStatus, revision int64, jobs []edo.Job) error {
	return s.f.call("Revise", true, func() error { return s.Store.Revise(ctx, c, revision, jobs) })
}

func (s *ports) Acknowledge(ctx context.Context, sub edo.SubscriberID, consumer string, seq int64) error {
	return s.f.call("Acknowledge", true, func() error { return s.Store.Acknowledge(ctx, sub, consumer, seq) })
}

func (s *ports) Begin(ctx context.Context, r edo.ExchangeRequest) (edo.Exchange, error) {
	e, err := one(s.f, "Begin", true, func() (edo.Exchange, error) { return s.Store.Begin(ctx, r) })
	if err != nil {
		return nil, err
	}
	return &exchange{e, s.f}, nil
}

type exchange struct {
	edo.Exchange
	f *fault
}

func (e *exchange) Finish(ctx context.Context, a edo.ExchangeAnswer) error {
	return e.f.call("Finish", true, func() error { return e.Exchange.Finish(ctx, a) })
}

// The readers.

func (s *ports) Operation(ctx context.Context, k edo.Key) (edo.Operation, error) {
	return one(s.f, "Operation", false, func() (edo.Operation, error) { return s.Store.Operation(ctx, k) })
}

func (s *ports) NextDue(ctx context.Context, now time.Time) (time.Time, bool, error) {
	return two(s.f, "NextDue", false, func() (time.Time, bool, error) { return s.Store.NextDue(ctx, now) })
}

func (s *ports) Events(ctx context.Context, sub edo.SubscriberID, after int64, limit int) ([]edo.Event, error) {
	return one(s.f, "Events", false, func() ([]edo.Event, error) { return s.Store.Events(ctx, sub, after, limit) })
}

func (s *ports) Cursor(ctx context.Context, sub edo.SubscriberID) (edo.Cursor, error) {
	return one(s.f, "Cursor", false, func() (edo.Cursor, error) { return s.Store.Cursor(ctx, sub) })
}

func (s *ports) Unlisted(ctx context.Context, sub edo.SubscriberID, ids []edo.MessageID) ([]edo.MessageID, error) {
	return one(s.f, "Unlisted", false, func() ([]edo.MessageID, error) { return s.Store.Unlisted(ctx, sub, ids) })
}

func (s *ports) InboundMessage(ctx context.Context, sub edo.SubscriberID, m edo.MessageID) (edo.InboundMessage, error) {
	return one(s.f, "InboundMessage", false, func() (edo.InboundMessage, error) { return s.Store.InboundMessage(ctx, sub, m) })
}

func (s *ports) InboundDocument(ctx context.Context, k edo.InboundKey) (edo.InboundDocument, error) {
	return one(s.f, "InboundDocument", false, func() (edo.InboundDocument, error) { return s.Store.InboundDocument(ctx, k) })
}

func (s *ports) Answers(ctx context.Context, sub edo.SubscriberID, parent edo.RemoteID) ([]edo.InboundDocument, error) {
	return one(s.f, "Answers", false, func() ([]edo.InboundDocument, error) { return s.Store.Answers(ctx, sub, parent) })
}

func (s *ports) SentAs(ctx context.Context, sub edo.SubscriberID, r edo.RemoteID) (edo.Key, edo.DocumentID, error) {
	return two(s.f, "SentAs", false, func() (edo.Key, edo.DocumentID, error) { return s.Store.SentAs(ctx, sub, r) })
}

func (s *ports) CounterpartyStatus(ctx context.Context, k edo.CounterpartyKey) (edo.CounterpartyStatus, error) {
	return one(s.f, "CounterpartyStatus", false, func() (edo.CounterpartyStatus, error) { return s.Store.CounterpartyStatus(ctx, k) })
}

func (s *ports) AwaitedBy(ctx context.Context, k edo.CounterpartyKey) ([]edo.Key, error) {
	return one(s.f, "AwaitedBy", false, func() ([]edo.Key, error) { return s.Store.AwaitedBy(ctx, k) })
}

func (s *ports) Allowed(ctx context.Context, r edo.AccessRequest) error {
	return s.f.call("Allowed", false, func() error { return s.Store.Allowed(ctx, r) })
}

func (s *ports) Responsibles(ctx context.Context, sub edo.SubscriberID) ([]edo.Responsible, error) {
	return one(s.f, "Responsibles", false, func() ([]edo.Responsible, error) { return s.Store.Responsibles(ctx, sub) })
}

func (s *ports) Absences(ctx context.Context, sub edo.SubscriberID, at time.Time) ([]edo.Absence, error) {
	return one(s.f, "Absences", false, func() ([]edo.Absence, error) { return s.Store.Absences(ctx, sub, at) })
}
