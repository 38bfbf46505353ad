package sqlite

import (
	"context"
	"database/sql"
	"errors"

	driver "modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"

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
	e := &edo.Error{Kind: edo.Internal, Op: op, Err: err}
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return &edo.Error{Kind: edo.NotFound, Op: op}
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		e.Kind = edo.Unavailable
	default:
		classifyCode(e, codeOf(err))
	}
	return e
}

// codeOf is the primary result code, 0 if err is not the database's.
func codeOf(err error) int {
	var e *driver.Error
	if errors.As(err, &e) {
		return e.Code() & 0xff
	}
	return 0
}

func classifyCode(e *edo.Error, code int) {
	switch code {
	case lib.SQLITE_FULL:
		e.Kind, e.Reason, e.Remedy = edo.Unavailable, directory.StoreFull, "free space on the disk of the store"
	case lib.SQLITE_BUSY, lib.SQLITE_LOCKED:
		e.Kind, e.Reason, e.Remedy = edo.Unavailable, directory.StoreBusy, "end the process that holds the store"
	case lib.SQLITE_CORRUPT, lib.SQLITE_NOTADB:
		e.Reason, e.Remedy = directory.StoreCorrupt, "stop, copy the files, restore a backup"
	case lib.SQLITE_READONLY, lib.SQLITE_CANTOPEN, lib.SQLITE_PERM:
		e.Reason, e.Remedy = directory.StoreReadOnly, "let the process write the file and its folder"
	case lib.SQLITE_CONSTRAINT:
		e.Kind, e.Message = edo.Conflict, "contradicts a row that is there, or needs one that is not"
	}
}

// broken reports an error after which the state of the transaction is not known.
func broken(err error) bool {
	switch codeOf(err) {
	case lib.SQLITE_FULL, lib.SQLITE_IOERR, lib.SQLITE_NOMEM, lib.SQLITE_BUSY, lib.SQLITE_INTERRUPT, lib.SQLITE_CORRUPT:
		return true
	}
	return false
}
