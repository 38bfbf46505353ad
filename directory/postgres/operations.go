package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

const (
	operationColumns = `subscriber, package, operator, from_box, actor, payer, channel, answer, text, in_reply_to, flow, consents, set_id, period, due,
		to_inn, to_kpp, to_name, to_box, address, parties, candidates, state, reason, detail, message, operator_time, sent_at, skew,
		attempts, resends, doubt_since, not_found, created_at, updated_at, revision`

	sqlOperationInsert = `INSERT INTO operations (` + operationColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17,
		$18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36)
		ON CONFLICT (subscriber, package) DO NOTHING RETURNING seq`

	sqlOperationSelect = `SELECT seq, ` + operationColumns + ` FROM operations WHERE `
	sqlOperation       = sqlOperationSelect + `subscriber = $1 AND package = $2`
	sqlOperationSeq    = `SELECT seq FROM operations WHERE subscriber = $1 AND package = $2`
	sqlNewestFirst     = ` ORDER BY created_at DESC, seq DESC LIMIT ?`

	// What the host has asked for is not written again.
	sqlOperationUpdate = `UPDATE operations SET operator = $1, from_box = $2, payer = $3, flow = $4, address = $5, parties = $6, candidates = $7,
		state = $8, reason = $9, detail = $10, message = $11, operator_time = $12, sent_at = $13, skew = $14, attempts = $15, resends = $16,
		doubt_since = $17, not_found = $18 WHERE seq = $19`
	sqlOperationTouch = `UPDATE operations SET revision = revision + 1, updated_at = $1 WHERE subscriber = $2 AND package = $3 RETURNING seq, revision`
)

// Accept stores a new operation, its jobs and its events in one transaction, and gives jobs with an owner their numbers: they
// are held by it from the start. If the key is taken it writes nothing and gives what is stored, with created false.
func (s *Store) Accept(ctx context.Context, op edo.Operation, jobs []edo.Job, events []edo.Event) (stored edo.Operation, created bool, err error) {
	err = s.write(ctx, "postgres.Accept", op.Key.Subscriber, func(ctx context.Context, tx *session) error {
		created, err = accept(ctx, tx, op, jobs, events)
		if stored = op; err == nil && !created {
			stored, err = operation(ctx, tx, op.Key)
		}
		return err
	})
	if err != nil {
		return edo.Operation{}, false, err
	}
	return stored, created, nil
}

// accept is false if the key is taken.
func accept(ctx context.Context, tx *session, op edo.Operation, jobs []edo.Job, events []edo.Event) (created bool, err error) {
	seq, err := tx.insert(ctx, sqlOperationInsert, op.Key.Subscriber, op.Key.Package, op.Operator, op.From, op.Actor, op.Payer, op.Channel,
		op.Answer, op.Text, op.InReplyTo, op.Flow, asJSON(&op.Consents), op.Set, op.Period, at(&op.Due), op.To.INN, op.To.KPP, op.To.Name, op.To.Box, asJSON(&op.Address),
		asJSON(&op.Parties), asJSON(&op.Candidates), op.State, op.Reason, op.Detail, op.Message, at(&op.OperatorTime), at(&op.SentAt),
		op.Skew, op.Attempts, op.Resends, at(&op.DoubtSince), op.NotFound, at(&op.CreatedAt), at(&op.UpdatedAt), op.Revision)
	if errors.Is(err, errNone) {
		return false, nil
	}
	for i, d := range op.Documents {
		if err == nil {
			err = insertDocument(tx, seq, i, d)
		}
		if err == nil {
			err = each(tx, seq, d.Versions, insertVersion)
		}
	}
	if err == nil {
		err = insertJobs(tx, jobs, op.CreatedAt)
	}
	if err == nil {
		err = insertEvents(tx, op.Key, op.Revision, events)
	}
	return err == nil, err
}

// Operation gives what is stored of a package, [edo.NotFound] if nothing is.
func (s *Store) Operation(ctx context.Context, k edo.Key) (edo.Operation, error) {
	rows := make([]row, 1)
	var documents []owned[edo.DocumentStatus]
	var versions []owned[edo.Version]
	err := s.glance(ctx, func(tx *session) error {
		return errors.Join(
			tx.learn(first(scanOperation, &rows[0]), sqlOperation, k.Subscriber, k.Package),
			tx.learn(all(scanOwned(scanDocument), &documents), sqlDocumentsOfKey, k.Subscriber, k.Package),
			tx.learn(all(scanOwned(scanVersion), &versions), sqlVersionsOfKey, k.Subscriber, k.Package),
		)
	})
	if errors.Is(err, errNone) {
		return edo.Operation{}, &edo.Error{Kind: edo.NotFound, Op: "postgres.Operation", Field: "package", Message: string(k.Package) + " is not known"}
	}
	join(rows, documents, versions)
	return rows[0].Operation, classify("postgres.Operation", err)
}

// Operations lists packages, newest first.
func (s *Store) Operations(ctx context.Context, f edo.OperationFilter) ([]edo.Operation, error) {
	if err := directory.CheckLimit("filter.limit", f.Limit); err != nil {
		return nil, classify("postgres.Operations", err)
	}
	w := where{}
	w.text("subscriber = ?", string(f.Subscriber))
	w.from("created_at >= ?", f.From)
	w.from("created_at < ?", f.To)
	among(&w, "state", f.States)
	all, err := s.operations(ctx, w.sql(sqlOperationSelect, sqlNewestFirst), append(w.args, page(f.Limit))...)
	return all, classify("postgres.Operations", err)
}

// operations reads packages whole, as of one moment.
func (s *Store) operations(ctx context.Context, query string, args ...any) (all []edo.Operation, err error) {
	err = s.view(ctx, func(q querier) error {
		rows, err := list(ctx, q, scanOperation, query, args...)
		if err == nil {
			err = complete(ctx, q, rows)
		}
		for _, r := range rows {
			all = append(all, r.Operation)
		}
		return err
	})
	return all, err
}

// row is an operation with the number its other rows refer to.
type row struct {
	edo.Operation
	seq int64
}

func scanOperation(from scanner) (row, error) {
	var r row
	op := &r.Operation
	err := from.Scan(&r.seq, &op.Key.Subscriber, &op.Key.Package, &op.Operator, &op.From, &op.Actor, &op.Payer, &op.Channel, &op.Answer,
		&op.Text, &op.InReplyTo, &op.Flow, asJSON(&op.Consents), &op.Set, &op.Period, at(&op.Due), &op.To.INN, &op.To.KPP, &op.To.Name, &op.To.Box, asJSON(&op.Address),
		asJSON(&op.Parties), asJSON(&op.Candidates), &op.State, &op.Reason, &op.Detail, &op.Message, at(&op.OperatorTime), at(&op.SentAt),
		&op.Skew, &op.Attempts, &op.Resends, at(&op.DoubtSince), &op.NotFound, at(&op.CreatedAt), at(&op.UpdatedAt), &op.Revision)
	return r, err
}

// operation reads a package whole; errNone if there is none.
func operation(ctx context.Context, q querier, k edo.Key) (edo.Operation, error) {
	r, err := scanOperation(q.row(ctx, sqlOperation, k.Subscriber, k.Package))
	if err != nil {
		return edo.Operation{}, err
	}
	rows := []row{r}
	err = complete(ctx, q, rows)
	return rows[0].Operation, err
}

// updateOperation writes the row of a package and what belongs to it.
func updateOperation(tx *session, seq int64, c edo.Change) error {
	if op := c.Operation; op != nil {
		err := tx.later(nil, sqlOperationUpdate, op.Operator, op.From, op.Payer, op.Flow, asJSON(&op.Address), asJSON(&op.Parties),
			asJSON(&op.Candidates), op.State, op.Reason, op.Detail, op.Message, at(&op.OperatorTime), at(&op.SentAt), op.Skew, op.Attempts,
			op.Resends, at(&op.DoubtSince), op.NotFound, seq)
		if err != nil {
			return err
		}
	}
	if err := each(tx, seq, c.Documents, updateDocument); err != nil {
		return err
	}
	if err := each(tx, seq, c.Answered, answerDocument); err != nil {
		return err
	}
	return each(tx, seq, c.Versions, insertVersion)
}

// each writes rows that belong to one operation.
func each[T any](tx *session, seq int64, rows []T, write func(*session, int64, T) error) error {
	for _, r := range rows {
		if err := write(tx, seq, r); err != nil {
			return err
		}
	}
	return nil
}

// touch raises the revision of an operation; [edo.NotFound] if there is none.
func touch(ctx context.Context, tx *session, k edo.Key, now time.Time) (seq, revision int64, err error) {
	err = tx.row(ctx, sqlOperationTouch, at(&now), k.Subscriber, k.Package).Scan(&seq, &revision)
	if errors.Is(err, errNone) {
		err = missing("package", string(k.Package))
	}
	return seq, revision, err
}
