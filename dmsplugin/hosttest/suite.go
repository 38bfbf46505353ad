package hosttest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"github.com/edokit/edokit/conformance/canary"
)

// T is what a case needs of whoever runs it.
type T interface {
	Context() context.Context
	Logf(format string, args ...any) // what was measured
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any) // ends the case
	Skipf(format string, args ...any)  // ends the case; the text says why
	Cleanup(f func())
	TempDir() string
}

// Case is one thing that every plugin of this contract does.
type Case struct {
	Says   string // a sentence
	Clause string // where the contract says so
	Alone  bool   // measures time or memory: nothing may run beside it
	Run    func(t T, s *Suite)
}

// Operator is the service behind the plugin, and one of our organisations there.
type Operator struct {
	Name, Endpoint                 string // as PutSubscriber wants them
	Box, INN, KPP, Login, Password string
	Certificate, Key               []byte // PEM of a person who signs
	ToINN, ToKPP                   string // somebody who can receive
}

// Config says which plugin is examined.
type Config struct {
	Path     string   // of the binary
	Args     []string // usually none
	Env      []string // settings of this plugin, such as short waits; never the variables of the handshake
	Operator Operator
	Inbox    Inbox
	Secrets  map[string]string // what no answer may hold, by name; the operator's password and key are added

	Large    int64            // bytes of each of eight large documents; 0: 4 MiB
	Memory   int64            // bytes that the plugin may occupy at most; 0: 128 MiB
	Streams  int              // how many streams are opened in the test of many; 0: 10,000
	Patience time.Duration    // for one case; 0: 1 minute
	Now      func() time.Time // nil: time.Now
}

// Suite is all cases against one plugin. Cases may run beside each other, except those that are Alone.
type Suite struct {
	Config

	scanner *canary.Scanner
	mu      sync.Mutex
	shared  *host
	ending  recorder // what is shared is cleaned up by it
}

// New prepares a suite; nothing is started before a case needs it. The caller closes it.
func New(c Config) (*Suite, error) {
	if c.Path == "" || c.Operator.Endpoint == "" {
		return nil, errors.New("hosttest: a path and an operator are required")
	}
	if c.Large <= 0 {
		c.Large = 4 << 20
	}
	if c.Memory <= 0 {
		c.Memory = 128 << 20
	}
	if c.Streams <= 0 {
		c.Streams = 10_000
	}
	if c.Patience <= 0 {
		c.Patience = time.Minute
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	secrets, err := secretsOf(c)
	if err != nil {
		return nil, err
	}
	s := &Suite{Config: c}
	s.scanner, err = canary.New(secrets)
	s.ending.ctx = context.Background()
	return s, err
}

// Close ends what the cases shared. Its error says what was wrong with that.
func (s *Suite) Close() error {
	s.ending.run(func(T) {})
	return errors.Join(s.ending.faults()...)
}

// Outcome is how a case ended.
type Outcome string

// The outcomes.
const (
	Passed  Outcome = "pass"
	Failed  Outcome = "fail"
	Skipped Outcome = "skip"
)

// Verdict is what became of a case.
type Verdict struct {
	Outcome Outcome
	Said    []string // faults, or why it was skipped
	Noted   []string // what was measured
	Took    time.Duration
}

// Do runs one case. A panic is a failure of the case.
func (s *Suite) Do(ctx context.Context, c Case) Verdict {
	ctx, cancel := context.WithTimeout(ctx, s.Patience)
	defer cancel()
	began := s.Now()
	r := &recorder{ctx: ctx}
	r.run(func(t T) { c.Run(t, s) })
	v := Verdict{Outcome: Passed, Said: r.said, Noted: r.noted, Took: s.Now().Sub(began)}
	switch {
	case r.failed:
		v.Outcome = Failed
	case r.skipped:
		v.Outcome = Skipped
	}
	return v
}

// recorder is the T of a suite.
type recorder struct {
	ctx context.Context // of the case

	mu              sync.Mutex
	said, noted     []string
	failed, skipped bool
	cleanups        []func()
}

// run calls f and then all clean-ups, the last one first, each on a goroutine that Fatalf can end.
func (r *recorder) run(f func(T)) {
	r.apart(func() { f(r) })
	for {
		r.mu.Lock()
		n := len(r.cleanups)
		if n == 0 {
			r.mu.Unlock()
			return
		}
		last := r.cleanups[n-1]
		r.cleanups = r.cleanups[:n-1]
		r.mu.Unlock()
		r.apart(last)
	}
}

func (r *recorder) apart(f func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() {
			if p := recover(); p != nil {
				r.Errorf("panic: %v\n%s", p, debug.Stack())
			}
		}()
		f()
	}()
	<-done
}

func (r *recorder) say(format string, args ...any) {
	r.said = append(r.said, fmt.Sprintf(format, args...))
}

func (r *recorder) faults() []error {
	r.mu.Lock()
	defer r.mu.Unlock()
	var all []error
	for _, text := range r.said {
		all = append(all, errors.New(text))
	}
	return all
}

// Context ends when the case has taken too long.
func (r *recorder) Context() context.Context { return r.ctx }

// Logf notes a figure that is no fault.
func (r *recorder) Logf(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.noted = append(r.noted, fmt.Sprintf(format, args...))
}

// Errorf notes a fault; the case goes on.
func (r *recorder) Errorf(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.failed = true
	r.say(format, args...)
}

// Fatalf notes a fault and ends the case. It must be called on the goroutine of the case.
func (r *recorder) Fatalf(format string, args ...any) {
	r.Errorf(format, args...)
	runtime.Goexit()
}

// Skipf notes why there is no verdict, and ends the case.
func (r *recorder) Skipf(format string, args ...any) {
	r.mu.Lock()
	r.skipped = true
	r.say(format, args...)
	r.mu.Unlock()
	runtime.Goexit()
}

// Cleanup calls f when the case has ended.
func (r *recorder) Cleanup(f func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.cleanups = append(r.cleanups, f)
}

// TempDir is a short path: sockets may lie there.
func (r *recorder) TempDir() string {
	dir, err := os.MkdirTemp("", "host-")
	if err != nil {
		r.Fatalf("%v", err)
	}
	r.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			r.Errorf("%v", err)
		}
	})
	return dir
}

// Find gives the case that says this; ok is false if there is none.
func Find(says string) (c Case, ok bool) {
	all := Cases()
	i := slices.IndexFunc(all, func(c Case) bool { return c.Says == says })
	if i < 0 {
		return Case{}, false
	}
	return all[i], true
}
