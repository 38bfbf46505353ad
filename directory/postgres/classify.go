package postgres

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/puddle/v2"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

// classify is the one place that knows the errors of the database. [edo.Unavailable] means that nothing was written
// and the same call may be repeated.
func classify(op string, err error) error {
	var known *edo.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &known):
		if e, ok := err.(*edo.Error); ok && e.Op == "" { //nolint:errorlint // a copy: the callers of one batch share the error
			c := *e
			c.Op = op
			return &c
		}
		return err
	case errors.As(err, new(edo.Faults)):
		return err
	}
	e := &edo.Error{Kind: edo.Internal, Op: op, Err: oneLine{err}}
	var answer *pgconn.PgError
	switch {
	case errors.Is(err, errNone):
		return &edo.Error{Kind: edo.NotFound, Op: op}
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		e.Kind = edo.Unavailable
	case errors.Is(err, puddle.ErrClosedPool):
		e.Kind, e.Reason = edo.Unavailable, directory.StoreClosed
	case errors.As(err, &answer):
		classifyCode(e, answer.Code)
	case disconnected(err):
		e.Kind, e.Remedy = edo.Unavailable, "see that the database can be reached"
	}
	return e
}

// oneLine is an error that people read in a row of a report: that of a connection names every address on a line of its own.
type oneLine struct{ error }

func (e oneLine) Error() string {
	lines := strings.Split(e.error.Error(), "\n")
	for i := range lines {
		lines[i] = strings.TrimSpace(lines[i])
	}
	return strings.Join(lines, " ")
}

func (e oneLine) Unwrap() error { return e.error }

// classifyCode knows the codes of the server, whole or by their class, the first two letters.
func classifyCode(e *edo.Error, code string) {
	switch code {
	case "53100": // disk_full
		e.Kind, e.Reason, e.Remedy = edo.Unavailable, directory.StoreFull, "free space on the disk of the database"
		return
	case "55P03", "57014": // lock_not_available, query_canceled
		e.Kind, e.Reason, e.Remedy = edo.Unavailable, directory.StoreBusy, "end the process that holds the store"
		return
	case "25006", "42501": // read_only_sql_transaction, insufficient_privilege
		e.Reason, e.Remedy = directory.StoreReadOnly, "connect to the primary, as a user who may write"
		return
	case "XX001", "XX002": // data_corrupted, index_corrupted
		e.Reason, e.Remedy = directory.StoreCorrupt, "stop, copy the files, restore a backup"
		return
	}
	switch class := code[:min(len(code), 2)]; class {
	case "08", "40", "53", "57", "58", "25": // connection, rollback, resources, shutdown, system, transaction that was ended
		e.Kind, e.Remedy = edo.Unavailable, "see that the database can be reached and has room for another connection"
	case "28", "3D": // authorization, no such database
		e.Remedy = "mend the connection string"
	case "23":
		e.Kind, e.Message = edo.Conflict, "contradicts a row that is there, or needs one that is not"
	}
}

// disconnected reports a connection that could not be made or broke. A write whose COMMIT had been sent does not come
// here: its outcome was looked up.
func disconnected(err error) bool {
	var network net.Error
	var connect *pgconn.ConnectError
	return errors.As(err, &network) || errors.As(err, &connect) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, net.ErrClosed) || pgconn.SafeToRetry(err)
}

// refused reports an error after which the server has not committed for certain. It says ERROR and stays; FATAL, which
// ends the connection, may come from anywhere around the commit.
func refused(err error) bool {
	var answer *pgconn.PgError
	return errors.As(err, new(refusedCommit)) || errors.As(err, &answer) && answer.SeverityUnlocalized == "ERROR"
}

// scrub takes the text of an error away that repeats the password.
func scrub(err error, password string) error {
	if err == nil || password == "" || !strings.Contains(err.Error(), password) {
		return err
	}
	return errors.New("the database cannot be reached; the rest of the message repeats the password")
}
