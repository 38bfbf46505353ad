package telemetry

import (
	"context"
	"errors"
	"slices"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/gateway"
)

// Outbox wraps an outbox: claims, commits, lost leases, events, and how long packages take. One that is a
// [gateway.Dispatcher] stays one.
func (t *Telemetry) Outbox(next gateway.Outbox) gateway.Outbox {
	o := outbox{next, t}
	if d, ok := next.(gateway.Dispatcher); ok {
		return dispatcher{o, d}
	}
	return o
}

// dispatcher is an outbox that hands out its jobs itself.
type dispatcher struct {
	outbox
	next gateway.Dispatcher
}

func (d dispatcher) Dispatch(ctx context.Context, workers int, work func(ctx context.Context, id int64)) error {
	return d.next.Dispatch(ctx, workers, work)
}

func (d dispatcher) ClaimJob(ctx context.Context, id int64, owner string, now, until time.Time) (edo.Job, bool, error) {
	j, found, err := d.next.ClaimJob(ctx, id, owner, now, until)
	d.claimed(ctx, j, now, found, err)
	return j, found, err
}

type outbox struct {
	gateway.Outbox
	t *Telemetry
}

func kind(k edo.JobKind) attribute.KeyValue { return attribute.String("edokit.job.kind", string(k)) }

// failed counts an error of the store. A lease that is lost is no error of it, and a context that ends nobody's.
func (o outbox) failed(ctx context.Context, call string, err error) {
	if err == nil || ctx.Err() != nil || errors.Is(err, edo.LeaseLost) || errors.Is(err, edo.NotFound) || errors.Is(err, edo.Conflict) {
		return
	}
	o.t.is.faults.Add(ctx, 1, metric.WithAttributes(attribute.String("edokit.call", call), attribute.String("edokit.outcome", kindOf(err))))
}

func (o outbox) Accept(ctx context.Context, op edo.Operation, jobs []edo.Job, events []edo.Event) (edo.Operation, bool, error) {
	stored, created, err := o.Outbox.Accept(ctx, op, jobs, events)
	o.failed(ctx, "accept", err)
	if created && err == nil {
		o.t.is.accepted.Add(ctx, 1, metric.WithAttributes(attribute.String("edokit.operator", op.Operator)))
		o.told(ctx, events)
	}
	return stored, created, err
}

func (o outbox) told(ctx context.Context, events []edo.Event) {
	for _, e := range events {
		what := []attribute.KeyValue{attribute.String("edokit.event.kind", string(e.Kind))}
		if e.Kind == edo.EventStatus {
			what = append(what, attribute.String("edokit.state", string(e.State)))
		}
		o.t.is.events.Add(ctx, 1, metric.WithAttributes(what...))
	}
}

func (o outbox) Claim(ctx context.Context, owner string, now, until time.Time) (edo.Job, bool, error) {
	j, found, err := o.Outbox.Claim(ctx, owner, now, until)
	o.claimed(ctx, j, now, found, err)
	return j, found, err
}

func (o outbox) claimed(ctx context.Context, j edo.Job, now time.Time, found bool, err error) {
	o.failed(ctx, "claim", err)
	if found {
		o.t.is.claims.Add(ctx, 1, metric.WithAttributes(kind(j.Kind)))
		o.t.is.jobWait.Record(ctx, max(now.Sub(j.Due), 0).Seconds(), metric.WithAttributes(kind(j.Kind)))
	}
}

func (o outbox) Renew(ctx context.Context, j edo.Job, until time.Time) error {
	err := o.Outbox.Renew(ctx, j, until)
	o.lost(ctx, j, "renew", err)
	return err
}

func (o outbox) lost(ctx context.Context, j edo.Job, call string, err error) {
	o.failed(ctx, call, err)
	if errors.Is(err, edo.LeaseLost) {
		o.t.is.lost.Add(ctx, 1, metric.WithAttributes(kind(j.Kind), attribute.String("edokit.call", call)))
	}
}

func (o outbox) Settle(ctx context.Context, j edo.Job, c edo.Change) error {
	err := o.Outbox.Settle(ctx, j, c)
	o.lost(ctx, j, "settle", err)
	if err != nil {
		return err
	}
	result := "step"
	switch {
	case c.Done:
		result = "done"
	case c.Release:
		result = "released"
	}
	o.t.is.settles.Add(ctx, 1, metric.WithAttributes(kind(j.Kind), attribute.String("edokit.outcome", result)))
	o.told(ctx, c.Events)
	o.latencies(ctx, j, c)
	return nil
}

// latencies looks at what has just been committed: a package that is with the operator now, a printed form that came.
func (o outbox) latencies(ctx context.Context, j edo.Job, c edo.Change) {
	operator := func(op edo.Operation) metric.MeasurementOption {
		return metric.WithAttributes(attribute.String("edokit.operator", op.Operator))
	}
	sent := slices.ContainsFunc(c.Events, func(e edo.Event) bool { return e.Kind == edo.EventStatus && e.State == edo.StateSent })
	if op := c.Operation; op != nil && sent {
		o.t.is.sentLatency.Record(ctx, c.At.Sub(op.CreatedAt).Seconds(), operator(*op))
	}
	for _, v := range c.Versions {
		if v.Role != edo.RoleOperatorForm {
			continue
		}
		if op, err := o.Operation(ctx, j.Key); err == nil && !op.SentAt.IsZero() {
			o.t.is.secondVersionLatency.Record(ctx, c.At.Sub(op.SentAt).Seconds(), operator(op))
		}
	}
}
