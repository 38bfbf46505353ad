package soap

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

const (
	// wireBuffer is the size of one write to the socket: content in and base64 out together stay in the second-level cache.
	wireBuffer = 96 << 10
	// idle is shorter than the keep-alive of common servers: a connection that the server closes just as a request goes
	// out would leave that request in doubt for nothing.
	idle = 4 * time.Second
)

// newTransport speaks HTTP/1.1 only, without proxy, redirects (RoundTrip follows none) and transparent compression.
func newTransport(endpoint *url.URL, roots *x509.CertPool, pins map[[32]byte]bool, b *buffers) *http.Transport {
	dialer := &net.Dialer{Timeout: 30 * time.Second, KeepAlive: 30 * time.Second}
	if endpoint.Scheme == "http" {
		dialer.Control = onlyLoopback
	}
	protocols := &http.Protocols{}
	protocols.SetHTTP1(true)
	return &http.Transport{
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := dialer.DialContext(ctx, network, address)
			if err != nil {
				return nil, err
			}
			return &wire{Conn: conn, buffers: b}, nil
		},
		TLSClientConfig:        tlsConfig(roots, pins),
		TLSHandshakeTimeout:    30 * time.Second,
		Protocols:              protocols,
		DisableCompression:     true,
		IdleConnTimeout:        idle,
		MaxIdleConnsPerHost:    16,
		MaxResponseHeaderBytes: 64 << 10,
		WriteBufferSize:        wireBuffer,
		ReadBufferSize:         16 << 10,
	}
}

func tlsConfig(roots *x509.CertPool, pins map[[32]byte]bool) *tls.Config {
	c := &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots}
	if len(pins) == 0 {
		return c
	}
	c.VerifyConnection = func(s tls.ConnectionState) error {
		for _, chain := range s.VerifiedChains {
			for _, cert := range chain {
				if pins[sha256.Sum256(cert.RawSubjectPublicKeyInfo)] {
					return nil
				}
			}
		}
		return errPin
	}
	return c
}

// onlyLoopback looks at the address after name resolution.
func onlyLoopback(_, address string, _ syscall.RawConn) error {
	host, _, err := net.SplitHostPort(address)
	if ip := net.ParseIP(host); err != nil || ip == nil || !ip.IsLoopback() {
		return errLocal
	}
	return nil
}

// buffers are reused between the requests of a client; all are of one size.
type buffers struct{ pool sync.Pool }

func (b *buffers) take() []byte {
	if p, ok := b.pool.Get().(*[]byte); ok {
		return *p
	}
	return make([]byte, wireBuffer)
}

func (b *buffers) give(p []byte) {
	if p != nil {
		b.pool.Put(&p)
	}
}

// wire writes in large pieces and knows how much can have left.
type wire struct {
	net.Conn
	buffers *buffers
	begun   atomic.Int64 // bytes of which a write has begun
	dead    atomic.Bool
}

var errDead = errors.New("the connection was given up")

// Write announces itself before it looks at dead. Whoever sets dead and then reads begun can be sure that nothing beyond
// will ever leave.
func (w *wire) Write(p []byte) (int, error) {
	w.begun.Add(int64(len(p)))
	if w.dead.Load() {
		return 0, errDead
	}
	return w.Conn.Write(p)
}

// ReadFrom saves the small buffer of io.Copy.
func (w *wire) ReadFrom(r io.Reader) (n int64, err error) {
	buf := w.buffers.take()
	defer w.buffers.give(buf)
	for {
		k, rerr := r.Read(buf)
		if k > 0 {
			written, werr := w.Write(buf[:k])
			if n += int64(written); werr != nil {
				return n, werr
			}
		}
		if rerr == io.EOF {
			return n, nil
		}
		if rerr != nil {
			return n, rerr
		}
	}
}

// abandon closes the connection and gives the bytes of which a write had begun since begun had the given value. No other
// write will begin.
func (w *wire) abandon(begun int64) int64 {
	w.dead.Store(true)
	attempted := w.begun.Load() - begun
	_ = w.Close()
	return attempted
}

// wireOf finds the wire under TLS.
func wireOf(conn net.Conn) *wire {
	if t, ok := conn.(*tls.Conn); ok {
		conn = t.NetConn()
	}
	w, _ := conn.(*wire)
	return w
}
