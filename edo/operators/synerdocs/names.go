package synerdocs

import "github.com/edokit/edokit/edo/internal/soap"

// Namespaces of the contract. Prefixes are free on the wire; "m" is ours for the object model.
const (
	serviceSpace = "http://synerdocs.ru"
	modelSpace   = "http://schemas.datacontract.org/2004/07/Midway.ObjectModel"
	faultSpace   = "http://schemas.datacontract.org/2004/07/Midway.ObjectModel.Exceptions"
	arraySpace   = "http://schemas.microsoft.com/2003/10/Serialization/Arrays"
	actionRoot   = serviceSpace + "/IExchangeService/"
)

// svc names a wrapper or a parameter, om a member of the object model.
func svc(local string) soap.Name { return soap.Name{Space: serviceSpace, Local: local} }
func om(local string) soap.Name  { return soap.Name{Space: modelSpace, Local: local} }
func arr(local string) soap.Name { return soap.Name{Space: arraySpace, Local: local} }

// body starts the wrapper of an operation. The model's prefix is declared only where it is used, because a token
// request is also the smallest thing a person reads in the log.
func body(operation string, model bool) *soap.Body {
	if !model {
		return soap.NewBody(svc(operation))
	}
	return soap.NewBody(svc(operation), soap.Prefix{Short: "m", Space: modelSpace})
}

// request is an operation without effect; SendMessage adds its own marks.
func request(operation string, b *soap.Body, answer func(*soap.Node) error) soap.Request {
	return soap.Request{Operation: operation, Action: actionRoot + operation, Body: b, Answer: answer}
}

// optional writes a member only if it says something: absent and nil mean the same, and absent is shorter.
func optional(b *soap.Body, n soap.Name, value string) {
	if value != "" {
		b.Text(n, value)
	}
}

// flag writes a boolean explicitly, because an absent one is false whatever the service's own default is.
func flag(b *soap.Body, n soap.Name, value bool) {
	text := "false"
	if value {
		text = "true"
	}
	b.Text(n, text)
}
