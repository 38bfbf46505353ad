package gateway

import (
	"context"
	"errors"
	"iter"
	"time"

	"github.com/edokit/edokit/edo"
)

// Status is what is known of a package now, from our own rows.
func (g *Gateway) Status(ctx context.Context, k edo.Key) (edo.Operation, error) {
	op, err := g.Outbox.Operation(ctx, k)
	return op, wrap("gateway.Status", err)
}

// Watch yields the operation whenever it has a newer revision than after, first at once if it has, until it is settled
// (see [edo.Operation.Settled]), ctx ends or the caller stops. Revisions that follow quickly may be seen as one.
func (g *Gateway) Watch(ctx context.Context, k edo.Key, after int64) iter.Seq2[edo.Operation, error] {
	return func(yield func(edo.Operation, error) bool) {
		tick := time.NewTicker(min(g.Idle, 250*time.Millisecond))
		defer tick.Stop()
		for {
			op, err := g.Outbox.Operation(ctx, k)
			if err != nil {
				yield(edo.Operation{}, wrap("gateway.Watch", err))
				return
			}
			if op.Revision > after {
				after = op.Revision
				if !yield(op, nil) {
					return
				}
			}
			if op.Settled() {
				return
			}
			select {
			case <-ctx.Done():
				yield(op, ctx.Err())
				return
			case <-tick.C:
			}
		}
	}
}

// SendAndWait sends and then watches until nothing more will happen by itself, or until the caller's deadline: then
// the last known operation comes with the context's error. Calling it again with the same package resumes.
func (g *Gateway) SendAndWait(ctx context.Context, p edo.Package) (edo.Operation, error) {
	op, err := g.Send(ctx, p)
	if err != nil {
		return op, err
	}
	for next, err := range g.Watch(ctx, op.Key, 0) {
		if err != nil {
			if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
				return op, err
			}
			return op, wrap("gateway.SendAndWait", err)
		}
		op = next
	}
	return op, nil
}

// Deliver lists what happened to a subscriber's packages after a place the host remembers, oldest first. It reads our
// own rows, never the operator. The host acknowledges by asking with a later place, or with [Gateway.Acknowledge].
func (g *Gateway) Deliver(ctx context.Context, s edo.SubscriberID, after int64, limit int) ([]edo.Event, error) {
	events, err := g.Outbox.Events(ctx, s, after, min(max(limit, 1), 1000))
	return events, wrap("gateway.Deliver", err)
}

// Acknowledge remembers for a consumer that everything up to seq has reached it. It never moves back.
func (g *Gateway) Acknowledge(ctx context.Context, s edo.SubscriberID, consumer string, seq int64) error {
	return wrap("gateway.Acknowledge", g.Outbox.Acknowledge(ctx, s, consumer, seq))
}

// Acknowledged is the place a consumer has acknowledged, zero at first.
func (g *Gateway) Acknowledged(ctx context.Context, s edo.SubscriberID, consumer string) (int64, error) {
	seq, err := g.Outbox.Acknowledged(ctx, s, consumer)
	return seq, wrap("gateway.Acknowledged", err)
}

// Content opens the original, its signature or a stored version of a document: of a package, or of an inbound message
// whose id is given as the package. It is a reading, see [Gateway.Reading]: by needs [edo.ActionReadContent].
// [edo.NotFound] if there is no version of that role (yet).
func (g *Gateway) Content(ctx context.Context, by edo.Reader, k edo.Key, id edo.DocumentID, role edo.Role) (edo.Content, edo.Version, error) {
	v, kind, err := g.version(ctx, k, id, role)
	if err = g.readContent(ctx, by, k.Subscriber, kind, v, err); err != nil {
		return edo.Content{}, edo.Version{}, wrap("gateway.Content", err)
	}
	c, err := g.content(ctx, v.Digest)
	v.Size = c.Size
	return c, v, wrap("gateway.Content", err)
}

// version finds one version of a document, and the kind of the document.
func (g *Gateway) version(ctx context.Context, k edo.Key, id edo.DocumentID, role edo.Role) (edo.Version, string, error) {
	op, err := g.Outbox.Operation(ctx, k)
	if errors.Is(err, edo.NotFound) && g.Inbox != nil {
		return g.inboundVersion(ctx, k, id, role)
	}
	if err != nil {
		return edo.Version{}, "", err
	}
	d := op.Document(id)
	if d == nil {
		return edo.Version{}, "", noVersion(id, role)
	}
	versions := append([]edo.Version{
		{Document: id, Role: edo.RoleOriginal, Name: d.Name, Digest: d.Digest, Size: d.Size, At: op.CreatedAt},
		{Document: id, Role: edo.RoleSignature, Name: d.Name + ".p7s", Digest: d.Signature, At: op.CreatedAt},
	}, d.Versions...)
	for _, v := range versions {
		if v.Role == role && !v.Digest.IsZero() {
			return v, d.Kind, nil
		}
	}
	return edo.Version{}, d.Kind, noVersion(id, role)
}

func noVersion(id edo.DocumentID, role edo.Role) error {
	return &edo.Error{Kind: edo.NotFound, Op: "gateway.Content", Field: "role", Message: "document " + string(id) + " has no version " + string(role)}
}

// content opens bytes of the archive, or says where they are now.
func (g *Gateway) content(ctx context.Context, d edo.Digest) (edo.Content, error) {
	c, err := g.Archive.Open(ctx, d)
	if !errors.Is(err, edo.NotFound) || g.Departures == nil {
		return c, err
	}
	row, missing := g.Departures.Departed(ctx, d)
	switch {
	case missing == nil:
		return c, row.Err()
	case errors.Is(missing, edo.NotFound):
		return c, err
	}
	return c, missing
}
