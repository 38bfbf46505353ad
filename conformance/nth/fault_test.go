package nth_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"

	_ "modernc.org/sqlite" // the driver that gives a real error
)

// when a fault strikes.
type when int

const (
	before when = iota // nothing is done
	after              // it is done, and nobody hears of it
)

func (w when) String() string { return [...]string{"before", "after"}[w] }

// fault lets the n-th of some calls fail. The zero value lets none.
type fault struct {
	n    int // from 1
	when when
	err  error

	mu    sync.Mutex
	armed bool
	calls int
	where string // what it struck
}

// arm begins to count.
func (f *fault) arm(on bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.armed = on
}

// struck says what was struck; empty: the run was over before.
func (f *fault) struck() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.where
}

// call makes one call, or lets it fail. Calls that change nothing have no after.
func (f *fault) call(what string, changes bool, do func() error) error {
	if f == nil {
		return do()
	}
	if f.when == after && !changes || !f.due(what) {
		return do()
	}
	if f.when == after {
		if err := do(); err != nil {
			return err
		}
	}
	return f.err
}

func (f *fault) due(what string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.armed {
		return false
	}
	if f.calls++; f.calls != f.n {
		return false
	}
	f.where = what
	return true
}

var errInjected = errors.New("injected")

// diskFull is the database's own error, as it really comes.
func diskFull(t *testing.T) error {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(t.TempDir(), "full.db")+"?_pragma=max_page_count(1)")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err = db.ExecContext(context.Background(), "CREATE TABLE full (x)"); err == nil {
		t.Fatal("a database of one page takes a table")
	}
	return fmt.Errorf("injected: %w", err)
}
