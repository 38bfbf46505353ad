package nth_test

import (
	"context"
	"database/sql/driver"
	"strings"
)

// connector lets statements fail.
type connector struct {
	driver.Connector
	f *fault
}

// Connect implements driver.Connector.
func (c connector) Connect(ctx context.Context) (driver.Conn, error) {
	var made driver.Conn
	err := c.f.call("connect", false, func() (err error) {
		made, err = c.Connector.Connect(ctx)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &conn{made.(fullConn), c.f}, nil
}

type fullConn interface {
	driver.Conn
	driver.Pinger
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.SessionResetter
	driver.Validator
}

type conn struct {
	fullConn
	f *fault
}

// short is enough of a statement to know it by.
func short(query string) string {
	query = strings.Join(strings.Fields(query), " ")
	return query[:min(len(query), 60)]
}

func commits(query string) bool { return query == "COMMIT" }

// BeginTx implements driver.ConnBeginTx.
func (c *conn) BeginTx(ctx context.Context, o driver.TxOptions) (tx driver.Tx, err error) {
	err = c.f.call("begin", false, func() error {
		tx, err = c.fullConn.BeginTx(ctx, o)
		return err
	})
	return tx, err
}

// PrepareContext implements driver.ConnPrepareContext.
func (c *conn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	var made driver.Stmt
	err := c.f.call("prepare "+short(query), false, func() (err error) {
		made, err = c.fullConn.PrepareContext(ctx, query)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &stmt{made.(statement), query, c.f}, nil
}

// ExecContext implements driver.ExecerContext.
func (c *conn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (r driver.Result, err error) {
	err = c.f.call(short(query), commits(query), func() error {
		r, err = c.fullConn.ExecContext(ctx, query, args)
		return err
	})
	return r, err
}

// QueryContext implements driver.QueryerContext.
func (c *conn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	return queried(c.f, query, func() (driver.Rows, error) { return c.fullConn.QueryContext(ctx, query, args) })
}

type statement interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

type stmt struct {
	statement
	query string
	f     *fault
}

// ExecContext implements driver.StmtExecContext.
func (s *stmt) ExecContext(ctx context.Context, args []driver.NamedValue) (r driver.Result, err error) {
	err = s.f.call(short(s.query), commits(s.query), func() error {
		r, err = s.statement.ExecContext(ctx, args)
		return err
	})
	return r, err
}

// QueryContext implements driver.StmtQueryContext.
func (s *stmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	return queried(s.f, s.query, func() (driver.Rows, error) { return s.statement.QueryContext(ctx, args) })
}

func queried(f *fault, query string, do func() (driver.Rows, error)) (driver.Rows, error) {
	var made driver.Rows
	err := f.call(short(query), false, func() (err error) {
		made, err = do()
		return err
	})
	if err != nil {
		return nil, err
	}
	return &rows{made, query, f}, nil
}

type rows struct {
	driver.Rows
	query string
	f     *fault
}

// Next implements driver.Rows.
func (r *rows) Next(to []driver.Value) error {
	return r.f.call("row of "+short(r.query), false, func() error { return r.Rows.Next(to) })
}
