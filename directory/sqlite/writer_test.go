package sqlite

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

func fresh(t testing.TB) *Store {
	t.Helper()
	s, err := OpenAndMigrate(t.Context(), Config{Path: filepath.Join(t.TempDir(), "edo.db")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// held stops the writer inside a transaction until release, so that what is queued meanwhile is known.
func held(t testing.TB, s *Store) (release func()) {
	t.Helper()
	begun, end := make(chan struct{}), make(chan struct{})
	done := make(chan error, 1)
	go func() {
		done <- s.writer.do(context.Background(), func(context.Context, *session) error {
			close(begun)
			<-end
			return nil
		})
	}()
	<-begun
	return sync.OnceFunc(func() {
		close(end)
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

// queued waits until n tasks stand behind the one that is held.
func queued(t testing.TB, s *Store, n int) {
	t.Helper()
	for len(s.writer.queue) < n {
		if t.Context().Err() != nil {
			t.Fatal("the tasks were never queued")
		}
		runtime.Gosched()
	}
}

func insertRefusal(why string) func(ctx context.Context, tx *session) error {
	return func(ctx context.Context, tx *session) error {
		_, err := tx.exec(ctx, sqlRefusalInsert, "a", "", "send", "s", nil, why, time.Unix(0, 0).UTC().Format(timeForm))
		return err
	}
}

// TestGroupCommit: what waits together is committed together.
func TestGroupCommit(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	before, release := s.Commits(), held(t, s)
	const many = 200 // fewer than the queue holds
	var wg sync.WaitGroup
	for range many {
		wg.Go(func() {
			if _, err := s.Begin(context.Background(), edo.ExchangeRequest{At: time.Unix(1, 0)}); err != nil {
				t.Error(err)
			}
		})
	}
	queued(t, s, many)
	release()
	wg.Wait()
	if n := s.Commits() - before; n > 2 { // the one that was held and that of all rows
		t.Errorf("%d rows took %d transactions", many, n)
	}
	rows, err := s.Exchanges(t.Context(), directory.ExchangeFilter{Limit: 1000})
	if err != nil || len(rows) != many {
		t.Errorf("%d rows, %v", len(rows), err)
	}
}

func TestFailureStaysInItsSavepoint(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	release := held(t, s)
	mine := errors.New("mine")
	errs := make([]error, 9)
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() {
			errs[i] = s.writer.do(context.Background(), func(ctx context.Context, tx *session) error {
				if err := insertRefusal(fmt.Sprint(i))(ctx, tx); err != nil || i%3 != 0 {
					return err
				}
				if i == 3 {
					_, err := tx.exec(ctx, "INSERT INTO nowhere VALUES (1)")
					return err
				}
				return mine
			})
		})
	}
	queued(t, s, len(errs))
	before := s.Commits()
	release()
	wg.Wait()
	if n := s.Commits() - before; n != 1 {
		t.Errorf("%d transactions, want one: who comes while it works joins it", n)
	}
	for i, err := range errs {
		if failed := i%3 == 0; failed != (err != nil) {
			t.Errorf("task %d: %v", i, err)
		}
	}
	rows, err := s.Refusals(t.Context(), "", 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		if r.Why == "0" || r.Why == "3" || r.Why == "6" {
			t.Errorf("task %s has failed and is there", r.Why)
		}
	}
	if len(rows) != 6 {
		t.Errorf("%d rows, want 6", len(rows))
	}
}

// TestFirstFails: the first of a transaction has no savepoint. If it fails, nothing of it stays, and who came meanwhile is
// written all the same.
func TestFirstFails(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	mine, second := errors.New("mine"), make(chan error, 1)
	err := s.writer.do(t.Context(), func(ctx context.Context, tx *session) error {
		go func() { second <- s.writer.do(context.Background(), insertRefusal("second")) }()
		queued(t, s, 1)
		return errors.Join(insertRefusal("first")(ctx, tx), mine)
	})
	if other := <-second; !errors.Is(err, mine) || other != nil {
		t.Errorf("first %v, second %v", err, other)
	}
	rows, err := s.Refusals(t.Context(), "", 100)
	if err != nil || len(rows) != 1 || rows[0].Why != "second" {
		t.Errorf("%+v, %v", rows, err)
	}
}

func TestNobodyIsToldBeforeTheCommit(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	release := held(t, s)
	done := make(chan error, 1)
	go func() { done <- s.writer.do(context.Background(), insertRefusal("x")) }()
	queued(t, s, 1)
	select {
	case err := <-done:
		t.Fatalf("told before the transaction: %v", err)
	default:
	}
	release()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if rows, _ := s.Refusals(t.Context(), "", 1); len(rows) != 1 {
		t.Error("acknowledged and not there")
	}
}

func TestCallerWhoGivesUp(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	release := held(t, s)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.write(ctx, "test", insertRefusal("never")) }()
	queued(t, s, 1)
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) || !errors.Is(err, edo.Unavailable) {
		t.Errorf("%v", err)
	}
	release()
	if err := s.write(ctx, "test", insertRefusal("never")); !errors.Is(err, context.Canceled) {
		t.Errorf("a context that has ended: %v", err)
	}
	if err := s.write(t.Context(), "test", insertRefusal("last")); err != nil { // behind everything above
		t.Fatal(err)
	}
	if rows, _ := s.Refusals(t.Context(), "", 10); len(rows) != 1 || rows[0].Why != "last" {
		t.Errorf("rows %+v", rows)
	}
}

func TestCloseDrains(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "edo.db")
	s, err := OpenAndMigrate(t.Context(), Config{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	release := held(t, s)
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			if err := s.writer.do(context.Background(), insertRefusal(fmt.Sprint(i))); err != nil {
				t.Error(err)
			}
		})
	}
	queued(t, s, 20)
	closed := make(chan error, 1)
	go func() { closed <- s.Close() }()
	release()
	wg.Wait()
	if err := <-closed; err != nil {
		t.Fatal(err)
	}
	if err := s.write(t.Context(), "test", insertRefusal("late")); !errors.Is(err, directory.StoreClosed) || !errors.Is(err, edo.Unavailable) {
		t.Errorf("after Close: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Errorf("Close again: %v", err)
	}
	again, err := Open(t.Context(), Config{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = again.Close() }()
	if rows, _ := again.Refusals(t.Context(), "", 100); len(rows) != 20 {
		t.Errorf("%d rows of 20", len(rows))
	}
}
