package sim_test

import (
	"fmt"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// result of one history.
type result struct {
	faults []string
	trace  []string
}

// history lets the steps happen in a world of their own.
func history(t *testing.T, steps []step) (r result) {
	t.Helper()
	blank, err := template()
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(*testing.T) {
		w, end, err := newWorld(blank)
		if err == nil {
			for _, s := range steps {
				w.step(s)
				if w.model.check(); len(w.model.faults) > 0 {
					break
				}
			}
			w.model.finish()
			r = result{w.model.faults, w.trace}
		}
		if e := end(); err == nil {
			err = e
		}
		if err != nil {
			r.faults = append(r.faults, err.Error())
		}
	})
	return r
}

// shorten leaves out what a failing history does not need.
func shorten(t *testing.T, steps []step) []step {
	t.Helper()
	for size := len(steps) / 2; size > 0; size /= 2 {
		for at := 0; at+size <= len(steps); {
			less := slices.Delete(slices.Clone(steps), at, at+size)
			if len(history(t, less).faults) > 0 {
				steps = less
			} else {
				at += size
			}
		}
	}
	return steps
}

// histories are run by several at once, beginning with a seed.
func histories(t *testing.T, first uint64, n int) {
	t.Helper()
	began := time.Now()
	var next, failed atomic.Int64
	var all sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		all.Go(func() {
			for i := next.Add(1) - 1; int(i) < n && failed.Load() == 0; i = next.Add(1) - 1 {
				seed := first + uint64(i)
				if r := history(t, plan(seed)); len(r.faults) > 0 && failed.Add(1) == 1 {
					tell(t, seed)
				}
			}
		})
	}
	all.Wait()
	took, done := time.Since(began), min(int(next.Load()), n)
	t.Logf("%d histories in %s, %.0f a second", done, took.Round(time.Millisecond), float64(done)/took.Seconds())
}

// tell shows the shortest history that still fails.
func tell(t *testing.T, seed uint64) {
	t.Helper()
	steps := shorten(t, plan(seed))
	r := history(t, steps)
	text := fmt.Sprintf("EDOKIT_SIM_SEED=%d fails: %s\n", seed, strings.Join(r.faults, "; "))
	for _, s := range steps {
		text += "step " + s.String() + "\n"
	}
	t.Errorf("%s%s", text, strings.Join(r.trace, "\n"))
}

// seeds says where to begin and how many histories to run.
func seeds(t *testing.T, n int) (uint64, int) {
	t.Helper()
	text := os.Getenv("EDOKIT_SIM_SEED")
	if text == "" {
		return 1, n
	}
	seed, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return seed, 1
}

// TestSimulation runs some hundred histories, always the same.
func TestSimulation(t *testing.T) {
	t.Parallel()
	first, n := seeds(t, short)
	histories(t, first, n)
}

// TestOnceFailed repeats histories that the long form has failed at.
func TestOnceFailed(t *testing.T) {
	t.Parallel()
	for seed, what := range map[uint64]string{
		1001155: "a worker that stood still for an hour registered a company a second time",
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			histories(t, seed, 1)
		})
	}
}

// TestSoakSimulation runs a hundred thousand more. It runs when EDOKIT_SOAK is set.
func TestSoakSimulation(t *testing.T) {
	t.Parallel()
	if os.Getenv("EDOKIT_SOAK") == "" {
		return // the long form only; the short one is a test of its own beside it
	}
	first, n := seeds(t, 100_000)
	histories(t, first+1_000_000, n)
}

// TestSameSeedSameHistory: what a seed has found can be found again.
func TestSameSeedSameHistory(t *testing.T) {
	t.Parallel()
	for seed := range uint64(12) {
		steps := plan(seed)
		one, other := history(t, steps), history(t, steps)
		if !slices.Equal(one.trace, other.trace) {
			for i := range min(len(one.trace), len(other.trace)) {
				if one.trace[i] != other.trace[i] {
					t.Errorf("seed %d, line %d:\n%s\n%s", seed, i, one.trace[i], other.trace[i])
					break
				}
			}
			t.Errorf("seed %d: %d and %d lines", seed, len(one.trace), len(other.trace))
		}
	}
}
