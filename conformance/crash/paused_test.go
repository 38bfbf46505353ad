package crash_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/edokit/edokit/conformance/mockoperator"
	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/directory/sqlite"
	"github.com/edokit/edokit/edo"
)

// TestPausedWorker stops a process just before it sends, longer than its lease and the operator's visibility time.
// Another one takes over, is told twice that the operator has nothing, and sends. Then the first goes on: it must not
// send as well.
func TestPausedWorker(t *testing.T) {
	t.Parallel()
	s := setup(t, mockoperator.Scenario{})
	p := s.launch()
	s.register(p)
	s.must(p.Close())
	s.pausedOnce("p-1", "p-2")
}

// TestSoakPausedWorker does it ten times on one store, twice without EDOKIT_SOAK.
func TestSoakPausedWorker(t *testing.T) {
	t.Parallel()
	s := setup(t, mockoperator.Scenario{})
	p := s.launch()
	s.register(p)
	s.must(p.Close())
	times := 2
	if os.Getenv("EDOKIT_SOAK") != "" {
		times = 10
	}
	var ids []edo.PackageID
	for i := range times {
		a, b := fmt.Sprintf("p-%d-a", i), fmt.Sprintf("p-%d-b", i)
		if s.pausedOnce(a, b); t.Failed() {
			t.Fatalf("at the %d. time\n%s", i+1, s.heard)
		}
		ids = append(ids, edo.PackageID(a), edo.PackageID(b))
	}
	s.once(ids...)
}

// pausedOnce sends one package with a process that stops in front of it, and checks what all sides know of it. The
// second package shows that the process that was stopped is done with the first.
func (s *stand) pausedOnce(id, next string) {
	s.Helper()
	pkg := s.pack(id, letter(s), big())
	if !s.takenOver(1, []edo.Package{pkg}, s.pack(next, letter(s))) {
		s.Log("stopped with the store in hand: nobody could take over") // not what this is about
	}
	sent := s.sent()
	if sent[pkg.ID] != 1 || sent[edo.PackageID(next)] != 1 {
		s.Errorf("%s is %d times in the ledger, %s %d times", id, sent[pkg.ID], next, sent[edo.PackageID(next)])
	}
	accepted := 0
	for _, r := range s.rows(directory.ExchangeFilter{Operation: "SendMessage", Package: pkg.ID}) {
		switch {
		case r.Outcome == edo.OutcomeOK:
			accepted++
		case r.Outcome != edo.OutcomeUnavailable: // the request left as a whole, or nobody wrote down what became of it
			s.Errorf("row %s, begun %v, ended as %q", r.ID, r.StartedAt, r.Outcome)
		}
	}
	op, err := s.store().Operation(s.Context(), edo.Key{Subscriber: subscriber, Package: pkg.ID})
	s.must(err)
	s.sentAs(op)
	if accepted != 1 {
		s.Errorf("%d rows say that %s was accepted", accepted, id)
	}
	if s.Failed() {
		s.Logf("%s: jobs %q, %+v", id, s.results(op.Key, edo.JobSend), s.rows(directory.ExchangeFilter{Package: pkg.ID}))
	}
}

// takenOver sends with a process that stops in front of the nth send, finishes the packages with another, ends that one
// and lets the first go on. The first has one worker: when it has sent the last package, it is done with what it was
// stopped in. false: it was stopped while it held the store, where others can only wait.
func (s *stand) takenOver(nth int, pkgs []edo.Package, last edo.Package) bool {
	s.Helper()
	p := s.launch("EDOKIT_WORKERS=1", fmt.Sprintf("EDOKIT_FAILPOINT=send.sending:%d:stop", nth))
	ctx, cancel := context.WithTimeout(s.Context(), 2*patience)
	defer cancel()
	var all sync.WaitGroup
	for _, pkg := range pkgs {
		all.Go(func() {
			op, err := p.SendAndWait(ctx, pkg)
			if s.heard.add(op, err); err != nil && !errors.Is(err, edo.Unavailable) {
				s.Errorf("%s is %s, %v", pkg.ID, op.State, err)
			}
		})
	}
	s.until("the first stops", func() bool { return strings.Contains(s.heard.all(), fmt.Sprintf("process %d stops", p.pid())) })
	free := !errors.Is(sqlite.Probe(s.Context(), filepath.Join(s.home, "edokit.db"), time.Second), directory.StoreBusy)
	if free {
		q := s.launch()
		for _, pkg := range pkgs {
			op := q.finish(pkg)
			s.sentAs(op)
			s.stamped(op)
		}
		s.must(q.Close())
	}
	process, err := os.FindProcess(p.pid())
	s.must(err)
	s.must(goOn(process))
	s.sentAs(p.finish(last))
	all.Wait()
	s.must(p.Close())
	return free
}
