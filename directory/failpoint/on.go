//go:build failpoints && unix

package failpoint

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Environment variables of a build with failpoints.
const (
	// pointEnv names the point at which this process kills itself, as power cuts do: "send.accepted", or
	// "send.accepted:3" for the third time it gets there. With ":stop" at the end, "send.sending:stop" or
	// "send.sending:3:stop", it stops itself instead, as a debugger or a suspended container does, and goes on from there
	// after SIGCONT.
	pointEnv = "EDOKIT_FAILPOINT"

	// dirEnv names a folder through which a running process is told what to do:
	//
	//	armed    what pointEnv says, read at every point; the process that does it removes the file, so it is done once.
	//	         Counting begins when the text changes; only its first line counts.
	//	hits     every point that was reached, one per line; several processes may share the file
	//	struck   process id, written before the process kills or stops itself
	//	clock    what is added to the clock, such as -10m
	dirEnv = "EDOKIT_FAILPOINTS"
)

// Enabled says whether this build knows what to do at a point.
const Enabled = true

// orders are what this process was told, by its environment or through the folder.
type orders struct {
	dir  string
	hits *os.File

	mu    sync.Mutex
	armed string
	count int64
}

// told reads the environment once: points are reached before anybody could hand a configuration in.
var told = sync.OnceValue(func() *orders { //nolint:gochecknoglobals // only in builds for crash tests, see doc.go
	o := &orders{dir: os.Getenv(dirEnv), armed: os.Getenv(pointEnv)}
	if o.dir == "" && o.armed == "" {
		return nil
	}
	if o.dir != "" {
		var err error
		if o.hits, err = os.OpenFile(filepath.Join(o.dir, "hits"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600); err != nil {
			panic(err) // a test that counts nothing proves nothing
		}
	}
	return o
})

// Hit is called at a named point of the way.
func Hit(_ context.Context, point string) {
	if o := told(); o != nil {
		o.hit(point)
	}
}

// Now is the clock of the process, which a test may set wrong while it runs.
func Now() time.Time {
	now := time.Now() //nolint:forbidigo // the clock that the composition root hands in
	o := told()
	if o == nil || o.dir == "" {
		return now
	}
	text, err := os.ReadFile(filepath.Join(o.dir, "clock"))
	if err != nil {
		return now
	}
	wrong, err := time.ParseDuration(strings.TrimSpace(string(text)))
	if err != nil {
		return now
	}
	return now.Add(wrong)
}

func (o *orders) hit(point string) {
	if o.hits != nil {
		_, _ = o.hits.WriteString(point + "\n") // a full disk is one of the things that are tested
	}
	stop, now := o.due(point)
	if now && o.dir != "" {
		_ = os.WriteFile(filepath.Join(o.dir, "struck"), []byte(strconv.Itoa(os.Getpid())), 0o600)
	}
	switch {
	case now && stop:
		o.pause(point)
	case now:
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {} // the signal may take a moment; nothing may happen in it
	}
}

// due says whether this is the time, and whether to stop rather than die.
func (o *orders) due(point string) (stop, now bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	armed := filepath.Join(o.dir, "armed")
	if o.dir != "" {
		if text, _ := os.ReadFile(armed); string(text) != o.armed { // no file: nothing is wanted
			o.armed, o.count = string(text), 0
		}
	}
	setting, _, _ := strings.Cut(o.armed, "\n")
	setting, stop = strings.CutSuffix(setting, ":stop")
	wanted, nth, counted := strings.Cut(setting, ":")
	at := int64(1)
	if n, err := strconv.ParseInt(nth, 10, 64); counted && err == nil {
		at = n
	}
	if wanted == "" || wanted != point {
		return false, false
	}
	if o.count++; o.count != at {
		return false, false
	}
	return stop, o.dir == "" || os.Remove(armed) == nil // another process on the same folder was faster
}

// pause stops the process. It returns after SIGCONT only: the stop may take a moment, and nothing may happen in it. The
// line on standard error tells the host.
func (o *orders) pause(point string) {
	goesOn := make(chan os.Signal, 1)
	signal.Notify(goesOn, syscall.SIGCONT)
	defer signal.Stop(goesOn)
	fmt.Fprintf(os.Stderr, "process %d stops at %s\n", os.Getpid(), point)
	_ = syscall.Kill(os.Getpid(), syscall.SIGSTOP)
	<-goesOn
}
