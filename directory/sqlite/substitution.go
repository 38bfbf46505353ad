package sqlite

import (
	"context"
	"database/sql"
	"errors"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

const (
	substitutionColumns = `subscriber, deputy, principal, actions, kinds, valid_from, valid_until, updated_at`
	sqlSubstitutions    = `SELECT ` + substitutionColumns + ` FROM substitutions WHERE subscriber = ? ORDER BY deputy, principal`
	sqlDeputyships      = `SELECT ` + substitutionColumns + ` FROM substitutions WHERE subscriber = ? AND deputy = ? ORDER BY principal`
	sqlSubstitutionPut  = `INSERT INTO substitutions (` + substitutionColumns + `) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (subscriber, deputy, principal) DO UPDATE SET actions = excluded.actions, kinds = excluded.kinds,
		valid_from = excluded.valid_from, valid_until = excluded.valid_until, updated_at = excluded.updated_at`
	sqlDeputyDelete       = `DELETE FROM substitutions WHERE subscriber = ? AND deputy = ?`
	sqlSubstitutionDelete = `DELETE FROM substitutions WHERE subscriber = ? AND deputy = ? AND principal = ?`

	sqlReadingInsert = `INSERT INTO readings (actor, principal, action, subscriber, what, at) VALUES (?, ?, ?, ?, ?, ?)`
	sqlReadings      = `SELECT seq, actor, principal, action, subscriber, what, at FROM readings WHERE ?1 = '' OR subscriber = ?1
		ORDER BY seq DESC LIMIT ?2`
)

func scanSubstitution(from scanner) (directory.Substitution, error) {
	var s directory.Substitution
	err := from.Scan(&s.Subscriber, &s.Deputy, &s.Principal, asJSON(&s.Actions), asJSON(&s.Kinds), at(&s.From), at(&s.Until), at(&s.UpdatedAt))
	return s, err
}

// deputyships are the substitutions in which the one who asks is the deputy, with the rows of the principals.
func (s *Store) deputyships(ctx context.Context, r edo.AccessRequest) ([]directory.Deputyship, error) {
	all, err := list(ctx, s.reader, scanSubstitution, sqlDeputyships, r.Subscriber, r.Actor)
	out := make([]directory.Deputyship, len(all))
	for i, one := range all {
		out[i].Substitution = one
		out[i].Principal, err = scanUser(s.reader.QueryRowContext(ctx, sqlUser, r.Subscriber, one.Principal))
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return nil, err
		}
		err = nil // a principal who is not there has no rights
	}
	return out, err
}

// PutSubstitution stores who stands in for whom, one row for each pair.
func (s *Store) PutSubstitution(ctx context.Context, v directory.Substitution) error {
	return s.put(ctx, "sqlite.PutSubstitution", v, sqlSubstitutionPut, func(now *moment) []any {
		return []any{v.Subscriber, v.Deputy, v.Principal, asJSON(&v.Actions), asJSON(&v.Kinds), at(&v.From), at(&v.Until), now}
	})
}

// RemoveSubstitution takes it back.
func (s *Store) RemoveSubstitution(ctx context.Context, sub edo.SubscriberID, deputy, principal edo.ActorID) error {
	return s.remove(ctx, "sqlite.RemoveSubstitution", sqlSubstitutionDelete, sub, deputy, principal)
}

// Substitutions lists those of a subscriber, past and future.
func (s *Store) Substitutions(ctx context.Context, sub edo.SubscriberID) ([]directory.Substitution, error) {
	all, err := list(ctx, s.reader, scanSubstitution, sqlSubstitutions, sub)
	return all, classify("sqlite.Substitutions", err)
}

// Reading is Allowed, and a row on stable storage before it answers nil.
func (s *Store) Reading(ctx context.Context, r edo.AccessRequest, what string) error {
	const op = "sqlite.Reading"
	principal, err := s.decide(ctx, op, r)
	if err != nil {
		return err
	}
	if text := []rune(what); len(text) > edo.MaxWhat {
		what = string(text[:edo.MaxWhat])
	}
	return s.write(ctx, op, func(ctx context.Context, tx *session) error {
		_, err := tx.exec(ctx, sqlReadingInsert, r.Actor, principal, r.Action, r.Subscriber, what, at(&r.At))
		return err
	})
}

// Readings lists who was given what to read, newest first; an empty subscriber means all.
func (s *Store) Readings(ctx context.Context, sub edo.SubscriberID, limit int) ([]edo.Reading, error) {
	if err := directory.CheckLimit("limit", limit); err != nil {
		return nil, classify("sqlite.Readings", err)
	}
	all, err := list(ctx, s.reader, func(from scanner) (edo.Reading, error) {
		var r edo.Reading
		err := from.Scan(&r.Seq, &r.Actor, &r.Principal, &r.Action, &r.Subscriber, &r.What, at(&r.At))
		return r, err
	}, sqlReadings, sub, page(limit))
	return all, classify("sqlite.Readings", err)
}
