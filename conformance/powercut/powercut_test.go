//go:build linux

package powercut_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/edokit/edokit/edo"
)

// TestPowerCut: what was acknowledged before the cut is there after it.
func TestPowerCut(t *testing.T) {
	t.Parallel()
	cuts(t, 2)
}

// TestSoakPowerCut is the same fifty times. It runs when EDOKIT_SOAK is set.
func TestSoakPowerCut(t *testing.T) {
	t.Parallel()
	if os.Getenv("EDOKIT_SOAK") == "" {
		return // the long form only; the short one is a test of its own beside it
	}
	cuts(t, 50)
}

func cuts(t *testing.T, n int) {
	t.Helper()
	for name := range engines() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			said, lost := 0, 0
			for range n {
				c := cut(t, name, careful)
				if c.lost > 0 || c.unreadable != nil {
					t.Errorf("%d of %d acknowledged are lost, first %s, %v", c.lost, c.said, c.first, c.unreadable)
				}
				said, lost = said+c.said, lost+c.lost
			}
			t.Logf("%d cuts, %d acknowledged, %d lost", n, said, lost)
		})
	}
}

// TestPowerCutIsSeen: a writer that does not wait for the disk loses what it has acknowledged. If none is seen to be lost,
// the test above says nothing.
func TestPowerCutIsSeen(t *testing.T) {
	t.Parallel()
	for _, tc := range [][2]string{{"sqlite", carelessStore}, {"postgres", carelessStore}, {"sqlite", carelessArchive}} {
		t.Run(tc[0]+" "+tc[1], func(t *testing.T) {
			t.Parallel()
			for range 3 { // the system may have written everything by itself meanwhile
				if c := cut(t, tc[0], tc[1]); c.lost > 0 {
					t.Logf("%d of %d acknowledged are lost, as they must be: %s, %v", c.lost, c.said, c.first, c.unreadable)
					return
				}
			}
			t.Error("nothing is lost without syncs: a cut is not seen")
		})
	}
}

// outcome of one cut.
type outcome struct {
	said, lost int
	first      string // of the lost
	unreadable error  // the store or the archive cannot be opened: everything is lost
}

// cut writes for a while, cuts and looks.
func cut(t *testing.T, name, careless string) outcome {
	t.Helper()
	live := newImage(t, engines()[name].size)
	live.mount(t)
	store := engines()[name].serve(t, live.at, careless == carelessStore)
	live.sync(t) // what is there before the first acknowledgement is not what is tested
	w := live.write(t, name+" "+store.address, careless)
	w.until(t, 30+rand.IntN(300)) // lines
	w.stop(t)
	said := w.said(t)
	copied := live.copy(t)
	w.kill(t)
	store.end()
	live.unmount(t)
	copied.mount(t)
	left := store.again(t, copied.at)
	o := look(t.Context(), name+" "+left.address, copied.at, said)
	left.end()
	copied.unmount(t)
	return o
}

// look compares what is there with what was said.
func look(ctx context.Context, store, folder string, said []string) outcome {
	o := outcome{said: len(said)}
	h, err := open(ctx, store, folder, careful)
	if err != nil {
		o.lost, o.unreadable = len(said), err
		return o
	}
	defer h.Close()
	for _, line := range said {
		if err := h.has(ctx, line); err != nil {
			if o.lost++; o.first == "" {
				o.first = fmt.Sprintf("%q: %v", line, err)
			}
		}
	}
	return o
}

func (h *home) has(ctx context.Context, line string) error {
	what, id, _ := strings.Cut(line, " ")
	if what == "package" {
		return h.hasPackage(ctx, edo.PackageID(id))
	}
	e, err := h.Exchange(ctx, edo.ExchangeID(id))
	if err == nil && what == "answer" && e.Outcome != edo.OutcomeOK {
		return fmt.Errorf("has the outcome %q", e.Outcome)
	}
	return err
}

// hasPackage looks at the row, its documents' bytes, its job and its event.
func (h *home) hasPackage(ctx context.Context, id edo.PackageID) error {
	op, err := h.Operation(ctx, edo.Key{Subscriber: subscriber, Package: id})
	if err != nil {
		return err
	}
	if op.State != edo.StateAccepted || len(op.Documents) != 2 {
		return fmt.Errorf("is %s with %d documents", op.State, len(op.Documents))
	}
	for _, d := range op.Documents {
		c, err := h.archive.Open(ctx, d.Digest)
		if err != nil {
			return err
		}
		r, err := c.Open(ctx)
		if err != nil {
			return err
		}
		got, err := io.ReadAll(r)
		_ = r.Close()
		if want := text(strings.TrimPrefix(string(id), "p-") + "-" + string(d.ID)); err != nil || !bytes.Equal(got, want) {
			return fmt.Errorf("document %s has %d other bytes than %d, %w", d.ID, len(got), len(want), err)
		}
	}
	return nil
}

// lines are the whole lines of a text.
func lines(b []byte) []string {
	var all []string
	for s := bufio.NewScanner(bytes.NewReader(b[:bytes.LastIndexByte(b, '\n')+1])); s.Scan(); {
		all = append(all, s.Text())
	}
	return all
}
