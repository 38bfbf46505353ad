package synerdocs

import (
	"context"
	"strings"

	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/internal/soap"
)

// login is one way to get a session token.
type login interface {
	obtain(ctx context.Context, c *soap.Client) (edo.Secret, error)
	// limited says that the service may let this login read but not send (contract 3.1).
	limited() bool
}

// loginOf chooses the way that the account states. A password without a name belongs to the certificate, if there is one.
func loginOf(l edo.Login, application string, known codes) (login, error) {
	ways := 0
	for _, stated := range []bool{l.Name != "" || !l.Password.IsZero() && l.Certificate == nil, l.Certificate != nil, !l.Identity.IsZero(), !l.Access.IsZero()} {
		if stated {
			ways++
		}
	}
	switch {
	case ways > 1:
		return nil, invalid("account.login", "states several ways to log in", "set one: name and password, a certificate, an identity token or an access token")
	case l.Certificate != nil:
		return certificateLoginOf(l, application, known)
	case !l.Identity.IsZero():
		return foreignToken{"AuthenticateWithIdentityToken", "identityToken", l.Identity, application, known}, nil
	case !l.Access.IsZero():
		return foreignToken{"AuthenticateWithAccessToken", "accessToken", l.Access, application, known}, nil
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

// foreignToken exchanges a token of another system for one of this service (AuthenticateWithIdentityToken,
// AuthenticateWithAccessToken). What such a token may do is not stated.
type foreignToken struct {
	operation, element string
	token              edo.Secret
	application        string
	known              codes
}

func (foreignToken) limited() bool { return false }

func (l foreignToken) obtain(ctx context.Context, c *soap.Client) (edo.Secret, error) {
	b := body(l.operation, false)
	b.Secret(svc(l.element), l.token)
	b.Text(svc("applicationId"), l.application)
	answer, id, err := ask(ctx, c, l.known, l.operation, b)
	if err != nil {
		return edo.Secret{}, err
	}
	if answer.IsZero() {
		return edo.Secret{}, refusedLogin(l.operation, id, "get a new token from the system that issues it", nil)
	}
	return answer, nil
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
