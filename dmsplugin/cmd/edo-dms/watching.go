package main

import (
	"context"
	"log/slog"
	"time"

	"github.com/edokit/edokit/edo/gateway"
)

// watching is everything by which others watch a working process: health, metrics, traces. What nobody has asked for is
// not there.
type watching struct {
	healthAt, metricsAt string
	logger              *slog.Logger
	pulse               *pulse     // nil: nobody asks for health
	measuring           *measuring // nil: nothing is measured
	health              *health
	monitor             *monitor
	unregister          func() error
}

// watch prepares it. Addresses may be empty; host says that a plugin host asks for health over its own connection.
func watch(ctx context.Context, healthAt, metricsAt string, host bool, getenv func(string) string, logger *slog.Logger) (*watching, error) {
	w := &watching{healthAt: healthAt, metricsAt: metricsAt, logger: logger}
	if healthAt != "" || host {
		w.pulse = newPulse(time.Now)
	}
	var err error
	w.measuring, err = measure(ctx, getenv, metricsAt != "", logger)
	return w, err
}

// wraps are what has to stand between the gateway and its ports.
func (w *watching) wraps() []func(gateway.Config) gateway.Config {
	var all []func(gateway.Config) gateway.Config
	if w.measuring != nil {
		all = append(all, w.measuring.Watch)
	}
	if w.pulse != nil {
		all = append(all, w.pulse.wrap)
	}
	return all
}

// calls is what stands around the calls of a host, nil if nothing is measured.
func (w *watching) calls() func(ctx context.Context, method string, header func(name string) string) (context.Context, func(error)) {
	if w.measuring == nil {
		return nil
	}
	return w.measuring.Call
}

// start begins to answer; say gets the URL of each page.
func (w *watching) start(ctx context.Context, p *parts, say func(url string)) (err error) {
	at := map[string]pages{}
	put := func(address string, some pages) {
		for path, page := range some {
			if at[address] == nil {
				at[address] = pages{}
			}
			at[address][path] = page
		}
	}
	if w.pulse != nil {
		w.pulse.beat()
		w.health = newHealth(p, w.pulse.since, p.gateway.Lease)
	}
	if w.healthAt != "" {
		put(w.healthAt, healthPages(w.health))
	}
	if w.metricsAt != "" {
		put(w.metricsAt, pages{"/metrics": w.measuring.scrape})
	}
	if w.measuring != nil {
		if w.unregister, err = w.measuring.Workload(p.Store); err != nil {
			return err
		}
	}
	if len(at) > 0 {
		w.monitor, err = openMonitor(ctx, at, say)
	}
	return err
}

// close ends all of it; the store must still be open.
func (w *watching) close() {
	if w.monitor != nil {
		w.tell("monitor", w.monitor.close())
	}
	if w.health != nil {
		w.health.settle()
	}
	if w.measuring != nil {
		w.tell("telemetry", w.measuring.close()) // the last reading of the store is here
	}
	if w.unregister != nil {
		w.tell("telemetry", w.unregister())
	}
}

func (w *watching) tell(what string, err error) {
	if err != nil {
		w.logger.Warn(what, "error", err)
	}
}
