package acceptance

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/conformance/mockoperator"
	"github.com/edokit/edokit/conformance/replay"
	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/gateway"
	"github.com/edokit/edokit/edo/operators/synerdocs"
)

// ending is what is special about one named scenario; the zero value is what most want: in a working day everything is
// sent, stamped and read.
type ending struct {
	lasts  time.Duration // of the clock of the run; 0: a working day
	to     edo.Counterparty
	inbox  int                    // documents that lie there; 0: as the scenario says, at least two; negative: none
	packs  func(*shift)           // nil: all are sent
	forms  func(*shift, document) // nil: the operator's form is stored and recognised
	looks  string                 // what packs and forms look at, for a person; empty: both are nil
	copies int                    // messages that a package in doubt may be at the operator as; 0: one
	silent bool                   // the scenario is what the operator is, nothing that it does
}

type document struct {
	edo.DocumentStatus
	pack edo.PackageID
}

// workday holds a full check of the box.
const workday = 8 * time.Hour

func (end ending) hours() time.Duration { return max(end.lasts, workday) }

func (end ending) documents(s mockoperator.Scenario) int {
	if end.inbox < 0 {
		return 0
	}
	return max(s.Inbox, 2)
}

// endings are how the named scenarios end, each what its file says under expect.
func endings() map[string]ending {
	never := formless(edo.StampNever, edo.FormNotReady)
	never.lasts = 76 * time.Hour
	return map[string]ending{
		"answer-lost":                       {},
		"answer-lost-twice":                 {},
		"answer-lost-resend-refused":        {},
		"answer-lost-visible-late":          {},
		"answer-lost-never-visible":         {packs: (*shift).undecided, copies: 2, forms: noForm, looks: "each letter is sent or in doubt with decision-needed, at least one is in doubt, and what has no id at the operator has no form"},
		"answer-hangs":                      {},
		"answer-truncated":                  {},
		"answer-cut":                        {},
		"answer-gzip-unasked":               {},
		"error-after-acceptance":            {},
		"fault-after-acceptance":            {},
		"page-instead-of-answer":            {},
		"request-cut":                       {},
		"operator-down":                     {},
		"rate-limit-without-retry-after":    {},
		"rate-limit-long":                   {},
		"token-runs-out":                    {silent: true},
		"token-ends-while-sending":          {},
		"login-unavailable":                 {},
		"certificate-expires-mid-batch":     refused(edo.SignatureExpired, 2),
		"revocation-list-unavailable":       {},
		"signature-refused":                 refused(edo.SignatureInvalid, 1),
		"signature-refused-later":           {packs: (*shift).undelivered, looks: "all three letters are sent, with delivery-failed, and the form of each is stored once and recognised"},
		"two-boxes-one-inn":                 {to: edo.Counterparty{INN: "7803456788"}, packs: (*shift).chosen, forms: noForm, silent: true, looks: "all three letters have failed with counterparty-many and two candidates, and none has a form"},
		"counterparty-not-active":           {packs: (*shift).unready, inbox: -1, forms: noForm, silent: true, looks: "all three letters wait with counterparty-inactive or counterparty-pending, and none has a form"},
		"print-form-20-minutes":             {},
		"print-form-never":                  never,
		"print-form-refused-then-ready":     {},
		"print-form-first-try-fails":        {},
		"print-form-switched-off":           formless(edo.StampNever, edo.FormNever),
		"print-form-web-page":               formless(edo.StampRejected, edo.FormNotPDF),
		"print-form-truncated":              formless(edo.StampRejected, edo.FormTruncated),
		"print-form-without-stamp":          {forms: unstamped, looks: "all three letters are sent, and the form of each is stored once and not called recognised"},
		"print-form-is-original":            formless(edo.StampRejected, edo.FormOriginal),
		"page-border-event-lost":            {},
		"page-border-event-repeated":        {},
		"event-ids-repeated":                {},
		"events-out-of-order":               {},
		"events-an-hour-late":               {},
		"empty-page-although-newer":         {},
		"content-after-receipt":             {},
		"document-missing-from-its-message": {},
	}
}

// formless: all are sent, and what came as their forms is not stored.
func formless(state edo.StampState, reason edo.Reason) ending {
	return ending{
		looks: fmt.Sprintf("all three letters are sent, each form is in state %s with %s, and none is stored", state, reason),
		forms: func(x *shift, d document) {
			if d.Stamp != state || d.StampReason != reason || len(d.Versions) != 0 {
				x.Errorf("%s: form %s %q %s, %d versions", d.pack, d.Stamp, d.StampReason, d.StampDetail, len(d.Versions))
			}
		},
	}
}

// refused: so many have failed for the operator's reason, the others are sent.
func refused(reason edo.Reason, n int) ending {
	return ending{
		inbox: -1, forms: noForm,
		looks: fmt.Sprintf("failed with %s: %d of three letters, the others are sent; what has no id at the operator has no form", reason, n),
		packs: func(x *shift) {
			x.Helper()
			failed := 0
			for _, op := range x.packs {
				switch {
				case op.State == edo.StateFailed && op.Reason == reason:
					failed++
				case !op.State.Sent():
					x.Errorf("%s: %s %s %s", op.Key.Package, op.State, op.Reason, op.Detail)
				}
			}
			if failed != n {
				x.Errorf("%d have failed, want %d", failed, n)
			}
		},
	}
}

// faults are the named scenarios of the stand-in, each a working day through the library: three letters, documents in the box, a
// clock that jumps. Nothing is lost, nothing is at the operator twice, what the host is told is so, and it ends as the
// scenario says.
func (around Around) faults() []conformance.Case {
	var all []conformance.Case
	for _, name := range mockoperator.ScenarioNames() {
		scenario, err := mockoperator.NamedScenario(name)
		end, known := endings()[name]
		all = append(all, conformance.Case{
			ID: "scenario-" + name, Group: "faults of the field", Says: scenario.About.Title, Clauses: []string{scenario.About.From},
			Sends: end.sends(name, scenario), Expects: end.expects(scenario),
			Run: func(t conformance.T) {
				if must(t, err); !known {
					conformance.Broke(t, "how it ends is not said")
				}
				x := around.newShift(t, scenario, end)
				x.work(end)
				x.judge(end)
				if n := len(x.op.Struck()); n == 0 && !end.silent {
					t.Error("the scenario has not struck")
				}
			},
		})
	}
	return all
}

// shift is one side whose clock jumps.
type shift struct {
	*side
	clock *replay.Clock
	packs []edo.Operation
	done  context.Context
	more  func() // as many documents come in again, once: the first check of the box does not see them
}

func (around Around) newShift(t conformance.T, scenario mockoperator.Scenario, end ending) *shift {
	t.Helper()
	scenario.Inbox = end.documents(scenario)
	done, enough := context.WithCancel(context.WithoutCancel(t.Context()))
	t.Cleanup(enough)
	begin := time.Now()
	x := &shift{done: done}
	x.more = sync.OnceFunc(func() { x.plant(scenario.Inbox) })
	x.clock = replay.NewClock(begin, func(now time.Time) bool {
		if now.Sub(begin) > time.Hour {
			x.more()
		}
		return now.Sub(begin) > end.hours()
	}, enough)
	s := around.newStand(t, scenario, func(c *mockoperator.Config) {
		if c.Now = x.clock.Now; len(scenario.Organisations) > 0 {
			c.Organisations = nil
		}
	})
	x.side = s.side(0, options{
		idle: true,
		driver: func(c *synerdocs.Config) {
			c.Now, c.Visibility, c.Limits.Deadline = x.clock.Now, 0, 5*time.Second
		},
		gateway: func(c *gateway.Config) {
			c.Now, c.Queue, c.Workers, c.Backoff = x.clock.Now, x.clock, 1, gateway.Backoff{}
			c.Idle, c.Pull, c.FullCheck = 7*24*time.Hour, 20*time.Minute, 6*time.Hour
		},
	})
	return x
}

// plant puts documents into the box.
func (x *shift) plant(n int) {
	x.Helper()
	_, err := x.op.Plant(x.organisation(1).Boxes[0], x.org.Boxes[0], n, func(int) mockoperator.PlantedDocument {
		return mockoperator.PlantedDocument{NeedReceipt: true}
	})
	if err != nil {
		x.Error(err)
	}
}

// work accepts three letters, reads the box, and lets the clock run.
func (x *shift) work(end ending) {
	x.Helper()
	to := end.to
	if to.INN == "" {
		to = edo.Counterparty{INN: x.organisation(1).INN, KPP: x.organisation(1).KPP}
	}
	for _, id := range []edo.PackageID{"a", "b", "c"} {
		_, err := x.gw.Send(x.Context(), x.letter(id, x.side, func(p *edo.Package) { p.To = to }))
		must(x.T, err)
	}
	must(x.T, x.gw.Receive(x.Context(), x.id))
	if err := x.gw.Run(x.done); !errors.Is(err, context.Canceled) {
		x.Errorf("run: %v", err)
	}
	for _, id := range []edo.PackageID{"a", "b", "c"} {
		op, err := x.gw.Status(x.Context(), x.key(id))
		must(x.T, err)
		x.packs = append(x.packs, op)
	}
}

// judge compares the ledger with what the host was told.
func (x *shift) judge(end ending) {
	x.Helper()
	x.ledger(max(end.copies, 1))
	x.told()
	x.inbox()
	if end.packs == nil {
		end.packs = (*shift).sent
	}
	if end.forms == nil {
		end.forms = stamped
	}
	end.packs(x)
	for _, op := range x.packs {
		end.forms(x, document{op.Documents[0], op.Key.Package})
	}
}

// ledger: what is called sent is there once, as what it is called; what is called anything else but doubtful is not.
func (x *shift) ledger(copies int) {
	x.Helper()
	there := map[edo.PackageID][]string{}
	for _, e := range x.op.Ledger() {
		for _, d := range e.Documents {
			if words := strings.Fields(d.CustomField); e.From == x.org.Boxes[0] && d.Parent == "" && len(words) > 1 {
				there[edo.PackageID(words[1])] = append(there[edo.PackageID(words[1])], strings.ToLower(d.ServiceID))
			}
		}
	}
	for _, op := range x.packs {
		at := there[op.Key.Package]
		switch {
		case op.State.Sent():
			if diff := cmp.Diff([]string{strings.ToLower(string(op.Documents[0].Remote))}, at); diff != "" {
				x.Errorf("%s is %s: %s", op.Key.Package, op.State, diff)
			}
		case op.State == edo.StateInDoubt:
			if len(at) > copies {
				x.Errorf("%s is in doubt, and %d times at the operator", op.Key.Package, len(at))
			}
		case len(at) > 0:
			x.Errorf("%s is %s %s, and at the operator", op.Key.Package, op.State, op.Reason)
		}
	}
}

// told: the last state that was told is the state, and a version that there is was told once.
func (x *shift) told() {
	x.Helper()
	last, versions := map[edo.PackageID]edo.State{}, map[edo.PackageID]int{}
	for _, e := range x.events() {
		switch {
		case e.Kind == edo.EventStatus && e.Document == "":
			last[e.Key.Package] = e.State
		case e.Kind == edo.EventVersion:
			versions[e.Key.Package]++
		}
	}
	for _, op := range x.packs {
		id := op.Key.Package
		if last[id] != op.State || versions[id] != len(op.Documents[0].Versions) {
			x.Errorf("%s: told %s and %d versions, it is %s and has %d", id, last[id], versions[id], op.State, len(op.Documents[0].Versions))
		}
	}
}

// inbox: every document that lies there is told once with its content, and confirmed once.
func (x *shift) inbox() {
	x.Helper()
	type fate struct {
		Told, Receipts int
		Content        string
	}
	want, got := map[string]fate{}, map[string]fate{}
	for _, e := range x.op.Ledger() {
		for _, d := range e.Documents {
			switch {
			case slices.Contains(e.Recipients, x.org.Boxes[0]) && d.Parent == "":
				want[strings.ToLower(d.ServiceID)] = fate{1, 1, d.SHA256}
			case d.Type == "ServiceReceipt" && e.From == x.org.Boxes[0]:
				f := got[strings.ToLower(d.Parent)]
				f.Receipts++
				got[strings.ToLower(d.Parent)] = f
			}
		}
	}
	for _, e := range x.events() {
		if e.Kind == edo.EventInbound && e.Inbound.State == edo.InboundStored {
			id := strings.ToLower(string(e.Inbound.Key.Remote))
			f := got[id]
			f.Told++
			f.Content = e.Inbound.Digest.String()
			got[id] = f
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		x.Errorf("the box: %s", diff)
	}
}

func (x *shift) sent() {
	x.Helper()
	for _, op := range x.packs {
		if !op.State.Sent() || op.Reason != "" {
			x.Errorf("%s: %s %s %s", op.Key.Package, op.State, op.Reason, op.Detail)
		}
	}
}

// undelivered: sent, and the host knows that it has not arrived.
func (x *shift) undelivered() {
	x.Helper()
	for _, op := range x.packs {
		if !op.State.Sent() || op.Reason != edo.DeliveryFailed {
			x.Errorf("%s: %s %s %s", op.Key.Package, op.State, op.Reason, op.Detail)
		}
	}
}

// undecided: what is doubtful waits for a person.
func (x *shift) undecided() {
	x.Helper()
	doubtful := 0
	for _, op := range x.packs {
		switch {
		case op.State == edo.StateInDoubt && op.Reason == edo.DecisionNeeded:
			doubtful++
		case !op.State.Sent():
			x.Errorf("%s: %s %s %s", op.Key.Package, op.State, op.Reason, op.Detail)
		}
	}
	if doubtful == 0 {
		x.Error("nothing is in doubt")
	}
}

func (x *shift) chosen() {
	x.Helper()
	for _, op := range x.packs {
		if op.State != edo.StateFailed || op.Reason != edo.CounterpartyMany || len(op.Candidates) != 2 {
			x.Errorf("%s: %s %s, %d candidates", op.Key.Package, op.State, op.Reason, len(op.Candidates))
		}
	}
}

func (x *shift) unready() {
	x.Helper()
	for _, op := range x.packs {
		if op.State != edo.StateWaiting || op.Reason != edo.CounterpartyInactive && op.Reason != edo.CounterpartyPending {
			x.Errorf("%s: %s %s %s", op.Key.Package, op.State, op.Reason, op.Detail)
		}
	}
}

func recognised(d document) bool { return strings.HasPrefix(d.StampDetail, "stamp recognised") }

func stamped(x *shift, d document) {
	if d.Stamp != edo.StampReady || len(d.Versions) != 1 || !recognised(d) {
		x.Errorf("%s: form %s %s %s, %d versions", d.pack, d.Stamp, d.StampReason, d.StampDetail, len(d.Versions))
	}
}

func unstamped(x *shift, d document) {
	if d.Stamp != edo.StampReady || len(d.Versions) != 1 || recognised(d) {
		x.Errorf("%s: form %s %s %s, %d versions", d.pack, d.Stamp, d.StampReason, d.StampDetail, len(d.Versions))
	}
}

// noForm: what is not sent has none, and what is sent may have one.
func noForm(x *shift, d document) {
	if d.Remote == "" && len(d.Versions) > 0 {
		x.Errorf("%s: a form of what is not sent", d.pack)
	}
}
