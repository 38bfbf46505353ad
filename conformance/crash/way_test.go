package crash_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/edokit/edokit/conformance/mockoperator"
	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/dmsplugin"
	"github.com/edokit/edokit/edo"
)

// way leads to points. begin starts what gets there, with a process that may die on the way: it comes back when the
// calls have ended. end repeats with a healthy process what nobody has confirmed, and waits until all has come to its end.
type way struct {
	name     string
	scenario mockoperator.Scenario
	settings []string
	alone    bool // a seat serves one cell: the operator's clock is moved, or there is one of a kind
	ready    func(s *seat)
	begin    func(c *cell, p *plugin)
	end      func(c *cell, p *plugin)
}

func ways() []way {
	slow := mockoperator.Rule{Operation: "SendMessage", What: mockoperator.Slow, Delay: lease / 2}
	lost := mockoperator.Rule{Operation: "SendMessage", What: mockoperator.AcceptThenCut}
	invited := mockoperator.Scenario{People: mockoperator.People{InviteNonActive: mockoperator.InviteAllowed}}
	lossy := mockoperator.Scenario{Flow: mockoperator.Flow{MessagesPage: 2, PageBorder: mockoperator.BorderLose, RepeatEvents: 2}}
	early := mockoperator.Rule{Operation: "SendMessage", What: mockoperator.CutInRequestBody, Bytes: 10}
	return append(waysOfPeople(), []way{
		{name: "again", ready: sender, begin: begin(&early), end: (*cell).sentOnce},
		{name: "paced", settings: []string{"EDOKIT_CONCURRENT=1"}, ready: sender, begin: (*cell).sendMany, end: (*cell).sentOnce},
		{name: "out", ready: sender, begin: begin(nil), end: (*cell).sentOnce},
		{name: "doubt", ready: sender, begin: begin(&lost), end: (*cell).sentOnce},
		{name: "slow", ready: sender, begin: begin(&slow), end: (*cell).sentOnce},
		{name: "in", scenario: lossy, ready: receiver, begin: (*cell).plantSome, end: (*cell).takenOnce},
		{name: "reach", scenario: invited, ready: registrar, begin: (*cell).sendToStranger, end: (*cell).reachedOnce},
		{name: "admin", ready: sender, begin: (*cell).administer, end: (*cell).administered},
		{name: "refused", ready: sender, begin: (*cell).trespass, end: (*cell).trespassed},
		{name: "answer", ready: receiver, begin: (*cell).refuseLetter, end: (*cell).refusedOnce},
		{name: "task", settings: []string{"EDOKIT_SIGN_IN=300ms"}, ready: outsider, begin: (*cell).signElsewhere, end: (*cell).signedElsewhere},
		{name: "relate", ready: registrar, begin: (*cell).stopExchange, end: (*cell).stopped},
		{name: "enrol", ready: certified, begin: (*cell).enrolSelf, end: (*cell).enrolled},
		{name: "term", alone: true, ready: receiver, begin: (*cell).missTerm, end: (*cell).missedOnce},
		{name: "evidence", ready: posting, begin: (*cell).sendByMail, end: (*cell).handedOverOnce},
	}...)
}

func wayOf(name string) way {
	all := ways()
	return all[slices.IndexFunc(all, func(w way) bool { return w.name == name })]
}

// open prepares a seat once.
func (s *seat) open(w way) {
	s.Helper()
	if !s.began {
		s.began = true
		w.ready(s)
	}
}

// sender can send.
func sender(s *seat) {
	p, err := s.alive()
	s.must(err)
	s.register(p)
	s.warm(p)
}

// warm sends a package while all is well, so that the usual size of every message is known.
func (s *seat) warm(p *plugin) {
	s.Helper()
	s.op.Misbehave(mockoperator.Rule{Operation: "SendMessage", What: mockoperator.AcceptThenCut}) // the operator is also asked
	pkg := s.pack("warm", []byte("Письмо, с которого всё начинается\n"))
	pkg.Documents[0].Name = "письмо.txt"
	s.sentAs(p.finish(pkg))
}

func begin(rule *mockoperator.Rule) func(*cell, *plugin) {
	return func(c *cell, p *plugin) {
		if rule != nil {
			c.op.Misbehave(*rule)
		}
		c.newPackages(1 + c.dice.IntN(2))
		var all sync.WaitGroup
		for _, pkg := range c.pkgs {
			all.Go(func() { c.host(p, pkg) })
		}
		all.Wait()
	}
}

// sentOnce sends the packages again, as a host does that does not know, and compares both sides.
func (c *cell) sentOnce(p *plugin) {
	c.Helper()
	for _, pkg := range c.pkgs {
		op := c.finishIn(p, pkg)
		c.sentAs(op)
		c.stamped(op)
	}
	c.must(c.consume(c.Context(), p))
}

// finishIn is finish within the time that everything may take.
func (c *cell) finishIn(p *plugin, pkg edo.Package) edo.Operation {
	c.Helper()
	var op edo.Operation
	_, err := p.Send(c.Context(), pkg)
	c.must(err)
	c.within(drain(), string(pkg.ID)+" has come to its end", func() bool {
		op, err = p.Status(c.Context(), edo.Key{Subscriber: subscriber, Package: pkg.ID})
		return err == nil && op.Settled()
	})
	return op
}

// receiver reads its box.
func receiver(s *seat) {
	s.reader()
	p, err := s.alive()
	s.must(err)
	s.plant(1, nil)
	s.until("the first letter is confirmed", func() bool { return s.unconfirmed() == "" })
	_ = p
}

// plantSome puts letters and an invoice into the box. The box is read from the beginning of the job: the plugin is told to.
func (c *cell) plantSome(p *plugin) {
	n := 1
	if slices.Contains([]string{"check.listed", "check.claimed", "notices.claimed", "notices.accepted"}, c.point.name) {
		n = 3
	}
	c.inbox = c.plant(n, nil)
	if strings.HasSuffix(c.point.name, ".Start") { // what a new policy does
		row, err := c.store().Subscriber(c.Context(), subscriber)
		c.heard.add(err)
		c.heard.add(p.PutSubscriber(c.Context(), row))
		return
	}
	// Which message is lost at the border of a page, and which of two jobs orders a receipt, is chance.
	for c.seat.orders.armed() && len(c.inbox) < 40 {
		c.within(2*drain(), "everything is confirmed, or the point is reached", func() bool { return !c.seat.orders.armed() || c.unconfirmed() == "" })
		if c.seat.orders.armed() {
			c.inbox = append(c.inbox, c.plant(n, nil)...)
		}
	}
	if n > 1 {
		c.inbox = append(c.inbox, c.plant(1, func(_ int, d *mockoperator.PlantedDocument) {
			d.Type, d.Kind, d.Name = "Invoice", "", "счёт-фактура.xml"
		})...)
	}
}

// takenOnce waits until everything is in and confirmed, and was handed to the host once.
func (c *cell) takenOnce(p *plugin) {
	c.Helper()
	missing := ""
	defer func() {
		if missing != "" {
			c.Log("not confirmed: " + missing)
		}
	}()
	c.within(drain(), "everything is confirmed", func() bool { missing = c.unconfirmed(); return missing == "" })
	c.handedOver(p)
	_, receipts := c.owed()
	for _, id := range c.inbox {
		if receipts[id] != 1 {
			c.Errorf("%s has %d receipts", id, receipts[id])
		}
	}
}

// registrar makes counterparties reachable by itself.
func registrar(s *seat) {
	s.reader(func(d *directory.Subscriber) { d.Policy.Register, d.Policy.Receive = true, false })
	p, err := s.alive()
	s.must(err)
	s.warm(p)
	c := &cell{stand: s.stand, seat: s, id: "warm", acked: map[edo.PackageID]bool{}}
	c.sendToStranger(p)
	c.reachedOnce(p)
}

// newINN is a company that nobody knows: ten digits, the last of which follows from the others.
func newINN(n int) string {
	text := fmt.Sprintf("78%07d", n)
	sum := 0
	for i, w := range []int{2, 4, 10, 3, 5, 9, 4, 6, 8} {
		sum += w * int(text[i]-'0')
	}
	return text + fmt.Sprint(sum%11%10)
}

func (c *cell) sendToStranger(p *plugin) {
	c.inn = newINN(1000 + len(c.op.Registrations()))
	pkg := c.pack(c.id+"-0", []byte("Письмо новому клиенту "+c.id+"\n"))
	pkg.To = edo.Counterparty{INN: c.inn, KPP: strangerKPP, Name: "ООО «Новый клиент»"}
	pkg.Documents[0].Name = "письмо.txt"
	c.pkgs = append(c.pkgs, pkg)
	op, err := p.Send(c.Context(), pkg)
	if c.heard.add(op, err); err == nil {
		c.accepted(pkg.ID)
	}
}

// reachedOnce activates the company when the package waits for it, and sees the package go out.
func (c *cell) reachedOnce(p *plugin) {
	c.Helper()
	pkg := c.pkgs[0]
	_, err := p.Send(c.Context(), pkg)
	c.must(err)
	c.within(drain(), "the company is invited", func() bool {
		row, err := c.store().CounterpartyStatus(c.Context(), edo.CounterpartyKey{Subscriber: subscriber, INN: c.inn, KPP: strangerKPP})
		return err == nil && (row.State == edo.CounterpartyInvited || row.State == edo.CounterpartyReady)
	})
	c.must(c.op.Activate(c.inn, strangerKPP))
	c.sentAs(c.finishIn(p, pkg))
	n := 0
	for _, r := range c.op.Registrations() {
		if r.INN == c.inn {
			n++
		}
	}
	if n != 1 {
		c.Errorf("%s is registered %d times: %+v", c.inn, n, c.op.Registrations())
	}
}

// administer stores what an administrator stores, through the plugin and the command line.
func (c *cell) administer(p *plugin) {
	ctx := c.Context()
	row, err := c.store().Subscriber(ctx, subscriber)
	c.heard.add(err)
	key, err := c.heads[1].KeyPEM()
	c.heard.add(err)
	_, signer := p.PutSigner(ctx, directory.Signer{ID: head(1), Subscriber: subscriber, Enabled: true}, c.keyOf(1, string(key)))
	c.heard.add(
		p.PutSubscriber(ctx, row), p.SetPassword(ctx, subscriber, row.Login, edo.NewSecret(c.ours.Password)), signer,
		p.AllowUser(ctx, directory.User{Actor: edo.ActorID("user-" + c.id), Subscriber: subscriber, Actions: []edo.Action{edo.ActionRead}}),
	)
	c.heard.add(c.run2("responsible", "set", "resp-"+c.id, "--subscriber", string(subscriber), "--scope", "administrator"))
	c.heard.add(c.run2("user", "substitution", "set", "resp-"+c.id, "--for", string(clerk), "--subscriber", string(subscriber), "--until", "2030-02-01"))
	c.heard.add(c.run2("absence", "set", "resp-"+c.id, "--subscriber", string(subscriber), "--from", "2030-01-01", "--until", "2030-02-01"))
}

// administered does all of it again, finds it, and sends a package with it.
func (c *cell) administered(p *plugin) {
	c.Helper()
	c.administer(p)
	users, err := p.Users(c.Context(), subscriber)
	c.must(err)
	if !slices.ContainsFunc(users, func(u directory.User) bool { return u.Actor == edo.ActorID("user-"+c.id) }) {
		c.Errorf("the user is not there: %+v", users)
	}
	rules, err := c.store().Responsibles(c.Context(), subscriber)
	c.must(err)
	if !slices.ContainsFunc(rules, func(r edo.Responsible) bool { return r.Actor == edo.ActorID("resp-"+c.id) }) {
		c.Errorf("the rule is not there: %+v", rules)
	}
	if len(c.pkgs) == 0 {
		c.newPackages(1)
	}
	c.sentOnce(p)
}

// trespass sends on behalf of somebody who may not.
func (c *cell) trespass(p *plugin) {
	pkg := c.pack(c.id+"-0", []byte("Чужое письмо\n"))
	pkg.Actor = edo.ActorID("stranger-" + c.id)
	op, err := p.Send(c.Context(), pkg)
	if c.heard.add(op, err); err == nil {
		c.Errorf("%s may send", pkg.Actor)
	}
}

// trespassed finds the refusal written down, and nothing else.
func (c *cell) trespassed(p *plugin) {
	c.Helper()
	c.trespass(p)
	refused, err := c.store().Refusals(c.Context(), subscriber, 1000)
	c.must(err)
	if !slices.ContainsFunc(refused, func(r directory.Refusal) bool { return r.Actor == edo.ActorID("stranger-"+c.id) }) {
		c.Errorf("no refusal of %s is written down", c.id)
	}
	if n := c.sent()[edo.PackageID(c.id+"-0")]; n != 0 {
		c.Errorf("it was sent %d times", n)
	}
}

// run2 is a command, with its error among what was heard: it may die on the way.
func (c *cell) run2(args ...string) string {
	return strings.Join(args, " ") + ": " + c.stand.run(args...)
}

// letterIn brings a letter in and waits for its receipt.
func (c *cell) letterIn() {
	if len(c.inbox) == 0 {
		c.inbox = c.plant(1, nil)
		c.within(drain(), "the letter is confirmed", func() bool { return c.unconfirmed() == "" })
	}
}

func (c *cell) refusal(signer edo.SignerID) {
	c.heard.add(c.run2("answer", "refuse", string(c.inbox[0]), "--subscriber", string(subscriber), "--actor", string(clerk), "--signer", string(signer), "--text", "Не по адресу"))
}

func (c *cell) refuseLetter(*plugin) {
	c.letterIn()
	c.refusal(head(0))
}

func (c *cell) refusedOnce(p *plugin) {
	c.Helper()
	c.refuseLetter(p)
	c.refusedSent()
}

// refusedSent waits for the refusal and looks for it in the ledger.
func (c *cell) refusedSent() {
	c.Helper()
	key := edo.Key{Subscriber: subscriber, Package: edo.AnswerID(edo.AnswerRefuse, c.inbox[0])}
	var op edo.Operation
	c.within(drain(), "the answer is with the operator", func() bool {
		var err error
		op, err = c.store().Operation(c.Context(), key)
		return err == nil && op.State == edo.StateSent
	})
	n := 0
	for _, e := range c.op.Ledger() {
		for _, d := range e.Documents {
			if d.Parent == string(c.inbox[0]) && d.Type == "ServiceAmendmentRequest" {
				n++
			}
		}
	}
	if n != 1 {
		c.Errorf("the refusal is %d times in the ledger", n)
	}
}

// outsider has a signer whose key is at the host.
func outsider(s *seat) {
	receiver(s)
	p, err := s.alive()
	s.must(err)
	_, err = p.PutSigner(s.Context(), directory.Signer{ID: "outside", Subscriber: subscriber, Place: directory.PlaceHost, Certificate: s.heads[1].CertificatePEM(), Enabled: true}, nil)
	s.must(err)
}

func (c *cell) signElsewhere(*plugin) {
	c.letterIn()
	c.refusal("outside")
	if c.point.name == "task.completed" || strings.HasSuffix(c.point.name, ".EndTask") {
		c.bringOnce()
	}
}

// bringOnce signs what the task asks for and brings the signature, if the task is there.
func (c *cell) bringOnce() {
	id := edo.AnswerID(edo.AnswerRefuse, c.inbox[0])
	key := edo.TaskKey{Key: edo.Key{Subscriber: subscriber, Package: id}, Document: edo.DocumentID(edo.AnswerRefuse)}
	var task edo.SignatureTask
	c.within(drain(), "the task is there", func() bool {
		var err error
		task, err = c.store().Task(c.Context(), key)
		return err == nil
	})
	signature := filepath.Join(c.seat.orders.dir, "cms-"+c.id)
	if _, err := os.Stat(signature); err != nil {
		var raw bytes.Buffer
		content, err := c.archive().Open(c.Context(), task.Digest)
		c.must(err)
		r, err := content.Open(c.Context())
		c.must(err)
		_, err = raw.ReadFrom(r)
		c.must(err)
		c.must(r.Close())
		c.signAtHost(raw.Bytes(), signature, time.Now())
	}
	c.heard.add(c.run2("task", "complete", string(id), string(key.Document), "--signature", signature, "--subscriber", string(subscriber), "--actor", string(clerk)))
}

func (c *cell) signedElsewhere(*plugin) {
	c.Helper()
	c.letterIn()
	c.refusal("outside")
	c.bringOnce()
	c.refusedSent()
}

// stopExchange ends the exchange with a company that is in the book.
func (c *cell) stopExchange(*plugin) {
	by := []string{c.theirs.INN, "--kpp", c.theirs.KPP, "--subscriber", string(subscriber), "--actor", string(clerk)}
	c.heard.add(c.run2(append([]string{"counterparty", "ensure"}, by...)...))
	c.heard.add(c.run2(append([]string{"counterparty", "stop"}, by...)...))
}

// stopped stops once more, and begins again: nothing may have happened by itself.
func (c *cell) stopped(*plugin) {
	c.Helper()
	c.stopExchange(nil)
	key := edo.CounterpartyKey{Subscriber: subscriber, INN: c.theirs.INN, KPP: c.theirs.KPP}
	row, err := c.store().CounterpartyStatus(c.Context(), key)
	c.must(err)
	if row.State != edo.CounterpartyForbidden {
		c.Errorf("the counterparty is %s (%s)\n%s", row.State, row.Detail, c.heard)
	}
}

// certified logs in with its certificate.
func certified(s *seat) {
	s.reader(func(d *directory.Subscriber) {
		d.LoginKind, d.Login, d.Policy.Receive = directory.LoginCertificate, "", false
	})
	p, err := s.alive()
	s.must(err)
	key, err := s.heads[0].KeyPEM()
	s.must(err)
	s.must(p.SetLoginCertificate(s.Context(), subscriber, dmsplugin.KeyPair{Certificate: s.heads[0].CertificatePEM(), Key: edo.NewSecret(string(key))}))
}

// enrolSelf registers one of ours with its certificate.
func (c *cell) enrolSelf(*plugin) {
	file := filepath.Join(c.seat.orders.dir, "certificate.pem")
	c.heard.add(os.WriteFile(file, c.heads[0].CertificatePEM(), 0o600))
	c.heard.add(c.run2("enrol", string(subscriber), "--actor", string(clerk), "--certificate", file, "--accept-rules"))
}

func (c *cell) enrolled(*plugin) {
	c.Helper()
	c.enrolSelf(nil)
	row, err := c.store().Subscriber(c.Context(), subscriber)
	c.must(err)
	if !strings.EqualFold(string(row.Box), c.ours.Boxes[0]) {
		c.Errorf("the box is %q", row.Box)
	}
}

// missTerm lets a request stay without an answer beyond its term.
func (c *cell) missTerm(*plugin) {
	c.inbox = c.plant(1, func(_ int, d *mockoperator.PlantedDocument) { d.Kind = "Запрос информации" })
	c.within(drain(), "the request is confirmed", func() bool { return c.unconfirmed() == "" || !c.seat.orders.armed() })
	c.op.Advance(16 * 24 * time.Hour) // a day more than the kind allows
	// The term is looked at again when the operator's clock is known again.
}

func (c *cell) missedOnce(p *plugin) {
	c.Helper()
	c.within(drain(), "the term is missed", func() bool {
		d, err := c.store().InboundDocument(c.Context(), edo.InboundKey{Subscriber: subscriber, Remote: c.inbox[0]})
		return err == nil && d.Term.State == edo.TermMissed
	})
	n := 0
	for _, e := range c.events() {
		if e.Kind == edo.EventTerm && e.Detail == string(edo.TermMissed) && e.Document == edo.DocumentID(c.inbox[0]) {
			n++
		}
	}
	if n != 1 {
		c.Errorf("people were told %d times", n)
	}
	_ = p
}

// posting sends letters by e-mail, with the operator's evidence.
func posting(s *seat) {
	s.reader(func(d *directory.Subscriber) { d.Policy.Receive, d.ServiceBox = false, edo.BoxID(s.theirs.Boxes[0]) })
	_, err := s.alive()
	s.must(err)
}

func (c *cell) sendByMail(p *plugin) {
	pkg := c.pack(c.id+"-0", []byte("Письмо по электронной почте "+c.id+"\n"))
	pkg.Channel, pkg.To = edo.ChannelEMail, edo.Counterparty{INN: strangerINN, KPP: strangerKPP, Name: "Без ящика"}
	pkg.Documents[0].Name = "письмо.txt"
	c.pkgs = append(c.pkgs, pkg)
	c.host(p, pkg)
}

func (c *cell) handedOverOnce(p *plugin) {
	c.Helper()
	op := c.finishIn(p, c.pkgs[0])
	c.sentAs(op)
	handed := func() (n int) {
		for _, e := range c.events() {
			if e.Kind == edo.EventHandOff && e.Key == op.Key {
				n++
			}
		}
		return n
	}
	c.within(drain(), "it is handed over", func() bool { return handed() > 0 })
	op, err := p.Status(c.Context(), op.Key)
	c.must(err)
	roles := map[edo.Role]int{}
	for _, v := range op.Documents[0].Versions {
		roles[v.Role]++
	}
	if roles[edo.RoleEvidence] != 1 || roles[edo.RoleOperatorForm] != 1 || handed() != 1 {
		c.Errorf("versions %v, handed over %d times", roles, handed())
	}
}
