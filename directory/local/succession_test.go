package local_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/edokit/edokit/conformance/mockoperator"
	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/directory/local"
	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/cms"
	"github.com/edokit/edokit/edo/gateway"
	"github.com/edokit/edokit/edo/operators/synerdocs"
)

// firm is one of our organisations at a mock operator, worked on by several processes' worth of gateways.
type firm struct {
	operator *mockoperator.Operator
	us, them mockoperator.Organisation
	homes    []*local.Home
	gateways []*gateway.Gateway
}

func newFirm(t *testing.T, processes int) *firm {
	t.Helper()
	operator, err := mockoperator.New(mockoperator.Config{Dir: t.TempDir()})
	must(t, err)
	t.Cleanup(func() { operator.Close() })
	address, stop, err := operator.Listen(t.Context(), "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { _ = stop() })
	f := &firm{operator: operator, us: operator.Organisations()[0], them: operator.Organisations()[1]}
	path := filepath.Join(t.TempDir(), "home")
	for i := range processes {
		h, err := local.Open(t.Context(), path)
		must(t, err)
		t.Cleanup(func() { _ = h.Close() })
		if i == 0 {
			f.register(t, h, address)
		}
		g, err := h.Gateway(gateway.Config{
			Drivers: []edo.Driver{synerdocs.New(synerdocs.Config{})}, Idle: 20 * time.Millisecond,
			Backoff: gateway.Backoff{First: 20 * time.Millisecond, Longest: 200 * time.Millisecond},
		})
		must(t, err)
		f.homes, f.gateways = append(f.homes, h), append(f.gateways, g)
		ctx, cancel := context.WithCancel(context.Background())
		var work sync.WaitGroup
		work.Go(func() { _ = g.Run(ctx) })
		t.Cleanup(func() { cancel(); work.Wait() })
	}
	return f
}

func (f *firm) register(t *testing.T, h *local.Home, address string) {
	t.Helper()
	ctx := t.Context()
	must(t, h.Store.PutSubscriber(ctx, directory.Subscriber{
		ID: "us", Operator: "synerdocs", Endpoint: address, Box: edo.BoxID(f.us.Boxes[0]), INN: f.us.INN, KPP: f.us.KPP,
		Login: f.us.Login, LoginKind: directory.LoginPassword, Enabled: true,
	}))
	must(t, h.Vault.SetPassword(ctx, "us", edo.NewSecret(f.us.Password)))
	must(t, h.Store.PutUser(ctx, directory.User{Actor: "clerk", Subscriber: "us", Actions: []edo.Action{edo.ActionSend}}))
	heads, err := f.operator.Identities(f.us.Boxes[0])
	must(t, err)
	c, err := cms.ParseCertificate(heads[0].Certificate.Raw)
	must(t, err)
	must(t, h.Store.PutSigner(ctx, directory.Signer{ID: "head", Subscriber: "us", Certificate: heads[0].Certificate.Raw, Info: c.Info("head"), Enabled: true}))
	must(t, h.Vault.SetSignerKey(ctx, "us", "head", heads[0].Key))
}

func (f *firm) pack(n int) edo.Package {
	text := fmt.Appendf(nil, "letter %d", n)
	digest, size, _ := edo.DigestOf(bytes.NewReader(text))
	return edo.Package{
		ID: edo.PackageID(fmt.Sprintf("p-%d", n)), Subscriber: "us", Actor: "clerk", To: edo.Counterparty{INN: f.them.INN, KPP: f.them.KPP},
		Documents: []edo.Document{{
			ID: "1", Name: "letter.txt", Kind: "Письмо", Signer: "head",
			Content: edo.Content{Size: size, Digest: digest, Open: func(context.Context) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(text)), nil }},
		}},
	}
}

// TestPasswordChangesWhileSending: the operator's password changes and all tokens end while packages are on their way
// through two processes. None is lost or sent twice, and there are few refused logins: at most one of each process and
// session with the old password, and none with the new.
func TestPasswordChangesWhileSending(t *testing.T) {
	t.Parallel()
	const packages, processes = 24, 2
	f := newFirm(t, processes)
	var sending sync.WaitGroup
	changed := make(chan struct{})
	for n := range packages {
		sending.Go(func() {
			if n >= packages/2 {
				<-changed
			}
			ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
			defer cancel()
			op, err := f.gateways[n%processes].SendAndWait(ctx, f.pack(n))
			if err != nil && !op.State.Sent() {
				t.Errorf("package %d: %s %s: %v", n, op.State, op.Detail, err)
			}
		})
	}
	must(t, f.homes[0].Vault.Next().SetPassword(t.Context(), "us", edo.NewSecret("the next password")))
	must(t, f.operator.SetPassword(f.us.Boxes[0], "the next password"))
	f.operator.Expire()
	close(changed)
	sending.Wait()
	if n := len(f.operator.Ledger()); n != packages {
		t.Errorf("%d messages at the operator", n)
	}
	if n := f.operator.RefusedLogins(); n > 2*processes {
		t.Errorf("%d refused logins", n)
	}
	a, err := f.homes[1].Vault.Account(t.Context(), "us")
	if err != nil || a.Next != nil || a.Login.Password.Reveal() != "the next password" {
		t.Errorf("the next password is not the present one, %v", err)
	}
}

// TestBothPasswordsWrong: nothing is tried in a loop.
func TestBothPasswordsWrong(t *testing.T) {
	t.Parallel()
	f := newFirm(t, 2)
	must(t, f.homes[0].Vault.Next().SetPassword(t.Context(), "us", edo.NewSecret("wrong as well")))
	must(t, f.operator.SetPassword(f.us.Boxes[0], "something else"))
	for n := range 10 {
		_, err := f.gateways[n%2].Send(t.Context(), f.pack(n))
		must(t, err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	for n := range 10 { // until every package has met the refusal
		for op, err := range f.gateways[0].Watch(ctx, edo.Key{Subscriber: "us", Package: f.pack(n).ID}, 0) {
			must(t, err)
			if op.State == edo.StateWaiting || op.Reason == edo.LoginRefused {
				break
			}
		}
	}
	if n := f.operator.RefusedLogins(); n < 2 || n > 4 { // one of each process, and one with the next
		t.Errorf("%d refused logins", n)
	}
}
