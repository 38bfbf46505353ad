package postgres

import (
	"context"
	"errors"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

const (
	taskColumns = `subscriber, package, document, signer, required, purpose, name, kind, digest, size, state, detail, actor, created_at,
		deadline, ended_at`
	sqlTaskSelect = `SELECT ` + taskColumns + ` FROM tasks WHERE `
	sqlTask       = sqlTaskSelect + `subscriber = $1 AND package = $2 AND document = $3`
	sqlTasks      = sqlTaskSelect + `subscriber = $1 ORDER BY created_at DESC LIMIT $2`

	sqlTaskWaits    = `state IN ('open', 'overdue')`
	sqlTasksWaiting = sqlTaskSelect + `subscriber = $1 AND ` + sqlTaskWaits + ` AND NOT EXISTS (SELECT 1 FROM operations o
		WHERE o.subscriber = tasks.subscriber AND o.package = tasks.package AND o.state = 'failed') ORDER BY deadline LIMIT $2`

	// A task that waits may be written anew for another certificate or other bytes, and may become overdue while it is open
	// and still that task; one that has ended stays as it was.
	sqlTaskOpen = `INSERT INTO tasks (` + taskColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
		ON CONFLICT (subscriber, package, document) DO UPDATE SET state = EXCLUDED.state,
			signer = CASE EXCLUDED.state WHEN 'open' THEN EXCLUDED.signer ELSE tasks.signer END, required = EXCLUDED.required, name = EXCLUDED.name, digest = EXCLUDED.digest, size = EXCLUDED.size
		WHERE tasks.state IN ('open', 'overdue') AND CASE WHEN tasks.required = EXCLUDED.required AND tasks.digest IS NOT DISTINCT FROM EXCLUDED.digest
			THEN tasks.state = 'open' AND EXCLUDED.state = 'overdue' ELSE EXCLUDED.state = 'open' END`
	sqlTaskEnd = `UPDATE tasks SET state = $1, detail = $2, actor = $3, ended_at = $4
		WHERE subscriber = $5 AND package = $6 AND document = $7 AND ` + sqlTaskWaits

	sqlDocumentSigned = `UPDATE documents SET signature = $1, signed_by = $2, verdict = $3 WHERE operation = $4 AND id = $5`
)

func scanTask(from scanner) (edo.SignatureTask, error) {
	var t edo.SignatureTask
	err := from.Scan(&t.Key.Key.Subscriber, &t.Key.Key.Package, &t.Key.Document, &t.Signer, asJSON(&t.Required), &t.Purpose, &t.Name, &t.Kind,
		digest(&t.Digest), &t.Size, &t.State, &t.Detail, &t.Actor, at(&t.CreatedAt), at(&t.Deadline), at(&t.EndedAt))
	return t, err
}

func openTask(tx *session, t edo.SignatureTask) error {
	return tx.later(nil, sqlTaskOpen, t.Key.Key.Subscriber, t.Key.Key.Package, t.Key.Document, t.Signer, asJSON(&t.Required), t.Purpose,
		t.Name, t.Kind, digest(&t.Digest), t.Size, t.State, t.Detail, t.Actor, at(&t.CreatedAt), at(&t.Deadline), at(&t.EndedAt))
}

func oneTask(ctx context.Context, q querier, k edo.TaskKey) (edo.SignatureTask, error) {
	t, err := scanTask(q.row(ctx, sqlTask, k.Key.Subscriber, k.Key.Package, k.Document))
	if errors.Is(err, errNone) {
		err = missing("task", string(k.Key.Package)+" "+string(k.Document))
	}
	return t, err
}

// Task gives one signature task, [edo.NotFound] if there is none.
func (s *Store) Task(ctx context.Context, k edo.TaskKey) (edo.SignatureTask, error) {
	t, err := oneTask(ctx, s.reader, k)
	return t, classify("postgres.Task", err)
}

// Waiting lists the tasks that wait, but none of a package that has failed, the one with the nearest deadline first; a zero limit is
// [directory.DefaultLimit].
func (s *Store) Waiting(ctx context.Context, sub edo.SubscriberID, limit int) ([]edo.SignatureTask, error) {
	return s.tasks(ctx, "postgres.Waiting", sqlTasksWaiting, sub, limit)
}

// SignatureTasks lists all tasks of a subscriber, newest first.
func (s *Store) SignatureTasks(ctx context.Context, sub edo.SubscriberID, limit int) ([]edo.SignatureTask, error) {
	return s.tasks(ctx, "postgres.SignatureTasks", sqlTasks, sub, limit)
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
		return &edo.Error{Kind: edo.Invalid, Op: "postgres.EndTask", Field: "task.state", Message: "is no end", Remedy: "use signed or refused"}
	}
	return s.write(ctx, "postgres.EndTask", t.Key.Key.Subscriber, func(ctx context.Context, tx *session) error {
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
	seq, revision, err := touch(ctx, tx, k, t.EndedAt)
	if err != nil {
		return err
	}
	if !signed.Signature.IsZero() {
		err := tx.later(present("document", string(t.Key.Document)), sqlDocumentSigned, digest(&signed.Signature), asJSON(&signed.SignedBy), signed.Verdict, seq, t.Key.Document)
		if err != nil {
			return err
		}
	}
	if err := insertEvents(tx, k, revision, events); err != nil {
		return err
	}
	return wakeJobs(tx, []edo.Job{{Key: k, Kind: edo.JobSend, Due: t.EndedAt}}, t.EndedAt)
}
