package sqlite

import (
	"context"
	"database/sql"
	"errors"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

const (
	subscriberColumns = `id, title, operator, endpoint, box, inn, kpp, login, login_kind, forms, pins, cas, policy, enabled, updated_at`
	sqlSubscriber     = `SELECT ` + subscriberColumns + ` FROM subscribers WHERE id = ?`
	sqlSubscribers    = `SELECT ` + subscriberColumns + ` FROM subscribers ORDER BY id`
	sqlSubscriberPut  = `INSERT INTO subscribers (` + subscriberColumns + `) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET title = excluded.title, operator = excluded.operator, endpoint = excluded.endpoint,
		box = excluded.box, inn = excluded.inn, kpp = excluded.kpp, login = excluded.login, login_kind = excluded.login_kind,
		forms = excluded.forms, pins = excluded.pins, cas = excluded.cas, policy = excluded.policy, enabled = excluded.enabled,
		updated_at = excluded.updated_at`
)

// checker is a word that can say what is wrong with it.
type checker interface{ Check() error }

// put checks a word and writes its row.
func (s *Store) put(ctx context.Context, op string, word checker, query string, args func(now *moment) []any) error {
	if err := word.Check(); err != nil {
		return classify(op, err)
	}
	return s.write(ctx, op, func(ctx context.Context, tx *session) error {
		now := s.now()
		_, err := tx.exec(ctx, query, args(at(&now))...)
		return err
	})
}

func scanSubscriber(from scanner) (directory.Subscriber, error) {
	var s directory.Subscriber
	err := from.Scan(&s.ID, &s.Title, &s.Operator, &s.Endpoint, &s.Box, &s.INN, &s.KPP, &s.Login, &s.LoginKind, asJSON(&s.Forms),
		asJSON(&s.Pins), &s.CAs, asJSON(&s.Policy), &s.Enabled, at(&s.UpdatedAt))
	return s, err
}

// PutSubscriber stores one of our organisations. Credentials do not come this way.
func (s *Store) PutSubscriber(ctx context.Context, v directory.Subscriber) error {
	return s.put(ctx, "sqlite.PutSubscriber", v, sqlSubscriberPut, func(now *moment) []any {
		return []any{
			v.ID, v.Title, v.Operator, v.Endpoint, v.Box, v.INN, v.KPP, v.Login, v.LoginKind, asJSON(&v.Forms), asJSON(&v.Pins), v.CAs,
			asJSON(&v.Policy), v.Enabled, now,
		}
	})
}

// Subscriber gives one; [edo.SubscriberUnknown] if there is none.
func (s *Store) Subscriber(ctx context.Context, id edo.SubscriberID) (directory.Subscriber, error) {
	v, err := scanSubscriber(s.reader.QueryRowContext(ctx, sqlSubscriber, id))
	if errors.Is(err, sql.ErrNoRows) {
		return v, &edo.Error{
			Kind: edo.NotFound, Reason: edo.SubscriberUnknown, Op: "sqlite.Subscriber", Field: "subscriber",
			Message: string(id) + " is not known", Remedy: "add the subscriber first, or name another",
		}
	}
	return v, classify("sqlite.Subscriber", err)
}

// Subscribers lists all.
func (s *Store) Subscribers(ctx context.Context) ([]directory.Subscriber, error) {
	all, err := list(ctx, s.reader, scanSubscriber, sqlSubscribers)
	return all, classify("sqlite.Subscribers", err)
}
