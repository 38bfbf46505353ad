package crash_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"regexp"
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/edokit/edokit/conformance/mockoperator"
	"github.com/edokit/edokit/edo"
)

// Memory that the plugin may have at its peak, whatever passes through it.
const peak = 128 << 20

// TestLarge sends two documents of 300 MB each in one package and looks at the peak memory of the plugin. Nothing is
// set for it: no GOMEMLIMIT, no GOGC.
func TestLarge(t *testing.T) { //nolint:paralleltest // it measures a process, beside nothing else
	const size = 300_000_000
	s := setup(t, mockoperator.Scenario{}, func(c *mockoperator.Config) { c.WireMemory = -1 })
	s.settings = []string{"EDOKIT_LEASE=10s"}
	p := s.launch()
	s.register(p)
	pkg := s.pack("p-1", nil, nil)
	for i := range pkg.Documents {
		pkg.Documents[i].Name, pkg.Documents[i].Content = fmt.Sprintf("архив %d.zip", i+1), noise(t, uint64(i+1), size)
	}
	begun := time.Now()
	op := p.finish(pkg)
	took := time.Since(begun)
	s.once("p-1")
	s.sentAs(op) // compares size and digest of both documents
	s.stamped(op)
	for i, d := range s.op.Ledger()[0].Documents {
		if d.Size != size {
			t.Errorf("document %d has %d bytes", i, d.Size)
		}
	}
	if runtime.GOOS != "linux" {
		t.Skip("peak memory of a process is read from /proc, which only Linux has; the documents went through")
	}
	got := highWater(t, p.pid())
	t.Logf("2 x %d bytes in %.1f s, peak memory of the plugin %.1f MiB", size, took.Seconds(), float64(got)/(1<<20))
	if got > peak {
		t.Errorf("peak memory is %d bytes, the limit is %d", got, peak)
	}
}

// highWater is the peak of the resident memory of a process in bytes.
func highWater(t *testing.T, pid int) int64 {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile(`(?m)^VmHWM:\s+(\d+) kB$`).FindSubmatch(status)
	if m == nil {
		t.Fatalf("no VmHWM in\n%s", status)
	}
	kib, err := strconv.ParseInt(string(m[1]), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return kib << 10
}

// noise is content that cannot be compressed and need not be stored: the seed makes it again.
func noise(t *testing.T, seed uint64, size int64) edo.Content {
	t.Helper()
	open := func() io.Reader { return io.LimitReader(newNoise(seed), size) }
	d, n, err := edo.DigestOf(open())
	if err != nil || n != size {
		t.Fatal(n, err)
	}
	return edo.Content{Size: size, Digest: d, Open: func(context.Context) (io.ReadCloser, error) { return io.NopCloser(open()), nil }}
}

// newNoise repeats a random megabyte, numbered so that no two are alike.
func newNoise(seed uint64) io.Reader {
	var key [32]byte
	binary.LittleEndian.PutUint64(key[:], seed)
	block := make([]byte, 1<<20)
	_, _ = rand.NewChaCha8(key).Read(block) // never fails
	return &numbered{block: block, rest: bytes.NewReader(nil)}
}

type numbered struct {
	block []byte
	n     uint64
	rest  *bytes.Reader
}

func (b *numbered) Read(p []byte) (int, error) {
	if b.rest.Len() == 0 {
		b.n++
		binary.LittleEndian.PutUint64(b.block, b.n)
		sum := sha256.Sum256(b.block[:8])
		copy(b.block[8:], sum[:])
		b.rest.Reset(b.block)
	}
	return b.rest.Read(p)
}
