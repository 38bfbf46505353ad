package gateway

import (
	"context"
	"io"
	"reflect"
	"slices"
	"sync/atomic"
	"time"

	"github.com/edokit/edokit/edo"
)

// turn is one claim of a job: what a worker holds while it works.
type turn struct {
	job edo.Job
	was edo.Operation // as last stored

	accepted *edo.Operation // the package as it was accepted with this claim; nil: it is read
	account  *edo.Account   // as it was read for that just now; nil: it is read
	now      func() time.Time
	until    atomic.Int64 // end of the lease in Unix nanoseconds, moved by renew

	written func() error // waits for the row that must be durable before anything leaves; nil: there is none
}

func newTurn(job edo.Job, now func() time.Time) *turn {
	t := &turn{job: job, now: now}
	t.until.Store(job.Until.UnixNano())
	return t
}

// remember keeps what is stored, apart from what the work goes on to change.
func (t *turn) remember(op edo.Operation) {
	op.Documents = slices.Clone(op.Documents)
	t.was = op
}

// changed are the documents that the work has changed. The others are not written: a signature task that ends at the same
// time writes its document itself.
func (t *turn) changed(documents []edo.DocumentStatus) []edo.DocumentStatus {
	var c []edo.DocumentStatus
	for _, d := range documents {
		if was := t.was.Document(d.ID); was == nil || !reflect.DeepEqual(*was, d) {
			c = append(c, d)
		}
	}
	return c
}

// held is nil while the lease is ours.
func (t *turn) held() error {
	if t.now().UnixNano() < t.until.Load() {
		return nil
	}
	return leaseEnded()
}

func leaseEnded() error {
	return &edo.Error{Kind: edo.Conflict, Reason: edo.LeaseLost, Op: "gateway.Run", Message: "the lease ended while the work stood still"}
}

// cleared is nil while a request may leave: what must be durable before is, and the lease is ours.
func (t *turn) cleared() error {
	if t.written != nil {
		if err := t.written(); err != nil {
			return err
		}
	}
	return t.held()
}

// whileHeld gives a context that ends with the lease as it is now, for a call that changes something at the operator and
// has no other way to ask. A process that was paused finds it ended, whenever it goes on.
func (t *turn) whileHeld(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, time.Duration(t.until.Load()-t.now().UnixNano()), leaseEnded())
}

// guard makes content unreadable once the lease has ended. The last content of a request is read before its last byte
// leaves, so a process that was paused and goes on after another has taken over cannot complete its request.
func (t *turn) guard(c edo.Content) edo.Content {
	open := c.Open
	c.Open = func(ctx context.Context) (io.ReadCloser, error) {
		r, err := open(ctx)
		if err != nil {
			return nil, err
		}
		return guarded{r, t}, nil
	}
	return c
}

type guarded struct {
	io.ReadCloser
	turn *turn
}

func (g guarded) Read(p []byte) (int, error) {
	n, err := g.ReadCloser.Read(p)
	if lost := g.turn.cleared(); lost != nil {
		return 0, lost
	}
	return n, err
}
