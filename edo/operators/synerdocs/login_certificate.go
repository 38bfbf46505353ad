package synerdocs

import (
	"context"
	"crypto/rsa"
	"crypto/sha1" // the service names certificates by this digest
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/internal/soap"
)

// maxSealedToken is far above the 16 bytes, the recipients and the certificates that an answer may carry.
const maxSealedToken = 64 << 10

// certificateLogin is AuthenticateWithCertificate: whoever can decrypt the token may use it. With a password it is
// AuthenticateWithCertificateAndPassword, of whose answer the contract says only that it is text.
type certificateLogin struct {
	certificate *x509.Certificate
	thumbprint  string
	key         edo.LoginCertificate
	password    edo.Secret // zero: the certificate alone
	application string
	known       codes
}

// certificateLoginOf checks that a token sealed for the certificate can be opened. An opener is believed: only it knows
// its keys. With a password the key may be missing.
func certificateLoginOf(l edo.Login, application string, known codes) (login, error) {
	const field = "account.login.certificate"
	cert, err := x509.ParseCertificate(l.Certificate.DER)
	if err != nil {
		return nil, invalid(field, "is not a certificate in DER", "give the certificate file as it is")
	}
	switch {
	case l.Certificate.Opener != nil:
	case l.Certificate.Key != nil:
		if err := checkKey(cert, *l.Certificate); err != nil {
			return nil, err
		}
	case l.Password.IsZero():
		return nil, invalid(field, "has no private key", "give the key that belongs to it, or a password")
	}
	return certificateLogin{
		certificate: cert, thumbprint: thumbprintOf(cert.Raw), key: *l.Certificate, password: l.Password, application: application, known: known,
	}, nil
}

func checkKey(cert *x509.Certificate, l edo.LoginCertificate) error {
	const field = "account.login.certificate"
	public, ok := l.Key.Public().(*rsa.PublicKey)
	if !ok {
		return &edo.Error{
			Kind: edo.NotSupported, Op: Name, Field: field, Message: "has no RSA key",
			Remedy: "log in with an RSA certificate or with a password, or plug in an opener: the key agreement of GOST and elliptic keys is not spoken here",
		}
	}
	if !public.Equal(cert.PublicKey) {
		return invalid(field, "belongs to another key", "give certificate and key of one pair")
	}
	return nil
}

// thumbprintOf is the SHA-1 of a certificate as .NET prints it.
func thumbprintOf(der []byte) string { return fmt.Sprintf("%X", sha1.Sum(der)) }

func (certificateLogin) limited() bool { return false }

func (l certificateLogin) obtain(ctx context.Context, c *soap.Client) (edo.Secret, error) {
	op, b := l.request()
	answer, id, err := ask(ctx, c, l.known, op, b)
	switch {
	case err != nil:
		return edo.Secret{}, err
	case answer.IsZero():
		return edo.Secret{}, refusedLogin(op, id, "register the certificate at the operator", nil)
	case !l.password.IsZero() && isGUID(answer.Reveal()):
		return answer, nil
	case l.key.Opener == nil && l.key.Key == nil:
		return edo.Secret{}, refusedLogin(op, id, "give the certificate's key: the operator seals the token for it", nil)
	}
	token, err := l.open(ctx, answer)
	if err == nil {
		return token, nil
	}
	var typed *edo.Error
	switch {
	case ctx.Err() != nil:
		return edo.Secret{}, &edo.Error{Kind: edo.Unavailable, Op: Name + "." + op, Exchange: id, Message: "the token was not opened in time", Err: context.Cause(ctx)}
	case errors.As(err, &typed): // an opener may say that its key is not at hand just now
		return edo.Secret{}, err
	}
	return edo.Secret{}, refusedLogin(op, id, "check that key and certificate are one pair and the one the operator knows", err)
}

func (l certificateLogin) request() (string, *soap.Body) {
	if l.password.IsZero() {
		b := body("AuthenticateWithCertificate", false)
		b.Text(svc("certHash"), l.thumbprint)
		b.Text(svc("applicationId"), l.application)
		return "AuthenticateWithCertificate", b
	}
	b := body("AuthenticateWithCertificateAndPassword", false)
	b.Text(svc("thumbprint"), l.thumbprint)
	b.Secret(svc("password"), l.password)
	b.Text(svc("applicationId"), l.application)
	return "AuthenticateWithCertificateAndPassword", b
}

// open turns the base64 of a CMS EnvelopedData over 16 bytes into the text of a .NET GUID (contract 1.6).
func (l certificateLogin) open(ctx context.Context, sealed edo.Secret) (edo.Secret, error) {
	text := strings.NewReplacer("\r", "", "\n", "", " ", "", "\t", "").Replace(sealed.Reveal())
	if len(text) > maxSealedToken {
		return edo.Secret{}, fmt.Errorf("the sealed token is larger than %d bytes", maxSealedToken)
	}
	der, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return edo.Secret{}, errors.New("the sealed token is not base64")
	}
	plain, err := l.decrypt(ctx, der)
	if err != nil {
		return edo.Secret{}, err
	}
	if len(plain) != 16 {
		return edo.Secret{}, fmt.Errorf("the token has %d bytes instead of 16", len(plain))
	}
	return edo.NewSecret(guidText([16]byte(plain))), nil
}

func (l certificateLogin) decrypt(ctx context.Context, der []byte) ([]byte, error) {
	if l.key.Opener != nil {
		return l.key.Opener.OpenEnvelope(ctx, der)
	}
	return openEnveloped(der, l.certificate, l.key.Key)
}

// isGUID recognises the text form of a GUID, dashes included.
func isGUID(s string) bool {
	raw, err := hex.DecodeString(strings.ReplaceAll(s, "-", ""))
	return err == nil && len(raw) == 16 && len(s) == 36 && s[8] == '-' && s[13] == '-' && s[18] == '-' && s[23] == '-'
}
