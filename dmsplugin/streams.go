package dmsplugin

import (
	"errors"
	"io"
	"time"

	"google.golang.org/grpc"

	"github.com/edokit/edokit/dmsplugin/internal/dmspb"
	"github.com/edokit/edokit/dmsplugin/internal/wire"
	"github.com/edokit/edokit/edo"
)

// many takes packages off one stream.
type many struct {
	*exchangeServer
	stream grpc.BidiStreamingServer[dmspb.SendRequest, dmspb.SendManyResponse]
	next   func() (*dmspb.SendRequest, error)
	last   *dmspb.SendRequest // what came last
	again  bool               // it is to be read again: the header of the next package
	lost   error              // what ended the stream
}

// SendMany answers each package as soon as it is durable or refused.
func (e *exchangeServer) SendMany(stream grpc.BidiStreamingServer[dmspb.SendRequest, dmspb.SendManyResponse]) error {
	leave, err := e.enter()
	if err != nil {
		return err
	}
	defer leave()
	m := &many{exchangeServer: e, stream: stream, next: patient(stream.Recv, e.Idle)}
	in := spool{admit: e.Exchange.Admit, archive: e.Archive, recv: m.recv}
	for index := int64(0); ; index++ {
		select {
		case <-e.draining:
			return errDraining() // between packages: what was answered is durable
		default:
		}
		first, err := m.header()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		m.again = true
		answer := &dmspb.SendManyResponse{Index: index, Key: first.GetPackage().GetKey()}
		op, err := m.one(in)
		switch {
		case m.lost != nil && !errors.Is(m.lost, io.EOF), stream.Context().Err() != nil:
			return err
		case err != nil:
			m.log(stream.Context(), dmspb.Exchange_SendMany_FullMethodName, err)
			m.again = m.last != first && m.last.GetPackage() != nil // it came in the middle of the refused one
			answer.Result = &dmspb.SendManyResponse_Error{Error: wire.ToErrorDetail(err)}
		default:
			answer.Result = &dmspb.SendManyResponse_Operation{Operation: wire.ToOperation(op)}
		}
		if err := stream.Send(answer); err != nil {
			return err
		}
	}
}

// recv gives the next part, and never one behind the end of the stream.
func (m *many) recv() (*dmspb.SendRequest, error) {
	switch {
	case m.again:
		m.again = false
		return m.last, nil
	case m.lost != nil:
		return nil, m.lost
	}
	m.last, m.lost = m.next()
	return m.last, m.lost
}

// header skips what is left of a refused package.
func (m *many) header() (*dmspb.SendRequest, error) {
	for {
		part, err := m.recv()
		if err != nil || part.GetPackage() != nil {
			return part, err
		}
	}
}

func (m *many) one(in spool) (edo.Operation, error) {
	pkg, err := in.pack(m.stream.Context())
	if err != nil {
		return edo.Operation{}, err
	}
	return m.Exchange.Send(m.stream.Context(), pkg)
}

// Bounds of the silence on a Follow, and how often the store is looked at.
const (
	heartbeat    = 30 * time.Second
	minHeartbeat = time.Second
	maxHeartbeat = 5 * time.Minute
	look         = 250 * time.Millisecond
)

// Follow gives events as they happen. The window of HTTP/2 holds it back when the host is slow: no more is read then.
func (e *exchangeServer) Follow(r *dmspb.FollowRequest, stream grpc.ServerStreamingServer[dmspb.FollowResponse]) error {
	silence := heartbeat
	if r.GetHeartbeat() != nil {
		if silence = r.GetHeartbeat().AsDuration(); silence < minHeartbeat || silence > maxHeartbeat {
			return wire.Broken("heartbeat", "is not between 1 s and 5 min")
		}
	}
	if err := e.known(stream.Context(), r.GetSubscriber()); err != nil {
		return err
	}
	leave, err := e.enter()
	if err != nil {
		return err
	}
	defer leave()
	ctx, cancel := e.untilDrained(stream.Context())
	defer cancel()
	after := r.GetAfter()
	beat, tick := time.NewTimer(silence), time.NewTicker(look)
	defer beat.Stop()
	defer tick.Stop()
	for {
		events, err := e.Exchange.Deliver(ctx, edo.SubscriberID(r.GetSubscriber()), after, defaultPage)
		if err != nil {
			return cause(ctx, err)
		}
		if page := wire.ToEvents(events); len(page) > 0 {
			after = page[len(page)-1].GetSeq()
			if err := stream.Send(&dmspb.FollowResponse{Events: page, Seq: after}); err != nil {
				return err
			}
			beat.Reset(silence)
			continue
		}
		select {
		case <-ctx.Done():
			return cause(ctx, ctx.Err())
		case <-beat.C:
			if err := stream.Send(&dmspb.FollowResponse{Seq: after}); err != nil {
				return err
			}
			beat.Reset(silence)
		case <-tick.C:
		}
	}
}
