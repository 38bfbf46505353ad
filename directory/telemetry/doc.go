// Package telemetry watches a gateway from outside and tells OpenTelemetry: it wraps the message log, the outbox and the
// accounts of a [gateway.Config], so that neither the engine nor a driver knows of it. It links the API only; where spans
// and metrics go is decided by whoever makes the providers, as cmd/edo-dms does.
//
// Metrics have attributes of few values: operator, operation, outcome, kind of job. Ids of packages, subscribers and
// exchanges stand in spans only. INN, names, texts of operators and secrets stand nowhere. What is not wrapped costs
// nothing.
//
// Start at [New]; [Telemetry.Watch] wraps a whole Config.
package telemetry
