package soap

import (
	"context"
	"crypto/sha256"
	"errors"
	"hash"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/segmentio/asm/base64"

	"github.com/edokit/edokit/edo"
)

// States of a stream. The step from flowing to whole or stopped happens once, so that "the operator cannot have it
// whole" is a fact and not a guess.
const (
	flowing int32 = iota
	whole         // the last byte was handed to the connection
	stopped       // it never will be
)

var errStopped = errors.New("the request was stopped before its last byte")

// stream is a request body. Every Read fills as much of p as there is, so that large buffers become large writes.
type stream struct {
	check   func() error // why nothing more may be sent, nil while it may
	open    func(edo.Content) (io.ReadCloser, error)
	sum     hash.Hash // nil: nobody asks for the digest
	watch   *watch
	buffers *buffers
	resume  chan struct{} // closed when a stopped stream may fail and take the connection down

	state  atomic.Int32
	handed atomic.Int64
	digest edo.Digest // valid once whole

	mu    sync.Mutex // the transport may close from another goroutine
	parts []part
	src   io.ReadCloser
	left  int64
	in    []byte
	quad  [4]byte
	spill []byte // rest of a quad that did not fit
	over  bool   // the last byte was encoded
	err   error  // sticky
}

func newStream(ctx context.Context, m *message, w *watch, b *buffers, digest bool) *stream {
	s := &stream{parts: m.parts, watch: w, buffers: b, resume: make(chan struct{})}
	s.check = func() error { return mayGoOn(ctx) }
	s.open = func(c edo.Content) (io.ReadCloser, error) { return c.Open(ctx) }
	if digest {
		s.sum = sha256.New()
	}
	return s
}

// mayGoOn looks at the deadline itself too: the timer of a process that was paused fires late, and its lease may belong
// to another by then.
func mayGoOn(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return context.Cause(ctx)
	}
	if d, ok := ctx.Deadline(); ok && time.Until(d) <= 0 { //nolint:forbidigo // a context's deadline is on the runtime's clock
		return context.DeadlineExceeded
	}
	return nil
}

// stop prevents the last byte. It reports whether the whole request had been handed over before. Reads block until
// release, so that an early answer can be read before the transport drops the connection.
func (s *stream) stop() (wasWhole bool) {
	s.state.CompareAndSwap(flowing, stopped)
	return s.state.Load() == whole
}

func (s *stream) release() { close(s.resume) }

func (s *stream) Read(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil && s.state.Load() == stopped {
		<-s.resume
		s.err = errStopped
	}
	if s.err == nil && s.state.Load() == flowing {
		s.err = s.check()
	}
	if s.err == nil && s.over {
		return 0, io.EOF
	}
	if s.err != nil {
		return 0, s.err
	}
	n := s.fill(p)
	if s.err != nil {
		return 0, s.err // what was encoded before the fault need not leave
	}
	return s.hand(p[:n])
}

// hand accounts for bytes on their way out; the ones that complete the request leave only if nobody has stopped it.
func (s *stream) hand(p []byte) (int, error) {
	if s.sum != nil {
		s.sum.Write(p)
	}
	if s.over {
		if s.sum != nil {
			s.sum.Sum(s.digest[:0])
		}
		if !s.state.CompareAndSwap(flowing, whole) {
			s.err = errStopped
			return 0, s.err
		}
	}
	s.handed.Add(int64(len(p)))
	s.watch.moved.Add(int64(len(p)))
	s.watch.waiting.Store(s.over)
	if s.over {
		return len(p), io.EOF
	}
	return len(p), nil
}

// fill writes the next bytes into p; s.over is set once the last one is among them.
func (s *stream) fill(p []byte) (n int) {
	for n < len(p) && s.err == nil && !s.over {
		switch {
		case len(s.spill) > 0:
			k := copy(p[n:], s.spill)
			s.spill, n = s.spill[k:], n+k
		case len(s.parts) == 0:
			s.over = true
		case s.parts[0].content == nil:
			k := copy(p[n:], s.parts[0].text)
			n += k
			if s.parts[0].text = s.parts[0].text[k:]; len(s.parts[0].text) == 0 {
				s.parts = s.parts[1:]
			}
		case s.src == nil:
			s.begin()
		default:
			n += s.encode(p[n:])
		}
	}
	s.over = s.err == nil && len(s.parts) == 0 && len(s.spill) == 0
	return n
}

func (s *stream) begin() {
	c := s.parts[0].content
	src, err := s.open(*c)
	if err != nil {
		s.err = contentFault(s.parts[0].name, err)
		return
	}
	s.src, s.left = src, c.Size
	if s.in == nil {
		s.in = s.buffers.take()
	}
}

// encode moves one piece of content through base64 into p.
func (s *stream) encode(p []byte) int {
	if s.left == 0 {
		s.finishContent()
		return 0
	}
	want := min(int64(len(p)/4*3), s.left, int64(len(s.in)/3*3))
	small := want < 3
	if small {
		want = min(3, s.left)
	}
	if want < s.left {
		want -= want % 3 // only the last piece may need padding
	}
	in := s.in[:want]
	if _, err := io.ReadFull(s.src, in); err != nil {
		s.err = contentFault(s.parts[0].name, err)
		return 0
	}
	s.left -= want
	out := base64.StdEncoding.EncodedLen(len(in))
	if small || out > len(p) {
		return s.encodeSmall(p, in)
	}
	base64.StdEncoding.Encode(p[:out], in)
	return out
}

// encodeSmall goes through a quad of its own when p has no room for whole ones.
func (s *stream) encodeSmall(p, in []byte) int {
	if len(in) > 3 { // padding made the last piece too long for p: give back what does not fit
		whole := len(p) / 4 * 3
		base64.StdEncoding.Encode(p[:whole/3*4], in[:whole])
		rest := in[whole:]
		s.spill = make([]byte, base64.StdEncoding.EncodedLen(len(rest)))
		base64.StdEncoding.Encode(s.spill, rest)
		return whole / 3 * 4
	}
	base64.StdEncoding.Encode(s.quad[:], in)
	s.spill = s.quad[:]
	return 0
}

// finishContent insists on the end of the reader: a verifying reader speaks up with its last Read.
func (s *stream) finishContent() {
	name := s.parts[0].name
	var one [1]byte
	n, err := 0, error(nil)
	for range 100 { // a reader may return nothing a few times
		if n, err = s.src.Read(one[:]); n > 0 || err != nil {
			break
		}
	}
	switch {
	case n > 0:
		err = errLonger
	case err == nil:
		err = io.ErrNoProgress
	case err == io.EOF: //nolint:errorlint // a reader ends with io.EOF itself; a wrapped one is a fault of its own
		err = nil
	}
	if closed := s.src.Close(); err == nil {
		err = closed
	}
	s.src, s.parts = nil, s.parts[1:]
	if err != nil {
		s.err = contentFault(name, err)
	}
}

var errLonger = errors.New("longer than said")

// contentError marks a fault of our own content on its way through net/http.
type contentError struct{ fault *edo.Error }

func (e *contentError) Error() string { return e.fault.Error() }
func (e *contentError) Unwrap() error { return e.fault }

// contentFault is a fault of this try, whatever kind the reader gave it: the request cannot leave whole any more, so
// nothing was accepted. Content that is not what was said is a fault of the package, and no repeat mends it.
func contentFault(element string, err error) error {
	e := &edo.Error{Kind: edo.Unavailable, Field: element, Message: "could not be read", Err: err}
	var typed *edo.Error
	switch {
	case errors.As(err, &typed):
		e.Reason = typed.Reason
		if typed.Kind == edo.Invalid && typed.Reason == edo.DocumentChanged {
			e.Kind = edo.Invalid
		}
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, errLonger):
		e.Kind, e.Reason, e.Err = edo.Invalid, edo.DocumentChanged, nil
		e.Message, e.Remedy = "is shorter or longer than said", "send the document again as it is now, under a new package id"
	}
	return &contentError{e}
}

// Close lets go of the content that was being read.
func (s *stream) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil {
		s.err = errStopped
	}
	s.buffers.give(s.in)
	s.in = nil
	if s.src == nil {
		return nil
	}
	src := s.src
	s.src = nil
	return src.Close()
}
