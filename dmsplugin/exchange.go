package dmsplugin

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"google.golang.org/grpc"

	"github.com/edokit/edokit/directory/failpoint"
	"github.com/edokit/edokit/dmsplugin/internal/dmspb"
	"github.com/edokit/edokit/dmsplugin/internal/wire"
	"github.com/edokit/edokit/edo"
)

// Pages of events and log rows, so that a page stays below [MaxMessage] with every text at its limit.
const (
	defaultPage = 100
	maxPage     = 500
)

func page(limit int32) (int, error) {
	switch {
	case limit == 0:
		return defaultPage, nil
	case limit < 0 || limit > maxPage:
		return 0, wire.Broken("limit", "is not between 1 and 500")
	}
	return int(limit), nil
}

// exchangeServer hands every call to the engine.
type exchangeServer struct {
	dmspb.UnimplementedExchangeServer
	*server
}

func (e *exchangeServer) Send(stream grpc.ClientStreamingServer[dmspb.SendRequest, dmspb.SendResponse]) error {
	leave, err := e.enter()
	if err != nil {
		return err
	}
	defer leave()
	pkg, err := spool{admit: e.Exchange.Admit, archive: e.Archive, recv: patient(stream.Recv, e.Idle)}.receive(stream.Context())
	if err != nil {
		return err
	}
	failpoint.Hit(stream.Context(), "rpc.spooled")
	op, err := e.Exchange.Send(stream.Context(), pkg)
	if err != nil {
		return err
	}
	failpoint.Hit(stream.Context(), "rpc.accepted")
	return stream.SendAndClose(&dmspb.SendResponse{Operation: wire.ToOperation(op)})
}

func (e *exchangeServer) Status(ctx context.Context, r *dmspb.StatusRequest) (*dmspb.StatusResponse, error) {
	op, err := e.Exchange.Status(ctx, wire.FromKey(r.GetKey()))
	return &dmspb.StatusResponse{Operation: wire.ToOperation(op)}, err
}

func (e *exchangeServer) Watch(r *dmspb.WatchRequest, stream grpc.ServerStreamingServer[dmspb.WatchResponse]) error {
	leave, err := e.enter()
	if err != nil {
		return err
	}
	defer leave()
	ctx, cancel := e.untilDrained(stream.Context())
	defer cancel()
	for op, err := range e.Exchange.Watch(ctx, wire.FromKey(r.GetKey()), r.GetAfterRevision()) {
		if err != nil {
			return cause(ctx, err)
		}
		if err := stream.Send(&dmspb.WatchResponse{Operation: wire.ToOperation(op)}); err != nil {
			return err
		}
	}
	return nil
}

// known refuses a subscriber that is none of ours: whoever has misspelt it would wait for its events for ever.
func (e *exchangeServer) known(ctx context.Context, id string) error {
	_, err := e.Book.Subscriber(ctx, edo.SubscriberID(id))
	return err
}

func (e *exchangeServer) Deliver(ctx context.Context, r *dmspb.DeliverRequest) (*dmspb.DeliverResponse, error) {
	limit, err := page(r.GetLimit())
	if err == nil {
		err = e.known(ctx, r.GetSubscriber())
	}
	if err != nil {
		return nil, err
	}
	events, err := e.Exchange.Deliver(ctx, edo.SubscriberID(r.GetSubscriber()), r.GetAfter(), limit)
	failpoint.Hit(ctx, "rpc.delivering")
	return &dmspb.DeliverResponse{Events: wire.ToEvents(events)}, err
}

func (e *exchangeServer) Acknowledge(ctx context.Context, r *dmspb.AcknowledgeRequest) (*dmspb.AcknowledgeResponse, error) {
	err := e.known(ctx, r.GetSubscriber())
	if err == nil {
		err = e.Exchange.Acknowledge(ctx, edo.SubscriberID(r.GetSubscriber()), r.GetConsumer(), r.GetSeq())
	}
	failpoint.Hit(ctx, "rpc.acknowledged")
	return &dmspb.AcknowledgeResponse{}, err
}

func (e *exchangeServer) Acknowledged(ctx context.Context, r *dmspb.AcknowledgedRequest) (*dmspb.AcknowledgedResponse, error) {
	if err := e.known(ctx, r.GetSubscriber()); err != nil {
		return nil, err
	}
	seq, err := e.Exchange.Acknowledged(ctx, edo.SubscriberID(r.GetSubscriber()), r.GetConsumer())
	return &dmspb.AcknowledgedResponse{Seq: seq}, err
}

func (e *exchangeServer) Content(r *dmspb.ContentRequest, stream grpc.ServerStreamingServer[dmspb.ContentResponse]) error {
	leave, err := e.enter()
	if err != nil {
		return err
	}
	defer leave()
	key, document, missing := e.document(stream.Context(), r)
	if missing != nil && !errors.Is(missing, edo.NotFound) {
		return missing
	}
	content, version, err := e.Exchange.Content(stream.Context(), reader(r.GetActor()), key, document, wire.FromRole(r.GetRole()))
	if missing != nil && !errors.Is(err, edo.Denied) { // whether the user may read at all comes first
		err = missing
	}
	if err != nil {
		return err
	}
	if err := goesOn(r, version); err != nil {
		return err
	}
	body, err := content.Open(stream.Context())
	if err != nil {
		return err
	}
	defer body.Close()
	err = stream.Send(&dmspb.ContentResponse{Part: &dmspb.ContentResponse_Header{Header: &dmspb.ContentHeader{Version: wire.ToVersion(version)}}})
	if err != nil {
		return err
	}
	digest, size, err := cut(body, r.GetOffset(), func(c *dmspb.Chunk) error {
		return stream.Send(&dmspb.ContentResponse{Part: &dmspb.ContentResponse_Chunk{Chunk: c}})
	})
	if err != nil {
		return err
	}
	return stream.Send(&dmspb.ContentResponse{Part: &dmspb.ContentResponse_End{End: wire.ToContentEnd(size, digest)}})
}

// goesOn refuses to go on with other bytes than those that the host has the beginning of.
func goesOn(r *dmspb.ContentRequest, v edo.Version) error {
	switch said := r.GetSha256(); {
	case r.GetOffset() < 0 || r.GetOffset() > v.Size:
		return wire.Broken("offset", fmt.Sprintf("is not between 0 and the size of %d bytes", v.Size))
	case len(said) > 0 && !bytes.Equal(said, v.Digest[:]):
		return &edo.Error{
			Kind: edo.Refused, Reason: edo.DocumentChanged, Op: "dmsplugin.Content", Field: "sha256", Message: "is of another version than the one that is here",
			Remedy: "drop what has come, and read the whole again",
		}
	}
	return nil
}

// reader is a user of the host. It is never local: only the command line is.
func reader(actor string) edo.Reader { return edo.Reader{Actor: edo.ActorID(actor)} }

// document names what is to be read. An inbound document is under the message it came with.
func (e *exchangeServer) document(ctx context.Context, r *dmspb.ContentRequest) (edo.Key, edo.DocumentID, error) {
	key, document, inbound := wire.FromKey(r.GetKey()), edo.DocumentID(r.GetDocument()), edo.RemoteID(r.GetInbound())
	switch {
	case inbound == "":
		return key, document, nil
	case key.Package != "" || document != "":
		return key, document, wire.Broken("inbound", "is given together with a package or a document")
	}
	d, err := e.Exchange.Inbound(ctx, edo.InboundKey{Subscriber: key.Subscriber, Remote: inbound})
	key.Package = edo.PackageID(d.Message)
	return key, edo.DocumentID(inbound), err
}
