package gateway_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/edokit/edokit/edo"
)

func reason(r edo.Reason) func(edo.Operation) bool {
	return func(op edo.Operation) bool { return op.Reason == r }
}

// TestResendsAreBounded: an operator that takes messages and never shows them does not get copy after copy.
func TestResendsAreBounded(t *testing.T) {
	t.Parallel()
	b := setup(t, both(forms, visible(0, 1<<30)))
	for range 10 {
		b.op.Steps = append(b.op.Steps, edotestStep(&edo.Error{Kind: edo.InDoubt}, false))
	}
	b.run(t)
	if _, err := b.gw.Send(t.Context(), pack("p1", "one")); err != nil {
		t.Fatal(err)
	}
	op := b.until(t, "p1", reason(edo.DecisionNeeded))
	if op.State != edo.StateInDoubt || op.Resends != 1 || len(b.op.Ledger()) != 2 {
		t.Errorf("state %s, resends %d, %d in the ledger", op.State, op.Resends, len(b.op.Ledger()))
	}
}

// TestVisibilityRunsOnTheOperatorsClock: setting our own clock while in doubt does not shorten the wait.
func TestVisibilityRunsOnTheOperatorsClock(t *testing.T) {
	t.Parallel()
	var offset atomic.Int64
	var first time.Time
	b := setup(t, both(forms, steps(&edo.Error{Kind: edo.InDoubt}, false), func(b *bundle) {
		b.cfg.Now = func() time.Time { return time.Now().Add(time.Duration(offset.Load())) }
		b.op.VisibilityTime = time.Second
		b.op.Hidden = func(n int) bool {
			if n == 1 {
				first = time.Now()
				offset.Store(int64(3 * time.Hour))
			}
			return time.Since(first) < 700*time.Millisecond // within the visibility time
		}
	}))
	b.run(t)
	op, err := b.gw.SendAndWait(t.Context(), pack("p1", "one"))
	if err != nil || op.State != edo.StateSent || len(b.op.Ledger()) != 1 {
		t.Errorf("state %s, %d in the ledger, %v", op.State, len(b.op.Ledger()), err)
	}
	if op.Skew != 0 {
		t.Errorf("a fate found out later has a skew of %s", op.Skew)
	}
}

// TestDoubtStaysWithItsAccount: another account cannot know, so it is neither asked nor sent to.
func TestDoubtStaysWithItsAccount(t *testing.T) {
	t.Parallel()
	b := setup(t, both(forms, steps(&edo.Error{Kind: edo.InDoubt}, false), visible(time.Hour, 3)))
	b.op.Steps[0].After = func(ctx context.Context) { b.setAccount(func(a *edo.Account) { a.Box = "another" }) }
	b.run(t)
	if _, err := b.gw.Send(t.Context(), pack("p1", "one")); err != nil {
		t.Fatal(err)
	}
	op := b.until(t, "p1", func(op edo.Operation) bool {
		return op.State == edo.StateInDoubt && strings.Contains(op.Detail, "another account")
	})
	if b.op.Sends() != 1 {
		t.Errorf("%d sends, %+v", b.op.Sends(), op)
	}
	b.setAccount(func(a *edo.Account) { a.Box = "box-own" })
	if op := b.until(t, "p1", settled); op.State != edo.StateSent || b.op.Sends() != 1 {
		t.Errorf("state %s, %d sends", op.State, b.op.Sends())
	}
}

// TestLostBytesWait: what the archive has lost is no fault of the package, and restoring it mends it.
func TestLostBytesWait(t *testing.T) {
	t.Parallel()
	b := setup(t, forms)
	p := pack("p1", "one")
	if _, err := b.gw.Send(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	name := p.Documents[0].Content.Digest.String()
	file := filepath.Join(b.dir, "archive", name[:2], name)
	if err := os.Rename(file, file+".away"); err != nil {
		t.Fatal(err)
	}
	b.run(t)
	b.until(t, "p1", func(op edo.Operation) bool { return op.State == edo.StateWaiting && op.Reason == edo.ContentMissing })
	if err := os.Rename(file+".away", file); err != nil {
		t.Fatal(err)
	}
	if op := b.until(t, "p1", settled); op.State != edo.StateSent {
		t.Errorf("state %s: %s", op.State, op.Detail)
	}
}

// TestDamagedBytesAreMended: storing the same document again replaces what lies damaged in the archive.
func TestDamagedBytesAreMended(t *testing.T) {
	t.Parallel()
	b := setup(t, forms)
	p := pack("p1", "one")
	if _, err := b.gw.Send(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	name := p.Documents[0].Content.Digest.String()
	file := filepath.Join(b.dir, "archive", name[:2], name)
	if err := os.WriteFile(file, []byte("0ne"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := b.gw.Send(t.Context(), pack("p2", "one")); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(file); string(text) != "one" {
		t.Errorf("the archive holds %q, %v", text, err)
	}
}

// TestFormsEndWithTheirPatience: whatever an operator answers, the stamp job ends.
func TestFormsEndWithTheirPatience(t *testing.T) {
	t.Parallel()
	for name, err := range map[string]error{
		"refused": &edo.Error{Kind: edo.Refused}, "denied": &edo.Error{Kind: edo.Denied}, "not ready": &edo.Error{Kind: edo.NotReady},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, func(b *bundle) {
				b.cfg.FormPatience = 50 * time.Millisecond
				b.op.Form = func(edo.Ref, int) ([]byte, error) { return nil, err }
			})
			b.run(t)
			op, err := b.gw.SendAndWait(t.Context(), pack("p1", "one"))
			if err != nil || op.Documents[0].Stamp != edo.StampNever {
				t.Errorf("%s, %v", op.Documents[0].Stamp, err)
			}
		})
	}
}
