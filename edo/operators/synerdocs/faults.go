package synerdocs

import (
	"errors"

	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/internal/soap"
)

const (
	accessDenied   = "AccessDeniedError"
	maxWordLength  = 100 // of a code or field name that we repeat
	statusOK       = 200
	statusRequest  = 400
	statusInternal = 500
)

// verdictOf turns what the SOAP client found into what a caller acts on. effect says that the call may have changed
// something; limited, that the login may be a read-only one. The operator's own sentence is never repeated: it may
// hold anything, and it stands in the message log.
func (c codes) verdictOf(op string, effect, limited bool, err error) error {
	if err == nil {
		return nil
	}
	var f *soap.Fault
	if !errors.As(err, &f) {
		return named(op, err)
	}
	v := c.of(f.Code)
	if _, early := err.(*edo.Error); early && !(v.definite && whole(f)) { //nolint:errorlint // the outermost error says that the request did not go out whole
		return named(op, err)
	}
	e := &edo.Error{
		Kind: v.kind, Reason: v.reason, Op: Name + "." + op, Field: word(f.Field), Message: "the operator answered with a fault",
		Remedy: v.class.remedy(), Code: word(f.Code), RetryAfter: f.RetryAfter, Exchange: f.Exchange,
	}
	switch sure := v.definite && whole(f); {
	case !sure && effect:
		e.Kind, e.Reason = edo.InDoubt, doubtReason(f, v)
		e.Remedy = "ask the operator whether it has the message before sending it again"
	case !whole(f):
		e.Kind, e.Reason, e.Remedy = edo.Unavailable, doubtReason(f, v), tryLater.remedy()
	case effect && v.kind == edo.NotFound:
		e.Kind = edo.Refused // something the message names does not exist; the package itself is no lookup
	case f.Code == accessDenied && limited:
		e.Reason = edo.LoginLimited
		e.Remedy = "log in with a certificate: the operator lets a password login read, but not send"
	}
	return e
}

// whole says that a fault can be taken at its word: the service's own typed detail, under a status with which it sends
// faults. Under any other status something else, a balancer for instance, may have answered.
func whole(f *soap.Fault) bool {
	if f.Shape != soap.Typed {
		return false
	}
	switch f.HTTPStatus {
	case statusOK, statusRequest, statusInternal:
		return true
	}
	return false
}

// tokenRefused says that the service definitely did not take the call because of the token.
func (c codes) tokenRefused(err error) bool {
	var f *soap.Fault
	return errors.As(err, &f) && whole(f) && c.of(f.Code).class == logInAgain
}

func doubtReason(f *soap.Fault, v verdict) edo.Reason {
	if f.Shape == soap.Typed && v.class != unknownClass {
		return edo.OperatorUnavailable
	}
	return edo.AnswerUnreadable
}

// asLogin is a fault of a login call: whatever the operator denies or does not find there, it is the login.
func asLogin(err error) error {
	var e *edo.Error
	if !errors.As(err, &e) || e.Code == "" {
		return err
	}
	switch e.Kind {
	case edo.Denied, edo.NotFound, edo.Refused, edo.Invalid:
		c := *e
		c.Kind, c.Reason, c.Remedy = edo.Denied, edo.LoginRefused, "check the login data of the subscriber"
		return &c
	}
	return err
}

// named says whose operation failed: the SOAP client knows no operator.
func named(op string, err error) error {
	e, ok := err.(*edo.Error) //nolint:errorlint // only the outermost error can be given a name
	if !ok {
		return err
	}
	c := *e
	c.Op = Name + "." + op
	return &c
}

// word lets through what looks like the name of a code or a field, and nothing else of the operator's.
func word(s string) string {
	if len(s) > maxWordLength {
		return ""
	}
	for i := range len(s) {
		switch b := s[i]; {
		case 'a' <= b && b <= 'z', 'A' <= b && b <= 'Z', '0' <= b && b <= '9', b == '.', b == '_', b == '[', b == ']', b == '/':
		default:
			return ""
		}
	}
	return s
}

// unreadable says that answers which are right one by one say nothing together.
func unreadable(op, message string) error {
	return &edo.Error{
		Kind: edo.Unavailable, Reason: edo.AnswerUnreadable, Op: Name + "." + op, Message: message, Remedy: "look at the message log",
	}
}
