package mockoperator

import (
	"crypto/subtle"
	"encoding/base64"
	"strings"
)

// authenticate opens a session for login and password. A wrong one gives a nil result, which is what the official client
// expects.
func (o *Operator) authenticate(p *node) (*body, error) {
	login, password := p.str("login"), p.str("password")
	if login == "" {
		return nil, refuse("NotFilledRequiredField", "login", "Не указан логин")
	}
	for i, org := range o.orgs.list() {
		if !org.mayLogIn() || !strings.EqualFold(org.Login, login) {
			continue
		}
		if org.Password == "" || subtle.ConstantTimeCompare([]byte(org.Password), []byte(password)) != 1 {
			break
		}
		_, token := o.open(i, true)
		return result("Authenticate", func(b *body) { b.text(token) }), nil
	}
	return nilResult("Authenticate"), nil
}

// authenticateWithCertificate gives sixteen bytes enveloped for the certificate; whoever can open them has the token.
func (o *Operator) authenticateWithCertificate(p *node) (*body, error) {
	hash := p.str("certHash")
	if hash == "" {
		return nil, refuse("NotFilledRequiredField", "certHash", "Не указан отпечаток сертификата")
	}
	id, ok := o.byThumbprint(hash)
	if !ok || o.now().After(id.Certificate.NotAfter) {
		return nilResult("AuthenticateWithCertificate"), nil
	}
	org, owner := o.owner(id.Box)
	if owner == nil || !owner.mayLogIn() {
		return nilResult("AuthenticateWithCertificate"), nil
	}
	raw, _ := o.open(org, false)
	cms, err := envelop(raw[:], id.Certificate)
	if err != nil {
		return nil, err
	}
	return result("AuthenticateWithCertificate", func(b *body) { b.text(base64.StdEncoding.EncodeToString(cms)) }), nil
}
