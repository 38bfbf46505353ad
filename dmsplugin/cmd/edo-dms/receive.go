package main

import (
	"context"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/directory/local"
)

// receive begins to read the box of a subscriber whose policy says so. The work itself is the workers', of any process.
func (p *parts) receive(ctx context.Context, s directory.Subscriber) error {
	if !s.Enabled || !s.Policy.Receive {
		return nil
	}
	return p.gateway.Receive(ctx, s.ID)
}

// receiveAll does so for all subscribers.
func (p *parts) receiveAll(ctx context.Context) error {
	all, err := p.Store.Subscribers(ctx)
	if err != nil {
		return err
	}
	for _, s := range all {
		if err := p.receive(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// book is the store as a host reaches it: whoever is put begins to receive.
type book struct {
	local.Store
	parts *parts
}

// PutSubscriber stores the row and begins to read the box if that is wanted.
func (b book) PutSubscriber(ctx context.Context, s directory.Subscriber) error {
	if err := b.Store.PutSubscriber(ctx, s); err != nil {
		return err
	}
	return b.parts.receive(ctx, s)
}
