package gateway

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/edokit/edokit/edo"
)

// commit settles a changed operation together with c, and tells the host when its state or the reason has changed.
func (g *Gateway) commit(ctx context.Context, t *turn, op *edo.Operation, c edo.Change) error {
	c.At = g.Now()
	if op.State != t.was.State || op.Reason != t.was.Reason {
		c.Events = append([]edo.Event{statusEvent(*op, c.At)}, c.Events...)
	}
	c.Operation, c.Reason, c.Result, c.Detail = op, op.Reason, string(op.State), op.Detail
	if t.job.Kind == edo.JobSend {
		c.Documents = t.changed(op.Documents)
	}
	if err := g.settle(ctx, t.job, c); err != nil {
		return err
	}
	op.Revision, op.UpdatedAt = op.Revision+1, c.At
	t.remember(*op)
	return nil
}

func statusEvent(op edo.Operation, now time.Time) edo.Event {
	return edo.Event{Key: op.Key, Kind: edo.EventStatus, State: op.State, Reason: op.Reason, Detail: op.Detail, At: now, Actor: op.Actor}
}

func asError(err error) *edo.Error {
	if e, ok := errors.AsType[*edo.Error](err); ok {
		return e
	}
	return &edo.Error{Kind: edo.KindOf(err), Err: err}
}

// plain is one line for people. Errors of the SDK hold neither secrets nor an operator's own text.
// Several faults are a line each, and rows are lines.
func plain(err error) string { return strings.ReplaceAll(err.Error(), "\n", "; ") }
