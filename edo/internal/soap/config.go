package soap

import (
	"crypto/x509"
	"encoding/base64"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/edokit/edokit/edo"
)

// Config says whom a client speaks to and how much it takes from them.
type Config struct {
	Subscriber  edo.SubscriberID
	Endpoint    string           // https, or http to a loopback address; no user, query or fragment
	CAs         []byte           // PEM of certificate authorities to trust instead of the system's, optional
	Pins        []string         // base64 SHA-256 of acceptable public keys (RFC 7469), optional
	FaultDetail Name             // element of a typed fault's detail; its children Code, Field, Message share the namespace
	Journal     edo.Journal      // nil: nothing is logged
	Now         func() time.Time // nil: time.Now
	UserAgent   string
	Limits      Limits
}

// Limits bound what an answer may cost. Zero fields take the default.
type Limits struct {
	Answer     int64         // bytes of XML without content; 16 MiB
	Content    int64         // bytes of one decoded content; 1 GiB
	Text       int64         // bytes of one scalar; 1 MiB
	Fault      int64         // bytes of text in a fault's detail; 1 MiB
	Garbage    int64         // bytes kept of an answer that cannot be read; 1 MiB
	Depth      int           // open elements; 64
	Attributes int           // of one element, declarations included; 64
	Namespaces int           // in scope; 64
	Deadline   time.Duration // of a whole exchange; 30 min
	Wait       time.Duration // for the first byte of the answer; 5 min
	Window     time.Duration // over which the rate is measured; 30 s
	MinRate    int64         // bytes per second while bytes should move, both ways; 1024
}

func (l Limits) withDefaults() Limits {
	const mib = 1 << 20
	set(&l.Answer, 16*mib)
	set(&l.Content, 1024*mib)
	set(&l.Text, mib)
	set(&l.Fault, mib)
	set(&l.Garbage, mib)
	set(&l.Depth, 64)
	set(&l.Attributes, 64)
	set(&l.Namespaces, 64)
	set(&l.Deadline, 30*time.Minute)
	set(&l.Wait, 5*time.Minute)
	set(&l.Window, 30*time.Second)
	set(&l.MinRate, 1024)
	return l
}

func set[T int | int64 | time.Duration](v *T, def T) {
	if *v <= 0 {
		*v = def
	}
}

// Client sends requests of one subscriber to one endpoint. It is safe for use by several goroutines.
type Client struct {
	config    Config
	endpoint  *url.URL
	transport *http.Transport
	buffers   *buffers
}

// New checks the Config and reports every fault of it at once; nothing is sent.
func New(c Config) (*Client, error) {
	var f edo.Faults
	endpoint, err := checkEndpoint(c.Endpoint)
	if err != nil {
		f = append(f, err)
	}
	roots, err := pool(c.CAs)
	if err != nil {
		f = append(f, err)
	}
	pins, faults := readPins(c.Pins)
	f = append(f, faults...)
	if c.FaultDetail.Local == "" || c.FaultDetail.Space == "" {
		f = append(f, invalid("fault_detail", "is missing", "name the element that a typed fault carries"))
	}
	if err := f.Err(); err != nil {
		return nil, err
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	c.Limits = c.Limits.withDefaults()
	b := &buffers{}
	return &Client{config: c, endpoint: endpoint, buffers: b, transport: newTransport(endpoint, roots, pins, b)}, nil
}

// Close drops idle connections.
func (c *Client) Close() { c.transport.CloseIdleConnections() }

// checkEndpoint never quotes the address: people paste passwords into them.
func checkEndpoint(s string) (*url.URL, error) {
	u, err := url.Parse(s)
	switch {
	case err != nil || u.Host == "" || u.Opaque != "":
		return nil, invalid("endpoint", "is not a URL", "give an address such as https://service.example/exchange.svc")
	case u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return nil, invalid("endpoint", "holds a user, a query or a fragment", "give scheme, host and path only")
	case u.Scheme == "https":
	case u.Scheme != "http":
		return nil, invalid("endpoint", "is neither https nor http", "use https")
	case !loopback(u.Hostname()):
		return nil, invalid("endpoint", "is plain http to another machine", "use https; plain http is for loopback only")
	}
	return u, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func pool(pem []byte) (*x509.CertPool, error) {
	if len(pem) == 0 {
		return nil, nil //nolint:nilnil // crypto/tls reads nil as "the system's"
	}
	p := x509.NewCertPool()
	if !p.AppendCertsFromPEM(pem) {
		return nil, invalid("cas", "hold no certificate", "give PEM blocks of type CERTIFICATE")
	}
	return p, nil
}

func readPins(pins []string) (map[[32]byte]bool, edo.Faults) {
	var f edo.Faults
	known := map[[32]byte]bool{}
	for _, p := range pins {
		raw, err := base64.StdEncoding.DecodeString(p)
		if err != nil || len(raw) != 32 {
			f = append(f, invalid("pins", "are not all base64 of a SHA-256", "give the digest of the public key as RFC 7469 writes it"))
			continue
		}
		known[[32]byte(raw)] = true
	}
	return known, f
}

func invalid(field, message, remedy string) error {
	return &edo.Error{Kind: edo.Invalid, Op: "soap.New", Field: field, Message: message, Remedy: remedy}
}
