package gateway_test

import (
	"errors"
	"slices"
	"strconv"
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
					return &edo.Error{Kind: edo.NotFound, Message: "unknown message"}
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

// TestCursorIsKept: only the operator's word that it does not know the message drops the cursor, and not before the
// beginning could be read.
func TestCursorIsKept(t *testing.T) {
	t.Parallel()
	unknown := &edo.Error{Kind: edo.NotFound, Message: "unknown message"}
	for name, fault := range map[string]func(after edo.MessageID) error{
		"refused":          func(edo.MessageID) error { return &edo.Error{Kind: edo.Refused, Message: "not today"} },
		"invalid":          func(edo.MessageID) error { return &edo.Error{Kind: edo.Invalid, Message: "no box"} },
		"nothing is found": func(edo.MessageID) error { return unknown },
		"the beginning cannot be read": func(after edo.MessageID) error {
			if after == "" {
				return &edo.Error{Kind: edo.Unavailable, Message: "the line is down"}
			}
			return unknown
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var broken atomic.Bool
			b := setup(t, both(receives, func(b *bundle) {
				b.cfg.FullCheck = time.Hour
				b.op.In.InboxErr = func(_ int, after edo.MessageID) error {
					if broken.Load() {
						return fault(after)
					}
					return nil
				}
			}))
			b.op.PlantLetters(3, sender, "Жалоба")
			b.run(t)
			b.receive(t)
			b.came(t, "in-3-doc", stored)
			broken.Store(true)
			var c edo.Cursor
			eventually(t, func() (refused bool) {
				var err error
				c, err = b.store.Cursor(t.Context(), sub)
				return err == nil && c.Refusal != ""
			})
			if diff := cmp.Diff([]edo.MessageID{"in-1", "in-2", "in-3"}, c.Last); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			broken.Store(false)
			b.op.Plant(edotest.Letter("in-4", sender, "Жалоба"))
			b.came(t, "in-4-doc", stored)
		})
	}
}

// TestLongBox: one run reads so many pages and no more; the next goes on at once from there.
func TestLongBox(t *testing.T) {
	t.Parallel()
	b := setup(t, both(receives, func(b *bundle) { b.op.In.PageSize, b.cfg.Pull = 1, time.Hour }))
	const all = 1010
	for i := range all {
		m := answerTo(strconv.Itoa(i), edo.ClassMain, "", "ours")
		m.Own = true
		b.op.Plant(m)
	}
	b.run(t)
	b.receive(t)
	eventually(t, func() bool {
		c, err := b.store.Cursor(t.Context(), sub)
		return err == nil && len(c.Last) > 0 && c.Last[len(c.Last)-1] == edo.MessageID(strconv.Itoa(all-1))
	})
	attempts, err := b.store.Attempts(t.Context(), edo.Key{Subscriber: sub})
	attempts = slices.DeleteFunc(attempts, func(a edo.Attempt) bool { return a.Job != edo.JobPull })
	if err != nil || len(attempts) != 2 || attempts[0].Result != "goes on" {
		t.Errorf("%+v, %v", attempts, err)
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
