package telemetry_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.uber.org/goleak"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/directory/telemetry"
	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/gateway"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// canary stands for every secret, name and INN: none of it may be in what is measured.
const canary = "canary-7707083893-Иванов"

// watched is a Telemetry with everything it has told.
type watched struct {
	*telemetry.Telemetry
	spans   *tracetest.SpanRecorder
	metrics *metric.ManualReader
	now     time.Time
}

func watch(t *testing.T) *watched {
	t.Helper()
	w := &watched{spans: tracetest.NewSpanRecorder(), metrics: metric.NewManualReader(), now: noon}
	var err error
	w.Telemetry, err = telemetry.New(telemetry.Config{
		Tracer: trace.NewTracerProvider(trace.WithSpanProcessor(w.spans)), Meter: metric.NewMeterProvider(metric.WithReader(w.metrics)),
		Now: func() time.Time { w.now = w.now.Add(time.Second); return w.now },
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// told is every measurement as "name{attributes} value".
func (w *watched) told(t *testing.T) map[string]float64 {
	t.Helper()
	var all metricdata.ResourceMetrics
	if err := w.metrics.Collect(t.Context(), &all); err != nil {
		t.Fatal(err)
	}
	told := map[string]float64{}
	put := func(name string, s attribute.Set, v float64) {
		told[name+"{"+s.Encoded(attribute.DefaultEncoder())+"}"] = v
	}
	for _, scope := range all.ScopeMetrics {
		for _, m := range scope.Metrics {
			switch d := m.Data.(type) {
			case metricdata.Sum[int64]:
				for _, p := range d.DataPoints {
					put(m.Name, p.Attributes, float64(p.Value))
				}
			case metricdata.Gauge[int64]:
				for _, p := range d.DataPoints {
					put(m.Name, p.Attributes, float64(p.Value))
				}
			case metricdata.Gauge[float64]:
				for _, p := range d.DataPoints {
					put(m.Name, p.Attributes, p.Value)
				}
			case metricdata.Histogram[float64]:
				for _, p := range d.DataPoints {
					put(m.Name, p.Attributes, p.Sum)
				}
			case metricdata.Histogram[int64]:
				for _, p := range d.DataPoints {
					put(m.Name, p.Attributes, float64(p.Sum))
				}
			default:
				t.Fatalf("%s is a %T", m.Name, d)
			}
		}
	}
	if text := fmt.Sprint(told); strings.Contains(text, canary) || strings.Contains(text, "p-1") {
		t.Errorf("told too much: %s", text)
	}
	return told
}

func (w *watched) wants(t *testing.T, want map[string]float64) {
	t.Helper()
	got := w.told(t)
	for name, v := range want {
		if g, ok := got[name]; !ok || g != v {
			t.Errorf("%s: %v (%t), want %v\nall: %v", name, g, ok, v, got)
		}
	}
}

// log is a journal that fails on demand.
type log struct{ begin, finish error }

func (l log) Begin(context.Context, edo.ExchangeRequest) (edo.Exchange, error) { return l, l.begin }
func (log) ID() edo.ExchangeID                                                 { return "x-1" }
func (log) Blob(context.Context) (edo.Blob, error)                             { return nil, nil }
func (l log) Finish(context.Context, edo.ExchangeAnswer) error                 { return l.finish }

func request() edo.ExchangeRequest {
	return edo.ExchangeRequest{
		Subscriber: "our-firm", Package: "p-1", Document: "d-1", Operation: "SendMessage", Endpoint: "https://" + canary, Head: canary,
		Body: edo.Masked{Text: []byte(canary)}, Size: 300,
	}
}

func TestExchange(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		log    log
		answer edo.ExchangeAnswer
		want   string
		failed bool
	}{
		"answered":   {answer: edo.ExchangeAnswer{Outcome: edo.OutcomeOK, HTTPStatus: 200, Size: 70, RequestSent: 300, Note: canary}, want: ",edokit.outcome=ok,http.response.status_code=200"},
		"fault":      {answer: edo.ExchangeAnswer{Outcome: edo.OutcomeFault, HTTPStatus: 500, Code: canary, RequestSent: 300}, want: ",edokit.outcome=fault,http.response.status_code=500"},
		"silent":     {answer: edo.ExchangeAnswer{Outcome: edo.OutcomeSilent, RequestSent: 300}, want: ",edokit.outcome=silent", failed: true},
		"not begun":  {log: log{begin: errors.New(canary)}, want: ",edokit.outcome=not-logged", failed: true},
		"not logged": {log: log{finish: errors.New(canary)}, answer: edo.ExchangeAnswer{Outcome: edo.OutcomeOK, HTTPStatus: 200}, want: ",edokit.outcome=not-logged,http.response.status_code=200", failed: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := watch(t)
			x, err := w.Journal("synerdocs", tc.log).Begin(t.Context(), request())
			if err == nil {
				err = x.Finish(t.Context(), tc.answer)
			}
			if (err != nil) != (tc.log != log{}) {
				t.Errorf("the error of the log: %v", err)
			}
			const call = "edokit.operation=SendMessage,edokit.operator=synerdocs"
			w.wants(t, map[string]float64{"edokit.exchange.duration{" + call + tc.want + "}": 1})
			if name == "answered" {
				w.wants(t, map[string]float64{"edokit.exchange.request.size{" + call + "}": 300, "edokit.exchange.answer.size{" + call + "}": 70})
			}
			spans := w.spans.Ended()
			if len(spans) != 1 || spans[0].Name() != "synerdocs SendMessage" || (spans[0].Status().Description != "") != tc.failed {
				t.Fatalf("spans: %+v", spans)
			}
			text := fmt.Sprint(spans[0].Attributes(), spans[0].Events(), spans[0].Status())
			if strings.Contains(text, canary) || tc.log.begin == nil && !strings.Contains(text, "p-1") {
				t.Error(text)
			}
		})
	}
}

// TestOperationsAreBounded: a program may call any operation by name, and a store of metrics must survive that.
func TestOperationsAreBounded(t *testing.T) {
	t.Parallel()
	w := watch(t)
	for i := range 500 {
		r := request()
		r.Operation = fmt.Sprintf("Call%d", i)
		x, err := w.Journal("synerdocs", log{}).Begin(t.Context(), r)
		if err == nil {
			err = x.Finish(t.Context(), edo.ExchangeAnswer{Outcome: edo.OutcomeOK})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if n := len(w.told(t)); n > 101 {
		t.Errorf("%d series", n)
	}
}

// box is an outbox that answers as told.
type box struct {
	gateway.Outbox
	err error
}

func (b box) Accept(_ context.Context, op edo.Operation, _ []edo.Job, _ []edo.Event) (edo.Operation, bool, error) {
	return op, b.err == nil, b.err
}

func (b box) Claim(context.Context, string, time.Time, time.Time) (edo.Job, bool, error) {
	return edo.Job{Kind: edo.JobSend, Due: noon.Add(-3 * time.Second)}, b.err == nil, b.err
}
func (b box) Renew(context.Context, edo.Job, time.Time) error   { return b.err }
func (b box) Settle(context.Context, edo.Job, edo.Change) error { return b.err }
func (b box) Operation(context.Context, edo.Key) (edo.Operation, error) {
	return edo.Operation{Operator: "synerdocs", SentAt: noon.Add(-time.Minute)}, nil
}

// TestDispatcher: an outbox that hands out its jobs itself still does, its claims are counted, and no other one becomes so.
func TestDispatcher(t *testing.T) {
	t.Parallel()
	w := watch(t)
	if _, ok := w.Outbox(box{}).(gateway.Dispatcher); ok {
		t.Error("a plain outbox hands out jobs")
	}
	d, ok := w.Outbox(ringing{}).(gateway.Dispatcher)
	if !ok {
		t.Fatal("its alarms ring for nobody")
	}
	err := d.Dispatch(t.Context(), 1, func(ctx context.Context, id int64) { _, _, _ = d.ClaimJob(ctx, id, "owner", noon, noon) })
	if err != nil {
		t.Error(err)
	}
	w.wants(t, map[string]float64{
		"edokit.job.claims{edokit.job.kind=send}": 1,
		"edokit.job.wait{edokit.job.kind=send}":   3,
	})
}

type ringing struct{ box }

func (ringing) Dispatch(ctx context.Context, _ int, work func(ctx context.Context, id int64)) error {
	work(ctx, 7)
	return nil
}

func (r ringing) ClaimJob(ctx context.Context, _ int64, owner string, now, until time.Time) (edo.Job, bool, error) {
	return r.Claim(ctx, owner, now, until)
}

func TestOutbox(t *testing.T) {
	t.Parallel()
	w := watch(t)
	o, job := w.Outbox(box{}), edo.Job{Kind: edo.JobSend}
	op := edo.Operation{Key: edo.Key{Package: "p-1"}, Operator: "synerdocs", To: edo.Counterparty{Name: canary}, CreatedAt: noon.Add(-5 * time.Second)}
	status := func(s edo.State) []edo.Event { return []edo.Event{{Kind: edo.EventStatus, State: s, Detail: canary}} }
	_, _, _ = o.Accept(t.Context(), op, nil, status(edo.StateAccepted))
	_, _, _ = o.Claim(t.Context(), "owner", noon, noon)
	_ = o.Settle(t.Context(), job, edo.Change{At: noon, Operation: &op, Events: status(edo.StateSent), Done: true})
	_ = o.Settle(t.Context(), job, edo.Change{At: noon, Release: true})
	_ = o.Settle(t.Context(), edo.Job{Kind: edo.JobStamp}, edo.Change{At: noon, Versions: []edo.Version{{Role: edo.RoleOperatorForm, Name: canary}}})
	gone := w.Outbox(box{err: &edo.Error{Kind: edo.Conflict, Reason: edo.LeaseLost}})
	_ = gone.Renew(t.Context(), job, noon)
	_ = gone.Settle(t.Context(), job, edo.Change{})
	broken := w.Outbox(box{err: &edo.Error{Kind: edo.Unavailable, Reason: directory.StoreBusy, Message: canary}})
	_, _, _ = broken.Claim(t.Context(), "owner", noon, noon)
	_, _, _ = broken.Accept(t.Context(), op, nil, status(edo.StateAccepted))
	w.wants(t, map[string]float64{
		"edokit.package.accepted{edokit.operator=synerdocs}":                1,
		"edokit.job.claims{edokit.job.kind=send}":                           1,
		"edokit.job.wait{edokit.job.kind=send}":                             3,
		"edokit.job.settles{edokit.job.kind=send,edokit.outcome=done}":      1,
		"edokit.job.settles{edokit.job.kind=send,edokit.outcome=released}":  1,
		"edokit.package.sent.latency{edokit.operator=synerdocs}":            5,
		"edokit.form.latency{edokit.operator=synerdocs}":                    60,
		"edokit.events{edokit.event.kind=status,edokit.state=accepted}":     1,
		"edokit.events{edokit.event.kind=status,edokit.state=sent}":         1,
		"edokit.lease.lost{edokit.call=renew,edokit.job.kind=send}":         1,
		"edokit.lease.lost{edokit.call=settle,edokit.job.kind=send}":        1,
		"edokit.store.errors{edokit.call=claim,edokit.outcome=store-busy}":  1,
		"edokit.store.errors{edokit.call=accept,edokit.outcome=store-busy}": 1,
	})
}

// TestAround: the exchange is a span below that of its job, and a job of a counterparty does not tell its INN.
func TestAround(t *testing.T) {
	t.Parallel()
	w := watch(t)
	key := edo.CounterpartyKey{Subscriber: "our-firm", INN: "7707083893"}
	for _, job := range []edo.Job{
		{Kind: edo.JobSend, Key: edo.Key{Subscriber: "our-firm", Package: "p-1"}},
		{Kind: edo.JobCounterparty, Key: edo.Key{Subscriber: "our-firm", Package: key.ID()}},
	} {
		ctx, ended := w.Around(t.Context(), job)
		r := request()
		r.Package = job.Key.Package
		x, err := w.Journal("synerdocs", log{}).Begin(ctx, r)
		if err != nil {
			t.Fatal(err)
		}
		_ = x.Finish(ctx, edo.ExchangeAnswer{Outcome: edo.OutcomeOK})
		ended(&edo.Error{Kind: edo.Refused, Message: canary})
	}
	spans := w.spans.Ended()
	if len(spans) != 4 || spans[0].Parent().SpanID() != spans[1].SpanContext().SpanID() {
		t.Fatalf("%d spans", len(spans))
	}
	for _, s := range spans {
		if text := fmt.Sprint(s.Name(), s.Attributes(), s.Status()); strings.Contains(text, "7707083893") {
			t.Error(text)
		}
	}
	w.wants(t, map[string]float64{"edokit.job.duration{edokit.job.kind=send,edokit.outcome=refused}": 3})
}

// TestCall: a host's own trace goes on here; without one, or with nonsense, a new one begins.
func TestCall(t *testing.T) {
	t.Parallel()
	const id = "4bf92f3577b34da6a3ce929d0e0e4736"
	for header, goesOn := range map[string]bool{"00-" + id + "-00f067aa0ba902b7-01": true, "": false, canary: false} {
		w := watch(t)
		_, ended := w.Call(t.Context(), "/edokit.dms.v1.Exchange/Send", func(name string) string {
			if name != "traceparent" {
				return ""
			}
			return header
		})
		ended(&edo.Error{Kind: edo.Denied, Reason: edo.UserNotAllowed, Message: canary})
		s := w.spans.Ended()[0]
		if (s.SpanContext().TraceID().String() == id) != goesOn || s.Status().Description != string(edo.UserNotAllowed) {
			t.Errorf("%q: %v, %v", header, s.SpanContext().TraceID(), s.Status())
		}
	}
}

type counted struct {
	directory.Examiner
	err error
}

func (c counted) Workload(_ context.Context, now time.Time) (directory.Workload, error) {
	return directory.Workload{Due: 2, Held: 1, Later: 4, OldestDue: now.Add(-time.Hour), Packages: map[edo.State]int{edo.StateInDoubt: 3}, Decisions: 1, OverdueTasks: 5}, c.err
}

func TestWorkload(t *testing.T) {
	t.Parallel()
	w := watch(t)
	stop, err := w.Workload(counted{})
	if err != nil {
		t.Fatal(err)
	}
	w.wants(t, map[string]float64{
		"edokit.queue.age{}": 3600, "edokit.queue.jobs{edokit.state=due}": 2, "edokit.queue.jobs{edokit.state=held}": 1, "edokit.queue.jobs{edokit.state=later}": 4,
		"edokit.packages{edokit.state=in-doubt}": 3, "edokit.attention{edokit.what=decision}": 1, "edokit.attention{edokit.what=task}": 5,
	})
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	if _, still := w.told(t)["edokit.queue.age{}"]; still {
		t.Error("counts after its end")
	}
}

// TestWatch: a complete Config is wrapped, and accounts get a log that is watched.
func TestWatch(t *testing.T) {
	t.Parallel()
	w := watch(t)
	c := w.Watch(gateway.Config{Outbox: box{}, Accounts: opens{}})
	account, err := c.Accounts.Account(t.Context(), "our-firm")
	if err != nil || c.Around == nil {
		t.Fatal(err)
	}
	x, err := account.Journal.Begin(t.Context(), request())
	if err == nil {
		err = x.Finish(t.Context(), edo.ExchangeAnswer{Outcome: edo.OutcomeOK})
	}
	if err != nil || len(w.spans.Ended()) != 1 {
		t.Errorf("%d spans, %v", len(w.spans.Ended()), err)
	}
}

type opens struct{}

func (opens) Account(context.Context, edo.SubscriberID) (edo.Account, error) {
	return edo.Account{Operator: "synerdocs", Journal: log{}}, nil
}

// bell is an outbox that hands out its jobs itself.
type bell struct {
	gateway.Outbox
	gateway.Dispatcher
}

// TestDispatcherStaysOne: who is called to work by the store is called when it is measured as well, and nobody else is.
func TestDispatcherStaysOne(t *testing.T) {
	t.Parallel()
	w := watch(t)
	if _, ok := w.Outbox(bell{}).(gateway.Dispatcher); !ok {
		t.Error("an outbox that hands out its jobs is polled when it is measured")
	}
	if _, ok := w.Outbox(nil).(gateway.Dispatcher); ok {
		t.Error("an outbox without an alarm clock has got one")
	}
}
