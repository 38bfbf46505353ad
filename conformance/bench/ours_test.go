//go:build linux

package bench_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"sync"
	"time"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/directory/archive"
	"github.com/edokit/edokit/directory/local"
	"github.com/edokit/edokit/directory/postgres"
	"github.com/edokit/edokit/directory/secret"
	"github.com/edokit/edokit/directory/sqlite"
	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/cms"
	"github.com/edokit/edokit/edo/gateway"
	"github.com/edokit/edokit/edo/operators/synerdocs"
)

// watched is the store. It tells when a package has come to its end, and lets no job but sending fall due while the
// measurement runs: their rows are written as always.
type watched struct {
	local.Store
	whole bool // printed forms are asked for at once; else, as all the rest, after the measurement
	mu    sync.Mutex
	ended map[edo.PackageID]chan edo.Operation
}

// ringing is a watched store that hands out its jobs itself.
type ringing struct {
	*watched
	gateway.Dispatcher
}

func (w *watched) Settle(ctx context.Context, j edo.Job, c edo.Change) error {
	for i := range c.Jobs {
		if w.whole && c.Jobs[i].Kind == edo.JobStamp {
			continue
		}
		c.Jobs[i].Due = c.Jobs[i].Due.Add(24 * time.Hour)
	}
	err := w.Store.Settle(ctx, j, c)
	if err == nil && j.Kind == edo.JobSend && c.Operation != nil && c.Operation.State != edo.StateSending {
		w.end(j.Key.Package) <- *c.Operation
	}
	return err
}

func (w *watched) end(p edo.PackageID) chan edo.Operation {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.ended[p] == nil {
		w.ended[p] = make(chan edo.Operation, 8)
	}
	return w.ended[p]
}

// side is our whole side, wired as a program would.
type side struct {
	gateway *gateway.Gateway
	store   *watched
}

const (
	us    = edo.SubscriberID("us")
	clerk = edo.ActorID("clerk")
	head  = edo.SignerID("head")
)

func open(ctx context.Context, t task) (*side, error) {
	arch, err := archive.Open(archive.Config{Path: filepath.Join(t.Dir, "archive")})
	if err != nil {
		return nil, err
	}
	db, err := database(ctx, t, arch)
	if err != nil {
		return nil, err
	}
	master := filepath.Join(t.Dir, "master.key")
	if err := secret.CreateKey(master); err != nil {
		return nil, err
	}
	ring, err := secret.OpenKey(master)
	if err != nil {
		return nil, err
	}
	vault, err := secret.New(secret.Config{Rows: db, Blobs: db, Journal: db, Keyring: ring})
	if err != nil {
		return nil, err
	}
	if err := register(ctx, t, db, vault); err != nil {
		return nil, err
	}
	s := &side{store: &watched{Store: db, whole: t.Log, ended: map[edo.PackageID]chan edo.Operation{}}}
	s.gateway, err = gateway.New(gateway.Config{
		Drivers: []edo.Driver{synerdocs.New(synerdocs.Config{})}, Outbox: outbox(s.store), Archive: arch, Accounts: vault, Signers: vault,
		Access: db, Verifier: cms.Verifier{}, Now: time.Now, Owner: "bench", Workers: max(t.Flight, 4),
	})
	return s, err
}

// database opens the store of the task, new.
func database(ctx context.Context, t task, arch edo.Archive) (local.Store, error) {
	if t.DSN == "" {
		return sqlite.OpenAndMigrate(ctx, sqlite.Config{Path: filepath.Join(t.Dir, "edokit.db"), Archive: arch})
	}
	return postgres.OpenAndMigrate(ctx, postgres.Config{DSN: edo.NewSecret(t.DSN), Archive: arch})
}

func outbox(w *watched) gateway.Outbox {
	if d, ok := w.Store.(gateway.Dispatcher); ok {
		return ringing{w, d}
	}
	return w
}

func register(ctx context.Context, t task, db local.Store, vault *secret.Vault) error {
	key, err := cms.LoadPEM(t.Stand.Key, t.Stand.Certificate)
	if err != nil {
		return err
	}
	o := t.Stand.Ours
	return errors.Join(
		db.PutSubscriber(ctx, directory.Subscriber{
			ID: us, Operator: synerdocs.Name, Endpoint: t.Stand.endpoint(t), INN: o.INN, KPP: o.KPP, Box: edo.BoxID(o.Boxes[0]),
			Login: o.Login, LoginKind: directory.LoginPassword, Enabled: true,
		}),
		vault.SetPassword(ctx, us, edo.NewSecret(o.Password)),
		db.PutUser(ctx, directory.User{Actor: clerk, Subscriber: us, Actions: []edo.Action{edo.ActionSend}}),
		db.PutSigner(ctx, directory.Signer{ID: head, Subscriber: us, Info: key.Certificate().Info(head), Certificate: key.Certificate().DER, Enabled: true}),
		vault.SetSignerKey(ctx, us, head, key.Private()),
	)
}

// ours measures our whole way: from the call of Send until the package is settled as sent. Digests are made before: a
// host brings them along.
func ours(ctx context.Context, t task) (result, error) {
	s, err := open(ctx, t)
	if err != nil {
		return result{}, err
	}
	ctx, cancel := context.WithCancel(ctx)
	ran := make(chan error, 1)
	go func() { ran <- s.gateway.Run(ctx) }()
	defer func() { cancel(); <-ran; _ = s.store.Close() }()
	warm := warmUp(t)
	packages, err := packagesOf(t, warm+t.Count)
	if err == nil && t.Signed {
		err = signAll(t, packages)
	}
	if err != nil {
		return result{}, err
	}
	if _, err := s.sendAll(ctx, packages[:warm], t.Flight); err != nil {
		return result{}, err
	}
	m, err := start(ctx, t.Stand)
	if err != nil {
		return result{}, err
	}
	accepted, err := s.sendAll(ctx, packages[warm:], t.Flight)
	if err != nil {
		return result{}, err
	}
	r, err := m.end(ctx, t.Count)
	r.Accepted = accepted.Seconds()
	for err == nil && t.Log && r.Exchanges < int64(4*len(packages)) { // the message and its printed forms
		r.Exchanges, r.Stored, err = logSize(ctx, t)
		time.Sleep(100 * time.Millisecond)
	}
	return r, err
}

// signAll signs packages as a host does that brings signatures along.
func signAll(t task, packages []edo.Package) error {
	key, err := cms.LoadPEM(t.Stand.Key, t.Stand.Certificate)
	if err != nil {
		return err
	}
	for _, p := range packages {
		for i := range p.Documents {
			d := &p.Documents[i]
			d.Signer = ""
			if d.Signature, err = cms.SignDigest(key, d.Content.Digest, time.Now()); err != nil {
				return err
			}
		}
	}
	return nil
}

// warmUp is a fifth of the messages; one large document is sent cold but for a login, like its ready-made twin.
func warmUp(t task) int {
	if t.Document != "" {
		return 1
	}
	return max(t.Count/5, t.Flight)
}

// sendAll keeps flight packages on their way and gives the time their Send took, summed up.
func (s *side) sendAll(ctx context.Context, packages []edo.Package, flight int) (time.Duration, error) {
	var mu sync.Mutex
	var accepted time.Duration
	err := inFlight(len(packages), flight, func(i int) error {
		begin := time.Now()
		op, err := s.gateway.Send(ctx, packages[i])
		mu.Lock()
		accepted += time.Since(begin)
		mu.Unlock()
		if err != nil {
			return err
		}
		if op = <-s.store.end(op.Key.Package); op.State != edo.StateSent {
			return fmt.Errorf("package %s is %s: %s", op.Key.Package, op.State, op.Detail)
		}
		return nil
	})
	return accepted, err
}

// inFlight runs f for 0..n-1, so many at once, and stops at the first error.
func inFlight(n, flight int, f func(int) error) error {
	next, failed := make(chan int), make(chan error, flight)
	var wg sync.WaitGroup
	for range flight {
		wg.Go(func() {
			for i := range next {
				if err := f(i); err != nil {
					failed <- err
					return
				}
			}
		})
	}
	for i := range n {
		select {
		case next <- i:
			continue
		case err := <-failed:
			failed <- err
		}
		break
	}
	close(next)
	wg.Wait()
	close(failed)
	return <-failed
}

// packagesOf makes packages of three small documents each, all different, or of the one large document. The first of
// the latter is small: it only warms up.
func packagesOf(t task, n int) ([]edo.Package, error) {
	run := rand.Text()
	noise := make([]byte, smallDocument)
	_, _ = rand.Read(noise) // never fails
	all := make([]edo.Package, n)
	for i := range all {
		p := edo.Package{ID: edo.PackageID(fmt.Sprintf("%s-%d", run, i)), Subscriber: us, Actor: clerk, To: edo.Counterparty{INN: t.Stand.Theirs.INN, KPP: t.Stand.Theirs.KPP}}
		for j := range 3 {
			p.Documents = append(p.Documents, document(j, smallContent(noise, fmt.Sprintf("%s-%d-%d", run, i, j))))
		}
		all[i] = p
	}
	if t.Document == "" {
		return all, nil
	}
	for i := range all[1:] {
		large, err := edo.FileContent(t.Document)
		if err != nil {
			return nil, err
		}
		all[1+i].Documents = []edo.Document{document(0, large)}
	}
	return all, nil
}

const smallDocument = 150_000

func document(n int, c edo.Content) edo.Document {
	return edo.Document{ID: edo.DocumentID(fmt.Sprintf("doc-%d", n+1)), Name: fmt.Sprintf("договор %d.pdf", n+1), Kind: "Договор", Content: c, Signer: head}
}

// smallContent is the noise with another beginning.
func smallContent(noise []byte, begin string) edo.Content {
	open := func(context.Context) (io.ReadCloser, error) {
		return io.NopCloser(io.MultiReader(bytes.NewReader([]byte(begin)), bytes.NewReader(noise[len(begin):]))), nil
	}
	r, _ := open(context.Background())
	d, n, _ := edo.DigestOf(r)
	return edo.Content{Size: n, Digest: d, Open: open}
}
