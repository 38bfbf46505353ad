package secret_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/directory/secret"
	"github.com/edokit/edokit/edo"
)

// TestLogins sets every secret at once: each way to log in opens its own and nothing else.
func TestLogins(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx := t.Context()
	named := person(t, "Вход", ecKey(t))
	must(t, b.vault.SetPassword(ctx, "ours", edo.NewSecret("p")))
	must(t, b.vault.SetCertificatePassword(ctx, "ours", named, edo.NewSecret("cp")))
	must(t, b.vault.SetIdentityToken(ctx, "ours", edo.NewSecret("it")))
	must(t, b.vault.SetAccessToken(ctx, "ours", edo.NewSecret("at")))
	revisions := map[string]bool{}
	for kind, want := range map[directory.LoginKind][3]string{
		directory.LoginPassword: {"p", "", ""}, directory.LoginCertificatePassword: {"cp", "", ""},
		directory.LoginIdentityToken: {"", "it", ""}, directory.LoginAccessToken: {"", "", "at"},
	} {
		row := subscriber("ours")
		row.LoginKind = kind
		must(t, b.store.PutSubscriber(ctx, row))
		a, err := b.vault.Account(ctx, "ours")
		must(t, err)
		l := a.Login
		if got := [3]string{l.Password.Reveal(), l.Identity.Reveal(), l.Access.Reveal()}; got != want || l.Name != row.Login {
			t.Errorf("%s: %q of %q", kind, got, l.Name)
		}
		if has := l.Certificate != nil; has != (kind == directory.LoginCertificatePassword) {
			t.Errorf("%s: certificate %v", kind, has)
		} else if has && (!bytes.Equal(l.Certificate.DER, named) || l.Certificate.Key != nil || l.Certificate.Opener != nil) {
			t.Errorf("%s: not the certificate that was set", kind)
		}
		der, err := b.vault.LoginCertificate(ctx, "ours")
		must(t, err)
		if want := map[bool][]byte{true: named}[l.Certificate != nil]; !bytes.Equal(der, want) {
			t.Errorf("%s: %d bytes of a certificate to look at", kind, len(der))
		}
		if revisions[a.Revision] {
			t.Errorf("%s: the revision did not change", kind)
		}
		revisions[a.Revision] = true
	}
	row := subscriber("ours")
	row.LoginKind = directory.LoginCertificate
	must(t, b.store.PutSubscriber(ctx, row))
	if _, err := b.vault.Account(ctx, "ours"); !errors.Is(err, secret.CredentialsMissing) {
		t.Errorf("a way whose secret nobody has set: %v", err)
	}
	if der, err := b.vault.LoginCertificate(ctx, "ours"); err != nil || der != nil {
		t.Errorf("its certificate: %d bytes, %v", len(der), err)
	}
}

func TestSettersRefuse(t *testing.T) {
	t.Parallel()
	b := setup(t)
	der := person(t, "Вход", ecKey(t))
	word := edo.NewSecret(canary)
	for name, set := range map[string]func(ctx context.Context, s edo.SubscriberID, w edo.Secret) error{
		"password": b.vault.SetPassword, "identity": b.vault.SetIdentityToken, "access": b.vault.SetAccessToken,
		"certificate": func(ctx context.Context, s edo.SubscriberID, w edo.Secret) error {
			return b.vault.SetCertificatePassword(ctx, s, der, w)
		},
	} {
		if err := set(t.Context(), "nobody", word); !errors.Is(err, edo.SubscriberUnknown) {
			t.Errorf("%s of nobody: %v", name, err)
		}
		if err := set(t.Context(), "ours", edo.Secret{}); !errors.Is(err, directory.LoginMalformed) {
			t.Errorf("%s, empty: %v", name, err)
		}
	}
	if err := b.vault.SetCertificatePassword(t.Context(), "ours", []byte("x"), word); err == nil {
		t.Error("a certificate that is none was sealed")
	}
}

// TestAccountIsWhole fills every field that a driver may read.
func TestAccountIsWhole(t *testing.T) {
	t.Parallel()
	b := setup(t)
	row := subscriber("ours")
	row.Department, row.ServiceBox, row.Payer, row.Service = "d-1", "box-s", "mother", "robot"
	row.Policy = edo.Policy{Unverified: edo.ForwardUnverified, LocalMark: true, Receive: true, Register: true}
	must(t, b.store.PutSubscriber(t.Context(), row))
	must(t, b.vault.SetPassword(t.Context(), "ours", edo.NewSecret(canary)))
	a, err := b.vault.Account(t.Context(), "ours")
	must(t, err)
	if a.Department != "d-1" || a.ServiceBox != "box-s" || a.Payer != "mother" || a.Service != "robot" || a.Policy != row.Policy {
		t.Errorf("account %+v", a)
	}
	if shown := fmt.Sprintf("%v %+v %#v", a, a, a.Login); bytes.Contains([]byte(shown), []byte(canary)) {
		t.Error("the account prints its password")
	}
}
