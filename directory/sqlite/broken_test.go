package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"path/filepath"
	"testing"
)

var errInjected = errors.New("injected")

// failing lets one statement fail without doing it, so that the transaction around it stays open.
type failing struct {
	driver.Connector
	query string
	left  *int // how often it fails
}

// Connect implements driver.Connector.
func (f failing) Connect(ctx context.Context) (driver.Conn, error) {
	c, err := f.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return &failingConn{c, f}, nil
}

// failingConn has the prepared statements only, which are all that the writer uses.
type failingConn struct {
	driver.Conn
	f failing
}

// Prepare implements driver.Conn.
func (c *failingConn) Prepare(query string) (driver.Stmt, error) {
	if query == c.f.query && *c.f.left > 0 {
		*c.f.left--
		return nil, errInjected
	}
	return c.Conn.Prepare(query)
}

// TestBrokenTransactionIsLeft: whatever fails around a transaction, nothing of it is written, and the next write has a
// connection without it.
func TestBrokenTransactionIsLeft(t *testing.T) {
	t.Parallel()
	for _, query := range []string{"BEGIN IMMEDIATE", "ROLLBACK", "SAVEPOINT task", "ROLLBACK TO task", "RELEASE task", "COMMIT"} {
		t.Run(query, func(t *testing.T) {
			t.Parallel()
			path, left := filepath.Join(t.TempDir(), "edo.db"), 0
			if err := Migrate(t.Context(), path); err != nil {
				t.Fatal(err)
			}
			s, err := Open(t.Context(), Config{Path: path, Wrap: func(c driver.Connector) driver.Connector { return failing{c, query, &left} }})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			left = 1
			for _, err := range lostTogether(t, s, query) {
				if !errors.Is(err, errInjected) {
					t.Errorf("the failing %s gives %v", query, err)
				}
			}
			for range 2 {
				if err := s.write(t.Context(), "test", insertRefusal("kept")); err != nil {
					t.Errorf("after a failed %s: %v", query, err)
				}
			}
			if left > 0 {
				t.Errorf("%s never failed", query)
			}
			var n int
			if err := s.reader.QueryRowContext(t.Context(), "SELECT count(*) FROM refusals").Scan(&n); err != nil || n != 2 {
				t.Errorf("%d rows, %v", n, err)
			}
		})
	}
}

// lostTogether writes what the failing query takes down: alone, or behind another in one transaction.
func lostTogether(t *testing.T, s *Store, query string) []error {
	t.Helper()
	lost := insertRefusal("lost")
	refused := func(ctx context.Context, tx *session) error { return errors.Join(lost(ctx, tx), errors.New("refused")) }
	switch query {
	case "BEGIN IMMEDIATE", "COMMIT":
		return []error{s.write(t.Context(), "test", lost)}
	case "ROLLBACK":
		return []error{s.write(t.Context(), "test", refused)}
	}
	second := make(chan error, 1)
	first := s.write(t.Context(), "test", func(ctx context.Context, tx *session) error {
		task := lost
		if query == "ROLLBACK TO task" {
			task = refused
		}
		go func() { second <- s.write(context.Background(), "test", task) }()
		queued(t, s, 1)
		return lost(ctx, tx)
	})
	return []error{first, <-second}
}
