package nth_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/edokit/edokit/conformance/mockoperator"
	"github.com/edokit/edokit/conformance/storetest"
	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/directory/archive"
	"github.com/edokit/edokit/directory/secret"
	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/cms"
	"github.com/edokit/edokit/edo/gateway"
	"github.com/edokit/edokit/edo/operators/synerdocs"
)

const (
	subscriber = edo.SubscriberID("romashka")
	clerk      = edo.ActorID("ivanova")
	head       = edo.SignerID("head")
)

// stranger is a company that no operator knows.
func stranger() edo.Counterparty {
	return edo.Counterparty{INN: "7707083893", KPP: "770701001", Name: "ООО «Новый клиент»"}
}

// identities makes the keys of both sides once for all runs.
var identities = sync.OnceValues(func() (all []mockoperator.Identity, err error) {
	o, err := mockoperator.New(mockoperator.Config{})
	if err != nil {
		return nil, err
	}
	defer o.Close()
	for _, org := range o.Organisations()[:2] {
		ids, err := o.Identities(org.Boxes[0])
		if err != nil {
			return nil, err
		}
		all = append(all, ids...)
	}
	return all, nil
})

// fast is a folder in memory, where there is one: the disk itself is pulled out elsewhere.
func fast(t *testing.T) string {
	t.Helper()
	const shm = "/dev/shm"
	if info, err := os.Stat(shm); err != nil || !info.IsDir() {
		return t.TempDir()
	}
	dir, err := os.MkdirTemp(shm, "edokit-nth-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// faults are what befalls a run: at most one of them strikes.
type faults struct {
	statement *fault
	call      *fault
	file      *fault
	request   int64 // byte of the requests before which the line is cut
	answer    int64

	on func(s *stand) (look, store storetest.Store) // opens the store
}

func calm() faults { return faults{on: onSQLite, request: -1, answer: -1} }

// stand is one home, one operator and the line between them.
type stand struct {
	t       *testing.T
	faults  faults
	dir     string
	clock   *clock
	op      *mockoperator.Operator
	line    *line
	ours    mockoperator.Organisation
	theirs  mockoperator.Organisation
	archive *archive.Archive
	store   storetest.Store // the one of the process, with its faults
	look    storetest.Store // the one of whoever looks, without
	vault   *secret.Vault
	gw      *gateway.Gateway
	ends    []func() error

	planted edo.RemoteID
	began   time.Time
	enough  context.CancelCauseFunc
}

// clock is moved by whoever waits.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) set(to time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if to.After(c.now) {
		c.now = to
	}
}

func (s *stand) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// newStand opens a copy of a home on an operator of its own.
func newStand(t *testing.T, f faults) *stand {
	t.Helper()
	s := &stand{t: t, faults: f, dir: fast(t), clock: &clock{now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}}
	ids, err := identities()
	s.must(err)
	conf := mockoperator.Config{
		Dir: filepath.Join(s.dir, "operator"), Identities: ids, Organisations: mockoperator.DefaultOrganisations(), Now: s.clock.Now,
		Scenario: mockoperator.Scenario{People: mockoperator.People{InviteNonActive: mockoperator.InviteAllowed}},
	}
	s.must(os.MkdirAll(conf.Dir, 0o700))
	s.clock.now = ids[0].Certificate.NotBefore.Add(time.Hour)
	s.op, err = mockoperator.New(conf)
	s.must(err)
	url, stop, err := s.op.Listen(context.WithoutCancel(t.Context()), "127.0.0.1:0")
	s.must(err)
	s.ours, s.theirs = conf.Organisations[0], conf.Organisations[1]
	host, _, _ := strings.Cut(strings.TrimPrefix(url, "http://"), "/")
	var cut func()
	s.line, cut = newLine(t, host, f.request, f.answer)
	s.ends = append(s.ends, func() error { cut(); return errors.Join(s.op.Close(), stop()) })
	s.open(ids)
	return s
}

// open opens the home, of which whoever looks at it has a way of its own.
func (s *stand) open(ids []mockoperator.Identity) {
	s.t.Helper()
	var err error
	s.archive, err = archive.Open(archive.Config{Path: filepath.Join(s.dir, "archive"), Now: s.clock.Now, Step: func(name string, do func() error) error {
		return s.faults.file.call(name, name != "create", do)
	}})
	s.must(err)
	s.ends = append(s.ends, s.archive.Close)
	s.look, s.store = s.faults.on(s)
	s.ends = append(s.ends, s.look.Close, s.store.Close)
	key := filepath.Join(s.dir, "master.key")
	s.must(secret.CreateKey(key))
	ring, err := secret.OpenKey(key)
	s.must(err)
	s.register(ring, ids)
	at := &ports{s.store, s.faults.call}
	s.vault, err = secret.New(secret.Config{Rows: at, Blobs: at, Keyring: ring, Journal: at})
	s.must(err)
	s.gw, err = gateway.New(gateway.Config{
		Drivers: []edo.Driver{synerdocs.New(synerdocs.Config{Now: s.clock.Now, Visibility: time.Minute})}, Outbox: at, Archive: s.archive,
		Accounts: s.vault, Signers: s.vault, Access: at, Verifier: cms.Verifier{}, Now: s.clock.Now, Owner: "process", Inbox: at, Tasks: at,
		Reach: at, Routing: at, Queue: s, Workers: 1, Certificates: cms.Verifier{}, Enrolments: at,
		Backoff: gateway.Backoff{First: time.Second, Longest: time.Minute},
	})
	s.must(err)
}

// register makes the rows that an administrator makes.
func (s *stand) register(ring *secret.Keyring, ids []mockoperator.Identity) {
	s.t.Helper()
	ctx := s.t.Context()
	vault, err := secret.New(secret.Config{Rows: s.look, Blobs: s.look, Keyring: ring})
	s.must(err)
	s.must(s.look.PutSubscriber(ctx, directory.Subscriber{
		ID: subscriber, Title: s.ours.Name, Operator: synerdocs.Name, Endpoint: "http://" + s.line.url + mockoperator.Path,
		Box: edo.BoxID(s.ours.Boxes[0]), INN: s.ours.INN, KPP: s.ours.KPP, Login: s.ours.Login, LoginKind: directory.LoginPassword,
		Service: head, Policy: edo.Policy{Receive: true, Register: true}, Enabled: true,
	}))
	s.must(vault.SetPassword(ctx, subscriber, edo.NewSecret(s.ours.Password)))
	s.must(s.look.PutUser(ctx, directory.User{Actor: clerk, Subscriber: subscriber, Actions: []edo.Action{edo.ActionSend, edo.ActionInvite}}))
	s.must(s.look.PutResponsible(ctx, subscriber, edo.Responsible{Scope: edo.ScopeAdministrator, Actor: clerk}))
	certificate, err := cms.ParseCertificate(ids[0].Certificate.Raw)
	s.must(err)
	s.must(s.look.PutSigner(ctx, directory.Signer{
		ID: head, Subscriber: subscriber, Info: certificate.Info(head), Certificate: ids[0].Certificate.Raw, Enabled: true,
	}))
	s.must(vault.SetSignerKey(ctx, subscriber, head, ids[0].Key))
}

func (s *stand) close() {
	s.t.Helper()
	for i := len(s.ends) - 1; i >= 0; i-- {
		if err := s.ends[i](); err != nil {
			s.t.Errorf("close: %v", err)
		}
	}
	_ = os.RemoveAll(s.dir)
}
