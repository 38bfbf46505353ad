package directory

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"net"
	"net/url"
	"time"

	"github.com/edokit/edokit/edo"
)

// LoginKind says how a subscriber proves itself to the operator.
type LoginKind string

// Kinds of login.
const (
	LoginPassword    LoginKind = "password"    // login name and password
	LoginCertificate LoginKind = "certificate" // certificate and its key

	LoginCertificatePassword LoginKind = "certificate-password" // certificate that names who logs in, and a password
	LoginIdentityToken       LoginKind = "identity-token"       // token of an identity provider
	LoginAccessToken         LoginKind = "access-token"         // access token of another system
)

// Subscriber is one of our organisations at one operator (наш абонент). Its password and keys are elsewhere, sealed.
type Subscriber struct {
	ID        edo.SubscriberID
	Title     string // for people
	Operator  string // driver name
	Endpoint  string // https URL, or plain http to a loopback address
	Box       edo.BoxID
	INN       string
	KPP       string // optional
	Login     string // login name; required with a password, else optional
	LoginKind LoginKind

	Department string           // ours that sends, empty: the head department
	ServiceBox edo.BoxID        // takes packages that have no recipient at the operator, optional
	Payer      edo.SubscriberID // who pays the operator; empty: the subscriber itself
	Service    edo.SignerID     // signs receipts and other service documents; optional
	Forms      []string         // names of the calls that may give the printed form, in order; empty: the driver's default
	Pins       []string         // base64 SHA-256 of acceptable server keys (RFC 7469), optional
	CAs        []byte           // PEM of the authorities to trust instead of the system's, optional
	Policy     edo.Policy
	Enabled    bool
	UpdatedAt  time.Time // set by the store
}

// Check reports every fault.
func (s Subscriber) Check() error {
	var f faults
	f.add(edo.CheckID("subscriber.id", string(s.ID)))
	f.line("subscriber.title", s.Title, false)
	f.line("subscriber.operator", s.Operator, true)
	f.line("subscriber.box", string(s.Box), false)
	f.add(edo.CheckINN("subscriber.inn", s.INN))
	if s.KPP != "" {
		f.add(edo.CheckKPP("subscriber.kpp", s.KPP))
	}
	f.lines("subscriber.forms", s.Forms)
	f.line("subscriber.department", s.Department, false)
	f.line("subscriber.service_box", string(s.ServiceBox), false)
	if s.Payer != "" {
		f.add(edo.CheckID("subscriber.payer", string(s.Payer)))
	}
	if s.Service != "" {
		f.add(edo.CheckID("subscriber.service", string(s.Service)))
	}
	s.checkLogin(&f)
	s.checkConnection(&f)
	switch s.Policy.Unverified {
	case "", edo.ForwardUnverified, edo.RefuseUnverified:
	default:
		f.bad(PolicyUnknown, "subscriber.policy.unverified", "is no policy", "use forward or refuse")
	}
	if p := s.Policy; !(p.Rate >= 0 && p.Rate <= maxRate) || p.Concurrent < 0 || p.Concurrent > maxRate {
		f.bad(PolicyUnknown, "subscriber.policy.rate", "or the number of jobs at once is out of bounds", "use 0 to 10000; 0 means as configured")
	}
	return f.err()
}

// maxRate bounds calls per second and jobs at once.
const maxRate = 10_000

func (s Subscriber) checkLogin(f *faults) {
	f.line("subscriber.login", s.Login, s.LoginKind == LoginPassword)
	switch s.LoginKind {
	case LoginPassword, LoginCertificate, LoginCertificatePassword, LoginIdentityToken, LoginAccessToken:
	default:
		f.bad(LoginMalformed, "subscriber.login_kind", "is not known", "use password, certificate, certificate-password, identity-token or access-token")
	}
}

// checkConnection keeps credentials off the open network: the requests carry them.
func (s Subscriber) checkConnection(f *faults) {
	const field = "subscriber.endpoint"
	u, err := url.Parse(s.Endpoint)
	switch {
	case err != nil || u.Host == "":
		f.bad(EndpointMalformed, field, "is not a URL with a host", "give the https address of the operator's service")
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		f.bad(EndpointMalformed, field, "has a user, query or fragment", "give scheme, host and path only")
	case u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname())):
		f.bad(EndpointMalformed, field, "is neither https nor a loopback address", "use https")
	}
	f.lines("subscriber.pins", s.Pins)
	for i, pin := range s.Pins {
		if raw, err := base64.StdEncoding.DecodeString(pin); err != nil || len(raw) != sha256.Size {
			f.bad(PinMalformed, fmt.Sprintf("subscriber.pins[%d]", i), "is not a SHA-256 in base64", "give the digest of the server's public key")
		}
	}
	if len(s.CAs) > 0 && !certificates(s.CAs) {
		f.bad(CAMalformed, "subscriber.cas", "is not a list of certificates in PEM", "give the authorities' certificates and nothing else")
	}
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || (ip != nil && ip.IsLoopback())
}

// certificates reports whether text is PEM certificates only: a private key pasted with them must not reach a store.
func certificates(text []byte) bool {
	n := 0
	for len(text) > 0 {
		var block *pem.Block
		if block, text = pem.Decode(text); block == nil {
			break
		}
		if block.Type != "CERTIFICATE" {
			return false
		}
		if _, err := x509.ParseCertificate(block.Bytes); err != nil {
			return false
		}
		n++
	}
	return n > 0
}
