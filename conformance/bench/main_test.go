//go:build linux

package bench_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime/pprof"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/edokit/edokit/stamping/worker"
)

// roleVariable makes the test binary one of the measured processes.
const roleVariable = "EDOKIT_BENCH_TASK"

// profileVariable names a folder for CPU profiles of the measured processes, one file per task.
const profileVariable = "EDOKIT_BENCH_PROFILE"

// task is what a child has to do.
type task struct {
	Name     string
	Role     string
	Dir      string // of its own
	Stand    stand  // the server, for all others
	Discard  bool   // use the discarding twin instead of the operator
	Count    int    // messages
	Flight   int    // at once
	Document string // path of the one large document; empty: three small ones made on the spot
	DSN      string // of the PostgreSQL to use, a database of its own; empty: an SQLite file in Dir
	Signed   bool   // the host brings the signatures along
	Log      bool   // measure what the log takes
}

// result is what a child found. Times are seconds for the whole task, CPU in seconds too.
type result struct {
	Messages   int
	Seconds    float64
	Accepted   float64 // sum over the packages until Send returned; only our side
	CPU        float64 // of the child
	Server     float64 // of the server
	Peak       int64   // VmHWM of the child in bytes
	Exchanges  int64   // in the log; only our side, if the task says Log
	Stored     int64   // bytes of the log: rows, indexes and chain; likewise
	Hash, Disk float64 // SHA-256 and one write with fsync of the document; only the poster of a large one
}

func TestMain(m *testing.M) {
	worker.Main()
	text := os.Getenv(roleVariable)
	if text == "" {
		code := m.Run()
		for _, t := range tables {
			fmt.Println("\n" + t.String())
		}
		os.Exit(code)
	}
	var t task
	err := json.Unmarshal([]byte(text), &t)
	if err == nil {
		err = profiled(t)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, t.Name, err)
		os.Exit(1)
	}
}

func profiled(t task) error {
	folder := os.Getenv(profileVariable)
	if folder == "" {
		return play(t)
	}
	f, err := os.Create(folder + "/" + strings.ReplaceAll(t.Name, " ", "-") + ".pprof")
	if err != nil {
		return err
	}
	defer f.Close()
	if err := pprof.StartCPUProfile(f); err != nil {
		return err
	}
	defer pprof.StopCPUProfile()
	return play(t)
}

func play(t task) error {
	ctx := context.Background()
	switch t.Role {
	case "server":
		return serve(ctx, t)
	case "streams":
		return serveStreams(ctx, t)
	case "stock":
		return serveStock()
	}
	roles := map[string]func(context.Context, task) (result, error){"ours": ours, "post": post, "bare": bare, "commit": commit, "write": write}
	r, err := roles[t.Role](ctx, t)
	if err != nil {
		return err
	}
	if r.Peak, err = peak(); err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(r)
}

// child starts the test binary for a task; its first line on stdout is read into answer. stop closes its standard input
// and waits for its end.
func child(ctx context.Context, t task, answer any) (stop func() error, err error) {
	text, err := json.Marshal(t)
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, os.Args[0])
	cmd.Env = append(os.Environ(), roleVariable+"="+string(text))
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(out).ReadBytes('\n')
	stop = func() error { return errors.Join(in.Close(), cmd.Wait()) }
	if err == nil {
		err = json.Unmarshal(line, answer)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", t.Name, err), stop())
	}
	return stop, nil
}

// used is the CPU time of this process in seconds.
func used() float64 {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()).Seconds()
}

// peak is the most memory this process has ever held.
func peak() (int64, error) {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, err
	}
	_, rest, found := strings.Cut(string(text), "VmHWM:")
	fields := strings.Fields(rest)
	if !found || len(fields) == 0 {
		return 0, errors.New("the kernel gives no VmHWM")
	}
	kib, err := strconv.ParseInt(fields[0], 10, 64)
	return kib << 10, err
}

// meter measures what happens between its start and its end, on both sides.
type meter struct {
	stand  stand
	at     time.Time
	cpu    float64
	server float64
}

func start(ctx context.Context, s stand) (meter, error) {
	server, err := s.used(ctx)
	return meter{stand: s, at: time.Now(), cpu: used(), server: server}, err
}

func (m meter) end(ctx context.Context, messages int) (result, error) {
	r := result{Messages: messages, Seconds: time.Since(m.at).Seconds(), CPU: used() - m.cpu}
	server, err := m.stand.used(ctx)
	r.Server = server - m.server
	return r, err
}
