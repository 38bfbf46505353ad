package acceptance

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/conformance/mockoperator"
	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/directory/local"
	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/cms"
	"github.com/edokit/edokit/edo/gateway"
	"github.com/edokit/edokit/edo/operators/synerdocs"
)

// patience is how long anything may take on a loaded machine before a test gives up.
const patience = 2 * time.Minute

// People of every side.
const (
	clerk = edo.ActorID("clerk") // may do everything
	admin = edo.ActorID("admin") // exchange administrator
)

// identities makes the keys of the usual organisations once for the whole run.
var identities = sync.OnceValues(func() ([]mockoperator.Identity, error) {
	o, err := mockoperator.New(mockoperator.Config{})
	if err != nil {
		return nil, err
	}
	defer func() { _ = o.Close() }()
	var all []mockoperator.Identity
	for _, org := range o.Organisations()[:2] {
		ids, err := o.Identities(org.Boxes[0])
		if err != nil {
			return nil, err
		}
		all = append(all, ids...)
	}
	return all, nil
})

// stand is one operator, its clock and the sides that talk through it.
type stand struct {
	conformance.T
	around Around
	op     *mockoperator.Operator
	url    string
}

func (around Around) newStand(t conformance.T, scenario mockoperator.Scenario, change ...func(*mockoperator.Config)) *stand {
	t.Helper()
	ids, err := identities()
	must(t, err)
	conf := mockoperator.Config{Dir: t.TempDir(), Scenario: scenario, Identities: ids, Organisations: mockoperator.DefaultOrganisations()}
	for _, c := range change {
		c(&conf)
	}
	op, err := mockoperator.New(conf)
	must(t, err)
	url, stop, err := op.Listen(context.WithoutCancel(t.Context()), "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() {
		op.Show(t)
		must(t, op.Close())
		must(t, stop())
	})
	return &stand{T: t, around: around, op: op, url: url}
}

// organisation is one of the operator's subscribers: 0 is ours (the utility), 1 is theirs (the client).
func (s *stand) organisation(i int) mockoperator.Organisation { return s.op.Organisations()[i] }

// side is one organisation with the SDK: a home, a gateway at work, a subscriber that reads its box.
type side struct {
	*stand
	home *local.Home
	gw   *gateway.Gateway
	id   edo.SubscriberID
	org  mockoperator.Organisation
	stop func() // ends the work and waits for it

	mu     sync.Mutex
	heard  []edo.Event
	cursor int64
}

// options of a side; zero fields are what most tests want.
type options struct {
	home       string // a folder that is there already: a second process on it
	subscriber func(*directory.Subscriber)
	gateway    func(*gateway.Config)
	driver     func(*synerdocs.Config)
	idle       bool // no work: the test runs it
}

// side opens an organisation: a home folder, the subscriber with its password, the clerk, the administrator, the first
// head as signer "head", and a gateway at work.
func (s *stand) side(i int, o options) *side {
	s.Helper()
	org := s.organisation(i)
	if o.home == "" {
		o.home = filepath.Join(s.TempDir(), "home")
	}
	home, err := s.around.open(s.Context(), o.home)
	must(s.T, err)
	x := &side{stand: s, home: home, id: edo.SubscriberID(fmt.Sprintf("side-%d", i)), org: org}
	x.register(o)
	x.open(o)
	return x
}

func (x *side) register(o options) {
	x.Helper()
	ctx := x.Context()
	row := directory.Subscriber{
		ID: x.id, Title: x.org.Name, Operator: synerdocs.Name, Endpoint: x.url, INN: x.org.INN, KPP: x.org.KPP, Box: edo.BoxID(x.org.Boxes[0]),
		Login: x.org.Login, LoginKind: directory.LoginPassword, Service: "head", Policy: edo.Policy{Receive: true}, Enabled: true,
	}
	if o.subscriber != nil {
		o.subscriber(&row)
	}
	must(x.T, x.home.Store.PutSubscriber(ctx, row))
	must(x.T, x.home.Vault.SetPassword(ctx, x.id, edo.NewSecret(x.org.Password)))
	must(x.T, x.home.Store.PutUser(ctx, directory.User{
		Actor: clerk, Subscriber: x.id, Actions: []edo.Action{edo.ActionSend, edo.ActionRead, edo.ActionAnswer, edo.ActionInvite, edo.ActionSign},
	}))
	must(x.T, x.home.Store.PutResponsible(ctx, x.id, edo.Responsible{Scope: edo.ScopeAdministrator, Actor: admin}))
	ids, err := x.op.Identities(x.org.Boxes[0])
	must(x.T, err)
	x.signer("head", ids[0])
}

// signer stores a person with a key that is here.
func (x *side) signer(id edo.SignerID, key mockoperator.Identity) {
	x.Helper()
	info, err := cms.ParseCertificate(key.Certificate.Raw)
	must(x.T, err)
	must(x.T, x.home.Store.PutSigner(x.Context(), directory.Signer{ID: id, Subscriber: x.id, Info: info.Info(id), Certificate: key.Certificate.Raw, Enabled: true}))
	must(x.T, x.home.Vault.SetSignerKey(x.Context(), x.id, id, key.Key))
}

// open makes the gateway and lets it work until the test ends.
func (x *side) open(o options) {
	x.Helper()
	driver := synerdocs.Config{Visibility: 300 * time.Millisecond}
	if o.driver != nil {
		o.driver(&driver)
	}
	conf := gateway.Config{
		Drivers: []edo.Driver{x.around.driver(driver)}, Forms: words{}, Lease: 5 * time.Second, Idle: 50 * time.Millisecond, Pull: 50 * time.Millisecond,
		FullCheck: time.Hour, Backoff: gateway.Backoff{First: 30 * time.Millisecond, Longest: 500 * time.Millisecond},
	}
	if o.gateway != nil {
		o.gateway(&conf)
	}
	gw, err := x.around.gateway(x.home, conf)
	must(x.T, err)
	x.gw = gw
	if o.idle {
		x.stop = func() {}
	} else {
		x.stop = x.work(gw)
		if row, err := x.home.Store.Subscriber(x.Context(), x.id); err == nil && row.Policy.Receive {
			must(x.T, gw.Receive(x.Context(), x.id))
		}
	}
	x.Cleanup(func() { x.stop(); must(x.T, x.home.Close()) })
}

// work runs a gateway until the returned function is called.
func (x *side) work(gw *gateway.Gateway) (stop func()) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(x.Context()))
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := gw.Run(ctx); !errors.Is(err, context.Canceled) {
			x.Errorf("run: %v", err)
		}
	}()
	return sync.OnceFunc(func() { cancel(); <-done })
}

func (x *side) key(p edo.PackageID) edo.Key { return edo.Key{Subscriber: x.id, Package: p} }

// letter is a package of one PDF for the other side, signed by "head".
func (x *side) letter(id edo.PackageID, to *side, change ...func(*edo.Package)) edo.Package {
	x.Helper()
	p := edo.Package{
		ID: id, Subscriber: x.id, Actor: clerk, To: edo.Counterparty{INN: to.org.INN, KPP: to.org.KPP},
		Documents: []edo.Document{{ID: "1", Name: "письмо.pdf", Kind: "Письмо", Content: pdf(x.T), Signer: "head"}},
	}
	for _, c := range change {
		c(&p)
	}
	return p
}

// send accepts a package and waits until the operator has it and its second versions are decided.
func (x *side) send(p edo.Package) edo.Operation {
	x.Helper()
	ctx, cancel := context.WithTimeout(x.Context(), patience)
	defer cancel()
	op, err := x.gw.SendAndWait(ctx, p)
	must(x.T, err)
	return op
}

// reach waits for a state of a package; one that has failed gets nowhere by itself.
func (x *side) reach(p edo.PackageID, what string, ok func(edo.Operation) bool) edo.Operation {
	x.Helper()
	return until(x.T, what, func() (edo.Operation, bool) {
		op, err := x.gw.Status(x.Context(), x.key(p))
		if errors.Is(err, edo.NotFound) {
			return op, false
		}
		must(x.T, err)
		if op.State == edo.StateFailed && !ok(op) {
			x.Fatalf("%s has failed: %s %s", p, op.Reason, op.Detail)
		}
		return op, ok(op)
	})
}

func (x *side) inState(p edo.PackageID, state edo.State) edo.Operation {
	x.Helper()
	return x.reach(p, fmt.Sprintf("%s %s", p, state), func(op edo.Operation) bool { return op.State == state })
}

// got waits for an inbound document by name.
func (x *side) got(name string) edo.InboundDocument {
	x.Helper()
	return until(x.T, name+" comes in", func() (edo.InboundDocument, bool) {
		all, err := x.home.Store.InboundDocuments(x.Context(), edo.InboundFilter{Subscriber: x.id, Limit: 1000})
		must(x.T, err)
		i := slices.IndexFunc(all, func(d edo.InboundDocument) bool { return d.Name == name && d.State == edo.InboundStored })
		if i < 0 {
			return edo.InboundDocument{}, false
		}
		return all[i], true
	})
}

// events drains what the host has to know and gives all of it so far.
func (x *side) events() []edo.Event {
	x.Helper()
	x.mu.Lock()
	defer x.mu.Unlock()
	for {
		page, err := x.gw.Deliver(x.Context(), x.id, x.cursor, 100)
		must(x.T, err)
		if len(page) == 0 {
			return slices.Clone(x.heard)
		}
		x.heard, x.cursor = append(x.heard, page...), page[len(page)-1].Seq
	}
}

// event waits for an event.
func (x *side) event(what string, ok func(edo.Event) bool) edo.Event {
	x.Helper()
	return until(x.T, what, func() (edo.Event, bool) {
		for _, e := range x.events() {
			if ok(e) {
				return e, true
			}
		}
		return edo.Event{}, false
	})
}

// answer gives an answer and waits until the operator has it.
func (x *side) answer(k edo.AnswerKind, to edo.RemoteID, text string) edo.Operation {
	x.Helper()
	a := edo.Answer{Subscriber: x.id, Actor: clerk, Kind: k, Document: to, Text: text, Signer: "head"}
	_, err := x.gw.Answer(x.Context(), a)
	must(x.T, err)
	return x.inState(a.ID(), edo.StateSent)
}

// read gives the bytes of a digest in the archive.
func (x *side) read(d edo.Digest) []byte {
	x.Helper()
	c, err := x.home.Archive.Open(x.Context(), d)
	must(x.T, err)
	r, err := c.Open(x.Context())
	must(x.T, err)
	defer func() { _ = r.Close() }()
	var b bytes.Buffer
	_, err = b.ReadFrom(r)
	must(x.T, err)
	return b.Bytes()
}

// until looks again and again until it sees what it waits for.
func until[V any](t conformance.T, what string, look func() (V, bool)) V {
	t.Helper()
	end := time.NewTimer(patience)
	defer end.Stop()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		v, ok := look()
		if ok {
			return v
		}
		select {
		case <-end.C:
			t.Fatalf("in vain: %s; last seen: %.600s", what, fmt.Sprintf("%+v", v))
		case <-t.Context().Done():
			t.Fatalf("%s: %v", what, t.Context().Err())
		case <-tick.C:
		}
	}
}

// pdf is a real letter.
func pdf(t conformance.T) edo.Content {
	t.Helper()
	return file(t, letter)
}

//go:embed testdata/letter.pdf
var letter string

// file is any content.
func file(t conformance.T, text string) edo.Content {
	t.Helper()
	name := filepath.Join(t.TempDir(), "file")
	must(t, os.WriteFile(name, []byte(text), 0o600))
	c, err := edo.FileContent(name)
	must(t, err)
	return c
}

func must(t conformance.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// forms is a scenario of one behaviour of printed forms.
func forms(f mockoperator.PrintForms) mockoperator.Scenario {
	return mockoperator.Scenario{PrintForms: []mockoperator.PrintForms{f}}
}

// patient asks for a printed form so long.
func patient(d time.Duration) func(*gateway.Config) {
	return func(c *gateway.Config) { c.FormPatience = d }
}

// often runs the slow check all the time.
func often(c *gateway.Config) { c.FullCheck = 200 * time.Millisecond }
