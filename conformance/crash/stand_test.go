package crash_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/edokit/edokit/conformance/canary"
	"github.com/edokit/edokit/conformance/mockoperator"
	"github.com/edokit/edokit/conformance/storetest/pgtest"
	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/directory/archive"
	"github.com/edokit/edokit/directory/local"
	"github.com/edokit/edokit/directory/postgres"
	"github.com/edokit/edokit/directory/sqlite"
	"github.com/edokit/edokit/dmsplugin"
	"github.com/edokit/edokit/edo"
)

const (
	subscriber = edo.SubscriberID("romashka")
	clerk      = edo.ActorID("ivanova")
)

// patience is how long anything may take on a loaded machine before a test gives up.
const patience = 90 * time.Second

// stand is one operator and one home folder. Plugins come and go.
type stand struct {
	*testing.T
	op       *mockoperator.Operator
	shut     func() // ends the operator before its time
	url      string
	home     string
	ours     mockoperator.Organisation // who sends
	theirs   mockoperator.Organisation // who receives
	heads    []mockoperator.Identity   // who may sign for ours
	heard    *heard                    // all that hosts were told
	settings []string                  // environment of every plugin
	plugins  []*plugin                 // launched so far
	database edo.Secret                // connection string of PostgreSQL; zero: the file in the home folder
	db       local.Store               // opened when it is first asked for
	kept     *archive.Archive          // the same
}

// identities makes the keys once for the whole run.
var identities = sync.OnceValues(func() ([]mockoperator.Identity, error) {
	o, err := mockoperator.New(mockoperator.Config{})
	if err != nil {
		return nil, err
	}
	defer o.Close()
	return o.Identities(o.Organisations()[0].Boxes[0])
})

// setup starts an operator; change may edit its configuration before.
func setup(t *testing.T, scenario mockoperator.Scenario, change ...func(*mockoperator.Config)) *stand {
	t.Helper()
	heads, err := identities()
	if err != nil {
		t.Fatal(err)
	}
	conf := mockoperator.Config{Dir: t.TempDir(), Scenario: scenario, Identities: heads, Organisations: mockoperator.DefaultOrganisations()}
	conf.Organisations[0].Password = canary.Secret("пароль") // wherever a test leads, it must stay unseen
	for _, c := range change {
		c(&conf)
	}
	op, err := mockoperator.New(conf)
	if err != nil {
		t.Fatal(err)
	}
	url, stop, err := op.Listen(context.WithoutCancel(t.Context()), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	shut := sync.OnceFunc(func() {
		if err := op.Close(); err != nil {
			t.Error(err)
		}
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(shut)
	return &stand{
		T: t, shut: shut, op: op, url: url, home: filepath.Join(t.TempDir(), "home"), ours: conf.Organisations[0], theirs: conf.Organisations[1],
		heads: heads, heard: &heard{},
		settings: []string{
			"EDOKIT_LEASE=1500ms", "EDOKIT_VISIBILITY=300ms", "EDOKIT_RETRY_FIRST=50ms", "EDOKIT_RETRY_LONGEST=2s", "EDOKIT_LOG=debug",
		},
	}
}

// server is the PostgreSQL of all tests.
var server = pgtest.Server{Migrate: postgres.Migrate}

// onPostgres puts the data of the stand into a database of its own on PostgreSQL.
func onPostgres(s *stand) {
	s.Helper()
	s.keptIn(server.Fresh(s))
}

// keptIn puts the data of the stand into a database that is migrated.
func (s *stand) keptIn(dsn edo.Secret) {
	s.Helper()
	s.database = dsn
	s.settings = append(s.settings, "EDOKIT_DATABASE="+s.database.Reveal())
	s.must(local.Migrate(s.Context(), local.Config{Home: s.home, Database: s.database})) // makes the master key
}

// everyStore are the stores that a test may run on.
func everyStore() map[string]func(s *stand) {
	return map[string]func(s *stand){"sqlite": func(*stand) {}, "postgresql": onPostgres}
}

// register stores the subscriber, the user and both heads through the plugin, as an administrator's host does.
func (s *stand) register(p *plugin, change ...func(*directory.Subscriber)) {
	s.Helper()
	ctx := s.Context()
	row := directory.Subscriber{
		ID: subscriber, Title: s.ours.Name, Operator: "synerdocs", Endpoint: s.url, Box: edo.BoxID(s.ours.Boxes[0]), INN: s.ours.INN,
		KPP: s.ours.KPP, Login: s.ours.Login, LoginKind: directory.LoginPassword, Enabled: true,
	}
	for _, c := range change {
		c(&row)
	}
	s.must(p.PutSubscriber(ctx, row))
	if row.LoginKind == directory.LoginPassword {
		s.must(p.SetPassword(ctx, subscriber, row.Login, edo.NewSecret(s.ours.Password)))
	}
	s.must(p.AllowUser(ctx, directory.User{Actor: clerk, Subscriber: subscriber, Actions: []edo.Action{edo.ActionSend, edo.ActionRead, edo.ActionReadLog, edo.ActionReadContent}}))
	for i, h := range s.heads {
		key, err := h.KeyPEM()
		s.must(err)
		got, err := p.PutSigner(ctx, directory.Signer{ID: head(i), Subscriber: subscriber, Enabled: true},
			&dmsplugin.KeyPair{Certificate: h.CertificatePEM(), Key: edo.NewSecret(string(key))})
		s.must(err)
		s.heard.add(got)
	}
}

func head(i int) edo.SignerID { return edo.SignerID(fmt.Sprintf("head-%d", i+1)) }

func (s *stand) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// pack is a package for the recipient, signed by both heads in turn.
func (s *stand) pack(id string, bodies ...[]byte) edo.Package {
	p := edo.Package{ID: edo.PackageID(id), Subscriber: subscriber, Actor: clerk, To: edo.Counterparty{INN: s.theirs.INN, KPP: s.theirs.KPP, Name: s.theirs.Name}}
	for i, b := range bodies {
		p.Documents = append(p.Documents, edo.Document{
			ID: edo.DocumentID(fmt.Sprintf("doc-%d", i+1)), Name: fmt.Sprintf("письмо %d.pdf", i+1), Kind: "Письмо", ExternalID: fmt.Sprintf("card-%d", i+1),
			Content: content(b), Signer: head(i % 2),
		})
	}
	return p
}

func content(b []byte) edo.Content {
	d, n, _ := edo.DigestOf(bytes.NewReader(b))
	return edo.Content{Size: n, Digest: d, Open: func(context.Context) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b)), nil }}
}

// letter is one of the sample documents, a real PDF.
func letter(t testing.TB) []byte {
	t.Helper()
	b, err := os.ReadFile("../../examples/quickstart/testdata/letter.pdf")
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// store opens the database beside whatever runs, as the command line does.
func (s *stand) store() local.Store {
	s.Helper()
	if s.db == nil && !s.database.IsZero() {
		db, err := postgres.Open(s.Context(), postgres.Config{DSN: s.database, Archive: s.archive()})
		s.must(err)
		s.Cleanup(func() { db.Close() })
		s.db = db
	}
	if s.db == nil {
		db, err := sqlite.Open(s.Context(), sqlite.Config{Path: filepath.Join(s.home, "edokit.db"), Archive: s.archive()})
		s.must(err)
		s.Cleanup(func() { db.Close() })
		s.db = db
	}
	return s.db
}

func (s *stand) archive() *archive.Archive {
	s.Helper()
	a, err := archive.Open(archive.Config{Path: filepath.Join(s.home, "archive")})
	s.must(err)
	s.Cleanup(func() { a.Close() })
	return a
}

// once checks that the ledger has exactly these packages, each once.
func (s *stand) once(ids ...edo.PackageID) {
	s.Helper()
	seen := s.sent()
	for _, id := range ids {
		if seen[id] != 1 {
			s.Errorf("package %s is %d times in the ledger", id, seen[id])
		}
		delete(seen, id)
	}
	for id, n := range seen {
		s.Errorf("package %s is %d times in the ledger, but was not expected there", id, n)
	}
}

// sent counts the messages of the ledger by the package that their documents name.
func (s *stand) sent() map[edo.PackageID]int {
	s.Helper()
	seen := map[edo.PackageID]int{}
	for _, e := range s.op.Ledger() {
		if e.From != s.ours.Boxes[0] {
			continue
		}
		mark := strings.Fields(e.Documents[0].CustomField)
		if len(mark) < 2 {
			s.Fatalf("ledger entry %d does not say whose it is: %q", e.Number, e.Documents[0].CustomField)
		}
		seen[edo.PackageID(mark[1])]++
	}
	return seen
}
