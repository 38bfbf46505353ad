package sqlite

import (
	"context"
	"database/sql"
	"errors"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

const (
	userColumns = `subscriber, actor, name, actions, kinds, valid_from, valid_until, updated_at`
	sqlUser     = `SELECT ` + userColumns + ` FROM users WHERE subscriber = ? AND actor = ?`
	sqlUsers    = `SELECT ` + userColumns + ` FROM users WHERE subscriber = ? ORDER BY actor`
	sqlUserPut  = `INSERT INTO users (` + userColumns + `) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (subscriber, actor) DO UPDATE SET
		name = excluded.name, actions = excluded.actions, kinds = excluded.kinds, valid_from = excluded.valid_from,
		valid_until = excluded.valid_until, updated_at = excluded.updated_at`
	sqlUserDelete = `DELETE FROM users WHERE subscriber = ? AND actor = ?`

	sqlRefusalInsert = `INSERT INTO refusals (actor, principal, action, subscriber, kinds, why, at) VALUES (?, ?, ?, ?, ?, ?, ?)`
	sqlRefusals      = `SELECT seq, actor, principal, action, subscriber, kinds, why, at FROM refusals WHERE ?1 = '' OR subscriber = ?1
		ORDER BY seq DESC LIMIT ?2`
)

func scanUser(from scanner) (directory.User, error) {
	var u directory.User
	err := from.Scan(&u.Subscriber, &u.Actor, &u.Name, asJSON(&u.Actions), asJSON(&u.Kinds), at(&u.From), at(&u.Until), at(&u.UpdatedAt))
	return u, err
}

// Allowed is nil, or [edo.Denied] with [edo.UserNotAllowed] after the refusal is on stable storage.
func (s *Store) Allowed(ctx context.Context, r edo.AccessRequest) error {
	_, err := s.Acting(ctx, r)
	return err
}

// Acting is Allowed that also says who acts, as rows shall name it: see [edo.ActorID.For].
func (s *Store) Acting(ctx context.Context, r edo.AccessRequest) (edo.ActorID, error) {
	principal, err := s.decide(ctx, "sqlite.Acting", r)
	return r.Actor.For(principal), err
}

// decide looks at the rows as they are now. A refusal is a row before it is an answer.
func (s *Store) decide(ctx context.Context, op string, r edo.AccessRequest) (principal edo.ActorID, err error) {
	own, err := scanUser(s.reader.QueryRowContext(ctx, sqlUser, r.Subscriber, r.Actor))
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", classify(op, err)
	}
	others, err := s.deputyships(ctx, r)
	if err != nil {
		return "", classify(op, err)
	}
	principal, why := directory.Decide(r, own, others)
	if why == "" {
		return principal, nil
	}
	if r.Glance {
		return "", refusedRight(op, why)
	}
	err = s.write(ctx, op, func(ctx context.Context, tx *session) error {
		_, err := tx.exec(ctx, sqlRefusalInsert, r.Actor, principal, r.Action, r.Subscriber, asJSON(&r.Kinds), why, at(&r.At))
		return err
	})
	if err != nil {
		return "", err
	}
	return "", refusedRight(op, why)
}

func refusedRight(op, why string) error {
	return &edo.Error{
		Kind: edo.Denied, Reason: edo.UserNotAllowed, Op: op, Field: "actor", Message: why,
		Remedy: "an administrator has to allow it",
	}
}

// PutUser stores what a user may do for a subscriber.
func (s *Store) PutUser(ctx context.Context, u directory.User) error {
	return s.put(ctx, "sqlite.PutUser", u, sqlUserPut, func(now *moment) []any {
		return []any{u.Subscriber, u.Actor, u.Name, asJSON(&u.Actions), asJSON(&u.Kinds), at(&u.From), at(&u.Until), now}
	})
}

// RemoveUser takes all rights for a subscriber from a user, also those of people he stands in for.
func (s *Store) RemoveUser(ctx context.Context, sub edo.SubscriberID, a edo.ActorID) error {
	return s.write(ctx, "sqlite.RemoveUser", func(ctx context.Context, tx *session) error {
		deputy, err := tx.exec(ctx, sqlDeputyDelete, sub, a)
		if err != nil {
			return err
		}
		n, err := tx.exec(ctx, sqlUserDelete, sub, a)
		if err == nil && n+deputy == 0 {
			err = sql.ErrNoRows
		}
		return err
	})
}

// Users lists the users of a subscriber.
func (s *Store) Users(ctx context.Context, sub edo.SubscriberID) ([]directory.User, error) {
	all, err := list(ctx, s.reader, scanUser, sqlUsers, sub)
	return all, classify("sqlite.Users", err)
}

// Refusals lists refused requests, newest first; an empty subscriber means all.
func (s *Store) Refusals(ctx context.Context, sub edo.SubscriberID, limit int) ([]directory.Refusal, error) {
	if err := directory.CheckLimit("limit", limit); err != nil {
		return nil, classify("sqlite.Refusals", err)
	}
	all, err := list(ctx, s.reader, func(from scanner) (directory.Refusal, error) {
		var r directory.Refusal
		err := from.Scan(&r.Seq, &r.Actor, &r.Principal, &r.Action, &r.Subscriber, asJSON(&r.Kinds), &r.Why, at(&r.At))
		return r, err
	}, sqlRefusals, sub, page(limit))
	return all, classify("sqlite.Refusals", err)
}
