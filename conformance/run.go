package conformance

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path"
	"slices"
	"strings"
	"sync"
	"time"
)

// Verdict says how a case ended.
type Verdict string

// Verdicts.
const (
	Pass           Verdict = "pass"
	Fail           Verdict = "fail"
	Skip           Verdict = "skip"            // an ability is missing; the reason is told
	Broken         Verdict = "error"           // the suite could not do its work: nothing is said about what was examined
	ExpectedFail   Verdict = "expected fail"   // it failed, and the list of known faults says so
	UnexpectedPass Verdict = "unexpected pass" // it passed although it is on the list of known faults: strike it out there
)

// Bad says whether somebody has to do something about it.
func (v Verdict) Bad() bool { return v == Fail || v == Broken || v == UnexpectedPass }

// Result is what became of a case.
type Result struct {
	Case      Case
	Verdict   Verdict
	Said      []string // faults, or why it was skipped
	Noted     []string // what was measured
	Exchanges []Exchange
	Known     *Known // the entry of the list of known faults, if there is one
	Began     time.Time
	Took      time.Duration
	Late      bool // its time was over before it had ended
}

// Options of a run. The zero value runs all cases, one after another, in the order of the suite.
type Options struct {
	Only, Skip []string // ids, groups or patterns as of path.Match; empty: all, none
	ReadOnly   bool     // skip whatever leaves something at the other side
	Known      []Known  // faults that are known
	Seed       uint64   // of the order; 0: the order of the suite
	Beside     int      // how many cases run at once; 0: 1
	Limit      time.Duration
	// Progress is called after each case, one call at a time: the done-th of all that are run. nil: nobody looks.
	Progress func(r Result, done, all int)
	Now      func() time.Time // nil: time.Now
}

// DefaultLimit is how long one case may take.
const DefaultLimit = time.Minute

// grace is how long a case may go on after its context has ended.
const grace = 5 * time.Second

// Run runs the cases of a suite and gives their results in the order of the suite. Cases that are Alone come first, one after
// another; the others follow in the order of the seed. When ctx ends, the cases that have not begun are broken. It refuses a
// suite that [Suite.Check] refuses and patterns or known faults that match no case: a run that checks nothing must not look well.
func Run(ctx context.Context, s Suite, o Options) ([]Result, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	chosen, err := choose(s, o)
	if err != nil {
		return nil, err
	}
	results := make([]Result, len(chosen))
	var telling sync.Mutex
	done := 0
	do := func(i int) {
		r := o.one(ctx, chosen[i])
		telling.Lock()
		defer telling.Unlock()
		results[i] = r
		if done++; o.Progress != nil {
			o.Progress(r, done, len(chosen))
		}
	}
	var rest []int
	for i, c := range chosen {
		if c.Alone {
			do(i)
			continue
		}
		rest = append(rest, i)
	}
	if o.Seed != 0 {
		rand.New(rand.NewPCG(o.Seed, 0)).Shuffle(len(rest), func(i, j int) { rest[i], rest[j] = rest[j], rest[i] }) //nolint:gosec // an order, no secret
	}
	side(rest, max(o.Beside, 1), do)
	return results, nil
}

// side does all work, at most n at once.
func side(work []int, n int, do func(int)) {
	todo := make(chan int)
	var all sync.WaitGroup
	for range n {
		all.Go(func() {
			for i := range todo {
				do(i)
			}
		})
	}
	for _, i := range work {
		todo <- i
	}
	close(todo)
	all.Wait()
}

func choose(s Suite, o Options) ([]Case, error) {
	faults := []error{s.Check()}
	for _, p := range slices.Concat(o.Only, o.Skip) {
		if !s.Has(p) {
			faults = append(faults, fmt.Errorf("%s: %q is no case and no group", s.Name, p))
		}
	}
	for _, k := range o.Known {
		if !slices.ContainsFunc(s.Cases, func(c Case) bool { return c.ID == k.ID }) {
			faults = append(faults, fmt.Errorf("%s: the list of known faults names %q, which is no case", s.Name, k.ID))
		}
	}
	var chosen []Case
	for _, c := range s.Cases {
		if (len(o.Only) == 0 || oneOf(c, o.Only)) && !oneOf(c, o.Skip) {
			c.Why = s.Matters(c) // so that a result needs no suite to be read
			chosen = append(chosen, c)
		}
	}
	if len(chosen) == 0 {
		faults = append(faults, fmt.Errorf("%s: no case is left to run", s.Name))
	}
	return chosen, errors.Join(faults...)
}

// Has says whether an id, a group or a pattern fits a case.
func (s Suite) Has(pattern string) bool {
	return slices.ContainsFunc(s.Cases, func(c Case) bool { return matches(c, pattern) })
}

func oneOf(c Case, patterns []string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return matches(c, p) })
}

func matches(c Case, pattern string) bool {
	id, _ := path.Match(pattern, c.ID)
	return id || pattern == c.Group
}

// one runs a case.
func (o Options) one(ctx context.Context, c Case) Result {
	began := o.Now()
	r := Result{Case: c, Began: began}
	switch {
	case o.ReadOnly && c.Changes:
		r.Verdict, r.Said = Skip, []string{"it would leave something behind, and this run only reads"}
	case ctx.Err() != nil:
		r.Verdict, r.Said = Broken, []string{"the run was stopped before"}
	default:
		o.ask(ctx, c, &r)
		if ctx.Err() != nil && r.Verdict == Fail {
			r.Verdict, r.Said = Broken, append(r.Said, "the run was stopped meanwhile")
		}
	}
	r.Took = o.Now().Sub(began)
	o.hold(&r)
	return r
}

func (o Options) ask(ctx context.Context, c Case, r *Result) {
	limit := cmp.Or(c.Limit, o.Limit, DefaultLimit)
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	rec := NewRecorder(ctx, c.ID)
	done := make(chan struct{})
	go func() {
		defer close(done)
		rec.Do(c.Run)
		rec.Close()
	}()
	select {
	case <-done:
	case <-ctx.Done():
		wait := time.NewTimer(grace)
		defer wait.Stop()
		select {
		case <-done:
		case <-wait.C: // it is left behind: nothing can end a goroutine from outside
		}
	}
	r.Late = ctx.Err() != nil
	rec.conclude(r, done, limit)
}

// conclude takes over what was noted; what comes later is noted nowhere.
func (r *Recorder) conclude(to *Result, done <-chan struct{}, limit time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ended = true
	to.Said, to.Noted, to.Exchanges = r.said, r.noted, r.shown
	select {
	case <-done:
	default:
		r.failed, r.broke = true, true
		to.Said = append(to.Said, fmt.Sprintf("it had not ended %s after its time (%s) was over", grace, limit))
	}
	switch {
	case r.broke:
		to.Verdict = Broken
	case r.failed:
		to.Verdict = Fail
	case r.skipped:
		to.Verdict = Skip
	default:
		to.Verdict = Pass
	}
}

// hold holds a verdict against the list of known faults.
func (o Options) hold(r *Result) {
	i := slices.IndexFunc(o.Known, func(k Known) bool { return k.ID == r.Case.ID })
	if i < 0 {
		return
	}
	r.Known = &o.Known[i]
	switch r.Verdict {
	case Fail:
		r.Verdict = ExpectedFail
	case Pass:
		r.Verdict = UnexpectedPass
	default: // skipped or broken: nothing is known about it
	}
}

// Text is what was said, as one text.
func (r Result) Text() string { return strings.Join(r.Said, "\n") }
