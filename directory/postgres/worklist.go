package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/directory/failpoint"
	"github.com/edokit/edokit/edo"
)

const (
	jobColumns = `id, subscriber, package, document, kind, due, tries, born, fence, owner, until, reason, detail, faults`
	sqlJobList = `SELECT ` + jobColumns + ` FROM jobs WHERE done_at IS NULL AND `
	sqlByID    = ` ORDER BY id LIMIT ?`

	// A person takes the job over like a worker, due or not, ended or not; it is no try, and who woke it is still heard.
	sqlJobSeize = `WITH taken AS (
			UPDATE jobs SET fence = fence + 1, owner = $1, until = $2, done_at = NULL
			WHERE subscriber = $3 AND package = $4 AND document = '' AND kind = 'send' AND (until IS NULL OR until <= $5)
			RETURNING id, subscriber, package, document, kind, due, tries, born, fence, owner, until),
		begun AS (
			INSERT INTO attempts (job, fence, owner, at, result, detail) SELECT id, fence, owner, $5, '', '' FROM taken)
		SELECT id, subscriber, package, document, kind, due, tries, born, fence, owner, until FROM taken`
)

// Seize leases the send job of a package for a person, whether it is due or has ended or not. False: a worker has it in
// hand.
func (s *Store) Seize(ctx context.Context, k edo.Key, owner string, now, until time.Time) (edo.Job, bool, error) {
	if owner == "" || !until.After(now) {
		return edo.Job{}, false, &edo.Error{Kind: edo.Invalid, Op: "postgres.Seize", Field: "owner", Message: "is empty, or the lease ends before it begins"}
	}
	failpoint.Hit(ctx, "store.committing.Seize") // nothing is written yet: one statement is its own transaction
	job, err := scanJob(only{ctx, reader{on: s.pool}, sqlJobSeize, []any{owner, moment(until), k.Subscriber, k.Package, moment(now)}})
	if err == nil {
		failpoint.Hit(ctx, "store.committed.Seize")
		return job, true, nil
	}
	if !errors.Is(err, errNone) {
		return edo.Job{}, false, classify("postgres.Seize", err)
	}
	var seq int64
	err = s.reader.row(ctx, sqlOperationSeq, k.Subscriber, k.Package).Scan(&seq)
	if errors.Is(err, errNone) {
		err = missing("package", string(k.Package))
	}
	return edo.Job{}, false, classify("postgres.Seize", err) // nil: a worker has it
}

// Jobs lists unfinished work, oldest first.
func (s *Store) Jobs(ctx context.Context, f edo.JobFilter) ([]edo.JobStatus, error) {
	w, now, err := s.jobFilter(f)
	if err != nil {
		return nil, classify("postgres.Jobs", err)
	}
	all, err := list(ctx, s.reader, func(from scanner) (edo.JobStatus, error) { return scanJobStatus(from, now) }, w.sql(sqlJobList, sqlByID), append(w.args, page(f.Limit))...)
	return all, classify("postgres.Jobs", err)
}

func (s *Store) jobFilter(f edo.JobFilter) (w where, now time.Time, err error) {
	if now = f.At; now.IsZero() {
		now = s.now()
	}
	if err := directory.CheckLimit("filter.limit", f.Limit); err != nil {
		return w, now, err
	}
	w.text("subscriber = ?", string(f.Subscriber))
	if f.Key != nil {
		w.add("subscriber = ?", string(f.Key.Subscriber))
		w.add("package = ?", string(f.Key.Package))
	}
	among(&w, "kind", f.Kinds)
	switch f.State {
	case "":
	case edo.JobHeld:
		w.add("until > ?", moment(now))
	case edo.JobWaits, edo.JobOverdue:
		w.add("(until IS NULL OR until <= ?)", moment(now))
		w.add(map[edo.JobState]string{edo.JobWaits: "due > ?", edo.JobOverdue: "due <= ?"}[f.State], moment(now))
	default:
		return w, now, &edo.Error{Kind: edo.Invalid, Reason: directory.FilterMalformed, Field: "filter.state", Message: "is unknown", Remedy: "use waits, overdue or held"}
	}
	if f.Person {
		w.either("faults >= ?", edo.ManyFaults, "reason", edo.PersonReasons())
	}
	if f.After > 0 {
		w.add("id > ?", f.After)
	}
	return w, now, nil
}

// either adds: the term is true, or the column is one of the values.
func (w *where) either(term string, arg any, column string, values []edo.Reason) {
	in := where{}
	among(&in, column, values)
	w.add("("+term+" OR "+in.terms[0]+")", arg)
	w.args = append(w.args, in.args...)
}

func scanJobStatus(from scanner, now time.Time) (edo.JobStatus, error) {
	var j edo.JobStatus
	err := from.Scan(&j.ID, &j.Key.Subscriber, &j.Key.Package, &j.Document, &j.Kind, at(&j.Due), &j.Tries, at(&j.Born), &j.Fence, &j.Owner,
		at(&j.Until), &j.Reason, &j.Detail, &j.Faults)
	switch {
	case j.Until.After(now):
		j.State = edo.JobHeld
	case j.Due.After(now):
		j.State = edo.JobWaits
	default:
		j.State = edo.JobOverdue
	}
	j.Person = j.Faults >= edo.ManyFaults || j.Reason.NeedsPerson()
	return j, err
}
