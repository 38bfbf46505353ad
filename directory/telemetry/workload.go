package telemetry

import (
	"context"
	"errors"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/edokit/edokit/directory"
)

// counting is how long a store may take to count; a reader that waits longer gets no numbers.
const counting = 5 * time.Second

// Workload shows what is to be done whenever a reader of metrics asks, and never between. stop ends that.
func (t *Telemetry) Workload(x directory.Examiner) (stop func() error, err error) {
	var all []error
	gauge := func(name, unit, what string) metric.Int64ObservableGauge {
		g, err := t.meter.Int64ObservableGauge(name, metric.WithUnit(unit), metric.WithDescription(what))
		all = append(all, err)
		return g
	}
	late, err := t.meter.Float64ObservableGauge("edokit.queue.age", metric.WithUnit("s"), metric.WithDescription("How long the first due job has waited for a worker."))
	all = append(all, err)
	jobs := gauge("edokit.queue.jobs", "{job}", "Jobs that have not ended.")
	packages := gauge("edokit.packages", "{package}", "Packages that are not with the operator yet.")
	people := gauge("edokit.attention", "{item}", "What waits for a person.")
	if err := errors.Join(all...); err != nil {
		return nil, err
	}
	r, err := t.meter.RegisterCallback(func(ctx context.Context, o metric.Observer) error {
		ctx, cancel := context.WithTimeout(ctx, counting)
		defer cancel()
		now := t.now()
		w, err := x.Workload(ctx, now)
		if err != nil {
			return err
		}
		o.ObserveFloat64(late, w.Late(now).Seconds())
		for state, n := range map[string]int{"due": w.Due, "held": w.Held, "later": w.Later} {
			o.ObserveInt64(jobs, int64(n), metric.WithAttributes(attribute.String("edokit.state", state)))
		}
		for state, n := range w.Packages {
			o.ObserveInt64(packages, int64(n), metric.WithAttributes(attribute.String("edokit.state", string(state))))
		}
		for what, n := range map[string]int{"decision": w.Decisions, "task": w.OverdueTasks, "counterparty": w.Counterparties} {
			o.ObserveInt64(people, int64(n), metric.WithAttributes(attribute.String("edokit.what", what)))
		}
		return nil
	}, late, jobs, packages, people)
	if err != nil {
		return nil, err
	}
	return r.Unregister, nil
}
