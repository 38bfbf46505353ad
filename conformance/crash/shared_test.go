package crash_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/edokit/edokit/conformance/mockoperator"
	"github.com/edokit/edokit/edo"
)

// TestSharedStore: two plugins and the command line work on one home folder at once. Two hosts send thirty packages,
// some of them both; the command line sends too, and asks. Every package is in the ledger once.
func TestSharedStore(t *testing.T) {
	t.Parallel()
	s := setup(t, mockoperator.Scenario{})
	s.settings = append(s.settings, "EDOKIT_LEASE=10s") // nobody dies here; what loses its lease twice would wait for a person
	first := s.launch()
	s.register(first)
	hosts := []*plugin{first, s.launch()}
	for _, rule := range []mockoperator.Rule{
		{Operation: "SendMessage", What: mockoperator.AcceptThenCut, Nth: 3},
		{Operation: "SendMessage", What: mockoperator.AnswerStatus, Status: 503, Nth: 7},
		{Operation: "SendMessage", What: mockoperator.TokenExpired, Nth: 11},
	} {
		s.op.Misbehave(rule)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var ids []edo.PackageID
	var all sync.WaitGroup
	ask := func(p *plugin, pkg edo.Package) {
		all.Go(func() {
			op, err := p.SendAndWait(ctx, pkg)
			if s.heard.add(op, err); err != nil || op.State != edo.StateSent {
				t.Errorf("%s: %s, %v", pkg.ID, op.State, err)
			}
		})
	}
	for i := range 30 {
		pkg := s.pack(fmt.Sprintf("p-%02d", i), letter(t), fmt.Appendf(nil, "second of %d", i))
		ids = append(ids, pkg.ID)
		ask(hosts[i%2], pkg)
		if i%5 == 0 { // both hosts want the same package to be sent
			ask(hosts[1-i%2], pkg)
		}
	}
	file := filepath.Join(t.TempDir(), "письмо.txt")
	s.must(os.WriteFile(file, []byte("Добрый день!"), 0o600))
	for i := range 3 {
		id := fmt.Sprintf("cli-%d", i)
		ids = append(ids, edo.PackageID(id))
		args := []string{
			"send", file, "--subscriber", string(subscriber), "--actor", string(clerk), "--to-inn", s.theirs.INN, "--to-kpp", s.theirs.KPP,
			"--signer", string(head(0)), "--package", id,
		}
		if i == 0 {
			args = append(args, "--wait") // it works on whatever is due, beside the plugins
		}
		all.Go(func() { s.heard.add(s.run(args...), s.run("status"), s.run("log", "list")) })
	}
	all.Wait()
	for _, id := range ids {
		op := hosts[0].reach(edo.Key{Subscriber: subscriber, Package: id}, string(id)+" is settled", func(op edo.Operation) bool { return op.Settled() })
		s.sentAs(op)
		s.stamped(op)
	}
	s.once(ids...)
	s.owners(ids)
}

// owners checks that both plugins did some of the work, else this would have tested nothing.
func (s *stand) owners(ids []edo.PackageID) {
	s.Helper()
	who := map[string]int{}
	for _, id := range ids {
		attempts, err := s.store().Attempts(s.Context(), edo.Key{Subscriber: subscriber, Package: id})
		s.must(err)
		for _, a := range attempts {
			who[a.Owner]++
		}
	}
	if len(who) < 2 {
		s.Errorf("only %v did anything", who)
	}
	s.Logf("claims by process: %v", who)
}
