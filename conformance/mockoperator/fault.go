package mockoperator

import (
	"fmt"

	"github.com/edokit/edokit/conformance/contract"
)

// Shape is the form in which a fault reaches the client; the clients of the contract know four.
type Shape string

// The shapes of a fault.
const (
	Typed           Shape = "typed"
	ExceptionDetail Shape = "exceptionDetail"
	NoDetail        Shape = "noDetail"
	Unparsable      Shape = "unparsable"
)

// Fault is a refusal of the service. Code is a member name of section 5.5 of the contract; Field is the path of the member
// that failed.
type Fault struct {
	Code    string `yaml:"code"`
	Field   string `yaml:"field"`
	Message string `yaml:"message"`
	Shape   Shape  `yaml:"shape"`
}

// Error tells code, field and message.
func (f *Fault) Error() string {
	return fmt.Sprintf("%s: %s: %s", f.Code, f.Field, f.Message)
}

func refuse(code, field, format string, args ...any) *Fault {
	return &Fault{Code: code, Field: field, Message: fmt.Sprintf(format, args...)}
}

// faultBody writes a fault in its shape. Code, Field, Message, StackTrace stand in this order always: a client of the
// contract fails on any other.
func faultBody(f *Fault) *body {
	b := newBody()
	b.raw(`<s:Fault>`)
	code := "s:Client"
	if f.Shape != "" && f.Shape != Typed || f.Code == "UnexpectedError" {
		code = "s:Server"
	}
	b.raw(`<faultcode>` + code + `</faultcode><faultstring xml:lang="ru-RU">`)
	b.text(f.Message)
	b.raw(`</faultstring>`)
	switch f.Shape {
	case NoDetail:
	case ExceptionDetail:
		b.raw(`<detail><ExceptionDetail xmlns="` + contract.NSNet + `" xmlns:i="` + contract.NSInstance + `"><HelpLink i:nil="true"/><InnerException i:nil="true"/>`)
		b.element("Message", f.Message)
		b.raw(`<StackTrace>at Exchange.Service()</StackTrace><Type>System.InvalidOperationException</Type></ExceptionDetail></detail>`)
	case Unparsable:
		b.raw(`<detail><Problem xmlns="urn:another-service"><Number>17</Number></Problem></detail>`)
	default:
		b.raw(`<detail><ServiceErrorFaultContract xmlns="` + contract.NSFault + `" xmlns:i="` + contract.NSInstance + `">`)
		b.element("Code", f.Code)
		b.elementOrNil("Field", f.Field)
		b.element("Message", f.Message)
		b.raw(`<StackTrace i:nil="true"/></ServiceErrorFaultContract></detail>`)
	}
	b.raw(`</s:Fault>`)
	return b
}
