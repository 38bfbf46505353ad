package postgres

import (
	"context"
	"errors"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

const (
	substitutionColumns = `subscriber, deputy, principal, actions, kinds, valid_from, valid_until, updated_at`
	sqlSubstitutions    = `SELECT ` + substitutionColumns + ` FROM substitutions WHERE subscriber = $1 ORDER BY deputy, principal`
	sqlDeputyships      = `SELECT ` + substitutionColumns + ` FROM substitutions WHERE subscriber = $1 AND deputy = $2 ORDER BY principal`
	sqlSubstitutionPut  = `INSERT INTO substitutions (` + substitutionColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (subscriber, deputy, principal) DO UPDATE SET actions = EXCLUDED.actions, kinds = EXCLUDED.kinds,
		valid_from = EXCLUDED.valid_from, valid_until = EXCLUDED.valid_until, updated_at = EXCLUDED.updated_at`
	sqlDeputyDelete       = `DELETE FROM substitutions WHERE subscriber = $1 AND deputy = $2`
	sqlSubstitutionDelete = `DELETE FROM substitutions WHERE subscriber = $1 AND deputy = $2 AND principal = $3`

	sqlReadingInsert = `INSERT INTO readings (actor, principal, action, subscriber, what, at) VALUES ($1, $2, $3, $4, $5, $6)`
	sqlReadings      = `SELECT seq, actor, principal, action, subscriber, what, at FROM readings WHERE `
	sqlReadingsLast  = ` ORDER BY seq DESC LIMIT ?`
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
		out[i].Principal, err = scanUser(s.reader.row(ctx, sqlUser, r.Subscriber, one.Principal))
		if err != nil && !errors.Is(err, errNone) {
			return nil, err
		}
		err = nil // a principal who is not there has no rights
	}
	return out, err
}

// PutSubstitution stores who stands in for whom, one row for each pair.
func (s *Store) PutSubstitution(ctx context.Context, v directory.Substitution) error {
	return s.put(ctx, "postgres.PutSubstitution", v.Subscriber, v, sqlSubstitutionPut, func(now *moment) []any {
		return []any{v.Subscriber, v.Deputy, v.Principal, asJSON(&v.Actions), asJSON(&v.Kinds), at(&v.From), at(&v.Until), now}
	})
}

// RemoveSubstitution takes it back.
func (s *Store) RemoveSubstitution(ctx context.Context, sub edo.SubscriberID, deputy, principal edo.ActorID) error {
	return s.remove(ctx, "postgres.RemoveSubstitution", sub, sqlSubstitutionDelete, sub, deputy, principal)
}

// Substitutions lists those of a subscriber, past and future.
func (s *Store) Substitutions(ctx context.Context, sub edo.SubscriberID) ([]directory.Substitution, error) {
	all, err := list(ctx, s.reader, scanSubstitution, sqlSubstitutions, sub)
	return all, classify("postgres.Substitutions", err)
}

// Reading is Allowed, and a row on stable storage before it answers nil.
func (s *Store) Reading(ctx context.Context, r edo.AccessRequest, what string) error {
	const op = "postgres.Reading"
	principal, err := s.decide(ctx, op, r)
	if err != nil {
		return err
	}
	if text := []rune(what); len(text) > edo.MaxWhat {
		what = string(text[:edo.MaxWhat])
	}
	return s.write(ctx, op, r.Subscriber, func(ctx context.Context, tx *session) error {
		return tx.later(nil, sqlReadingInsert, r.Actor, principal, r.Action, r.Subscriber, what, at(&r.At))
	})
}

// Readings lists who was given what to read, newest first; an empty subscriber means all.
func (s *Store) Readings(ctx context.Context, sub edo.SubscriberID, limit int) ([]edo.Reading, error) {
	if err := directory.CheckLimit("limit", limit); err != nil {
		return nil, classify("postgres.Readings", err)
	}
	w := where{}
	w.text("subscriber = ?", string(sub))
	all, err := list(ctx, s.reader, func(from scanner) (edo.Reading, error) {
		var r edo.Reading
		err := from.Scan(&r.Seq, &r.Actor, &r.Principal, &r.Action, &r.Subscriber, &r.What, at(&r.At))
		return r, err
	}, w.sql(sqlReadings, sqlReadingsLast), append(w.args, page(limit))...)
	return all, classify("postgres.Readings", err)
}
