//go:build unix

package dmsplugin

import (
	"context"
	"os"
	"time"
)

// parentGone returns when the process that started us has ended: then somebody else adopts us and the parent id
// changes. Comparing with the first id, not with 1, also serves hosts that are process 1 of a container.
func parentGone(ctx context.Context) {
	parent := os.Getppid()
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for os.Getppid() == parent {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
