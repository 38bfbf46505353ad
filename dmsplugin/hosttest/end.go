package hosttest

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/dmsplugin/internal/dmspb"
)

func drains(t conformance.T, s *Suite) {
	h := s.furnished(t)
	follow, err := h.exchange.Follow(t.Context(), &dmspb.FollowRequest{Subscriber: silent})
	if err != nil {
		t.Fatalf("%v", err)
	}
	l := letterOf(cut, "arriving", []byte("1234567890"))
	parts := s.parts(l)
	arriving, err := h.exchange.Send(t.Context())
	if err != nil {
		t.Fatalf("%v", err)
	}
	for _, p := range parts[:2] {
		if err := arriving.Send(p); err != nil {
			t.Fatalf("%v", err)
		}
	}
	s.until(t, "the plugin has begun to take the package", func() bool { // a second one comes behind it on the same connection
		_, err := h.plugin.GetInfo(t.Context(), &dmspb.GetInfoRequest{})
		return err == nil
	})
	time.Sleep(200 * time.Millisecond)
	drained := make(chan error, 1)
	go func() {
		_, err := h.plugin.Drain(t.Context(), &dmspb.DrainRequest{})
		drained <- err
	}()
	_, err = follow.Recv() // it is ended by the drain
	refused(t, "whoever follows", err, codes.Unavailable, "plugin-draining")
	_, err = upload(t.Context(), h.wire, s.parts(letterOf(cut, "late", []byte("x")))...)
	f := refused(t, "a new package", err, codes.Unavailable, "plugin-draining")
	if f != nil && f.GetRepeat() != dmspb.Repeat_REPEAT_SAFE {
		t.Errorf("a new package: repeat is %v", f.GetRepeat())
	}
	if r, err := h.health.Check(t.Context(), &healthpb.HealthCheckRequest{Service: "plugin"}); err != nil || r.GetStatus() != healthpb.HealthCheckResponse_NOT_SERVING {
		t.Errorf("health: %v, %v", r, err)
	}
	select {
	case err := <-drained:
		t.Errorf("it did not wait for the package that was arriving: %v", err)
	default:
	}
	for _, p := range parts[2:] {
		if err := arriving.Send(p); err != nil {
			t.Fatalf("%v", err)
		}
	}
	if r, err := arriving.CloseAndRecv(); err != nil || r.GetOperation().GetKey().GetPackage() != l.id {
		t.Errorf("the package that was arriving: %v, %v", r, err)
	}
	select {
	case err := <-drained:
		if err != nil {
			t.Errorf("drain: %v", err)
		}
	case <-time.After(endTime):
		t.Errorf("drain does not end")
	}
	h.tells(t, h.wire, l, "a state of a drained plugin")
}

// until polls, five seconds at most.
func (s *Suite) until(t conformance.T, what string, done func() bool) {
	for deadline := s.Now().Add(endTime); !done(); time.Sleep(20 * time.Millisecond) {
		if s.Now().After(deadline) {
			t.Fatalf("not in %v: %s", endTime, what)
		}
	}
}

// order ends the plugin as the controller of go-plugin does. Its answer may not arrive.
func order(t conformance.T, h *host) {
	ctx, cancel := context.WithTimeout(t.Context(), endTime)
	defer cancel()
	err := h.conn.Invoke(ctx, "/plugin.GRPCController/Shutdown", &emptypb.Empty{}, &emptypb.Empty{}, grpc.WaitForReady(false))
	if c := status.Code(err); c != codes.OK && c != codes.Unavailable {
		t.Errorf("Shutdown: %v", err)
	}
	over(t, h)
}

// over checks that a process has ended in order.
func over(t conformance.T, h *host) {
	if code, ok := h.ended(endTime); !ok || code != 0 {
		t.Errorf("ended %t, exit code %d: %s", ok, code, &h.stderr)
	}
	if files := left(h.sockets); len(files) > 0 {
		t.Errorf("left in the host's folder: %q", files)
	}
	for line := range bytes.Lines(h.stderr.bytes()) {
		var entry struct {
			Level string `json:"@level"`
		}
		if json.Unmarshal(line, &entry) == nil && entry.Level == "error" {
			t.Errorf("an end in order is told as an error: %s", line)
		}
	}
}

func shutdown(t conformance.T, s *Suite) {
	h := s.furnished(t)
	s.send(t, h.wire, letterOf(cut, "p", []byte("x")))
	if _, err := h.plugin.Drain(t.Context(), &dmspb.DrainRequest{}); err != nil {
		t.Errorf("%v", err)
	}
	began := s.Now()
	order(t, h)
	if took := s.Now().Sub(began); took > 2*time.Second {
		t.Errorf("it took %v; a host kills after two seconds", took)
	}
	_, err := h.exchange.Status(t.Context(), &dmspb.StatusRequest{Key: letterOf(cut, "p").key()})
	if status.Code(err) != codes.Unavailable {
		t.Errorf("a call after the end: %v", err)
	}
}

func terminated(t conformance.T, s *Suite) {
	needsSignals(t)
	h := s.furnished(t)
	follow, err := h.exchange.Follow(t.Context(), &dmspb.FollowRequest{Subscriber: silent})
	if err != nil {
		t.Fatalf("%v", err)
	}
	half := s.begin(t.Context(), t, h.wire, letterOf(cut, "half", nil))
	if err := h.cmd.Process.Signal(syscall.SIGINT); err != nil { // Ctrl-C is the host's business
		t.Fatalf("%v", err)
	}
	if _, ok := h.ended(300 * time.Millisecond); ok {
		t.Fatalf("it ends by Ctrl-C")
	}
	if r, err := h.health.Check(t.Context(), &healthpb.HealthCheckRequest{Service: "plugin"}); err != nil || r.GetStatus() != healthpb.HealthCheckResponse_SERVING {
		t.Fatalf("health after Ctrl-C: %v, %v", r, err)
	}
	if err := h.terminate(); err != nil {
		t.Fatalf("%v", err)
	}
	over(t, h)
	if _, err := follow.Recv(); status.Code(err) != codes.Unavailable {
		t.Errorf("whoever follows: %v", err)
	}
	if err := half(); status.Code(err) != codes.Unavailable {
		t.Errorf("a package that was arriving: %v", err)
	}
}

// child starts the plugin as the child of a shell, so that the shell can die. It gives the shell and the plugin's id.
func (s *Suite) child(t conformance.T) (host *process, pid int, sockets string) {
	needsSignals(t)
	env := s.environment(t, filepath.Join(t.TempDir(), "home"), s.identity(t))
	ids, tell, err := os.Pipe()
	if err != nil {
		t.Fatalf("%v", err)
	}
	defer ids.Close()
	cmd := shell(s.Path, s.Args...)
	cmd.Env, cmd.ExtraFiles = append(env.list(), s.Env...), []*os.File{tell}
	host = s.run(t, cmd)
	_ = tell.Close()
	line, err := bufio.NewReader(ids).ReadString('\n')
	pid, wrong := strconv.Atoi(strings.TrimSpace(line))
	if err != nil || wrong != nil {
		t.Fatalf("the shell: %q, %v, %v", line, err, wrong)
	}
	t.Cleanup(func() {
		if p, err := os.FindProcess(pid); err == nil && alive(pid) {
			_ = p.Kill()
		}
	})
	return host, pid, env[envSockets]
}

// dies kills the host and waits for the end of the plugin.
func (s *Suite) dies(t conformance.T, host *process, pid int, sockets string) {
	if err := host.cmd.Process.Kill(); err != nil {
		t.Fatalf("%v", err)
	}
	s.until(t, "the plugin is gone after its host", func() bool { return !alive(pid) })
	if files := left(sockets); len(files) > 0 {
		t.Errorf("left in the host's folder: %q", files)
	}
}

func noOrphan(t conformance.T, s *Suite) {
	host, pid, sockets := s.child(t)
	if _, err := host.greeting(); err != nil {
		t.Fatalf("%v", err)
	}
	if !alive(pid) {
		t.Fatalf("process %d is not there", pid)
	}
	s.dies(t, host, pid, sockets)
}

// noOrphanAtStart kills the host before it has read the first line: nobody is there to read it.
func noOrphanAtStart(t conformance.T, s *Suite) {
	host, pid, sockets := s.child(t)
	host.hang()
	s.dies(t, host, pid, sockets)
}

func stdinWatch(t conformance.T, s *Suite) {
	watched := s.bare(t, func(e environment) { e[envStdin] = "1" })
	unwatched := s.bare(t)
	began := s.Now()
	if err := watched.stdin.Close(); err != nil {
		t.Fatalf("%v", err)
	}
	over(t, watched)
	if t.Failed() { // how long an end takes is not known
		return
	}
	took := s.Now().Sub(began)
	if err := unwatched.stdin.Close(); err != nil {
		t.Fatalf("%v", err)
	}
	if _, ok := unwatched.ended(300*time.Millisecond + 3*took); ok { // on a slow machine the other one was slow as well
		t.Errorf("a plugin that was not asked to watch ends with its standard input")
	}
}
