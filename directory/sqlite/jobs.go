package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/edokit/edokit/edo"
)

const (
	// A job that is there stays, finished or not: the same work is never ordered twice.
	sqlJobInsert = `INSERT INTO jobs (operation, document, kind, due, tries, born, fence, owner)
		VALUES (?, ?, ?, ?, 0, ?, 0, '') ON CONFLICT (operation, document, kind) DO NOTHING`

	sqlJobFree = `done_at IS NULL AND due <= ?1 AND (until IS NULL OR until <= ?1)`
	sqlJobAny  = `SELECT EXISTS (SELECT 1 FROM jobs WHERE ` + sqlJobFree + `)`
	sqlJobTake = `UPDATE jobs SET fence = fence + 1, tries = tries + 1, owner = ?2, until = ?3
		WHERE id = (SELECT id FROM jobs WHERE ` + sqlJobFree + ` ORDER BY due, id LIMIT 1)
		RETURNING id, operation, document, kind, due, tries, born, fence, owner, until`
	sqlJobKey = `SELECT subscriber, package FROM operations WHERE seq = ?`

	sqlJobHeld  = `done_at IS NULL AND until IS NOT NULL AND id = ? AND fence = ? AND owner = ?`
	sqlJobCheck = `SELECT operation FROM jobs WHERE ` + sqlJobHeld
	sqlJobRenew = `UPDATE jobs SET until = ? WHERE ` + sqlJobHeld
	sqlJobDone  = `UPDATE jobs SET until = NULL, done_at = ? WHERE ` + sqlJobHeld
	sqlJobFreed = `UPDATE jobs SET until = NULL, due = ? WHERE ` + sqlJobHeld

	sqlNextFree  = `SELECT due FROM jobs WHERE done_at IS NULL AND (until IS NULL OR until <= ?) ORDER BY due, id LIMIT 1`
	sqlNextLease = `SELECT until FROM jobs WHERE done_at IS NULL AND until > ? ORDER BY until LIMIT 1`

	sqlAttemptInsert = `INSERT INTO attempts (job, fence, owner, at, result, detail) VALUES (?, ?, ?, ?, '', '')`
	sqlAttemptEnd    = `UPDATE attempts SET ended_at = ?, result = ?, detail = ? WHERE job = ? AND fence = ?`
	sqlAttempts      = `SELECT j.document, j.kind, a.fence, a.owner, a.at, a.ended_at, a.result, a.detail
		FROM attempts a JOIN jobs j ON j.id = a.job WHERE j.operation = ? ORDER BY a.id`
)

func insertJobs(ctx context.Context, tx *session, seq int64, k edo.Key, jobs []edo.Job, born time.Time) error {
	for _, j := range jobs {
		if j.Key != k {
			return &edo.Error{Kind: edo.Internal, Message: "a job of another package came with " + string(k.Package)}
		}
		if _, err := tx.exec(ctx, sqlJobInsert, seq, j.Document, j.Kind, at(&j.Due), at(&born)); err != nil {
			return err
		}
	}
	return nil
}

// Claim leases the most overdue job that nobody holds, and opens its attempt row. False: none is due.
func (s *Store) Claim(ctx context.Context, owner string, now, until time.Time) (job edo.Job, found bool, err error) {
	if owner == "" || !until.After(now) {
		return edo.Job{}, false, &edo.Error{Kind: edo.Invalid, Op: "sqlite.Claim", Field: "owner", Message: "is empty, or the lease ends before it begins"}
	}
	// Whoever finds nothing to do must not queue up with those who write.
	if err := s.reader.QueryRowContext(ctx, sqlJobAny, moment(now)).Scan(&found); err != nil || !found {
		return edo.Job{}, false, classify("sqlite.Claim", err)
	}
	err = s.write(ctx, "sqlite.Claim", func(ctx context.Context, tx *session) error {
		job, err = claim(ctx, tx, owner, now, until)
		if found = !errors.Is(err, sql.ErrNoRows); !found { // another worker was faster
			return nil
		}
		return err
	})
	if err != nil || !found {
		return edo.Job{}, false, err
	}
	return job, true, nil
}

func claim(ctx context.Context, tx *session, owner string, now, until time.Time) (edo.Job, error) {
	var j edo.Job
	var operation int64
	err := tx.QueryRowContext(ctx, sqlJobTake, moment(now), owner, moment(until)).Scan(&j.ID, &operation, &j.Document, &j.Kind,
		at(&j.Due), &j.Tries, at(&j.Born), &j.Fence, &j.Owner, at(&j.Until))
	if err != nil {
		return j, err
	}
	if err := tx.QueryRowContext(ctx, sqlJobKey, operation).Scan(&j.Key.Subscriber, &j.Key.Package); err != nil {
		return j, err
	}
	_, err = tx.exec(ctx, sqlAttemptInsert, j.ID, j.Fence, owner, moment(now))
	return j, err
}

func leaseLost() error {
	return &edo.Error{Kind: edo.Conflict, Reason: edo.LeaseLost, Message: "another worker has the job, or it is finished"}
}

// Renew moves the end of a lease; [edo.LeaseLost] if it is not held any more.
func (s *Store) Renew(ctx context.Context, j edo.Job, until time.Time) error {
	return s.write(ctx, "sqlite.Renew", func(ctx context.Context, tx *session) error {
		n, err := tx.exec(ctx, sqlJobRenew, moment(until), j.ID, j.Fence, j.Owner)
		if err == nil && n == 0 {
			return leaseLost()
		}
		return err
	})
}

// Settle commits one step of work, or nothing with [edo.LeaseLost].
func (s *Store) Settle(ctx context.Context, j edo.Job, c edo.Change) error {
	return s.write(ctx, "sqlite.Settle", func(ctx context.Context, tx *session) error {
		var seq int64
		if err := tx.QueryRowContext(ctx, sqlJobCheck, j.ID, j.Fence, j.Owner).Scan(&seq); errors.Is(err, sql.ErrNoRows) {
			return leaseLost()
		} else if err != nil {
			return err
		}
		revision, err := change(ctx, tx, seq, c)
		if err != nil {
			return err
		}
		if err := insertEvents(ctx, tx, j.Key, revision, c.Events); err != nil {
			return err
		}
		if err := insertJobs(ctx, tx, seq, j.Key, c.Jobs, c.At); err != nil {
			return err
		}
		return endAttempt(ctx, tx, j, c)
	})
}

func endAttempt(ctx context.Context, tx *session, j edo.Job, c edo.Change) error {
	if !c.Done && !c.Release {
		return nil
	}
	query, when := sqlJobFreed, c.Due
	if c.Done {
		query, when = sqlJobDone, c.At
	}
	if _, err := tx.exec(ctx, query, at(&when), j.ID, j.Fence, j.Owner); err != nil {
		return err
	}
	_, err := tx.exec(ctx, sqlAttemptEnd, at(&c.At), c.Result, c.Detail, j.ID, j.Fence)
	return err
}

// NextDue is when the next job can be claimed, in the past if one can be claimed now; false if there is none.
func (s *Store) NextDue(ctx context.Context, now time.Time) (time.Time, bool, error) {
	var next time.Time
	for _, query := range []string{sqlNextFree, sqlNextLease} {
		var t time.Time
		err := s.reader.QueryRowContext(ctx, query, moment(now)).Scan(at(&t))
		if errors.Is(err, sql.ErrNoRows) {
			continue
		}
		if err != nil {
			return time.Time{}, false, classify("sqlite.NextDue", err)
		}
		if next.IsZero() || t.Before(next) {
			next = t
		}
	}
	return next, !next.IsZero(), nil
}

// Attempts lists every claim of every job of a package, oldest first.
func (s *Store) Attempts(ctx context.Context, k edo.Key) ([]edo.Attempt, error) {
	var seq int64
	if err := s.reader.QueryRowContext(ctx, sqlOperationSeq, k.Subscriber, k.Package).Scan(&seq); err != nil {
		return nil, classify("sqlite.Attempts", err)
	}
	all, err := list(ctx, s.reader, func(from scanner) (edo.Attempt, error) {
		a := edo.Attempt{Key: k}
		err := from.Scan(&a.Document, &a.Job, &a.Fence, &a.Owner, at(&a.At), at(&a.EndedAt), &a.Result, &a.Detail)
		return a, err
	}, sqlAttempts, seq)
	return all, classify("sqlite.Attempts", err)
}
