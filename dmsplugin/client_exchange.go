package dmsplugin

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"

	"github.com/edokit/edokit/dmsplugin/internal/dmspb"
	"github.com/edokit/edokit/dmsplugin/internal/wire"
	"github.com/edokit/edokit/edo"
)

// Send streams the package to the plugin and returns when it is durable there. The contents are read once, in order.
// The operator is asked later: follow [Client.Watch] or [Client.Deliver].
func (c *Client) Send(ctx context.Context, p edo.Package) (edo.Operation, error) {
	const op = "dmsplugin.Send"
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // a stream that failed half-way must not wait for the rest
	stream, err := c.exchange.Send(ctx)
	if err != nil {
		return edo.Operation{}, wire.FromError(op, err)
	}
	err = sendPackage(ctx, stream, p)
	if err != nil && !errors.Is(err, errAnswered) {
		return edo.Operation{}, wire.FromError(op, err)
	}
	answer, err := stream.CloseAndRecv()
	if err != nil {
		return edo.Operation{}, wire.FromError(op, err)
	}
	return wire.FromOperation(answer.GetOperation()), nil
}

// errAnswered says that the plugin has answered before the stream was complete: its answer tells why.
var errAnswered = errors.New("the plugin has answered already")

// sender is the sending side of Send and SendMany.
type sender interface {
	Send(r *dmspb.SendRequest) error
	CloseSend() error
}

func sendPackage(ctx context.Context, stream sender, p edo.Package) error {
	put := func(r *dmspb.SendRequest) error {
		if err := stream.Send(r); errors.Is(err, io.EOF) {
			return errAnswered
		} else if err != nil {
			return err
		}
		return nil
	}
	if err := put(&dmspb.SendRequest{Part: &dmspb.SendRequest_Package{Package: wire.ToPackageHeader(p)}}); err != nil {
		return err
	}
	for _, d := range p.Documents {
		if err := put(&dmspb.SendRequest{Part: &dmspb.SendRequest_Document{Document: wire.ToDocumentHeader(d)}}); err != nil {
			return err
		}
	}
	for i, d := range p.Documents {
		if err := sendContent(ctx, put, d); err != nil {
			return fmt.Errorf("package.documents[%d].content: %w", i, err)
		}
	}
	return nil
}

func sendContent(ctx context.Context, put func(*dmspb.SendRequest) error, d edo.Document) error {
	if d.Content.Open == nil {
		return &edo.Error{Kind: edo.Invalid, Reason: edo.DocumentEmpty, Field: "content.open", Message: "is missing", Remedy: "say how to read the document"}
	}
	body, err := d.Content.Open(ctx)
	if err != nil {
		return err
	}
	defer body.Close()
	digest, size, err := cut(body, 0, func(c *dmspb.Chunk) error {
		return put(&dmspb.SendRequest{Part: &dmspb.SendRequest_Chunk{Chunk: c}})
	})
	if err != nil {
		return err
	}
	return put(&dmspb.SendRequest{Part: &dmspb.SendRequest_End{End: wire.ToDocumentEnd(d.ID, size, digest)}})
}

// Status is what is known of a package now.
func (c *Client) Status(ctx context.Context, k edo.Key) (edo.Operation, error) {
	r, err := c.exchange.Status(ctx, &dmspb.StatusRequest{Key: wire.ToKey(k)})
	return wire.FromOperation(r.GetOperation()), wire.FromError("dmsplugin.Status", err)
}

// Watch yields the operation whenever it has a newer revision than afterRevision, until it is settled, ctx ends or the
// caller stops. An error is the last thing it yields.
func (c *Client) Watch(ctx context.Context, k edo.Key, afterRevision int64) iter.Seq2[edo.Operation, error] {
	return func(yield func(edo.Operation, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		stream, err := c.exchange.Watch(ctx, &dmspb.WatchRequest{Key: wire.ToKey(k), AfterRevision: afterRevision})
		for err == nil {
			var r *dmspb.WatchResponse
			if r, err = stream.Recv(); err == nil && !yield(wire.FromOperation(r.GetOperation()), nil) {
				return
			}
		}
		if !errors.Is(err, io.EOF) {
			yield(edo.Operation{}, wire.FromError("dmsplugin.Watch", err))
		}
	}
}

// SendAndWait sends and then watches until nothing more will happen by itself, or until the caller's deadline: then the
// last known operation comes with the context's error. Calling it again with the same package resumes.
func (c *Client) SendAndWait(ctx context.Context, p edo.Package) (edo.Operation, error) {
	op, err := c.Send(ctx, p)
	if err != nil {
		return op, err
	}
	for next, err := range c.Watch(ctx, op.Key, 0) {
		if err != nil {
			return op, err
		}
		op = next
	}
	return op, nil
}

// Deliver lists what happened to a subscriber's packages and in its box after a place the host remembers, oldest first:
// at most limit, 0 for 100. It may be fewer than there are; only an empty list means that there is nothing new.
func (c *Client) Deliver(ctx context.Context, s edo.SubscriberID, after int64, limit int) ([]edo.Event, error) {
	r, err := c.exchange.Deliver(ctx, &dmspb.DeliverRequest{Subscriber: string(s), After: after, Limit: int32(min(limit, maxPage+1))})
	return wire.FromEvents(r.GetEvents()), wire.FromError("dmsplugin.Deliver", err)
}

// Acknowledge remembers for a consumer that everything up to seq is safe on the host's side.
func (c *Client) Acknowledge(ctx context.Context, s edo.SubscriberID, consumer string, seq int64) error {
	_, err := c.exchange.Acknowledge(ctx, &dmspb.AcknowledgeRequest{Subscriber: string(s), Consumer: consumer, Seq: seq})
	return wire.FromError("dmsplugin.Acknowledge", err)
}

// Acknowledged is the place a consumer has acknowledged, zero at first.
func (c *Client) Acknowledged(ctx context.Context, s edo.SubscriberID, consumer string) (int64, error) {
	r, err := c.exchange.Acknowledged(ctx, &dmspb.AcknowledgedRequest{Subscriber: string(s), Consumer: consumer})
	return r.GetSeq(), wire.FromError("dmsplugin.Acknowledged", err)
}

// Content writes the original or a version of a document to w and verifies it: with an error, what was written must be
// thrown away. The reader needs [edo.ActionReadContent], see [Client.As]; the reading is remembered.
func (c *Client) Content(ctx context.Context, k edo.Key, d edo.DocumentID, r edo.Role, w io.Writer) (edo.Version, error) {
	return c.content(ctx, "dmsplugin.Content", &dmspb.ContentRequest{Key: wire.ToKey(k), Document: string(d), Role: wire.ToRole(r), Actor: c.reader}, nil, w)
}

// InboundContent does the same for a document that came in: its original, or its first signature.
func (c *Client) InboundContent(ctx context.Context, k edo.InboundKey, r edo.Role, w io.Writer) (edo.Version, error) {
	return c.content(ctx, "dmsplugin.InboundContent", &dmspb.ContentRequest{
		Key: wire.ToKey(edo.Key{Subscriber: k.Subscriber}), Inbound: string(k.Remote), Role: wire.ToRole(r), Actor: c.reader,
	}, nil, w)
}

// content reads what comes behind have, nil for the whole.
func (c *Client) content(ctx context.Context, op string, r *dmspb.ContentRequest, have io.Reader, w io.Writer) (edo.Version, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	in := newJoin("content", w, 0)
	if have != nil {
		n, err := io.Copy(in.hash, have)
		if err != nil {
			return edo.Version{}, err
		}
		in.size, r.Offset = n, n
	}
	stream, err := c.exchange.Content(ctx, r)
	if err != nil {
		return edo.Version{}, wire.FromError(op, err)
	}
	first, err := stream.Recv()
	if err != nil {
		return edo.Version{}, wire.FromError(op, err)
	}
	if first.GetHeader() == nil {
		return edo.Version{}, wire.Broken("content", "does not begin with its header")
	}
	version := wire.FromVersion(first.GetHeader().GetVersion())
	in.limit = version.Size
	got, err := pull(in, func() (*dmspb.Chunk, *dmspb.ContentEnd, error) {
		part, err := stream.Recv()
		return part.GetChunk(), part.GetEnd(), err
	})
	if err == nil && got != version.Digest {
		err = wire.Broken("content", "is not the version its header announced")
	}
	return version, wire.FromError(op, err)
}

// pull reads chunks up to the trailer. A stream without trailer is broken.
func pull(in *join, next func() (*dmspb.Chunk, *dmspb.ContentEnd, error)) (edo.Digest, error) {
	for {
		chunk, end, err := next()
		switch {
		case errors.Is(err, io.EOF):
			return edo.Digest{}, wire.Broken(in.field, "is cut off: the stream ended without its trailer")
		case err != nil:
			return edo.Digest{}, err
		case end != nil:
			return in.end(end.GetSize(), end.GetSha256())
		}
		if err := in.add(chunk); err != nil {
			return edo.Digest{}, err
		}
	}
}
