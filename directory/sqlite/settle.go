package sqlite

import (
	"context"
	"database/sql"
	"errors"

	"github.com/edokit/edokit/edo"
)

// Settle commits one step of work, or nothing with [edo.LeaseLost].
func (s *Store) Settle(ctx context.Context, j edo.Job, c edo.Change) error {
	return s.write(ctx, "sqlite.Settle", func(ctx context.Context, tx *session) error {
		var held int
		if err := tx.QueryRowContext(ctx, sqlJobCheck, j.ID, j.Fence, j.Owner).Scan(&held); errors.Is(err, sql.ErrNoRows) {
			return leaseLost()
		} else if err != nil {
			return err
		}
		about, revision, err := changePackage(ctx, tx, j, c)
		if err != nil {
			return err
		}
		if err := changeOthers(ctx, tx, j, c); err != nil {
			return err
		}
		if err := insertEvents(ctx, tx, about, revision, c.Events); err != nil {
			return err
		}
		if err := insertJobs(ctx, tx, c.Jobs, c.At); err != nil {
			return err
		}
		if err := wakeJobs(ctx, tx, c.Wake, c.At); err != nil {
			return err
		}
		return endAttempt(ctx, tx, j, c) // last: a job may wake itself
	})
}

// changePackage writes what belongs to the package of the job, and says what the events without a key are about.
func changePackage(ctx context.Context, tx *session, j edo.Job, c edo.Change) (about edo.Key, revision int64, err error) {
	if !j.Kind.OfPackage() {
		if c.Operation != nil || len(c.Documents)+len(c.Versions)+len(c.Answered) > 0 {
			return about, 0, &edo.Error{Kind: edo.Internal, Message: "work of kind " + string(j.Kind) + " came with changes of a package"}
		}
		return edo.Key{Subscriber: j.Key.Subscriber}, 0, nil
	}
	var seq int64
	err = tx.QueryRowContext(ctx, sqlOperationSeq, j.Key.Subscriber, j.Key.Package).Scan(&seq)
	if errors.Is(err, sql.ErrNoRows) {
		err = missing("package", string(j.Key.Package))
	}
	if err == nil {
		err = updateOperation(ctx, tx, seq, c)
	}
	if err == nil {
		revision, err = touch(ctx, tx, seq, c.At)
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
		if err := putCursor(ctx, tx, j.Kind, *c.Cursor); err != nil {
			return err
		}
	}
	for _, t := range c.Tasks {
		if err := openTask(ctx, tx, t); err != nil {
			return err
		}
	}
	if c.Reach != nil {
		return reviseReach(ctx, tx, *c.Reach, c.Reach.Revision, c.At)
	}
	return nil
}
