package main

import (
	"bytes"
	"context"
	"crypto/rsa"
	"encoding/pem"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/directory/secret"
	"github.com/edokit/edokit/dmsplugin"
	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/cms"
)

// credentials takes keys and passwords as files hold them, and has them sealed.
type credentials struct {
	*parts
	next bool // what is set shall take the place of the present credential, which stays
}

// Next is what sets the next credential of a subscriber.
func (c credentials) Next() dmsplugin.Credentials { return credentials{parts: c.parts, next: true} }

func (c credentials) vault() *secret.Vault {
	if c.next {
		return c.Vault.Next()
	}
	return c.Vault
}

// SetPassword stores the login name and seals the password.
func (c credentials) SetPassword(ctx context.Context, s edo.SubscriberID, login string, password edo.Secret) error {
	row, err := c.Store.Subscriber(ctx, s)
	if err != nil {
		return err
	}
	if c.next {
		if login != row.Login {
			return usage("login", "is another name than the present one", "change the name together with the present password")
		}
		return c.vault().SetPassword(ctx, s, password)
	}
	row.LoginKind, row.Login = directory.LoginPassword, login
	if err := row.Check(); err != nil {
		return err
	}
	if err := c.Vault.SetPassword(ctx, s, password); err != nil {
		return err
	}
	return c.put(ctx, row)
}

// SetLoginCertificate seals the pair and makes it the login.
func (c credentials) SetLoginCertificate(ctx context.Context, s edo.SubscriberID, k dmsplugin.KeyPair) error {
	key, err := load(k)
	if err != nil {
		return err
	}
	private, ok := key.Private().(*rsa.PrivateKey)
	if !ok {
		return &edo.Error{
			Kind: edo.Invalid, Reason: cms.KeyUnsupported, Field: "key", Message: "is not RSA",
			Remedy: "the login decrypts with the key: give an RSA key",
		}
	}
	return c.login(ctx, s, directory.LoginCertificate, func() error { return c.vault().SetLoginCertificate(ctx, s, key.Certificate().DER, private) })
}

// SetLoginCertificatePassword seals the password and makes it the login together with the certificate.
func (c credentials) SetLoginCertificatePassword(ctx context.Context, s edo.SubscriberID, certificate []byte, password edo.Secret) error {
	return c.login(ctx, s, directory.LoginCertificatePassword, func() error { return c.vault().SetCertificatePassword(ctx, s, der(certificate), password) })
}

// SetIdentityToken seals the token and makes it the login.
func (c credentials) SetIdentityToken(ctx context.Context, s edo.SubscriberID, token edo.Secret) error {
	return c.login(ctx, s, directory.LoginIdentityToken, func() error { return c.vault().SetIdentityToken(ctx, s, token) })
}

// SetAccessToken seals the token and makes it the login.
func (c credentials) SetAccessToken(ctx context.Context, s edo.SubscriberID, token edo.Secret) error {
	return c.login(ctx, s, directory.LoginAccessToken, func() error { return c.vault().SetAccessToken(ctx, s, token) })
}

// login seals first: a subscriber never changes to a way to log in that has no secret.
func (c credentials) login(ctx context.Context, s edo.SubscriberID, kind directory.LoginKind, seal func() error) error {
	row, err := c.Store.Subscriber(ctx, s)
	if err != nil {
		return err
	}
	if err := seal(); err != nil || c.next {
		return err
	}
	row.LoginKind, row.Login = kind, ""
	return c.put(ctx, row)
}

// put stores the row; a box that could not be read for want of a login is tried at once.
func (c credentials) put(ctx context.Context, row directory.Subscriber) error {
	if err := c.Store.PutSubscriber(ctx, row); err != nil {
		return err
	}
	return c.receive(ctx, row)
}

// PutSigner stores the person with what the certificate says, then seals the key if there is one.
func (c credentials) PutSigner(ctx context.Context, s directory.Signer, k *dmsplugin.KeyPair) (directory.Signer, error) {
	var key *cms.Key
	var certificate *cms.Certificate
	var err error
	if k != nil {
		if s.Place != "" && s.Place != directory.PlaceKey {
			return s, usage("key", "is given, and the place of the signer's key is "+string(s.Place), "leave the key out, or use place key")
		}
		if key, err = load(*k); err != nil {
			return s, err
		}
		certificate = key.Certificate()
	} else if certificate, err = cms.ParseCertificate(der(s.Certificate)); err != nil {
		return s, err
	}
	s.Certificate, s.Info = certificate.DER, certificate.Info(s.ID)
	if err := c.Store.PutSigner(ctx, s); err != nil {
		return s, err
	}
	if key != nil {
		if err := c.Vault.SetSignerKey(ctx, s.Subscriber, s.ID, key.Private()); err != nil {
			return s, err
		}
	}
	return c.Store.Signer(ctx, s.Subscriber, s.ID)
}

// load reads PEM or PKCS#12, whichever it is.
func load(k dmsplugin.KeyPair) (*cms.Key, error) {
	raw := []byte(k.Key.Reveal())
	if !bytes.Contains(raw, []byte("-----BEGIN")) {
		return cms.LoadPKCS12(raw, k.Password)
	}
	certificate := k.Certificate
	if len(certificate) > 0 && !bytes.Contains(certificate, []byte("-----BEGIN")) {
		certificate = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate})
	}
	if len(certificate) == 0 {
		certificate = raw // one file may hold both
	}
	return cms.LoadPEM(raw, certificate)
}

// der takes the first certificate out of PEM; what is no PEM is taken as it is.
func der(certificate []byte) []byte {
	for rest := certificate; ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			return certificate
		}
		if block.Type == "CERTIFICATE" {
			return block.Bytes
		}
	}
}
