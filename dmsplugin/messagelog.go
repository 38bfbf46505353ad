package dmsplugin

import (
	"bytes"
	"context"

	"google.golang.org/grpc"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/dmsplugin/internal/dmspb"
	"github.com/edokit/edokit/dmsplugin/internal/wire"
	"github.com/edokit/edokit/edo"
)

// logServer shows the message log.
type logServer struct {
	dmspb.UnimplementedMessageLogServer
	*server
}

func (l *logServer) Query(ctx context.Context, r *dmspb.QueryRequest) (*dmspb.QueryResponse, error) {
	limit, err := page(r.GetLimit())
	if err != nil {
		return nil, err
	}
	filter := wire.FromQuery(r)
	if filter.Subscriber == "" {
		return nil, wire.Broken("subscriber", "is missing")
	}
	if err := l.Exchange.MayRead(ctx, reader(r.GetActor()), filter.Subscriber); err != nil {
		return nil, err
	}
	filter.Limit = limit
	rows, err := l.Book.Exchanges(ctx, filter)
	return &dmspb.QueryResponse{Rows: wire.ToLogRows(rows)}, err
}

// RawXML gives the text as it is stored: masked before it was written, so there is nothing here to mask. Where content was
// deleted after a hand-over, the placeholder is followed by where the bytes are.
func (l *logServer) RawXML(r *dmspb.RawXMLRequest, stream grpc.ServerStreamingServer[dmspb.RawXMLResponse]) error {
	row, err := l.Book.Exchange(stream.Context(), edo.ExchangeID(r.GetId()))
	if err != nil {
		return err
	}
	key := edo.Key{Subscriber: row.Subscriber, Package: row.Package}
	if err := l.Exchange.ReadingLog(stream.Context(), reader(r.GetActor()), key, row.ID); err != nil {
		return err
	}
	var side edo.Masked
	switch r.GetSide() {
	case dmspb.Side_SIDE_REQUEST:
		side = row.Request
	case dmspb.Side_SIDE_ANSWER:
		side = row.Answer
	default:
		return wire.Broken("side", "is neither request nor answer")
	}
	text := side.Text
	if from, ok := l.Book.(directory.Departures); ok {
		if text, err = directory.Annotate(stream.Context(), from, side, departed); err != nil {
			return err
		}
	}
	header := &dmspb.RawXMLHeader{Row: wire.ToLogRow(row), Size: int64(len(text))}
	if err := stream.Send(&dmspb.RawXMLResponse{Part: &dmspb.RawXMLResponse_Header{Header: header}}); err != nil {
		return err
	}
	digest, size, err := cut(bytes.NewReader(text), 0, func(c *dmspb.Chunk) error {
		return stream.Send(&dmspb.RawXMLResponse{Part: &dmspb.RawXMLResponse_Chunk{Chunk: c}})
	})
	if err != nil {
		return err
	}
	return stream.Send(&dmspb.RawXMLResponse{Part: &dmspb.RawXMLResponse_End{End: wire.ToContentEnd(size, digest)}})
}

// departed is for people of either language: the call does not say which.
func departed(d edo.Deletion) string {
	return directory.DepartedRU(d) + " / " + directory.DepartedEN(d)
}
