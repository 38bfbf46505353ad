package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/edokit/edokit/edo"
)

// keptAttempts is how many claims of a job that comes again for ever are remembered.
const keptAttempts = 100

const (
	// A job that is there stays, finished or not: the same work is never ordered twice. One with an owner is held at once.
	sqlJobInsert = `INSERT INTO jobs (subscriber, package, document, kind, due, tries, born, fence, owner)
		VALUES ($1, $2, $3, $4, $5, 0, $6, 0, '') ON CONFLICT (subscriber, package, document, kind) DO NOTHING
		RETURNING id, due, true`
	sqlJobInsertHeld = `WITH made AS (
			INSERT INTO jobs (subscriber, package, document, kind, due, tries, born, fence, owner, until)
			VALUES ($1, $2, $3, $4, $5, 1, $6, 1, $7, $8) ON CONFLICT (subscriber, package, document, kind) DO NOTHING RETURNING id),
		begun AS (
			INSERT INTO attempts (job, fence, owner, at, result, detail) SELECT id, 1, $7, $6, '', '' FROM made)
		SELECT id FROM made`

	// Waking never makes a job later. Who holds the job may have looked already, so a held one is marked instead.
	sqlJobWake = `INSERT INTO jobs AS j (subscriber, package, document, kind, due, tries, born, fence, owner)
		VALUES ($1, $2, $3, $4, $5, 0, $6, 0, '') ON CONFLICT (subscriber, package, document, kind) DO UPDATE SET
		woken = CASE WHEN j.until IS NOT NULL THEN least(j.woken, EXCLUDED.due) END,
		due = CASE WHEN j.until IS NOT NULL THEN j.due WHEN j.done_at IS NULL THEN least(j.due, EXCLUDED.due) ELSE EXCLUDED.due END,
		tries = CASE WHEN j.done_at IS NULL THEN j.tries ELSE 0 END,
		born = CASE WHEN j.done_at IS NULL THEN j.born ELSE EXCLUDED.born END, done_at = NULL
		RETURNING id, due, until IS NULL`

	sqlJobFree = `done_at IS NULL AND due <= $1 AND (until IS NULL OR until <= $1)`
	sqlJobAny  = `SELECT EXISTS (SELECT FROM jobs WHERE ` + sqlJobFree + `)`

	// One statement, so that the job and its attempt row are taken together. Workers step over the rows that others are
	// taking just now. If its answer is lost, the job is worked on when the lease that nobody knows of has ended.
	sqlJobTake = `WITH next AS MATERIALIZED (
			SELECT id FROM jobs WHERE ` + sqlJobFree + ` ORDER BY due, id LIMIT 1 FOR UPDATE SKIP LOCKED),
		` + sqlJobTaken
	sqlJobTaken = `taken AS (
			UPDATE jobs SET fence = fence + 1, tries = tries + 1, owner = $2, until = $3, woken = NULL
			FROM next WHERE jobs.id = next.id
			RETURNING jobs.id, subscriber, package, document, kind, due, tries, born, fence, owner, until),
		begun AS (
			INSERT INTO attempts (job, fence, owner, at, result, detail) SELECT id, fence, owner, $1, '', '' FROM taken)
		SELECT id, subscriber, package, document, kind, due, tries, born, fence, owner, until FROM taken`

	sqlJobHeld  = `done_at IS NULL AND until IS NOT NULL AND id = $1 AND fence = $2 AND owner = $3`
	sqlJobCheck = `SELECT 1 FROM jobs WHERE ` + sqlJobHeld + ` FOR NO KEY UPDATE`
	sqlJobRenew = `UPDATE jobs SET until = $4 WHERE ` + sqlJobHeld
	sqlJobDone  = `UPDATE jobs SET until = NULL, done_at = CASE WHEN woken IS NULL THEN $4::timestamptz END, due = coalesce(woken, due),
		tries = CASE WHEN woken IS NULL THEN tries ELSE 0 END, born = CASE WHEN woken IS NULL THEN born ELSE $4 END, woken = NULL,
		reason = '', detail = '', faults = 0 WHERE ` + sqlJobHeld + ` RETURNING id, due, done_at IS NULL`
	// $5 the claim was no try, $6 it ended in an internal fault.
	sqlJobFreed = `UPDATE jobs SET until = NULL, due = least($4, woken), woken = NULL, tries = tries - CASE WHEN $5::boolean THEN 1 ELSE 0 END,
		faults = CASE WHEN $6::boolean THEN faults + 1 WHEN $5::boolean THEN faults ELSE 0 END, reason = $7, detail = $8 WHERE ` + sqlJobHeld + ` RETURNING id, due, true`
	sqlAttemptNone = `DELETE FROM attempts WHERE job = $1 AND fence = $2`

	sqlNextFree  = `SELECT due FROM jobs WHERE done_at IS NULL AND (until IS NULL OR until <= $1) ORDER BY due, id LIMIT 1`
	sqlNextLease = `SELECT until FROM jobs WHERE until > $1 ORDER BY until LIMIT 1` // a job that has ended has no lease

	sqlAttemptForget = `DELETE FROM attempts WHERE job = $1 AND fence <= $2`
	sqlAttemptEnd    = `UPDATE attempts SET ended_at = $1, result = $2, detail = $3 WHERE job = $4 AND fence = $5`
	sqlAttempts      = `SELECT j.document, j.kind, a.fence, a.owner, a.at, a.ended_at, a.result, a.detail
		FROM attempts a JOIN jobs j ON j.id = a.job WHERE j.subscriber = $1 AND j.package = $2 ORDER BY a.id`
	sqlJobKnown = `SELECT 1 FROM jobs WHERE subscriber = $1 AND package = $2 LIMIT 1`
)

// insertJobs makes new jobs, of whatever package. One with an owner is held by it from the start, as if it had been
// claimed, and gets its number with the next answer.
func insertJobs(tx *session, jobs []edo.Job, born time.Time) error {
	for i := range jobs {
		j := &jobs[i]
		if j.Owner == "" {
			if err := putJob(tx, sqlJobInsert, *j, born); err != nil {
				return err
			}
			continue
		}
		if err := complies(j, born); err != nil {
			return err
		}
		err := tx.learn(func(rows pgx.Rows) error {
			for rows.Next() {
				j.Born, j.Tries, j.Fence = born, 1, 1
				if err := rows.Scan(&j.ID); err != nil {
					return err
				}
			}
			return nil
		}, sqlJobInsertHeld, j.Key.Subscriber, j.Key.Package, j.Document, j.Kind, at(&j.Due), at(&born), j.Owner, at(&j.Until))
		if err != nil {
			return err
		}
	}
	return nil
}

// wakeJobs makes jobs due, new or not.
func wakeJobs(tx *session, jobs []edo.Job, now time.Time) error {
	for _, j := range jobs {
		if err := putJob(tx, sqlJobWake, j, now); err != nil {
			return err
		}
	}
	return nil
}

func putJob(tx *session, query string, j edo.Job, now time.Time) error {
	if err := complies(&j, now); err != nil {
		return err
	}
	return tx.learn(tx.ring, query, j.Key.Subscriber, j.Key.Package, j.Document, j.Kind, at(&j.Due), at(&now))
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
	return s.write(ctx, "postgres.Start", j.Key.Subscriber, func(ctx context.Context, tx *session) error {
		return wakeJobs(tx, []edo.Job{j}, s.now())
	})
}

// Claim leases the most overdue job that nobody holds, and opens its attempt row. False: none is due.
func (s *Store) Claim(ctx context.Context, owner string, now, until time.Time) (job edo.Job, found bool, err error) {
	if err := checkClaim("postgres.Claim", owner, now, until); err != nil {
		return edo.Job{}, false, err
	}
	// Whoever finds nothing to do must not queue up with those who write.
	if err := s.reader.row(ctx, sqlJobAny, moment(now)).Scan(&found); err != nil || !found {
		return edo.Job{}, false, classify("postgres.Claim", err)
	}
	return s.take(ctx, "postgres.Claim", sqlJobTake, moment(now), owner, moment(until))
}

func checkClaim(op, owner string, now, until time.Time) error {
	if owner == "" || !until.After(now) {
		return &edo.Error{Kind: edo.Invalid, Op: op, Field: "owner", Message: "is empty, or the lease ends before it begins"}
	}
	return nil
}

func scanJob(from scanner) (edo.Job, error) {
	var j edo.Job
	err := from.Scan(&j.ID, &j.Key.Subscriber, &j.Key.Package, &j.Document, &j.Kind, at(&j.Due), &j.Tries, at(&j.Born), &j.Fence, &j.Owner, at(&j.Until))
	return j, err
}

func leaseLost() error {
	return &edo.Error{Kind: edo.Conflict, Reason: edo.LeaseLost, Message: "another worker has the job, or it is finished"}
}

// Renew moves the end of a lease; [edo.LeaseLost] if it is not held any more.
func (s *Store) Renew(ctx context.Context, j edo.Job, until time.Time) error {
	return s.write(ctx, "postgres.Renew", j.Key.Subscriber, func(_ context.Context, tx *session) error {
		return tx.later(func(n int64) error {
			if n == 0 {
				return leaseLost()
			}
			return nil
		}, sqlJobRenew, j.ID, j.Fence, j.Owner, moment(until))
	})
}

func endAttempt(tx *session, j edo.Job, c edo.Change) error {
	if !c.Done && !c.Release {
		return nil
	}
	var err error
	if c.Done {
		err = tx.learn(tx.ring, sqlJobDone, j.ID, j.Fence, j.Owner, at(&c.At))
	} else {
		err = tx.learn(tx.ring, sqlJobFreed, j.ID, j.Fence, j.Owner, at(&c.Due), c.Untried, c.Faulty, c.Reason, c.Detail)
	}
	if err != nil {
		return err
	}
	if c.Untried && !c.Done {
		return tx.later(nil, sqlAttemptNone, j.ID, j.Fence)
	}
	if err := tx.later(nil, sqlAttemptEnd, at(&c.At), c.Result, c.Detail, j.ID, j.Fence); err != nil || j.Kind.OfPackage() {
		return err
	}
	return tx.later(nil, sqlAttemptForget, j.ID, j.Fence-keptAttempts)
}

// NextDue is when the next job can be claimed, in the past if one can be claimed now; false if there is none.
func (s *Store) NextDue(ctx context.Context, now time.Time) (time.Time, bool, error) {
	var next time.Time
	for _, query := range []string{sqlNextFree, sqlNextLease} {
		var t time.Time
		err := s.reader.row(ctx, query, moment(now)).Scan(at(&t))
		if errors.Is(err, errNone) {
			continue
		}
		if err != nil {
			return time.Time{}, false, classify("postgres.NextDue", err)
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
	if err := s.reader.row(ctx, sqlJobKnown, k.Subscriber, k.Package).Scan(&known); err != nil {
		return nil, classify("postgres.Attempts", err)
	}
	all, err := list(ctx, s.reader, func(from scanner) (edo.Attempt, error) {
		a := edo.Attempt{Key: k}
		err := from.Scan(&a.Document, &a.Job, &a.Fence, &a.Owner, at(&a.At), at(&a.EndedAt), &a.Result, &a.Detail)
		return a, err
	}, sqlAttempts, k.Subscriber, k.Package)
	return all, classify("postgres.Attempts", err)
}
