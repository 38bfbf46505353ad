//go:build unix

package dmsplugin

import (
	"context"
	"os"
	"time"
)

// parentGone returns when the process that started us, parent, has ended: then somebody else adopts us and the parent id
// changes. Comparing with the first id, not with 1, also serves hosts that are process 1 of a container. The id has to be
// asked for before the host hears of us: one that dies right then would be taken for whoever adopts us.
func parentGone(ctx context.Context, parent int) {
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
