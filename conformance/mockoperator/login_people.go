package mockoperator

import (
	"crypto/rsa"
	"crypto/subtle"
	"encoding/base64"
	"slices"
	"strings"
)

// person finds the organisation and the head that a login names; the organisation's own login is that of its first head.
func (o *Operator) person(login, password string) (org, head int, ok bool) {
	same := func(haveLogin, havePassword string) bool {
		return haveLogin != "" && strings.EqualFold(haveLogin, login) && sameSecret(havePassword, password)
	}
	for i, org := range o.orgs.list() {
		if !org.mayLogIn() {
			continue
		}
		if same(org.Login, org.Password) {
			return i, 0, true
		}
		if n := slices.IndexFunc(org.Heads, func(h Head) bool { return same(h.Login, h.Password) }); n >= 0 {
			return i, n, true
		}
	}
	return 0, 0, false
}

// sameSecret never takes an empty secret for one.
func sameSecret(have, given string) bool {
	return have != "" && subtle.ConstantTimeCompare([]byte(have), []byte(given)) == 1
}

// certified is a certificate with which a login is possible now, and whose it is.
type certified struct {
	Identity
	org, head int
}

func (o *Operator) certified(thumbprint string) (certified, bool) {
	id, ok := o.byThumbprint(thumbprint)
	if !ok || o.now().After(id.Certificate.NotAfter) {
		return certified{}, false
	}
	n, org := o.owner(id.Box)
	if org == nil || !org.mayLogIn() {
		return certified{}, false
	}
	head := slices.IndexFunc(org.Heads, func(h Head) bool { return h.name() == id.Name })
	return certified{Identity: id, org: n, head: max(head, 0)}, true
}

// enveloped opens a session whose token only the owner of the key can read; nil means refused.
func (o *Operator) enveloped(field, thumbprint string) ([]byte, error) {
	if thumbprint == "" {
		return nil, refuse("NotFilledRequiredField", field, "Не указан отпечаток сертификата")
	}
	c, ok := o.certified(thumbprint)
	if !ok {
		return nil, nil
	}
	if _, ok := c.Certificate.PublicKey.(*rsa.PublicKey); !ok {
		return nil, refuse("FeatureDisabled", field, "Стенд шифрует маркер доступа только для ключей RSA")
	}
	raw, _ := o.open(c.org, c.head, false)
	return envelop(raw[:], c.Certificate)
}

// authenticateWithCertificate gives sixteen bytes enveloped for the certificate; whoever can open them has the token.
func (o *Operator) authenticateWithCertificate(p *node) (*body, error) {
	cms, err := o.enveloped("certHash", p.str("certHash"))
	if err != nil {
		return nil, err
	}
	return textOrNil("AuthenticateWithCertificate", base64.StdEncoding.EncodeToString(cms)), nil
}

// authenticateWithCertificate2 gives the same as bytes; base64 is then the form of the wire, not a layer of the answer.
func (o *Operator) authenticateWithCertificate2(p *node) (*body, error) {
	cms, err := o.enveloped("certHash", p.str("certHash"))
	if err != nil {
		return nil, err
	}
	return textOrNil("AuthenticateWithCertificate2", base64.StdEncoding.EncodeToString(cms)), nil
}

// authenticateWithBoth wants the certificate and the password of its owner.
func (o *Operator) authenticateWithBoth(p *node) (*body, error) {
	const operation = "AuthenticateWithCertificateAndPassword"
	hash, password := p.str("thumbprint"), p.str("password")
	if hash == "" {
		return nil, refuse("NotFilledRequiredField", "thumbprint", "Не указан отпечаток сертификата")
	}
	c, ok := o.certified(hash)
	if !ok {
		return nilResult(operation), nil
	}
	org := o.orgs.at(c.org)
	passwords := []string{org.Password}
	if c.head < len(org.Heads) {
		passwords = append(passwords, org.Heads[c.head].Password)
	}
	if !slices.ContainsFunc(passwords, func(p string) bool { return sameSecret(p, password) }) {
		return nilResult(operation), nil
	}
	if o.behaviour().People.CertificatePasswordToken == TokenEnveloped {
		cms, err := o.enveloped("thumbprint", hash)
		if err != nil {
			return nil, err
		}
		return textOrNil(operation, base64.StdEncoding.EncodeToString(cms)), nil
	}
	_, token := o.open(c.org, c.head, false)
	return textOrNil(operation, token), nil
}

// authenticateWithToken exchanges the token of another service for one of this.
func (o *Operator) authenticateWithToken(operation, field string, p *node, of func(*Organisation) string) (*body, error) {
	foreign := p.str(field)
	if foreign == "" {
		return nil, refuse("NotFilledRequiredField", field, "Не указан маркер")
	}
	for i, org := range o.orgs.list() {
		if org.mayLogIn() && sameSecret(of(org), foreign) {
			_, token := o.open(i, 0, false)
			return textOrNil(operation, token), nil
		}
	}
	return nilResult(operation), nil
}

// checkCertificates gives back the thumbprints with which a login is possible, as they were asked.
func (o *Operator) checkCertificates(p *node) (*body, error) {
	return result("CheckCertificates", func(b *body) {
		for _, t := range p.texts("thumbprints") {
			if _, ok := o.certified(t); ok {
				b.element("a:string", t)
			}
		}
	}), nil
}
