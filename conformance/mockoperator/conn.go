package mockoperator

import (
	"bytes"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

// headConn keeps the request heads of a connection exactly as they came, which net/http does not. It follows the stream of
// requests: head, then as many bytes of body as the head says.
type headConn struct {
	net.Conn

	mu      sync.Mutex
	head    bytes.Buffer
	skip    int64 // bytes of body still to come
	lost    bool  // a chunked body came: where it ends is not followed
	pending [][]byte
}

// Read implements net.Conn.
func (c *headConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.follow(p[:n])
	return n, err
}

func (c *headConn) follow(p []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for len(p) > 0 && !c.lost {
		if c.skip > 0 {
			n := min(c.skip, int64(len(p)))
			c.skip, p = c.skip-n, p[n:]
			continue
		}
		// The end of the head may be split over two reads: look at the three bytes before as well.
		from := max(0, c.head.Len()-3)
		had := c.head.Len()
		c.head.Write(p)
		at := bytes.Index(c.head.Bytes()[from:], []byte("\r\n\r\n"))
		if at < 0 {
			return
		}
		end := from + at + 4
		p = p[end-had:]
		c.ended(bytes.Clone(c.head.Bytes()[:end]))
		c.head.Reset()
	}
}

func (c *headConn) ended(head []byte) {
	c.pending = append(c.pending, head)
	for line := range strings.SplitSeq(string(head), "\r\n") {
		name, value, _ := strings.Cut(line, ":")
		switch http.CanonicalHeaderKey(strings.TrimSpace(name)) {
		case "Content-Length":
			c.skip, _ = strconv.ParseInt(strings.TrimSpace(value), 10, 64)
		case "Transfer-Encoding":
			c.lost = true
		}
	}
}

// next hands out the head of the request that is being served.
func (c *headConn) next() []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.pending) == 0 {
		return nil
	}
	head := c.pending[0]
	c.pending = c.pending[1:]
	return head
}

type headListener struct{ net.Listener }

// Accept implements net.Listener.
func (l headListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &headConn{Conn: c}, nil
}
