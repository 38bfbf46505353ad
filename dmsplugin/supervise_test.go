package dmsplugin_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/edokit/edokit/dmsplugin"
	"github.com/edokit/edokit/edo"
)

func supervise(t *testing.T, change ...func(*dmsplugin.Config)) *dmsplugin.Supervisor {
	t.Helper()
	conf := dmsplugin.Config{
		Path: os.Args[0], Env: []string{"TEST_ARCHIVE=" + t.TempDir()}, Actor: "reader",
		Restart: dmsplugin.Restart{First: 10 * time.Millisecond, Longest: 50 * time.Millisecond},
	}
	for _, c := range change {
		c(&conf)
	}
	s := dmsplugin.Supervise(conf)
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func running(t *testing.T, s *dmsplugin.Supervisor) *dmsplugin.Client {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	client, err := s.Client(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// TestSupervisor: a plugin that is killed comes back, as often as it takes, and is gone after Close.
func TestSupervisor(t *testing.T) {
	t.Parallel()
	s := supervise(t)
	seen := map[string]bool{}
	for range 3 {
		client := running(t, s)
		if _, err := client.Info(t.Context()); err != nil {
			t.Fatal(err)
		}
		if seen[client.PID()] {
			t.Errorf("%s was killed already", client.PID())
		}
		seen[client.PID()] = true
		signalTo(t, client.PID(), syscall.SIGKILL)
		eventually(t, "the killed plugin is not seen as ended", client.Exited)
	}
	last := running(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if alive(last.PID()) {
		t.Error("the plugin outlives its supervisor")
	}
	if _, err := s.Client(t.Context()); !errors.Is(err, edo.Unavailable) {
		t.Errorf("after Close: %v", err)
	}
}

// TestSupervisorDeliveries: events go on over the death of the plugin, from what was acknowledged.
func TestSupervisorDeliveries(t *testing.T) {
	t.Parallel()
	s := supervise(t, func(c *dmsplugin.Config) { c.Env = append(c.Env, "TEST_EVENTS=1") })
	var got []int64
	for e, err := range s.Deliveries(t.Context(), "our-firm", "dms") {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, e.Seq)
		if len(got) == 2 {
			signalTo(t, running(t, s).PID(), syscall.SIGKILL)
		}
		if len(got) == 4 {
			break
		}
	}
	// The stand-in forgets with its process what was acknowledged, so it begins anew.
	if diff := cmp.Diff([]int64{1, 2}, got[:2]); diff != "" || len(got) != 4 {
		t.Errorf("%v", got)
	}
}

// TestSupervisorGivesUp: what no launch mends is told at once, what may pass is told with the deadline.
func TestSupervisorGivesUp(t *testing.T) {
	t.Parallel()
	s := supervise(t, func(c *dmsplugin.Config) { c.Path = filepath.Join(t.TempDir(), "none") })
	if _, err := s.Client(t.Context()); !errors.Is(err, edo.Invalid) {
		t.Errorf("no such file: %v", err)
	}
	broken := supervise(t, func(c *dmsplugin.Config) { c.Path = "/bin/false" })
	eventually(t, "the launch fails without an error", func() bool {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		_, err := broken.Client(ctx)
		return errors.Is(err, edo.Unavailable)
	})
}

// TestSupervisorContent: a file is saved over the death of the plugin, whole or not at all.
func TestSupervisorContent(t *testing.T) {
	t.Parallel()
	s := supervise(t)
	body := []byte("%PDF-1.4 letter")
	op, err := running(t, s).Send(t.Context(), letter("p-1", body))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "letter.pdf")
	if _, err := s.Content(t.Context(), op.Key, "doc-a", edo.RoleOriginal, path); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(path); err != nil || string(got) != string(body) {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := s.Content(t.Context(), op.Key, "doc-a", edo.RoleOriginal, path); !errors.Is(err, edo.Conflict) {
		t.Errorf("a file that is there: %v", err)
	}
	signalTo(t, running(t, s).PID(), syscall.SIGKILL)
	other := filepath.Join(filepath.Dir(path), "other.pdf")
	if _, err := s.Content(t.Context(), op.Key, "doc-a", edo.RoleOriginal, other); !errors.Is(err, edo.NotFound) { // the stand-in has forgotten it
		t.Errorf("after the plugin has died: %v", err)
	}
	if left, err := os.ReadDir(filepath.Dir(path)); err != nil || len(left) != 1 {
		t.Errorf("left %v, %v", left, err)
	}
}

// TestGoneIsUnavailable: whatever a host was doing when the plugin died, it hears that the plugin is gone, and never that it has
// called something off itself.
func TestGoneIsUnavailable(t *testing.T) {
	t.Parallel()
	s := supervise(t)
	client := running(t, s)
	following := make(chan error, 1)
	go func() {
		var last error
		for _, err := range client.Follow(t.Context(), "our-firm", 0) {
			last = err
		}
		following <- last
	}()
	if _, err := client.Info(t.Context()); err != nil {
		t.Fatal(err)
	}
	signalTo(t, client.PID(), syscall.SIGKILL)
	next := running(t, s)
	for next == client {
		next = running(t, s)
	}
	if err := <-following; !errors.Is(err, edo.Unavailable) {
		t.Errorf("while it followed: %v", err)
	}
	for range 20 { // the dead one, now that its connection is closed for good
		if _, err := client.Info(t.Context()); !errors.Is(err, edo.Unavailable) {
			t.Fatalf("afterwards: %v", err)
		}
	}
}
