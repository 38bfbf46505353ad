package postgres

import (
	"context"
	"errors"

	"github.com/edokit/edokit/edo"
)

const (
	messageColumns = `subscriber, message, from_box, state, found, detail, listed_at, stored_at`
	sqlMessage     = `SELECT ` + messageColumns + ` FROM inbound_messages WHERE subscriber = $1 AND message = $2`

	// Several ways of looking find the same message: the first one is remembered, and a listing that comes late takes
	// nothing back.
	sqlMessagePut = `INSERT INTO inbound_messages AS m (` + messageColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (subscriber, message) DO UPDATE SET state = EXCLUDED.state,
		from_box = coalesce(nullif(EXCLUDED.from_box, ''), m.from_box),
		detail = CASE WHEN EXCLUDED.state = 'listed' AND EXCLUDED.detail = '' THEN m.detail ELSE EXCLUDED.detail END,
		stored_at = coalesce(EXCLUDED.stored_at, m.stored_at)
		WHERE CASE m.state WHEN 'stored' THEN EXCLUDED.state = 'stored' WHEN 'closed' THEN EXCLUDED.state <> 'listed' ELSE true END`

	sqlUnlisted = `SELECT asked.id FROM unnest($2::text[]) WITH ORDINALITY AS asked (id, place) WHERE NOT EXISTS
		(SELECT 1 FROM inbound_messages WHERE subscriber = $1 AND message = asked.id) ORDER BY asked.place`

	cursorColumns = `subscriber, last, as_of, read_at, checked_to, skew, refusal`
	sqlCursor     = `SELECT ` + cursorColumns + ` FROM cursors WHERE subscriber = $1`
	sqlCursorPut  = `INSERT INTO cursors (` + cursorColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (subscriber) DO UPDATE SET
		last = EXCLUDED.last, as_of = EXCLUDED.as_of, read_at = EXCLUDED.read_at, skew = EXCLUDED.skew, refusal = EXCLUDED.refusal`
	sqlCursorChecked = `INSERT INTO cursors AS c (` + cursorColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (subscriber) DO UPDATE SET
		checked_to = greatest(c.checked_to, EXCLUDED.checked_to)`
)

func scanMessage(from scanner) (edo.InboundMessage, error) {
	var m edo.InboundMessage
	err := from.Scan(&m.Subscriber, &m.Message, &m.From, &m.State, &m.Found, &m.Detail, at(&m.ListedAt), at(&m.StoredAt))
	return m, err
}

func putMessage(tx *session, m edo.InboundMessage) error {
	return tx.later(nil, sqlMessagePut, m.Subscriber, m.Message, m.From, m.State, m.Found, m.Detail, at(&m.ListedAt), at(&m.StoredAt))
}

// InboundMessage gives the row of one message, [edo.NotFound] if it was never listed.
func (s *Store) InboundMessage(ctx context.Context, sub edo.SubscriberID, id edo.MessageID) (edo.InboundMessage, error) {
	m, err := scanMessage(s.reader.row(ctx, sqlMessage, sub, id))
	if errors.Is(err, errNone) {
		err = missing("message", string(id))
	}
	return m, classify("postgres.InboundMessage", err)
}

// Unlisted gives those of the ids that have no row yet, in order.
func (s *Store) Unlisted(ctx context.Context, sub edo.SubscriberID, ids []edo.MessageID) ([]edo.MessageID, error) {
	all, err := list(ctx, s.reader, func(from scanner) (id edo.MessageID, err error) { return id, from.Scan(&id) }, sqlUnlisted, sub, texts(ids))
	return all, classify("postgres.Unlisted", err)
}

// Cursor says how far a box has been read; zero at first.
func (s *Store) Cursor(ctx context.Context, sub edo.SubscriberID) (edo.Cursor, error) {
	var c edo.Cursor
	err := s.reader.row(ctx, sqlCursor, sub).Scan(&c.Subscriber, asJSON(&c.Last), at(&c.AsOf), at(&c.ReadAt), at(&c.CheckedTo),
		&c.Skew, &c.Refusal)
	if errors.Is(err, errNone) {
		return edo.Cursor{Subscriber: sub}, nil
	}
	return c, classify("postgres.Cursor", err)
}

// putCursor writes what the job may write: the slow check runs beside the reading and moves its own mark only, forward.
func putCursor(tx *session, kind edo.JobKind, c edo.Cursor) error {
	query := sqlCursorPut
	if kind == edo.JobCheck {
		query = sqlCursorChecked
	}
	return tx.later(nil, query, c.Subscriber, asJSON(&c.Last), at(&c.AsOf), at(&c.ReadAt), at(&c.CheckedTo), c.Skew, c.Refusal)
}
