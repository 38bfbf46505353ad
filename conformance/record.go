package conformance

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
)

// Exchange is a request and its answer as they went over the wire, for the report. Secrets in it are masked there.
type Exchange struct {
	Name    string `json:"name"`    // the operation
	Request []byte `json:"request"` // head and body, as text
	Answer  []byte `json:"answer"`  // empty: none came
}

// Show gives an exchange to the report, if the case is run for one.
func Show(t T, e Exchange) {
	if r := recorderOf(t); r != nil {
		r.show(e)
	}
}

// Broke ends a case because the suite itself could not do its work: no fault of what is examined.
func Broke(t T, format string, args ...any) {
	t.Helper()
	if r := recorderOf(t); r != nil {
		r.mu.Lock()
		r.broke = true
		r.mu.Unlock()
	}
	t.Fatalf("the suite could not do its work: "+format, args...)
}

// Recorder is the [T] of a run, and of what cases of a suite share: it notes what is said and cleans up when it is told to.
type Recorder struct {
	ctx  context.Context //nolint:containedctx // T has a context because testing.T has
	name string

	mu                     sync.Mutex
	said, noted            []string
	shown                  []Exchange
	failed, skipped, broke bool
	ended                  bool // nothing is noted any more
	cleanups               []func()
}

// NewRecorder makes one for something that cases share. [Recorder.Close] cleans up.
func NewRecorder(ctx context.Context, name string) *Recorder { return &Recorder{ctx: ctx, name: name} }

// Do calls f on a goroutine that Fatal can end. A panic is noted: the suite broke.
func (r *Recorder) Do(f func(t T)) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() {
			if p := recover(); p != nil {
				r.Errorf("panic: %v\n%s", p, debug.Stack())
				r.mu.Lock()
				r.broke = true
				r.mu.Unlock()
			}
		}()
		f(r)
	}()
	<-done
}

// Close calls all clean-ups, the last one first, and gives what was said.
func (r *Recorder) Close() []string {
	for {
		r.mu.Lock()
		n := len(r.cleanups)
		if n == 0 {
			defer r.mu.Unlock()
			return r.said
		}
		last := r.cleanups[n-1]
		r.cleanups = r.cleanups[:n-1]
		r.mu.Unlock()
		r.Do(func(T) { last() })
	}
}

func (r *Recorder) fault(text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.ended {
		r.failed = true
		r.said = append(r.said, text)
	}
}

func (r *Recorder) note(text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.ended {
		r.noted = append(r.noted, text)
	}
}

func (r *Recorder) skip(text string) {
	r.mu.Lock()
	if !r.ended {
		r.skipped = true
		r.said = append(r.said, text)
	}
	r.mu.Unlock()
	runtime.Goexit()
}

// maxShown is how many bytes of a request or an answer are kept for the report.
const maxShown = 1 << 20

func (r *Recorder) show(e Exchange) {
	e.Request, e.Answer = prefix(e.Request), prefix(e.Answer)
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.ended {
		r.shown = append(r.shown, e)
	}
}

func prefix(b []byte) []byte {
	if len(b) <= maxShown {
		return b
	}
	return fmt.Appendf(slices.Clone(b[:maxShown]), " ... and %d bytes more", len(b)-maxShown)
}

func text(args []any) string { return strings.TrimSuffix(fmt.Sprintln(args...), "\n") }

// Helper is for *testing.T.
func (r *Recorder) Helper() {}

// Name of the case.
func (r *Recorder) Name() string { return r.name }

// Context ends when the case has taken too long.
func (r *Recorder) Context() context.Context { return r.ctx }

// Log notes what is no fault.
func (r *Recorder) Log(args ...any) { r.note(text(args)) }

// Logf notes what is no fault.
func (r *Recorder) Logf(format string, args ...any) { r.note(fmt.Sprintf(format, args...)) }

// Error notes a fault; the case goes on.
func (r *Recorder) Error(args ...any) { r.fault(text(args)) }

// Errorf notes a fault; the case goes on.
func (r *Recorder) Errorf(format string, args ...any) { r.fault(fmt.Sprintf(format, args...)) }

// Fatal notes a fault and ends the case.
func (r *Recorder) Fatal(args ...any) { r.fault(text(args)); runtime.Goexit() }

// Fatalf notes a fault and ends the case.
func (r *Recorder) Fatalf(format string, args ...any) {
	r.fault(fmt.Sprintf(format, args...))
	runtime.Goexit()
}

// Skip notes why there is no verdict, and ends the case.
func (r *Recorder) Skip(args ...any) { r.skip(text(args)) }

// Skipf notes why there is no verdict, and ends the case.
func (r *Recorder) Skipf(format string, args ...any) { r.skip(fmt.Sprintf(format, args...)) }

// Failed says whether a fault was noted.
func (r *Recorder) Failed() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.failed
}

// Cleanup calls f when the case has ended, the last one first.
func (r *Recorder) Cleanup(f func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.cleanups = append(r.cleanups, f)
}

// TempDir is a short path: sockets may lie there.
func (r *Recorder) TempDir() string {
	dir, err := os.MkdirTemp("", "case-")
	if err != nil {
		Broke(r, "%v", err)
	}
	r.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			r.Error(err)
		}
	})
	return dir
}
