package acceptance

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/conformance/mockoperator"
	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/gateway"
)

// strangerINN is of a company that no operator knows.
const strangerINN, strangerKPP = "7707083893", "770701001"

func stranger() edo.Introduction {
	return edo.Introduction{
		Counterparty: edo.Counterparty{INN: strangerINN, KPP: strangerKPP, Name: "ООО «Новый клиент»"}, EMails: []string{"client@example.ru"},
	}
}

// registers lets a subscriber register unknown counterparties by itself.
func registers(s *directory.Subscriber) { s.Policy.Register = true }

// operations lists the calls that crossed the socket.
func operations(o *mockoperator.Operator) []string {
	var all []string
	for _, e := range o.Wire() {
		all = append(all, e.Operation)
	}
	return all
}

// noneOneOrMany: the look-up has three answers, and many never silently picks one.
func (around Around) noneOneOrMany(t conformance.T) {
	s := around.newStand(t, mockoperator.Scenario{})
	company := s.side(0, options{})
	many := s.organisation(2) // two branches, two boxes
	for name, row := range map[string]struct {
		to         edo.Counterparty
		state      edo.State
		reason     edo.Reason
		candidates int
	}{
		"none": {edo.Counterparty{INN: strangerINN, KPP: strangerKPP}, edo.StateFailed, edo.CounterpartyUnknown, 0},
		"one":  {edo.Counterparty{INN: s.organisation(1).INN}, edo.StateSent, "", 0},
		"many": {edo.Counterparty{INN: many.INN}, edo.StateFailed, edo.CounterpartyMany, 2},
	} {
		op := company.send(company.letter(edo.PackageID(name), company, func(p *edo.Package) { p.To = row.to }))
		if op.State != row.state || op.Reason != row.reason || len(op.Candidates) != row.candidates {
			t.Errorf("%s: %s %s, %d candidates: %s", name, op.State, op.Reason, len(op.Candidates), op.Detail)
		}
	}
	if n := len(s.op.Ledger()); n != 1 {
		t.Errorf("%d messages in the ledger", n)
	}
}

// theCounterpartyIsLookedUpBeforeAnythingIsSent is the same question seen from the wire.
func (around Around) theCounterpartyIsLookedUpBeforeAnythingIsSent(t conformance.T) {
	s := around.newStand(t, mockoperator.Scenario{})
	company := s.side(0, options{subscriber: func(s *directory.Subscriber) { s.Policy.Receive = false }})
	company.send(company.letter("p", company, func(p *edo.Package) { p.To = edo.Counterparty{INN: s.organisation(1).INN} }))
	calls := operations(s.op)
	looked, sent := slices.Index(calls, "GetOrganizationListByInnKpp"), slices.Index(calls, "SendMessage")
	if looked < 0 || sent < 0 || looked > sent {
		t.Errorf("calls: %q", calls)
	}
}

// selfAndForeignBoxesNeverReachTheOperator: neither is asked to be refused; it is refused here.
func (around Around) selfAndForeignBoxesNeverReachTheOperator(t conformance.T) {
	for name, row := range map[string]struct {
		change func(*directory.Subscriber)
		to     int
		state  edo.State
		reason edo.Reason
	}{
		"to itself":          {func(*directory.Subscriber) {}, 0, edo.StateFailed, edo.SendToSelf},
		"from another's box": {func(s *directory.Subscriber) { s.Box = "seti-head@mock.edo" }, 1, "", edo.BoxForeign},
	} {
		sub(t, name, func(t conformance.T) {
			s := around.newStand(t, mockoperator.Scenario{})
			company := s.side(0, options{subscriber: func(r *directory.Subscriber) { r.Policy.Receive = false; row.change(r) }})
			p := company.letter("p", company, func(p *edo.Package) {
				to := s.organisation(row.to)
				p.To = edo.Counterparty{INN: to.INN, KPP: to.KPP}
			})
			_, err := company.gw.Send(t.Context(), p)
			must(t, err)
			op := company.reach("p", "refused", func(op edo.Operation) bool { return op.Reason != "" })
			if op.Reason != row.reason || row.state != "" && op.State != row.state || op.State.Sent() {
				t.Errorf("%s %s: %s", op.State, op.Reason, op.Detail)
			}
			if calls := operations(s.op); slices.Contains(calls, "SendMessage") || len(s.op.Ledger()) > 0 {
				t.Errorf("calls: %q", calls)
			}
		})
	}
}

// fiftyCallsMakeOneRegistration: from two processes on one home, fifty at once, whatever the operator says to a
// second registration.
func (around Around) fiftyCallsMakeOneRegistration(t conformance.T) {
	for _, duplicate := range []string{"fault", "response", "found"} {
		sub(t, duplicate, func(t conformance.T) {
			s := around.newStand(t, mockoperator.Scenario{People: mockoperator.People{DuplicateOrganisation: duplicate, InviteNonActive: "allowed"}})
			home := t.TempDir()
			first := s.side(0, options{home: home})
			second := s.side(0, options{home: home, gateway: func(c *gateway.Config) { c.Owner = "second" }})
			var all sync.WaitGroup
			for i := range 50 {
				all.Go(func() {
					gw := []*gateway.Gateway{first.gw, second.gw}[i%2]
					if _, err := gw.EnsureCounterparty(t.Context(), clerk, first.id, stranger()); err != nil {
						t.Error(err)
					}
				})
			}
			all.Wait()
			key := edo.CounterpartyKey{Subscriber: first.id, INN: strangerINN, KPP: strangerKPP}
			status := func(want edo.CounterpartyState) {
				t.Helper()
				until(t, "counterparty "+string(want), func() (edo.CounterpartyStatus, bool) {
					c, err := first.home.Store.CounterpartyStatus(t.Context(), key)
					must(t, err)
					return c, c.State == want
				})
			}
			status(edo.CounterpartyInvited)
			if got := s.op.Registrations(); len(got) != 1 || got[0].INN != strangerINN {
				t.Errorf("registrations: %+v", got)
			}
			if n := len(slices.DeleteFunc(operations(s.op), func(name string) bool { return name != "CreateNonActiveSubscriber" })); n != 1 {
				t.Errorf("asked to register %d times", n)
			}
			must(t, s.op.Activate(strangerINN, strangerKPP))
			status(edo.CounterpartyReady)
			if got := s.op.Registrations(); len(got) != 1 {
				t.Errorf("registrations after it became active: %+v", got)
			}
		})
	}
}

// aPackageWaitsForItsCounterpartyAndGoesOutByItself: registered and invited, then sent when it becomes active.
func (around Around) aPackageWaitsForItsCounterpartyAndGoesOutByItself(t conformance.T) {
	for _, invite := range []string{"allowed", "refused"} {
		sub(t, invite, func(t conformance.T) {
			s := around.newStand(t, mockoperator.Scenario{People: mockoperator.People{InviteNonActive: invite, Contacts: "required"}})
			company := s.side(0, options{subscriber: registers})
			p := company.letter("p", company, func(p *edo.Package) { p.To = stranger().Counterparty })
			_, err := company.gw.Send(t.Context(), p)
			must(t, err)
			company.reach("p", "waits", func(op edo.Operation) bool {
				return op.State == edo.StateWaiting && op.Reason == edo.CounterpartyPending
			})
			until(t, "registered", func() (int, bool) { n := len(s.op.Registrations()); return n, n == 1 })
			must(t, s.op.Activate(strangerINN, strangerKPP))
			op := company.reach("p", "sent", func(op edo.Operation) bool { return op.State.Sent() })
			if len(s.op.Ledger()) == 0 || op.Address.INN != strangerINN {
				t.Errorf("sent to %+v", op.Address)
			}
		})
	}
}

// boxThenSignatureThenSend: the order on the wire, and an invalid signature never leaves.
func (around Around) boxThenSignatureThenSend(t conformance.T) {
	s := around.newStand(t, mockoperator.Scenario{People: mockoperator.People{InviteNonActive: "allowed"}})
	company := s.side(0, options{subscriber: registers})
	bad := company.letter("bad", company, func(p *edo.Package) {
		p.To = stranger().Counterparty
		p.Documents[0].Signer, p.Documents[0].Signature = "", signed(t, s, 0, []byte("other bytes"))
	})
	if _, err := company.gw.Send(t.Context(), bad); !errors.Is(err, edo.Invalid) || !strings.Contains(err.Error(), "signature") {
		t.Errorf("an invalid signature: %v", err)
	}
	if calls := operations(s.op); slices.Contains(calls, "CreateNonActiveSubscriber") || slices.Contains(calls, "SendMessage") {
		t.Errorf("calls for an invalid signature: %q", calls)
	}
	_, err := company.gw.Send(t.Context(), company.letter("good", company, func(p *edo.Package) { p.To = stranger().Counterparty }))
	must(t, err)
	until(t, "registered", func() (int, bool) { n := len(s.op.Registrations()); return n, n == 1 })
	must(t, s.op.Activate(strangerINN, strangerKPP))
	company.reach("good", "sent", func(op edo.Operation) bool { return op.State.Sent() })
	calls := operations(s.op)
	looked, made, sent := slices.Index(calls, "GetOrganizationListByInnKpp"), slices.Index(calls, "CreateNonActiveSubscriber"), slices.Index(calls, "SendMessage")
	if looked < 0 || made < looked || sent < made {
		t.Errorf("calls: %q", calls)
	}
}

// everyFaultCodeHasAVerdict: each code of the contract reaches the caller as a typed error with the code itself.
func (around Around) everyFaultCodeHasAVerdict(t conformance.T) {
	s := around.newStand(t, mockoperator.Scenario{})
	company := s.side(0, options{idle: true})
	session := company.session()
	for code := range codes(t) {
		s.op.Misbehave(mockoperator.Rule{Operation: "GetOrganizationListByInnKpp", What: mockoperator.AnswerFault, Fault: mockoperator.Fault{Code: code}, Times: 2})
		_, err := session.Lookup(t.Context(), edo.Counterparty{INN: strangerINN})
		e, ok := errors.AsType[*edo.Error](err)
		if !ok || e.Kind == edo.Internal || e.Exchange == "" || code != "Unauthorized" && e.Code != code {
			t.Errorf("%s: %v", code, err)
		}
		s.op.SetScenario(mockoperator.Scenario{})
	}
}

// theOperatorFixesFactAndTime: its time stands beside ours, and a skew beyond the limit is an event.
func (around Around) theOperatorFixesFactAndTime(t conformance.T) {
	s := around.newStand(t, mockoperator.Scenario{})
	s.op.Advance(-10 * time.Minute)
	company := s.side(0, options{})
	op := company.send(company.letter("p", company, func(p *edo.Package) { p.To = edo.Counterparty{INN: s.organisation(1).INN} }))
	if want := op.SentAt.Sub(op.OperatorTime); op.OperatorTime.IsZero() || op.Skew != want || want < 9*time.Minute {
		t.Errorf("operator %v, ours %v, skew %v", op.OperatorTime, op.SentAt, op.Skew)
	}
	if !s.op.Ledger()[0].Time.Truncate(time.Millisecond).Equal(op.OperatorTime.Truncate(time.Millisecond)) {
		t.Errorf("the ledger says %v, we say %v", s.op.Ledger()[0].Time, op.OperatorTime)
	}
	company.event("skew", func(e edo.Event) bool { return e.Kind == edo.EventSkew && e.Reason == edo.ClockSkew })
	s.op.Advance(10 * time.Minute)
	company.event("no skew any more", func(e edo.Event) bool { return e.Kind == edo.EventSkew && e.Reason == "" })
}
