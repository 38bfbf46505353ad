package main

import (
	"strconv"
	"time"
	_ "time/tzdata" // EDOKIT_ZONE works without zone files of the system

	"github.com/edokit/edokit/directory/kinds"
	"github.com/edokit/edokit/edo/gateway"
	"github.com/edokit/edokit/edo/operators/synerdocs"
)

// settingsHelp is part of --help. The same variables work for the plugin and the command line.
const settingsHelp = `EDOKIT_DATABASE is the connection string of PostgreSQL (or EDOKIT_DATABASE_FILE names a file with it); without it, edokit.db in the home folder is used.
Times and workers may be set by environment variables:
EDOKIT_LEASE (30s) until another process takes over the work of one that died;
EDOKIT_VISIBILITY (2m) how long the operator may hide an accepted message from searches;
EDOKIT_RETRY_FIRST (1s) and EDOKIT_RETRY_LONGEST (20m) waits between tries;
EDOKIT_FORM_PATIENCE (72h) how long to ask for a printed form;
EDOKIT_PULL (1m) how often a box is read, EDOKIT_FULL_CHECK (6h) how often the slow way that misses nothing;
EDOKIT_SIGN_IN (24h) deadline of a signature task;
EDOKIT_KINDS names a YAML file of kinds of documents instead of the built-in ones: see kinds show and kinds check;
EDOKIT_MASTER_KEY is the master key, or its base64, where it is not in the home folder;
EDOKIT_WORKERS (4) packages worked on at once;
EDOKIT_HEALTH and EDOKIT_METRICS (127.0.0.1:PORT) answer /healthz, /readyz and /metrics there;
OTEL_EXPORTER_OTLP_ENDPOINT sends metrics and traces to a collector;
EDOKIT_ZONE (UTC) of times that the operator writes without a zone, such as Europe/Moscow.`

// kindsFile is the variable that names a file of kinds.
const kindsFile = "EDOKIT_KINDS"

// settings reads what a site has set. What is not set keeps the default of the gateway or of the driver.
func settings(getenv func(string) string, g *gateway.Config, d *synerdocs.Config) error {
	f := sparing(getenv, &g.Limits)
	for _, s := range []struct {
		name string
		to   *time.Duration
	}{
		{"EDOKIT_LEASE", &g.Lease},
		{"EDOKIT_VISIBILITY", &d.Visibility},
		{"EDOKIT_RETRY_FIRST", &g.Backoff.First},
		{"EDOKIT_RETRY_LONGEST", &g.Backoff.Longest},
		{"EDOKIT_FORM_PATIENCE", &g.FormPatience},
		{"EDOKIT_PULL", &g.Pull},
		{"EDOKIT_FULL_CHECK", &g.FullCheck},
		{"EDOKIT_SIGN_IN", &g.SignIn},
	} {
		text := getenv(s.name)
		v, err := time.ParseDuration(text)
		switch {
		case text == "":
		case err != nil || v < time.Millisecond:
			f = append(f, usage(s.name, "is no duration of at least a millisecond", "write it as 30s, 2m or 72h"))
		default:
			*s.to = v
		}
	}
	if text := getenv("EDOKIT_WORKERS"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > 64 {
			f = append(f, usage("EDOKIT_WORKERS", "is no number from 1 to 64", "leave it out for 4"))
		}
		g.Workers = n
	}
	if text := getenv("EDOKIT_ZONE"); text != "" {
		zone, err := time.LoadLocation(text)
		if err != nil || zone == time.Local { // "Local" would change with the machine
			f = append(f, usage("EDOKIT_ZONE", "is no known time zone", "write its IANA name, such as Europe/Moscow, or leave it out for UTC"))
		} else {
			d.Zone = zone
		}
	}
	if path := getenv(kindsFile); path != "" {
		var err error
		if g.Kinds, err = kinds.Open(path); err != nil {
			f = append(f, err)
		}
	}
	return f.Err()
}
