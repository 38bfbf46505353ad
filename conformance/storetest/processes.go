package storetest

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

// Environment of a test binary that runs itself again as another process on the same store.
const (
	envStore   = "EDOKIT_TEST_STORE"
	envRole    = "EDOKIT_TEST_ROLE"
	envAddress = "EDOKIT_TEST_ADDRESS"
)

// Worker plays another process on this store if the environment says so; the main function then returns.
func (h Harness) Worker() bool {
	role := os.Getenv(envRole)
	if role == "" || os.Getenv(envStore) != h.Name {
		return false
	}
	if err := h.play(role, os.Getenv(envAddress)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	return true
}

func (h Harness) play(role, address string) error {
	ctx := context.Background()
	if role == "migrate" {
		return h.Migrate(ctx, address)
	}
	s, err := h.Open(ctx, address, Config{Now: func() time.Time { return noon }, NewID: numbers(fmt.Sprintf("%d-", os.Getpid()))})
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

// another runs this binary as another process.
func (h Harness) another(t conformance.T, role, address string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), envStore+"="+h.Name, envRole+"="+role, envAddress+"="+address)
	cmd.Stderr = os.Stderr
	return cmd
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
func writeForEver(ctx context.Context, s Store) error {
	lines := make(chan string)
	for range 8 {
		go func() {
			for {
				e, err := s.Begin(ctx, Request())
				if err == nil {
					err = e.Finish(ctx, Answer())
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

const jobs = 400

// filled is a store with jobs to do.
func (h Harness) filled(t conformance.T, address string) Store {
	t.Helper()
	s := h.open(t, address, config(t))
	var wg sync.WaitGroup
	for i := range jobs {
		wg.Go(func() {
			op := Sample(fmt.Sprintf("p%04d", i))
			if _, created, err := s.Accept(t.Context(), op, []edo.Job{{Key: op.Key, Kind: edo.JobSend, Due: noon}}, nil); err != nil || !created {
				t.Errorf("Accept: created %v, %v", created, err)
			}
		})
	}
	wg.Wait()
	return s
}

// once fails unless every job was done exactly once.
func once(t conformance.T, s outbox, done map[string]int) {
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

func twoStoresClaimEachJobOnce(t conformance.T, h Harness) {
	address := h.Fresh(t)
	first := h.filled(t, address)
	second := h.open(t, address, config(t))
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

func twoProcessesClaimEachJobOnce(t conformance.T, h Harness) {
	address := h.Fresh(t)
	s := h.filled(t, address)
	outputs := make([][]byte, 2)
	var wg sync.WaitGroup
	for i := range outputs {
		cmd := h.another(t, "claim", address)
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

func killedProcessLosesNothingAcknowledged(t conformance.T, h Harness) {
	address := h.Fresh(t)
	s := h.open(t, address, config(t))
	cmd := h.another(t, "write", address)
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
	if _, err := s.Begin(t.Context(), Request()); err != nil {
		t.Errorf("the store cannot be written after the kill: %v", err)
	}
	rows, err := s.Exchanges(t.Context(), directory.ExchangeFilter{Limit: 1})
	if err != nil || len(rows) != 1 || rows[0].Finished() {
		t.Errorf("log after the kill: %+v, %v", rows, err)
	}
}

func processesMigrateAtOnce(t conformance.T, h Harness) {
	address := h.Bare(t)
	var wg sync.WaitGroup
	for range 3 {
		cmd := h.another(t, "migrate", address)
		wg.Go(func() {
			if err := cmd.Run(); err != nil {
				t.Error(err)
			}
		})
		wg.Go(func() { // and by this process, which is sooner at the start
			if err := h.Migrate(t.Context(), address); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	h.open(t, address, config(t))
}
