//go:build unix

package soap

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/edokit/edokit/edo"
)

// startStub runs the test binary again as a server.
func startStub(b *testing.B) string {
	b.Helper()
	cmd := exec.CommandContext(b.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), stubVariable+"=1")
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { in.Close(); _ = cmd.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		b.Fatal(err)
	}
	return strings.TrimSpace(line)
}

func inMemory(p []byte) edo.Content {
	return edo.Content{Size: int64(len(p)), Open: func(context.Context) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(p)), nil }}
}

func cpu() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// measured runs f b.N times and adds CPU time of this process and the peak of its heap per message.
func measured(b *testing.B, size int64, f func()) {
	b.Helper()
	f() // connection and pools
	debug.FreeOSMemory()
	peak, stop := watchHeap()
	before := cpu()
	b.SetBytes(size)
	b.ReportAllocs()
	for b.Loop() {
		f()
	}
	spent := cpu() - before
	b.ReportMetric(float64(spent.Microseconds())/1000/float64(b.N), "cpu-ms/op")
	stop()
	b.ReportMetric(float64(peak.Load())/(1<<20), "peak-MiB")
}

// watchHeap looks at what the process has taken from the system and not given back.
func watchHeap() (*atomic.Uint64, func()) {
	peak, done := &atomic.Uint64{}, make(chan struct{})
	finished := make(chan struct{})
	go func() {
		defer close(finished)
		for {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			peak.Store(max(peak.Load(), m.Sys-m.HeapReleased))
			select {
			case <-done:
				return
			case <-time.After(20 * time.Millisecond):
			}
		}
	}()
	return peak, func() { close(done); <-finished }
}

func bodyOf(documents []edo.Content) *Body {
	b := NewBody(in(service, "Send"), Prefix{"m", model})
	b.Secret(in(service, "authToken"), edo.NewSecret("0f5e0b0c-7c3e-4d0a-9b53-2f1f7f3c9a10"))
	for _, d := range documents {
		b.Open(in(model, "Document"))
		b.Text(in(model, "FileName"), "contract-17.pdf")
		b.Content(in(model, "Content"), d)
		b.Close()
	}
	return b
}

// ready is the same request, encoded beforehand.
func ready(b *testing.B, documents [][]byte) []byte {
	b.Helper()
	m, err := bodyOf(contents(documents)).render()
	if err != nil {
		b.Fatal(err)
	}
	out, i := make([]byte, 0, m.size), 0
	for _, p := range m.parts {
		out = append(out, p.text...)
		if p.content != nil {
			out = base64.StdEncoding.AppendEncode(out, documents[i])
			i++
		}
	}
	return out
}

// The floor: net/http posts bytes that were encoded beforehand.
func benchmarkReady(b *testing.B, documents [][]byte) {
	b.Helper()
	url, p := startStub(b), ready(b, documents)
	c := &http.Client{Transport: &http.Transport{}}
	b.Cleanup(c.CloseIdleConnections)
	measured(b, int64(len(p)), func() {
		req, err := http.NewRequestWithContext(b.Context(), http.MethodPost, url, bytes.NewReader(p))
		if err != nil {
			b.Fatal(err)
		}
		req.Header.Set("Content-Type", contentType)
		resp, err := c.Do(req)
		if err != nil {
			b.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
	})
}

func benchmarkOurs(b *testing.B, documents []edo.Content, journal edo.Journal) {
	b.Helper()
	m, err := bodyOf(documents).render()
	if err != nil {
		b.Fatal(err)
	}
	c, err := New(Config{Endpoint: startStub(b), FaultDetail: in(faults, "Problem"), Journal: journal})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(c.Close)
	measured(b, m.size, func() {
		id := ""
		_, err := c.Do(b.Context(), Request{Operation: "Send", Action: "a", Body: bodyOf(documents), Effect: true, Answer: func(n *Node) error {
			return n.Fields(map[Name]func(*Node) error{in(model, "MessageId"): func(c *Node) (err error) { id, err = c.Text(); return err }})
		}})
		if err != nil || id == "" {
			b.Fatal(err)
		}
	})
}

func BenchmarkSmallReady(b *testing.B) { benchmarkReady(b, three()) }
func BenchmarkSmallOurs(b *testing.B)  { benchmarkOurs(b, contents(three()), nil) }

// BenchmarkSmallOursDigested adds what a journal asks for: the digest of the request and the masked copy, but no storage.
func BenchmarkSmallOursDigested(b *testing.B) { benchmarkOurs(b, contents(three()), forgetful{}) }

const large = 200e6

func BenchmarkLargeReady(b *testing.B) { benchmarkReady(b, [][]byte{random(large)}) }

// BenchmarkLargeOurs reads the document from a file, so that the peak is what sending costs.
func BenchmarkLargeOurs(b *testing.B)         { benchmarkOurs(b, onDisk(b), nil) }
func BenchmarkLargeOursDigested(b *testing.B) { benchmarkOurs(b, onDisk(b), forgetful{}) }

func three() [][]byte { return [][]byte{random(150_000), random(150_001), random(150_002)} }

func contents(documents [][]byte) []edo.Content {
	all := make([]edo.Content, len(documents))
	for i, d := range documents {
		all[i] = inMemory(d)
	}
	return all
}

func onDisk(b *testing.B) []edo.Content {
	b.Helper()
	path := filepath.Join(b.TempDir(), "document")
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	for range int(large / 1e6) {
		if _, err := f.Write(random(1e6)); err != nil {
			b.Fatal(err)
		}
	}
	if err := f.Close(); err != nil {
		b.Fatal(err)
	}
	return []edo.Content{{Size: large, Open: func(context.Context) (io.ReadCloser, error) { return os.Open(path) }}}
}

// forgetful takes rows and drops them.
type forgetful struct{}

func (f forgetful) Begin(context.Context, edo.ExchangeRequest) (edo.Exchange, error) { return f, nil }
func (forgetful) ID() edo.ExchangeID                                                 { return "x" }
func (forgetful) Blob(context.Context) (edo.Blob, error)                             { return nil, io.ErrClosedPipe }
func (forgetful) Finish(context.Context, edo.ExchangeAnswer) error                   { return nil }
