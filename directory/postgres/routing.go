package postgres

import (
	"context"
	"time"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

const (
	sqlResponsiblePut = `INSERT INTO responsibles (subscriber, scope, inn, kpp, kind, actor, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (subscriber, scope, inn, kpp, kind) DO UPDATE SET actor = EXCLUDED.actor, updated_at = EXCLUDED.updated_at`
	sqlResponsibleDelete = `DELETE FROM responsibles WHERE subscriber = $1 AND scope = $2 AND inn = $3 AND kpp = $4 AND kind = $5`
	sqlResponsibles      = `SELECT scope, inn, kpp, kind, actor FROM responsibles WHERE subscriber = $1
		ORDER BY scope, inn, kpp, kind`

	sqlAbsencePut = `INSERT INTO absences (subscriber, actor, away_from, away_until, updated_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (subscriber, actor, away_from) DO UPDATE SET away_until = EXCLUDED.away_until, updated_at = EXCLUDED.updated_at`
	sqlAbsenceDelete = `DELETE FROM absences WHERE subscriber = $1 AND actor = $2 AND away_from = $3`
	sqlAbsences      = `SELECT actor, away_from, away_until FROM absences WHERE subscriber = $1
		AND ($2::timestamptz IS NULL OR away_from <= $2 AND away_until > $2) ORDER BY actor, away_from`
)

// PutResponsible stores who gets what came in. There is one rule for each scope, counterparty and kind.
func (s *Store) PutResponsible(ctx context.Context, sub edo.SubscriberID, r edo.Responsible) error {
	return s.put(ctx, "postgres.PutResponsible", sub, rule(func() error { return directory.CheckResponsible(sub, r) }), sqlResponsiblePut, func(now *moment) []any {
		return []any{sub, r.Scope, r.INN, r.KPP, r.Kind, r.Actor, now}
	})
}

// RemoveResponsible takes a rule away; its actor does not count.
func (s *Store) RemoveResponsible(ctx context.Context, sub edo.SubscriberID, r edo.Responsible) error {
	return s.remove(ctx, "postgres.RemoveResponsible", sub, sqlResponsibleDelete, sub, r.Scope, r.INN, r.KPP, r.Kind)
}

// Responsibles lists the rules of a subscriber.
func (s *Store) Responsibles(ctx context.Context, sub edo.SubscriberID) ([]edo.Responsible, error) {
	all, err := list(ctx, s.reader, func(from scanner) (edo.Responsible, error) {
		var r edo.Responsible
		err := from.Scan(&r.Scope, &r.INN, &r.KPP, &r.Kind, &r.Actor)
		return r, err
	}, sqlResponsibles, sub)
	return all, classify("postgres.Responsibles", err)
}

// PutAbsence stores that a person is away; another end for the same beginning replaces the first.
func (s *Store) PutAbsence(ctx context.Context, sub edo.SubscriberID, a edo.Absence) error {
	return s.put(ctx, "postgres.PutAbsence", sub, rule(func() error { return directory.CheckAbsence(sub, a) }), sqlAbsencePut, func(now *moment) []any {
		return []any{sub, a.Actor, at(&a.From), at(&a.Until), now}
	})
}

// RemoveAbsence takes an absence away; its end does not count.
func (s *Store) RemoveAbsence(ctx context.Context, sub edo.SubscriberID, a edo.Absence) error {
	return s.remove(ctx, "postgres.RemoveAbsence", sub, sqlAbsenceDelete, sub, a.Actor, at(&a.From))
}

// Absences lists who is away at a time; at the zero time all absences, past and future.
func (s *Store) Absences(ctx context.Context, sub edo.SubscriberID, when time.Time) ([]edo.Absence, error) {
	all, err := list(ctx, s.reader, func(from scanner) (edo.Absence, error) {
		var a edo.Absence
		err := from.Scan(&a.Actor, at(&a.From), at(&a.Until))
		return a, err
	}, sqlAbsences, sub, at(&when))
	return all, classify("postgres.Absences", err)
}
