package soap

import (
	"context"
	"sync/atomic"
	"time"
)

// watch ends an exchange that moves too few bytes. A deadline per read would not do: one byte a second satisfies it.
type watch struct {
	moved   atomic.Int64 // both ways
	waiting atomic.Bool  // the request is out and the answer has not begun
	limits  Limits
	cancel  context.CancelCauseFunc
	timer   *time.Timer
	seen    int64
	idle    time.Duration
}

func newWatch(l Limits, cancel context.CancelCauseFunc) *watch {
	w := &watch{limits: l, cancel: cancel}
	w.timer = time.AfterFunc(l.Window, w.look)
	return w
}

// look runs once per window, never twice at the same time.
func (w *watch) look() {
	moved := w.moved.Load()
	progress := moved - w.seen
	w.seen = moved
	switch {
	case w.waiting.Load() && progress == 0:
		if w.idle += w.limits.Window; w.idle >= w.limits.Wait {
			w.cancel(errSilent)
			return
		}
	case progress < w.limits.MinRate*int64(w.limits.Window)/int64(time.Second):
		w.cancel(errSlow)
		return
	}
	w.timer.Reset(w.limits.Window)
}
