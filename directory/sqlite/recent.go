package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"sync"

	"github.com/edokit/edokit/edo"
)

// What is kept of packages: how many, and of how many documents each may be.
const (
	maxRecent          = 128
	maxRecentDocuments = 16
)

// SQLite promises a connection the same number as long as no other connection has committed, of this process or another. Its
// own commits do not count, so it must never write.
const sqlDataVersion = `PRAGMA data_version`

// recent keeps packages that were read lately for as long as nobody commits anything: hosts ask for the same one again and
// again, and reading its rows takes several times as long as asking whether they can have changed.
type recent struct {
	readers *sql.DB

	mu      sync.Mutex
	session *session // nil: none yet, or the last one broke
	version int64    // of this session, what another one says means nothing to it
	known   map[edo.Key]edo.Operation
}

// operation gives a package as of the last commit, [sql.ErrNoRows] if there is none. Without certain nothing can be said here:
// another call is reading, or somebody has committed between the rows.
func (r *recent) operation(ctx context.Context, k edo.Key) (op edo.Operation, certain bool, err error) {
	if err = ctx.Err(); err != nil || !r.mu.TryLock() {
		return op, false, err
	}
	defer r.mu.Unlock()
	if r.session == nil {
		if r.session, err = newSession(ctx, r.readers); err != nil {
			return op, false, err
		}
	}
	// A context that can end costs a goroutine for every statement, which is more than the statement; none of these waits.
	op, certain, err = r.read(context.WithoutCancel(ctx), k)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		r.drop()
	}
	return op, certain, err
}

func (r *recent) read(ctx context.Context, k edo.Key) (op edo.Operation, certain bool, err error) {
	if _, err = r.unchanged(ctx); err != nil {
		return op, false, err
	}
	if op, ok := r.known[k]; ok {
		return clone(op), true, nil
	}
	if op, err = operation(ctx, r.session, k); err != nil {
		return op, false, err
	}
	if certain, err = r.unchanged(ctx); certain {
		r.keep(op)
	}
	return op, certain, err
}

// unchanged reports whether nobody has committed since it was asked last. If somebody has, nothing that is kept counts any more.
func (r *recent) unchanged(ctx context.Context) (bool, error) {
	var now int64
	if err := r.session.QueryRowContext(ctx, sqlDataVersion).Scan(&now); err != nil {
		return false, err
	}
	if now == r.version {
		return true, nil
	}
	clear(r.known)
	r.version = now
	return false, nil
}

func (r *recent) keep(op edo.Operation) {
	if len(op.Documents) > maxRecentDocuments {
		return
	}
	for old := range r.known {
		if len(r.known) < maxRecent {
			break
		}
		delete(r.known, old)
	}
	r.known[op.Key] = clone(op)
}

// drop ends the session, and with it all that was read on it.
func (r *recent) drop() {
	if r.session != nil {
		r.session.close()
		r.session = nil
	}
	clear(r.known)
}

func (r *recent) close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.drop()
}

// clone shares nothing with op that can be written to.
func clone(op edo.Operation) edo.Operation {
	op.Consents, op.Parties, op.Candidates = slices.Clone(op.Consents), slices.Clone(op.Parties), slices.Clone(op.Candidates)
	op.Documents = slices.Clone(op.Documents)
	for i := range op.Documents {
		d := &op.Documents[i]
		d.Related, d.Versions = slices.Clone(d.Related), slices.Clone(d.Versions)
	}
	return op
}
