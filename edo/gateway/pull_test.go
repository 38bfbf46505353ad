package gateway_test

import (
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/edotest"
	"github.com/edokit/edokit/edo/gateway"
)

// TestCursorRefused: a cursor that the operator does not know any more is dropped; nothing is told twice.
func TestCursorRefused(t *testing.T) {
	t.Parallel()
	var forgotten, dropped atomic.Bool
	b := setup(t, both(receives, func(b *bundle) {
		b.cfg.FullCheck = time.Hour // else it would find what the cursor does not
		b.op.In.InboxErr = func(_ int, after edo.MessageID) error {
			if forgotten.Load() && !dropped.Load() {
				if after != "" {
					return &edo.Error{Kind: edo.Invalid, Message: "unknown message"}
				}
				dropped.Store(true)
			}
			return nil
		}
		b.op.In.PageSize = 7
	}))
	b.op.PlantLetters(30, sender, "Жалоба")
	b.run(t)
	b.receive(t)
	eventually(t, func() bool { return len(b.events(t, edo.EventInbound)) >= 30 })
	forgotten.Store(true)
	eventually(t, func() bool {
		c, err := b.store.Cursor(t.Context(), sub)
		return err == nil && dropped.Load() && len(c.Last) == 20 && c.Last[19] == "in-30"
	})
	b.op.Plant(edotest.Letter("in-31", sender, "Жалоба"))
	b.came(t, "in-31-doc", stored)
	if n := len(b.events(t, edo.EventInbound)); n != 31 {
		t.Errorf("%d events", n)
	}
}

// TestOwnMessagesAreNotInbound: the cursor moves over them, nothing else happens.
func TestOwnMessagesAreNotInbound(t *testing.T) {
	t.Parallel()
	b := setup(t, both(receives, func(b *bundle) { b.cfg.Overlap = 2 }))
	b.op.PlantLetters(3, sender, "Жалоба")
	own := answerTo("own", edo.ClassMain, "", "ours")
	own.Own = true
	b.op.Plant(own)
	b.run(t)
	b.receive(t)
	b.came(t, "in-3-doc", stored)
	eventually(t, func() bool {
		c, err := b.store.Cursor(t.Context(), sub)
		return err == nil && cmp.Equal(c.Last, []edo.MessageID{"in-3", "own"})
	})
	if _, err := b.store.InboundMessage(t.Context(), sub, "own"); !errors.Is(err, edo.NotFound) {
		t.Errorf("our own message has a row: %v", err)
	}
}

// TestV8_SkewIsTold: when the clocks part and when they agree again, once each.
func TestV8_SkewIsTold(t *testing.T) {
	t.Parallel()
	var c clocks
	b := setup(t, both(receives, func(b *bundle) { b.cfg.Now, b.op.Now = c.now, c.there }))
	b.run(t)
	b.receive(t)
	read := func(n int) {
		t.Helper()
		var last time.Time
		eventually(t, func() bool {
			cur, err := b.store.Cursor(t.Context(), sub)
			if err == nil && !cur.AsOf.Equal(last) {
				last, n = cur.AsOf, n-1
			}
			return n < 0
		})
	}
	read(2)
	c.theirs.Store(int64(-2 * time.Minute))
	eventually(t, func() bool { return len(b.events(t, edo.EventSkew)) == 1 })
	read(2)
	c.theirs.Store(0)
	eventually(t, func() bool { return len(b.events(t, edo.EventSkew)) == 2 })
	read(2)
	events := b.events(t, edo.EventSkew)
	if len(events) != 2 || events[0].Reason != edo.ClockSkew || !strings.Contains(events[0].Detail, "2m0s") || events[1].Reason != "" {
		t.Errorf("%+v", events)
	}
}

// TestRoutingIsRequired: an inbox without rules for people is refused when the gateway is made.
func TestRoutingIsRequired(t *testing.T) {
	t.Parallel()
	b := setup(t, receives)
	b.cfg.Routing = nil
	var e *edo.Error
	if _, err := gateway.New(b.cfg); !errors.As(err, &e) || e.Field != "routing" {
		t.Errorf("%v", err)
	}
	b.cfg.Inbox = nil
	gw, err := gateway.New(b.cfg)
	if err != nil {
		t.Fatal(err)
	}
	if err := gw.Receive(t.Context(), sub); !errors.Is(err, edo.NotSupported) {
		t.Errorf("receiving without an inbox: %v", err)
	}
}
