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

	sqlRefusalInsert = `INSERT INTO refusals (actor, action, subscriber, kinds, why, at) VALUES (?, ?, ?, ?, ?, ?)`
	sqlRefusals      = `SELECT seq, actor, action, subscriber, kinds, why, at FROM refusals WHERE ?1 = '' OR subscriber = ?1
		ORDER BY seq DESC LIMIT ?2`
)

func scanUser(from scanner) (directory.User, error) {
	var u directory.User
	err := from.Scan(&u.Subscriber, &u.Actor, &u.Name, asJSON(&u.Actions), asJSON(&u.Kinds), at(&u.From), at(&u.Until), at(&u.UpdatedAt))
	return u, err
}

// Allowed is nil, or [edo.Denied] with [edo.UserNotAllowed] after the refusal is on stable storage.
func (s *Store) Allowed(ctx context.Context, r edo.AccessRequest) error {
	u, err := scanUser(s.reader.QueryRowContext(ctx, sqlUser, r.Subscriber, r.Actor))
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return classify("sqlite.Allowed", err)
	}
	why := u.Refuses(r) // a user who is not there has no rights at all
	if why == "" {
		return nil
	}
	err = s.write(ctx, "sqlite.Allowed", func(ctx context.Context, tx *session) error {
		_, err := tx.exec(ctx, sqlRefusalInsert, r.Actor, r.Action, r.Subscriber, asJSON(&r.Kinds), why, at(&r.At))
		return err
	})
	if err != nil {
		return err
	}
	return &edo.Error{
		Kind: edo.Denied, Reason: edo.UserNotAllowed, Op: "sqlite.Allowed", Field: "actor", Message: why,
		Remedy: "an administrator has to allow it",
	}
}

// PutUser stores what a user may do for a subscriber.
func (s *Store) PutUser(ctx context.Context, u directory.User) error {
	return s.put(ctx, "sqlite.PutUser", u, sqlUserPut, func(now *moment) []any {
		return []any{u.Subscriber, u.Actor, u.Name, asJSON(&u.Actions), asJSON(&u.Kinds), at(&u.From), at(&u.Until), now}
	})
}

// RemoveUser takes all rights for a subscriber from a user.
func (s *Store) RemoveUser(ctx context.Context, sub edo.SubscriberID, a edo.ActorID) error {
	return s.remove(ctx, "sqlite.RemoveUser", sqlUserDelete, sub, a)
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
		err := from.Scan(&r.Seq, &r.Actor, &r.Action, &r.Subscriber, asJSON(&r.Kinds), &r.Why, at(&r.At))
		return r, err
	}, sqlRefusals, sub, page(limit))
	return all, classify("sqlite.Refusals", err)
}
