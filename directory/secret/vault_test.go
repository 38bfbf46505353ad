package secret_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/directory/secret"
	"github.com/edokit/edokit/directory/sqlite"
	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/cms"
	"github.com/edokit/edokit/edo/gateway"
)

var (
	_ gateway.Accounts = (*secret.Vault)(nil)
	_ gateway.Signers  = (*secret.Vault)(nil)
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

const canary = "пароль-Канарейка<&>42"

type bundle struct {
	store *sqlite.Store
	vault *secret.Vault
	key   string // path of the master key
}

func setup(t *testing.T) *bundle {
	t.Helper()
	folder := t.TempDir()
	s, err := sqlite.OpenAndMigrate(t.Context(), sqlite.Config{Path: filepath.Join(folder, "edo.db"), Now: func() time.Time { return noon }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	b := &bundle{store: s, key: filepath.Join(folder, "master.key")}
	if err := secret.CreateKey(b.key); err != nil {
		t.Fatal(err)
	}
	b.vault = b.open(t, b.key)
	for _, id := range []edo.SubscriberID{"ours", "theirs"} {
		if err := s.PutSubscriber(t.Context(), subscriber(id)); err != nil {
			t.Fatal(err)
		}
	}
	return b
}

func (b *bundle) open(t *testing.T, path string) *secret.Vault {
	t.Helper()
	k, err := secret.OpenKey(path)
	if err != nil {
		t.Fatal(err)
	}
	v, err := secret.New(secret.Config{Rows: b.store, Blobs: b.store, Keyring: k, Journal: b.store, Now: func() time.Time { return noon }})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func subscriber(id edo.SubscriberID) directory.Subscriber {
	return directory.Subscriber{
		ID: id, Title: "ООО «Наше»", Operator: "synerdocs", Endpoint: "https://service.example/exchange", Box: "box-1", INN: "7707083893",
		KPP: "770701001", Login: "user", LoginKind: directory.LoginPassword, Forms: []string{"PrintDocument"},
		Policy: edo.Policy{Unverified: edo.RefuseUnverified}, Enabled: true,
	}
}

// person makes a certificate of the key that is valid for the year around noon.
func person(t *testing.T, name string, key crypto.Signer) []byte {
	t.Helper()
	c := &x509.Certificate{
		SerialNumber: big.NewInt(7), Subject: pkix.Name{CommonName: name}, NotBefore: noon.AddDate(0, -6, 0), NotAfter: noon.AddDate(0, 6, 0),
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func (b *bundle) putSigner(t *testing.T, s directory.Signer) {
	t.Helper()
	c, err := cms.ParseCertificate(s.Certificate)
	if err != nil {
		t.Fatal(err)
	}
	s.Subscriber, s.Info = "ours", c.Info(s.ID)
	if err := b.store.PutSigner(t.Context(), s); err != nil {
		t.Fatal(err)
	}
}

func ecKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestAccountWithPassword(t *testing.T) {
	t.Parallel()
	b := setup(t)
	if _, err := b.vault.Account(t.Context(), "ours"); !errors.Is(err, secret.CredentialsMissing) || !errors.Is(err, edo.Denied) {
		t.Errorf("before the password is set: %v", err)
	}
	if err := b.vault.SetPassword(t.Context(), "ours", edo.NewSecret(canary)); err != nil {
		t.Fatal(err)
	}
	a, err := b.vault.Account(t.Context(), "ours")
	if err != nil {
		t.Fatal(err)
	}
	want := subscriber("ours")
	if a.Login.Password.Reveal() != canary || a.Login.Name != "user" || a.Login.Certificate != nil {
		t.Error("not the login that was set")
	}
	if a.Subscriber != "ours" || a.Operator != want.Operator || a.Endpoint != want.Endpoint || a.Box != want.Box || a.INN != want.INN ||
		a.Forms[0] != want.Forms[0] || a.Policy != want.Policy || a.Journal != edo.Journal(b.store) {
		t.Errorf("account %+v", a)
	}
	if _, err := b.vault.Account(t.Context(), "theirs"); !errors.Is(err, secret.CredentialsMissing) {
		t.Errorf("another subscriber: %v", err)
	}
}

func TestRevisionFollowsEveryChange(t *testing.T) {
	t.Parallel()
	b := setup(t)
	seen := map[string]string{}
	look := func(after string) {
		t.Helper()
		a, err := b.vault.Account(t.Context(), "ours")
		if err != nil {
			t.Fatal(err)
		}
		if before, twice := seen[a.Revision]; twice {
			t.Errorf("the revision after %s is that after %s", after, before)
		}
		seen[a.Revision] = after
		if again, _ := b.vault.Account(t.Context(), "ours"); again.Revision != a.Revision {
			t.Error("the revision changes by looking")
		}
	}
	set := func(password string) {
		if err := b.vault.SetPassword(t.Context(), "ours", edo.NewSecret(password)); err != nil {
			t.Fatal(err)
		}
	}
	set("one")
	look("the first password")
	set("two")
	look("another password")
	row := subscriber("ours")
	row.Box = "box-2"
	if err := b.store.PutSubscriber(t.Context(), row); err != nil {
		t.Fatal(err)
	}
	look("another box")
}

func TestDisabledAndUnknown(t *testing.T) {
	t.Parallel()
	b := setup(t)
	row := subscriber("ours")
	row.Enabled = false
	if err := b.store.PutSubscriber(t.Context(), row); err != nil {
		t.Fatal(err)
	}
	for id, want := range map[edo.SubscriberID]edo.Reason{"ours": edo.SubscriberDisabled, "nobody": edo.SubscriberUnknown} {
		if _, err := b.vault.Account(t.Context(), id); !errors.Is(err, want) {
			t.Errorf("%s: %v", id, err)
		}
	}
	if err := b.vault.SetPassword(t.Context(), "nobody", edo.NewSecret("x")); !errors.Is(err, edo.SubscriberUnknown) {
		t.Errorf("password of nobody: %v", err)
	}
	if err := b.vault.SetPassword(t.Context(), "ours", edo.Secret{}); !errors.Is(err, edo.Invalid) {
		t.Errorf("empty password: %v", err)
	}
}

func TestAccountWithCertificate(t *testing.T) {
	t.Parallel()
	b := setup(t)
	row := subscriber("ours")
	row.LoginKind, row.Login = directory.LoginCertificate, ""
	if err := b.store.PutSubscriber(t.Context(), row); err != nil {
		t.Fatal(err)
	}
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	der := person(t, "Вход", key)
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.vault.SetLoginCertificate(t.Context(), "ours", der, other); !errors.Is(err, cms.KeyMismatch) {
		t.Errorf("key of another certificate: %v", err)
	}
	if err := b.vault.SetLoginCertificate(t.Context(), "ours", der, nil); !errors.Is(err, edo.Invalid) {
		t.Errorf("no key: %v", err)
	}
	if err := b.vault.SetLoginCertificate(t.Context(), "ours", der, key); err != nil {
		t.Fatal(err)
	}
	a, err := b.vault.Account(t.Context(), "ours")
	if err != nil {
		t.Fatal(err)
	}
	if a.Login.Certificate == nil || !a.Login.Password.IsZero() || !bytes.Equal(a.Login.Certificate.DER, der) {
		t.Fatal("not the certificate that was set")
	}
	sent, err := rsa.EncryptOAEP(sha256.New(), rand.Reader, &key.PublicKey, []byte("token"), nil)
	if err != nil {
		t.Fatal(err)
	}
	got, err := a.Login.Certificate.Key.Decrypt(rand.Reader, sent, &rsa.OAEPOptions{Hash: crypto.SHA256})
	if err != nil || string(got) != "token" {
		t.Errorf("Decrypt: %q, %v", got, err)
	}
	shown := fmt.Sprintf("%v %+v %#v", a.Login.Certificate.Key, *a.Login.Certificate, a)
	text, _ := json.Marshal(a.Login.Certificate)
	if d := key.D.String(); strings.Contains(shown+string(text), d[:40]) {
		t.Error("the private key prints itself")
	}
}

func TestSigner(t *testing.T) {
	t.Parallel()
	b := setup(t)
	key := ecKey(t)
	b.putSigner(t, directory.Signer{ID: "head", Certificate: person(t, "Иванов И. И.", key), Kinds: []string{"Договор"}, From: noon.AddDate(0, -1, 0), Until: noon.AddDate(0, 1, 0), Enabled: true})
	b.putSigner(t, directory.Signer{ID: "off", Certificate: person(t, "Петров П. П.", key)})
	b.putSigner(t, directory.Signer{ID: "keyless", Certificate: person(t, "Сидоров С. С.", key), Enabled: true})
	for _, id := range []edo.SignerID{"head", "off"} {
		if err := b.vault.SetSignerKey(t.Context(), "ours", id, key); err != nil {
			t.Fatal(err)
		}
	}
	for name, tc := range map[string]struct {
		subscriber edo.SubscriberID
		id         edo.SignerID
		kind       string
		at         time.Time
		kinds      edo.Kind
		reason     edo.Reason
	}{
		"unknown":                       {"ours", "nobody", "Договор", noon, edo.NotFound, edo.SignerUnknown},
		"known to another only":         {"theirs", "head", "Договор", noon, edo.NotFound, edo.SignerUnknown},
		"not this kind":                 {"ours", "head", "Письмо", noon, edo.Denied, edo.SignerNotAuthorised},
		"disabled":                      {"ours", "off", "Письмо", noon, edo.Denied, edo.SignerNotAuthorised},
		"certificate expired":           {"ours", "keyless", "Письмо", noon.AddDate(1, 0, 0), edo.Denied, edo.SignerExpired},
		"certificate not yet valid":     {"ours", "keyless", "Письмо", noon.AddDate(-1, 0, 0), edo.Denied, edo.SignerExpired},
		"authority expired":             {"ours", "head", "Договор", noon.AddDate(0, 2, 0), edo.Denied, edo.SignerExpired},
		"authority ends at this moment": {"ours", "head", "Договор", noon.AddDate(0, 1, 0), edo.Denied, edo.SignerExpired},
		"key is not here":               {"ours", "keyless", "Письмо", noon, edo.Unavailable, edo.SignerAbsent},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := b.vault.Signer(t.Context(), tc.subscriber, tc.id, tc.kind, tc.at)
			if got != nil || !errors.Is(err, tc.kinds) || !errors.Is(err, tc.reason) {
				t.Errorf("%v, %v", got, err)
			}
		})
	}
	t.Run("signs as the person named", func(t *testing.T) {
		t.Parallel()
		s, err := b.vault.Signer(t.Context(), "ours", "head", "Договор", noon)
		if err != nil {
			t.Fatal(err)
		}
		signature, err := s.Sign(t.Context(), strings.NewReader("текст"), noon)
		if err != nil {
			t.Fatal(err)
		}
		verdict, err := cms.Verifier{}.Check(t.Context(), strings.NewReader("текст"), signature, noon)
		if err != nil || verdict.State != edo.VerdictValid || verdict.Signer.Owner != "Иванов И. И." || s.Info().ID != "head" {
			t.Errorf("verdict %+v, %v", verdict, err)
		}
	})
}

func TestKeyMustBeOfTheCertificate(t *testing.T) {
	t.Parallel()
	b := setup(t)
	first, second := ecKey(t), ecKey(t)
	b.putSigner(t, directory.Signer{ID: "head", Certificate: person(t, "Иванов", first), Enabled: true})
	if err := b.vault.SetSignerKey(t.Context(), "ours", "head", second); !errors.Is(err, cms.KeyMismatch) {
		t.Errorf("another key: %v", err)
	}
	if err := b.vault.SetSignerKey(t.Context(), "ours", "head", nil); !errors.Is(err, edo.Invalid) {
		t.Errorf("no key: %v", err)
	}
	if err := b.vault.SetSignerKey(t.Context(), "ours", "head", token{first}); !errors.Is(err, secret.KeyUnusable) {
		t.Errorf("key of a token: %v", err)
	}
	if err := b.vault.SetSignerKey(t.Context(), "ours", "nobody", first); !errors.Is(err, edo.SignerUnknown) {
		t.Errorf("key of nobody: %v", err)
	}
	if err := b.vault.SetSignerKey(t.Context(), "ours", "head", first); err != nil {
		t.Fatal(err)
	}
	b.putSigner(t, directory.Signer{ID: "head", Certificate: person(t, "Иванов", second), Enabled: true})
	if _, err := b.vault.Signer(t.Context(), "ours", "head", "x", noon); !errors.Is(err, edo.SignerAbsent) {
		t.Errorf("old key, new certificate: %v", err)
	}
}

// token is a key that is not in memory.
type token struct{ crypto.Signer }

func TestSealIsBoundToItsName(t *testing.T) {
	t.Parallel()
	b := setup(t)
	if err := b.vault.SetPassword(t.Context(), "ours", edo.NewSecret(canary)); err != nil {
		t.Fatal(err)
	}
	name := directory.SecretName{Subscriber: "ours", Kind: "login", Field: "password"}
	row, err := b.store.Sealed(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	sealed := row.Bytes
	stolen := name
	stolen.Subscriber = "theirs"
	changed := bytes.Clone(sealed)
	changed[len(changed)-1] ^= 1
	for what, put := range map[string]struct {
		name   directory.SecretName
		sealed []byte
	}{
		"moved to another subscriber": {stolen, sealed}, "changed": {name, changed}, "emptied": {name, nil},
		"of another form": {name, append([]byte{2}, sealed[1:]...)}, "of another epoch": {name, append([]byte{1, 0, 0, 0, 9}, sealed[5:]...)},
	} {
		if err := b.store.PutSealed(context.Background(), put.name, 1, put.sealed); err != nil {
			t.Fatal(err)
		}
		_, err := b.vault.Account(t.Context(), put.name.Subscriber)
		if !errors.Is(err, secret.SealBroken) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestKeyFile(t *testing.T) {
	t.Parallel()
	b := setup(t)
	if err := secret.CreateKey(b.key); !errors.Is(err, secret.KeyFileThere) || !errors.Is(err, edo.Conflict) {
		t.Errorf("a second key in the same file: %v", err)
	}
	if _, err := secret.OpenKey(b.key + "x"); !errors.Is(err, secret.KeyFileMissing) {
		t.Errorf("no file: %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(b.key), ".key-*")); len(left) > 0 {
		t.Errorf("left: %q", left)
	}
	if err := b.vault.SetPassword(t.Context(), "ours", edo.NewSecret(canary)); err != nil {
		t.Fatal(err)
	}
	other := filepath.Join(t.TempDir(), "other.key")
	if err := secret.CreateKey(other); err != nil {
		t.Fatal(err)
	}
	if _, err := b.open(t, other).Account(t.Context(), "ours"); !errors.Is(err, secret.KeyVersionMissing) {
		t.Errorf("another master key: %v", err)
	}
}
