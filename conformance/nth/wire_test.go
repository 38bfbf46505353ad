package nth_test

import (
	"context"
	"net"
	"sync"
	"testing"
)

// line stands between driver and operator, counts the bytes of both ways over all connections of a run, and cuts the line
// when the one that it waits for would pass.
type line struct {
	url     string
	to      string
	request int64 // the byte of the requests before which the line is cut, from 0; negative: none
	answer  int64 // the same of the answers

	mu       sync.Mutex
	sent     [2]int64 // bytes so far: requests, answers
	cut      bool
	answers  []byte // all bytes of the answers, in order
	requests []byte
}

func newLine(t *testing.T, to string, request, answer int64) (l *line, stop func()) {
	t.Helper()
	var lc net.ListenConfig
	in, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l = &line{url: in.Addr().String(), to: to, request: request, answer: answer}
	var all sync.WaitGroup
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	all.Go(func() {
		for {
			c, err := in.Accept()
			if err != nil {
				return
			}
			all.Go(func() { l.pass(ctx, c) })
		}
	})
	return l, func() { _ = in.Close(); cancel(); all.Wait() }
}

func (l *line) pass(ctx context.Context, in net.Conn) {
	out, err := (&net.Dialer{}).DialContext(ctx, "tcp", l.to)
	if err != nil {
		_ = in.Close()
		return
	}
	end := sync.OnceFunc(func() { _ = in.Close(); _ = out.Close() })
	defer context.AfterFunc(ctx, end)()
	var both sync.WaitGroup
	both.Go(func() { l.copy(out, in, 0); end() })
	both.Go(func() { l.copy(in, out, 1); end() })
	both.Wait()
}

// copy passes bytes on until the line is cut or ends.
func (l *line) copy(to, from net.Conn, way int) {
	buf := make([]byte, 32<<10)
	for {
		n, err := from.Read(buf)
		pass, cut := l.count(buf[:n], way)
		if _, failed := to.Write(pass); failed != nil || err != nil || cut {
			return
		}
	}
}

func (l *line) count(p []byte, way int) (pass []byte, cut bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	at, stop := l.sent[way], [2]int64{l.request, l.answer}[way]
	l.sent[way] += int64(len(p))
	if !l.cut && stop >= at && stop < at+int64(len(p)) {
		l.cut = true
		return p[:stop-at], true
	}
	if way == 0 {
		l.requests = append(l.requests, p...)
	} else {
		l.answers = append(l.answers, p...)
	}
	return p, false
}

func (l *line) wasCut() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.cut
}
