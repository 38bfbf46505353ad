package gateway_test

import (
	"context"
	"testing"

	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/edotest"
)

func edotestStep(err error, lose bool) edotest.Step { return edotest.Step{Err: err, Lose: lose} }

func edotestHang(before, after func(context.Context)) edotest.Step {
	return edotest.Step{Lose: before != nil, Before: before, After: after, Err: &edo.Error{Kind: edo.InDoubt}}
}

// freeze runs a gateway whose driver call hangs, and returns a function that makes it as good as dead: its store
// calls fail from then on, as those of a killed process would never come.
func freeze(t *testing.T, b *bundle, release chan struct{}) func() {
	t.Helper()
	c := b.cfg
	dying := &mortal{Outbox: b.store, dead: make(chan struct{})}
	c.Outbox, c.Owner = dying, "dead"
	gw := b.open(t, c)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); _ = gw.Run(ctx) }()
	t.Cleanup(func() { cancel(); close(release); <-done })
	return func() { close(dying.dead) }
}
