package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/edokit/edokit/edo"
)

// Settle commits one step of work, or nothing with [edo.LeaseLost].
func (s *Store) Settle(ctx context.Context, j edo.Job, c edo.Change) error {
	return s.write(ctx, "postgres.Settle", j.Key.Subscriber, func(ctx context.Context, tx *session) error {
		if err := tx.learn(held, sqlJobCheck, j.ID, j.Fence, j.Owner); err != nil {
			return err
		}
		about, revision, err := changePackage(ctx, tx, j, c)
		if err != nil {
			return err
		}
		if err := changeOthers(ctx, tx, j, c); err != nil {
			return err
		}
		if err := insertEvents(tx, about, revision, c.Events); err != nil {
			return err
		}
		if err := insertJobs(tx, c.Jobs, c.At); err != nil {
			return err
		}
		if err := wakeJobs(tx, c.Wake, c.At); err != nil {
			return err
		}
		return endAttempt(tx, j, c) // last: a job may wake itself
	})
}

// held reads the row of a lease that must be there. Whatever the task has written with the question is undone if it is not.
func held(rows pgx.Rows) error {
	if rows.Next() || rows.Err() != nil {
		return nil // an error is told by who reads the answer
	}
	return leaseLost()
}

// changePackage writes what belongs to the package of the job, and says what the events without a key are about.
func changePackage(ctx context.Context, tx *session, j edo.Job, c edo.Change) (about edo.Key, revision int64, err error) {
	if !j.Kind.OfPackage() {
		if c.Operation != nil || len(c.Documents)+len(c.Versions)+len(c.Answered) > 0 {
			return about, 0, &edo.Error{Kind: edo.Internal, Message: "work of kind " + string(j.Kind) + " came with changes of a package"}
		}
		return edo.Key{Subscriber: j.Key.Subscriber}, 0, nil
	}
	seq, revision, err := touch(ctx, tx, j.Key, c.At)
	if err == nil {
		err = updateOperation(tx, seq, c)
	}
	return j.Key, revision, err
}

// changeOthers writes rows that belong to no package of the job.
func changeOthers(ctx context.Context, tx *session, j edo.Job, c edo.Change) error {
	for _, op := range c.Accepted {
		// One whose key is taken is left as it was.
		if _, err := accept(ctx, tx, op, []edo.Job{{Key: op.Key, Kind: edo.JobSend, Due: c.At}}, nil); err != nil {
			return err
		}
	}
	if err := changeInbound(ctx, tx, c); err != nil {
		return err
	}
	if c.Cursor != nil {
		if err := putCursor(tx, j.Kind, *c.Cursor); err != nil {
			return err
		}
	}
	for _, t := range c.Tasks {
		if err := openTask(tx, t); err != nil {
			return err
		}
	}
	if c.Reach != nil {
		return reviseReach(ctx, tx, *c.Reach, c.Reach.Revision, c.At)
	}
	return nil
}
