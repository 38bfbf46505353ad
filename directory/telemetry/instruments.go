package telemetry

import (
	"errors"

	"go.opentelemetry.io/otel/metric"
)

// instruments are all that is measured as it happens. Names and units follow the conventions of OpenTelemetry.
type instruments struct {
	exchangeDuration                  metric.Float64Histogram
	requestSize, answerSize           metric.Int64Histogram
	claims, settles, lost, faults     metric.Int64Counter
	accepted, events                  metric.Int64Counter
	jobWait, jobDuration              metric.Float64Histogram
	sentLatency, secondVersionLatency metric.Float64Histogram
}

// Bounds of buckets. Operators answer in tens of milliseconds to minutes; printed forms come within days.
func quick() []float64 { return []float64{.01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 300} }

func slow() []float64 {
	return []float64{.1, .5, 1, 5, 10, 30, 60, 300, 900, 3600, 6 * 3600, 24 * 3600, 72 * 3600}
}

func bytesOf() []float64 {
	return []float64{1 << 10, 4 << 10, 16 << 10, 64 << 10, 256 << 10, 1 << 20, 16 << 20, 256 << 20}
}

func newInstruments(m metric.Meter) (i instruments, err error) {
	var all []error
	seconds := func(name, what string, bounds []float64) metric.Float64Histogram {
		h, err := m.Float64Histogram(name, metric.WithUnit("s"), metric.WithDescription(what), metric.WithExplicitBucketBoundaries(bounds...))
		all = append(all, err)
		return h
	}
	size := func(name, what string) metric.Int64Histogram {
		h, err := m.Int64Histogram(name, metric.WithUnit("By"), metric.WithDescription(what), metric.WithExplicitBucketBoundaries(bytesOf()...))
		all = append(all, err)
		return h
	}
	count := func(name, unit, what string) metric.Int64Counter {
		c, err := m.Int64Counter(name, metric.WithUnit(unit), metric.WithDescription(what))
		all = append(all, err)
		return c
	}
	i = instruments{
		exchangeDuration:     seconds("edokit.exchange.duration", "Exchanges with operators, from the row in the log to the end of the answer.", quick()),
		requestSize:          size("edokit.exchange.request.size", "Bodies of requests to operators."),
		answerSize:           size("edokit.exchange.answer.size", "Bodies of answers of operators."),
		claims:               count("edokit.job.claims", "{claim}", "Jobs that were claimed."),
		settles:              count("edokit.job.settles", "{commit}", "Outcomes that were written down."),
		lost:                 count("edokit.lease.lost", "{lease}", "Leases that were lost to another worker."),
		faults:               count("edokit.store.errors", "{error}", "Calls of the store that failed."),
		accepted:             count("edokit.package.accepted", "{package}", "Packages that were accepted here."),
		events:               count("edokit.events", "{event}", "Events for hosts."),
		jobWait:              seconds("edokit.job.wait", "From the time a job was due to its claim.", quick()),
		jobDuration:          seconds("edokit.job.duration", "One step of a job.", quick()),
		sentLatency:          seconds("edokit.package.sent.latency", "From the acceptance of a package here to that by the operator.", slow()),
		secondVersionLatency: seconds("edokit.form.latency", "From the acceptance of a package by the operator to the printed form.", slow()),
	}
	return i, errors.Join(all...)
}
