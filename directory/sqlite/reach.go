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
	reachColumns = `subscriber, inn, kpp, introduction, state, address, candidates, relation, registered, reason, detail, updated_at, revision`
	sqlReach     = `SELECT ` + reachColumns + ` FROM reach WHERE subscriber = ? AND inn = ? AND kpp = ?`
	sqlReachList = `SELECT ` + reachColumns + ` FROM reach WHERE subscriber = ? ORDER BY updated_at DESC LIMIT ?`
	sqlReachFind = `SELECT ` + reachColumns + ` FROM reach WHERE `
	sqlReachSort = ` ORDER BY sought, inn, kpp LIMIT ?`
	sqlReachPast = `(sought, inn, kpp) > (?, ?, ?)`
	sqlReachPut  = `INSERT INTO reach (` + reachColumns + `, sought) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (subscriber, inn, kpp) DO UPDATE SET introduction = excluded.introduction, state = excluded.state,
		address = excluded.address, candidates = excluded.candidates, relation = excluded.relation, registered = excluded.registered,
		reason = excluded.reason, detail = excluded.detail, updated_at = excluded.updated_at, sought = excluded.sought, revision = revision + 1`

	// The branch of a package that names none may be any.
	sqlAwaited = `SELECT subscriber, package FROM operations WHERE subscriber = ?1 AND to_inn = ?2 AND (?3 = '' OR to_kpp IN ('', ?3))
		AND state = 'waiting' AND reason IN ('counterparty-unknown', 'counterparty-many', 'counterparty-inactive',
		'counterparty-pending', 'counterparty-forbidden') ORDER BY seq`
)

func scanReach(from scanner) (edo.CounterpartyStatus, error) {
	var c edo.CounterpartyStatus
	err := from.Scan(&c.Key.Subscriber, &c.Key.INN, &c.Key.KPP, asJSON(&c.Introduction), &c.State, asJSON(&c.Address), asJSON(&c.Candidates),
		&c.Relation, &c.Registered, &c.Reason, &c.Detail, at(&c.UpdatedAt), &c.Revision)
	return c, err
}

// putReach writes a whole row and raises its revision.
func putReach(ctx context.Context, tx *session, c edo.CounterpartyStatus, now time.Time) error {
	if c.UpdatedAt.IsZero() {
		c.UpdatedAt = now
	}
	_, err := tx.exec(ctx, sqlReachPut, c.Key.Subscriber, c.Key.INN, c.Key.KPP, asJSON(&c.Introduction), c.State, asJSON(&c.Address),
		asJSON(&c.Candidates), c.Relation, c.Registered, c.Reason, c.Detail, at(&c.UpdatedAt), max(c.Revision, 1), directory.Sought(c.Name()))
	return err
}

// reviseReach writes a row that is still at the given revision: what a person has decided meanwhile must stay.
func reviseReach(ctx context.Context, tx *session, c edo.CounterpartyStatus, revision int64, now time.Time) error {
	stored, err := reach(ctx, tx, c.Key)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return missing("counterparty", c.Key.INN)
	case err != nil:
		return err
	case stored.Revision != revision:
		return &edo.Error{Kind: edo.Conflict, Field: "counterparty.revision", Message: "has changed meanwhile", Remedy: "read it again"}
	}
	return putReach(ctx, tx, c, now)
}

func reach(ctx context.Context, q querier, k edo.CounterpartyKey) (edo.CounterpartyStatus, error) {
	return scanReach(q.QueryRowContext(ctx, sqlReach, k.Subscriber, k.INN, k.KPP))
}

// Ensure stores a new row with its job, or gives the one that is there with created false.
func (s *Store) Ensure(ctx context.Context, c edo.CounterpartyStatus, j edo.Job) (stored edo.CounterpartyStatus, created bool, err error) {
	err = s.write(ctx, "sqlite.Ensure", func(ctx context.Context, tx *session) error {
		stored, err = reach(ctx, tx, c.Key)
		if !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		if err := putReach(ctx, tx, c, s.now()); err != nil {
			return err
		}
		if err := wakeJobs(ctx, tx, []edo.Job{j}, s.now()); err != nil {
			return err
		}
		created = true
		stored, err = reach(ctx, tx, c.Key)
		return err
	})
	if err != nil {
		return edo.CounterpartyStatus{}, false, err
	}
	return stored, created, nil
}

// Revise writes new values of a row that is still at the given revision and makes the jobs due; else [edo.Conflict].
func (s *Store) Revise(ctx context.Context, c edo.CounterpartyStatus, revision int64, jobs []edo.Job) error {
	return s.write(ctx, "sqlite.Revise", func(ctx context.Context, tx *session) error {
		if err := reviseReach(ctx, tx, c, revision, s.now()); err != nil {
			return err
		}
		return wakeJobs(ctx, tx, jobs, s.now())
	})
}

// CounterpartyStatus gives one row, [edo.NotFound] if nobody has asked for this counterparty.
func (s *Store) CounterpartyStatus(ctx context.Context, k edo.CounterpartyKey) (edo.CounterpartyStatus, error) {
	c, err := reach(ctx, s.reader, k)
	if errors.Is(err, sql.ErrNoRows) {
		err = missing("counterparty", k.INN)
	}
	return c, classify("sqlite.CounterpartyStatus", err)
}

// CounterpartyStatuses lists the counterparties of a subscriber, the one that changed last first.
func (s *Store) CounterpartyStatuses(ctx context.Context, sub edo.SubscriberID, limit int) ([]edo.CounterpartyStatus, error) {
	if err := directory.CheckLimit("limit", limit); err != nil {
		return nil, classify("sqlite.CounterpartyStatuses", err)
	}
	all, err := list(ctx, s.reader, scanReach, sqlReachList, sub, page(limit))
	return all, classify("sqlite.CounterpartyStatuses", err)
}

// Counterparties lists what fits, by name. Filters and order are those of one index, so that the whole book is never read.
func (s *Store) Counterparties(ctx context.Context, f directory.CounterpartyFilter) ([]edo.CounterpartyStatus, error) {
	if err := f.Check(); err != nil {
		return nil, classify("sqlite.Counterparties", err)
	}
	w := where{}
	w.add("subscriber = ?", f.Subscriber)
	if f.After.INN != "" {
		last, err := reach(ctx, s.reader, f.After)
		if errors.Is(err, sql.ErrNoRows) {
			err = missing("counterparty", f.After.INN)
		}
		if err != nil {
			return nil, classify("sqlite.Counterparties", err)
		}
		w.terms = append(w.terms, sqlReachPast)
		w.args = append(w.args, directory.Sought(last.Name()), f.After.INN, f.After.KPP)
	}
	w.text("instr(sought, ?) > 0", directory.Sought(f.Text))
	w.text("instr(inn, ?) = 1", f.INN)
	w.text("instr(kpp, ?) = 1", f.KPP)
	among(&w, "state", f.States)
	all, err := list(ctx, s.reader, scanReach, sqlReachFind+w.sql()+sqlReachSort, append(w.args, page(f.Limit))...)
	return all, classify("sqlite.Counterparties", err)
}

// AwaitedBy lists the packages that wait for a counterparty, oldest first.
func (s *Store) AwaitedBy(ctx context.Context, k edo.CounterpartyKey) ([]edo.Key, error) {
	all, err := list(ctx, s.reader, func(from scanner) (edo.Key, error) {
		var key edo.Key
		err := from.Scan(&key.Subscriber, &key.Package)
		return key, err
	}, sqlAwaited, k.Subscriber, k.INN, k.KPP)
	return all, classify("sqlite.AwaitedBy", err)
}
