package secret

import (
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

// Account opens what a driver needs to act for a subscriber. Errors: [edo.SubscriberUnknown],
// [edo.SubscriberDisabled], [CredentialsMissing], [SealBroken].
func (v *Vault) Account(ctx context.Context, s edo.SubscriberID) (edo.Account, error) {
	row, err := v.cfg.Rows.Subscriber(ctx, s)
	if err != nil {
		return edo.Account{}, err
	}
	if !row.Enabled {
		return edo.Account{}, &edo.Error{
			Kind: edo.Denied, Reason: edo.SubscriberDisabled, Op: "secret.Account", Field: "subscriber", Message: string(s) + " is disabled",
			Remedy: "let an administrator enable it",
		}
	}
	login, kept, err := v.login(ctx, row)
	if errors.Is(err, edo.NotFound) {
		return edo.Account{}, &edo.Error{
			Kind: edo.Denied, Reason: CredentialsMissing, Op: "secret.Account", Field: "subscriber", Message: string(s) + " has no " + string(row.LoginKind) + " to log in with",
			Remedy: "set it",
		}
	}
	if err != nil {
		return edo.Account{}, err
	}
	next, waiting, err := v.succession(ctx, row)
	if err != nil {
		return edo.Account{}, err
	}
	v.noteUse(ctx, loginOf(row.ID, row.LoginKind))
	revision, err := revisionOf(row, kept, waiting)
	return edo.Account{
		Subscriber: row.ID, Operator: row.Operator, Endpoint: row.Endpoint, Box: row.Box, INN: row.INN, Login: login, Next: next, CAs: row.CAs,
		Pins: row.Pins, Forms: row.Forms, Department: row.Department, ServiceBox: row.ServiceBox, Payer: row.Payer, Service: row.Service,
		Policy: row.Policy, Journal: v.cfg.Journal, Revision: revision,
	}, err
}

// revisionOf changes whenever the row or a secret does. Sealing a secret anew is no change: sessions stay open.
func revisionOf(row directory.Subscriber, secrets ...directory.SealedSecret) (string, error) {
	text, err := json.Marshal(row)
	if err != nil {
		return "", fault("secret.Account", "", err)
	}
	for _, s := range secrets {
		text = fmt.Appendf(text, "|%s|%d|%d", s.Name.Field, s.Version, s.UpdatedAt.UnixNano())
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:16]), nil
}

// LoginCertificate gives the certificate that a subscriber logs in with, DER; none if it logs in without, or has no login
// yet. Looking at it is no use of the secret.
func (v *Vault) LoginCertificate(ctx context.Context, s edo.SubscriberID) ([]byte, error) {
	row, err := v.cfg.Rows.Subscriber(ctx, s)
	if err != nil {
		return nil, err
	}
	login, _, err := v.login(ctx, row)
	if errors.Is(err, edo.NotFound) || err == nil && login.Certificate == nil {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return login.Certificate.DER, nil
}

// login opens the one secret that belongs to the way the subscriber logs in.
func (v *Vault) login(ctx context.Context, row directory.Subscriber) (edo.Login, directory.SealedSecret, error) {
	plain, kept, err := v.get(ctx, loginOf(row.ID, row.LoginKind))
	if err != nil {
		return edo.Login{}, kept, err
	}
	login, err := loginFrom(row, plain)
	return login, kept, err
}

func loginFrom(row directory.Subscriber, plain []byte) (login edo.Login, err error) {
	login.Name = row.Login
	switch row.LoginKind {
	case directory.LoginCertificate:
		login.Certificate, err = unpackKey(plain)
	case directory.LoginCertificatePassword:
		login.Certificate, login.Password, err = unpackPassword(plain)
	case directory.LoginIdentityToken:
		login.Identity = edo.NewSecret(string(plain))
	case directory.LoginAccessToken:
		login.Access = edo.NewSecret(string(plain))
	default:
		login.Password = edo.NewSecret(string(plain))
	}
	if err != nil {
		return edo.Login{}, fault("secret.Account", SealBroken, err)
	}
	return login, nil
}

// pair is a certificate and its key or password, sealed together so that they cannot be of two different days.
type pair struct{ Certificate, Secret []byte }

func pack(certificate, secret []byte) ([]byte, error) {
	return asn1.Marshal(pair{Certificate: certificate, Secret: secret})
}

func unpackKey(packed []byte) (*edo.LoginCertificate, error) {
	var p pair
	if _, err := asn1.Unmarshal(packed, &p); err != nil {
		return nil, err
	}
	parsed, err := x509.ParsePKCS8PrivateKey(p.Secret)
	if err != nil {
		return nil, err
	}
	private, ok := parsed.(*rsa.PrivateKey)
	if !ok {
		return nil, errors.New("not an RSA key")
	}
	return &edo.LoginCertificate{DER: p.Certificate, Key: decrypter{key: func() *rsa.PrivateKey { return private }}}, nil
}

func unpackPassword(packed []byte) (*edo.LoginCertificate, edo.Secret, error) {
	var p pair
	if _, err := asn1.Unmarshal(packed, &p); err != nil {
		return nil, edo.Secret{}, err
	}
	return &edo.LoginCertificate{DER: p.Certificate}, edo.NewSecret(string(p.Secret)), nil
}

// decrypter is a private key that no formatter, logger or encoder can walk into: they cannot call a function.
type decrypter struct{ key func() *rsa.PrivateKey }

func (d decrypter) Public() crypto.PublicKey { return d.key().Public() }

func (d decrypter) Decrypt(rand io.Reader, message []byte, opts crypto.DecrypterOpts) ([]byte, error) {
	return d.key().Decrypt(rand, message, opts)
}
