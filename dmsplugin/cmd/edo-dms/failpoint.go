//go:build failpoints && unix

package main

import (
	"context"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
)

// failpointEnv names the point of the way at which this process kills itself, as power cuts do: "send.accepted", or
// "send.accepted:3" for the third time it gets there. Only builds for crash tests know it.
const failpointEnv = "EDOKIT_FAILPOINT"

func failpoint(getenv func(string) string) func(context.Context, string) {
	wanted, nth, counted := strings.Cut(getenv(failpointEnv), ":")
	at := int64(1)
	if counted {
		if n, err := strconv.ParseInt(nth, 10, 64); err == nil {
			at = n
		}
	}
	var hits atomic.Int64
	return func(_ context.Context, point string) {
		if wanted != "" && point == wanted && hits.Add(1) == at {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {} // the signal may take a moment; nothing may happen in it
		}
	}
}
