package sqlite_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/directory/sqlite"
	"github.com/edokit/edokit/edo"
)

// Environment of a test binary that runs itself again as another process on the same store.
const (
	envRole = "EDOKIT_TEST_ROLE"
	envPath = "EDOKIT_TEST_PATH"
)

// worker plays another process if the environment says so.
func worker() bool {
	role := os.Getenv(envRole)
	if role == "" {
		return false
	}
	if err := play(role, os.Getenv(envPath)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	return true
}

func play(role, path string) error {
	ctx := context.Background()
	if role == "migrate" {
		return sqlite.Migrate(ctx, path)
	}
	s, err := sqlite.Open(ctx, sqlite.Config{Path: path, NewID: numbers(fmt.Sprintf("%d-", os.Getpid()))})
	if err != nil {
		return err
	}
	if role == "claim" {
		if err := claimAll(ctx, s, fmt.Sprint(os.Getpid()), func(j edo.Job) { fmt.Println(j.Key.Package) }); err != nil {
			return err
		}
		return s.Close()
	}
	return writeForEver(ctx, s)
}

// claimAll does all due jobs with a few goroutines.
func claimAll(ctx context.Context, s outbox, owner string, got func(edo.Job)) error {
	var wg sync.WaitGroup
	failed := make(chan error, 4)
	var mu sync.Mutex
	for range 4 {
		wg.Go(func() {
			for {
				j, found, err := s.Claim(ctx, owner, noon, noon.Add(time.Hour))
				if err == nil && found {
					err = s.Settle(ctx, j, edo.Change{At: noon, Done: true, Result: "done"})
				}
				if err != nil || !found {
					failed <- err
					return
				}
				mu.Lock()
				got(j)
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	close(failed)
	for err := range failed {
		if err != nil {
			return err
		}
	}
	return nil
}

// writeForEver prints the id of every exchange after it was acknowledged, until the process is killed.
func writeForEver(ctx context.Context, s *sqlite.Store) error {
	lines := make(chan string)
	for range 8 {
		go func() {
			for {
				e, err := s.Begin(ctx, request())
				if err == nil {
					err = e.Finish(ctx, answer())
				}
				if err != nil {
					fmt.Fprintln(os.Stderr, err)
					os.Exit(1)
				}
				lines <- string(e.ID())
			}
		}()
	}
	for id := range lines {
		if _, err := fmt.Println(id); err != nil {
			return err
		}
	}
	return nil
}

func another(t *testing.T, role, path string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), envRole+"="+role, envPath+"="+path)
	cmd.Stderr = os.Stderr
	return cmd
}

const jobs = 1000

// filled is a store with jobs to do.
func filled(t *testing.T, path string) *sqlite.Store {
	t.Helper()
	s := open(t, config(t, path))
	var wg sync.WaitGroup
	for i := range jobs {
		wg.Go(func() {
			op := sample(fmt.Sprintf("p%04d", i))
			if _, created, err := s.Accept(t.Context(), op, []edo.Job{{Key: op.Key, Kind: edo.JobSend, Due: noon}}, nil); err != nil || !created {
				t.Errorf("Accept: created %v, %v", created, err)
			}
		})
	}
	wg.Wait()
	return s
}

// once fails unless every job was done exactly once.
func once(t *testing.T, s outbox, done map[string]int) {
	t.Helper()
	if len(done) != jobs {
		t.Errorf("%d different jobs were done, want %d", len(done), jobs)
	}
	for p, n := range done {
		attempts, err := s.Attempts(t.Context(), edo.Key{Subscriber: "ours", Package: edo.PackageID(p)})
		if n != 1 || err != nil || len(attempts) != 1 || attempts[0].Result != "done" {
			t.Fatalf("%s was done %d times: %v %v", p, n, attempts, err)
		}
	}
}

func TestTwoStoresClaimEachJobOnce(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "edo.db")
	first := filled(t, path)
	second := open(t, config(t, path))
	done := map[string]int{}
	var mu sync.Mutex
	var wg sync.WaitGroup
	for i, s := range []outbox{first, second} {
		wg.Go(func() {
			err := claimAll(t.Context(), s, fmt.Sprint("store", i), func(j edo.Job) {
				mu.Lock()
				defer mu.Unlock()
				done[string(j.Key.Package)]++
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	once(t, first, done)
}

func TestTwoProcessesClaimEachJobOnce(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "edo.db")
	s := filled(t, path)
	outputs := make([][]byte, 2)
	var wg sync.WaitGroup
	for i := range outputs {
		cmd := another(t, "claim", path)
		wg.Go(func() {
			var err error
			if outputs[i], err = cmd.Output(); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	done := map[string]int{}
	for i, out := range outputs {
		got := strings.Fields(string(out))
		t.Logf("process %d did %d jobs", i, len(got))
		for _, p := range got {
			done[p]++
		}
	}
	once(t, s, done)
}

func TestKilledProcessLosesNothingAcknowledged(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "edo.db")
	s := open(t, config(t, path))
	cmd := another(t, "write", path)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var acknowledged []string
	for lines := bufio.NewScanner(out); lines.Scan(); {
		acknowledged = append(acknowledged, lines.Text())
		if len(acknowledged) == 300 {
			if err := cmd.Process.Kill(); err != nil { // SIGKILL; what was printed before is still read
				t.Fatal(err)
			}
		}
	}
	_ = cmd.Wait() // killed
	if len(acknowledged) < 300 {
		t.Fatalf("only %d rows before the end", len(acknowledged))
	}
	last := acknowledged[len(acknowledged)-1]
	for _, id := range acknowledged {
		e, err := s.Exchange(t.Context(), edo.ExchangeID(id))
		if err != nil && id == last && strings.Count(id, "-") == 0 {
			continue // the pipe was cut inside this line
		}
		if err != nil || !e.Finished() {
			t.Fatalf("acknowledged row %s: finished %v, %v", id, e.Finished(), err)
		}
	}
	if _, err := s.Begin(t.Context(), request()); err != nil {
		t.Errorf("the store cannot be written after the kill: %v", err)
	}
	rows, err := s.Exchanges(t.Context(), directory.ExchangeFilter{Limit: 1})
	if err != nil || len(rows) != 1 || rows[0].Finished() {
		t.Errorf("log after the kill: %+v, %v", rows, err)
	}
}

func TestProcessesMigrateAtOnce(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "new", "edo.db")
	var wg sync.WaitGroup
	for range 4 {
		cmd := another(t, "migrate", path)
		wg.Go(func() {
			if err := cmd.Run(); err != nil {
				t.Error(err)
			}
		})
		for range 4 { // and by this process, which is sooner at the start
			wg.Go(func() {
				if err := sqlite.Migrate(t.Context(), path); err != nil {
					t.Error(err)
				}
			})
		}
	}
	wg.Wait()
	s, err := sqlite.Open(t.Context(), sqlite.Config{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}
