package mockoperator

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"
)

var errCutHere = errors.New("cut here")

// send writes an answer the way the rule of this exchange says.
func (x *exchange) send(status int, length int64, write func(io.Writer) error) {
	if x.rule.What == GzipUnasked || x.rule.What == TruncatedXML {
		length, write = x.transform(length, write)
	}
	x.w.Header().Set("Content-Length", strconv.FormatInt(length, 10))
	x.w.WriteHeader(status)
	out := x.o.wire.newTap(x.seen.Number, "response", length)
	err := write(&answerWriter{x: x, tap: out, left: x.rule.Bytes})
	x.record(status, out)
	if err != nil {
		x.flushAndCut()
	}
}

func (x *exchange) record(status int, out *tap) {
	x.closeInput()
	c := out.capture()
	x.o.wire.update(x.seen, func(e *Exchange) { e.Status, e.Response = status, c })
}

// transform makes the whole answer first: these misbehaviours are for answers of ordinary size.
func (x *exchange) transform(length int64, write func(io.Writer) error) (int64, func(io.Writer) error) {
	var whole bytes.Buffer
	var sink io.Writer = &whole
	var zip *gzip.Writer
	if x.rule.What == GzipUnasked {
		zip = gzip.NewWriter(&whole)
		sink = zip
		x.w.Header().Set("Content-Encoding", "gzip")
	}
	err := write(sink)
	if zip != nil {
		err = errors.Join(err, zip.Close())
	} else {
		whole.Truncate(whole.Len() / 2)
	}
	if err != nil {
		return length, func(io.Writer) error { return err }
	}
	x.handle.strike()
	return int64(whole.Len()), writeBytes(whole.Bytes())
}

// answerWriter passes bytes to the client and the record; it cuts or dawdles when the rule says so.
type answerWriter struct {
	x    *exchange
	tap  *tap
	left int64
}

// Write implements io.Writer.
func (a *answerWriter) Write(p []byte) (int, error) {
	switch a.x.rule.What {
	case CutInResponseBody:
		if int64(len(p)) > a.left {
			n, _ := a.pass(p[:a.left])
			return n, errCutHere
		}
		a.left -= int64(len(p))
	case Slow:
		if a.x.rule.PerByte > 0 {
			return a.dawdle(p)
		}
	}
	return a.pass(p)
}

func (a *answerWriter) pass(p []byte) (int, error) {
	n, err := a.x.w.Write(p)
	a.tap.record(p[:n])
	return n, err
}

func (a *answerWriter) dawdle(p []byte) (int, error) {
	rc := http.NewResponseController(a.x.w)
	for i := range p {
		if _, err := a.pass(p[i : i+1]); err != nil {
			return i, err
		}
		if err := rc.Flush(); err != nil {
			return i, err
		}
		if err := a.x.wait(a.x.rule.PerByte, nil); err != nil {
			return i, err
		}
	}
	return len(p), nil
}

// wait lets time pass: until it is over, the handle is released, the client has gone or the operator is closed. A zero
// time means without end.
func (x *exchange) wait(d time.Duration, released <-chan struct{}) error {
	var over <-chan time.Time
	if d > 0 {
		t := time.NewTimer(d)
		defer t.Stop()
		over = t.C
	}
	select {
	case <-over:
		return nil
	case <-released:
		return nil
	case <-x.ctx.Done():
		return context.Cause(x.ctx)
	case <-x.o.done:
		return errCutHere
	}
}

// cut ends the connection without an answer.
func (x *exchange) cut() {
	x.closeInput()
	x.o.wire.update(x.seen, func(e *Exchange) { e.Cut = true })
	panic(http.ErrAbortHandler)
}

func (x *exchange) flushAndCut() {
	_ = http.NewResponseController(x.w).Flush() // what was written must reach the client before the cut; it may have gone
	x.cut()
}

// before applies what happens before the work; true means that the exchange is over.
func (x *exchange) before() bool {
	switch x.rule.What {
	case CutInRequestBody:
		_, _ = io.CopyN(io.Discard, x.body(), x.rule.Bytes) // a shorter body is cut at its end
		x.handle.strike()
		x.cut()
	case AnswerStatus, AnswerFault, HTMLPage, NilResult:
		if !x.rule.AfterAccepting {
			x.drain()
			x.handle.strike()
			x.bad()
			return true
		}
	}
	return false
}

// after applies what happens once the work is done; true means that the exchange is over.
func (x *exchange) after(operation string) bool {
	x.handle.strike()
	switch x.rule.What {
	case AcceptThenCut:
		x.cut()
	case AcceptThenHang:
		_ = x.wait(0, x.handle.released) // however it ends, the connection is cut
		x.cut()
	case AnswerStatus, AnswerFault, HTMLPage, NilResult:
		x.bad()
		return true
	case Slow:
		if x.rule.Delay > 0 && x.wait(x.rule.Delay, x.handle.released) != nil {
			x.cut()
		}
	}
	return false
}

// bad gives the bad answers.
func (x *exchange) bad() {
	switch x.rule.What {
	case AnswerFault:
		f := x.rule.Fault
		x.reply(nil, &f)
	case NilResult:
		if x.o.tables.Operations[x.seen.Operation].Result.Name == "" {
			x.reply(done(x.seen.Operation), nil) // has no result that could be nil
			return
		}
		x.reply(nilResult(x.seen.Operation), nil)
	case HTMLPage:
		const page = "<!DOCTYPE html><html><head><title>Сервис недоступен</title></head><body><h1>Технические работы</h1></body></html>\n"
		x.answer(http.StatusOK, "text/html; charset=utf-8", int64(len(page)), writeBytes([]byte(page)))
	case AnswerStatus:
		if x.rule.Retry > 0 {
			x.w.Header().Set("Retry-After", strconv.Itoa(int((x.rule.Retry+time.Second-1)/time.Second)))
		}
		text := http.StatusText(x.rule.Status) + "\n"
		x.answer(x.rule.Status, "text/plain; charset=utf-8", int64(len(text)), writeBytes([]byte(text)))
	}
}
