package crash_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/edokit/edokit/conformance/mockoperator"
	"github.com/edokit/edokit/edo"
)

// deathsOfRounds are where the plugin kills itself. The empty one leaves it alive; "outside" is a kill at any moment; "paused"
// is no death: it stops in front of a send until another process has done its work.
func deathsOfRounds() []string {
	return []string{
		"", "outside", "paused", "send.archived", "send.accepted", "send.claimed", "send.sending", "send.answered", "send.asked",
		"stamp.claimed", "stamp.fetched", "stamp.archived", "stamp.offered", "track.claimed",
	}
}

// TestSoakRounds crosses random points with random faults of the operator, on one store and one ledger: nothing may
// be lost and nothing sent twice. EDOKIT_SOAK says how long; without it a few rounds are run. EDOKIT_SOAK_SEED repeats
// a run as far as processes can be made to repeat anything.
func TestSoakRounds(t *testing.T) {
	t.Parallel()
	enough, seed := soak(t)
	t.Logf("EDOKIT_SOAK_SEED=%d", seed)
	dice := rand.New(rand.NewPCG(seed, seed))
	s := setup(t, mockoperator.Scenario{})
	p := s.launch()
	s.register(p)
	s.must(p.Close())
	var ids []edo.PackageID
	rounds := 0
	for ; !enough(rounds) && !t.Failed(); rounds++ {
		ids = append(ids, s.round(dice, rounds)...)
	}
	lost, twice := 0, 0
	sent := s.sent()
	for _, id := range ids {
		switch n := sent[id]; {
		case n == 0:
			lost++
		case n > 1:
			twice++
		}
	}
	t.Logf("%d rounds, %d packages, %d messages in the ledger, lost = %d, twice = %d", rounds, len(ids), len(s.op.Ledger()), lost, twice)
	s.once(ids...)
}

func soak(t *testing.T) (enough func(rounds int) bool, seed uint64) {
	t.Helper()
	seed = rand.Uint64()
	if text := os.Getenv("EDOKIT_SOAK_SEED"); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	text := os.Getenv("EDOKIT_SOAK")
	if text == "" {
		return func(rounds int) bool { return rounds >= 5 }, seed
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		t.Fatal(err)
	}
	end := time.Now().Add(d)
	return func(int) bool { return time.Now().After(end) }, seed
}

// round sends some packages through a plugin that dies somewhere, under some fault, and finishes them with another.
func (s *stand) round(dice *rand.Rand, n int) []edo.PackageID {
	s.Helper()
	all := deathsOfRounds()
	point, rule := all[dice.IntN(len(all))], mishaps()[dice.IntN(len(mishaps()))]
	s.op.SetScenario(mockoperator.Scenario{}) // drops what is left of the last round
	if point == "paused" && rule.Operation == "SendMessage" {
		rule = mockoperator.Rule{What: mockoperator.Slow, Delay: 20 * time.Millisecond, Times: 3} // a second lost send is left to a person
	}
	rule.Nth = 1 + dice.IntN(3)
	s.op.Misbehave(rule)
	var pkgs []edo.Package
	for i := range 1 + dice.IntN(3) {
		pkgs = append(pkgs, s.pack(fmt.Sprintf("r%d-%d", n, i), letter(s), fmt.Appendf(nil, "second of %d-%d", n, i)))
	}
	what := fmt.Sprintf("round %d: %d packages, %s of %s number %d, point %q", n, len(pkgs), rule.What, rule.Operation, rule.Nth, point)
	defer func() { // also when it is given up
		if s.Failed() {
			s.Log(what)
		}
	}()
	if nth := 1 + dice.IntN(len(pkgs)); point == "paused" {
		last := s.pack(fmt.Sprintf("r%d-last", n), letter(s))
		s.takenOver(nth, pkgs, last)
		pkgs = append(pkgs, last)
	} else {
		s.endAt(dice, point, nth, pkgs, what)
	}
	p := s.launch()
	var ids []edo.PackageID
	for _, pkg := range pkgs {
		op := p.finish(pkg)
		s.sentAs(op)
		s.stamped(op)
		if results := s.results(op.Key, edo.JobSend); results[len(results)-1] != string(edo.StateSent) && !slices.Contains(results, string(edo.StateSent)) {
			s.Errorf("%s: attempts do not explain it: %q", what, results)
		}
		ids = append(ids, pkg.ID)
	}
	if err := p.Close(); err != nil {
		s.Errorf("%s: %v", what, err)
	}
	return ids
}

// endAt sends with a plugin that ends at the point, if it gets there.
func (s *stand) endAt(dice *rand.Rand, point string, nth int, pkgs []edo.Package, what string) {
	s.Helper()
	env := []string{}
	if point != "" && point != "outside" {
		env = append(env, fmt.Sprintf("EDOKIT_FAILPOINT=%s:%d", point, nth))
	}
	p, err := s.tryLaunch(env...)
	switch {
	case err == nil:
		s.sendAndDie(p, pkgs, point == "outside", time.Duration(dice.IntN(600))*time.Millisecond, what)
	case len(env) == 0:
		s.Fatalf("%s: %v\n%s", what, err, s.heard)
	default: // work of earlier rounds was due, and the point was reached before the host was greeted
	}
}

// sendAndDie waits for all packages or for the end of the plugin, which is killed after a time if it shall be.
func (s *stand) sendAndDie(p *plugin, pkgs []edo.Package, kill bool, after time.Duration, what string) {
	s.Helper()
	ctx, cancel := context.WithTimeout(s.Context(), patience)
	defer cancel()
	if kill {
		process, err := os.FindProcess(p.pid())
		s.must(err)
		defer time.AfterFunc(after, func() { _ = process.Kill() }).Stop() // it may be gone
	}
	var all sync.WaitGroup
	for _, pkg := range pkgs {
		all.Go(func() {
			if op, err := p.SendAndWait(ctx, pkg); err != nil && !errors.Is(err, edo.Unavailable) {
				s.Errorf("%s: %s is %s, %v", what, pkg.ID, op.State, err)
			}
		})
	}
	all.Wait()
	if err := p.Close(); err != nil {
		s.Errorf("%s: %v", what, err)
	}
}
