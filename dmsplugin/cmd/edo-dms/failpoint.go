//go:build failpoints && unix

package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
)

// failpointEnv names the point of the way at which this process kills itself, as power cuts do: "send.accepted", or
// "send.accepted:3" for the third time it gets there. With ":stop" at the end, "send.sending:stop" or
// "send.sending:3:stop", it stops itself instead, as a debugger or a suspended container does, and goes on from there
// after SIGCONT. Only builds for crash tests know it.
const failpointEnv = "EDOKIT_FAILPOINT"

func failpoint(getenv func(string) string) func(context.Context, string) {
	setting, stop := strings.CutSuffix(getenv(failpointEnv), ":stop")
	wanted, nth, counted := strings.Cut(setting, ":")
	at := int64(1)
	if counted {
		if n, err := strconv.ParseInt(nth, 10, 64); err == nil {
			at = n
		}
	}
	var hits atomic.Int64
	return func(_ context.Context, point string) {
		switch {
		case wanted == "" || point != wanted || hits.Add(1) != at:
		case stop:
			pause(point)
		default:
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {} // the signal may take a moment; nothing may happen in it
		}
	}
}

// pause stops the process. It returns after SIGCONT only: the stop may take a moment, and nothing may happen in it. The
// line on standard error tells the host.
func pause(point string) {
	goesOn := make(chan os.Signal, 1)
	signal.Notify(goesOn, syscall.SIGCONT)
	defer signal.Stop(goesOn)
	fmt.Fprintf(os.Stderr, "process %d stops at %s\n", os.Getpid(), point)
	_ = syscall.Kill(os.Getpid(), syscall.SIGSTOP)
	<-goesOn
}
