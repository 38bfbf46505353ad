package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

const (
	operationColumns = `subscriber, package, operator, from_box, actor, payer, channel, answer, text, in_reply_to, flow, consents, set_id, period, due,
		to_inn, to_kpp, to_name, to_box, address, parties, candidates, state, reason, detail, message, operator_time, sent_at, skew,
		attempts, resends, doubt_since, not_found, created_at, updated_at, revision`

	sqlOperationInsert = `INSERT INTO operations (` + operationColumns + `) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,
		?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (subscriber, package) DO NOTHING RETURNING seq`

	sqlOperationSelect = `SELECT seq, ` + operationColumns + ` FROM operations WHERE `
	sqlOperation       = sqlOperationSelect + `subscriber = ? AND package = ?`
	sqlOperationSeq    = `SELECT seq FROM operations WHERE subscriber = ? AND package = ?`
	sqlNewestFirst     = ` ORDER BY created_at DESC, seq DESC LIMIT ?`

	// What the host has asked for is not written again.
	sqlOperationUpdate = `UPDATE operations SET operator = ?, from_box = ?, payer = ?, flow = ?, address = ?, parties = ?, candidates = ?,
		state = ?, reason = ?, detail = ?, message = ?, operator_time = ?, sent_at = ?, skew = ?, attempts = ?, resends = ?,
		doubt_since = ?, not_found = ? WHERE seq = ?`
	sqlOperationTouch = `UPDATE operations SET revision = revision + 1, updated_at = ? WHERE seq = ? RETURNING revision`
)

// Accept stores a new operation, its jobs and its events in one transaction, and gives jobs with an owner their numbers: they
// are held by it from the start. If the key is taken it writes nothing and gives what is stored, with created false.
func (s *Store) Accept(ctx context.Context, op edo.Operation, jobs []edo.Job, events []edo.Event) (stored edo.Operation, created bool, err error) {
	err = s.write(ctx, "sqlite.Accept", func(ctx context.Context, tx *session) error {
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
	var seq int64
	err = tx.QueryRowContext(ctx, sqlOperationInsert, op.Key.Subscriber, op.Key.Package, op.Operator, op.From, op.Actor, op.Payer, op.Channel,
		op.Answer, op.Text, op.InReplyTo, op.Flow, asJSON(&op.Consents), op.Set, op.Period, at(&op.Due), op.To.INN, op.To.KPP, op.To.Name, op.To.Box, asJSON(&op.Address),
		asJSON(&op.Parties), asJSON(&op.Candidates), op.State, op.Reason, op.Detail, op.Message, at(&op.OperatorTime), at(&op.SentAt),
		op.Skew, op.Attempts, op.Resends, at(&op.DoubtSince), op.NotFound, at(&op.CreatedAt), at(&op.UpdatedAt), op.Revision).Scan(&seq)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	for i, d := range op.Documents {
		if err == nil {
			err = insertDocument(ctx, tx, seq, i, d)
		}
		if err == nil {
			err = each(ctx, tx, seq, d.Versions, insertVersion)
		}
	}
	if err == nil {
		err = insertJobs(ctx, tx, jobs, op.CreatedAt)
	}
	if err == nil {
		err = insertEvents(ctx, tx, op.Key, op.Revision, events)
	}
	return err == nil, err
}

// Operation gives what is stored of a package, [edo.NotFound] if nothing is.
func (s *Store) Operation(ctx context.Context, k edo.Key) (edo.Operation, error) {
	op, certain, err := s.recent.operation(ctx, k)
	if err == nil && !certain {
		err = s.reader.view(ctx, func(tx querier) (err error) {
			op, err = operation(ctx, tx, k)
			return err
		})
	}
	if errors.Is(err, sql.ErrNoRows) {
		return edo.Operation{}, &edo.Error{Kind: edo.NotFound, Op: "sqlite.Operation", Field: "package", Message: string(k.Package) + " is not known"}
	}
	return op, classify("sqlite.Operation", err)
}

// Operations lists packages, newest first.
func (s *Store) Operations(ctx context.Context, f edo.OperationFilter) ([]edo.Operation, error) {
	if err := directory.CheckLimit("filter.limit", f.Limit); err != nil {
		return nil, classify("sqlite.Operations", err)
	}
	w := where{}
	w.text("subscriber = ?", string(f.Subscriber))
	w.from("created_at >= ?", f.From)
	w.from("created_at < ?", f.To)
	among(&w, "state", f.States)
	all, err := s.operations(ctx, sqlOperationSelect+w.sql()+sqlNewestFirst, append(w.args, page(f.Limit))...)
	return all, classify("sqlite.Operations", err)
}

// operations reads packages whole, as of one moment.
func (s *Store) operations(ctx context.Context, query string, args ...any) (all []edo.Operation, err error) {
	err = s.reader.view(ctx, func(tx querier) error {
		rows, err := list(ctx, tx, scanOperation, query, args...)
		for i := 0; err == nil && i < len(rows); i++ {
			err = complete(ctx, tx, &rows[i])
			all = append(all, rows[i].Operation)
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

// operation reads a package whole; sql.ErrNoRows if there is none.
func operation(ctx context.Context, q querier, k edo.Key) (edo.Operation, error) {
	r, err := scanOperation(q.QueryRowContext(ctx, sqlOperation, k.Subscriber, k.Package))
	if err != nil {
		return edo.Operation{}, err
	}
	return r.Operation, complete(ctx, q, &r)
}

// updateOperation writes the row of a package and what belongs to it.
func updateOperation(ctx context.Context, tx *session, seq int64, c edo.Change) error {
	if op := c.Operation; op != nil {
		_, err := tx.exec(ctx, sqlOperationUpdate, op.Operator, op.From, op.Payer, op.Flow, asJSON(&op.Address), asJSON(&op.Parties),
			asJSON(&op.Candidates), op.State, op.Reason, op.Detail, op.Message, at(&op.OperatorTime), at(&op.SentAt), op.Skew, op.Attempts,
			op.Resends, at(&op.DoubtSince), op.NotFound, seq)
		if err != nil {
			return err
		}
	}
	if err := each(ctx, tx, seq, c.Documents, updateDocument); err != nil {
		return err
	}
	if err := each(ctx, tx, seq, c.Answered, answerDocument); err != nil {
		return err
	}
	return each(ctx, tx, seq, c.Versions, insertVersion)
}

// each writes rows that belong to one operation.
func each[T any](ctx context.Context, tx *session, seq int64, rows []T, write func(context.Context, *session, int64, T) error) error {
	for _, r := range rows {
		if err := write(ctx, tx, seq, r); err != nil {
			return err
		}
	}
	return nil
}

// touch raises the revision of an operation.
func touch(ctx context.Context, tx *session, seq int64, now time.Time) (revision int64, err error) {
	return revision, tx.QueryRowContext(ctx, sqlOperationTouch, at(&now), seq).Scan(&revision)
}
