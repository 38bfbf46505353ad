package mockoperator

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"
)

// Capture is a body as it crossed the socket.
type Capture struct {
	Size   int64
	SHA256 string // hex, of the exact bytes
	Body   []byte // nil when it was too large to keep in memory or was let go
	Path   string // file with the bytes of a large body
}

// Bytes returns the exact bytes, from memory or file; nil when they were let go.
func (c Capture) Bytes() ([]byte, error) {
	if c.Path == "" {
		return c.Body, nil
	}
	return os.ReadFile(c.Path)
}

// Exchange is one request and its answer.
type Exchange struct {
	Number    int // 1, 2, 3, ... in the order in which requests came in
	Time      time.Time
	Operation string // of the SOAPAction header, or "" when it names none
	// Head is the request line and the header as received, up to and with the empty line. It is exact on a listener of
	// [Operator.Listen]; behind another server it is nil.
	Head     []byte
	Request  Capture // without chunk framing, if a client should ever use it
	Status   int     // 0 when the connection was cut before any answer
	Response Capture // what was written of the answer's body
	Cut      bool    // the connection was cut on purpose
	Fault    string  // code of the fault that was answered
	Accepted string  // id of the message that this exchange brought into the ledger
}

// wire keeps the exchanges; the bodies within a budget, oldest let go first.
type wire struct {
	limit int64
	dir   string

	mu     sync.Mutex
	all    []*Exchange
	held   int64
	oldest int // index of the first exchange that may still hold bodies
}

// Wire returns what crossed the socket, in order. Exchanges that are still going on show what was seen so far.
func (o *Operator) Wire() []Exchange {
	o.wire.mu.Lock()
	defer o.wire.mu.Unlock()
	out := make([]Exchange, len(o.wire.all))
	for i, e := range o.wire.all {
		out[i] = *e
	}
	return out
}

func (w *wire) begin(operation string, head []byte, now time.Time) *Exchange {
	w.mu.Lock()
	defer w.mu.Unlock()
	e := &Exchange{Number: len(w.all) + 1, Time: now, Operation: operation, Head: head}
	w.all = append(w.all, e)
	return e
}

func (w *wire) update(e *Exchange, edit func(*Exchange)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	before := int64(len(e.Request.Body) + len(e.Response.Body))
	edit(e)
	w.held += int64(len(e.Request.Body)+len(e.Response.Body)) - before
	for w.held > max(w.limit, 0) && w.oldest < len(w.all) {
		old := w.all[w.oldest]
		w.held -= int64(len(old.Request.Body) + len(old.Response.Body))
		old.Request.Body, old.Response.Body = nil, nil
		w.oldest++
	}
}

// tap records bytes that pass by.
type tap struct {
	sum   hash.Hash
	n     int64
	limit int64 // bytes held in memory
	mem   bytes.Buffer
	path  string
	file  *os.File
	err   error
}

// newTap makes a recorder; size is a hint, -1 when unknown.
func (w *wire) newTap(number int, what string, size int64) *tap {
	t := &tap{sum: sha256.New(), limit: w.limit / 4}
	if t.limit > 0 {
		t.path = filepath.Join(w.dir, "wire-"+strconv.Itoa(number)+"-"+what)
		if size > 0 && size <= t.limit {
			t.mem.Grow(int(size))
		}
	}
	return t
}

// record takes bytes that went by; a failing disk costs the capture, not the exchange.
func (t *tap) record(p []byte) {
	t.sum.Write(p)
	t.n += int64(len(p))
	switch {
	case t.path == "":
	case t.file == nil && t.n <= t.limit:
		t.mem.Write(p)
	default:
		t.spill(p)
	}
}

func (t *tap) spill(p []byte) {
	if t.file == nil && t.err == nil {
		if t.file, t.err = os.Create(t.path); t.err == nil {
			_, t.err = t.file.Write(t.mem.Bytes())
		}
	}
	if t.err == nil {
		_, t.err = t.file.Write(p)
	}
}

func (t *tap) capture() Capture {
	c := Capture{Size: t.n, SHA256: hex.EncodeToString(t.sum.Sum(nil))}
	switch {
	case t.file != nil:
		if t.err = errors.Join(t.err, t.file.Close()); t.err == nil {
			c.Path = t.path
		}
	case t.path != "":
		c.Body = t.mem.Bytes()
	}
	return c
}

// tapReader records what is read, and stops after a number of bytes when the connection is to be cut there.
type tapReader struct {
	io.Reader
	tap *tap
}

func (r tapReader) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	r.tap.record(p[:n])
	return n, err
}
