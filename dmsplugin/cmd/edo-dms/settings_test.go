package main

import (
	"errors"
	"os/exec"
	"slices"
	"strings"
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
		"EDOKIT_PULL": "5s", "EDOKIT_FULL_CHECK": "2h", "EDOKIT_SIGN_IN": "48h",
		"EDOKIT_WORKERS": "9", "EDOKIT_ZONE": "Europe/Moscow",
	})
	if err != nil || g.Lease != 2*time.Second || d.Visibility != 5*time.Minute || g.Backoff != (gateway.Backoff{First: 100 * time.Millisecond, Longest: time.Hour}) ||
		g.FormPatience != 24*time.Hour || g.Pull != 5*time.Second || g.FullCheck != 2*time.Hour || g.SignIn != 48*time.Hour || g.Workers != 9 || d.Zone == nil || d.Zone.String() != "Europe/Moscow" {
		t.Errorf("%+v, %+v, %v", g, d, err)
	}
	if g, d, err := read(nil); err != nil || g.Lease != 0 || d.Visibility != 0 || g.Workers != 0 || d.Zone != nil {
		t.Errorf("nothing set: %+v, %+v, %v", g, d, err)
	}
	_, _, err = read(map[string]string{"EDOKIT_LEASE": "30", "EDOKIT_VISIBILITY": "-1s", "EDOKIT_WORKERS": "0"})
	var faults edo.Faults
	if !errors.As(err, &faults) || len(faults) != 3 || !errors.Is(err, edo.Invalid) {
		t.Errorf("%v", err)
	}
	g, _, err = read(map[string]string{"EDOKIT_RATE": "2.5", "EDOKIT_RATE_BURST": "7", "EDOKIT_CONCURRENT": "3", "EDOKIT_BREAKER_FAILURES": "off", "EDOKIT_BREAKER_PAUSE": "9s"})
	if want := (gateway.Limits{Rate: 2.5, Burst: 7, Concurrent: 3, Failures: -1, Pause: 9 * time.Second}); err != nil || g.Limits != want {
		t.Errorf("%+v, %v", g.Limits, err)
	}
	_, _, err = read(map[string]string{"EDOKIT_RATE": "NaN", "EDOKIT_RATE_BURST": "0", "EDOKIT_CONCURRENT": "x", "EDOKIT_BREAKER_FAILURES": "-1", "EDOKIT_BREAKER_PAUSE": "5"})
	if !errors.As(err, &faults) || len(faults) != 5 {
		t.Errorf("%v", err)
	}
	if !strings.Contains(settingsHelp, "EDOKIT_ZONE (UTC)") {
		t.Error("the help is silent about the zone")
	}
	for _, name := range []string{"Europe/Nowhere", "Local", "../UTC", "+03:00"} {
		var e *edo.Error
		if _, d, err := read(map[string]string{"EDOKIT_ZONE": name}); !errors.As(err, &e) || e.Kind != edo.Invalid || e.Field != "EDOKIT_ZONE" || e.Remedy == "" || d.Zone != nil {
			t.Errorf("%s: %v, %v", name, d.Zone, err)
		}
	}
}

// The zones are in the program: a small machine has no files of them.
func TestZonesAreBuiltIn(t *testing.T) {
	t.Parallel()
	text, err := exec.CommandContext(t.Context(), "go", "list", "-deps", ".").Output()
	if err != nil || !slices.Contains(strings.Fields(string(text)), "time/tzdata") {
		t.Errorf("time/tzdata is not linked: %v", err)
	}
}
