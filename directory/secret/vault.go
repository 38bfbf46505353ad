package secret

import (
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"time"

	"github.com/edokit/edokit/directory"
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

// Names of secrets.
func passwordOf(s edo.SubscriberID) directory.SecretName {
	return directory.SecretName{Subscriber: s, Kind: "login", Field: "password"}
}

func certificateOf(s edo.SubscriberID) directory.SecretName {
	return directory.SecretName{Subscriber: s, Kind: "login", Field: "certificate"}
}

func keyOf(s edo.SubscriberID, id edo.SignerID) directory.SecretName {
	return directory.SecretName{Subscriber: s, Kind: "signer", ID: string(id), Field: "key"}
}

// SetPassword seals the password of a subscriber's login.
func (v *Vault) SetPassword(ctx context.Context, s edo.SubscriberID, password edo.Secret) error {
	if password.IsZero() {
		return &edo.Error{Kind: edo.Invalid, Reason: directory.LoginMalformed, Op: "secret.SetPassword", Field: "password", Message: "is empty", Remedy: "give the password of the operator's account"}
	}
	if _, err := v.cfg.Rows.Subscriber(ctx, s); err != nil {
		return err
	}
	return v.put(ctx, passwordOf(s), []byte(password.Reveal()))
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
	both, err := packPair(c.DER, der)
	if err != nil {
		return fault(op, "", err)
	}
	return v.put(ctx, certificateOf(s), both)
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
	return v.cfg.Blobs.PutSealed(ctx, n, sealed)
}

// get gives the opened secret and its sealed form.
func (v *Vault) get(ctx context.Context, n directory.SecretName) (plain, sealed []byte, err error) {
	if sealed, err = v.cfg.Blobs.Sealed(ctx, n); err != nil {
		return nil, nil, err
	}
	plain, err = v.cfg.Keyring.open(n, sealed)
	return plain, sealed, err
}

// Signer gives the key of exactly the person named, for a document of this kind at this time. Its errors are
// [edo.SignerUnknown], [edo.SignerNotAuthorised], [edo.SignerExpired] and [edo.SignerAbsent]; no other person's key is
// ever given instead.
func (v *Vault) Signer(ctx context.Context, s edo.SubscriberID, id edo.SignerID, kind string, at time.Time) (edo.Signer, error) {
	row, err := v.cfg.Rows.Signer(ctx, s, id)
	if err != nil {
		return nil, err
	}
	if reason := row.Refuses(kind, at); reason != "" {
		return nil, refused(row, kind, reason)
	}
	der, _, err := v.get(ctx, keyOf(s, id))
	if errors.Is(err, edo.NotFound) {
		return nil, absent(row, "the key of "+row.Info.Owner+" is not here")
	}
	if err != nil {
		return nil, err
	}
	return signerOf(row, der)
}

func signerOf(row directory.Signer, der []byte) (edo.Signer, error) {
	parsed, err := x509.ParsePKCS8PrivateKey(der)
	key, ok := parsed.(crypto.Signer)
	if err != nil || !ok {
		return nil, absent(row, "the key of "+row.Info.Owner+" cannot be read")
	}
	k, err := cms.NewKey(key, row.Certificate)
	if err != nil { // the row has got a new certificate since
		return nil, absent(row, "the key here is not that of the certificate of "+row.Info.Owner)
	}
	return k.Signer(row.ID), nil
}

func refused(row directory.Signer, kind string, reason edo.Reason) error {
	e := &edo.Error{Kind: edo.Denied, Reason: reason, Op: "secret.Signer", Field: "signer"}
	if !row.Enabled {
		e.Message, e.Remedy = string(row.ID)+" ("+row.Info.Owner+") is disabled", "enable the signer, or name another"
	} else if reason == edo.SignerExpired {
		e.Message, e.Remedy = "certificate or authority of "+row.Info.Owner+" is not valid at this time", "store the new certificate and key, or name another signer"
	} else {
		e.Message, e.Remedy = row.Info.Owner+" may not sign a document of kind "+kind, "name a person who may, or let an administrator allow it"
	}
	return e
}

func absent(row directory.Signer, what string) error {
	return &edo.Error{
		Kind: edo.Unavailable, Reason: edo.SignerAbsent, Op: "secret.Signer", Field: "signer", Message: what,
		Remedy: "set the key of " + string(row.ID),
	}
}
