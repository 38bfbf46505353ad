//go:build linux

package powercut_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// patience bounds every wait on a loaded machine.
const patience = time.Minute

// image is a file with a file system in it.
type image struct {
	file    string
	at      string // where it is mounted
	mounted bool
}

// newImage makes one, or skips the test where that cannot be.
func newImage(t *testing.T, size int64) *image {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("SKIPPED: mounting an image needs root")
	}
	for _, tool := range []string{"mkfs.ext4", "mount", "umount", "losetup", "cp"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip("SKIPPED: there is no " + tool)
		}
	}
	if _, err := exec.CommandContext(t.Context(), "losetup", "--find").Output(); err != nil {
		t.Skip("SKIPPED: there are no loop devices")
	}
	dir, err := os.MkdirTemp("", "edokit-powercut-")
	if err == nil {
		err = os.Chmod(dir, 0o755) // a server under another name gets to its folder through it
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	i := &image{file: filepath.Join(dir, "image"), at: filepath.Join(dir, "mount")}
	f, err := os.Create(i.file)
	if err == nil {
		err = f.Truncate(size)
	}
	if err == nil {
		err = f.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	tool(t, "mkfs.ext4", "-q", "-F", "-E", "nodiscard,lazy_itable_init=0", i.file)
	return i
}

func tool(t *testing.T, name string, args ...string) {
	t.Helper()
	out, err := exec.Command(name, args...).CombinedOutput() //nolint:noctx // also in cleanups, after the test's context
	if err != nil {
		t.Fatalf("%s %v: %v\n%s", name, args, err, out)
	}
}

func (i *image) mount(t *testing.T) {
	t.Helper()
	if err := os.MkdirAll(i.at, 0o755); err != nil {
		t.Fatal(err)
	}
	tool(t, "mount", "-o", "loop", i.file, i.at)
	i.mounted = true
	t.Cleanup(func() { i.unmount(t) })
}

func (i *image) unmount(t *testing.T) {
	t.Helper()
	if !i.mounted {
		return
	}
	i.mounted = false
	// The helpers of a server that was killed notice it a moment later.
	for end := time.Now().Add(patience); exec.Command("umount", i.at).Run() != nil; time.Sleep(20 * time.Millisecond) { //nolint:noctx // also in cleanups
		if time.Now().After(end) {
			tool(t, "umount", i.at)
		}
	}
	_ = os.Remove(i.file)
}

func (i *image) sync(t *testing.T) {
	t.Helper()
	tool(t, "sync", "--file-system", i.at)
}

// copy takes what a disk would have now.
func (i *image) copy(t *testing.T) *image {
	t.Helper()
	c := &image{file: i.file + ".cut", at: i.at + ".cut"}
	tool(t, "cp", "--sparse=always", i.file, c.file)
	return c
}

// writer is a process that writes into an image.
type writer struct {
	cmd    *exec.Cmd
	out    string // its acknowledgements, outside of the image
	errors bytes.Buffer
	ended  chan struct{}
}

func (i *image) write(t *testing.T, store, careless string) *writer {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	w := &writer{cmd: exec.Command(self), out: i.file + ".said", ended: make(chan struct{})} //nolint:noctx // killed by the test
	f, err := os.Create(w.out)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w.cmd.Env = append(os.Environ(), envFolder+"="+i.at, envStore+"="+store, envCareless+"="+careless)
	w.cmd.Stdout, w.cmd.Stderr = f, &w.errors
	if err := w.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { defer close(w.ended); _ = w.cmd.Wait() }()
	t.Cleanup(func() { w.kill(t) })
	return w
}

// until waits for so many acknowledgements.
func (w *writer) until(t *testing.T, n int) {
	t.Helper()
	w.wait(t, strconv.Itoa(n)+" acknowledgements", func() bool { return len(w.said(t)) >= n })
}

func (w *writer) said(t *testing.T) []string {
	t.Helper()
	b, err := os.ReadFile(w.out)
	if err != nil {
		t.Fatal(err)
	}
	return lines(b)
}

// stop lets every thread stand still: what waits in the kernel does not come back to say anything.
func (w *writer) stop(t *testing.T) {
	t.Helper()
	if err := w.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	tasks := filepath.Join("/proc", strconv.Itoa(w.cmd.Process.Pid), "task", "*", "stat")
	w.wait(t, "the writer stands still", func() bool {
		found, err := filepath.Glob(tasks)
		for _, name := range found {
			b, _ := os.ReadFile(name) // a thread may have ended
			_, rest, _ := strings.Cut(string(b), ") ")
			if rest != "" && rest[0] != 'T' && rest[0] != 'D' {
				return false
			}
		}
		return err == nil && len(found) > 0
	})
}

func (w *writer) wait(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !ok(); time.Sleep(2 * time.Millisecond) {
		select {
		case <-w.ended:
			t.Fatalf("the writer has ended: %s", w.errors.String())
		default:
		}
		if time.Now().After(end) {
			t.Fatalf("not in %s: %s", patience, what)
		}
	}
}

func (w *writer) kill(t *testing.T) {
	t.Helper()
	_ = w.cmd.Process.Kill() // it may be gone
	select {
	case <-w.ended:
	case <-time.After(patience):
		t.Errorf("the writer does not end")
	}
}
