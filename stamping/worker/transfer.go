package worker

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"sync/atomic"
	"time"

	"github.com/edokit/edokit/stamping"
)

// transfer is the way of one document to a worker and back.
type transfer struct {
	*process
	limit  time.Duration // of each wait for the worker; those for the caller's own reader and writer do not count
	out    io.Writer
	maxOut int64

	timer    *time.Timer
	late     atomic.Bool
	received int64
	reported bool
}

// run gives an error of the reader or of out as it is, that of ctx if it has ended, and else a [stamping.Error].
func (t *transfer) run(ctx context.Context, req request, d Document) (report, error) {
	t.timer = time.AfterFunc(time.Hour, func() { t.late.Store(true); t.kill() })
	t.timer.Stop()
	defer t.timer.Stop()
	defer context.AfterFunc(ctx, t.kill)()
	own, err := t.send(ctx, req, d)
	if own {
		return report{}, err
	}
	r, own, err := t.receive() // even if sending broke off: a worker that refuses says why
	switch {
	case own:
		return report{}, err
	case ctx.Err() != nil:
		return report{}, ctx.Err()
	case t.late.Load():
		return report{}, &stamping.Error{Kind: stamping.TooSlow, Msg: fmt.Sprintf("it was not done in %s", t.limit)}
	case err != nil:
		return report{}, t.died()
	}
	return r, t.check(r, req)
}

// waiting runs one step that waits for the worker, against the clock.
func (t *transfer) waiting(step func() error) error {
	t.timer.Reset(t.limit)
	defer t.timer.Stop()
	return step()
}

// send tells whether the error is the caller's own.
func (t *transfer) send(ctx context.Context, req request, d Document) (own bool, err error) {
	r, err := d.Open(ctx)
	if err != nil {
		return true, err
	}
	defer r.Close()
	if err := t.waiting(func() error { return writeJSON(t.in, frameRequest, req) }); err != nil {
		return false, err
	}
	buf := make([]byte, 64<<10)
	left := d.Size
	for {
		n, err := r.Read(buf)
		if left -= int64(n); left < 0 {
			return true, fmt.Errorf("worker: the document is longer than the %d bytes announced", d.Size)
		}
		if werr := t.waiting(func() error { _, err := t.in.Write(buf[:n]); return err }); werr != nil {
			return false, werr
		}
		switch {
		case err == io.EOF && left > 0:
			return true, io.ErrUnexpectedEOF
		case err == io.EOF:
			return false, nil
		case err != nil:
			return true, err
		}
	}
}

// receive passes the copy on and reads the report behind it.
func (t *transfer) receive() (r report, own bool, err error) {
	var buf []byte
	seen := &shape{sum: sha256.New()}
	for {
		var kind byte
		if err := t.waiting(func() error { kind, buf, err = readFrame(t.frames, buf); return err }); err != nil {
			return r, false, err
		}
		switch kind {
		case frameData:
			t.received += int64(len(buf))
			if t.out == nil || t.received > t.maxOut {
				return r, false, errFrame
			}
			seen.add(buf)
			if _, err := t.out.Write(buf); err != nil {
				return r, true, fmt.Errorf("worker: write the copy: %w", err)
			}
		case frameReport:
			if err := json.Unmarshal(buf, &r); err != nil {
				return r, false, err
			}
			t.reported = true
			if t.out != nil && r.Error == nil && (r.Size != t.received || !bytes.Equal(r.Digest, seen.sum.Sum(nil)) || !seen.whole()) {
				return r, false, errFrame
			}
			return r, false, nil
		default:
			return r, false, errFrame
		}
	}
}

// check turns the failure of a report into an error, and misses nothing that the caller will rely on.
func (t *transfer) check(r report, req request) error {
	if f := r.Error; f != nil {
		return &stamping.Error{Kind: known(f.Kind), Page: f.Page, Msg: clip(f.Message)}
	}
	if req.Mark != nil && r.Result == nil || req.Mark == nil && (r.Findings == nil || r.Findings.Pages < 1 || len(r.Findings.Found) > len(req.Words)) {
		return t.died()
	}
	return nil
}

func (t *transfer) died() error {
	t.end()
	if t.said.outOfMemory() {
		return &stamping.Error{Kind: stamping.TooHeavy, Msg: "it needs more memory than a worker may have"}
	}
	return &stamping.Error{Kind: stamping.Crashed, Msg: "the worker ended over it, or gave nonsense"}
}

func tooLarge(limit int64) error {
	return &stamping.Error{Kind: stamping.TooLarge, Msg: fmt.Sprintf("the limit is %d bytes", limit)}
}

// known lets through only kinds that a document can have.
func known(k stamping.Kind) stamping.Kind {
	switch k {
	case stamping.Invalid, stamping.Unreadable, stamping.Encrypted, stamping.TooLarge, stamping.TooManyPages, stamping.NotVerified, stamping.Undecided,
		stamping.NoRoom, stamping.NeedsConverter, stamping.NotPrintable:
		return k
	}
	return stamping.Crashed
}

func clip(s string) string { return s[:min(len(s), 300)] }
