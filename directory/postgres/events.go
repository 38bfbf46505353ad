package postgres

import (
	"context"
	"errors"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

const (
	eventColumns = `subscriber, package, kind, state, reason, detail, document, external_id, stamp, version, inbound, task, reach, at,
		revision, actor`
	sqlEventInsert = `INSERT INTO events (` + eventColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`
	sqlEvents      = `SELECT seq, ` + eventColumns + ` FROM events WHERE subscriber = $1 AND seq > $2 ORDER BY seq LIMIT $3`

	sqlAcknowledge = `INSERT INTO acknowledgements (subscriber, consumer, seq) SELECT $1::text, $2::text, $3::bigint
		WHERE $3 BETWEEN 0 AND (SELECT coalesce(max(seq), 0) FROM events WHERE subscriber = $1)
		ON CONFLICT (subscriber, consumer) DO UPDATE SET seq = greatest(acknowledgements.seq, EXCLUDED.seq)`
	sqlAcknowledged = `SELECT seq FROM acknowledgements WHERE subscriber = $1 AND consumer = $2`
)

// insertEvents writes events in order. One without a key is about what the work is about; those about that package get
// its revision.
func insertEvents(tx *session, about edo.Key, revision int64, events []edo.Event) error {
	for _, e := range events {
		if e.Key == (edo.Key{}) {
			e.Key = about
		}
		if e.Key.Subscriber != about.Subscriber { // its writers would not wait for this one
			return &edo.Error{Kind: edo.Internal, Message: "an event of another subscriber came with this work"}
		}
		if e.Key == about && revision > 0 {
			e.Revision = revision
		}
		var version *edo.Version
		if e.Kind == edo.EventVersion {
			version = &e.Version
		}
		err := tx.later(nil, sqlEventInsert, e.Key.Subscriber, e.Key.Package, e.Kind, e.State, e.Reason, e.Detail, e.Document, e.ExternalID,
			e.Stamp, asJSON(&version), asJSON(&e.Inbound), asJSON(&e.Task), asJSON(&e.Reach), at(&e.At), e.Revision, e.Actor)
		if err != nil {
			return err
		}
	}
	return nil
}

func scanEvent(from scanner) (edo.Event, error) {
	var e edo.Event
	err := from.Scan(&e.Seq, &e.Key.Subscriber, &e.Key.Package, &e.Kind, &e.State, &e.Reason, &e.Detail, &e.Document, &e.ExternalID,
		&e.Stamp, asJSON(&e.Version), asJSON(&e.Inbound), asJSON(&e.Task), asJSON(&e.Reach), at(&e.At), &e.Revision, &e.Actor)
	return e, err
}

// Events lists what a host has to know after a place it remembers, oldest first. Writers of one subscriber
// commit one after another, in all processes, so no event ever appears before a place that was read already.
func (s *Store) Events(ctx context.Context, sub edo.SubscriberID, after int64, limit int) ([]edo.Event, error) {
	all, err := list(ctx, s.reader, scanEvent, sqlEvents, sub, after, page(limit))
	return all, classify("postgres.Events", err)
}

// Acknowledge remembers that everything up to seq has reached the consumer. It never moves back, and therefore takes no
// number behind the last event.
func (s *Store) Acknowledge(ctx context.Context, sub edo.SubscriberID, consumer string, seq int64) error {
	if err := edo.CheckID("consumer", consumer); err != nil {
		return classify("postgres.Acknowledge", err)
	}
	return s.write(ctx, "postgres.Acknowledge", sub, func(ctx context.Context, tx *session) error {
		return tx.later(func(n int64) error {
			if n == 0 {
				return directory.NoSuchEvent(seq)
			}
			return nil
		}, sqlAcknowledge, sub, consumer, seq)
	})
}

// Acknowledged is the place a consumer has acknowledged, zero at first.
func (s *Store) Acknowledged(ctx context.Context, sub edo.SubscriberID, consumer string) (int64, error) {
	var seq int64
	err := s.reader.row(ctx, sqlAcknowledged, sub, consumer).Scan(&seq)
	if errors.Is(err, errNone) {
		return 0, nil
	}
	return seq, classify("postgres.Acknowledged", err)
}
