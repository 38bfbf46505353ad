package acceptance

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/conformance/mockoperator"
	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/cms"
	"github.com/edokit/edokit/edo/gateway"
)

// nothingLostNothingTwice: an inbox with page borders that lose and repeat, repeated events and shuffled pages,
// while the reader dies at every named point and another goes on. Every document is handed over once, with one receipt.
func (around Around) nothingLostNothingTwice(t conformance.T) {
	const documents = 120
	points := []string{"pull.listed", "take.described", "take.archived", "take.stored", "receipt.accepted", "notices.accepted", "check.listed", "draft.written", "send.sending", "send.answered"}
	s := around.newStand(t, mockoperator.Scenario{Flow: mockoperator.Flow{
		MessagesPage: 10, MessagesOrder: "shuffled", RepeatEvents: 7, PageBorder: "lose", EmptyPage: 5,
	}})
	ids, err := s.op.Plant(s.organisation(1).Boxes[0], s.organisation(0).Boxes[0], documents, func(i int) mockoperator.PlantedDocument {
		return mockoperator.PlantedDocument{Name: fmt.Sprintf("%d.txt", i), Content: fmt.Appendf(nil, "документ %d", i)}
	})
	must(t, err)
	for _, op := range []string{"GetMessages", "GetMessageWithLoadOptions", "GetDocumentContent", "SendMessage"} {
		s.op.Misbehave(mockoperator.Rule{Operation: op, Nth: 3, What: mockoperator.AnswerStatus, Status: 503})
		s.op.Misbehave(mockoperator.Rule{Operation: op, Nth: 6, What: mockoperator.AcceptThenCut})
		s.op.Misbehave(mockoperator.Rule{Operation: op, Nth: 9, What: mockoperator.TokenExpired})
	}
	fast := func(c *gateway.Config) {
		c.FullCheck, c.Lease, c.Idle, c.Workers = 300*time.Millisecond, 2*time.Second, 20*time.Millisecond, 8
	}
	company := s.side(0, options{idle: true, gateway: fast})
	must(t, company.gw.Receive(t.Context(), company.id))
	for i, point := range points { // each life ends at its point, the later the longer
		company.die(point, 2+2*i, fast)
	}
	t.Cleanup(company.work(company.gw))
	until(t, "everything is there, with its receipt", func() (string, bool) {
		all, err := company.home.Store.InboundDocuments(t.Context(), edo.InboundFilter{Subscriber: company.id, Limit: 1000})
		must(t, err)
		undone := slices.DeleteFunc(all, func(d edo.InboundDocument) bool { return d.State == edo.InboundStored && d.Fate == edo.StateDelivered })
		return fmt.Sprintf("%d of %d are not done", len(undone), len(all)), len(all) == documents && len(undone) == 0
	})
	told, receipts := map[edo.RemoteID]int{}, map[string]int{}
	for _, e := range company.events() {
		if e.Kind == edo.EventInbound {
			told[e.Inbound.Key.Remote]++
		}
	}
	for _, e := range s.op.Ledger() {
		for _, d := range e.Documents {
			if d.Type == "ServiceReceipt" {
				receipts[d.Parent]++
			}
		}
	}
	for _, id := range ids {
		if told[edo.RemoteID(id)] != 1 || receipts[id] != 1 {
			t.Errorf("document %s: told %d times, %d receipts", id, told[edo.RemoteID(id)], receipts[id])
		}
	}
}

// die runs a gateway until it has come to a point for the n-th time, or half a second, and stops it there.
func (x *side) die(point string, n int, change func(*gateway.Config)) {
	x.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(x.Context()), 500*time.Millisecond)
	defer cancel()
	var conf gateway.Config
	conf.Drivers, conf.Pull, conf.Backoff = x.gw.Drivers, x.gw.Pull, x.gw.Backoff
	change(&conf)
	left := make(chan struct{}, n)
	conf.Trace = func(_ context.Context, at string) {
		if at != point {
			return
		}
		select {
		case left <- struct{}{}:
		default:
			cancel()
		}
	}
	conf.Owner = fmt.Sprintf("life-%s-%d", point, rand.Int())
	gw, err := x.around.gateway(x.home, conf)
	must(x.T, err)
	if err := gw.Run(ctx); !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded) {
		x.Errorf("run: %v", err)
	}
}

// theHostPullsAndSigns: a named version goes out with a signature that the host makes when it is asked, exactly
// one stamped version comes back, however often it asks.
func (around Around) theHostPullsAndSigns(t conformance.T) {
	s := around.newStand(t, mockoperator.Scenario{})
	company, client := s.side(0, options{}), s.side(1, options{})
	id, err := s.op.Identity(company.org.Boxes[0])
	must(t, err)
	info, err := cms.ParseCertificate(id.Certificate.Raw)
	must(t, err)
	must(t, company.home.Store.PutSigner(t.Context(), directory.Signer{
		ID: "director", Subscriber: company.id, Info: info.Info("director"), Certificate: id.Certificate.Raw, Place: directory.PlaceHost, Enabled: true,
	}))
	_, err = company.gw.Send(t.Context(), company.letter("p", client, func(p *edo.Package) { p.Documents[0].Signer = "director" }))
	must(t, err)
	task := until(t, "a signature task", func() (edo.SignatureTask, bool) {
		tasks, err := company.gw.Tasks(t.Context(), clerk, company.id)
		must(t, err)
		if len(tasks) == 0 {
			return edo.SignatureTask{}, false
		}
		return tasks[0], true
	})
	if task.Required.Thumbprint != id.Thumbprint() || task.Deadline.IsZero() {
		t.Errorf("task: %+v", task)
	}
	foreign := signed(t, s, 1, company.read(task.Digest))
	if err := company.gw.Complete(t.Context(), clerk, task.Key, foreign); !errors.Is(err, edo.SignatureForeign) {
		t.Errorf("somebody else's signature: %v", err)
	}
	own := signed(t, s, 0, company.read(task.Digest))
	for range 2 { // the host did not hear the first answer
		must(t, company.gw.Complete(t.Context(), clerk, task.Key, own))
	}
	op := company.reach("p", "stamped", func(op edo.Operation) bool { return op.Settled() })
	if got := company.read(op.Documents[0].Signature); !bytes.Equal(got, own) {
		t.Error("another signature was sent")
	}
	versions := 0
	for _, e := range company.events() {
		if e.Kind == edo.EventVersion && e.Version.Role == edo.RoleOperatorForm {
			versions++
		}
	}
	if versions != 1 {
		t.Errorf("%d stamped versions were delivered", versions)
	}
}

// readinessListsWhatIsMissing: everything at once; and a bad CMS made elsewhere is refused with the reason.
func (around Around) readinessListsWhatIsMissing(t conformance.T) {
	s := around.newStand(t, mockoperator.Scenario{})
	client := s.side(1, options{})
	const kind = "Заявка на технологическое присоединение"
	ready := client.gw.Readiness(t.Context(), clerk, client.id, "nobody", kind, nil)
	if !errors.Is(ready.Lacks, edo.SignerUnknown) || !errors.Is(ready.Lacks, edo.ConsentMissing) {
		t.Errorf("lacks: %v", ready.Lacks)
	}
	foreign, err := s.op.Identity(s.organisation(0).Boxes[0])
	must(t, err)
	client.signer("foreign", foreign)
	if ready = client.gw.Readiness(t.Context(), clerk, client.id, "foreign", kind, consents(t)); !errors.Is(ready.Lacks, edo.CertificateForeign) {
		t.Errorf("lacks: %v", ready.Lacks)
	}
	if ready = client.gw.Readiness(t.Context(), clerk, client.id, "head", kind, consents(t)); len(ready.Lacks) > 0 {
		t.Errorf("lacks: %v", ready.Lacks)
	}
	company := s.side(0, options{})
	bad := client.letter("p", company, func(p *edo.Package) { p.Documents[0].Signer, p.Documents[0].Signature = "", []byte("not a CMS") })
	if _, err := client.gw.Send(t.Context(), bad); !errors.Is(err, edo.SignatureMalformed) {
		t.Errorf("no CMS: %v", err)
	}
	bad.Documents[0].Signature = signed(t, s, 1, []byte("other bytes"))
	if _, err := client.gw.Send(t.Context(), bad); !errors.Is(err, edo.Invalid) {
		t.Errorf("of other bytes: %v", err)
	}
}

// anEndInTheMiddleKeepsNobodyWaiting: reading goes on for ever, so what is wrong now says nothing about how often it
// was tried. Processes that end while they read must not make the next one wait.
func (around Around) anEndInTheMiddleKeepsNobodyWaiting(t conformance.T) {
	s := around.newStand(t, mockoperator.Scenario{})
	patient := func(c *gateway.Config) {
		c.Backoff.First, c.Backoff.Longest, c.Lease = 10*time.Minute, 20*time.Minute, time.Second
	}
	company := s.side(0, options{idle: true, gateway: patient})
	must(t, company.gw.Receive(t.Context(), company.id))
	for range 3 {
		company.die("pull.claimed", 0, patient)
	}
	_, err := s.op.Plant(s.organisation(1).Boxes[0], s.organisation(0).Boxes[0], 1, func(int) mockoperator.PlantedDocument {
		return mockoperator.PlantedDocument{Name: "письмо.txt"}
	})
	must(t, err)
	t.Cleanup(company.work(company.gw))
	company.got("письмо.txt")
}

// menusPerCardType: two types of cards have different entries, each greyed with its reason; what is grey is refused when it
// is done all the same, and what a person may not do is grey for him and leaves no trace of having been looked at.
func (around Around) menusPerCardType(t conformance.T) {
	s := around.newStand(t, mockoperator.Scenario{})
	company, client := s.side(0, options{}), s.side(1, options{})
	const conditionsMet = "Уведомление о выполнении технических условий"
	for id, kind := range map[string]string{"met": conditionsMet, "inquiry": "Запрос"} {
		client.send(client.letter(edo.PackageID(id), company, func(p *edo.Package) {
			p.Documents[0].Kind, p.Documents[0].Name, p.Documents[0].NeedSign = kind, id+".pdf", true
		}))
	}
	entries := func(name string, by edo.ActorID) (edo.CardRef, map[string]bool) {
		t.Helper()
		ref := edo.CardRef{Key: edo.Key{Subscriber: company.id}, Inbound: company.got(name + ".pdf").Key.Remote}
		states, err := company.gw.EvaluateCards(t.Context(), by, []edo.CardRef{ref})
		must(t, err)
		shown := map[string]bool{}
		for _, a := range states[0].Actions {
			if shown[a.ID] = a.Enabled; !a.Enabled && (a.Why.RU == "" || a.Why.EN == "") {
				t.Errorf("%s: %s is grey without a reason", name, a.ID)
			}
		}
		return ref, shown
	}
	company.came("met.pdf", edo.StateDelivered)
	met, first := entries("met", clerk)
	inquiry, second := entries("inquiry", clerk)
	if !first["sign"] || !first["refuse"] || first["receipt"] {
		t.Errorf("a notice that is signed shows %v", first)
	}
	if _, there := second["sign"]; there {
		t.Errorf("an inquiry can be signed: %v", second)
	}
	do := func(action string, card edo.CardRef, by edo.ActorID) error {
		_, err := company.gw.InvokeCard(t.Context(), edo.Invocation{Action: action, Card: card, Actor: by, Parameters: map[string]string{"signer": "head"}})
		return err
	}
	for name, err := range map[string]error{"not of this type": do("sign", inquiry, clerk), "grey": do("receipt", met, clerk)} {
		if !errors.Is(err, edo.StateUnsuited) {
			t.Errorf("%s: %v", name, err)
		}
	}
	before, err := company.home.Store.Refusals(t.Context(), company.id, 1000)
	must(t, err)
	if _, shown := entries("met", "stranger"); slices.Contains(slices.Collect(maps.Values(shown)), true) {
		t.Errorf("a stranger is shown %v", shown)
	}
	after, err := company.home.Store.Refusals(t.Context(), company.id, 1000)
	must(t, err)
	if len(after) != len(before) {
		t.Errorf("%d rows of refusals for looking at a menu", len(after)-len(before))
	}
	if err := do("sign", met, "stranger"); !errors.Is(err, edo.UserNotAllowed) {
		t.Errorf("a stranger signs: %v", err)
	}
	if after, err = company.home.Store.Refusals(t.Context(), company.id, 1000); err != nil || len(after) != len(before)+1 {
		t.Errorf("%d rows of refusals for a stranger who signs: %v", len(after)-len(before), err)
	}
	must(t, do("sign", met, clerk))
	company.came("met.pdf", edo.StateSigned)
	if _, signed := entries("met", clerk); signed["sign"] || signed["refuse"] {
		t.Errorf("signed, and shows %v", signed)
	}
}

// came waits until an inbound document has a fate.
func (x *side) came(name string, fate edo.State) {
	x.Helper()
	until(x.T, name+" "+string(fate), func() (edo.InboundDocument, bool) {
		d := x.got(name)
		return d, d.Fate == fate
	})
}
