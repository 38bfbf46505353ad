package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// session is one transaction of a writer. What needs no answer waits for the next question and travels with it, so that
// the lock which the transaction holds is not held for the way there and back of every statement.
type session struct {
	conn    *pgx.Conn
	pending []statement
	fresh   []alarm // set by the task that runs
	alarms  []alarm // set by tasks that have succeeded
	sent    bool    // something was sent since this was set to false
}

// statement waits to be sent.
type statement struct {
	query   string
	args    []any
	control bool                              // of the transaction itself: if it fails, all of it fails
	check   func(tag pgconn.CommandTag) error // of the answer; nil: any is right
	read    func(pgx.Rows) error              // of the rows it returns; nil: it returns none
}

// controlError is a failure of the transaction, not of one task in it.
type controlError struct{ error }

func (e controlError) Unwrap() error { return e.error }

// control queues a statement of the transaction itself.
func (s *session) control(query string, args ...any) {
	s.pending = append(s.pending, statement{query: query, args: args, control: true})
}

// later queues a statement whose answer nobody waits for; the task fails if it does, or if check says so.
func (s *session) later(check func(n int64) error, query string, args ...any) error {
	plain, err := encode(args)
	if err != nil {
		return err
	}
	st := statement{query: query, args: plain}
	if check != nil {
		st.check = func(tag pgconn.CommandTag) error { return check(tag.RowsAffected()) }
	}
	s.pending = append(s.pending, st)
	return nil
}

// learn queues a statement whose rows are read when its answer comes.
func (s *session) learn(read func(pgx.Rows) error, query string, args ...any) error {
	plain, err := encode(args)
	if err == nil {
		s.pending = append(s.pending, statement{query: query, args: plain, read: read})
	}
	return err
}

// flush sends what waits.
func (s *session) flush(ctx context.Context) error {
	if len(s.pending) == 0 {
		return nil
	}
	results := s.send(ctx, nil)
	err := s.settle(results)
	if closed := results.Close(); err == nil {
		err = closed
	}
	s.pending = nil
	return err
}

// exec runs a statement now and gives the rows it changed.
func (s *session) exec(ctx context.Context, query string, args ...any) (n int64, err error) {
	if err := s.later(func(changed int64) error { n = changed; return nil }, query, args...); err != nil {
		return 0, err
	}
	return n, s.flush(ctx)
}

// insert runs a statement that returns the number of the new row.
func (s *session) insert(ctx context.Context, query string, args ...any) (seq int64, err error) {
	err = s.row(ctx, query, args...).Scan(&seq)
	return seq, err
}

func (s *session) row(ctx context.Context, query string, args ...any) scanner {
	return only{ctx, s, query, args}
}

func (s *session) query(ctx context.Context, read func(pgx.Rows) error, query string, args ...any) error {
	plain, err := encode(args)
	if err != nil {
		return err
	}
	results := s.send(ctx, &statement{query: query, args: plain})
	if err = s.settle(results); err == nil {
		var rows pgx.Rows
		if rows, err = results.Query(); err == nil {
			err = readRows(rows, read)
		}
	}
	if closed := results.Close(); err == nil {
		err = closed
	}
	s.pending = nil
	return err
}

// send puts what waits, and a last one, on the wire.
func (s *session) send(ctx context.Context, last *statement) pgx.BatchResults {
	b := &pgx.Batch{}
	for _, st := range s.pending {
		b.Queue(st.query, st.args...)
	}
	if last != nil {
		b.Queue(last.query, last.args...)
	}
	s.sent = true
	return s.conn.SendBatch(ctx, b)
}

// settle reads the answers of what waited. The first error is the cause: the server has run nothing after it.
func (s *session) settle(results pgx.BatchResults) error {
	var first error
	for _, st := range s.pending {
		tag, err := answer(results, st)
		switch {
		case first != nil:
		case err != nil && st.control:
			first = controlError{err}
		case err != nil:
			first = err
		case st.check != nil:
			first = st.check(tag)
		}
		if err != nil {
			return first
		}
	}
	return first
}

// answer reads that of one statement.
func answer(results pgx.BatchResults, st statement) (pgconn.CommandTag, error) {
	if st.read == nil {
		return results.Exec()
	}
	rows, err := results.Query()
	if err == nil {
		err = readRows(rows, st.read)
	}
	return rows.CommandTag(), err
}

// lost reports whether the connection is of no use any more.
func (s *session) lost() bool { return s.conn.IsClosed() }

// refusedCommit is a COMMIT that the server answered with a rollback.
type refusedCommit struct{ answer string }

func (e refusedCommit) Error() string { return fmt.Sprintf("COMMIT was answered with %q", e.answer) }

func rolledBack(tag pgconn.CommandTag) error {
	if tag.String() == "COMMIT" {
		return nil
	}
	return refusedCommit{tag.String()}
}
