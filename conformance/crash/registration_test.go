package crash_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"github.com/edokit/edokit/conformance/mockoperator"
	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/directory/local"
	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/gateway"
	"github.com/edokit/edokit/edo/operators/synerdocs"
)

// A company that no operator knows.
const (
	strangerINN = "7707083893"
	strangerKPP = "770701001"
)

func stranger() edo.Counterparty {
	return edo.Counterparty{INN: strangerINN, KPP: strangerKPP, Name: "ООО «Новый клиент»"}
}

// TestRegistrationTwoProcesses: two plugins on one home send fifty packages to a company that the operator does not know,
// the command line asks for it as well, and any of them may end on the way: the company is registered once, and all
// packages go out by themselves, each once, when it is active.
func TestRegistrationTwoProcesses(t *testing.T) {
	t.Parallel()
	lost := func(s *stand) {
		s.op.Misbehave(mockoperator.Rule{Operation: "CreateNonActiveSubscriber", What: mockoperator.AcceptThenCut})
	}
	for name, tc := range map[string]struct {
		point string // where the first plugin ends
		ill   func(*stand)
	}{
		"both alive":              {},
		"the answer is lost":      {"", lost},
		"ends before it asks":     {"reach.registering", nil},
		"ends after the answer":   {"reach.introduced", nil},
		"ends without the answer": {"reach.introduced", lost},
		"ends when it invited":    {"reach.invited", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := setup(t, mockoperator.Scenario{People: mockoperator.People{InviteNonActive: mockoperator.InviteAllowed}})
			s.reader(func(d *directory.Subscriber) { d.Policy.Register, d.Policy.Receive = true, false })
			if tc.ill != nil {
				tc.ill(s)
			}
			first, second := s.launch("EDOKIT_FAILPOINT="+tc.point), s.launch("EDOKIT_WORKERS=1")
			if tc.point != "" { // it must be the one that gets there
				s.must(second.Close())
			}
			ids := s.rush(first, second)
			if tc.point != "" {
				first.gone()
				second = s.launch()
				ids = s.rush(second, second) // what was not accepted in the end is accepted now
			}
			s.settled(second, ids)
		})
	}
}

// rush sends fifty packages to the stranger by two plugins at once, and asks for it on the command line. A package that a
// dying plugin did not take is none.
func (s *stand) rush(hosts ...*plugin) []edo.PackageID {
	s.Helper()
	ids := make([]edo.PackageID, 50)
	var all sync.WaitGroup
	for i := range ids {
		pkg := s.pack(fmt.Sprintf("p-%02d", i), fmt.Appendf(nil, "Письмо %d", i))
		pkg.To, ids[i] = stranger(), pkg.ID
		all.Go(func() {
			op, err := hosts[i%len(hosts)].Send(s.Context(), pkg)
			s.heard.add(op, err)
		})
	}
	for range 3 {
		all.Go(func() {
			s.heard.add(s.run("counterparty", "ensure", strangerINN, "--kpp", strangerKPP, "--subscriber", string(subscriber), "--actor", string(clerk), "--name", stranger().Name, "--e-mail", "client@example.ru"))
		})
	}
	all.Wait()
	return ids
}

// settled activates the stranger when everybody waits for it, and checks what came of it.
func (s *stand) settled(p *plugin, ids []edo.PackageID) {
	s.Helper()
	for _, id := range ids {
		p.reach(edo.Key{Subscriber: subscriber, Package: id}, string(id)+" waits for the counterparty", func(op edo.Operation) bool {
			return op.State == edo.StateWaiting && op.Reason == edo.CounterpartyPending
		})
	}
	s.registeredOnce()
	s.must(s.op.Activate(strangerINN, strangerKPP))
	for _, id := range ids {
		s.sentAs(p.reach(edo.Key{Subscriber: subscriber, Package: id}, string(id)+" is sent", func(op edo.Operation) bool { return op.State.Sent() }))
	}
	s.once(ids...)
	s.registeredOnce()
}

func (s *stand) registeredOnce() {
	s.Helper()
	key := edo.CounterpartyKey{Subscriber: subscriber, INN: strangerINN, KPP: strangerKPP}
	s.until("the counterparty is registered and invited", func() bool {
		row, err := s.store().CounterpartyStatus(s.Context(), key)
		return err == nil && (row.State == edo.CounterpartyInvited || row.State == edo.CounterpartyReady)
	})
	if n := len(s.op.Registrations()); n != 1 {
		s.Errorf("%d registrations: %+v", n, s.op.Registrations())
	}
	if n := s.exchanges("CreateNonActiveSubscriber"); n != 1 { // the operator forgives a second one; nobody may rely on it
		s.Errorf("the operator was asked %d times to register", n)
	}
}

// callsEnv makes this test program another process that asks for the stranger: see TestEnsureTwoProcesses.
const callsEnv = "EDOKIT_CRASH_ENSURE"

// TestEnsureTwoProcesses calls the library fifty times at once, from two processes on one home.
func TestEnsureTwoProcesses(t *testing.T) {
	t.Parallel()
	for _, duplicate := range []string{mockoperator.DuplicateFault, mockoperator.DuplicateResponse, mockoperator.DuplicateFound} {
		t.Run(duplicate, func(t *testing.T) {
			t.Parallel()
			s := setup(t, mockoperator.Scenario{People: mockoperator.People{DuplicateOrganisation: duplicate, InviteNonActive: mockoperator.InviteAllowed}})
			s.reader(func(d *directory.Subscriber) { d.Policy.Receive = false })
			self, err := os.Executable()
			s.must(err)
			var both sync.WaitGroup
			var ends []io.Closer
			for range 2 {
				process := exec.CommandContext(t.Context(), self)
				process.Env = append(os.Environ(), callsEnv+"="+s.home)
				end, err := process.StdinPipe()
				s.must(err)
				ends = append(ends, end)
				both.Go(func() {
					if out, err := process.CombinedOutput(); err != nil {
						t.Errorf("%v\n%s", err, out)
					}
				})
			}
			s.registeredOnce()
			s.must(s.op.Activate(strangerINN, strangerKPP))
			s.until("the counterparty is ready", func() bool {
				row, err := s.store().CounterpartyStatus(t.Context(), edo.CounterpartyKey{Subscriber: subscriber, INN: strangerINN, KPP: strangerKPP})
				return err == nil && row.State == edo.CounterpartyReady
			})
			for _, end := range ends {
				s.must(end.Close())
			}
			both.Wait()
			s.registeredOnce()
		})
	}
}

// callAndWork is the other process: 25 calls at once, and work until its input ends.
func callAndWork(home string) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	kept, err := local.Open(ctx, home)
	if err != nil {
		return err
	}
	defer kept.Close()
	gw, err := kept.Gateway(gateway.Config{
		Drivers: []edo.Driver{synerdocs.New(synerdocs.Config{Visibility: 300 * time.Millisecond})},
		Idle:    50 * time.Millisecond, Backoff: gateway.Backoff{First: 50 * time.Millisecond, Longest: 500 * time.Millisecond},
	})
	if err != nil {
		return err
	}
	work, stop := context.WithCancel(ctx)
	var all sync.WaitGroup
	all.Go(func() { _ = gw.Run(work) }) // ends with the context and reports nothing else
	faults := make([]error, 25)
	var calls sync.WaitGroup
	for i := range faults {
		calls.Go(func() {
			_, faults[i] = gw.EnsureCounterparty(ctx, clerk, subscriber, edo.Introduction{Counterparty: stranger(), EMails: []string{"client@example.ru"}})
		})
	}
	calls.Wait()
	_, _ = io.Copy(io.Discard, os.Stdin)
	stop()
	all.Wait()
	for _, err := range faults {
		if err != nil {
			return err
		}
	}
	return nil
}
