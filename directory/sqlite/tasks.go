package sqlite

import (
	"context"
	"database/sql"
	"errors"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

const (
	taskColumns = `subscriber, package, document, signer, required, purpose, name, kind, digest, size, state, detail, actor, created_at,
		deadline, ended_at`
	sqlTaskSelect = `SELECT ` + taskColumns + ` FROM tasks WHERE `
	sqlTask       = sqlTaskSelect + `subscriber = ? AND package = ? AND document = ?`
	sqlTasks      = sqlTaskSelect + `subscriber = ? ORDER BY created_at DESC LIMIT ?`

	sqlTaskWaits    = `state IN ('open', 'overdue')`
	sqlTasksWaiting = sqlTaskSelect + `subscriber = ? AND ` + sqlTaskWaits + ` AND NOT EXISTS (SELECT 1 FROM operations o
		WHERE o.subscriber = tasks.subscriber AND o.package = tasks.package AND o.state = 'failed') ORDER BY deadline LIMIT ?`

	// A task that waits may be written anew for another certificate or other bytes, and may become overdue while it is open
	// and still that task; one that has ended stays as it was.
	sqlTaskOpen = `INSERT INTO tasks (` + taskColumns + `) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (subscriber, package, document) DO UPDATE SET state = excluded.state,
			signer = CASE excluded.state WHEN 'open' THEN excluded.signer ELSE tasks.signer END, required = excluded.required, name = excluded.name, digest = excluded.digest, size = excluded.size
		WHERE tasks.state IN ('open', 'overdue') AND CASE WHEN tasks.required = excluded.required AND tasks.digest IS excluded.digest
			THEN tasks.state = 'open' AND excluded.state = 'overdue' ELSE excluded.state = 'open' END`
	sqlTaskEnd = `UPDATE tasks SET state = ?, detail = ?, actor = ?, ended_at = ?
		WHERE subscriber = ? AND package = ? AND document = ? AND ` + sqlTaskWaits

	sqlDocumentSigned = `UPDATE documents SET signature = ?, signed_by = ?, verdict = ? WHERE operation = ? AND id = ?`
)

func scanTask(from scanner) (edo.SignatureTask, error) {
	var t edo.SignatureTask
	err := from.Scan(&t.Key.Key.Subscriber, &t.Key.Key.Package, &t.Key.Document, &t.Signer, asJSON(&t.Required), &t.Purpose, &t.Name, &t.Kind,
		digest(&t.Digest), &t.Size, &t.State, &t.Detail, &t.Actor, at(&t.CreatedAt), at(&t.Deadline), at(&t.EndedAt))
	return t, err
}

func openTask(ctx context.Context, tx *session, t edo.SignatureTask) error {
	_, err := tx.exec(ctx, sqlTaskOpen, t.Key.Key.Subscriber, t.Key.Key.Package, t.Key.Document, t.Signer, asJSON(&t.Required), t.Purpose,
		t.Name, t.Kind, digest(&t.Digest), t.Size, t.State, t.Detail, t.Actor, at(&t.CreatedAt), at(&t.Deadline), at(&t.EndedAt))
	return err
}

func oneTask(ctx context.Context, q querier, k edo.TaskKey) (edo.SignatureTask, error) {
	t, err := scanTask(q.QueryRowContext(ctx, sqlTask, k.Key.Subscriber, k.Key.Package, k.Document))
	if errors.Is(err, sql.ErrNoRows) {
		err = missing("task", string(k.Key.Package)+" "+string(k.Document))
	}
	return t, err
}

// Task gives one signature task, [edo.NotFound] if there is none.
func (s *Store) Task(ctx context.Context, k edo.TaskKey) (edo.SignatureTask, error) {
	t, err := oneTask(ctx, s.reader, k)
	return t, classify("sqlite.Task", err)
}

// Waiting lists the tasks that wait, but none of a package that has failed, the one with the nearest deadline first; a zero limit is
// [directory.DefaultLimit].
func (s *Store) Waiting(ctx context.Context, sub edo.SubscriberID, limit int) ([]edo.SignatureTask, error) {
	return s.tasks(ctx, "sqlite.Waiting", sqlTasksWaiting, sub, limit)
}

// SignatureTasks lists all tasks of a subscriber, newest first.
func (s *Store) SignatureTasks(ctx context.Context, sub edo.SubscriberID, limit int) ([]edo.SignatureTask, error) {
	return s.tasks(ctx, "sqlite.SignatureTasks", sqlTasks, sub, limit)
}

func (s *Store) tasks(ctx context.Context, op, query string, sub edo.SubscriberID, limit int) ([]edo.SignatureTask, error) {
	if err := directory.CheckLimit("limit", limit); err != nil {
		return nil, classify(op, err)
	}
	all, err := list(ctx, s.reader, scanTask, query, sub, page(limit))
	return all, classify(op, err)
}

// EndTask writes the end of a task that still waits, the signature, the event, and makes the package's send job due, all
// at once; else [edo.TaskEnded]. signed is zero with a refusal.
func (s *Store) EndTask(ctx context.Context, t edo.SignatureTask, signed edo.DocumentStatus, events []edo.Event) error {
	if t.State.Waiting() {
		return &edo.Error{Kind: edo.Invalid, Op: "sqlite.EndTask", Field: "task.state", Message: "is no end", Remedy: "use signed or refused"}
	}
	return s.write(ctx, "sqlite.EndTask", func(ctx context.Context, tx *session) error {
		k := t.Key.Key
		n, err := tx.exec(ctx, sqlTaskEnd, t.State, t.Detail, t.Actor, at(&t.EndedAt), k.Subscriber, k.Package, t.Key.Document)
		if err == nil && n == 0 {
			_, err = oneTask(ctx, tx, t.Key)
			if err == nil {
				err = &edo.Error{Kind: edo.Conflict, Reason: edo.TaskEnded, Field: "task", Message: "has ended already", Remedy: "look at the state of the package"}
			}
		}
		if err != nil {
			return err
		}
		return endTask(ctx, tx, t, signed, events)
	})
}

func endTask(ctx context.Context, tx *session, t edo.SignatureTask, signed edo.DocumentStatus, events []edo.Event) error {
	k := t.Key.Key
	var seq int64
	if err := tx.QueryRowContext(ctx, sqlOperationSeq, k.Subscriber, k.Package).Scan(&seq); err != nil {
		return err
	}
	if !signed.Signature.IsZero() {
		n, err := tx.exec(ctx, sqlDocumentSigned, digest(&signed.Signature), asJSON(&signed.SignedBy), signed.Verdict, seq, t.Key.Document)
		if err := present(n, err, "document", string(t.Key.Document)); err != nil {
			return err
		}
	}
	revision, err := touch(ctx, tx, seq, t.EndedAt)
	if err != nil {
		return err
	}
	if err := insertEvents(ctx, tx, k, revision, events); err != nil {
		return err
	}
	return wakeJobs(ctx, tx, []edo.Job{{Key: k, Kind: edo.JobSend, Due: t.EndedAt}}, t.EndedAt)
}
