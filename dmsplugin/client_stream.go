package dmsplugin

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"sync"
	"time"

	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/edokit/edokit/dmsplugin/internal/dmspb"
	"github.com/edokit/edokit/dmsplugin/internal/wire"
	"github.com/edokit/edokit/edo"
)

// Taken is what became of one package of [Client.SendMany]: it is durable, or refused with an error of package edo.
type Taken struct {
	Key       edo.Key
	Operation edo.Operation // as stored, zero with Err
	Err       error
}

// SendMany streams packages to the plugin, one after another, and yields what became of each, in their order; packages is
// read by another goroutine, ahead of the answers. An error is the last thing it yields: the connection is lost or the
// plugin ends. Send what was not answered again, with the same ids.
func (c *Client) SendMany(ctx context.Context, packages iter.Seq[edo.Package]) iter.Seq2[Taken, error] {
	const op = "dmsplugin.SendMany"
	return func(yield func(Taken, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		stream, err := c.exchange.SendMany(ctx)
		if err != nil {
			yield(Taken{}, wire.FromError(op, err))
			return
		}
		var sending sync.WaitGroup
		var unsent error
		sending.Go(func() {
			if unsent = sendAll(ctx, stream, packages); unsent != nil && !errors.Is(unsent, errAnswered) {
				cancel() // the plugin must not wait for the rest
			}
		})
		defer sending.Wait()
		defer cancel()
		for {
			r, err := stream.Recv()
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				cancel()
				sending.Wait()
				if unsent != nil && !errors.Is(unsent, errAnswered) {
					err = unsent
				}
				yield(Taken{}, wire.FromError(op, err))
				return
			}
			taken := Taken{Key: wire.FromKey(r.GetKey())}
			if detail := r.GetError(); detail != nil {
				taken.Err = wire.FromErrorDetail(detail)
			} else {
				taken.Operation = wire.FromOperation(r.GetOperation())
			}
			if !yield(taken, nil) {
				return
			}
		}
	}
}

func sendAll(ctx context.Context, stream sender, packages iter.Seq[edo.Package]) error {
	n := 0
	for p := range packages {
		if err := sendPackage(ctx, stream, p); err != nil {
			return fmt.Errorf("packages[%d]: %w", n, err)
		}
		n++
	}
	return stream.CloseSend()
}

// Follow yields the events of a subscriber after a place in the order, as they happen, until ctx ends or the caller stops.
// An error is the last thing it yields; begin again after the last event that is safe. An event may come twice after
// that, never out of order.
func (c *Client) Follow(ctx context.Context, s edo.SubscriberID, after int64) iter.Seq2[edo.Event, error] {
	return func(yield func(edo.Event, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		stream, err := c.exchange.Follow(ctx, &dmspb.FollowRequest{Subscriber: string(s), After: after, Heartbeat: durationpb.New(beat)})
		for err == nil {
			var r *dmspb.FollowResponse
			if r, err = heard(stream.Recv, cancel); err != nil {
				break
			}
			for _, e := range wire.FromEvents(r.GetEvents()) {
				if !yield(e, nil) {
					return
				}
			}
		}
		yield(edo.Event{}, wire.FromError("dmsplugin.Follow", err))
	}
}

// A plugin that says nothing for three heartbeats is as good as gone.
const (
	beat  = 10 * time.Second
	beats = 3
)

func heard(recv func() (*dmspb.FollowResponse, error), cancel func()) (*dmspb.FollowResponse, error) {
	silent := time.AfterFunc(beats*beat, cancel)
	r, err := recv()
	if !silent.Stop() && err != nil {
		return nil, &edo.Error{Kind: edo.Unavailable, Reason: wire.StreamBroken, Message: "the plugin has gone silent", Remedy: "end it, launch it again, and go on after the last event"}
	}
	return r, err
}

// Deliveries follows a subscriber from where a consumer has acknowledged, and acknowledges each event when the caller asks
// for the next one: what the body of the loop has done with an event must be safe by then. An event whose body was left
// early, by break or by a crash, comes again.
func (c *Client) Deliveries(ctx context.Context, s edo.SubscriberID, consumer string) iter.Seq2[edo.Event, error] {
	return func(yield func(edo.Event, error) bool) {
		after, err := c.Acknowledged(ctx, s, consumer)
		if err != nil {
			yield(edo.Event{}, err)
			return
		}
		for e, err := range c.Follow(ctx, s, after) {
			if !yield(e, err) || err != nil {
				return
			}
			if err := c.Acknowledge(ctx, s, consumer, e.Seq); err != nil {
				yield(edo.Event{}, err)
				return
			}
		}
	}
}

// Resume goes on with content of which the beginning has come already: have is read to its end, and what is missing is
// written to w. The digest is that of the version whose beginning it is; the whole is verified. With an error what is there
// must be thrown away, except with [edo.Unavailable]: then it may be gone on with.
func (c *Client) Resume(ctx context.Context, k edo.Key, d edo.DocumentID, r edo.Role, whole edo.Digest, have io.Reader, w io.Writer) (edo.Version, error) {
	return c.content(ctx, "dmsplugin.Resume", &dmspb.ContentRequest{
		Key: wire.ToKey(k), Document: string(d), Role: wire.ToRole(r), Actor: c.reader, Sha256: whole[:],
	}, have, w)
}
