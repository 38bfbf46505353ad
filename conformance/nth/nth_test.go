package nth_test

import (
	"fmt"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"github.com/edokit/edokit/conformance/storetest"
)

// TestRun: without a fault everything comes to its end, or nothing below says anything.
func TestRun(t *testing.T) {
	t.Parallel()
	s := newStand(t, calm())
	defer s.close()
	s.run()
	s.judge()
}

// workers run side by side.
const workers = 2

// kind of fault: what it strikes, and how.
type kind struct {
	name string
	when when
	err  func(t *testing.T) error
	put  func(f *faults, one *fault)
	step int // in the gate
	on   func(s *stand) (look, store storetest.Store)
}

func injected(*testing.T) error { return errInjected }

func kinds() []kind {
	statement := func(f *faults, one *fault) { f.statement = one }
	call := func(f *faults, one *fault) { f.call = one }
	file := func(f *faults, one *fault) { f.file = one }
	return []kind{
		{"statement", before, injected, statement, 44, onSQLite},
		{"statement, disk full", before, diskFull, statement, 92, onSQLite},
		{"commit without answer", after, injected, statement, 4, onSQLite},
		{"call of the store", before, injected, call, 8, onSQLite},
		{"call of the store without answer", after, injected, call, 4, onSQLite},
		{"call of the store on PostgreSQL", before, injected, call, 44, onPostgres},
		{"call of the store on PostgreSQL without answer", after, injected, call, 20, onPostgres},
		{"file operation", before, injected, file, 4, onSQLite},
		{"file operation without answer", after, injected, file, 4, onSQLite},
	}
}

// nth lets the first call fail, in another run the one that comes step calls later, and so on until a run is over before.
func nth(t *testing.T, k kind, step int) {
	t.Helper()
	began := time.Now()
	var runs, last atomic.Int64
	t.Run(k.name, func(t *testing.T) {
		t.Parallel()
		err := k.err(t)
		t.Cleanup(func() {
			t.Logf("%d runs, the last call was the %d., %s", runs.Load(), last.Load(), time.Since(began).Round(time.Millisecond))
		})
		for w := range workers {
			t.Run(fmt.Sprint(w), func(t *testing.T) {
				t.Parallel()
				for n := 1 + w*step; !t.Failed(); n += workers * step {
					one := &fault{n: n, when: k.when, err: err}
					f := calm()
					f.on = k.on
					k.put(&f, one)
					struck := false
					t.Run(fmt.Sprint(n), func(t *testing.T) {
						struck = survive(t, f, one)
					})
					if runs.Add(1); !struck {
						return
					}
					last.Store(max(last.Load(), int64(n)))
				}
			})
		}
	})
}

// survive makes one run. False: it was over before its fault.
func survive(t *testing.T, f faults, one *fault) bool {
	t.Helper()
	s := newStand(t, f)
	defer s.close()
	s.run()
	s.judge()
	if t.Failed() {
		t.Log(one)
	}
	return one.struck() != ""
}

// TestNthFailure: what can fail in the store and in the archive fails once: of the calls and files every few, and of the
// statements, which are many, fewer. All of them do in the long form below.
func TestNthFailure(t *testing.T) {
	t.Parallel()
	for _, k := range kinds() {
		nth(t, k, k.step)
	}
}

// TestSoakNthFailure: each does. It runs when EDOKIT_SOAK is set.
func TestSoakNthFailure(t *testing.T) {
	t.Parallel()
	if os.Getenv("EDOKIT_SOAK") == "" {
		return // the long form only; the short one is a test of its own beside it
	}
	for _, k := range kinds() {
		nth(t, k, 1)
	}
}
