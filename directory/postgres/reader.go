package postgres

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
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
	return o.on.query(o.ctx, func(rows pgx.Rows) error { return one(rows, dest...) }, o.query, o.args...)
}

func one(rows pgx.Rows, dest ...any) error {
	if !rows.Next() {
		if err := rows.Err(); err != nil {
			return err
		}
		return errNone
	}
	return rows.Scan(dest...)
}

// first reads the only row of an answer; errNone if there is none.
func first[T any](scan func(scanner) (T, error), into *T) func(pgx.Rows) error {
	return func(rows pgx.Rows) (err error) {
		*into, err = scan(oneOf{rows})
		return err
	}
}

type oneOf struct{ pgx.Rows }

func (o oneOf) Scan(dest ...any) error { return one(o.Rows, dest...) }

// all reads every row of an answer.
func all[T any](scan func(scanner) (T, error), into *[]T) func(pgx.Rows) error {
	return func(rows pgx.Rows) error {
		*into = nil // an answer that broke off is asked for again
		for rows.Next() {
			one, err := scan(rows)
			if err != nil {
				return err
			}
			*into = append(*into, one)
		}
		return nil
	}
}

// list reads all rows of a query.
func list[T any](ctx context.Context, q querier, scan func(scanner) (T, error), query string, args ...any) ([]T, error) {
	var found []T
	if err := q.query(ctx, all(scan, &found), query, args...); err != nil {
		return nil, err
	}
	return found, nil
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

const sqlSnapshot = `BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY`

// glance is [Store.view] for questions that are known beforehand: ask queues them, and they travel together.
func (s *Store) glance(ctx context.Context, ask func(tx *session) error) (err error) {
	for try := 0; try <= readers; try++ {
		err = s.readers.AcquireFunc(ctx, func(c *pgxpool.Conn) error {
			tx := &session{conn: c.Conn()}
			tx.control(sqlSnapshot)
			if err := ask(tx); err != nil {
				return err
			}
			tx.control("ROLLBACK")
			return tx.flush(ctx) // a connection that is left inside the transaction is closed
		})
		if err == nil || !disconnected(err) || ctx.Err() != nil {
			break
		}
	}
	return err
}

func snapshot() pgx.TxOptions { return pgx.TxOptions{BeginQuery: sqlSnapshot} }
