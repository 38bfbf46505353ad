package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/edokit/edokit/edo"
)

// keptAttempts is how many claims of a job that comes again for ever are remembered.
const keptAttempts = 100

const (
	// A job that is there stays, finished or not: the same work is never ordered twice. One with an owner is held at once.
	sqlJobInsert = `INSERT INTO jobs (subscriber, package, document, kind, due, tries, born, fence, owner, until)
		VALUES (?1, ?2, ?3, ?4, ?5, ?7 <> '', ?6, ?7 <> '', ?7, ?8) ON CONFLICT (subscriber, package, document, kind) DO NOTHING RETURNING id`

	// Waking never makes a job later. Who holds the job may have looked already, so a held one is marked instead.
	sqlJobWake = `INSERT INTO jobs (subscriber, package, document, kind, due, tries, born, fence, owner)
		VALUES (?, ?, ?, ?, ?, 0, ?, 0, '') ON CONFLICT (subscriber, package, document, kind) DO UPDATE SET
		woken = iif(until IS NULL, NULL, min(coalesce(woken, excluded.due), excluded.due)),
		due = CASE WHEN until IS NOT NULL THEN due WHEN done_at IS NULL THEN min(due, excluded.due) ELSE excluded.due END,
		tries = iif(done_at IS NULL, tries, 0), born = iif(done_at IS NULL, born, excluded.born), done_at = NULL`

	sqlJobFree = `done_at IS NULL AND due <= ?1 AND (until IS NULL OR until <= ?1)`
	sqlJobAny  = `SELECT EXISTS (SELECT 1 FROM jobs WHERE ` + sqlJobFree + `)`
	sqlJobTake = `UPDATE jobs SET fence = fence + 1, tries = tries + 1, owner = ?2, until = ?3, woken = NULL
		WHERE id = (SELECT id FROM jobs WHERE ` + sqlJobFree + ` ORDER BY due, id LIMIT 1)
		RETURNING id, subscriber, package, document, kind, due, tries, born, fence, owner, until`

	sqlJobHeld  = `done_at IS NULL AND until IS NOT NULL AND id = ? AND fence = ? AND owner = ?`
	sqlJobCheck = `SELECT 1 FROM jobs WHERE ` + sqlJobHeld
	sqlJobRenew = `UPDATE jobs SET until = ? WHERE ` + sqlJobHeld
	sqlJobDone  = `UPDATE jobs SET until = NULL, done_at = iif(woken IS NULL, ?1, NULL), due = coalesce(woken, due),
		tries = iif(woken IS NULL, tries, 0), born = iif(woken IS NULL, born, ?1), woken = NULL, reason = '', detail = '', faults = 0
		WHERE ` + sqlJobHeld
	// ?2 the claim was no try, ?3 it ended in an internal fault.
	sqlJobFreed = `UPDATE jobs SET until = NULL, due = min(?1, coalesce(woken, ?1)), woken = NULL, tries = tries - ?2,
		faults = CASE WHEN ?3 THEN faults + 1 WHEN ?2 THEN faults ELSE 0 END, reason = ?4, detail = ?5 WHERE ` + sqlJobHeld
	sqlAttemptNone = `DELETE FROM attempts WHERE job = ? AND fence = ?`

	sqlNextFree  = `SELECT due FROM jobs WHERE done_at IS NULL AND (until IS NULL OR until <= ?) ORDER BY due, id LIMIT 1`
	sqlNextLease = `SELECT until FROM jobs WHERE done_at IS NULL AND until > ? ORDER BY until LIMIT 1`

	sqlAttemptInsert = `INSERT INTO attempts (job, fence, owner, at, result, detail) VALUES (?, ?, ?, ?, '', '')`
	sqlAttemptForget = `DELETE FROM attempts WHERE job = ? AND fence <= ?`
	sqlAttemptEnd    = `UPDATE attempts SET ended_at = ?, result = ?, detail = ? WHERE job = ? AND fence = ?`
	sqlAttempts      = `SELECT j.document, j.kind, a.fence, a.owner, a.at, a.ended_at, a.result, a.detail
		FROM attempts a JOIN jobs j ON j.id = a.job WHERE j.subscriber = ? AND j.package = ? ORDER BY a.id`
	sqlJobKnown = `SELECT 1 FROM jobs WHERE subscriber = ? AND package = ? LIMIT 1`
)

// insertJobs makes new jobs, of whatever package. One with an owner is held by it from the start, as if it had been
// claimed, and gets its number.
func insertJobs(ctx context.Context, tx *session, jobs []edo.Job, born time.Time) error {
	for i := range jobs {
		j := &jobs[i]
		if err := complies(j, born); err != nil {
			return err
		}
		err := tx.QueryRowContext(ctx, sqlJobInsert, j.Key.Subscriber, j.Key.Package, j.Document, j.Kind, at(&j.Due), at(&born), j.Owner, at(&j.Until)).Scan(&j.ID)
		if errors.Is(err, sql.ErrNoRows) {
			continue
		}
		if err == nil && j.Owner != "" {
			j.Born, j.Tries, j.Fence = born, 1, 1
			_, err = tx.exec(ctx, sqlAttemptInsert, j.ID, j.Fence, j.Owner, at(&born))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// wakeJobs makes jobs due, new or not.
func wakeJobs(ctx context.Context, tx *session, jobs []edo.Job, now time.Time) error {
	for _, j := range jobs {
		if err := complies(&j, now); err != nil {
			return err
		}
		if _, err := tx.exec(ctx, sqlJobWake, j.Key.Subscriber, j.Key.Package, j.Document, j.Kind, at(&j.Due), at(&now)); err != nil {
			return err
		}
	}
	return nil
}

// complies checks a job, and makes one without a time due now.
func complies(j *edo.Job, now time.Time) error {
	if j.Key.Subscriber == "" || j.Kind == "" {
		return &edo.Error{Kind: edo.Internal, Message: "a job came without a subscriber or kind"}
	}
	if j.Due.IsZero() {
		j.Due = now
	}
	return nil
}

// Start makes a job due at Due, zero meaning now: a new one, one that waits, or one that has ended. Work that is going
// on is repeated once more after it.
func (s *Store) Start(ctx context.Context, j edo.Job) error {
	return s.write(ctx, "sqlite.Start", func(ctx context.Context, tx *session) error {
		return wakeJobs(ctx, tx, []edo.Job{j}, s.now())
	})
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
	j, err := scanClaim(tx.QueryRowContext(ctx, sqlJobTake, moment(now), owner, moment(until)))
	if err != nil {
		return j, err
	}
	if _, err := tx.exec(ctx, sqlAttemptInsert, j.ID, j.Fence, owner, moment(now)); err != nil || j.Kind.OfPackage() {
		return j, err
	}
	_, err = tx.exec(ctx, sqlAttemptForget, j.ID, j.Fence-keptAttempts)
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

func endAttempt(ctx context.Context, tx *session, j edo.Job, c edo.Change) error {
	if !c.Done && !c.Release {
		return nil
	}
	var err error
	if c.Done {
		_, err = tx.exec(ctx, sqlJobDone, at(&c.At), j.ID, j.Fence, j.Owner)
	} else {
		_, err = tx.exec(ctx, sqlJobFreed, at(&c.Due), c.Untried, c.Faulty, c.Reason, c.Detail, j.ID, j.Fence, j.Owner)
	}
	if err != nil {
		return err
	}
	if c.Untried && !c.Done {
		_, err = tx.exec(ctx, sqlAttemptNone, j.ID, j.Fence)
		return err
	}
	_, err = tx.exec(ctx, sqlAttemptEnd, at(&c.At), c.Result, c.Detail, j.ID, j.Fence)
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

// Attempts lists the claims of every job under a key, oldest first: all of a package's, the latest hundred of each job
// that belongs to a box, an inbound message or a counterparty.
func (s *Store) Attempts(ctx context.Context, k edo.Key) ([]edo.Attempt, error) {
	var known int
	if err := s.reader.QueryRowContext(ctx, sqlJobKnown, k.Subscriber, k.Package).Scan(&known); err != nil {
		return nil, classify("sqlite.Attempts", err)
	}
	all, err := list(ctx, s.reader, func(from scanner) (edo.Attempt, error) {
		a := edo.Attempt{Key: k}
		err := from.Scan(&a.Document, &a.Job, &a.Fence, &a.Owner, at(&a.At), at(&a.EndedAt), &a.Result, &a.Detail)
		return a, err
	}, sqlAttempts, k.Subscriber, k.Package)
	return all, classify("sqlite.Attempts", err)
}
