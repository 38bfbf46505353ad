package crash_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// orders is the folder through which running plugins are told what to do at a point, how wrong their clock is, and in
// which they note what they reached: see package failpoint.
type orders struct {
	dir    string
	serial atomic.Int64
}

func (o *orders) env() string { return "EDOKIT_FAILPOINTS=" + o.dir }

// arm makes whoever gets to the point for the nth time from now die there, or stop.
func (o *orders) arm(point string, nth int, stop bool) error {
	text := fmt.Sprintf("%s:%d", point, nth)
	if stop {
		text += ":stop"
	}
	if err := errors.Join(o.forget("struck"), o.write("armed", fmt.Sprintf("%s\n%d", text, o.serial.Add(1)))); err != nil {
		return err
	}
	return nil
}

// disarm takes an order back. False: it has been obeyed.
func (o *orders) disarm() bool { return os.Remove(filepath.Join(o.dir, "armed")) == nil }

// armed says whether the order still stands.
func (o *orders) armed() bool {
	_, err := os.Stat(filepath.Join(o.dir, "armed"))
	return err == nil
}

// wrong sets the clock wrong; zero sets it right.
func (o *orders) wrong(by time.Duration) error {
	if by == 0 {
		return o.forget("clock")
	}
	return o.write("clock", by.String())
}

// write replaces a file as a whole.
func (o *orders) write(name, text string) error {
	temporary := filepath.Join(o.dir, fmt.Sprintf(".%s-%d", name, o.serial.Add(1)))
	if err := os.WriteFile(temporary, []byte(text), 0o600); err != nil {
		return err
	}
	return os.Rename(temporary, filepath.Join(o.dir, name))
}

func (o *orders) forget(name string) error {
	if err := os.Remove(filepath.Join(o.dir, name)); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// struck is the process that has reached its point, 0 while none has.
func (o *orders) struck() int {
	text, err := os.ReadFile(filepath.Join(o.dir, "struck"))
	if err != nil {
		return 0
	}
	pid, err := strconv.Atoi(string(text))
	if err != nil {
		return 0 // it is being written
	}
	return pid
}

// standsStill asks the system whether a process is stopped.
func standsStill(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return false
	}
	after := strings.LastIndex(string(stat), ") ")
	return after >= 0 && strings.HasPrefix(string(stat[after+2:]), "T")
}

// hits counts what was reached so far.
func (o *orders) hits() map[string]int {
	text, _ := os.ReadFile(filepath.Join(o.dir, "hits")) // nothing was reached
	out := map[string]int{}
	for point := range strings.Lines(string(text)) {
		out[strings.TrimSpace(point)]++
	}
	return out
}
