package dmsplugin_test

import (
	"context"
	"errors"
	"io"
	"sync/atomic"
	"testing"

	"github.com/edokit/edokit/edo"
)

// endless is a content as long as allowed, which counts what is taken of it.
type endless struct{ taken *atomic.Int64 }

func (e endless) Read(p []byte) (int, error) { e.taken.Add(int64(len(p))); return len(p), nil }
func (endless) Close() error                 { return nil }

// TestRefusedBeforeItsContent: whoever may not send does not upload first.
func TestRefusedBeforeItsContent(t *testing.T) {
	t.Parallel()
	client := launch(t)
	var taken atomic.Int64
	p := letter("p-early", []byte("x"))
	p.Actor = "stopped-early"
	p.Documents[0].Content = edo.Content{Size: edo.MaxDocumentSize, Open: func(context.Context) (io.ReadCloser, error) { return endless{&taken}, nil }}
	if _, err := client.Send(t.Context(), p); !errors.Is(err, edo.UserNotAllowed) {
		t.Errorf("error %v", err)
	}
	if n := taken.Load(); n > 64<<20 {
		t.Errorf("%d bytes were taken", n)
	}
}
