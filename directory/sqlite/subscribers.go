package sqlite

import (
	"context"
	"database/sql"
	"errors"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

const (
	subscriberColumns = `id, title, operator, endpoint, box, inn, kpp, login, login_kind, department,
		service_box, payer, service, forms, pins, cas, policy, enabled, updated_at`
	sqlSubscriber  = `SELECT ` + subscriberColumns + ` FROM subscribers WHERE id = ?`
	sqlSubscribers = `SELECT ` + subscriberColumns + ` FROM subscribers ORDER BY id`
	// What opens one operator must not be shown to whoever answers at another address.
	sqlLoginForget = `DELETE FROM sealed WHERE kind = ?1 AND subscriber IN
		(SELECT id FROM subscribers WHERE id = ?2 AND (operator <> ?3 OR endpoint <> ?4))`
	sqlSubscriberPut = `INSERT INTO subscribers (` + subscriberColumns + `) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET title = excluded.title, operator = excluded.operator, endpoint = excluded.endpoint,
		box = excluded.box, inn = excluded.inn, kpp = excluded.kpp, login = excluded.login, login_kind = excluded.login_kind,
		department = excluded.department, service_box = excluded.service_box, payer = excluded.payer, service = excluded.service,
		forms = excluded.forms, pins = excluded.pins, cas = excluded.cas, policy = excluded.policy, enabled = excluded.enabled,
		updated_at = excluded.updated_at`

	sqlEnrolled = `UPDATE subscribers SET box = ?1, updated_at = iif(box = ?1, updated_at, ?2) WHERE id = ?3 AND box IN ('', ?1)`
)

// checker is a word that can say what is wrong with it.
type checker interface{ Check() error }

// rule makes a checker of a function, for words of package edo.
type rule func() error

func (r rule) Check() error { return r() }

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

// remove deletes a row, [edo.NotFound] if there is none.
func (s *Store) remove(ctx context.Context, op, query string, args ...any) error {
	return s.write(ctx, op, func(ctx context.Context, tx *session) error {
		n, err := tx.exec(ctx, query, args...)
		if err == nil && n == 0 {
			err = sql.ErrNoRows
		}
		return err
	})
}

func scanSubscriber(from scanner) (directory.Subscriber, error) {
	var s directory.Subscriber
	err := from.Scan(&s.ID, &s.Title, &s.Operator, &s.Endpoint, &s.Box, &s.INN, &s.KPP, &s.Login, &s.LoginKind, &s.Department,
		&s.ServiceBox, &s.Payer, &s.Service, asJSON(&s.Forms), asJSON(&s.Pins), &s.CAs, asJSON(&s.Policy), &s.Enabled, at(&s.UpdatedAt))
	return s, err
}

// PutSubscriber stores one of our organisations. Credentials do not come this way; those of another operator or another
// address are forgotten.
func (s *Store) PutSubscriber(ctx context.Context, v directory.Subscriber) error {
	if err := v.Check(); err != nil {
		return classify("sqlite.PutSubscriber", err)
	}
	return s.write(ctx, "sqlite.PutSubscriber", func(ctx context.Context, tx *session) error {
		if _, err := tx.exec(ctx, sqlLoginForget, directory.SecretLogin, v.ID, v.Operator, v.Endpoint); err != nil {
			return err
		}
		now := s.now()
		_, err := tx.exec(ctx, sqlSubscriberPut, v.ID, v.Title, v.Operator, v.Endpoint, v.Box, v.INN, v.KPP, v.Login, v.LoginKind, v.Department,
			v.ServiceBox, v.Payer, v.Service, asJSON(&v.Forms), asJSON(&v.Pins), v.CAs, asJSON(&v.Policy), v.Enabled, at(&now))
		return err
	})
}

// Subscriber gives one; [edo.SubscriberUnknown] if there is none.
func (s *Store) Subscriber(ctx context.Context, id edo.SubscriberID) (directory.Subscriber, error) {
	v, err := scanSubscriber(s.reader.QueryRowContext(ctx, sqlSubscriber, id))
	if errors.Is(err, sql.ErrNoRows) {
		err = unknownSubscriber(id)
	}
	return v, classify("sqlite.Subscriber", err)
}

func unknownSubscriber(id edo.SubscriberID) error {
	return &edo.Error{
		Kind: edo.NotFound, Reason: edo.SubscriberUnknown, Field: "subscriber",
		Message: string(id) + " is not known", Remedy: "add the subscriber first, or name another",
	}
}

// Enrolled stores the box that the operator gave a subscriber; repeating it changes nothing. A subscriber keeps the box
// that it has: another one is [edo.Conflict].
func (s *Store) Enrolled(ctx context.Context, id edo.SubscriberID, e edo.Enrolled) error {
	if e.Box == "" {
		return &edo.Error{Kind: edo.Invalid, Reason: edo.BoxMissing, Op: "sqlite.Enrolled", Field: "enrolled.box", Message: "is empty", Remedy: "store a registration that has given a box"}
	}
	return s.write(ctx, "sqlite.Enrolled", func(ctx context.Context, tx *session) error {
		now := s.now()
		if n, err := tx.exec(ctx, sqlEnrolled, e.Box, at(&now), id); err != nil || n > 0 {
			return err
		}
		if _, err := scanSubscriber(tx.QueryRowContext(ctx, sqlSubscriber, id)); errors.Is(err, sql.ErrNoRows) {
			return unknownSubscriber(id)
		} else if err != nil {
			return err
		}
		return &edo.Error{Kind: edo.Conflict, Reason: edo.BoxForeign, Field: "subscriber.box", Message: "is another one already", Remedy: "let an administrator decide which box is right"}
	})
}

// Subscribers lists all.
func (s *Store) Subscribers(ctx context.Context) ([]directory.Subscriber, error) {
	all, err := list(ctx, s.reader, scanSubscriber, sqlSubscribers)
	return all, classify("sqlite.Subscribers", err)
}
