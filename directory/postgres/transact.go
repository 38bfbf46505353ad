package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

const (
	// transactionFor bounds one transaction as this side sees it. The server's own bounds are shorter, see sessionSettings.
	transactionFor = 90 * time.Second
	// lookupFor bounds the search for the outcome of a COMMIT: the server throws out an idle transaction much earlier,
	// so what remains is the time of a restart.
	lookupFor   = time.Minute
	lookupEvery = 100 * time.Millisecond
	tidyFor     = 5 * time.Second

	// lockClass sets our advisory locks apart from those of other programs in the same database.
	lockClass = 0x65646f

	// READ COMMITTED, so that every statement sees what was committed before the lock was got.
	sqlBegin = `BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE`
	sqlLock  = `SELECT pg_advisory_xact_lock($1, $2)`
	sqlMark  = `INSERT INTO writers (id, shard, number, seen_at) VALUES ($1, $2, $3, now())
		ON CONFLICT (id, shard) DO UPDATE SET number = EXCLUDED.number, seen_at = EXCLUDED.seen_at`
	sqlMarked    = `SELECT number FROM writers WHERE id = $1 AND shard = $2`
	sqlUnmark    = `DELETE FROM writers WHERE id = $1`
	sqlUnmarkOld = `DELETE FROM writers WHERE seen_at < now() - interval '7 days'`

	sqlSavepoint = `SAVEPOINT task`
	sqlRelease   = `RELEASE SAVEPOINT task`
	sqlUndo      = `ROLLBACK TO SAVEPOINT task`
)

// transact runs a task and all that come while it works in one transaction under the lock of the shard. An error means
// that nothing of the batch was written, unless it is of kind [edo.InDoubt].
func (w *writer) transact(ctx context.Context, first *task) (batch []*task, err error) {
	ctx, cancel := context.WithTimeout(ctx, transactionFor)
	defer cancel()
	batch, err = w.run(ctx, first)
	var unknown lostAnswer
	if errors.As(err, &unknown) {
		err = w.lookup(ctx, unknown.error)
	}
	if err == nil {
		w.commits.Add(1)
	}
	return batch, err
}

// run is one transaction on one connection.
func (w *writer) run(ctx context.Context, first *task) (batch []*task, err error) {
	batch = []*task{first}
	conn, err := w.pool.Acquire(ctx)
	if err != nil {
		return batch, err
	}
	defer conn.Release() // closes a connection that is inside a transaction
	tx := &session{conn: conn.Conn()}
	w.number++
	tx.control(sqlBegin)
	tx.control(sqlLock, lockClass, w.shard)
	tx.control(sqlMark, w.store, w.shard, w.number)
	for t := first; t != nil; {
		if err := isolate(ctx, tx, t); err != nil {
			tx.rollback(ctx)
			return batch, err
		}
		if t = nil; len(batch) < maxBatch {
			t = w.next()
		}
		if t != nil {
			batch = append(batch, t)
		}
	}
	if err := w.set(ctx, tx); err != nil {
		tx.rollback(ctx)
		return batch, err
	}
	return batch, tx.commit(ctx)
}

// isolate runs one task so that its failure leaves the others alone. Its own error is about the whole transaction.
func isolate(ctx context.Context, tx *session, t *task) error {
	tx.control(sqlSavepoint)
	tx.sent, tx.fresh = false, nil
	if t.err = t.run(ctx, tx); t.err == nil {
		t.err = tx.flush(ctx)
	}
	if t.err == nil {
		tx.control(sqlRelease)
		tx.alarms = append(tx.alarms, tx.fresh...)
		return nil
	}
	var whole controlError
	if errors.As(t.err, &whole) {
		return whole.error
	}
	if tx.lost() {
		return t.err
	}
	tx.pending = dropTasks(tx.pending)
	if tx.sent { // at once: a transaction that has failed takes no other statement
		if _, err := tx.conn.Exec(ctx, sqlUndo); err != nil {
			return err
		}
	}
	tx.control(sqlRelease)
	return nil
}

// dropTasks keeps what belongs to the transaction.
func dropTasks(pending []statement) []statement {
	kept := pending[:0]
	for _, st := range pending {
		if st.control {
			kept = append(kept, st)
		}
	}
	return kept
}

func (s *session) rollback(ctx context.Context) {
	if s.lost() {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), tidyFor)
	defer cancel()
	_, _ = s.conn.Exec(ctx, "ROLLBACK") // if it fails, the connection is closed, which does the same
}

// lostAnswer is that nobody knows whether the transaction was committed.
type lostAnswer struct{ error }

func (e lostAnswer) Unwrap() error { return e.error }

// commit ends the transaction.
func (s *session) commit(ctx context.Context) error {
	s.pending = append(s.pending, statement{query: "COMMIT", control: true, check: rolledBack})
	err := s.flush(ctx)
	if err == nil || refused(err) {
		return err
	}
	return lostAnswer{err}
}

// lookup finds out whether the transaction that ran has been committed. Whoever has its lock knows that it has ended,
// and its mark is there if it was committed. (The number that the server gives to a transaction would not do: one whose
// trace had not reached the disk before a crash may be given again.)
func (w *writer) lookup(ctx context.Context, lost error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), w.patience)
	defer cancel()
	for {
		number, err := w.marked(ctx)
		switch {
		case err == nil && number == w.number:
			return nil
		case err == nil:
			return lost // for certain not committed
		}
		select {
		case <-ctx.Done():
			return &edo.Error{
				Kind: edo.InDoubt, Reason: directory.StoreInDoubt, Err: lost,
				Message: "the answer to COMMIT was lost, and the database does not say what became of it",
				Remedy:  "look whether it is there before it is repeated",
			}
		case <-time.After(lookupEvery):
		}
	}
}

// marked is the number of the latest transaction of this writer that was committed.
func (w *writer) marked(ctx context.Context) (number int64, err error) {
	conn, err := w.pool.Acquire(ctx)
	if err != nil {
		return 0, err
	}
	defer conn.Release()
	tx := &session{conn: conn.Conn()}
	tx.control(sqlBegin)
	tx.control(sqlLock, lockClass, w.shard)
	err = tx.row(ctx, sqlMarked, w.store, w.shard).Scan(&number)
	tx.rollback(ctx)
	if errors.Is(err, errNone) {
		return 0, nil
	}
	return number, err
}

// unmark takes the marks of a store away that is being closed, and those of stores that were never closed.
func (s *Store) unmark(ctx context.Context) error {
	b := &pgx.Batch{}
	b.Queue(sqlUnmark, s.name)
	b.Queue(sqlUnmarkOld)
	return s.pool.SendBatch(ctx, b).Close()
}
