package main

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/gateway"
)

// ask gives status and body of a page.
func ask(t *testing.T, h *health, path string) (int, string) {
	t.Helper()
	w := httptest.NewRecorder()
	healthPages(h)[path].ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
	return w.Code, strings.TrimSpace(w.Body.String())
}

// TestReadiness: each condition alone makes a process unready, and its texts stay here.
func TestReadiness(t *testing.T) {
	t.Parallel()
	fine := func(context.Context) error { return nil }
	canary := &edo.Error{Kind: edo.Unavailable, Reason: directory.StoreFull, Message: "canary"}
	for name, tc := range map[string]struct {
		silent time.Duration
		store  error
		alive  int
		ready  int
		body   string
		serves bool
	}{
		"all well":      {alive: 200, ready: 200, body: `{"status":"ok","checks":[{"name":"workers","ok":true},{"name":"store","ok":true}]}`, serves: true},
		"a full disk":   {store: canary, alive: 200, ready: 503, body: `{"status":"failing","checks":[{"name":"workers","ok":true},{"name":"store","ok":false,"why":"store-full"}]}`},
		"a plain error": {store: errors.New("canary"), alive: 200, ready: 503, body: `{"status":"failing","checks":[{"name":"workers","ok":true},{"name":"store","ok":false,"why":"internal"}]}`},
		"still workers": {silent: time.Hour, alive: 503, ready: 503, body: `{"status":"failing","checks":[{"name":"workers","ok":false,"why":"silent"},{"name":"store","ok":true}]}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			looks := 0
			h := &health{now: time.Now, workers: func() time.Duration { return tc.silent }, patient: silence, looks: []look{{"store", func(ctx context.Context) error {
				looks++
				return errors.Join(tc.store, fine(ctx))
			}}}}
			if code, _ := ask(t, h, "/healthz"); code != tc.alive {
				t.Errorf("healthz %d", code)
			}
			h.now = func() time.Time { return time.Unix(1_000_000, 0) } // stands still: asked again at once
			for range 3 {
				if code, body := ask(t, h, "/readyz"); code != tc.ready || body != tc.body {
					t.Errorf("readyz %d\n%s\n%s", code, body, tc.body)
				}
			}
			if err := h.serving(t.Context()); (err == nil) != tc.serves || looks != 1 {
				t.Errorf("serving: %v, %d looks", err, looks)
			}
		})
	}
}

// TestReadinessOfAHangingDisk: whoever asks gets an answer, and only one look hangs.
func TestReadinessOfAHangingDisk(t *testing.T) {
	t.Parallel()
	release, looks := make(chan struct{}), make(chan struct{}, 10)
	still := time.Unix(1_000_000, 0)
	h := &health{now: func() time.Time { return still }, workers: func() time.Duration { return 0 }, patient: silence, looks: []look{{"store", func(context.Context) error {
		looks <- struct{}{}
		<-release
		return nil
	}}}}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for range 3 {
		if all := h.ready(ctx); all[0].OK || all[0].Name != "checks" {
			t.Errorf("%+v", all)
		}
	}
	close(release)
	if all := h.ready(t.Context()); len(all) != 2 || !all[1].OK || len(looks) != 1 {
		t.Errorf("%+v, %d looks", all, len(looks))
	}
	h.settle()
}

// TestReadinessOfAHome: real store, real archive, and a subscriber that can open a session or not.
func TestReadinessOfAHome(t *testing.T) {
	t.Parallel()
	p := newPatient(t)
	look := func(want string) {
		t.Helper()
		parts, err := p.command.open()
		check(t, err)
		defer parts.Close()
		h := newHealth(parts, func() time.Duration { return 0 }, time.Second)
		if _, body := ask(t, h, "/readyz"); body != want {
			t.Errorf("%s\nwant %s", body, want)
		}
	}
	const begin = `{"status":"%","checks":[{"name":"workers","ok":true},{"name":"store","ok":true},{"name":"archive","ok":true},{"name":"session","ok":`
	look(strings.Replace(begin, "%", "failing", 1) + `false,"why":"no-session"}]}`)
	p.subscriber(t, nil)
	look(strings.Replace(begin, "%", "ok", 1) + `true}]}`)
}

// TestNothingIsWatched: without settings there is no listener, no exporter, and nothing stands between the engine and its
// store.
func TestNothingIsWatched(t *testing.T) {
	t.Parallel()
	w, err := watch(t.Context(), "", "", false, func(string) string { return "" }, nil)
	check(t, err)
	if w.pulse != nil || w.measuring != nil || len(w.wraps()) != 0 {
		t.Errorf("%+v", w)
	}
	p := newPatient(t)
	parts, err := p.command.open()
	check(t, err)
	defer parts.Close()
	check(t, w.start(t.Context(), parts, nil))
	if parts.gateway.Outbox != gateway.Outbox(parts.Store) || parts.gateway.Around != nil || w.monitor != nil || w.health != nil {
		t.Error("something is watched")
	}
	w.close()
}

// TestThePulseCostsNothing: a plugin always listens to its workers.
func TestThePulseCostsNothing(t *testing.T) { //nolint:paralleltest // counts allocations of the whole process
	at := time.Unix(1, 0)
	p := newPulse(func() time.Time { return at })
	c := p.wrap(gateway.Config{Outbox: still{}})
	ctx := t.Context()
	if n := testing.AllocsPerRun(100, func() { _, _, _ = c.Outbox.Claim(ctx, "", at, at) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
	at = time.Unix(61, 0)
	if p.since() != time.Minute {
		t.Errorf("since %v", p.since())
	}
	_ = c.Outbox.Renew(ctx, edo.Job{}, at)
	if p.since() != 0 {
		t.Errorf("since %v", p.since())
	}
}

type still struct{ gateway.Outbox }

func (still) Claim(context.Context, string, time.Time, time.Time) (edo.Job, bool, error) {
	return edo.Job{}, false, nil
}
func (still) Renew(context.Context, edo.Job, time.Time) error { return nil }

// TestThePulseOfADispatcher: a store that hands out its jobs itself still does when it is listened to; idle workers are
// well, and those that leave work lying are not.
func TestThePulseOfADispatcher(t *testing.T) {
	t.Parallel()
	at := time.Unix(1000, 0)
	p, store := newPulse(func() time.Time { return at }), &ringing{}
	d, ok := p.wrap(gateway.Config{Outbox: store}).Outbox.(dispatched)
	if !ok {
		t.Fatal("its alarms ring for nobody")
	}
	check(t, d.Dispatch(t.Context(), 1, nil))
	at = at.Add(time.Minute)
	for name, tc := range map[string]struct {
		due   time.Time
		some  bool
		err   error
		alive bool
	}{
		"nothing to do":  {alive: true},
		"due now":        {due: at, some: true, alive: true},
		"left lying":     {due: at.Add(-tooLong), some: true},
		"not to be seen": {err: errors.New("the database cannot be reached"), alive: true},
	} {
		p.last.Store(0)
		store.due, store.some, store.err = tc.due, tc.some, tc.err
		if d.look(t.Context()); (p.since() == 0) != tc.alive {
			t.Errorf("%s: %v", name, p.since())
		}
	}
	if _, _, err := d.ClaimJob(t.Context(), 1, "o", at, at); err != nil || p.since() != 0 || store.claims != 1 || store.dispatches != 1 {
		t.Errorf("%v, %v, %+v", err, p.since(), store)
	}
}

type ringing struct {
	still
	due                time.Time
	some               bool
	err                error
	claims, dispatches int
}

func (r *ringing) NextDue(context.Context, time.Time) (time.Time, bool, error) {
	return r.due, r.some, r.err
}

func (r *ringing) Dispatch(context.Context, int, func(context.Context, int64)) error {
	r.dispatches++
	return nil
}

func (r *ringing) ClaimJob(context.Context, int64, string, time.Time, time.Time) (edo.Job, bool, error) {
	r.claims++
	return edo.Job{}, false, nil
}

// TestOnlyLoopback: the pages have no login.
func TestOnlyLoopback(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"0.0.0.0:0", ":9464", "192.0.2.1:1", "localhost:1", "127.0.0.1", "operator.example:80"} {
		if l, err := loopbackListener(t.Context(), address); !errors.Is(err, edo.Invalid) {
			t.Errorf("%s: %v, %v", address, l, err)
		}
	}
}

// TestWanted reads the variables that all of OpenTelemetry uses.
func TestWanted(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		env             map[string]string
		traces, metrics bool
		bad             bool
	}{
		"nothing":      {},
		"both":         {env: map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"}, traces: true, metrics: true},
		"traces alone": {env: map[string]string{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://127.0.0.1:4318"}, traces: true},
		"no metrics":   {env: map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318", "OTEL_METRICS_EXPORTER": "none"}, traces: true},
		"disabled":     {env: map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318", "OTEL_SDK_DISABLED": "true"}},
		"grpc":         {env: map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, bad: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			traces, metrics, err := wanted(func(n string) string { return tc.env[n] })
			if traces != tc.traces || metrics != tc.metrics || errors.Is(err, edo.Invalid) != tc.bad {
				t.Errorf("%t %t %v", traces, metrics, err)
			}
		})
	}
}
