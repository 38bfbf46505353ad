package gateway_test

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/edotest"
)

// TestBoxIsRemembered: a counterparty that was found is not looked up again for ten minutes, unless the operator refuses
// what goes there.
func TestBoxIsRemembered(t *testing.T) {
	t.Parallel()
	var ahead atomic.Int64
	at := func(box edo.BoxID) edo.Address {
		return edo.Address{Box: box, INN: "7707083893", KPP: "773601001", Active: true}
	}
	b := setup(t, both(forms, boxes(at("box-1")), func(b *bundle) {
		b.cfg.Now = func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	}))
	b.run(t)
	goes := func(id edo.PackageID, want edo.BoxID) {
		t.Helper()
		if _, err := b.gw.Send(t.Context(), pack(string(id), string(id))); err != nil {
			t.Fatal(err)
		}
		if op := b.until(t, id, func(op edo.Operation) bool { return op.State.Sent() || op.State == edo.StateFailed }); op.Address.Box != want {
			t.Errorf("%s went to %q, want %q", id, op.Address.Box, want)
		}
	}
	goes("first", "box-1")
	b.op.SetBoxes("7707083893", at("box-2"))
	goes("soon", "box-1")
	ahead.Store(int64(11 * time.Minute))
	goes("later", "box-2")
	b.op.SetBoxes("7707083893", at("box-3"))
	b.op.Script(edotest.Step{Err: &edo.Error{Kind: edo.Refused, Reason: edo.CounterpartyInactive}, Lose: true})
	goes("refused", "box-3")
	goes("after-that", "box-3")
}
