package crash_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/edokit/edokit/conformance/mockoperator"
	"github.com/edokit/edokit/conformance/storetest/pgtest"
	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/directory/local"
	"github.com/edokit/edokit/edo"
)

// momentsOfDatabase are the steps of the operator at which the database is killed. In between packages are accepted,
// claimed, sent and settled by four workers at once, so each death meets several writes on their way.
func momentsOfDatabase() []mockoperator.Rule {
	slow := func(operation string, nth int) mockoperator.Rule {
		return mockoperator.Rule{Operation: operation, Nth: nth, What: mockoperator.Slow, Delay: lease / 3}
	}
	return []mockoperator.Rule{
		slow("SendMessage", 1), slow("SendMessage", 4), slow("PrintDocument", 1), slow("PrintDocument", 5),
		{Operation: "SendMessage", Nth: 2, What: mockoperator.AcceptThenCut},
		slow("GetDocumentEntries", 1),
	}
}

// TestDatabaseKilled ends the database server as a power cut would while packages are under way, and starts it again: what
// a host was told is kept, everything goes out once, and the plugin goes on by itself. A few rounds, many with EDOKIT_SOAK.
func TestDatabaseKilled(t *testing.T) {
	t.Parallel()
	rounds := 3
	if os.Getenv("EDOKIT_SOAK") != "" {
		rounds = 48
	}
	cluster, err := pgtest.Start(t.Context(), pgtest.ClusterConfig{})
	if pgtest.Absent(err) {
		t.Skip("needs postgresql")
	}
	s := setup(t, mockoperator.Scenario{})
	s.must(err)
	t.Cleanup(func() {
		if err := cluster.Stop(); err != nil {
			t.Error(err)
		}
	})
	s.must(local.Migrate(t.Context(), local.Config{Home: s.home, Database: cluster.DSN("postgres")}))
	s.keptIn(cluster.DSN("postgres"))
	p := s.launch()
	s.register(p)
	dice := rand.New(rand.NewPCG(1, 1))
	var ids []edo.PackageID
	longest := time.Duration(0)
	for round := range rounds {
		pkgs := make([]edo.Package, 8)
		for i := range pkgs {
			pkgs[i] = s.pack(fmt.Sprintf("r%d-%d", round, i), letter(t))
			ids = append(ids, pkgs[i].ID)
		}
		longest = max(longest, s.killed(p, cluster, momentsOfDatabase()[round%len(momentsOfDatabase())], pkgs, absence(round), dice))
	}
	s.once(ids...)
	if p.Exited() {
		t.Error("the plugin has ended with the database")
	}
	s.verified()
	t.Logf("%d deaths of the database, %d packages, all sent at most %.1f s after it was back; nobody knew of a commit: %v",
		rounds, len(ids), longest.Seconds(), strings.Contains(s.heard.all(), string(directory.StoreInDoubt)))
}

// absence is how long the database is away: within a lease, beyond it, and, when there is time, for so long that the store
// gives up to find out what became of a commit.
func absence(round int) time.Duration {
	switch {
	case round%2 == 0:
		return lease / 2
	case round%12 == 7:
		return 65 * time.Second
	}
	return 2 * lease
}

// killed sends packages, kills the database at a moment and starts it again, and says how long everything took from then.
func (s *stand) killed(p *plugin, cluster *pgtest.Cluster, moment mockoperator.Rule, pkgs []edo.Package, away time.Duration, dice *rand.Rand) time.Duration {
	s.Helper()
	ctx, cancel := context.WithTimeout(s.Context(), 2*patience)
	defer cancel()
	if moment.Operation == "GetDocumentEntries" {
		s.op.Misbehave(mockoperator.Rule{Operation: "SendMessage", Nth: 2, What: mockoperator.AcceptThenCut})
	}
	h := s.op.Misbehave(moment)
	var hosts sync.WaitGroup
	for _, pkg := range pkgs {
		hosts.Go(func() { s.insist(ctx, p, pkg) })
	}
	s.signal("the moment", h.Reached())
	time.Sleep(time.Duration(dice.IntN(20)) * time.Millisecond) // which write is under way
	s.must(cluster.Kill())
	time.Sleep(away)
	s.must(cluster.Restart(ctx))
	back := time.Now()
	hosts.Wait()
	for _, pkg := range pkgs {
		var op edo.Operation
		s.within(drain(), string(pkg.ID)+" is sent", func() bool {
			var err error
			op, err = p.Status(ctx, edo.Key{Subscriber: subscriber, Package: pkg.ID})
			return err == nil && op.State.Sent()
		})
		s.sentAs(op)
	}
	took := time.Since(back)
	for _, pkg := range pkgs {
		s.stamped(p.reach(edo.Key{Subscriber: subscriber, Package: pkg.ID}, "the printed form", func(op edo.Operation) bool { return op.Settled() }))
	}
	return took
}

// insist is a host that repeats its call until the package is accepted. Once it is, it must be known for ever.
func (s *stand) insist(ctx context.Context, p *plugin, pkg edo.Package) {
	for accepted := false; ctx.Err() == nil; time.Sleep(100 * time.Millisecond) {
		if !accepted {
			op, err := p.Send(ctx, pkg)
			s.heard.add(op, err)
			accepted = err == nil
			if err != nil && !errors.Is(err, edo.Unavailable) && !errors.Is(err, edo.InDoubt) {
				s.Errorf("%s: a database that is away is %v", pkg.ID, err)
				return
			}
			continue
		}
		op, err := p.Status(ctx, edo.Key{Subscriber: subscriber, Package: pkg.ID})
		switch {
		case err == nil && op.State == edo.StateFailed:
			s.Errorf("%s has failed: %s %s", pkg.ID, op.Reason, op.Detail)
			return
		case errors.Is(err, edo.NotFound):
			s.Errorf("lost: %s was accepted", pkg.ID)
			return
		case err == nil && op.State.Sent():
			return
		}
	}
}

// verified: no link of the log is broken.
func (s *stand) verified() {
	s.Helper()
	report, err := directory.VerifyLog(s.Context(), s.store(), directory.LogCheck{})
	s.must(err)
	if report.Broken != 0 || report.Links == 0 {
		s.Errorf("the chain of the log: %d links, %d broken: %+v", report.Links, report.Broken, report.Faults)
	}
}
