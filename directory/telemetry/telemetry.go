package telemetry

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	metricnoop "go.opentelemetry.io/otel/metric/noop"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
	tracenoop "go.opentelemetry.io/otel/trace/noop"

	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/gateway"
)

// Scope is the name of tracer and meter.
const Scope = "github.com/edokit/edokit/directory/telemetry"

// Config of [New]. Without any provider everything is measured and thrown away.
type Config struct {
	Tracer trace.TracerProvider // nil: no spans
	Meter  metric.MeterProvider // nil: no metrics
	Now    func() time.Time     // nil: time.Now
}

// Telemetry measures. It is safe for use by several goroutines.
type Telemetry struct {
	tracer     trace.Tracer
	meter      metric.Meter
	now        func() time.Time
	is         instruments
	operations bounded
}

// New makes the instruments.
func New(c Config) (*Telemetry, error) {
	if c.Tracer == nil {
		c.Tracer = tracenoop.NewTracerProvider()
	}
	if c.Meter == nil {
		c.Meter = metricnoop.NewMeterProvider()
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	t := &Telemetry{tracer: c.Tracer.Tracer(Scope), meter: c.Meter.Meter(Scope), now: c.Now}
	var err error
	t.is, err = newInstruments(t.meter)
	return t, err
}

// Watch wraps the ports of a Config that is complete, and sets its Around.
func (t *Telemetry) Watch(c gateway.Config) gateway.Config {
	c.Outbox, c.Accounts, c.Around = t.Outbox(c.Outbox), t.Accounts(c.Accounts), t.Around
	return c
}

// Around makes a span of one step of a job; spans of its exchanges stand below it.
func (t *Telemetry) Around(ctx context.Context, j edo.Job) (context.Context, func(error)) {
	begun := t.now()
	ctx, span := t.tracer.Start(ctx, "job "+string(j.Kind), trace.WithAttributes(
		attribute.String("edokit.job.kind", string(j.Kind)), attribute.Int("edokit.job.tries", j.Tries), attribute.String("edokit.subscriber", string(j.Key.Subscriber)),
	))
	if j.Kind.OfPackage() { // else it may be made of an INN
		span.SetAttributes(packageOf(j.Key.Package), attribute.String("edokit.document", string(j.Document)))
	}
	return ctx, func(err error) {
		outcome := "ok"
		if err != nil {
			outcome = kindOf(err)
			span.SetStatus(codes.Error, outcome)
		}
		span.End()
		t.is.jobDuration.Record(ctx, t.now().Sub(begun).Seconds(), metric.WithAttributes(attribute.String("edokit.job.kind", string(j.Kind)), attribute.String("edokit.outcome", outcome)))
	}
}

// Call makes a span of one call of a host, below that of the host if it sent a traceparent. It fits dmsplugin's
// ServeConfig.
func (t *Telemetry) Call(ctx context.Context, method string, header func(name string) string) (context.Context, func(error)) {
	ctx = propagation.TraceContext{}.Extract(ctx, carrier(header))
	ctx, span := t.tracer.Start(ctx, strings.TrimPrefix(method, "/"), trace.WithSpanKind(trace.SpanKindServer))
	return ctx, func(err error) {
		if err != nil {
			span.SetStatus(codes.Error, kindOf(err))
		}
		span.End()
	}
}

// carrier reads only.
type carrier func(name string) string

func (c carrier) Get(name string) string { return c(name) }
func (carrier) Set(string, string)       {}
func (carrier) Keys() []string           { return nil }

// kindOf names an error without its text, which may tell of people.
func kindOf(err error) string {
	switch r := edo.ReasonOf(err); {
	case errors.Is(err, context.Canceled):
		return "canceled"
	case errors.Is(err, context.DeadlineExceeded):
		return "deadline"
	case r != "":
		return string(r)
	}
	return edo.KindOf(err).String()
}

// packageOf is the id of a package. What an id of ours is made of for a counterparty holds its INN, and is left out.
func packageOf(id edo.PackageID) attribute.KeyValue {
	if strings.HasPrefix(string(id), "counterparty:") {
		id = ""
	}
	return attribute.String("edokit.package", string(id))
}

// bounded keeps an attribute from having ever more values: a program may call any operation of an operator by name.
type bounded struct {
	mu   sync.Mutex
	seen map[string]bool
}

// maxOperations is more than an operator's contract has calls in use.
const maxOperations = 100

func (b *bounded) name(s string) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.seen[s] {
		return s
	}
	if len(b.seen) >= maxOperations {
		return "other"
	}
	if b.seen == nil {
		b.seen = map[string]bool{}
	}
	b.seen[s] = true
	return s
}
