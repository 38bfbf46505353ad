package hosttest

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/edokit/edokit/conformance"
)

// The handshake as a host in any language knows it. These are copies on purpose: a change of the plugin's own must be seen.
const (
	cookieKey   = "EDOKIT_DMS_PLUGIN"
	cookieValue = "d1b0f2a6c7e94f6f8b7c3a5e-exchange"
	version     = "1"

	envCookie   = cookieKey + "=" + cookieValue
	envVersions = "PLUGIN_PROTOCOL_VERSIONS"
	envCert     = "PLUGIN_CLIENT_CERT"
	envSockets  = "PLUGIN_UNIX_SOCKET_DIR"
	envHome     = "EDOKIT_HOME"
	envStdin    = "EDOKIT_STDIN_WATCH"
	envLog      = "EDOKIT_LOG"
)

// startTime is how long a host waits for the first line, endTime how long for the end of a process that was asked to end.
const (
	startTime = 10 * time.Second
	endTime   = 5 * time.Second
	patience  = 2 * time.Second // with a process that nobody needs any more
)

// environment is what a plugin is started with.
type environment map[string]string

func (e environment) list() []string {
	var all []string
	for k, v := range e {
		all = append(all, k+"="+v)
	}
	return all
}

// tail keeps what a process wrote.
type tail struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

const maxTail = 8 << 20

// Write never fails: the plugin must not stand still because of us.
func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.buf.Len() < maxTail {
		t.buf.Write(p)
	}
	return len(p), nil
}

func (t *tail) bytes() []byte {
	t.mu.Lock()
	defer t.mu.Unlock()
	return bytes.Clone(t.buf.Bytes())
}

func (t *tail) String() string {
	b := t.bytes()
	return string(b[max(0, len(b)-2000):])
}

// process is a plugin as the system sees it.
type process struct {
	s      *Suite
	cmd    *exec.Cmd
	pid    int
	stdin  *os.File
	hang   func()        // closes our end of standard output
	lines  chan string   // the first line of standard output; closed without one
	out    chan struct{} // closed when standard output has ended
	stray  tail          // what came after the first line
	stderr tail          // standard error
	done   chan struct{} // closed when the process has ended
}

// start starts the binary with exactly this environment. Whatever happens, it is gone after the case.
func (s *Suite) start(t conformance.T, env environment) *process {
	cmd := exec.Command(s.Path, s.Args...) //nolint:noctx // it is ended by the clean-up, and lives longer than one call
	cmd.Env = append(env.list(), s.Env...)
	return s.run(t, cmd)
}

func (s *Suite) run(t conformance.T, cmd *exec.Cmd) *process {
	p := &process{s: s, cmd: cmd, lines: make(chan string, 1), out: make(chan struct{}), done: make(chan struct{})}
	in, stdin, err := os.Pipe()
	if err != nil {
		t.Fatalf("%v", err)
	}
	out, stdout, err := os.Pipe()
	if err != nil {
		t.Fatalf("%v", err)
	}
	cmd.Stdin, cmd.Stdout, cmd.Stderr, cmd.WaitDelay = in, stdout, &p.stderr, time.Second
	p.stdin = stdin
	err = cmd.Start()
	_, _ = in.Close(), stdout.Close() // they are the child's
	if err != nil {
		_, _ = out.Close(), stdin.Close()
		t.Fatalf("the plugin does not start: %v", err)
	}
	p.pid, p.hang = cmd.Process.Pid, func() { _ = out.Close() }
	go func() {
		defer close(p.out)
		defer out.Close()
		defer close(p.lines)
		r := bufio.NewReader(out)
		line, err := r.ReadString('\n')
		if err != nil {
			_, _ = p.stray.Write([]byte(line))
			return
		}
		p.lines <- line
		_, _ = r.WriteTo(&p.stray)
	}()
	go func() {
		defer close(p.done)
		_ = cmd.Wait() // its state says what there is to say
	}()
	t.Cleanup(func() {
		_ = stdin.Close()
		_ = p.terminate() // a plugin that has processes of its own ends them
		if _, ok := p.ended(patience); !ok {
			_ = cmd.Process.Kill()
			<-p.done
		}
	})
	return p
}

// greeting waits for the first line.
func (p *process) greeting() (string, error) {
	limit := time.NewTimer(startTime)
	defer limit.Stop()
	select {
	case line, ok := <-p.lines:
		if !ok {
			return "", fmt.Errorf("no line on standard output; standard error: %s", &p.stderr)
		}
		return line, nil
	case <-limit.C:
		return "", fmt.Errorf("no line in %v; standard error: %s", startTime, &p.stderr)
	}
}

// ended waits for the end and gives the exit code, false if it did not end in time.
func (p *process) ended(most time.Duration) (code int, ok bool) {
	limit := time.NewTimer(most)
	defer limit.Stop()
	select {
	case <-p.done:
		return p.cmd.ProcessState.ExitCode(), true
	case <-limit.C:
		return 0, false
	}
}

// terminate asks the process to end, as an init system does.
func (p *process) terminate() error { return p.cmd.Process.Signal(syscall.SIGTERM) }

func needsSignals(t conformance.T) {
	if runtime.GOOS == "windows" {
		t.Skipf("needs signals of Unix")
	}
}

func needsProc(t conformance.T) {
	if runtime.GOOS != "linux" {
		t.Skipf("reads /proc")
	}
}

// alive reports whether a process runs; one that has ended and that nobody waits for does not.
func alive(pid int) bool {
	p, err := os.FindProcess(pid)
	if err != nil || p.Signal(syscall.Signal(0)) != nil {
		return false
	}
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return runtime.GOOS != "linux"
	}
	_, rest, _ := strings.Cut(string(stat[bytes.LastIndexByte(stat, ')'):]), " ")
	return !strings.HasPrefix(rest, "Z")
}

// memory gives a line of /proc/PID/status in bytes: VmRSS is what a process occupies now, VmHWM the most it ever has.
func memory(pid int, name string) (int64, error) {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	if err != nil {
		return 0, err
	}
	_, rest, found := strings.Cut(string(text), name+":")
	fields := strings.Fields(rest)
	if !found || len(fields) == 0 {
		return 0, errors.New("the kernel gives no " + name)
	}
	kib, err := strconv.ParseInt(fields[0], 10, 64)
	return kib << 10, err
}

// left lists what is in a folder.
func left(dir string) []string {
	found, _ := filepath.Glob(filepath.Join(dir, "*")) // the pattern is well-formed
	return found
}
