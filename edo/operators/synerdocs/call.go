package synerdocs

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/beevik/etree"

	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/internal/soap"
)

// Namespaces of what [Request.Parameters] and [Reply.Result] hold.
const (
	ServiceSpace = serviceSpace // of parameters
	ModelSpace   = modelSpace   // of the members of objects
	ArraySpace   = arraySpace   // of items of string arrays
)

// Caller is implemented by this driver's sessions. It reaches the operations that the driver has no words for:
//
//	if c, ok := session.(synerdocs.Caller); ok { reply, err := c.Call(ctx, synerdocs.Request{…}) }
type Caller interface {
	// Call makes one exchange under the same transport, limits, token, renewal, fault mapping and message log as the
	// rest of the session. Errors mean what [edo.Driver] says they must.
	Call(ctx context.Context, r Request) (Reply, error)
}

// Credentials says where the session's token stands in a request (contract 1.5).
type Credentials uint8

// The places of the token.
const (
	TokenFirst          Credentials = iota // authToken is the first parameter: the older operations
	NoToken                                // the operation takes none
	UserCredentials                        // credentials/AuthToken: the newer ones
	EmployeeCredentials                    // credentials/AuthToken and the account's box
)

// Request is one operation by its name.
type Request struct {
	Operation   string
	Credentials Credentials
	// Parameters holds the parameters as child elements, in the order of the contract and without the token; its own name
	// does not matter. Namespaces are declared as in any XML; the only attributes that travel are xsi:nil and xsi:type.
	Parameters *etree.Element
	// Secrets are the paths of parameters that the log shows masked: "password", "request/User/Hint". Each must match.
	// What stands in an element whose name holds "password", "token" or "secret" is masked without being listed.
	Secrets []string
	// AnswerSecrets are local names of elements of the answer that the log shows masked. Elements with names like those
	// above and the result of an Authenticate operation are masked without being listed.
	AnswerSecrets []string
	// ReadOnly says that the operation changes nothing: then a lost answer is [edo.Unavailable] and may be asked for
	// again. Else it is [edo.InDoubt].
	ReadOnly bool
	Package  edo.PackageID // under which the log keeps it, optional
	Document edo.DocumentID
}

// Reply is what came back.
type Reply struct {
	Result   *etree.Element // <OperationResult>, see [ServiceSpace]; nil: the operation gave nothing
	Date     time.Time      // of the operator's answer, zero if it did not say
	Exchange edo.ExchangeID
}

// Call makes one exchange. A request that cannot be written is [edo.Invalid] before anything leaves. An answer may hold
// as much as Limits.Answer, a single value 4 MiB: documents of any size are for Download and Print.
func (s *session) Call(ctx context.Context, r Request) (Reply, error) {
	if err := r.check(); err != nil {
		return Reply{}, err
	}
	if !r.ReadOnly && r.Credentials != NoToken && s.box != "" {
		if err := s.ownsBox(ctx); err != nil {
			return Reply{}, err
		}
	}
	if r.Credentials == EmployeeCredentials && s.box == "" {
		_, err := s.ownBox()
		return Reply{}, err
	}
	if _, err := s.render(r, edo.Secret{}); err != nil {
		return Reply{}, err
	}
	var result *etree.Element
	build := func(token edo.Secret) soap.Request {
		result = nil
		b, _ := s.render(r, token) // it could be rendered a moment ago
		q := request(r.Operation, b, func(n *soap.Node) (err error) {
			result, err = n.Tree()
			return err
		})
		q.Effect, q.Package, q.Document = !r.ReadOnly, r.Package, r.Document
		q.Secrets, q.Words = r.answerSecrets(), secretWords()
		return q
	}
	var reply soap.Reply
	var err error
	if r.Credentials == NoToken {
		q := build(edo.Secret{})
		reply, err = exchange(ctx, s.client, q)
		err = s.verdict(s.codes, q, err)
	} else {
		reply, err = s.call(ctx, build)
	}
	if err != nil {
		return Reply{Exchange: reply.Exchange, Date: reply.Date}, err
	}
	return Reply{Result: result, Exchange: reply.Exchange, Date: reply.Date}, nil
}

func (r Request) check() error {
	if word(r.Operation) != r.Operation || r.Operation == "" || strings.ContainsAny(r.Operation, "./[]") {
		return invalid("request.operation", "is not the name of an operation", "use the name of the contract, such as GetVersion")
	}
	if r.Credentials > EmployeeCredentials {
		return invalid("request.credentials", "is unknown", "use one of the constants")
	}
	if r.Parameters == nil {
		return nil
	}
	for _, p := range r.Parameters.ChildElements() {
		switch p.Tag {
		case "authToken", "credentials", tokenName(r.Operation):
			if r.Credentials != NoToken {
				return invalid("request.parameters."+p.Tag, "is set", "leave it out: the session adds its own token")
			}
		}
	}
	return nil
}

// secretWords are the words that make an element's name one of a secret, whatever the case.
func secretWords() []string { return []string{"password", "token", "secret"} }

func (r Request) answerSecrets() []soap.Name {
	var all []soap.Name
	for _, local := range r.AnswerSecrets {
		all = append(all, om(local))
	}
	if strings.HasPrefix(r.Operation, "Authenticate") {
		all = append(all, svc(r.Operation+"Result"))
	}
	return all
}

// tokenName is what the older operations call the token; one of them is different (contract 1.5).
func tokenName(operation string) string {
	if operation == "GetInnKppNameByBoxId" {
		return "token"
	}
	return "authToken"
}

// render writes the request with a token.
func (s *session) render(r Request, token edo.Secret) (*soap.Body, error) {
	w, err := newTreeWriter(r)
	if err != nil {
		return nil, err
	}
	switch r.Credentials {
	case TokenFirst:
		w.body.Secret(svc(tokenName(r.Operation)), token)
	case UserCredentials, EmployeeCredentials:
		w.body.Open(svc("credentials"))
		w.body.Secret(om("AuthToken"), token)
		if r.Credentials == EmployeeCredentials {
			w.body.Text(om("BoxAddress"), string(s.box))
		}
		w.body.Close()
	}
	if r.Parameters != nil {
		if err := w.children(r.Parameters, ""); err != nil {
			return nil, err
		}
	}
	for i, path := range r.Secrets {
		if !slices.Contains(w.masked, path) {
			return nil, invalid(fmt.Sprintf("request.secrets[%d]", i), "matches no element with a value", "give the path from the first parameter on, such as request/Password")
		}
	}
	return w.body, nil
}
