package gateway_test

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/edotest"
	"github.com/edokit/edokit/edo/gateway"
)

// death kills a process when it comes to a point for the n-th time.
type death struct {
	point string
	n     int
}

// TestManyInboundWithCrashes: a thousand messages from an operator that shuffles its pages, shows events again and loses
// some at page borders, read by processes that die at every step: none is lost, none is handed over twice, each gets
// exactly one receipt.
func TestManyInboundWithCrashes(t *testing.T) {
	t.Parallel()
	const n = many
	b := setup(t, both(receives, func(b *bundle) {
		// A lease that ends on a busy machine is one more crash, and a package is sent again out of doubt once only.
		b.cfg.Lease, b.cfg.Pull, b.cfg.FullCheck = 3*time.Second, 200*time.Millisecond, time.Second
		b.cfg.Logger = slog.New(slog.DiscardHandler)
		b.op.In.Pages = disorder(t, 7)
	}))
	b.op.PlantLetters(n, sender, "Заявка")
	b.receive(t)
	random := rand.New(rand.NewPCG(1, 2))
	plan := []death{{"pull.listed", 1}, {"check.listed", 1}, {"take.claimed", 1}}
	for _, p := range []string{"take.described", "take.archived", "take.stored", "receipt.accepted", "send.sending", "send.answered"} {
		plan = append(plan, death{p, 1}, death{p, 2 + random.IntN(n/25)})
	}
	for _, d := range plan {
		b.dieAt(t, d)
	}
	t.Cleanup(func() { b.tellUnsent(t) })
	b.run(t)
	eventually(t, func() bool { return b.op.Receipts() >= n })
	b.onceEach(t, n)
}

// disorder is what an operator may do to its pages: any order within the page, events of earlier pages again, and every
// 37th message not at all.
func disorder(t *testing.T, seed uint64) func(int, []edo.InboxHeader) []edo.InboxHeader {
	t.Helper()
	random := rand.New(rand.NewPCG(seed, seed))
	var before []edo.InboxHeader
	lost := map[edo.MessageID]bool{}
	for i := 0; i < 1000; i += 37 {
		lost[edo.MessageID(fmt.Sprintf("in-%d", i+1))] = true
	}
	return func(_ int, page []edo.InboxHeader) []edo.InboxHeader {
		var shown []edo.InboxHeader
		for _, h := range page {
			if !lost[h.Message] {
				shown = append(shown, h)
			}
		}
		random.Shuffle(len(shown), func(i, j int) { shown[i], shown[j] = shown[j], shown[i] })
		if len(before) > 0 && len(shown) > 0 {
			shown = append([]edo.InboxHeader{before[random.IntN(len(before))], shown[0]}, shown...)
		}
		before = append(before, shown...)
		return shown
	}
}

// dieAt runs a process of its own until it dies.
func (b *bundle) dieAt(t *testing.T, d death) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	c, dying := b.cfg, &mortal{Outbox: b.store, dead: make(chan struct{})}
	var mu sync.Mutex
	left := d.n
	c.Outbox, c.Owner = dying, fmt.Sprintf("%s at %s %d", t.Name(), d.point, d.n)
	c.Trace = func(_ context.Context, point string) {
		mu.Lock()
		defer mu.Unlock()
		if point != d.point {
			return
		}
		if left--; left == 0 {
			close(dying.dead)
			cancel()
		}
	}
	_ = b.open(t, c).Run(ctx)
	mu.Lock()
	defer mu.Unlock()
	if left > 0 {
		t.Fatalf("never came to %s for the %d. time", d.point, d.n)
	}
}

// tellUnsent says of a failed test which answers did not go out, and why.
func (b *bundle) tellUnsent(t *testing.T) {
	t.Helper()
	if !t.Failed() {
		return
	}
	all, err := b.store.Operations(context.Background(), edo.OperationFilter{Subscriber: sub, Limit: 1000})
	for _, op := range all {
		if op.State != edo.StateSent {
			t.Logf("%s: %s %s %s, %d attempts, %d resends", op.Key.Package, op.State, op.Reason, op.Detail, op.Attempts, op.Resends)
		}
	}
	t.Logf("%d operations, %d receipts, %v", len(all), b.op.Receipts(), err)
}

// onceEach checks rows, events and receipts of planted letters.
func (b *bundle) onceEach(t *testing.T, n int) {
	t.Helper()
	told := map[edo.RemoteID]int{}
	for _, e := range b.events(t, edo.EventInbound) {
		told[e.Inbound.Key.Remote]++
	}
	confirmed := map[edo.RemoteID]int{}
	for _, a := range b.op.Ledger() {
		for _, d := range a.Message.Documents {
			confirmed[d.Parent]++
		}
	}
	for i := range n {
		id := fmt.Sprintf("in-%d", i+1)
		r := edo.RemoteID(id + "-doc")
		d, err := b.store.InboundDocument(t.Context(), edo.InboundKey{Subscriber: sub, Remote: r})
		if err != nil || d.State != edo.InboundStored || d.Digest != content("content of "+id).Digest {
			t.Errorf("%s: %s, %v", r, d.State, err)
		}
		m, err := b.store.InboundMessage(t.Context(), sub, edo.MessageID(id))
		if err != nil || m.State != edo.InboundStored {
			t.Errorf("%s: %s %s, %v", id, m.State, m.Detail, err)
		}
		if told[r] != 1 || confirmed[r] != 1 {
			t.Errorf("%s was handed over %d times and confirmed %d times", r, told[r], confirmed[r])
		}
	}
	if len(told) != n || len(confirmed) != n {
		t.Errorf("%d handed over, %d confirmed", len(told), len(confirmed))
	}
}

var (
	_ edo.Driver      = (*edotest.Operator)(nil)
	_ gateway.Routing = (*people)(nil)
)
