package synerdocs

import (
	"context"
	"crypto/rsa"
	"crypto/sha1" // the service names certificates by this digest
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/internal/soap"
)

// maxSealedToken is far above the 16 bytes, the recipients and the certificates that an answer may carry.
const maxSealedToken = 64 << 10

// login is one way to get a session token.
type login interface {
	obtain(ctx context.Context, c *soap.Client) (edo.Secret, error)
	// limited says that the service may let this login read but not send (contract 3.1).
	limited() bool
}

// loginOf chooses the way that the account states.
func loginOf(l edo.Login, application string, known codes) (login, error) {
	byName := l.Name != "" || !l.Password.IsZero()
	switch {
	case byName && l.Certificate != nil:
		return nil, invalid("account.login", "has both a password and a certificate", "set one of them")
	case l.Certificate != nil:
		return certificateLoginOf(*l.Certificate, application, known)
	case l.Name == "":
		return nil, invalid("account.login.name", "is empty", "set name and password, or a certificate with its key")
	case l.Password.IsZero():
		return nil, invalid("account.login.password", "is empty", "set the password")
	}
	return passwordLogin{name: l.Name, password: l.Password, application: application, known: known}, nil
}

// passwordLogin is Authenticate.
type passwordLogin struct {
	name        string
	password    edo.Secret
	application string
	known       codes
}

func (passwordLogin) limited() bool { return true }

func (l passwordLogin) obtain(ctx context.Context, c *soap.Client) (edo.Secret, error) {
	b := body("Authenticate", false)
	b.Text(svc("login"), l.name)
	b.Secret(svc("password"), l.password)
	b.Text(svc("applicationId"), l.application)
	answer, id, err := ask(ctx, c, l.known, "Authenticate", b)
	if err != nil {
		return edo.Secret{}, err
	}
	if answer.IsZero() {
		return edo.Secret{}, refusedLogin("Authenticate", id, "check login name and password", nil)
	}
	return answer, nil
}

// certificateLogin is AuthenticateWithCertificate: whoever can decrypt the token may use it.
type certificateLogin struct {
	certificate *x509.Certificate
	thumbprint  string
	key         edo.LoginCertificate
	application string
	known       codes
}

func certificateLoginOf(l edo.LoginCertificate, application string, known codes) (login, error) {
	const field = "account.login.certificate"
	cert, err := x509.ParseCertificate(l.DER)
	if err != nil {
		return nil, invalid(field, "is not a certificate in DER", "give the certificate file as it is")
	}
	if l.Key == nil {
		return nil, invalid(field, "has no private key", "give the key that belongs to it")
	}
	public, ok := l.Key.Public().(*rsa.PublicKey)
	if !ok {
		return nil, &edo.Error{
			Kind: edo.NotSupported, Op: Name, Field: field, Message: "has no RSA key",
			Remedy: "log in with an RSA certificate or with a password: the key agreement of GOST and elliptic keys is not spoken here",
		}
	}
	if !public.Equal(cert.PublicKey) {
		return nil, invalid(field, "belongs to another key", "give certificate and key of one pair")
	}
	sum := sha1.Sum(l.DER)
	return certificateLogin{certificate: cert, thumbprint: strings.ToUpper(fmt.Sprintf("%x", sum)), key: l, application: application, known: known}, nil
}

func (certificateLogin) limited() bool { return false }

func (l certificateLogin) obtain(ctx context.Context, c *soap.Client) (edo.Secret, error) {
	const op = "AuthenticateWithCertificate"
	b := body(op, false)
	b.Text(svc("certHash"), l.thumbprint)
	b.Text(svc("applicationId"), l.application)
	sealed, id, err := ask(ctx, c, l.known, op, b)
	if err != nil {
		return edo.Secret{}, err
	}
	if sealed.IsZero() {
		return edo.Secret{}, refusedLogin(op, id, "register the certificate at the operator", nil)
	}
	token, err := l.open(sealed)
	if err != nil {
		return edo.Secret{}, refusedLogin(op, id, "check that key and certificate are one pair and the one the operator knows", err)
	}
	return token, nil
}

// open turns the base64 of a CMS EnvelopedData over 16 bytes into the text of a .NET GUID (contract 1.6).
func (l certificateLogin) open(sealed edo.Secret) (edo.Secret, error) {
	text := strings.NewReplacer("\r", "", "\n", "", " ", "", "\t", "").Replace(sealed.Reveal())
	if len(text) > maxSealedToken {
		return edo.Secret{}, fmt.Errorf("the sealed token is larger than %d bytes", maxSealedToken)
	}
	der, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return edo.Secret{}, fmt.Errorf("the sealed token is not base64")
	}
	plain, err := openEnveloped(der, l.certificate, l.key.Key)
	if err != nil {
		return edo.Secret{}, err
	}
	if len(plain) != 16 {
		return edo.Secret{}, fmt.Errorf("the token has %d bytes instead of 16", len(plain))
	}
	return edo.NewSecret(guidText([16]byte(plain))), nil
}

// ask makes the exchange of a login, whose result is one secret text; nil gives an empty one.
func ask(ctx context.Context, c *soap.Client, known codes, op string, b *soap.Body) (edo.Secret, edo.ExchangeID, error) {
	var value string
	r := request(op, b, text(&value))
	r.Secrets = []soap.Name{svc(op + "Result")}
	reply, err := exchange(ctx, c, r)
	if err = known.verdictOf(op, false, false, err); err != nil {
		return edo.Secret{}, "", asLogin(err)
	}
	return edo.NewSecret(strings.Trim(value, " \t\r\n")), reply.Exchange, nil
}

func refusedLogin(op string, id edo.ExchangeID, remedy string, cause error) error {
	return &edo.Error{
		Kind: edo.Denied, Reason: edo.LoginRefused, Op: Name + "." + op, Exchange: id,
		Message: "the operator gave no usable session token", Remedy: remedy, Err: cause,
	}
}
