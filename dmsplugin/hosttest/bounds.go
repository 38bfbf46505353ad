package hosttest

import (
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/dmsplugin/internal/dmspb"
)

// begin opens a package of one document and says no more.
func (s *Suite) begin(ctx context.Context, t conformance.T, w wire, l letter) func() error {
	stream, err := w.exchange.Send(ctx)
	if err != nil {
		t.Fatalf("%v", err)
	}
	for _, p := range []*dmspb.SendRequest{s.head(l, 1), announce(0, 10), chunk([]byte("12345"))} {
		if err := stream.Send(p); err != nil {
			t.Fatalf("%v", err)
		}
	}
	return func() error { return stream.RecvMsg(&dmspb.SendResponse{}) }
}

// cancelled asks for the drain, which waits for packages that are arriving: it comes to an end only if the plugin has
// heard that nothing more comes.
func cancelled(t conformance.T, s *Suite) {
	h := s.furnished(t)
	gone, cancel := context.WithCancel(t.Context())
	defer cancel()
	short, end := context.WithTimeout(t.Context(), time.Second)
	defer end()
	first := s.begin(gone, t, h.wire, letterOf(cut, "cancelled", nil))
	second := s.begin(short, t, h.wire, letterOf(cut, "over", nil))
	cancel()
	if err := first(); status.Code(err) != codes.Canceled {
		t.Errorf("cancelled: %v", err)
	}
	if err := second(); status.Code(err) != codes.DeadlineExceeded {
		t.Errorf("over: %v", err)
	}
	limit, stop := context.WithTimeout(t.Context(), 5*time.Second)
	defer stop()
	if _, err := h.plugin.Drain(limit, &dmspb.DrainRequest{}); err != nil {
		t.Errorf("the plugin still waits for calls that are over: %v", err)
	}
}

// occupied is what the plugin occupies now.
func (h *host) occupied(t conformance.T, name string) int64 {
	n, err := memory(h.pid, name)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return n
}

// answers checks that a state is told soon.
func (h *host) tells(t conformance.T, w wire, l letter, what string) {
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	if _, err := w.exchange.Status(ctx, &dmspb.StatusRequest{Key: l.key()}); err != nil {
		t.Errorf("%s: %v", what, err)
	}
}

// growth is what many streams may take on top.
const growth = 64 << 20

func manyStreams(t conformance.T, s *Suite) {
	needsProc(t)
	h := s.furnished(t)
	l := letterOf(cut, "known", []byte("x"))
	s.send(t, h.wire, l)
	before, second := h.occupied(t, "VmRSS"), h.again(t)

	// Opened and left open, all on one connection; those that the plugin does not let in wait in the host.
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var opened atomic.Int64
	var all sync.WaitGroup
	for i := range s.Streams {
		all.Go(func() {
			stream, err := h.exchange.Send(ctx)
			if err != nil || stream.Send(s.head(letterOf(cut, fmt.Sprintf("open-%d", i)), 1)) != nil {
				return
			}
			opened.Add(1)
			<-ctx.Done()
		})
	}
	for last := int64(-1); last != opened.Load(); time.Sleep(300 * time.Millisecond) {
		last = opened.Load()
	}
	h.tells(t, second, l, "while streams are open")
	more := h.occupied(t, "VmRSS") - before
	t.Logf("%d streams asked for, %d let in: %d MiB more than %d", s.Streams, opened.Load(), more>>20, before>>20)
	if more > growth {
		t.Errorf("%d open streams take %d MiB", opened.Load(), more>>20)
	}
	cancel()
	all.Wait()
	h.tells(t, h.wire, l, "after they were cancelled")

	// Opened and dropped at once, one after another.
	var dropping sync.WaitGroup
	for range 8 {
		dropping.Go(func() {
			for range s.Streams / 8 {
				ctx, drop := context.WithCancel(t.Context())
				if stream, err := h.exchange.Send(ctx); err == nil {
					_ = stream.Send(s.head(letterOf(cut, "dropped"), 1))
				}
				drop()
			}
		})
	}
	dropping.Wait()
	h.tells(t, h.wire, l, "after streams were dropped")
	more = h.occupied(t, "VmHWM") - before
	t.Logf("%d streams dropped: %d MiB more at most", s.Streams, more>>20)
	if more > growth {
		t.Errorf("%d dropped streams took %d MiB", s.Streams, more>>20)
	}
}

// slowest asks for a state again and again until stop is called, which gives the number of answers and the longest wait.
func (h *host) slowest(t conformance.T, l letter) (stop func() (int, time.Duration)) {
	ctx, cancel := context.WithCancel(t.Context())
	var took []time.Duration
	var asking sync.WaitGroup
	asking.Go(func() {
		for ctx.Err() == nil {
			began := h.s.Now()
			_, err := h.exchange.Status(ctx, &dmspb.StatusRequest{Key: l.key()})
			if ctx.Err() != nil {
				return
			}
			if err != nil {
				t.Errorf("a state under load: %v", err)
				return
			}
			took = append(took, h.s.Now().Sub(began))
			time.Sleep(2 * time.Millisecond)
		}
	})
	return func() (int, time.Duration) {
		cancel()
		asking.Wait()
		return len(took), slices.Max(append(took, 0))
	}
}

const (
	flights = 8               // large documents at once
	soon    = 2 * time.Second // in which a state is told under load
)

func largeUploads(t conformance.T, s *Suite) {
	needsProc(t)
	h, known := s.furnished(t), letterOf(cut, "known", []byte("x"))
	s.send(t, h.wire, known)
	stop := h.slowest(t, known)
	var all sync.WaitGroup
	for i := range flights {
		all.Go(func() {
			if err := s.stream(t.Context(), h.wire, letterOf(cut, fmt.Sprintf("large-%d", i)), s.Large); err != nil {
				t.Errorf("document %d: %v", i, err)
			}
		})
	}
	all.Wait()
	n, longest := stop()
	if n < 2 || longest > soon {
		t.Errorf("%d states were told, the slowest took %v", n, longest)
	}
	most := h.occupied(t, "VmHWM")
	t.Logf("8 x %d MB sent: %d MiB of memory at most; %d states, the slowest in %v", s.Large/1_000_000, most>>20, n, longest.Round(time.Millisecond))
	if most > s.Memory {
		t.Errorf("eight documents of %d MiB took %d MiB of memory", s.Large>>20, most>>20)
	}
}

// stream sends one document of a size that no memory has to hold.
func (s *Suite) stream(ctx context.Context, w wire, l letter, size int64) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := w.exchange.Send(ctx)
	if err != nil {
		return err
	}
	piece, digest := pattern(chunkSize), sha256.New()
	copy(piece, l.id) // each is another content
	parts := func(yield func(*dmspb.SendRequest) bool) {
		if !yield(s.head(l, 1)) || !yield(announce(0, size)) {
			return
		}
		for left := size; left > 0; left -= chunkSize {
			now := piece[:min(left, chunkSize)]
			digest.Write(now)
			if !yield(chunk(now)) {
				return
			}
		}
		yield(&dmspb.SendRequest{Part: &dmspb.SendRequest_End{End: &dmspb.DocumentEnd{Id: documentID(0), Size: size, Sha256: digest.Sum(nil)}}})
	}
	for p := range parts {
		if stream.Send(p) != nil {
			break // the answer says why
		}
	}
	_, err = stream.CloseAndRecv()
	return err
}

func slowReader(t conformance.T, s *Suite) {
	needsProc(t)
	h, l := s.furnished(t), letterOf(cut, "large")
	if err := s.stream(t.Context(), h.wire, l, s.Large); err != nil {
		t.Fatalf("%v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	stop := h.slowest(t, l)
	for range flights {
		stream, err := h.exchange.Content(ctx, original(l, 0))
		if err == nil {
			_, err = stream.Recv() // and no more
		}
		if err != nil {
			t.Fatalf("%v", err)
		}
	}
	time.Sleep(500 * time.Millisecond)
	n, longest := stop()
	if n < 2 || longest > soon {
		t.Errorf("%d states were told, the slowest took %v", n, longest)
	}
	most := h.occupied(t, "VmHWM")
	t.Logf("8 readers of %d MB that do not read: %d MiB of memory at most; %d states, the slowest in %v", s.Large/1_000_000, most>>20, n, longest.Round(time.Millisecond))
	if most > s.Memory {
		t.Errorf("eight readers that do not read took %d MiB of memory", most>>20)
	}
	if _, err := h.plugin.GetInfo(t.Context(), &dmspb.GetInfoRequest{}); err != nil {
		t.Errorf("a call behind them: %v", err)
	}
	r := original(l, 0)
	r.Offset = s.Large - 10
	if _, end, _, err := content(t.Context(), h.wire, r); err != nil || len(end) != 10 {
		t.Errorf("a ninth reader: %d bytes, %v", len(end), err)
	}
}
