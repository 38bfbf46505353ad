package postgres

import (
	"context"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
)

const (
	alarmKind  = "edokit_job"
	alarmQueue = "edokit"

	// tellEvery is how close to each other two transactions of a process may say that an alarm is there. River keeps
	// quiet about the second, which then waits for the next, or for lookEvery: with its own 100 ms that would be most.
	tellEvery = river.FetchCooldownMin
)

// alarm says when the clock has to ring for a job. River keeps it and decides nothing: which work there is, who does it
// and what became of it stands in our own rows.
type alarm struct {
	id  int64
	due time.Time
}

// alarmArgs are what River keeps of a job of ours: its number.
type alarmArgs struct {
	ID int64 `json:"id"`
}

// Kind names our jobs among those of others that may share the tables of River.
func (alarmArgs) Kind() string { return alarmKind }

// params are how an alarm is set. One that rang is not repeated by River, whatever became of it: see [Store.sweep]. One
// that is due gets no time: with a time, even of the past, it would wait for River's next look at those of the future.
func params(alarms []alarm, now time.Time) []river.InsertManyParams {
	all := make([]river.InsertManyParams, len(alarms))
	for i, a := range alarms {
		opts := river.InsertOpts{Queue: alarmQueue, MaxAttempts: 1}
		if a.due.After(now) {
			opts.ScheduledAt = a.due
		}
		all[i] = river.InsertManyParams{Args: alarmArgs{ID: a.id}, InsertOpts: &opts}
	}
	return all
}

// setter is a client of River that sets alarms and works on none.
func setter(pool *pgxpool.Pool, logger *slog.Logger) (*river.Client[pgx.Tx], error) {
	return river.NewClient(riverpgxv5.New(pool), &river.Config{Logger: logger, FetchCooldown: tellEvery})
}

// set sets the alarms of a transaction in that transaction: they are there if, and only if, what made them due is.
func (w *writer) set(ctx context.Context, tx *session) error {
	if len(tx.alarms) == 0 {
		return nil
	}
	if err := tx.flush(ctx); err != nil {
		return err
	}
	// The transaction has begun already; this is a handle on it as River wants one.
	handle, err := tx.conn.BeginTx(ctx, pgx.TxOptions{BeginQuery: sqlSavepoint})
	if err == nil {
		_, err = w.alarms.InsertManyFastTx(ctx, handle, params(tx.alarms, w.now()))
	}
	return err
}

// ring notes that a row of jobs which a statement has written is due at a time; a row that somebody holds is not: who
// holds it gives it back, and then it is.
func (s *session) ring(rows pgx.Rows) error {
	for rows.Next() {
		var a alarm
		var waits bool
		if err := rows.Scan(&a.id, at(&a.due), &waits); err != nil {
			return err
		}
		if waits {
			s.fresh = append(s.fresh, a)
		}
	}
	return nil
}
