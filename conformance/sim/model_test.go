package sim_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/edotest"
)

// model is what may be true.
type model struct {
	w          *world
	acked      map[edo.PackageID]edo.Package // that the host was told are accepted
	asked      map[edo.PackageID]bool        // that the host has ever asked for
	refused    map[edo.PackageID]bool        // that the operator has said no to
	taken      map[edo.PackageID]int         // by the operator
	answers    map[edo.RemoteID]int          // to documents, taken by the operator
	registered map[string]int                // counterparties at the operator
	ensured    map[string]bool               // counterparties that the host asked for
	planted    []edotest.Planted
	fates      map[edo.RemoteID]edo.State
	disorder   uint64
	states     map[edo.Key]edo.State // as the events tell
	read       int64                 // the last event that was looked at
	seen       map[string]int        // what may be told once
	told       []edo.Event           // what the host has read, in order
	faults     []string

	why    string // what was not at its end
	looked int64  // at which event
}

func newModel(w *world) *model {
	return &model{
		w: w, acked: map[edo.PackageID]edo.Package{}, asked: map[edo.PackageID]bool{}, refused: map[edo.PackageID]bool{},
		taken: map[edo.PackageID]int{}, answers: map[edo.RemoteID]int{}, registered: map[string]int{}, ensured: map[string]bool{},
		fates: map[edo.RemoteID]edo.State{}, states: map[edo.Key]edo.State{}, seen: map[string]int{},
	}
}

func (m *model) wrong(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	m.w.say("WRONG: %s", text)
	m.faults = append(m.faults, text)
}

// pack is the n-th package: the same for every call, unless it shall differ.
func (m *model) pack(n int, differ bool) edo.Package {
	p := edo.Package{ID: edo.PackageID(fmt.Sprintf("p%d", n)), Subscriber: subscriber, Actor: clerk, To: edo.Counterparty{INN: "7707083893", KPP: "773601001"}}
	if n == 4 {
		p.To = edo.Counterparty{INN: strangers[0]}
	}
	for i := range 1 + n%2 {
		text := fmt.Sprintf("document %d of %d", i, n)
		if differ {
			text += " changed"
		}
		d, size, _ := edo.DigestOf(strings.NewReader(text))
		p.Documents = append(p.Documents, edo.Document{
			ID: edo.DocumentID(fmt.Sprintf("d%d", i)), Name: "letter.pdf", Kind: "Письмо", Signer: "head",
			Content: edo.Content{Size: size, Digest: d, Open: func(context.Context) (io.ReadCloser, error) {
				return io.NopCloser(bytes.NewReader([]byte(text))), nil
			}},
		})
	}
	return p
}

// answered notes what the host hears.
func (m *model) answered(p *process, pkg edo.Package, op edo.Operation, err error) {
	if p.dead.Load() {
		return
	}
	m.w.say("  host hears of %s: %s %v", pkg.ID, op.State, err)
	have, before := m.acked[pkg.ID]
	switch {
	case err == nil && before && have.Documents[0].Content.Digest != pkg.Documents[0].Content.Digest:
		m.wrong("%s was accepted with other documents before", pkg.ID)
	case err == nil:
		m.acked[pkg.ID] = pkg
	case edo.ReasonOf(err) != edo.PackageDiffers:
		m.wrong("%s is not taken: %v", pkg.ID, err)
	}
}

// accepted is told by the operator at the moment when it takes a message. A clock that is set on and back again lets one
// worker take over while another rightly believes that it still holds the lease: then the package is in doubt, which is
// true, and is found.
func (m *model) accepted(msg edo.Message) {
	op, err := m.w.store.Operation(m.w.ctx, edo.Key{Subscriber: subscriber, Package: msg.Package})
	if doubt := m.w.clockSet && op.State == edo.StateInDoubt; err != nil || op.State != edo.StateSending && !doubt {
		m.wrong("%s is at the operator while we have %s, %v", msg.Package, op.State, err)
	}
	if m.taken[msg.Package]++; m.taken[msg.Package] > 1 {
		m.wrong("%s is %d times at the operator", msg.Package, m.taken[msg.Package])
	}
	for _, d := range msg.Documents {
		if d.Parent == "" {
			continue
		}
		if m.answers[d.Parent]++; m.answers[d.Parent] > 1 {
			m.wrong("%s is answered %d times", d.Parent, m.answers[d.Parent])
		}
		doc, err := m.w.store.InboundDocument(m.w.ctx, edo.InboundKey{Subscriber: subscriber, Remote: d.Parent})
		if err != nil || doc.State != edo.InboundStored || !m.w.archive.has(doc.Digest) {
			m.wrong("the receipt for %s is at the operator while we have %q, %v", d.Parent, doc.State, err)
		}
	}
}

func (m *model) introduced(inn string) {
	m.w.say("  operator registers %s", inn)
	if m.registered[inn]++; m.registered[inn] > 1 {
		m.wrong("%s is registered %d times", inn, m.registered[inn])
	}
}

func (m *model) plant(n int) {
	l := letter(len(m.planted)+1, n > 0)
	m.planted = append(m.planted, l)
	m.w.op.Plant(l)
}

// decide is what a counterparty does with a document that is at the operator.
func (m *model) decide(n int) {
	ledger := m.w.op.Ledger()
	if len(ledger) == 0 {
		return
	}
	e := ledger[n%len(ledger)]
	for _, r := range e.Sent.Documents {
		s := [...]edo.State{edo.StateDelivered, edo.StateSigned, edo.StateRefused}[n%3]
		if now, ok := m.fates[r]; !ok || now == edo.StateDelivered {
			m.fates[r] = s
		}
	}
}

// deliver is a host that reads on from where it has acknowledged. False: there is nothing more.
func (m *model) deliver(ctx context.Context, p *process) bool {
	after, err := p.gw.Acknowledged(ctx, subscriber, "host")
	if err != nil {
		return false
	}
	events, err := p.gw.Deliver(ctx, subscriber, after, 5)
	if err != nil || len(events) == 0 || p.dead.Load() {
		return false
	}
	for _, e := range events {
		i, again := slices.BinarySearchFunc(m.told, e.Seq, func(a edo.Event, seq int64) int { return int(a.Seq - seq) })
		if !again {
			m.told = slices.Insert(m.told, i, e)
		} else if was := m.told[i]; was.Key != e.Key || was.Kind != e.Kind || was.State != e.State || was.Document != e.Document {
			m.wrong("event %d was told as %s of %s, and then as %s of %s", e.Seq, was.Kind, was.Key.Package, e.Kind, e.Key.Package)
		}
	}
	return p.gw.Acknowledge(ctx, subscriber, "host", events[len(events)-1].Seq) == nil
}

// follows says which state may come after which.
func follows(was, is edo.State) bool {
	ways := map[edo.State][]edo.State{
		"":                 {edo.StateAccepted},
		edo.StateAccepted:  {edo.StateWaiting, edo.StateSending, edo.StateFailed},
		edo.StateWaiting:   {edo.StateSending, edo.StateFailed},
		edo.StateSending:   {edo.StateSent, edo.StateInDoubt, edo.StateWaiting, edo.StateFailed},
		edo.StateInDoubt:   {edo.StateSent, edo.StateAccepted},
		edo.StateSent:      {edo.StateDelivered, edo.StateSigned, edo.StateRefused, edo.StatePartly},
		edo.StateDelivered: {edo.StateSigned, edo.StateRefused, edo.StatePartly},
		edo.StatePartly:    {edo.StateSigned, edo.StateRefused},
		edo.StateSigned:    {edo.StatePartly},
		edo.StateRefused:   {edo.StatePartly},
	}
	return was == is && was != "" || slices.Contains(ways[was], is)
}

// check looks at what has happened since the last look.
func (m *model) check() {
	if m.w.moved {
		m.w.moved = false
		m.cursor()
	}
	if !m.w.told {
		return
	}
	m.w.told = false
	events, err := m.w.store.Events(m.w.ctx, subscriber, m.read, 1000)
	if err != nil {
		m.wrong("events: %v", err)
	}
	for _, e := range events {
		m.read = e.Seq
		m.event(e)
	}
}

// cursor: what it has passed has a row.
func (m *model) cursor() {
	c, err := m.w.store.Cursor(m.w.ctx, subscriber)
	if err != nil {
		m.wrong("cursor: %v", err)
	}
	left, err := m.w.store.Unlisted(m.w.ctx, subscriber, c.Last)
	if err != nil || len(left) > 0 {
		m.wrong("the cursor has passed %v, of which there are no rows, %v", left, err)
	}
}

func (m *model) event(e edo.Event) {
	switch e.Kind {
	case edo.EventStatus:
		if e.Document == "" {
			m.moved(e)
		}
	case edo.EventVersion:
		m.once("version %s of %s/%s", e.Version.Role, e.Key.Package, e.Document)
		if !m.w.archive.has(e.Version.Digest) {
			m.wrong("a version of %s/%s is told that is not in the archive", e.Key.Package, e.Document)
		}
	case edo.EventInbound:
		m.once("inbound %s %s", e.Inbound.Key.Remote, e.Inbound.State)
		if e.Inbound.State == edo.InboundStored && !m.w.archive.has(e.Inbound.Digest) {
			m.wrong("%s is told that is not in the archive", e.Inbound.Key.Remote)
		}
	}
}

func (m *model) once(format string, args ...any) {
	what := fmt.Sprintf(format, args...)
	if m.seen[what]++; m.seen[what] > 1 {
		m.wrong("%s is told %d times", what, m.seen[what])
	}
}

// moved is a change of the state of a package: it must be one that there is, and it must be true.
func (m *model) moved(e edo.Event) {
	was, id := m.states[e.Key], e.Key.Package
	if answer := strings.HasPrefix(string(id), "answer:"); answer && was == "" {
		was = edo.StateAccepted // that a receipt is ordered by itself is no event
	}
	m.w.say("  %s: %s to %s %s %s", id, was, e.State, e.Reason, e.Detail)
	if !follows(was, e.State) {
		m.wrong("%s went from %q to %q", id, was, e.State)
	}
	if e.State.Sent() && m.taken[id] == 0 {
		m.wrong("%s is called %s, and is not at the operator", id, e.State)
	}
	if e.State == edo.StateFailed && (m.taken[id] > 0 || !m.refused[id]) {
		m.wrong("%s is called failed (%s %s), is %d times at the operator, refused: %t", id, e.Reason, e.Detail, m.taken[id], m.refused[id])
	}
	m.states[e.Key] = e.State
}

// drained says what is not at its end yet; empty: everything is. What is at its end stays there.
func (m *model) drained() string {
	if m.why == "" || m.looked != m.read {
		m.why, m.looked = m.undone(), m.read
	}
	return m.why
}

// undone says what is not at its end yet; empty: everything is.
func (m *model) undone() string {
	for id := range m.acked {
		if op, why := m.ended(id); why != "" {
			return fmt.Sprintf("%s is %s (%s %s): %s", id, op.State, op.Reason, op.Detail, why)
		}
	}
	for _, l := range m.planted {
		if why := m.taken1(l); why != "" {
			return fmt.Sprintf("%s: %s", l.Message, why)
		}
	}
	for inn := range m.ensured {
		c, err := m.w.store.CounterpartyStatus(m.w.ctx, edo.CounterpartyKey{Subscriber: subscriber, INN: inn})
		if err != nil || c.State != edo.CounterpartyReady && c.State != edo.CounterpartyFailed && c.State != edo.CounterpartyInvited {
			return fmt.Sprintf("%s is %s %s, %v", inn, c.State, c.Detail, err)
		}
	}
	return ""
}

func (m *model) ended(id edo.PackageID) (edo.Operation, string) {
	op, err := m.w.store.Operation(m.w.ctx, edo.Key{Subscriber: subscriber, Package: id})
	if err != nil {
		return op, "LOST: " + err.Error()
	}
	if op.State != m.states[op.Key] {
		return op, "the events tell " + string(m.states[op.Key])
	}
	if op.State == edo.StateInDoubt && op.Reason == edo.DecisionNeeded && m.taken[id] == 0 {
		return op, "" // vanished twice: a person decides
	}
	if m.hopeless(op) {
		return op, ""
	}
	if !op.Settled() {
		return op, "not settled"
	}
	if op.State.Sent() {
		for _, d := range op.Documents {
			if told := m.seen[fmt.Sprintf("version %s of %s/%s", edo.RoleOperatorForm, id, d.ID)]; (d.Stamp == edo.StampReady) != (told == 1) {
				return op, fmt.Sprintf("the second version of %s is %s and told %d times", d.ID, d.Stamp, told)
			}
			if s := m.fates[d.Remote]; s != "" && d.State != s {
				return op, fmt.Sprintf("document %s is %s, and %s at the operator", d.ID, d.State, s)
			}
		}
	}
	return op, ""
}

// hopeless packages wait for a counterparty that the operator has refused to register: a person has to look.
func (m *model) hopeless(op edo.Operation) bool {
	if op.State != edo.StateWaiting || op.Reason != edo.CounterpartyPending {
		return false
	}
	c, err := m.w.store.CounterpartyStatus(m.w.ctx, edo.CounterpartyKey{Subscriber: subscriber, INN: op.To.INN})
	return err == nil && c.State == edo.CounterpartyFailed
}

// taken1 says what of a message is not done yet.
func (m *model) taken1(l edotest.Planted) string {
	row, err := m.w.store.InboundMessage(m.w.ctx, subscriber, l.Message)
	if err != nil || row.State != edo.InboundStored {
		return fmt.Sprintf("%q, %v", row.State, err)
	}
	r := l.Documents[0].Remote
	if n := m.seen[fmt.Sprintf("inbound %s %s", r, edo.InboundStored)]; n != 1 {
		return fmt.Sprintf("told %d times", n)
	}
	if !l.Documents[0].NeedReceipt {
		return ""
	}
	id := edo.AnswerID(edo.AnswerReceipt, r)
	if m.refused[id] || m.answers[r] == 1 {
		return ""
	}
	op, err := m.w.store.Operation(m.w.ctx, edo.Key{Subscriber: subscriber, Package: id})
	return fmt.Sprintf("no receipt: %s %s %s, %v", op.State, op.Reason, op.Detail, err)
}

// finish ends all troubles, and lets time pass until everything is done or too much has passed.
func (m *model) finish() {
	w := m.w
	w.troubles.next = map[string][]trouble{}
	w.troubles.hide, w.troubles.noForm, m.disorder = 0, time.Time{}, 0
	w.say("the troubles end")
	for _, p := range w.procs {
		for len(p.stopped) > 0 {
			w.resume(p, 0, goes)
			m.check()
		}
		if p.dead.Load() {
			w.work(p, 0, goes)
		}
	}
	const bound = 12 * time.Hour
	until := time.Now().Add(bound)
	for n := 0; len(m.faults) == 0; n++ {
		why := ""
		if due, ok, err := w.store.NextDue(w.ctx, w.now()); err != nil || !ok || due.After(w.now()) {
			if why = m.drained(); why == "" {
				break
			}
			if time.Now().After(until) {
				m.wrong("not at its end after %s: %s", bound, why)
				break
			}
			m.answerInvitations()
			wait := time.Minute
			if ok {
				wait = min(max(due.Sub(w.now()), time.Millisecond), time.Hour)
			}
			time.Sleep(wait)
		}
		w.run(w.procs[n%processes].worker, 0, goes)
		m.check()
	}
	m.complete()
}

// answerInvitations lets everybody who was registered become active, and want to be written to.
func (m *model) answerInvitations() {
	for _, inn := range strangers {
		if m.registered[inn] > 0 {
			m.w.op.SetRelation(inn, edo.RelationActive, true)
		}
	}
}

// complete looks at the host: it was told everything, in order.
func (m *model) complete() {
	if len(m.faults) > 0 {
		return
	}
	p := m.w.procs[0]
	t := p.start("deliver", func(ctx context.Context) {
		for m.deliver(ctx, p) {
		}
	})
	m.w.run(t, 0, goes)
	all, err := m.w.store.Events(m.w.ctx, subscriber, 0, 1000)
	if err != nil || len(all) != len(m.told) {
		m.wrong("the host was told %d of %d events, %v", len(m.told), len(all), err)
	}
}
