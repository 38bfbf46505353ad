//go:build linux

package powercut_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/edokit/edokit/conformance/storetest"
	"github.com/edokit/edokit/directory/archive"
	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/edotest"
	"github.com/edokit/edokit/edo/gateway"
)

const subscriber = edo.SubscriberID("romashka")

// home is the store and the archive of one folder.
type home struct {
	storetest.Store
	archive *archive.Archive
}

// What of a home may be careless.
const (
	careful         = ""
	carelessStore   = "store"
	carelessArchive = "archive"
)

// open opens a home, of which a part may be as ours would be without its syncs. The store is given as its name and address.
func open(ctx context.Context, store, folder, careless string) (*home, error) {
	conf := archive.Config{Path: filepath.Join(folder, "archive")}
	if careless == carelessArchive {
		conf.Step = func(name string, do func() error) error {
			if name == "sync" || name == "sync-folder" {
				return nil
			}
			return do()
		}
	}
	var h home
	var err error
	if h.archive, err = archive.Open(conf); err != nil {
		return nil, err
	}
	name, address, _ := strings.Cut(store, " ")
	if h.Store, err = engines()[name].open(ctx, address, h.archive, careless == carelessStore); err != nil {
		return nil, errors.Join(err, h.archive.Close())
	}
	return &h, nil
}

func (h *home) Close() error { return errors.Join(h.Store.Close(), h.archive.Close()) }

// writers work at once, so that commits are shared as they are in life.
const writers = 4

// write accepts packages and writes log rows, and says each on standard output after it was acknowledged.
func write(ctx context.Context, store, folder, careless string) error {
	h, err := open(ctx, store, folder, careless)
	if err != nil {
		return err
	}
	gw, err := gateway.New(gateway.Config{
		Drivers: []edo.Driver{&edotest.Operator{Now: time.Now}}, Outbox: h, Archive: h.archive, Accounts: anybody{}, Signers: anybody{},
		Access: anybody{}, Verifier: anybody{}, Now: time.Now, Owner: "writer",
	})
	if err != nil {
		return errors.Join(err, h.Close())
	}
	var all errgroup.Group
	for w := range writers {
		all.Go(func() error {
			for i := 0; ctx.Err() == nil; i++ {
				if err := h.one(ctx, gw, fmt.Sprintf("%d-%d", w, i)); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return errors.Join(all.Wait(), h.Close())
}

// one accepts one package, and writes one row of the log with its answer.
func (h *home) one(ctx context.Context, gw *gateway.Gateway, name string) error {
	p := edo.Package{ID: edo.PackageID("p-" + name), Subscriber: subscriber, Actor: "clerk", To: edo.Counterparty{INN: "7707083893", KPP: "773601001"}}
	for i := range 2 {
		p.Documents = append(p.Documents, edo.Document{
			ID: edo.DocumentID(fmt.Sprint(i)), Name: "letter.pdf", Kind: "Письмо", Signer: "head", Content: content(fmt.Sprintf("%s-%d", name, i)),
		})
	}
	if _, err := gw.Send(ctx, p); err != nil {
		return err
	}
	say("package %s", p.ID)
	e, err := h.Begin(ctx, edo.ExchangeRequest{Subscriber: subscriber, Package: p.ID, Operation: "SendMessage", Endpoint: "http://127.0.0.1/", At: time.Now()})
	if err != nil {
		return err
	}
	say("request %s", e.ID())
	if err := e.Finish(ctx, edo.ExchangeAnswer{At: time.Now(), Outcome: edo.OutcomeOK, HTTPStatus: 200}); err != nil {
		return err
	}
	say("answer %s", e.ID())
	return nil
}

// say is one write: a line is there whole or not at all.
func say(format string, args ...any) { _, _ = fmt.Fprintf(os.Stdout, format+"\n", args...) }

// text follows from the name, so that whoever looks later knows what must be there.
func text(name string) []byte {
	var seed [32]byte
	copy(seed[:], name)
	random := rand.NewChaCha8(seed)
	b := make([]byte, 1+random.Uint64()%(32<<10))
	_, _ = random.Read(b)
	return b
}

func content(name string) edo.Content {
	b := text(name)
	d, n, _ := edo.DigestOf(bytes.NewReader(b))
	return edo.Content{Size: n, Digest: d, Open: func(context.Context) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b)), nil }}
}

// anybody may do anything: what is asked for here is only that the bytes last.
type anybody struct{}

// Account implements gateway.Accounts.
func (anybody) Account(context.Context, edo.SubscriberID) (edo.Account, error) {
	return edo.Account{Subscriber: subscriber, Operator: "edotest", Box: "box", Revision: "1"}, nil
}

// Signer implements gateway.Signers.
func (anybody) Signer(context.Context, edo.SubscriberID, edo.SignerID, string, time.Time) (edo.Signer, error) {
	return anybody{}, nil
}

// Allowed implements gateway.Access.
func (anybody) Allowed(context.Context, edo.AccessRequest) error { return nil }

// Check implements gateway.Verifier.
func (anybody) Check(context.Context, io.Reader, []byte, time.Time) (edo.Verdict, error) {
	return edo.Verdict{State: edo.VerdictValid}, nil
}

// Info implements edo.Signer.
func (anybody) Info() edo.SignerInfo { return edo.SignerInfo{ID: "head"} }

// Sign implements edo.Signer; nothing is sent here.
func (anybody) Sign(context.Context, io.Reader, time.Time) ([]byte, error) {
	return nil, &edo.Error{Kind: edo.Unavailable}
}
