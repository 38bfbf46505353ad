package telemetry

import (
	"context"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"

	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/gateway"
)

// Accounts wraps the log of every account that is opened.
func (t *Telemetry) Accounts(next gateway.Accounts) gateway.Accounts { return accounts{next, t} }

type accounts struct {
	gateway.Accounts
	t *Telemetry
}

func (a accounts) Account(ctx context.Context, s edo.SubscriberID) (edo.Account, error) {
	account, err := a.Accounts.Account(ctx, s)
	if err == nil && account.Journal != nil {
		account.Journal = a.t.Journal(account.Operator, account.Journal)
	}
	return account, err
}

// Journal wraps a message log: one span and one measurement for each exchange with the operator.
func (t *Telemetry) Journal(operator string, next edo.Journal) edo.Journal {
	return journal{next, t, operator}
}

type journal struct {
	next     edo.Journal
	t        *Telemetry
	operator string
}

func (j journal) Begin(ctx context.Context, r edo.ExchangeRequest) (edo.Exchange, error) {
	operation := j.t.operations.name(r.Operation)
	x := &exchange{t: j.t, begun: j.t.now(), request: r.Size, attributes: []attribute.KeyValue{
		attribute.String("edokit.operator", j.operator), attribute.String("edokit.operation", operation),
	}}
	_, x.span = j.t.tracer.Start(ctx, j.operator+" "+operation, trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(x.attributes...))
	next, err := j.next.Begin(ctx, r)
	if err != nil {
		x.end(ctx, "not-logged", 0, true)
		return nil, err
	}
	x.Exchange = next
	x.span.SetAttributes(
		attribute.String("edokit.exchange", string(next.ID())), attribute.String("edokit.subscriber", string(r.Subscriber)), packageOf(r.Package),
		attribute.String("edokit.document", string(r.Document)), attribute.Int64("http.request.body.size", r.Size),
	)
	return x, nil
}

// exchange is one exchange under way. One that never ends, because its process does, has no span: the log shows it.
type exchange struct {
	edo.Exchange
	t          *Telemetry
	span       trace.Span
	begun      time.Time
	request    int64
	attributes []attribute.KeyValue
}

func (x *exchange) Finish(ctx context.Context, a edo.ExchangeAnswer) error {
	err := x.Exchange.Finish(ctx, a)
	x.span.SetAttributes(attribute.Int64("http.response.body.size", a.Size))
	if a.HTTPStatus != 0 {
		x.t.is.answerSize.Record(ctx, a.Size, metric.WithAttributes(x.attributes...))
	}
	if a.RequestSent > 0 {
		x.t.is.requestSize.Record(ctx, a.RequestSent, metric.WithAttributes(x.attributes...))
	}
	outcome := string(a.Outcome)
	if err != nil {
		outcome = "not-logged"
	}
	x.end(ctx, outcome, a.HTTPStatus, err != nil || (a.Outcome != edo.OutcomeOK && a.Outcome != edo.OutcomeFault))
	return err
}

func (x *exchange) end(ctx context.Context, outcome string, status int, failed bool) {
	what := append(x.attributes, attribute.String("edokit.outcome", outcome))
	if status != 0 {
		what = append(what, attribute.Int("http.response.status_code", status))
	}
	x.t.is.exchangeDuration.Record(ctx, x.t.now().Sub(x.begun).Seconds(), metric.WithAttributes(what...))
	x.span.SetAttributes(what...)
	if failed {
		x.span.SetStatus(codes.Error, outcome)
	}
	x.span.End()
}
