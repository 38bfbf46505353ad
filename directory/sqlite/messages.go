package sqlite

import (
	"context"
	"database/sql"
	"errors"

	"github.com/edokit/edokit/edo"
)

const (
	messageColumns = `subscriber, message, from_box, state, found, detail, listed_at, stored_at`
	sqlMessage     = `SELECT ` + messageColumns + ` FROM inbound_messages WHERE subscriber = ? AND message = ?`

	// Several ways of looking find the same message: the first one is remembered, and a listing that comes late takes
	// nothing back.
	sqlMessagePut = `INSERT INTO inbound_messages (` + messageColumns + `) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (subscriber, message) DO UPDATE SET state = excluded.state,
		from_box = coalesce(nullif(excluded.from_box, ''), from_box),
		detail = iif(excluded.state = 'listed' AND excluded.detail = '', detail, excluded.detail),
		stored_at = coalesce(excluded.stored_at, stored_at)
		WHERE CASE state WHEN 'stored' THEN excluded.state = 'stored' WHEN 'closed' THEN excluded.state <> 'listed' ELSE 1 END`

	sqlUnlisted = `SELECT value FROM json_each(?2) AS asked WHERE NOT EXISTS
		(SELECT 1 FROM inbound_messages WHERE subscriber = ?1 AND message = asked.value) ORDER BY asked.key`

	cursorColumns = `subscriber, last, as_of, read_at, checked_to, skew, refusal`
	sqlCursor     = `SELECT ` + cursorColumns + ` FROM cursors WHERE subscriber = ?`
	sqlCursorPut  = `INSERT INTO cursors (` + cursorColumns + `) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (subscriber) DO UPDATE SET
		last = excluded.last, as_of = excluded.as_of, read_at = excluded.read_at, skew = excluded.skew, refusal = excluded.refusal`
	sqlCursorChecked = `INSERT INTO cursors (` + cursorColumns + `) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (subscriber) DO UPDATE SET
		checked_to = max(coalesce(checked_to, excluded.checked_to), coalesce(excluded.checked_to, checked_to))`
)

func scanMessage(from scanner) (edo.InboundMessage, error) {
	var m edo.InboundMessage
	err := from.Scan(&m.Subscriber, &m.Message, &m.From, &m.State, &m.Found, &m.Detail, at(&m.ListedAt), at(&m.StoredAt))
	return m, err
}

func putMessage(ctx context.Context, tx *session, m edo.InboundMessage) error {
	_, err := tx.exec(ctx, sqlMessagePut, m.Subscriber, m.Message, m.From, m.State, m.Found, m.Detail, at(&m.ListedAt), at(&m.StoredAt))
	return err
}

// InboundMessage gives the row of one message, [edo.NotFound] if it was never listed.
func (s *Store) InboundMessage(ctx context.Context, sub edo.SubscriberID, id edo.MessageID) (edo.InboundMessage, error) {
	m, err := scanMessage(s.reader.QueryRowContext(ctx, sqlMessage, sub, id))
	if errors.Is(err, sql.ErrNoRows) {
		err = missing("message", string(id))
	}
	return m, classify("sqlite.InboundMessage", err)
}

// Unlisted gives those of the ids that have no row yet, in order.
func (s *Store) Unlisted(ctx context.Context, sub edo.SubscriberID, ids []edo.MessageID) ([]edo.MessageID, error) {
	all, err := list(ctx, s.reader, func(from scanner) (id edo.MessageID, err error) { return id, from.Scan(&id) }, sqlUnlisted, sub, asJSON(&ids))
	return all, classify("sqlite.Unlisted", err)
}

// Cursor says how far a box has been read; zero at first.
func (s *Store) Cursor(ctx context.Context, sub edo.SubscriberID) (edo.Cursor, error) {
	var c edo.Cursor
	err := s.reader.QueryRowContext(ctx, sqlCursor, sub).Scan(&c.Subscriber, asJSON(&c.Last), at(&c.AsOf), at(&c.ReadAt), at(&c.CheckedTo),
		&c.Skew, &c.Refusal)
	if errors.Is(err, sql.ErrNoRows) {
		return edo.Cursor{Subscriber: sub}, nil
	}
	return c, classify("sqlite.Cursor", err)
}

// putCursor writes what the job may write: the slow check runs beside the reading and moves its own mark only, forward.
func putCursor(ctx context.Context, tx *session, kind edo.JobKind, c edo.Cursor) error {
	query := sqlCursorPut
	if kind == edo.JobCheck {
		query = sqlCursorChecked
	}
	_, err := tx.exec(ctx, query, c.Subscriber, asJSON(&c.Last), at(&c.AsOf), at(&c.ReadAt), at(&c.CheckedTo), c.Skew, c.Refusal)
	return err
}
