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
	login, sealed, err := v.login(ctx, row)
	if errors.Is(err, edo.NotFound) {
		return edo.Account{}, &edo.Error{
			Kind: edo.Denied, Reason: CredentialsMissing, Op: "secret.Account", Field: "subscriber", Message: string(s) + " has no " + string(row.LoginKind) + " to log in with",
			Remedy: "set it",
		}
	}
	if err != nil {
		return edo.Account{}, err
	}
	revision, err := revisionOf(row, sealed)
	return edo.Account{
		Subscriber: row.ID, Operator: row.Operator, Endpoint: row.Endpoint, Box: row.Box, INN: row.INN, Login: login, CAs: row.CAs,
		Pins: row.Pins, Forms: row.Forms, Department: row.Department, ServiceBox: row.ServiceBox, Payer: row.Payer, Service: row.Service,
		Policy: row.Policy, Journal: v.cfg.Journal, Revision: revision,
	}, err
}

// revisionOf changes whenever the row or the secret does. A seal is random, so it tells nothing about the secret.
func revisionOf(row directory.Subscriber, sealed []byte) (string, error) {
	text, err := json.Marshal(row)
	if err != nil {
		return "", fault("secret.Account", "", err)
	}
	sum := sha256.Sum256(append(text, sealed...))
	return hex.EncodeToString(sum[:16]), nil
}

// login opens the one secret that belongs to the way the subscriber logs in.
func (v *Vault) login(ctx context.Context, row directory.Subscriber) (edo.Login, []byte, error) {
	login := edo.Login{Name: row.Login}
	plain, sealed, err := v.get(ctx, loginOf(row.ID, row.LoginKind))
	if err != nil {
		return edo.Login{}, nil, err
	}
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
		return edo.Login{}, nil, fault("secret.Account", SealBroken, err)
	}
	return login, sealed, nil
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
