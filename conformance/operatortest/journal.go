package operatortest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"

	"github.com/google/go-cmp/cmp"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/edo"
)

func as(err error, to **edo.Error) bool { return errors.As(err, to) }

// same says what differs.
func same[V any](t conformance.T, what string, want, got V) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (- expected, + got):\n%s", what, diff)
	}
}

// content is bytes in memory, read like any.
func content(raw []byte) edo.Content {
	return edo.Content{Size: int64(len(raw)), Digest: sha256.Sum256(raw), Open: func(context.Context) (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(raw)), nil
	}}
}

// watched is content that tells how it is read.
type watched struct {
	mu      sync.Mutex
	opened  int
	largest int // of the buffers
	read    int64
	reading func() // before each read; nil: nothing
}

func (w *watched) content(raw []byte) edo.Content {
	c := content(raw)
	c.Open = func(context.Context) (io.ReadCloser, error) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.opened++
		return io.NopCloser(&watcher{w, bytes.NewReader(raw)}), nil
	}
	return c
}

type watcher struct {
	w *watched
	r *bytes.Reader
}

// Read hides that the bytes are in memory: nobody gets them but by reading.
func (r *watcher) Read(p []byte) (int, error) {
	if r.w.reading != nil {
		r.w.reading()
	}
	n, err := r.r.Read(p)
	r.w.mu.Lock()
	defer r.w.mu.Unlock()
	r.w.largest = max(r.w.largest, len(p))
	r.w.read += int64(n)
	return n, err
}

// journal is the message log of the suite.
type journal struct {
	failBegin  func(edo.ExchangeRequest) bool
	failFinish func(edo.ExchangeRequest) bool

	mu   sync.Mutex
	rows []*row
}

var errNoDisk = errors.New("no space on the disk of the log")

type row struct {
	j       *journal
	id      edo.ExchangeID
	request edo.ExchangeRequest
	answer  *edo.ExchangeAnswer // nil: open
	blobs   [][]byte
}

// Begin implements [edo.Journal].
func (j *journal) Begin(_ context.Context, r edo.ExchangeRequest) (edo.Exchange, error) {
	if j.failBegin != nil && j.failBegin(r) {
		return nil, errNoDisk
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	x := &row{j: j, id: edo.ExchangeID(fmt.Sprintf("row-%d", len(j.rows)+1)), request: r}
	j.rows = append(j.rows, x)
	return x, nil
}

// ID implements [edo.Exchange].
func (x *row) ID() edo.ExchangeID { return x.id }

// Finish implements [edo.Exchange].
func (x *row) Finish(_ context.Context, a edo.ExchangeAnswer) error {
	if x.j.failFinish != nil && x.j.failFinish(x.request) {
		return errNoDisk
	}
	x.j.mu.Lock()
	defer x.j.mu.Unlock()
	x.answer = &a
	return nil
}

// Blob implements [edo.Exchange].
func (x *row) Blob(context.Context) (edo.Blob, error) { return &blob{x: x}, nil }

type blob struct {
	bytes.Buffer
	x *row
}

// Commit implements [edo.Blob].
func (b *blob) Commit(context.Context) (edo.Digest, int64, error) {
	b.x.j.mu.Lock()
	defer b.x.j.mu.Unlock()
	b.x.blobs = append(b.x.blobs, bytes.Clone(b.Bytes()))
	return sha256.Sum256(b.Bytes()), int64(b.Len()), nil
}

// Abort implements [edo.Blob].
func (b *blob) Abort() {}

// show gives the rows to the report of a case, as the driver has written them: without secrets and contents.
func (j *journal) show(t conformance.T) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, x := range j.rows {
		e := conformance.Exchange{Name: x.request.Operation, Request: message(x.request.Head, x.request.Body)}
		if a := x.answer; a != nil && a.Head != "" {
			e.Answer = message(a.Head, a.Body)
		} else if a != nil {
			e.Answer = fmt.Appendf(nil, "(%s: %s)", a.Outcome, a.Note)
		}
		conformance.Show(t, e)
	}
}

func message(head string, body edo.Masked) []byte {
	return slices.Concat([]byte(strings.ReplaceAll(strings.TrimRight(head, "\n"), "\n", "\r\n")+"\r\n\r\n"), body.Text)
}

// of gives the rows of a package, as they are now.
func (j *journal) of(p edo.PackageID) []row {
	j.mu.Lock()
	defer j.mu.Unlock()
	var all []row
	for _, x := range j.rows {
		if x.request.Package == p {
			all = append(all, row{id: x.id, request: x.request, answer: x.answer})
		}
	}
	return all
}

// text is everything that rows hold, blobs apart.
func (j *journal) text() []byte {
	j.mu.Lock()
	defer j.mu.Unlock()
	var b bytes.Buffer
	for _, x := range j.rows {
		fmt.Fprintf(&b, "%s %s %s\n%s\n%s\n", x.id, x.request.Operation, x.request.Endpoint, x.request.Head, x.request.Body.Text)
		if x.answer != nil {
			fmt.Fprintf(&b, "%s %s %s\n%s\n%s\n", x.answer.Outcome, x.answer.Code, x.answer.Head, x.answer.Body.Text, x.answer.Note)
		}
	}
	return b.Bytes()
}
