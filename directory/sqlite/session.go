package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"sync"
)

// querier is what the SQL of this package runs on: the writer's session or the readers' pool.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// session is the writer's connection. Statements are prepared once: preparing costs as much as running them.
type session struct {
	conn  *sql.Conn
	ready map[string]*sql.Stmt
}

func newSession(ctx context.Context, db *sql.DB) (*session, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	return &session{conn: conn, ready: map[string]*sql.Stmt{}}, nil
}

// close ends the connection itself. Given back to the pool it would be lent again with the transaction that is open on it.
func (s *session) close() {
	for _, stmt := range s.ready {
		_ = stmt.Close() // whatever it could tell has been told to the callers
	}
	_ = s.conn.Raw(func(any) error { return driver.ErrBadConn }) // the pool throws out what it is told is bad
}

func (s *session) prepare(ctx context.Context, query string) (*sql.Stmt, error) {
	if stmt, ok := s.ready[query]; ok {
		return stmt, nil
	}
	stmt, err := s.conn.PrepareContext(ctx, query)
	if err == nil {
		s.ready[query] = stmt
	}
	return stmt, err
}

// exec runs a statement and gives the rows it changed.
func (s *session) exec(ctx context.Context, query string, args ...any) (int64, error) {
	stmt, err := s.prepare(ctx, query) //nolint:sqlclosecheck // kept for the session, closed with it
	if err != nil {
		return 0, err
	}
	res, err := stmt.ExecContext(ctx, args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// insert runs a statement and gives the number of the new row.
func (s *session) insert(ctx context.Context, query string, args ...any) (int64, error) {
	stmt, err := s.prepare(ctx, query) //nolint:sqlclosecheck // kept for the session, closed with it
	if err != nil {
		return 0, err
	}
	res, err := stmt.ExecContext(ctx, args...)
	if err != nil {
		return 0, err
	}
	return res.LastInsertId()
}

func (s *session) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	stmt, err := s.prepare(ctx, query) //nolint:sqlclosecheck // kept for the session, closed with it
	if err != nil {
		return nil, err
	}
	return stmt.QueryContext(ctx, args...)
}

func (s *session) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	stmt, err := s.prepare(ctx, query) //nolint:sqlclosecheck // kept for the session, closed with it
	if err != nil {
		return s.conn.QueryRowContext(ctx, query, args...) // gives the same error in the shape of a row
	}
	return stmt.QueryRowContext(ctx, args...)
}

// maxReady bounds the statements that readers keep: filters make texts of their own.
const maxReady = 512

// readerPool is the connections of the readers. It prepares each statement once for each of them, as the session does.
type readerPool struct {
	*sql.DB
	mu    sync.Mutex
	ready map[string]*sql.Stmt
}

// known gives a statement that is prepared, or nil and whether there is room for it. It never waits for a connection: who
// asks may hold the last one.
func (p *readerPool) known(query string) (stmt *sql.Stmt, room bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.ready[query], len(p.ready) < maxReady
}

// prepare gives nil for a text that is one too many.
func (p *readerPool) prepare(ctx context.Context, query string) (*sql.Stmt, error) {
	stmt, room := p.known(query) //nolint:sqlclosecheck // kept for the pool, closed with it
	if stmt != nil || !room {
		return stmt, nil
	}
	stmt, err := p.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if other, ok := p.ready[query]; ok {
		return other, stmt.Close() //nolint:sqlclosecheck // one too many, the other is kept
	}
	p.ready[query] = stmt
	return stmt, nil
}

func (p *readerPool) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	stmt, err := p.prepare(ctx, query) //nolint:sqlclosecheck // kept for the pool, closed with it
	if err != nil || stmt == nil {
		return p.DB.QueryContext(ctx, query, args...) // gives the error of this query
	}
	return stmt.QueryContext(ctx, args...)
}

func (p *readerPool) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	stmt, err := p.prepare(ctx, query) //nolint:sqlclosecheck // kept for the pool, closed with it
	if err != nil || stmt == nil {
		return p.DB.QueryRowContext(ctx, query, args...) // gives the error of this query
	}
	return stmt.QueryRowContext(ctx, args...)
}

// view reads several tables as of one moment.
func (p *readerPool) view(ctx context.Context, read func(tx querier) error) error {
	tx, err := p.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return err
	}
	v := &view{tx: tx, pool: p}
	err = read(v)
	if lost := tx.Rollback(); !errors.Is(lost, sql.ErrTxDone) { // it has ended with ctx, which the reading tells
		err = errors.Join(err, lost)
	}
	for _, query := range v.unknown { // for the next time; within, it could wait for the connection that it holds
		_, _ = p.prepare(ctx, query) //nolint:sqlclosecheck // kept for the pool, closed with it; an error is told to who asks next
	}
	return err
}

// view is one transaction of a reader.
type view struct {
	tx      *sql.Tx
	pool    *readerPool
	unknown []string
}

func (v *view) known(query string) *sql.Stmt {
	stmt, room := v.pool.known(query)
	if stmt == nil && room {
		v.unknown = append(v.unknown, query)
	}
	return stmt
}

func (v *view) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if stmt := v.known(query); stmt != nil {
		return v.tx.StmtContext(ctx, stmt).QueryContext(ctx, args...) //nolint:sqlclosecheck // the transaction closes what it makes of it
	}
	return v.tx.QueryContext(ctx, query, args...)
}

func (v *view) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	if stmt := v.known(query); stmt != nil {
		return v.tx.StmtContext(ctx, stmt).QueryRowContext(ctx, args...) //nolint:sqlclosecheck // the transaction closes what it makes of it
	}
	return v.tx.QueryRowContext(ctx, query, args...)
}

// scanner is one row.
type scanner interface{ Scan(dest ...any) error }

// list reads all rows of a query.
func list[T any](ctx context.Context, q querier, scan func(scanner) (T, error), query string, args ...any) ([]T, error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }() // its error is that of rows.Err
	var all []T
	for rows.Next() {
		one, err := scan(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, rows.Err()
}
