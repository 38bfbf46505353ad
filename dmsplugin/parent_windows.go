package dmsplugin

import (
	"context"
	"os"
)

// parentGone returns when the process that started us, parent, has ended. Windows keeps a dead parent's id, so the process
// itself is waited for.
func parentGone(ctx context.Context, parent int) {
	process, err := os.FindProcess(parent)
	if err != nil {
		return // it has ended already
	}
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		_, _ = process.Wait()
	}()
	select {
	case <-ctx.Done():
	case <-gone:
	}
}
