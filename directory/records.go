package directory

import (
	"context"

	"github.com/edokit/edokit/edo"
)

// Records shows a Book to whoever explains work to people: the log in short.
type Records struct{ Book }

// Calls lists the exchanges of a package, or of an inbound message, newest first.
func (r Records) Calls(ctx context.Context, k edo.Key, limit int) ([]edo.Call, error) {
	rows, err := r.Exchanges(ctx, ExchangeFilter{Subscriber: k.Subscriber, Package: k.Package, Limit: limit})
	calls := make([]edo.Call, len(rows))
	for i, e := range rows {
		calls[i] = edo.Call{
			Seq: e.Seq, ID: e.ID, Operation: e.Operation, Document: e.Document, At: e.StartedAt, EndedAt: e.EndedAt, Outcome: e.Outcome,
			HTTPStatus: e.HTTPStatus, Code: e.Code, Note: e.Note,
		}
	}
	return calls, err
}
