package worker

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"sync"
	"time"

	"github.com/edokit/edokit/stamping"
	"github.com/edokit/edokit/stamping/printable"
)

// Config says what a worker is allowed. Zero values mean the defaults.
type Config struct {
	Program   string        // whose main begins with Main; empty: the running one
	Workers   int           // documents at once, and processes kept; 2
	Time      time.Duration // how long one document may take; 10 s
	Memory    int64         // bytes of one worker; 1 GiB
	MaxBytes  int64         // of a document; as all below as in stamping
	MaxDecode int64
	MaxPages  int
}

// The limits of a worker that hold where Config leaves them zero, and the least memory with which it
// can work: with half of that some ordinary documents are too heavy.
const (
	DefaultTime   = 10 * time.Second
	DefaultMemory = 1 << 30
	LeastMemory   = 256 << 20
)

// bytesOfPixel is the most that a decoder takes: a progressive JPEG in full colour. One large piece of memory may slip past the
// limit of the system, so that pictures are measured before they are decoded.
const bytesOfPixel = 16

// Pool gives documents to workers. It may be used by many goroutines.
type Pool struct {
	cfg   Config
	slots chan struct{}

	mu     sync.Mutex
	idle   []*process
	closed bool
}

// New checks the limits. It starts nothing: the first document does.
func New(c Config) (*Pool, error) {
	if c.Workers < 0 || c.Time < 0 || c.Memory < 0 || c.MaxBytes < 0 || c.MaxDecode < 0 || c.MaxPages < 0 {
		return nil, &stamping.Error{Kind: stamping.Invalid, Msg: "a limit of worker.Config is negative; leave it zero for the default"}
	}
	if len(os.Args) == 3 && os.Args[1] == argument { // or each such process would start the next
		return nil, &stamping.Error{Kind: stamping.Invalid, Msg: "this process was started as a worker; call worker.Main first in main"}
	}
	def(&c.Workers, 2)
	def(&c.Time, DefaultTime)
	def(&c.Memory, DefaultMemory)
	def(&c.MaxBytes, stamping.DefaultMaxBytes)
	def(&c.MaxDecode, stamping.DefaultMaxDecode)
	def(&c.MaxPages, stamping.DefaultMaxPages)
	if c.Memory < LeastMemory {
		return nil, &stamping.Error{Kind: stamping.Invalid, Msg: "Memory of worker.Config is below LeastMemory, with which a worker cannot start"}
	}
	if c.Program == "" {
		var err error
		if c.Program, err = self(); err != nil {
			return nil, &stamping.Error{Kind: stamping.NoWorker, Msg: "the running program is not known; set Program of worker.Config", Err: err}
		}
	}
	return &Pool{cfg: c, slots: make(chan struct{}, c.Workers)}, nil
}

func def[T int | int64 | time.Duration](v *T, to T) {
	if *v == 0 {
		*v = to
	}
}

// Close ends the workers and waits for them. A document that is being worked on is waited for: end its context first.
func (p *Pool) Close() error {
	p.mu.Lock()
	p.closed = true
	idle := p.idle
	p.idle = nil
	p.mu.Unlock()
	for _, w := range idle {
		w.end()
	}
	for range cap(p.slots) {
		p.slots <- struct{}{}
	}
	for range cap(p.slots) {
		<-p.slots
	}
	return nil
}

// Document is a PDF, or for StampFile any file, that can be opened more than once.
type Document struct {
	Size int64
	Open func(ctx context.Context) (io.ReadCloser, error)
}

// InMemory is a Document of bytes that the caller has anyway.
func InMemory(b []byte) Document {
	return Document{Size: int64(len(b)), Open: func(context.Context) (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(b)), nil
	}}
}

// Stamp does what [stamping.Stamp] does, in a worker. After an error that what out was given must be thrown away: a copy
// is passed on while it is compared.
func (p *Pool) Stamp(ctx context.Context, d Document, out io.Writer, m *stamping.Mark, o *stamping.Options) (stamping.Result, error) {
	r, err := p.stamp(ctx, request{Size: d.Size, Mark: m}, d, out, o)
	if err != nil {
		return stamping.Result{}, err
	}
	return *r.Result, nil
}

// StampFile does what Stamp does, of any file of which package printable makes a PDF; printed says that it did so, and that the
// pages of the result are not the file's own. The view leaves the place of a mark at the lower edge free. A picture may have a
// pixel for every 16 bytes of Config.Memory, up to printable.DefaultMaxPixels. What is a PDF already is stamped as Stamp does. The
// errors are those of printable.Render as well.
func (p *Pool) StampFile(
	ctx context.Context, d Document, f printable.Facts, out io.Writer, m *stamping.Mark, o *stamping.Options,
) (_ stamping.Result, printed bool, err error) {
	pixels := min(printable.DefaultMaxPixels, p.cfg.Memory/bytesOfPixel)
	r, err := p.stamp(ctx, request{Size: d.Size, Mark: m, File: &f, Pixels: pixels}, d, out, o)
	if err != nil {
		return stamping.Result{}, false, err
	}
	return *r.Result, r.Printed, nil
}

func (p *Pool) stamp(ctx context.Context, req request, d Document, out io.Writer, o *stamping.Options) (report, error) {
	if req.Mark == nil {
		return report{}, &stamping.Error{Kind: stamping.Invalid, Msg: "the mark has no size"}
	}
	if o != nil {
		req.Options = *o
	}
	return p.do(ctx, req, d, out)
}

// Examine does what [stamping.Examine] does, in a worker.
func (p *Pool) Examine(ctx context.Context, d Document, words []string) (stamping.Findings, error) {
	r, err := p.do(ctx, request{Size: d.Size, Words: words}, d, nil)
	if err != nil {
		return stamping.Findings{}, err
	}
	return *r.Findings, nil
}

// do has one document worked on. A worker that had ended before it was given the document, or just then, is no fault of the
// document: another one is tried once.
func (p *Pool) do(ctx context.Context, req request, d Document, out io.Writer) (report, error) {
	o := &req.Options
	o.MaxBytes, o.MaxDecode, o.MaxPages = p.cfg.MaxBytes, p.cfg.MaxDecode, p.cfg.MaxPages
	if d.Size > p.cfg.MaxBytes {
		return report{}, tooLarge(p.cfg.MaxBytes)
	}
	select {
	case p.slots <- struct{}{}:
		defer func() { <-p.slots }()
	case <-ctx.Done():
		return report{}, ctx.Err()
	}
	for {
		w, used, err := p.take()
		if err != nil {
			return report{}, err
		}
		t := &transfer{process: w, limit: p.cfg.Time, out: out, maxOut: 2*p.cfg.MaxBytes + 16<<20}
		r, err := t.run(ctx, req, d)
		if err != nil || r.Used > uint64(p.cfg.Memory)/4 {
			w.end()
		} else {
			p.give(w)
		}
		if used && errors.Is(err, stamping.Crashed) && t.received == 0 && !t.reported {
			continue
		}
		return r, err
	}
}

// take gives a worker that has been used before, or a new one.
func (p *Pool) take() (w *process, used bool, err error) {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return nil, false, &stamping.Error{Kind: stamping.NoWorker, Msg: "the pool is closed"}
	}
	for len(p.idle) > 0 && w == nil {
		w, p.idle = p.idle[len(p.idle)-1], p.idle[:len(p.idle)-1]
		if w.hasEnded() {
			w.end()
			w = nil
		}
	}
	p.mu.Unlock()
	if w != nil {
		return w, true, nil
	}
	w, err = start(p.cfg.Program, p.cfg.Memory)
	return w, false, err
}

func (p *Pool) give(w *process) {
	p.mu.Lock()
	keep := !p.closed
	if keep {
		p.idle = append(p.idle, w)
	}
	p.mu.Unlock()
	if !keep {
		w.end()
	}
}
