package gateway

import (
	"errors"
	"testing"
	"time"

	"github.com/edokit/edokit/edo"
)

// TestPause is every retry class with the least and the most that chance can do to it.
func TestPause(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	later := func(d time.Duration) error { return &edo.Error{Kind: edo.Unavailable, RetryAfter: d} }
	for name, tc := range map[string]struct {
		class       pace
		tries       int
		err         error
		least, most time.Duration
	}{
		"first":                        {pacePassing, 1, nil, 500 * time.Millisecond, time.Second},
		"fifth":                        {pacePassing, 5, nil, 8 * time.Second, 16 * time.Second},
		"many":                         {pacePassing, 1 << 40, nil, 10 * time.Minute, 20 * time.Minute},
		"never tried":                  {pacePassing, 0, nil, 500 * time.Millisecond, time.Second},
		"people are slow":              {paceWaiting, 1 << 40, nil, day, day + 144*time.Minute},
		"a person mends":               {paceMending, 9, nil, time.Minute, 66 * time.Second},
		"refused":                      {paceRefused, 1, nil, 20 * time.Minute, 22 * time.Minute},
		"refused again and again":      {paceRefused, 1 << 40, nil, day, day + 144*time.Minute},
		"box":                          {paceReading, 99, nil, time.Minute, 66 * time.Second},
		"slow check":                   {paceChecking, 99, nil, 6 * time.Hour, 6*time.Hour + 36*time.Minute},
		"asked for":                    {pacePassing, 1, later(time.Hour), time.Hour, 66 * time.Minute},
		"asked for less":               {pacePassing, 1 << 40, later(time.Second), 10 * time.Minute, 20 * time.Minute},
		"asked for inside":             {pacePassing, 1, &edo.Error{Kind: edo.Denied, Err: later(time.Hour)}, time.Hour, 66 * time.Minute},
		"asked for by one of many":     {pacePassing, 1, errors.Join(errors.New("x"), later(time.Hour)), time.Hour, 66 * time.Minute},
		"asked for, mended by people":  {paceMending, 1, later(time.Hour), time.Hour, 66 * time.Minute},
		"asked for, a box":             {paceReading, 1, later(time.Hour), time.Hour, 66 * time.Minute},
		"asked for a year":             {pacePassing, 1, later(365 * day), day, day + 144*time.Minute},
		"the driver's own wait":        {paceMending, 1, &edo.Error{Kind: edo.Denied, Reason: edo.LoginRefused, RetryAfter: time.Hour}, time.Minute, 66 * time.Second},
		"an error of somebody else":    {pacePassing, 1, errors.New("boom"), 500 * time.Millisecond, time.Second},
		"a wish that lies in the past": {pacePassing, 1, later(-time.Hour), 500 * time.Millisecond, time.Second},
	} {
		ends := map[time.Duration]bool{}
		for _, luck := range []float64{0, 1} {
			g := &Gateway{Config: Config{Random: func() float64 { return luck }}.withDefaults()}
			ends[g.pause(tc.class, tc.tries, tc.err)] = true
		}
		if len(ends) != 2 || !ends[tc.least] || !ends[tc.most] {
			t.Errorf("%s: %v, want from %s to %s", name, ends, tc.least, tc.most)
		}
	}
}

// TestPauseIsSpread: what failed together does not come back together.
func TestPauseIsSpread(t *testing.T) {
	t.Parallel()
	g := &Gateway{Config: Config{}.withDefaults()}
	for _, class := range []pace{pacePassing, paceWaiting, paceMending, paceRefused, paceReading, paceChecking} {
		seen := map[time.Duration]bool{}
		for range 100 {
			seen[g.pause(class, 9, nil)] = true
		}
		if len(seen) < 90 {
			t.Errorf("class %d has %d different waits of 100", class, len(seen))
		}
	}
}
