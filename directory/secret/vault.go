package secret

import (
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/x509"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/directory/failpoint"
	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/cms"
)

// Rows is what the vault reads of the directory, a part of [directory.Book].
type Rows interface {
	Subscriber(ctx context.Context, id edo.SubscriberID) (directory.Subscriber, error)
	Signer(ctx context.Context, s edo.SubscriberID, id edo.SignerID) (directory.Signer, error)
}

// Blobs keeps sealed bytes. A store implements it and can do nothing with them.
type Blobs interface {
	PutSealed(ctx context.Context, n directory.SecretName, sealed []byte) error
	// Sealed is [edo.NotFound] for a name that was never put.
	Sealed(ctx context.Context, n directory.SecretName) ([]byte, error)
}

// Config of [New]. Everything but Journal is required.
type Config struct {
	Rows    Rows
	Blobs   Blobs
	Keyring *Keyring
	Journal edo.Journal // goes into every account
}

// Vault sets secrets, and opens them for the gateway. It keeps none in memory.
type Vault struct{ cfg Config }

// New reports everything that is missing at once.
func New(cfg Config) (*Vault, error) {
	var f edo.Faults
	need := func(ok bool, field string) {
		if !ok {
			f = append(f, &edo.Error{Kind: edo.Invalid, Op: "secret.New", Field: field, Message: "is required", Remedy: "set it in secret.Config"})
		}
	}
	need(cfg.Rows != nil, "rows")
	need(cfg.Blobs != nil, "blobs")
	need(cfg.Keyring != nil, "keyring")
	if err := f.Err(); err != nil {
		return nil, err
	}
	return &Vault{cfg: cfg}, nil
}

// loginOf names the secret of a way to log in. Each way has its own: changing the way and back loses nothing.
func loginOf(s edo.SubscriberID, k directory.LoginKind) directory.SecretName {
	return directory.SecretName{Subscriber: s, Kind: "login", Field: string(k)}
}

func keyOf(s edo.SubscriberID, id edo.SignerID) directory.SecretName {
	return directory.SecretName{Subscriber: s, Kind: "signer", ID: string(id), Field: "key"}
}

// SetPassword seals the password of a subscriber's login.
func (v *Vault) SetPassword(ctx context.Context, s edo.SubscriberID, password edo.Secret) error {
	return v.setText(ctx, "secret.SetPassword", "password", s, directory.LoginPassword, password)
}

// SetIdentityToken seals the token of an identity provider.
func (v *Vault) SetIdentityToken(ctx context.Context, s edo.SubscriberID, token edo.Secret) error {
	return v.setText(ctx, "secret.SetIdentityToken", "identity_token", s, directory.LoginIdentityToken, token)
}

// SetAccessToken seals the access token of another system.
func (v *Vault) SetAccessToken(ctx context.Context, s edo.SubscriberID, token edo.Secret) error {
	return v.setText(ctx, "secret.SetAccessToken", "access_token", s, directory.LoginAccessToken, token)
}

func (v *Vault) setText(ctx context.Context, op, field string, s edo.SubscriberID, k directory.LoginKind, text edo.Secret) error {
	if err := given(op, field, text); err != nil {
		return err
	}
	if _, err := v.cfg.Rows.Subscriber(ctx, s); err != nil {
		return err
	}
	return v.put(ctx, loginOf(s, k), []byte(text.Reveal()))
}

func given(op, field string, text edo.Secret) error {
	if text.IsZero() {
		return &edo.Error{Kind: edo.Invalid, Reason: directory.LoginMalformed, Op: op, Field: field, Message: "is empty", Remedy: "give what the operator's account has"}
	}
	return nil
}

// SetCertificatePassword seals the password that goes with a certificate which only names who logs in (DER).
func (v *Vault) SetCertificatePassword(ctx context.Context, s edo.SubscriberID, certificate []byte, password edo.Secret) error {
	const op = "secret.SetCertificatePassword"
	if err := given(op, "password", password); err != nil {
		return err
	}
	c, err := cms.ParseCertificate(certificate)
	if err != nil {
		return err
	}
	if _, err := v.cfg.Rows.Subscriber(ctx, s); err != nil {
		return err
	}
	both, err := pack(c.DER, []byte(password.Reveal()))
	if err != nil {
		return fault(op, "", err)
	}
	return v.put(ctx, loginOf(s, directory.LoginCertificatePassword), both)
}

// SetLoginCertificate seals the key with which a subscriber proves its login, together with the certificate (DER).
func (v *Vault) SetLoginCertificate(ctx context.Context, s edo.SubscriberID, certificate []byte, key *rsa.PrivateKey) error {
	const op = "secret.SetLoginCertificate"
	c, err := cms.ParseCertificate(certificate)
	if err != nil {
		return err
	}
	if key == nil {
		return unusable(op, "is missing")
	}
	if _, err := cms.NewKey(key, c.DER); err != nil { // the public keys must be equal
		return err
	}
	if _, err := v.cfg.Rows.Subscriber(ctx, s); err != nil {
		return err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return unusable(op, "cannot be written as PKCS#8")
	}
	both, err := pack(c.DER, der)
	if err != nil {
		return fault(op, "", err)
	}
	return v.put(ctx, loginOf(s, directory.LoginCertificate), both)
}

// SetSignerKey seals the private key of a person who is in the directory with the certificate of this key. Only keys
// in memory can be sealed: RSA and ECDSA.
func (v *Vault) SetSignerKey(ctx context.Context, s edo.SubscriberID, id edo.SignerID, key crypto.Signer) error {
	row, err := v.cfg.Rows.Signer(ctx, s, id)
	if err != nil {
		return err
	}
	if key == nil {
		return unusable("secret.SetSignerKey", "is missing")
	}
	if row.Place != "" && row.Place != directory.PlaceKey {
		return unusable("secret.SetSignerKey", "is elsewhere: the place of this signer is "+string(row.Place))
	}
	if _, err := cms.NewKey(key, row.Certificate); err != nil {
		return err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return unusable("secret.SetSignerKey", "is not in memory")
	}
	return v.put(ctx, keyOf(s, id), der)
}

func unusable(op, what string) error {
	return &edo.Error{Kind: edo.Invalid, Reason: KeyUnusable, Op: op, Field: "key", Message: what, Remedy: "give an RSA or ECDSA private key in memory"}
}

func (v *Vault) put(ctx context.Context, n directory.SecretName, plain []byte) error {
	sealed, err := v.cfg.Keyring.seal(n, plain)
	if err != nil {
		return err
	}
	failpoint.Hit(ctx, "vault.sealed")
	if err := v.cfg.Blobs.PutSealed(ctx, n, sealed); err != nil {
		return err
	}
	failpoint.Hit(ctx, "vault.stored")
	return nil
}

// get gives the opened secret and its sealed form.
func (v *Vault) get(ctx context.Context, n directory.SecretName) (plain, sealed []byte, err error) {
	if sealed, err = v.cfg.Blobs.Sealed(ctx, n); err != nil {
		return nil, nil, err
	}
	plain, err = v.cfg.Keyring.open(n, sealed)
	return plain, sealed, err
}
