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
	sqlLinkLast   = `SELECT position, digest FROM links WHERE subscriber = ? ORDER BY position DESC LIMIT 1`
	sqlLinkInsert = `INSERT INTO links (subscriber, position, half, exchange, digest) VALUES (?, ?, ?, ?, ?)`

	linkSelect = `SELECT l.subscriber, l.position, l.half, coalesce(e.id, ''), l.digest FROM links l LEFT JOIN exchanges e ON e.seq = l.exchange WHERE `
	sqlLinkAt  = linkSelect + `l.subscriber = ? AND l.position = ?`

	// One look into the index for each subscriber, however long the chains are.
	sqlChains = `WITH RECURSIVE s (name) AS (SELECT min(subscriber) FROM links
			UNION ALL SELECT (SELECT min(subscriber) FROM links WHERE subscriber > s.name) FROM s WHERE s.name IS NOT NULL)
		` + linkSelect + `l.subscriber IN (SELECT name FROM s WHERE name IS NOT NULL)
			AND l.position = (SELECT max(position) FROM links WHERE subscriber = l.subscriber) ORDER BY l.subscriber`

	// coalesce: a row that was deleted leaves its link alone. Of the two packed halves only the one of the link is read.
	sqlLinks = `SELECT l.subscriber, l.position, l.half, l.digest, e.seq IS NOT NULL, a.exchange IS NOT NULL,
		CASE l.half WHEN 1 THEN e.raw ELSE a.raw END, ` + linkedColumns + `
		FROM links l LEFT JOIN exchanges e ON e.seq = l.exchange LEFT JOIN answers a ON a.exchange = l.exchange
		WHERE l.subscriber = ? AND l.position > ? ORDER BY l.position LIMIT ?`
	linkedColumns = `coalesce(e.seq, 0), coalesce(e.id, ''), coalesce(e.subscriber, ''), coalesce(e.package, ''), coalesce(e.document, ''),
		coalesce(e.actor, ''), coalesce(e.inn, ''), coalesce(e.kpp, ''), coalesce(e.operation, ''), coalesce(e.endpoint, ''), e.at,
		coalesce(e.size, 0), a.request_digest, coalesce(a.request_sent, 0), a.at, coalesce(a.outcome, ''), coalesce(a.http_status, 0),
		coalesce(a.code, ''), coalesce(a.size, 0), a.digest, coalesce(a.note, ''), coalesce(e.position, 0), coalesce(a.position, 0), e.text, a.text`

	sqlLinkSpan = `SELECT coalesce(min(e.position), 0), coalesce(max(max(e.position, coalesce(a.position, 0))), 0)` + exchangeTables

	sqlUnlinked = `SELECT e.subscriber, e.position, 1, e.id FROM exchanges e LEFT JOIN links l ON l.subscriber = e.subscriber AND l.position = e.position
			WHERE (? = '' OR e.subscriber = ?) AND (l.exchange IS NOT e.seq OR l.half <> 1)
		UNION ALL SELECT coalesce(e.subscriber, ''), a.position, 2, coalesce(e.id, '') FROM answers a LEFT JOIN exchanges e ON e.seq = a.exchange
			LEFT JOIN links l ON l.subscriber = e.subscriber AND l.position = a.position
			WHERE (? = '' OR e.subscriber = ?) AND (l.exchange IS NOT a.exchange OR l.half <> 2)
		LIMIT ?`
)

// nextLink continues the chain of the row's subscriber and notes its place in the row. The writer's transaction keeps
// others out until the link is there.
func nextLink(ctx context.Context, tx *session, half directory.Half, row *directory.Exchange) (directory.Link, error) {
	last := directory.Link{Subscriber: row.Subscriber}
	err := tx.QueryRowContext(ctx, sqlLinkLast, row.Subscriber).Scan(&last.Position, short(&last.Digest))
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return last, err
	}
	return last.Next(half, row), nil
}

func putLink(ctx context.Context, tx *session, l directory.Link, seq int64) error {
	_, err := tx.exec(ctx, sqlLinkInsert, l.Subscriber, l.Position, l.Half, seq, short(&l.Digest))
	return err
}

func scanLink(from scanner) (l directory.Link, err error) {
	return l, from.Scan(&l.Subscriber, &l.Position, &l.Half, &l.Exchange, short(&l.Digest))
}

// Chains gives the last link of every subscriber.
func (s *Store) Chains(ctx context.Context) ([]directory.Link, error) {
	all, err := list(ctx, s.reader, scanLink, sqlChains)
	return all, classify("sqlite.Chains", err)
}

// LinkAt gives one link, [edo.NotFound] if there is none.
func (s *Store) LinkAt(ctx context.Context, sub edo.SubscriberID, position int64) (directory.Link, error) {
	l, err := scanLink(s.reader.QueryRowContext(ctx, sqlLinkAt, sub, position))
	return l, classify("sqlite.LinkAt", err)
}

// Links walks over a part of a chain with the rows that the links stand for. A packed half that is damaged comes out as
// an empty text, which its digest then does not fit.
func (s *Store) Links(ctx context.Context, sub edo.SubscriberID, after int64, limit int, each func(directory.Linked) error) (err error) {
	defer func() { err = classify("sqlite.Links", err) }()
	if err := directory.CheckLimit("limit", limit); err != nil {
		return err
	}
	rows, err := s.reader.QueryContext(ctx, sqlLinks, sub, after, page(limit))
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }() // its error is that of rows.Err
	for rows.Next() {
		l, err := s.scanLinked(rows)
		if err != nil {
			return err
		}
		if err := each(l); err != nil {
			return err
		}
	}
	return rows.Err()
}

func (s *Store) scanLinked(from scanner) (directory.Linked, error) {
	var l directory.Linked
	var e directory.Exchange
	var hasRequest, hasAnswer bool
	var raw []byte
	targets := []any{&l.Subscriber, &l.Position, &l.Half, short(&l.Digest), &hasRequest, &hasAnswer, &raw}
	if err := from.Scan(append(targets, exchangeTargets(&e)...)...); err != nil {
		return l, err
	}
	l.Exchange = e.ID
	if !hasRequest || l.Half == directory.AnswerHalf && !hasAnswer {
		return l, nil
	}
	l.Row = &e
	head, text, err := s.codec.Unpack(raw)
	switch {
	case err != nil: // damaged: the digest will tell
	case l.Half == directory.AnswerHalf:
		e.AnswerHead, e.Answer = head, text
	default:
		e.RequestHead, e.Request = head, text
	}
	return l, nil
}

// Span gives the first and the last position of exchanges that began in a time.
func (s *Store) Span(ctx context.Context, sub edo.SubscriberID, from, to time.Time) (first, last int64, err error) {
	w := where{}
	w.add("e.subscriber = ?", string(sub))
	w.from("e.at >= ?", from)
	w.from("e.at < ?", to)
	err = s.reader.QueryRowContext(ctx, sqlLinkSpan+w.sql(), w.args...).Scan(&first, &last)
	return first, last, classify("sqlite.Span", err)
}

// Unlinked lists halves of rows that no link stands for.
func (s *Store) Unlinked(ctx context.Context, sub edo.SubscriberID, limit int) ([]directory.Link, error) {
	if err := directory.CheckLimit("limit", limit); err != nil {
		return nil, classify("sqlite.Unlinked", err)
	}
	scan := func(from scanner) (l directory.Link, err error) {
		return l, from.Scan(&l.Subscriber, &l.Position, &l.Half, &l.Exchange)
	}
	all, err := list(ctx, s.reader, scan, sqlUnlinked, sub, sub, sub, sub, page(limit))
	return all, classify("sqlite.Unlinked", err)
}
