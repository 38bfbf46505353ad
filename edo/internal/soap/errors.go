package soap

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"syscall"
	"time"

	"github.com/edokit/edokit/edo"
)

var (
	errSlow     = errors.New("fewer bytes moved than the minimum rate asks for")
	errSilent   = errors.New("no answer began in time")
	errDeadline = errors.New("the exchange took longer than its deadline")
	errPin      = errors.New("the server's key is none of the pinned ones")
	errLocal    = errors.New("plain http leads to an address that is not loopback")
	errBroken   = errors.New("the connection broke or did not speak HTTP")
)

// safe reduces an error of the network to one whose text cannot quote what came over it: net/http quotes malformed
// answers.
func safe(err error) error {
	for _, own := range []error{errSlow, errSilent, errDeadline, errPin, errLocal, errCut, context.Canceled, context.DeadlineExceeded} {
		if errors.Is(err, own) {
			return own
		}
	}
	return safeCause(err)
}

func safeCause(err error) error {
	var (
		number syscall.Errno
		dns    *net.DNSError
		certs  *tls.CertificateVerificationError
		alert  tls.AlertError
		host   x509.HostnameError
		record tls.RecordHeaderError
		typed  *edo.Error
		rule   *refusal
		sink   *sinkError
		value  *answerError
	)
	switch {
	case errors.As(err, &value):
		return value
	case errors.As(err, &typed):
		return typed
	case errors.As(err, &rule):
		return rule
	case errors.As(err, &sink):
		return sink
	case errors.As(err, &host):
		return errors.New("the server's certificate is for another name")
	case errors.As(err, &certs):
		return errors.New("the server's certificate is not trusted")
	case errors.As(err, &alert):
		return alert
	case errors.As(err, &record):
		return errors.New("the server does not speak TLS")
	case errors.As(err, &dns):
		return errors.New("the host name cannot be resolved")
	case errors.As(err, &number):
		return number
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return io.ErrUnexpectedEOF
	}
	return errBroken
}

// verdict is how an exchange without a believable success is told.
type verdict struct {
	outcome edo.Outcome
	message string
	err     error
	after   time.Duration
}

// failure turns a verdict into the error of Do. The kind depends on two facts only: whether the operator can have the
// whole request, or says so, and whether the call has an effect.
func (x *exchange) failure(v verdict) *edo.Error {
	e := &edo.Error{Kind: edo.Unavailable, Op: "soap." + x.request.Operation, Message: v.message, RetryAfter: v.after, Exchange: x.reply.Exchange, Err: v.err}
	switch {
	case v.outcome == edo.OutcomeSilent:
		e.Reason = edo.AnswerLost
	case v.outcome == edo.OutcomeUnreadable:
		e.Reason = edo.AnswerUnreadable
	default:
		e.Reason = edo.OperatorUnavailable
	}
	if (x.left || x.claimed) && x.request.Effect {
		e.Kind = edo.InDoubt
	}
	return e
}
