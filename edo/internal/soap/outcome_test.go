package soap

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/edokit/edokit/edo"
)

func reader(r func() io.Reader, size int64) edo.Content {
	return edo.Content{Size: size, Open: func(context.Context) (io.ReadCloser, error) { return io.NopCloser(r()), nil }}
}

// A request whose content is not what was said never becomes whole at the operator.
func TestContentThatIsNotWhatWasSaid(t *testing.T) {
	t.Parallel()
	changed := &edo.Error{Kind: edo.Invalid, Reason: edo.DocumentChanged, Message: "has another digest"}
	missing := &edo.Error{Kind: edo.NotFound, Reason: "file-missing"}
	damaged := &edo.Error{Kind: edo.Internal, Reason: "file-damaged"}
	bytesOf := func(n int) func() io.Reader { return func() io.Reader { return bytes.NewReader(random(n)) } }
	for name, tc := range map[string]struct {
		content edo.Content
		want    edo.Kind
	}{
		"shorter":       {reader(bytesOf(299_999), 300_000), edo.Invalid},
		"longer":        {reader(bytesOf(300_001), 300_000), edo.Invalid},
		"empty":         {reader(bytesOf(0), 1), edo.Invalid},
		"not empty":     {reader(bytesOf(1), 0), edo.Invalid},
		"digest at end": {reader(func() io.Reader { return io.MultiReader(bytes.NewReader(random(300_000)), iotest.ErrReader(changed)) }, 300_000), edo.Invalid},
		"unreadable":    {reader(func() io.Reader { return iotest.ErrReader(errors.New("bad sector")) }, 300_000), edo.Unavailable},
		"never an end":  {reader(func() io.Reader { return io.MultiReader(bytes.NewReader(random(9)), endless{}) }, 9), edo.Unavailable},
		"fault with EOF": {reader(func() io.Reader {
			return io.MultiReader(bytes.NewReader(random(9)), iotest.ErrReader(&edo.Error{Kind: edo.Unavailable, Err: io.EOF}))
		}, 9), edo.Unavailable},
		"cannot be open":  {edo.Content{Size: 9, Open: func(context.Context) (io.ReadCloser, error) { return nil, edo.NotFound }}, edo.Unavailable},
		"not found typed": {edo.Content{Size: 9, Open: func(context.Context) (io.ReadCloser, error) { return nil, missing }}, edo.Unavailable},
		"damaged":         {reader(func() io.Reader { return io.MultiReader(bytes.NewReader(random(9)), iotest.ErrReader(damaged)) }, 300_000), edo.Unavailable},
		"invalid typed":   {reader(func() io.Reader { return iotest.ErrReader(&edo.Error{Kind: edo.Invalid, Reason: edo.NameMalformed}) }, 9), edo.Unavailable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := make(chan []byte, 1)
			srv := serve(t, func(body []byte) string { got <- body; return http11(200, typeXML, success("")) })
			log := &memory{}
			_, err := client(t, srv.url, log).Do(t.Context(), request(tc.content))
			if edo.KindOf(err) != tc.want {
				t.Errorf("got %v", err)
			}
			for says, cause := range map[string]*edo.Error{"not found typed": missing, "damaged": damaged} {
				if says == name && (edo.ReasonOf(err) != cause.Reason || !errors.Is(err, cause)) {
					t.Errorf("reason %s or cause is lost: %v", edo.ReasonOf(err), err)
				}
			}
			if a := log.answer(t); a.Outcome != edo.OutcomeUnavailable || !a.RequestDigest.IsZero() || a.RequestSent >= log.requests[0].Size {
				t.Errorf("row %+v", a)
			}
			select {
			case body := <-got:
				if strings.HasSuffix(string(body), "</s:Envelope>") {
					t.Error("the operator got a whole request")
				}
			default:
			}
		})
	}
}

type endless struct{}

func (endless) Read([]byte) (int, error) { return 0, nil }

func TestNothingLeavesWithoutARow(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]error{
		"store is down":   errors.New("disk is full"),
		"store is broken": &edo.Error{Kind: edo.Internal, Reason: "row-damaged"},
		"lease lost":      &edo.Error{Kind: edo.Conflict, Reason: edo.LeaseLost},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, srv, err := ask(t, &memory{beginErr: fault}, "")
			if _, _, hits := srv.seen(); hits != 0 || edo.KindOf(err) != edo.Unavailable || edo.ReasonOf(err) != edo.ReasonOf(fault) || !errors.Is(err, fault) {
				t.Errorf("%d requests, %v", hits, err)
			}
		})
	}
}

func TestAnswerIsNotBelievedWithoutARow(t *testing.T) {
	t.Parallel()
	for name, reply := range map[string]string{"success": success("<a:Id>1</a:Id>"), "fault": typed("<Code>A</Code>")} {
		log := &memory{endErr: errors.New("disk is full")}
		_, _, err := ask(t, log, http11(200, typeXML, reply))
		if edo.KindOf(err) != edo.InDoubt || errors.As(err, new(*Fault)) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The lease of a process that was paused after its row was committed may have ended.
func TestTooLateAfterTheRow(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	srv := serve(t, func([]byte) string { return http11(200, typeXML, success("")) })
	log := &memory{begun: cancel}
	_, err := client(t, srv.url, log).Do(ctx, request())
	if _, _, hits := srv.seen(); hits != 0 || edo.KindOf(err) != edo.Unavailable || !errors.Is(err, context.Canceled) {
		t.Errorf("%d requests, %v", hits, err)
	}
	if a := log.answer(t); a.Outcome != edo.OutcomeUnavailable || a.RequestSent != 0 {
		t.Errorf("row %+v", a)
	}

	past, stop := context.WithDeadline(context.WithoutCancel(ctx), time.Now().Add(-time.Second))
	defer stop()
	if err := mayGoOn(lateTimer{past}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a deadline that has passed unnoticed: %v", err)
	}
}

// A caller that stops says why with an error of its own, which stays as it was: it may be shared.
func TestStoppedForAReason(t *testing.T) {
	t.Parallel()
	lost := &edo.Error{Kind: edo.Conflict, Reason: edo.LeaseLost, Op: "caller"}
	ctx, cancel := context.WithCancelCause(t.Context())
	srv := serve(t, func([]byte) string { return http11(200, typeXML, success("")) })
	_, err := client(t, srv.url, &memory{begun: func() { cancel(lost) }}).Do(ctx, request())
	if edo.KindOf(err) != edo.Unavailable || !errors.Is(err, edo.LeaseLost) || lost.Op != "caller" || lost.Exchange != "" {
		t.Errorf("%v, cause %+v", err, lost)
	}
}

// lateTimer is a context whose timer has not fired yet.
type lateTimer struct{ context.Context }

func (lateTimer) Err() error { return nil }

func TestNobodyListens(t *testing.T) {
	t.Parallel()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	log := &memory{}
	_, err = client(t, "http://"+l.Addr().String()+"/", log).Do(t.Context(), request())
	if a := log.answer(t); edo.KindOf(err) != edo.Unavailable || a.Outcome != edo.OutcomeUnavailable || a.RequestSent != 0 {
		t.Errorf("%v, row %+v", err, a)
	}
}

// partly is a server that reads so much of a request, says something, and may close.
func partly(t *testing.T, read int64, reply string, hold bool) string {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	t.Cleanup(func() { l.Close(); <-done })
	go func() {
		defer close(done)
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		_, _ = io.CopyN(io.Discard, conn, read)
		_, _ = io.WriteString(conn, reply)
		if hold {
			<-t.Context().Done()
		}
	}()
	return "http://" + l.Addr().String() + "/"
}

func TestBeforeTheLastByte(t *testing.T) {
	t.Parallel()
	big := random(24 << 20) // more than the sockets hold
	for name, tc := range map[string]struct {
		reply string
		hold  bool
	}{
		"cut":           {"", false},
		"page":          {http11(413, "Content-Type: text/html\r\n", "<html>too large</html>"), true},
		"fault":         {http11(500, typeXML, typed("<Code>TooLarge</Code>")), true},
		"page and cut":  {http11(413, "Content-Type: text/html\r\n", "<html>too large</html>"), false},
		"half a head":   {"HTTP/1.1 200", true},
		"half a answer": {"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n<s:Env", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			log := &memory{}
			url := partly(t, 1<<16, tc.reply, tc.hold)
			wait := 30 * time.Second
			if strings.HasPrefix(name, "half") { // nothing else ends these
				wait = time.Second
			}
			ctx, cancel := context.WithTimeout(t.Context(), wait)
			defer cancel()
			_, err := client(t, url, log).Do(ctx, request(log.put(t, big)))
			if edo.KindOf(err) != edo.Unavailable {
				t.Errorf("got %v", err)
			}
			if f := new(Fault); name == "fault" && (!errors.As(err, &f) || f.Code != "TooLarge") {
				t.Errorf("the fault is lost: %v", err)
			}
			if a := log.answer(t); a.Outcome != edo.OutcomeUnavailable || !a.RequestDigest.IsZero() {
				t.Errorf("row %+v", a)
			}
		})
	}
}

// An operator that says "done" without having the whole request is wrong, or our count is: sending again may be sending
// twice.
func TestSuccessBeforeTheLastByte(t *testing.T) {
	t.Parallel()
	done := http11(200, typeXML, success("<a:Id>1</a:Id>"))
	odd := errors.New("odd value")
	big := inMemoryContent(random(24 << 20)) // more than the sockets hold
	for name, tc := range map[string]struct {
		reply  string
		effect bool
		answer error
		lost   error // the row is not committed
		want   edo.Kind
	}{
		"effect":             {done, true, nil, nil, edo.InDoubt},
		"no effect":          {done, false, nil, nil, edo.Unavailable},
		"odd status":         {http11(500, typeXML, success("")), true, nil, nil, edo.InDoubt},
		"value not accepted": {done, true, odd, nil, edo.InDoubt},
		"row lost":           {done, true, nil, errors.New("disk is full"), edo.InDoubt},
		"half of it":         {http11(200, typeXML, strings.TrimSuffix(success(""), "</s:Envelope>")), true, nil, nil, edo.Unavailable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			log := &memory{endErr: tc.lost}
			r := request(big)
			r.Effect, r.Answer = tc.effect, func(n *Node) error { return errors.Join(n.Skip(), tc.answer) }
			ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
			defer cancel()
			_, err := client(t, partly(t, 1<<16, tc.reply, true), log).Do(ctx, r)
			if edo.KindOf(err) != tc.want {
				t.Errorf("got %v", err)
			}
			outcome := edo.OutcomeUnavailable
			if tc.want == edo.InDoubt {
				outcome = edo.OutcomeUnreadable
			}
			if a := log.answer(t); a.Outcome != outcome || !a.RequestDigest.IsZero() {
				t.Errorf("row %+v", a)
			}
		})
	}
}

func TestAfterTheLastByte(t *testing.T) {
	t.Parallel()
	for name, hold := range map[string]bool{"cut": false, "silence": true} {
		for _, effect := range []bool{true, false} {
			log := &memory{}
			r := request()
			r.Effect = effect
			m, err := r.Body.render()
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second) // what silence ends with; the request has to leave before
			_, err = client(t, partly(t, m.size, "", hold), log).Do(ctx, r)
			cancel()
			want := map[bool]edo.Kind{true: edo.InDoubt, false: edo.Unavailable}[effect]
			if a := log.answer(t); edo.KindOf(err) != want || a.Outcome != edo.OutcomeSilent || a.RequestSent != m.size {
				t.Errorf("%s: %v, row %+v", name, err, a)
			}
		}
	}
}

// A connection that dies before the body was written has not carried it, even if all of it was handed over.
func TestWritesThatFail(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		allowed int // writes
		want    edo.Kind
	}{
		"the head": {0, edo.Unavailable},
		"the body": {1, edo.InDoubt}, // a write began: who knows
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ours, theirs := net.Pipe()
			defer theirs.Close()
			go func() { _, _ = io.Copy(io.Discard, theirs) }()
			c := client(t, "http://127.0.0.1:1/", nil)
			c.transport.DialContext = func(context.Context, string, string) (net.Conn, error) {
				return &wire{Conn: &refusing{ours, tc.allowed}, buffers: c.buffers}, nil
			}
			if _, err := c.Do(t.Context(), request()); edo.KindOf(err) != tc.want {
				t.Errorf("got %v", err)
			}
		})
	}
}

// refusing fails all but some writes.
type refusing struct {
	net.Conn
	allowed int
}

func (r *refusing) Write(p []byte) (int, error) {
	if r.allowed--; r.allowed < 0 {
		return 0, io.ErrClosedPipe
	}
	return r.Conn.Write(p)
}

func TestAbandonedWire(t *testing.T) {
	t.Parallel()
	ours, theirs := net.Pipe()
	defer theirs.Close()
	w := &wire{Conn: ours}
	if n := w.abandon(0); n != 0 {
		t.Errorf("%d bytes written", n)
	}
	if _, err := w.Write([]byte("x")); !errors.Is(err, errDead) {
		t.Errorf("wrote after it was given up: %v", err)
	}
}

// piped makes a client that speaks over a pipe, so that time can be faked.
func piped(t *testing.T, limits Limits, serve func(net.Conn)) (*Client, *sync.WaitGroup) {
	t.Helper()
	all := &sync.WaitGroup{}
	c := client(t, "http://127.0.0.1:1/", nil, func(c *Config) { c.Limits = limits })
	c.transport.DialContext = func(context.Context, string, string) (net.Conn, error) {
		ours, theirs := net.Pipe()
		all.Go(func() { defer theirs.Close(); serve(theirs) })
		return &wire{Conn: ours, buffers: c.buffers}, nil
	}
	return c, all
}

func TestTooSlow(t *testing.T) {
	t.Parallel()
	drip := func(conn net.Conn, text string, each time.Duration) {
		for i := range text {
			time.Sleep(each)
			if _, err := io.WriteString(conn, text[i:i+1]); err != nil {
				return
			}
		}
	}
	ask := func(conn net.Conn, n int64) { _, _ = io.CopyN(io.Discard, conn, n) }
	whole := http11(200, typeXML, success("<a:x>"+strings.Repeat("x", 100_000)+"</a:x>"))
	long := http11(200, typeXML, success("<a:x>"+strings.Repeat("x", 1<<20)+"</a:x>"))
	for name, tc := range map[string]struct {
		serve func(conn net.Conn, size int64)
		want  error
		after time.Duration
		kind  edo.Kind
	}{
		"one byte a second": {func(c net.Conn, n int64) { ask(c, n); drip(c, whole, time.Second) }, errSlow, 3 * time.Minute, edo.InDoubt},
		"silence":           {func(c net.Conn, n int64) { ask(c, n); drip(c, whole, 7*time.Minute) }, errSilent, 6 * time.Minute, edo.InDoubt},
		"reads nothing":     {func(c net.Conn, n int64) { time.Sleep(time.Hour) }, errSlow, 2 * time.Minute, edo.Unavailable},
		"reads slowly": {func(c net.Conn, n int64) {
			for range 10_000 {
				ask(c, 1)
				time.Sleep(time.Second)
			}
		}, errSlow, 2 * time.Minute, edo.Unavailable},
		"just above minimum": {func(c net.Conn, n int64) { ask(c, n); drip(c, whole, time.Millisecond/2) }, nil, 5 * time.Minute, 0},
		"longer than all":    {func(c net.Conn, n int64) { ask(c, n); drip(c, long, 900*time.Microsecond) }, errDeadline, 11 * time.Minute, edo.InDoubt},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r := request(inMemoryContent(random(500_000)))
				m, err := r.Body.render()
				if err != nil {
					t.Fatal(err)
				}
				limits := Limits{MinRate: 1000, Deadline: 10 * time.Minute}
				c, all := piped(t, limits, func(conn net.Conn) {
					size := m.size + int64(len("POST / HTTP/1.1\r\nHost: 127.0.0.1:1\r\nUser-Agent: edokit-test\r\nContent-Length: 000000\r\nContent-Type: text/xml; charset=utf-8\r\nSOAPAction: \"http://service.example/Send\"\r\n\r\n"))
					tc.serve(conn, size)
				})
				begin := time.Now()
				_, err = c.Do(t.Context(), r)
				if !errors.Is(err, tc.want) || tc.want != nil && edo.KindOf(err) != tc.kind || time.Since(begin) > tc.after {
					t.Errorf("%v after %s", err, time.Since(begin))
				}
				c.Close()
				all.Wait()
			})
		})
	}
}

func inMemoryContent(p []byte) edo.Content {
	return reader(func() io.Reader { return bytes.NewReader(p) }, int64(len(p)))
}

// The content is never held: what Do allocates does not grow with it.
//
//nolint:paralleltest // it looks at what the whole process allocates
func TestMemoryDoesNotGrow(t *testing.T) {
	const size = 64 << 20
	c, all := piped(t, Limits{}, func(conn net.Conn) {
		_, _ = io.CopyN(io.Discard, conn, size/3*4)
		_, _ = io.WriteString(conn, http11(200, typeXML, success("")))
		_, _ = io.Copy(io.Discard, conn)
	})
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := c.Do(t.Context(), request(reader(func() io.Reader { return io.LimitReader(zeros{}, size) }, size)))
	runtime.ReadMemStats(&after)
	all.Wait()
	if n := after.TotalAlloc - before.TotalAlloc; n > 2<<20 || err != nil && edo.KindOf(err) != edo.InDoubt {
		t.Errorf("%d bytes allocated, %v", n, err)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// TestNotReady: whoever may not send any more sends nothing, however small the request is.
func TestNotReady(t *testing.T) {
	t.Parallel()
	lost := &edo.Error{Kind: edo.Conflict, Reason: edo.LeaseLost}
	srv := serve(t, func([]byte) string { return http11(200, typeXML, success("")) })
	log := &memory{}
	r := request()
	r.Effect, r.Ready = true, func() error { return lost }
	_, err := client(t, srv.url, log).Do(t.Context(), r)
	if _, _, hits := srv.seen(); hits != 0 || edo.KindOf(err) != edo.Unavailable || !errors.Is(err, edo.LeaseLost) {
		t.Errorf("%d requests, %v", hits, err)
	}
	if a := log.answer(t); a.Outcome != edo.OutcomeUnavailable || a.RequestSent != 0 {
		t.Errorf("row %+v", a)
	}
}
