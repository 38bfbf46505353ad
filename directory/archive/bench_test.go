package archive_test

import (
	"fmt"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/edokit/edokit/conformance/archivetest"
	"github.com/edokit/edokit/directory/archive"
)

// BenchmarkStore includes the digest and both fsyncs.
func BenchmarkStore(b *testing.B) {
	for _, size := range []int{2 << 10, 150 << 10, 100 << 20} {
		b.Run(fmt.Sprintf("%dKiB", size>>10), func(b *testing.B) {
			a := open(b, archive.Config{})
			content := make([]byte, size)
			random := rand.NewChaCha8([32]byte{3})
			b.SetBytes(int64(size))
			for b.Loop() {
				_, _ = random.Read(content[:32])
				archivetest.Store(b, a, content)
			}
		})
	}
}

// BenchmarkRead includes the check of the digest.
func BenchmarkRead(b *testing.B) {
	const size = 100 << 20
	a := open(b, archive.Config{})
	c, err := a.Open(b.Context(), archivetest.Store(b, a, make([]byte, size)))
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(size)
	buffer := make([]byte, 256<<10)
	for b.Loop() {
		r, err := c.Open(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		if _, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, r, buffer); err != nil {
			b.Fatal(err)
		}
		_ = r.Close()
	}
}
