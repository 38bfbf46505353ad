package postgres_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/edokit/edokit/directory/postgres"
	"github.com/edokit/edokit/edo"
)

// A dispatcher as the gateway knows it.
var _ interface {
	Dispatch(ctx context.Context, workers int, work func(ctx context.Context, id int64)) error
	ClaimJob(ctx context.Context, id int64, owner string, now, until time.Time) (edo.Job, bool, error)
} = (*postgres.Store)(nil)

// patience is how long anything may take on a loaded machine before a test gives up.
const patience = time.Minute

// awake is a store whose clock goes.
func awake(t testing.TB, dsn edo.Secret) *postgres.Store {
	t.Helper()
	s, err := postgres.Open(t.Context(), postgres.Config{DSN: dsn})
	must(t, err)
	t.Cleanup(func() { must(t, s.Close()) })
	return s
}

func pull(id edo.SubscriberID) edo.Job {
	return edo.Job{Key: edo.Key{Subscriber: id}, Kind: edo.JobPull}
}

// alarms counts those that are set.
func alarms(t testing.TB, dsn edo.Secret) (n int) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn.Reveal())
	must(t, err)
	defer conn.Close(t.Context())
	must(t, conn.QueryRow(t.Context(), "SELECT count(*) FROM river_job").Scan(&n))
	return n
}

func TestAlarmsAreSetWithTheRowsOrNotAtAll(t *testing.T) {
	t.Parallel()
	dsn := server.Fresh(t)
	s := open(t, dsn)
	for what, tc := range map[string]struct {
		do   func() error
		sets int
	}{
		"a job": {func() error { return s.Start(t.Context(), pull("a")) }, 1},
		"a task that fails after it": {func() error {
			err := s.Update(t.Context(), edo.InboundDocument{Key: edo.InboundKey{Subscriber: "a", Remote: "none"}}, 1, nil, []edo.Job{pull("b")})
			if !errors.Is(err, edo.NotFound) {
				return fmt.Errorf("%w", err)
			}
			return nil
		}, 0},
		"a job without a kind": {func() error {
			if err := s.Start(t.Context(), edo.Job{Key: edo.Key{Subscriber: "a"}}); err == nil {
				return errors.New("was stored")
			}
			return nil
		}, 0},
	} {
		before := alarms(t, dsn)
		if err := tc.do(); err != nil {
			t.Errorf("%s: %v", what, err)
		}
		if n := alarms(t, dsn) - before; n != tc.sets {
			t.Errorf("%s has set %d alarms, want %d", what, n, tc.sets)
		}
	}
	// A whole transaction that is rolled back, with a task that had succeeded.
	before := alarms(t, dsn)
	frozen := open(t, with(dsn, "idle_in_transaction_session_timeout=200ms"))
	release := held(t, frozen)
	done := make(chan error, 1)
	go func() { done <- frozen.Start(context.Background(), pull(sub)) }()
	queued(t, frozen, 1)
	must(t, s.Write(t.Context(), sub, row("the frozen one was thrown out")))
	if err := release(); err == nil {
		t.Error("the frozen transaction was committed")
	}
	if err := <-done; !errors.Is(err, edo.Unavailable) {
		t.Errorf("what had joined it: %v", err)
	}
	if n := alarms(t, dsn) - before; n != 0 {
		t.Errorf("%d alarms of what was not written", n)
	}
	must(t, frozen.Start(t.Context(), pull(sub)))
	if n := alarms(t, dsn) - before; n != 1 {
		t.Errorf("%d alarms, want 1", n)
	}
}

// TestAlarmOfAJobThatIsHeld: one that is woken while somebody works on it rings when it is given back.
func TestAlarmOfAJobThatIsHeld(t *testing.T) {
	t.Parallel()
	dsn := server.Fresh(t)
	s := open(t, dsn)
	must(t, s.Start(t.Context(), pull("a")))
	j, found, err := s.Claim(t.Context(), "w", noon, noon.Add(time.Minute))
	if !found || err != nil {
		t.Fatalf("%v %v", found, err)
	}
	must(t, s.Start(t.Context(), pull("a")))
	if n := alarms(t, dsn); n != 1 {
		t.Errorf("%d alarms while it is held", n)
	}
	must(t, s.Settle(t.Context(), j, edo.Change{At: noon, Done: true}))
	if n := alarms(t, dsn); n != 2 {
		t.Errorf("%d alarms after it was given back", n)
	}
	j, found, err = s.Claim(t.Context(), "w", noon, noon.Add(time.Minute))
	if !found || err != nil {
		t.Fatalf("%v %v", found, err)
	}
	must(t, s.Settle(t.Context(), j, edo.Change{At: noon, Done: true}))
	if n := alarms(t, dsn); n != 2 {
		t.Errorf("%d alarms after it has ended", n)
	}
}

func TestClaimJob(t *testing.T) {
	t.Parallel()
	s := open(t, server.Fresh(t))
	must(t, s.Start(t.Context(), pull("a")))
	claim := func(id int64, now time.Time) (edo.Job, bool) {
		t.Helper()
		j, found, err := s.ClaimJob(t.Context(), id, "w", now, now.Add(time.Minute))
		must(t, err)
		return j, found
	}
	if _, found := claim(1, noon.Add(-time.Second)); found {
		t.Error("claimed before its time")
	}
	if _, found := claim(99, noon); found {
		t.Error("claimed what is not there")
	}
	j, found := claim(1, noon)
	if !found || j.ID != 1 || j.Kind != edo.JobPull || j.Fence != 1 || j.Tries != 1 || !j.Until.Equal(noon.Add(time.Minute)) {
		t.Errorf("%+v", j)
	}
	if _, found := claim(1, noon); found {
		t.Error("claimed twice")
	}
	if again, found := claim(1, noon.Add(2*time.Minute)); !found || again.Fence != 2 {
		t.Errorf("after the lease: %+v", again)
	}
	if _, _, err := s.ClaimJob(t.Context(), 1, "", noon, noon); !errors.Is(err, edo.Invalid) {
		t.Errorf("nobody, for no time: %v", err)
	}
	attempts, err := s.Attempts(t.Context(), edo.Key{Subscriber: "a"})
	if err != nil || len(attempts) != 2 {
		t.Errorf("%+v, %v", attempts, err)
	}
}

// TestTwoDispatchers: every job is done once, and never by two at a time.
func TestTwoDispatchers(t *testing.T) {
	t.Parallel()
	dsn := server.Fresh(t)
	stores := []*postgres.Store{awake(t, dsn), awake(t, dsn)}
	const count = 40
	var mu sync.Mutex
	working, done := map[int64]bool{}, map[int64]int{}
	all := make(chan struct{})
	ctx, stop := context.WithTimeout(t.Context(), patience)
	defer stop()
	work := func(s *postgres.Store, owner string) func(ctx context.Context, id int64) {
		return func(ctx context.Context, id int64) {
			j, found, err := s.ClaimJob(ctx, id, owner, time.Now(), time.Now().Add(time.Minute))
			if err != nil && ctx.Err() == nil {
				t.Error(err)
			}
			if err != nil || !found {
				return
			}
			mu.Lock()
			if working[id] {
				t.Errorf("job %d is worked on twice at once", id)
			}
			working[id] = true
			mu.Unlock()
			err = s.Settle(context.WithoutCancel(ctx), j, edo.Change{At: time.Now(), Done: true})
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				t.Error(err)
			}
			working[id] = false
			if done[id]++; len(done) == count {
				close(all)
			}
		}
	}
	var dispatchers sync.WaitGroup
	for i, s := range stores {
		dispatchers.Go(func() {
			if err := s.Dispatch(ctx, 4, work(s, fmt.Sprint("store", i))); err != nil {
				t.Error(err)
			}
		})
	}
	for i := range count {
		must(t, stores[i%2].Start(ctx, pull(edo.SubscriberID(fmt.Sprint("s", i)))))
	}
	select {
	case <-all:
	case <-ctx.Done():
		t.Errorf("%d of %d jobs were done", len(done), count)
	}
	stop()
	dispatchers.Wait()
	for id, n := range done {
		if n != 1 {
			t.Errorf("job %d was done %d times", id, n)
		}
	}
}

// TestDispatchWaits: it rings in time, and returns after those who are at work.
func TestDispatchWaits(t *testing.T) {
	t.Parallel()
	s := awake(t, server.Fresh(t))
	ctx, stop := context.WithTimeout(t.Context(), patience)
	defer stop()
	later := pull("a")
	later.Due = time.Now().Add(700 * time.Millisecond)
	must(t, s.Start(ctx, later))
	begun, end, returned := make(chan time.Time, 9), make(chan struct{}), make(chan error, 1)
	go func() {
		returned <- s.Dispatch(ctx, 1, func(ctx context.Context, id int64) {
			if _, found, _ := s.ClaimJob(ctx, id, "w", time.Now(), time.Now().Add(time.Hour)); !found {
				return
			}
			begun <- time.Now()
			<-ctx.Done()
			<-end
		})
	}()
	if at := <-begun; at.Before(later.Due.Truncate(time.Microsecond)) {
		t.Errorf("rang %v too early", later.Due.Sub(at))
	}
	stop()
	select {
	case err := <-returned:
		t.Errorf("returned while a worker is at work: %v", err)
	case <-time.After(100 * time.Millisecond):
	}
	close(end)
	must(t, <-returned)
}

const envStuck = "EDOKIT_TEST_STUCK"

// stuck plays a process that takes a job and never ends it.
func stuck() bool {
	dsn := os.Getenv(envStuck)
	if dsn == "" {
		return false
	}
	ctx := context.Background()
	s, err := postgres.Open(ctx, postgres.Config{DSN: edo.NewSecret(dsn)})
	if err == nil {
		err = s.Dispatch(ctx, 1, func(ctx context.Context, id int64) {
			if _, found, _ := s.ClaimJob(ctx, id, "died", time.Now(), time.Now().Add(time.Second)); found {
				fmt.Println("claimed")
				<-ctx.Done()
			}
		})
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
	return true
}

// TestKilledInTheMiddle: a process dies while it works. River believes that it is working still; the sweep does not.
func TestKilledInTheMiddle(t *testing.T) {
	t.Parallel()
	dsn := server.Fresh(t)
	s := awake(t, dsn)
	must(t, s.Start(t.Context(), pull("a")))
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env, cmd.Stderr = append(os.Environ(), envStuck+"="+dsn.Reveal()), os.Stderr
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	if lines := bufio.NewScanner(out); !lines.Scan() || lines.Text() != "claimed" {
		t.Fatalf("%q, %v", lines.Text(), lines.Err())
	}
	must(t, cmd.Process.Kill())
	_ = cmd.Wait()
	killed := time.Now()
	ctx, stop := context.WithTimeout(t.Context(), patience)
	defer stop()
	var job edo.Job
	err = s.Dispatch(ctx, 1, func(ctx context.Context, id int64) {
		j, found, err := s.ClaimJob(ctx, id, "heir", time.Now(), time.Now().Add(time.Minute))
		if err == nil && found {
			job = j
			stop()
		}
	})
	if err != nil || job.Fence != 2 || job.Owner != "heir" {
		t.Errorf("%+v, %v", job, err)
	}
	t.Logf("taken over %v after the kill", time.Since(killed))
}

// TestLostAlarms: an alarm clock that has lost everything is set again by the sweep, and only so often.
func TestLostAlarms(t *testing.T) {
	t.Parallel()
	dsn := server.Fresh(t)
	s := open(t, dsn)
	for i := range 10 {
		j := pull(edo.SubscriberID(fmt.Sprint("s", i)))
		j.Due = noon.Add(-time.Minute)
		must(t, s.Start(t.Context(), j))
	}
	alter(t, dsn, "TRUNCATE river_job")
	for round, want := range []int{10, 0} {
		n, err := s.Sweep(t.Context())
		if err != nil || n != want || alarms(t, dsn) != 10 {
			t.Errorf("round %d called %d, want %d; %d alarms; %v", round, n, want, alarms(t, dsn), err)
		}
	}
}

// TestADueAlarmRingsAtOnce: what is due when it is written waits for nobody; what is not has its time.
func TestADueAlarmRingsAtOnce(t *testing.T) {
	t.Parallel()
	dsn := server.Fresh(t)
	s := open(t, dsn)
	due, later := pull("a"), pull("b")
	due.Due, later.Due = noon.Add(-time.Second), noon.Add(time.Hour)
	must(t, s.Start(t.Context(), due))
	must(t, s.Start(t.Context(), later))
	conn, err := pgx.Connect(t.Context(), dsn.Reveal())
	must(t, err)
	defer conn.Close(t.Context())
	var states []string
	must(t, conn.QueryRow(t.Context(), "SELECT array_agg(state::text ORDER BY id) FROM river_job").Scan(&states))
	if !slices.Equal(states, []string{"available", "scheduled"}) {
		t.Error(states)
	}
}
