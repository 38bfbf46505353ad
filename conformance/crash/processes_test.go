package crash_test

import (
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/edokit/edokit/conformance/mockoperator"
	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

// companies is how many new companies TestManyProcesses writes to.
const companies = 5

// TestManyProcesses: several plugins on one PostgreSQL send fifty packages to companies that the operator does not know,
// every fifth package through two of them, while command lines ask for the same companies. Each company is registered
// once, each package is sent once. Three plugins, eight with EDOKIT_SOAK.
func TestManyProcesses(t *testing.T) {
	t.Parallel()
	n := 3
	if os.Getenv("EDOKIT_SOAK") != "" {
		n = 8
	}
	s := setup(t, mockoperator.Scenario{People: mockoperator.People{InviteNonActive: mockoperator.InviteAllowed}})
	onPostgres(s)
	s.reader(func(d *directory.Subscriber) { d.Policy.Register, d.Policy.Receive = true, false })
	var hosts []*plugin
	for range n {
		hosts = append(hosts, s.launch())
	}
	begun := time.Now()
	ids := s.throng(hosts)
	for i := range companies {
		key := edo.CounterpartyKey{Subscriber: subscriber, INN: newINN(2000 + i), KPP: strangerKPP}
		s.until(key.INN+" is invited", func() bool {
			row, err := s.store().CounterpartyStatus(t.Context(), key)
			return err == nil && (row.State == edo.CounterpartyInvited || row.State == edo.CounterpartyReady)
		})
		s.must(s.op.Activate(key.INN, key.KPP))
	}
	for _, id := range ids {
		s.sentAs(hosts[0].reach(edo.Key{Subscriber: subscriber, Package: id}, string(id)+" is sent", func(op edo.Operation) bool { return op.State.Sent() }))
	}
	took := time.Since(begun)
	s.once(ids...)
	registered := map[string]int{}
	for _, r := range s.op.Registrations() {
		registered[r.INN]++
	}
	for i := range companies {
		if inn := newINN(2000 + i); registered[inn] != 1 {
			t.Errorf("%s is registered %d times", inn, registered[inn])
		}
	}
	if asked := s.exchanges("CreateNonActiveSubscriber"); asked != companies || len(registered) != companies {
		t.Errorf("the operator was asked %d times to register %d companies", asked, len(registered))
	}
	s.owners(ids)
	s.verified()
	t.Logf("%d processes, %d packages to %d new companies in %.1f s", n, len(ids), companies, took.Seconds())
}

// throng calls all hosts at once.
func (s *stand) throng(hosts []*plugin) []edo.PackageID {
	s.Helper()
	ids := make([]edo.PackageID, 50)
	var all sync.WaitGroup
	for i := range ids {
		pkg := s.pack(fmt.Sprintf("p-%02d", i), fmt.Appendf(nil, "Письмо %d", i))
		pkg.To = edo.Counterparty{INN: newINN(2000 + i%companies), KPP: strangerKPP, Name: "ООО «Новый клиент»"}
		ids[i] = pkg.ID
		callers := hosts[i%len(hosts) : i%len(hosts)+1]
		if i%5 == 0 { // two of them want the same package to be sent
			callers = []*plugin{hosts[i%len(hosts)], hosts[(i+1)%len(hosts)]}
		}
		for _, p := range callers {
			all.Go(func() {
				op, err := p.Send(s.Context(), pkg)
				if s.heard.add(op, err); err != nil {
					s.Errorf("%s: %v", pkg.ID, err)
				}
			})
		}
	}
	for i := range companies {
		all.Go(func() {
			s.heard.add(s.run("counterparty", "ensure", newINN(2000+i), "--kpp", strangerKPP, "--subscriber", string(subscriber), "--actor", string(clerk), "--name", "ООО «Новый клиент»", "--e-mail", "client@example.ru"))
		})
	}
	all.Wait()
	return ids
}
