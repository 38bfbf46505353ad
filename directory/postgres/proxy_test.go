package postgres_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"net"
	"net/url"
	"sync"
	"testing"

	"github.com/edokit/edokit/edo"
)

// proxy stands between a store and the server, and cuts the connection at the COMMIT if it is told to.
type proxy struct {
	listener net.Listener
	upstream func() (net.Conn, error)

	mu     sync.Mutex
	cut    cut
	refuse bool              // take no further connections
	names  map[string]string // queries by the names of prepared statements
	open   map[net.Conn]bool
	done   sync.WaitGroup
}

// cut is where the connection breaks.
type cut int

const (
	nowhere      cut = iota
	beforeCommit     // the server never hears COMMIT
	afterCommit      // the answer to COMMIT is on its way
)

// through starts a proxy and gives the connection string that leads through it.
func through(t testing.TB, dsn edo.Secret) (*proxy, edo.Secret) {
	t.Helper()
	network, address := server.Cluster(t).Address()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	must(t, err)
	p := &proxy{listener: l, names: map[string]string{}, open: map[net.Conn]bool{}}
	p.upstream = func() (net.Conn, error) { return (&net.Dialer{}).DialContext(context.Background(), network, address) }
	p.done.Go(p.accept)
	t.Cleanup(p.close)
	u, err := url.Parse(dsn.Reveal())
	must(t, err)
	query := u.Query()
	query.Del("port")
	query.Set("host", "127.0.0.1")
	_, port, _ := net.SplitHostPort(l.Addr().String())
	query.Set("port", port)
	u.RawQuery = query.Encode()
	return p, edo.NewSecret(u.String())
}

func (p *proxy) close() {
	p.listener.Close()
	p.mu.Lock()
	for c := range p.open {
		c.Close()
	}
	p.mu.Unlock()
	p.done.Wait()
}

// set says where the next connection breaks that comes to a COMMIT, and whether others are taken after it.
func (p *proxy) set(c cut, refuse bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cut, p.refuse = c, false
	if refuse {
		p.refuse = c != nowhere
	}
}

func (p *proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		upstream, err := p.upstream()
		if err != nil {
			client.Close()
			continue
		}
		p.mu.Lock()
		p.open[client], p.open[upstream] = true, true
		p.mu.Unlock()
		end := sync.OnceFunc(func() { client.Close(); upstream.Close() })
		p.done.Go(func() { defer end(); p.forward(upstream, client) })
		p.done.Go(func() { defer end(); p.back(client, upstream) })
	}
}

// take uses the cut up.
func (p *proxy) take(c cut) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cut != c {
		return false
	}
	p.cut = nowhere
	if p.refuse {
		p.listener.Close()
	}
	return true
}

// forward passes messages of the client on. The first has no type.
func (p *proxy) forward(to io.Writer, from io.Reader) {
	size := make([]byte, 4)
	if _, err := io.ReadFull(from, size); err != nil {
		return
	}
	first := make([]byte, binary.BigEndian.Uint32(size)-4)
	if _, err := io.ReadFull(from, first); err != nil {
		return
	}
	if _, err := to.Write(append(size, first...)); err != nil {
		return
	}
	p.messages(to, from, func(kind byte, body []byte) bool {
		words := bytes.SplitN(body, []byte{0}, 3)
		if kind == 'P' { // parse: name, query
			p.mu.Lock()
			p.names[string(words[0])] = string(words[1])
			p.mu.Unlock()
		}
		if kind != 'B' { // bind: portal, name
			return true
		}
		p.mu.Lock()
		commit := p.names[string(words[1])] == "COMMIT"
		p.mu.Unlock()
		return !commit || !p.take(beforeCommit)
	})
}

// back passes messages of the server on.
func (p *proxy) back(to io.Writer, from io.Reader) {
	p.messages(to, from, func(kind byte, body []byte) bool {
		return kind != 'C' || !bytes.HasPrefix(body, []byte("COMMIT")) || !p.take(afterCommit)
	})
}

// messages copies them until pass says no.
func (p *proxy) messages(to io.Writer, from io.Reader, pass func(kind byte, body []byte) bool) {
	head := make([]byte, 5)
	for {
		if _, err := io.ReadFull(from, head); err != nil {
			return
		}
		body := make([]byte, binary.BigEndian.Uint32(head[1:])-4)
		if _, err := io.ReadFull(from, body); err != nil {
			return
		}
		if !pass(head[0], body) {
			return
		}
		if _, err := to.Write(append(bytes.Clone(head), body...)); err != nil {
			return
		}
	}
}
