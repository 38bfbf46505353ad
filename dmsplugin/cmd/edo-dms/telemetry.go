package main

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetrichttp"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	otelprometheus "go.opentelemetry.io/otel/exporters/prometheus"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/resource"
	"go.opentelemetry.io/otel/sdk/trace"

	"github.com/edokit/edokit/directory/telemetry"
)

// farewell is how long the last spans and metrics may take to leave: the plugin is killed two seconds after its end was
// asked for.
const farewell = 500 * time.Millisecond

// measuring is the telemetry of this process.
type measuring struct {
	*telemetry.Telemetry
	scrape http.Handler // nil: nobody reads metrics here
	ends   []func(ctx context.Context) error
}

// wanted tells which exporters the environment asks for, by the variables that all of OpenTelemetry uses.
func wanted(getenv func(string) string) (traces, metrics bool, err error) {
	if getenv("OTEL_SDK_DISABLED") == "true" {
		return false, false, nil
	}
	at := func(signal string) bool {
		return cmp.Or(getenv("OTEL_EXPORTER_OTLP_"+signal+"_ENDPOINT"), getenv("OTEL_EXPORTER_OTLP_ENDPOINT")) != "" && getenv("OTEL_"+signal+"_EXPORTER") != "none"
	}
	traces, metrics = at("TRACES"), at("METRICS")
	if p := getenv("OTEL_EXPORTER_OTLP_PROTOCOL"); (traces || metrics) && p != "" && p != "http/protobuf" {
		return false, false, usage("OTEL_EXPORTER_OTLP_PROTOCOL", "is not http/protobuf", "leave it out: nothing else is spoken here")
	}
	return traces, metrics, nil
}

// measure makes what the environment and the command ask for; nil if that is nothing: then nothing is wrapped, no
// goroutine runs and nothing is exported.
func measure(ctx context.Context, getenv func(string) string, scraped bool, logger *slog.Logger) (*measuring, error) {
	traces, metrics, err := wanted(getenv)
	if err != nil || !traces && !metrics && !scraped {
		return nil, err
	}
	// The one setting of the library that is of the whole process: its default prints to standard error, past the log.
	// An upload that is under way at the end is broken off by the library, which then sends all of it once more.
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) {
		if !errors.Is(err, context.Canceled) {
			logger.Warn("telemetry", "error", err)
		}
	}))
	about, err := resource.New(ctx, resource.WithTelemetrySDK(), resource.WithAttributes(attribute.String("service.name", "edo-dms"), attribute.String("service.version", version)), resource.WithFromEnv())
	if err != nil {
		return nil, err
	}
	m, config := &measuring{}, telemetry.Config{}
	if traces {
		exporter, err := otlptracehttp.New(ctx)
		if err != nil {
			return nil, err
		}
		provider := trace.NewTracerProvider(trace.WithResource(about), trace.WithBatcher(exporter))
		config.Tracer, m.ends = provider, append(m.ends, provider.Shutdown)
	}
	if metrics || scraped {
		provider, err := m.meters(ctx, about, metrics, scraped)
		if err != nil {
			return nil, errors.Join(err, m.close())
		}
		config.Meter, m.ends = provider, append(m.ends, provider.Shutdown)
	}
	m.Telemetry, err = telemetry.New(config)
	if err != nil {
		return nil, errors.Join(err, m.close())
	}
	return m, nil
}

// meters sends metrics, has them read, or both.
func (m *measuring) meters(ctx context.Context, about *resource.Resource, sent, scraped bool) (*metric.MeterProvider, error) {
	options := []metric.Option{metric.WithResource(about)}
	if sent {
		exporter, err := otlpmetrichttp.New(ctx)
		if err != nil {
			return nil, err
		}
		options = append(options, metric.WithReader(metric.NewPeriodicReader(exporter)))
	}
	if scraped {
		registry := prometheus.NewRegistry()
		reader, err := otelprometheus.New(otelprometheus.WithRegisterer(registry), otelprometheus.WithoutScopeInfo()) // there is one scope
		if err != nil {
			return nil, err
		}
		options = append(options, metric.WithReader(reader))
		m.scrape = promhttp.HandlerFor(registry, promhttp.HandlerOpts{MaxRequestsInFlight: 4, Timeout: 20 * time.Second})
	}
	return metric.NewMeterProvider(options...), nil
}

// close sends what is left.
func (m *measuring) close() error {
	ctx, cancel := context.WithTimeout(context.Background(), farewell)
	defer cancel()
	var all []error
	for _, end := range m.ends {
		all = append(all, end(ctx))
	}
	return errors.Join(all...)
}
