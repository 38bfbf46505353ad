package worker

import (
	"bufio"
	"bytes"
	"io"
	"os"
	"os/exec"
	"strconv"
	"sync"

	"github.com/edokit/edokit/stamping"
)

// process is one running worker.
type process struct {
	cmd    *exec.Cmd
	in     io.WriteCloser
	out    *os.File
	frames *bufio.Reader
	said   *tail
	gone   chan struct{} // closed when the process has ended
}

func start(program string, memory int64) (*process, error) {
	cannot := func(err error) (*process, error) {
		return nil, &stamping.Error{Kind: stamping.NoWorker, Msg: "a worker could not be started", Err: err}
	}
	out, theirs, err := os.Pipe()
	if err != nil {
		return cannot(err)
	}
	w := &process{out: out, frames: bufio.NewReaderSize(out, 64<<10), said: &tail{}, gone: make(chan struct{})}
	w.cmd = exec.Command(program, argument, strconv.FormatInt(memory, 10)) //nolint:noctx // it outlives the document; end ends it
	w.cmd.Env = []string{}
	w.cmd.Stdout, w.cmd.Stderr = theirs, w.said
	if w.in, err = w.cmd.StdinPipe(); err == nil {
		err = w.cmd.Start()
	}
	_ = theirs.Close()
	if err != nil {
		_ = out.Close()
		return cannot(err)
	}
	go func() {
		_ = w.cmd.Wait() // how it ended is read from what it said
		close(w.gone)
	}()
	return w, nil
}

func (w *process) hasEnded() bool {
	select {
	case <-w.gone:
		return true
	default:
		return false
	}
}

func (w *process) kill() { _ = w.cmd.Process.Kill() }

// end kills the worker and waits until the system has taken it back.
func (w *process) end() {
	w.kill()
	<-w.gone
	_ = w.in.Close()
	_ = w.out.Close()
}

// tail keeps the first bytes of what a dying runtime says: enough to know why, and never shown, since it may quote the
// document.
type tail struct {
	mu   sync.Mutex
	kept []byte
}

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if room := 4096 - len(t.kept); room > 0 {
		t.kept = append(t.kept, p[:min(room, len(p))]...)
	}
	return len(p), nil
}

// outOfMemory says whether the system refused memory. The runtime says so in several ways: to the heap, to a new thread, and,
// where its collector does not expect a refusal, by a fault of its own, which is worded unlike that of a program.
func (t *tail) outOfMemory() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, words := range []string{"out of memory", "cannot allocate", "newosproc", "failed to create new OS thread", "pthread_create failed"} {
		if bytes.Contains(t.kept, []byte(words)) {
			return true
		}
	}
	return bytes.HasPrefix(t.kept, []byte("SIGSEGV: segmentation violation"))
}
