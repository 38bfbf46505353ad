package mutants

import (
	"context"
	"time"

	"github.com/edokit/edokit/directory/local"
	"github.com/edokit/edokit/edo"
)

// stores are wrong in what only shows in the whole.
func stores() []Mutant {
	return []Mutant{
		store(is("store-drops-reasons", "why a request is answered otherwise is written down", "V7"), sees().waiting("an-electronic-request-is-answered-electronically"),
			func(s local.Store) local.Store { return unreasoned{s} }),
		store(is("store-receipts-are-requests", "only a request is answered", "V9"), sees("only-a-reply-to-the-sender-counts"),
			func(s local.Store) local.Store { return classless{s} }),
		store(is("store-drops-consents", "consents are kept with what they were given for", "V17"), sees("consents-ride-with-the-submission"),
			func(s local.Store) local.Store { return unconsented{s} }),
		store(is("store-puts-off", "what is given back is taken up when it is due", "S4"), sees().waiting("an-end-in-the-middle-keeps-nobody-waiting"),
			func(s local.Store) local.Store { return putting{s} }),
	}
}

// putting makes what is given back due an hour later.
type putting struct{ local.Store }

// Settle implements gateway.Outbox.
func (s putting) Settle(ctx context.Context, j edo.Job, c edo.Change) error {
	if c.Release {
		c.Due = c.Due.Add(time.Hour)
	}
	return s.Store.Settle(ctx, j, c)
}

type unreasoned struct{ local.Store }

// Update implements gateway.Inbox.
func (s unreasoned) Update(ctx context.Context, d edo.InboundDocument, revision int64, events []edo.Event, jobs []edo.Job) error {
	d.Reply.Reason = ""
	return s.Store.Update(ctx, d, revision, nil, jobs)
}

type classless struct{ local.Store }

// InboundDocument implements gateway.Inbox.
func (s classless) InboundDocument(ctx context.Context, k edo.InboundKey) (edo.InboundDocument, error) {
	d, err := s.Store.InboundDocument(ctx, k)
	d.Class = edo.ClassMain
	return d, err
}

type unconsented struct{ local.Store }

// Accept implements gateway.Outbox.
func (s unconsented) Accept(ctx context.Context, op edo.Operation, jobs []edo.Job, events []edo.Event) (edo.Operation, bool, error) {
	op.Consents = nil
	return s.Store.Accept(ctx, op, jobs, events)
}
