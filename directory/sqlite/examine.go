package sqlite

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

const (
	// The number is not used for anything, and is written again with its own value: a page, the log and an fsync, as
	// every commit has them.
	sqlWritable = `PRAGMA user_version = 0`

	sqlWorkload = `SELECT
		(SELECT count(*) FROM jobs WHERE ` + sqlJobFree + `),
		(SELECT count(*) FROM jobs WHERE until > ?1),
		(SELECT count(*) FROM jobs WHERE done_at IS NULL AND due > ?1 AND (until IS NULL OR until <= ?1)),
		(SELECT min(due) FROM jobs WHERE ` + sqlJobFree + `),
		(SELECT count(*) FROM tasks WHERE state IN ('open', 'overdue') AND deadline <= ?1),
		(SELECT count(*) FROM reach WHERE state IN ('choice', 'forbidden', 'failed'))`

	// A package that is not with the operator has a send job that has not ended; so the finished ones are not read.
	sqlWorkPackages = `SELECT o.state, count(*), total(o.reason = ?) FROM jobs j
		JOIN operations o ON o.subscriber = j.subscriber AND o.package = j.package
		WHERE j.done_at IS NULL AND j.kind = ? GROUP BY o.state`

	sqlExamined = `SELECT (SELECT journal_mode FROM pragma_journal_mode), (SELECT synchronous FROM pragma_synchronous),
		(SELECT foreign_keys FROM pragma_foreign_keys)`
)

var _ directory.Examiner = (*Store)(nil)

// Writable makes one durable write through the writer of this process, so it also waits behind what is queued.
func (s *Store) Writable(ctx context.Context) error {
	return s.write(ctx, "sqlite.Writable", func(ctx context.Context, tx *session) error {
		_, err := tx.exec(ctx, sqlWritable)
		return err
	})
}

// Settings lists what Open has insisted on.
func (s *Store) Settings(ctx context.Context) ([]directory.Setting, error) {
	var journal string
	var synchronous, keys int
	if err := s.reader.QueryRowContext(ctx, sqlExamined).Scan(&journal, &synchronous, &keys); err != nil {
		return nil, classify("sqlite.Settings", err)
	}
	levels := []string{"OFF", "NORMAL", "FULL", "EXTRA"}
	level := fmt.Sprint(synchronous)
	if synchronous >= 0 && synchronous < len(levels) {
		level = levels[synchronous]
	}
	return []directory.Setting{
		{Name: "journal_mode", Value: strings.ToUpper(journal), Wanted: "WAL", Safe: strings.EqualFold(journal, "wal")},
		{Name: "synchronous", Value: level, Wanted: "FULL", Safe: synchronous >= 2},
		{Name: "foreign_keys", Value: fmt.Sprint(keys), Wanted: "1", Safe: keys == 1},
	}, nil
}

// Workload counts jobs that have not ended, and what hangs on them; it reads nothing that is finished.
func (s *Store) Workload(ctx context.Context, now time.Time) (directory.Workload, error) {
	w := directory.Workload{Packages: map[edo.State]int{}}
	err := s.reader.QueryRowContext(ctx, sqlWorkload, at(&now)).
		Scan(&w.Due, &w.Held, &w.Later, at(&w.OldestDue), &w.OverdueTasks, &w.Counterparties)
	if err != nil {
		return w, classify("sqlite.Workload", err)
	}
	type counted struct {
		state          edo.State
		all, decisions float64
	}
	states, err := list(ctx, s.reader, func(from scanner) (counted, error) {
		var c counted
		err := from.Scan(&c.state, &c.all, &c.decisions)
		return c, err
	}, sqlWorkPackages, edo.DecisionNeeded, edo.JobSend)
	for _, c := range states {
		w.Packages[c.state] = int(c.all)
		w.Decisions += int(c.decisions)
	}
	return w, classify("sqlite.Workload", err)
}
