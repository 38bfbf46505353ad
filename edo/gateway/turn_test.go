package gateway

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/edokit/edokit/edo"
)

// TestGuardedContent: a worker that was paused beyond its lease can read nothing more, so it cannot finish a request.
func TestGuardedContent(t *testing.T) {
	t.Parallel()
	now := time.Now()
	turn := newTurn(edo.Job{Until: now.Add(time.Minute)}, func() time.Time { return now })
	c := turn.guard(edo.Content{Open: func(context.Context) (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("content")), nil }})
	r, err := c.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var p [3]byte
	if n, err := r.Read(p[:]); n != 3 || err != nil {
		t.Errorf("within the lease: %d, %v", n, err)
	}
	now = now.Add(2 * time.Minute) // paused
	if n, err := r.Read(p[:]); n != 0 || !errors.Is(err, edo.LeaseLost) {
		t.Errorf("after the lease: %d, %v", n, err)
	}
	turn.until.Store(now.Add(time.Minute).UnixNano()) // renewed in time after all
	if n, err := r.Read(p[:]); n == 0 || err != nil {
		t.Errorf("renewed: %d, %v", n, err)
	}
}
