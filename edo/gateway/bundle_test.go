package gateway_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/edokit/edokit/directory/archive"
	"github.com/edokit/edokit/directory/sqlite"
	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/edotest"
	"github.com/edokit/edokit/edo/gateway"
)

const (
	sub   = edo.SubscriberID("voek")
	clerk = edo.ActorID("clerk")
)

// bundle is a gateway over a real store and archive, an operator in memory and keys that sign with a plain text.
type bundle struct {
	dir     string
	op      *edotest.Operator
	store   *sqlite.Store
	archive edo.Archive
	signers map[edo.SignerID]error
	verdict edo.Verdict
	denied  bool

	readings []edo.Reading
	mu       sync.Mutex
	account  edo.Account
	cfg      gateway.Config
	gw       *gateway.Gateway
}

func setup(t *testing.T, change func(*bundle)) *bundle {
	t.Helper()
	dir := t.TempDir()
	arch, err := archive.Open(archive.Config{Path: filepath.Join(dir, "archive")})
	if err != nil {
		t.Fatal(err)
	}
	store, err := sqlite.OpenAndMigrate(t.Context(), sqlite.Config{Path: filepath.Join(dir, "edokit.db"), Archive: arch})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	b := &bundle{
		dir: dir, op: &edotest.Operator{Now: time.Now}, store: store, archive: arch, signers: map[edo.SignerID]error{"head": nil},
		verdict: edo.Verdict{State: edo.VerdictValid}, account: edo.Account{Subscriber: sub, Operator: "edotest", Box: "box-own", Revision: "1"},
	}
	b.cfg = gateway.Config{
		Drivers: []edo.Driver{b.op}, Outbox: store, Archive: arch, Accounts: b, Signers: b, Access: b, Readings: b, Verifier: b,
		Now: time.Now, Owner: t.Name(), Lease: 3 * time.Second, Idle: 5 * time.Millisecond,
		Backoff: gateway.Backoff{First: time.Millisecond, Longest: 20 * time.Millisecond},
		Logger:  slog.New(slog.NewTextHandler(testLog{t}, nil)),
	}
	if change != nil {
		change(b)
	}
	b.gw = b.open(t, b.cfg)
	return b
}

func (b *bundle) open(t *testing.T, c gateway.Config) *gateway.Gateway {
	t.Helper()
	gw, err := gateway.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return gw
}

// run works jobs in the background until the test ends.
func (b *bundle) run(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); _ = b.gw.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-done })
}

// until looks at a package until ok says yes; being settled is not the end, its fate at the counterparty goes on.
func (b *bundle) until(t *testing.T, id edo.PackageID, ok func(edo.Operation) bool) edo.Operation {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	for {
		op, err := b.gw.Status(ctx, edo.Key{Subscriber: sub, Package: id})
		if err != nil {
			t.Fatalf("%v", err)
		}
		if ok(op) {
			return op
		}
		select {
		case <-ctx.Done():
			t.Fatalf("stays at %+v", op)
		case <-time.After(time.Millisecond):
		}
	}
}

func state(s edo.State) func(edo.Operation) bool {
	return func(op edo.Operation) bool { return op.State == s }
}

func settled(op edo.Operation) bool { return op.Settled() }

func (b *bundle) Account(context.Context, edo.SubscriberID) (edo.Account, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.account, nil
}

func (b *bundle) setAccount(change func(*edo.Account)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	change(&b.account)
}

func (b *bundle) Allowed(_ context.Context, r edo.AccessRequest) error {
	if b.denied || r.Actor != clerk {
		return &edo.Error{Kind: edo.Denied, Reason: edo.UserNotAllowed, Field: "actor"}
	}
	return nil
}

func (b *bundle) Reading(ctx context.Context, r edo.AccessRequest, what string) error {
	err := b.Allowed(ctx, r)
	b.mu.Lock()
	defer b.mu.Unlock()
	if err == nil {
		b.readings = append(b.readings, edo.Reading{Actor: r.Actor, Action: r.Action, Subscriber: r.Subscriber, What: what, At: r.At})
	}
	return err
}

func (b *bundle) Check(_ context.Context, content io.Reader, _ []byte, _ time.Time) (edo.Verdict, error) {
	_, err := io.Copy(io.Discard, content)
	return b.verdict, err
}

// refuseSigner answers from now on every request for a signer with err.
func (b *bundle) refuseSigner(id edo.SignerID, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.signers[id] = err
}

func (b *bundle) Signer(_ context.Context, _ edo.SubscriberID, id edo.SignerID, _ string, _ time.Time) (edo.Signer, error) {
	b.mu.Lock()
	err, known := b.signers[id]
	b.mu.Unlock()
	if !known {
		return nil, &edo.Error{Kind: edo.NotFound, Reason: edo.SignerUnknown}
	}
	return textSigner(id), err
}

type textSigner edo.SignerID

func (s textSigner) Info() edo.SignerInfo {
	return edo.SignerInfo{ID: edo.SignerID(s), Owner: string(s)}
}

func (s textSigner) Sign(_ context.Context, content io.Reader, _ time.Time) ([]byte, error) {
	d, _, err := edo.DigestOf(content)
	return []byte("signed by " + string(s) + " " + d.String()), err
}

func content(text string) edo.Content {
	d, n, _ := edo.DigestOf(strings.NewReader(text))
	return edo.Content{Size: n, Digest: d, Open: func(context.Context) (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader(text)), nil
	}}
}

func pack(id string, documents ...string) edo.Package {
	p := edo.Package{ID: edo.PackageID(id), Subscriber: sub, Actor: clerk, To: edo.Counterparty{INN: "7707083893", KPP: "773601001"}}
	for i, text := range documents {
		p.Documents = append(p.Documents, edo.Document{
			ID: edo.DocumentID(fmt.Sprintf("doc-%d", i+1)), Name: fmt.Sprintf("letter %d.pdf", i+1), Kind: "Письмо",
			ExternalID: fmt.Sprintf("ext-%d", i+1), Content: content(text), Signer: "head",
		})
	}
	return p
}

func pdf(body string) []byte { return []byte("%PDF-1.7\n" + body + "\n%%EOF\n") }

func forms(b *bundle) {
	b.op.Form = func(r edo.Ref, _ int) ([]byte, error) { return pdf("form of " + string(r.Remote)), nil }
}

func (b *bundle) read(t *testing.T, k edo.Key, id edo.DocumentID, role edo.Role) ([]byte, error) {
	t.Helper()
	c, _, err := b.gw.Content(t.Context(), edo.Reader{Actor: clerk}, k, id, role)
	if err != nil {
		return nil, err
	}
	r, err := c.Open(t.Context())
	if err != nil {
		return nil, err
	}
	defer func() { _ = r.Close() }()
	var buf bytes.Buffer
	_, err = buf.ReadFrom(r)
	return buf.Bytes(), err
}

type testLog struct{ t *testing.T }

func (l testLog) Write(p []byte) (int, error) {
	l.t.Log(strings.TrimSpace(string(p)))
	return len(p), nil
}
