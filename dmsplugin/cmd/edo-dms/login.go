package main

import (
	"context"
	"errors"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/dmsplugin"
	"github.com/edokit/edokit/edo"
)

// newLogin is the way to log in that the flags of "subscriber add" name, with its secret if that is given.
type newLogin struct {
	kind        directory.LoginKind
	name        string
	secret      edo.Secret // password or token
	certificate []byte
	pair        dmsplugin.KeyPair
}

func (a subscriberAdd) login(c *command) (l newLogin, err error) {
	l = newLogin{kind: directory.LoginPassword, name: a.Login}
	if l.secret, err = a.Password.read(c); err != nil {
		return l, err
	}
	identity, err := a.Identity.read(c)
	if err != nil {
		return l, err
	}
	access, err := a.Access.read(c)
	if err != nil {
		return l, err
	}
	ways := 0
	for _, given := range []bool{a.Login != "", a.Key != "" || a.Certificate != "", !identity.IsZero(), !access.IsZero()} {
		if given {
			ways++
		}
	}
	switch {
	case ways > 1:
		return l, usage("login", "is given in several ways", "give a login name, a certificate or a token, one of them")
	case a.Key != "":
		l.kind = directory.LoginCertificate
		l.pair, err = readPair(a.Certificate, a.Key, l.secret)
	case a.Certificate != "":
		l.kind = directory.LoginCertificatePassword
		l.certificate, err = readSmall(a.Certificate, maxKeyFile)
	case !identity.IsZero():
		l.kind, l.secret = directory.LoginIdentityToken, identity
	case !access.IsZero():
		l.kind, l.secret = directory.LoginAccessToken, access
	}
	return l, err
}

// check refuses before anything is written, and says whether a subscriber of this id is there already.
func (l newLogin) check(c *command, p *parts, row directory.Subscriber) (replaced bool, err error) {
	if err := row.Check(); err != nil {
		return false, err
	}
	if err := p.supported(c.ctx, row); err != nil {
		return false, err
	}
	old, err := p.Store.Subscriber(c.ctx, row.ID)
	replaced = err == nil
	if err != nil && !errors.Is(err, edo.NotFound) {
		return false, err
	}
	sealed := replaced && old.LoginKind == directory.LoginPassword && old.Login == row.Login
	if l.secret.IsZero() && (l.kind == directory.LoginCertificatePassword || l.kind == directory.LoginPassword && !sealed) {
		return replaced, usage("password-file", "is missing", "give --password-file or --password-env with --login, or --key to log in with a certificate")
	}
	return replaced, nil
}

// store seals what was given; what was not stays as it is.
func (l newLogin) store(ctx context.Context, set credentials, row directory.Subscriber) error {
	switch {
	case l.kind == directory.LoginCertificate:
		return set.SetLoginCertificate(ctx, row.ID, l.pair)
	case l.kind == directory.LoginCertificatePassword:
		return set.SetLoginCertificatePassword(ctx, row.ID, l.certificate, l.secret)
	case l.kind == directory.LoginIdentityToken:
		return set.SetIdentityToken(ctx, row.ID, l.secret)
	case l.kind == directory.LoginAccessToken:
		return set.SetAccessToken(ctx, row.ID, l.secret)
	case !l.secret.IsZero():
		return set.SetPassword(ctx, row.ID, l.name, l.secret)
	}
	return nil
}

// maxKeyFile bounds files with keys and certificates.
const maxKeyFile = 1 << 20

func readPair(certificate, key string, password edo.Secret) (dmsplugin.KeyPair, error) {
	pair := dmsplugin.KeyPair{Password: password}
	raw, err := readSmall(key, maxKeyFile)
	if err != nil {
		return pair, err
	}
	pair.Key = edo.NewSecret(string(raw))
	if certificate != "" {
		pair.Certificate, err = readSmall(certificate, maxKeyFile)
	}
	return pair, err
}
