package main

import (
	"errors"
	"testing"
	"time"

	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/gateway"
	"github.com/edokit/edokit/edo/operators/synerdocs"
)

func TestSettings(t *testing.T) {
	t.Parallel()
	read := func(env map[string]string) (gateway.Config, synerdocs.Config, error) {
		var g gateway.Config
		var d synerdocs.Config
		err := settings(func(name string) string { return env[name] }, &g, &d)
		return g, d, err
	}
	g, d, err := read(map[string]string{
		"EDOKIT_LEASE": "2s", "EDOKIT_VISIBILITY": "5m", "EDOKIT_RETRY_FIRST": "100ms", "EDOKIT_RETRY_LONGEST": "1h", "EDOKIT_FORM_PATIENCE": "24h",
		"EDOKIT_WORKERS": "9",
	})
	if err != nil || g.Lease != 2*time.Second || d.Visibility != 5*time.Minute || g.Backoff != (gateway.Backoff{First: 100 * time.Millisecond, Longest: time.Hour}) ||
		g.FormPatience != 24*time.Hour || g.Workers != 9 {
		t.Errorf("%+v, %+v, %v", g, d, err)
	}
	if g, d, err := read(nil); err != nil || g.Lease != 0 || d.Visibility != 0 || g.Workers != 0 {
		t.Errorf("nothing set: %+v, %+v, %v", g, d, err)
	}
	_, _, err = read(map[string]string{"EDOKIT_LEASE": "30", "EDOKIT_VISIBILITY": "-1s", "EDOKIT_WORKERS": "0"})
	var faults edo.Faults
	if !errors.As(err, &faults) || len(faults) != 3 || !errors.Is(err, edo.Invalid) {
		t.Errorf("%v", err)
	}
}
