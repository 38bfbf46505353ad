package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// errNone is that a query for one row found none.
var errNone = errors.New("no such row")

// querier is what the SQL of this package runs on: the writer's session or a reader.
type querier interface {
	// query gives the rows to read, which leaves them open.
	query(ctx context.Context, read func(pgx.Rows) error, query string, args ...any) error
	// row gives the only row of a query.
	row(ctx context.Context, query string, args ...any) scanner
}

// scanner is one row.
type scanner interface{ Scan(dest ...any) error }

// only runs a query for one row when it is scanned.
type only struct {
	ctx   context.Context // lives for one expression, as in sql.Row
	on    querier
	query string
	args  []any
}

// Scan is errNone if there is no row.
func (o only) Scan(dest ...any) error {
	return o.on.query(o.ctx, func(rows pgx.Rows) error {
		if !rows.Next() {
			if err := rows.Err(); err != nil {
				return err
			}
			return errNone
		}
		return rows.Scan(dest...)
	}, o.query, o.args...)
}

// list reads all rows of a query.
func list[T any](ctx context.Context, q querier, scan func(scanner) (T, error), query string, args ...any) ([]T, error) {
	var all []T
	err := q.query(ctx, func(rows pgx.Rows) error {
		for rows.Next() {
			one, err := scan(rows)
			if err != nil {
				return err
			}
			all = append(all, one)
		}
		return nil
	}, query, args...)
	if err != nil {
		return nil, err
	}
	return all, nil
}

// reader runs queries on a pool, a connection or a snapshot.
type reader struct {
	on interface {
		Query(ctx context.Context, query string, args ...any) (pgx.Rows, error)
	}
	again int // how often a query is repeated that met a dead connection: a pool may be full of them after a restart
}

func (r reader) row(ctx context.Context, query string, args ...any) scanner {
	return only{ctx, r, query, args}
}

func (r reader) query(ctx context.Context, read func(pgx.Rows) error, query string, args ...any) error {
	plain, err := encode(args)
	if err != nil {
		return err
	}
	for try := 0; ; try++ {
		begun, err := r.once(ctx, read, query, plain)
		if err == nil || begun || try >= r.again || !disconnected(err) || ctx.Err() != nil {
			return err
		}
	}
}

// once reports whether a row was read.
func (r reader) once(ctx context.Context, read func(pgx.Rows) error, query string, plain []any) (begun bool, err error) {
	rows, err := r.on.Query(ctx, query, plain...)
	if err != nil {
		return false, err
	}
	defer rows.Close()
	seen := &watched{Rows: rows}
	err = readRows(seen, read)
	return seen.begun, err
}

// watched remembers whether a row was read.
type watched struct {
	pgx.Rows
	begun bool
}

func (w *watched) Next() bool {
	next := w.Rows.Next()
	w.begun = w.begun || next
	return next
}

// readRows is the first of what went wrong.
func readRows(rows pgx.Rows, read func(pgx.Rows) error) error {
	err := read(rows)
	rows.Close()
	if broke := rows.Err(); broke != nil {
		return broke
	}
	return err
}

// view reads several tables as of one moment.
func (s *Store) view(ctx context.Context, read func(q querier) error) error {
	tx, err := s.readers.BeginTx(ctx, snapshot())
	for try := 0; err != nil && disconnected(err) && try < readers && ctx.Err() == nil; try++ {
		tx, err = s.readers.BeginTx(ctx, snapshot())
	}
	if err != nil {
		return err
	}
	err = read(reader{on: tx})
	_ = tx.Rollback(context.WithoutCancel(ctx)) // nothing was written
	return err
}

func snapshot() pgx.TxOptions {
	return pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
}

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
