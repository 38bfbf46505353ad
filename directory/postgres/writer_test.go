package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/edokit/edokit/conformance/storetest"
	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/directory/postgres"
	"github.com/edokit/edokit/edo"
)

const sub = edo.SubscriberID("s")

// row writes a refusal that says why.
func row(why string) func(ctx context.Context, tx *postgres.Tx) error {
	return func(ctx context.Context, tx *postgres.Tx) error {
		_, err := tx.Exec(ctx, postgres.SQLRefusal, "a", "", "send", sub, nil, why, noon)
		return err
	}
}

// held stops the writer of the subscriber inside a transaction until release.
func held(t testing.TB, s *postgres.Store) (release func() error) {
	t.Helper()
	begun, end, done := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		done <- s.Write(context.Background(), sub, func(ctx context.Context, tx *postgres.Tx) error {
			_, err := tx.Exec(ctx, "SELECT 1") // now the lock is held
			close(begun)
			<-end
			return err
		})
	}()
	<-begun
	release = sync.OnceValue(func() error { close(end); return <-done })
	t.Cleanup(func() { _ = release() }) // a test that fails before must not wait for ever when it closes the store
	return release
}

func queued(t testing.TB, s *postgres.Store, n int) {
	t.Helper()
	for s.Queued(sub) < n {
		if t.Context().Err() != nil {
			t.Fatal("the tasks were never queued")
		}
		runtime.Gosched()
	}
}

// reasons are why the refusals that are stored were made.
func reasons(t testing.TB, s *postgres.Store) map[string]bool {
	t.Helper()
	rows, err := s.Refusals(t.Context(), sub, 1000)
	must(t, err)
	all := map[string]bool{}
	for _, r := range rows {
		all[r.Why] = true
	}
	return all
}

func TestGroupCommit(t *testing.T) {
	t.Parallel()
	s := open(t, server.Fresh(t))
	release := held(t, s)
	var wg sync.WaitGroup
	for range 150 {
		wg.Go(func() {
			if _, err := s.Begin(context.Background(), edo.ExchangeRequest{Subscriber: sub, At: noon}); err != nil {
				t.Error(err)
			}
		})
	}
	queued(t, s, 60) // as many as its queue takes
	before := s.Commits()
	must(t, release())
	wg.Wait()
	if n := s.Commits() - before; n > 30 {
		t.Errorf("150 rows took %d transactions", n)
	}
}

func TestFailureStaysInItsSavepoint(t *testing.T) {
	t.Parallel()
	s := open(t, server.Fresh(t))
	release := held(t, s)
	mine := errors.New("mine")
	errs := make([]error, 12)
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() {
			errs[i] = s.Write(context.Background(), sub, func(ctx context.Context, tx *postgres.Tx) error {
				if i == 9 {
					return mine // before anything was sent
				}
				if err := row(fmt.Sprint(i))(ctx, tx); err != nil || i%3 != 0 {
					return err
				}
				if i == 3 {
					_, err := tx.Exec(ctx, "INSERT INTO nowhere VALUES (1)")
					return err
				}
				if i == 6 {
					_, err := tx.Exec(ctx, "INSERT INTO answers SELECT 99, now(), '', '', 0, 0, NULL, NULL, 0, '', NULL, '', ''")
					return err
				}
				return mine
			})
		})
	}
	queued(t, s, len(errs))
	before := s.Commits()
	must(t, release())
	wg.Wait()
	if n := s.Commits() - before; n != 1 {
		t.Errorf("%d transactions, want one: who comes while it works joins it", n)
	}
	there := reasons(t, s)
	for i, err := range errs {
		if failed := i%3 == 0; failed != (err != nil) || there[fmt.Sprint(i)] == failed {
			t.Errorf("task %d: %v, stored %v", i, err, there[fmt.Sprint(i)])
		}
	}
	if !errors.Is(errs[6], edo.Conflict) {
		t.Errorf("a row that needs another: %v", errs[6])
	}
}

func TestNobodyIsToldBeforeTheCommit(t *testing.T) {
	t.Parallel()
	dsn := server.Fresh(t)
	s, other := open(t, dsn), open(t, dsn)
	release := held(t, s)
	done := make(chan error, 1)
	go func() { done <- other.Write(context.Background(), sub, row("x")) }() // waits for the lock of the other store
	if there := reasons(t, s); len(there) != 0 {
		t.Errorf("%v", there)
	}
	select {
	case err := <-done:
		t.Fatalf("told while another store holds the lock: %v", err)
	default:
	}
	must(t, release())
	must(t, <-done)
	if there := reasons(t, s); !there["x"] {
		t.Error("acknowledged and not there")
	}
}

func TestCallerWhoGivesUp(t *testing.T) {
	t.Parallel()
	s := open(t, server.Fresh(t))
	release := held(t, s)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Write(ctx, sub, row("never")) }()
	queued(t, s, 1)
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) || !errors.Is(err, edo.Unavailable) {
		t.Errorf("%v", err)
	}
	must(t, release())
	must(t, s.Write(t.Context(), sub, row("last"))) // behind everything above
	if there := reasons(t, s); len(there) != 1 || !there["last"] {
		t.Errorf("%v", there)
	}
}

func TestCloseDrains(t *testing.T) {
	t.Parallel()
	dsn := server.Fresh(t)
	s, err := postgres.Open(t.Context(), postgres.Config{DSN: dsn})
	must(t, err)
	release := held(t, s)
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			if err := s.Write(context.Background(), sub, row(fmt.Sprint(i))); err != nil {
				t.Error(err)
			}
		})
	}
	queued(t, s, 20)
	closed := make(chan error, 1)
	go func() { closed <- s.Close() }()
	must(t, release())
	wg.Wait()
	must(t, <-closed)
	for what, err := range map[string]error{
		"write": s.Write(t.Context(), sub, row("late")),
		"read":  second(s.Subscribers(t.Context())),
		"claim": func() error { _, _, err := s.Claim(t.Context(), "w", noon, noon.Add(1)); return err }(),
	} {
		if !errors.Is(err, directory.StoreClosed) || !errors.Is(err, edo.Unavailable) {
			t.Errorf("%s after Close: %v", what, err)
		}
	}
	must(t, s.Close())
	if there := reasons(t, open(t, dsn)); len(there) != 20 {
		t.Errorf("%d rows of 20", len(there))
	}
}

func second[T any](_ T, err error) error { return err }

// TestFrozenHolder: whoever holds the lock of a shard and does not move is thrown out by the server, and the others go
// on. The bound is shorter here than in a real store.
func TestFrozenHolder(t *testing.T) {
	t.Parallel()
	dsn := server.Fresh(t)
	frozen, other := open(t, with(dsn, "idle_in_transaction_session_timeout=300ms")), open(t, dsn)
	release := held(t, frozen)
	must(t, other.Write(t.Context(), sub, row("went on")))
	if err := release(); !errors.Is(err, edo.Unavailable) {
		t.Errorf("the frozen one: %v", err)
	}
	must(t, frozen.Write(t.Context(), sub, row("is back")))
	if there := reasons(t, other); !there["went on"] || !there["is back"] {
		t.Errorf("%v", there)
	}
}

func TestBusy(t *testing.T) {
	t.Parallel()
	dsn := server.Fresh(t)
	holder, hasty := open(t, dsn), open(t, with(dsn, "lock_timeout=50ms"))
	release := held(t, holder)
	if err := hasty.Write(t.Context(), sub, row("x")); !errors.Is(err, directory.StoreBusy) || !errors.Is(err, edo.Unavailable) {
		t.Errorf("held by another process: %v", err)
	}
	if err := postgres.Probe(t.Context(), dsn, 50*time.Millisecond); !errors.Is(err, directory.StoreBusy) {
		t.Errorf("Probe of a store that is held: %v", err)
	}
	// Subscribers of other shards do not wait.
	for i := 0; ; i++ {
		r := storetest.Request()
		r.Subscriber = edo.SubscriberID(fmt.Sprint("other", i))
		if postgres.ShardOf(r.Subscriber) != postgres.ShardOf(sub) {
			_, err := hasty.Begin(t.Context(), r)
			must(t, err)
			break
		}
	}
	must(t, release())
	must(t, hasty.Write(t.Context(), sub, row("x")))
	must(t, postgres.Probe(t.Context(), dsn, time.Minute))
}
