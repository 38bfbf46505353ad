package postgres

import (
	"context"
	"time"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

const (
	// A message in the log of the server that nobody reads: it is committed, and synced, as a row would be.
	sqlWritable = `SELECT pg_logical_emit_message(true, 'edokit', '')`

	sqlWorkload = `SELECT
		(SELECT count(*) FROM jobs WHERE ` + sqlJobFree + `),
		(SELECT count(*) FROM jobs WHERE until > $1),
		(SELECT count(*) FROM jobs WHERE done_at IS NULL AND due > $1 AND (until IS NULL OR until <= $1)),
		(SELECT min(due) FROM jobs WHERE ` + sqlJobFree + `),
		(SELECT count(*) FROM tasks WHERE state IN ('open', 'overdue') AND deadline <= $1),
		(SELECT count(*) FROM reach WHERE state IN ('choice', 'forbidden', 'failed'))`

	// A package that is not with the operator has a send job that has not ended; so the finished ones are not read.
	sqlWorkPackages = `SELECT o.state, count(*), count(*) FILTER (WHERE o.reason = $1) FROM jobs j
		JOIN operations o ON o.subscriber = j.subscriber AND o.package = j.package
		WHERE j.done_at IS NULL AND j.kind = $2 GROUP BY o.state`
)

var _ directory.Examiner = (*Store)(nil)

// Writable makes one durable write through a writer of this process, so it also waits behind what is queued there.
func (s *Store) Writable(ctx context.Context) error {
	return s.write(ctx, "postgres.Writable", "", func(ctx context.Context, tx *session) error {
		_, err := tx.exec(ctx, sqlWritable)
		return err
	})
}

// Settings lists what Open has insisted on, or was told not to.
func (s *Store) Settings(ctx context.Context) ([]directory.Setting, error) {
	var fsync, pages, commit, standbys string
	if err := s.reader.row(ctx, sqlSettings).Scan(&fsync, &pages, &commit, &standbys); err != nil {
		return nil, classify("postgres.Settings", err)
	}
	return []directory.Setting{
		{Name: "fsync", Value: fsync, Wanted: "on", Safe: fsync == "on"},
		{Name: "full_page_writes", Value: pages, Wanted: "on", Safe: pages == "on"},
		{Name: "synchronous_commit", Value: commit, Wanted: "on", Safe: durable(commit, standbys)},
	}, nil
}

// Workload counts jobs that have not ended, and what hangs on them; it reads nothing that is finished.
func (s *Store) Workload(ctx context.Context, now time.Time) (directory.Workload, error) {
	w := directory.Workload{Packages: map[edo.State]int{}}
	err := s.reader.row(ctx, sqlWorkload, at(&now)).
		Scan(&w.Due, &w.Held, &w.Later, at(&w.OldestDue), &w.OverdueTasks, &w.Counterparties)
	if err != nil {
		return w, classify("postgres.Workload", err)
	}
	type counted struct {
		state          edo.State
		all, decisions int
	}
	states, err := list(ctx, s.reader, func(from scanner) (counted, error) {
		var c counted
		err := from.Scan(&c.state, &c.all, &c.decisions)
		return c, err
	}, sqlWorkPackages, edo.DecisionNeeded, edo.JobSend)
	for _, c := range states {
		w.Packages[c.state] = c.all
		w.Decisions += c.decisions
	}
	return w, classify("postgres.Workload", err)
}
