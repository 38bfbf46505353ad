package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

const (
	sqlLinkInsert = `INSERT INTO links (subscriber, position, half, exchange, digest) VALUES ($1, $2, $3, (SELECT seq FROM exchanges WHERE id = $4), $5)`

	linkColumns = `l.subscriber, l.position, l.half, coalesce(e.id, ''), l.digest`
	sqlLinkAt   = `SELECT ` + linkColumns + ` FROM links l LEFT JOIN exchanges e ON e.seq = l.exchange WHERE l.subscriber = $1 AND l.position = $2`

	// One look into the index for each subscriber, however long the chains are.
	sqlChains = `WITH RECURSIVE s (name) AS ((SELECT subscriber FROM links ORDER BY subscriber LIMIT 1)
			UNION ALL SELECT (SELECT subscriber FROM links WHERE subscriber > s.name ORDER BY subscriber LIMIT 1) FROM s WHERE s.name IS NOT NULL)
		SELECT ` + linkColumns + ` FROM s CROSS JOIN LATERAL (SELECT * FROM links WHERE subscriber = s.name ORDER BY position DESC LIMIT 1) l
			LEFT JOIN exchanges e ON e.seq = l.exchange WHERE s.name IS NOT NULL ORDER BY l.subscriber`

	// coalesce: a row that was deleted leaves its link alone. Of the two packed halves only the one of the link is read.
	sqlLinks = `SELECT l.subscriber, l.position, l.half, l.digest, e.seq IS NOT NULL, a.exchange IS NOT NULL,
		CASE l.half WHEN 1 THEN e.raw ELSE a.raw END, ` + linkedColumns + `
		FROM links l LEFT JOIN exchanges e ON e.seq = l.exchange LEFT JOIN answers a ON a.exchange = l.exchange
		WHERE l.subscriber = $1 AND l.position > $2 ORDER BY l.position LIMIT $3`
	linkedColumns = `coalesce(e.seq, 0), coalesce(e.id, ''), coalesce(e.subscriber, ''), coalesce(e.package, ''), coalesce(e.document, ''),
		coalesce(e.actor, ''), coalesce(e.inn, ''), coalesce(e.kpp, ''), coalesce(e.operation, ''), coalesce(e.endpoint, ''), e.at,
		coalesce(e.size, 0), a.request_digest, coalesce(a.request_sent, 0), a.at, coalesce(a.outcome, ''), coalesce(a.http_status, 0),
		coalesce(a.code, ''), coalesce(a.size, 0), a.digest, coalesce(a.note, ''), coalesce(e.position, 0), coalesce(a.position, 0), e.text, a.text`

	sqlLinkSpan = `SELECT coalesce(min(e.position), 0), coalesce(max(greatest(e.position, a.position)), 0)` + exchangeTables

	sqlUnlinked = `SELECT e.subscriber, e.position, 1, e.id FROM exchanges e LEFT JOIN links l ON l.subscriber = e.subscriber AND l.position = e.position
			WHERE ($1 = '' OR e.subscriber = $1) AND (l.exchange IS DISTINCT FROM e.seq OR l.half <> 1)
		UNION ALL SELECT coalesce(e.subscriber, ''), a.position, 2, coalesce(e.id, '') FROM answers a LEFT JOIN exchanges e ON e.seq = a.exchange
			LEFT JOIN links l ON l.subscriber = e.subscriber AND l.position = a.position
			WHERE ($1 = '' OR e.subscriber = $1) AND (l.exchange IS DISTINCT FROM a.exchange OR l.half <> 2)
		LIMIT $2`
)

// nextLink continues the chain of the row's subscriber, notes its place, and copies into a request's row who asked for
// its package and for whom it is. The lock of the shard keeps others out until the link is there.
func nextLink(ctx context.Context, tx *session, half directory.Half, row *directory.Exchange) (directory.Link, error) {
	last := directory.Link{Subscriber: row.Subscriber}
	err := tx.row(ctx, sqlExchangeFor, row.Subscriber, row.Package).Scan(&row.Actor, &row.INN, &row.KPP, &last.Position, digest(&last.Digest))
	if err != nil {
		return last, err
	}
	return last.Next(half, row), nil
}

func putLink(tx *session, l directory.Link) error {
	return tx.later(nil, sqlLinkInsert, l.Subscriber, l.Position, int64(l.Half), l.Exchange, digest(&l.Digest))
}

func scanLink(from scanner) (l directory.Link, err error) {
	var half int64
	err = from.Scan(&l.Subscriber, &l.Position, &half, &l.Exchange, digest(&l.Digest))
	l.Half = directory.Half(half)
	return l, err
}

// Chains gives the last link of every subscriber.
func (s *Store) Chains(ctx context.Context) ([]directory.Link, error) {
	all, err := list(ctx, s.reader, scanLink, sqlChains)
	return all, classify("postgres.Chains", err)
}

// LinkAt gives one link, [edo.NotFound] if there is none.
func (s *Store) LinkAt(ctx context.Context, sub edo.SubscriberID, position int64) (directory.Link, error) {
	l, err := scanLink(s.reader.row(ctx, sqlLinkAt, sub, position))
	return l, classify("postgres.LinkAt", err)
}

// Links walks over a part of a chain with the rows that the links stand for. A packed half that is damaged comes out as
// an empty text, which its digest then does not fit.
func (s *Store) Links(ctx context.Context, sub edo.SubscriberID, after int64, limit int, each func(directory.Linked) error) error {
	err := directory.CheckLimit("limit", limit)
	if err == nil {
		err = s.reader.query(ctx, func(rows pgx.Rows) error {
			for rows.Next() {
				l, err := s.scanLinked(rows)
				if err != nil {
					return err
				}
				if err := each(l); err != nil {
					return err
				}
			}
			return nil
		}, sqlLinks, sub, after, page(limit))
	}
	return classify("postgres.Links", err)
}

func (s *Store) scanLinked(from scanner) (directory.Linked, error) {
	var l directory.Linked
	var e directory.Exchange
	var half int64
	var hasRequest, hasAnswer bool
	var raw []byte
	targets := []any{&l.Subscriber, &l.Position, &half, digest(&l.Digest), &hasRequest, &hasAnswer, &raw}
	if err := from.Scan(append(targets, exchangeTargets(&e)...)...); err != nil {
		return l, err
	}
	l.Half, l.Exchange = directory.Half(half), e.ID
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
	err = s.reader.row(ctx, w.sql(sqlLinkSpan, ""), w.args...).Scan(&first, &last)
	return first, last, classify("postgres.Span", err)
}

// Unlinked lists halves of rows that no link stands for.
func (s *Store) Unlinked(ctx context.Context, sub edo.SubscriberID, limit int) ([]directory.Link, error) {
	if err := directory.CheckLimit("limit", limit); err != nil {
		return nil, classify("postgres.Unlinked", err)
	}
	scan := func(from scanner) (l directory.Link, err error) {
		var half int64
		err = from.Scan(&l.Subscriber, &l.Position, &half, &l.Exchange)
		l.Half = directory.Half(half)
		return l, err
	}
	all, err := list(ctx, s.reader, scan, sqlUnlinked, sub, page(limit))
	return all, classify("postgres.Unlinked", err)
}
