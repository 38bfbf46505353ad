package crash_test

import (
	"bytes"
	"io"
	"net"
	"strings"
	"sync"

	"github.com/edokit/edokit/conformance/mockoperator"
)

// stall stands between plugin and operator and lets a message in by a number of bytes only: then nothing moves until it
// is released, and the connection is cut. It strikes once; everything else passes.
type stall struct {
	url      string // to use instead of the operator's
	to       string
	after    int64
	reached  chan struct{}
	released chan struct{}
	once     sync.Once
	end      sync.Once
}

// stalled puts a stall in the way of the next SendMessage.
func (s *stand) stalled(after int64) *stall {
	s.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // it ends with the test
	s.must(err)
	st := &stall{
		url: "http://" + l.Addr().String() + mockoperator.Path, to: strings.TrimSuffix(strings.TrimPrefix(s.url, "http://"), mockoperator.Path),
		after: after, reached: make(chan struct{}), released: make(chan struct{}),
	}
	var all sync.WaitGroup
	all.Go(func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			all.Go(func() { st.pass(in) })
		}
	})
	s.Cleanup(func() { l.Close(); st.release(); all.Wait() })
	return st
}

func (st *stall) release() { st.end.Do(func() { close(st.released) }) }

func (st *stall) pass(in net.Conn) {
	defer in.Close()
	out, err := net.Dial("tcp", st.to) //nolint:noctx // it ends with the connection that it continues
	if err != nil {
		return
	}
	defer out.Close()
	go func() { _, _ = io.Copy(in, out); in.Close() }()
	buf, seen := make([]byte, 4<<10), int64(-1) // seen: bytes since the message began, -1 before
	for {
		n, err := in.Read(buf)
		if err != nil {
			return
		}
		if seen >= 0 || bytes.Contains(buf[:n], []byte(`IExchangeService/SendMessage"`)) {
			seen += int64(n)
		}
		if seen > st.after {
			first := false
			st.once.Do(func() { first = true; close(st.reached) })
			if first {
				<-st.released
				return
			}
		}
		if _, err := out.Write(buf[:n]); err != nil {
			return
		}
	}
}
