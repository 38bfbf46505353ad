package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

const (
	deletionColumns   = `digest, size, batch, reference, actor, at, removed_at, restored_at`
	sqlDeletionSelect = `SELECT ` + deletionColumns + ` FROM deletions WHERE `
	sqlDeparted       = sqlDeletionSelect + `digest = $1 AND restored_at IS NULL`
	sqlUnfinished     = sqlDeletionSelect + `removed_at IS NULL AND restored_at IS NULL ORDER BY seq LIMIT $1`
	sqlDeletionInsert = `INSERT INTO deletions (` + deletionColumns + `) VALUES ($1, $2, $3, $4, $5, $6, NULL, NULL)`
	sqlDeletionOver   = `UPDATE deletions SET removed_at = $1 WHERE digest = $2 AND restored_at IS NULL AND removed_at IS NULL`
	sqlDeletionBack   = `UPDATE deletions SET restored_at = $1 WHERE digest = $2 AND restored_at IS NULL`
	// Bytes that came back by themselves, stored again by a later document, are deleted as that one's.
	sqlDeletionAgain = `UPDATE deletions SET restored_at = $1 WHERE digest = $2 AND restored_at IS NULL AND removed_at IS NOT NULL`

	// Contents of acknowledged batches that are not known to be deleted since.
	sqlDeletable = `SELECT c.digest, max(c.size), max(h.id), max(h.reference) FROM handover_contents c JOIN handovers h ON h.id = c.batch
		WHERE c.digest > $1 AND h.state = 'acknowledged' AND NOT EXISTS (SELECT 1 FROM deletions d WHERE d.digest = c.digest
		AND d.restored_at IS NULL AND (d.removed_at IS NULL OR d.at >= h.acknowledged_at))
		GROUP BY c.digest ORDER BY c.digest LIMIT $2`
	sqlHolder = `SELECT h.id, h.reference, EXISTS (SELECT 1 FROM deletions d WHERE d.digest = $1 AND d.restored_at IS NULL
			AND (d.removed_at IS NULL OR d.at >= h.acknowledged_at)) FROM handover_contents c JOIN handovers h ON h.id = c.batch
		WHERE c.digest = $1 AND h.state = 'acknowledged' ORDER BY h.acknowledged_at DESC LIMIT 1`

	// Nobody may begin to refer to a content between the look at its owners and the row that says that it goes.
	sqlOwnersStill = `LOCK TABLE documents, versions, inbound_documents, tasks IN SHARE MODE`

	// Whoever refers to a content: documents with their signatures and versions, what waited for a signature, and what came
	// in. What was exported with a package, its exchanges included, belongs to all documents of the package.
	sqlAsked     = `WITH asked AS MATERIALIZED (SELECT digest FROM unnest($1::bytea[]) AS a (digest))`
	sqlOwnersOut = `, refs AS (
		SELECT d.digest, d.operation, d.id FROM asked a JOIN documents d ON d.digest = a.digest
		UNION SELECT d.signature, d.operation, d.id FROM asked a JOIN documents d ON d.signature = a.digest
		UNION SELECT v.digest, v.operation, v.document FROM asked a JOIN versions v ON v.digest = a.digest
		UNION SELECT t.digest, o.seq, t.document FROM asked a JOIN tasks t ON t.digest = a.digest
			JOIN operations o ON o.subscriber = t.subscriber AND o.package = t.package
		UNION SELECT c.digest, o.seq, coalesce(d.id, '') FROM asked a JOIN handover_contents c ON c.digest = a.digest
			JOIN handover_items x ON x.batch = c.batch AND x.seq = c.item AND x.kind = 'package'
			JOIN operations o ON o.subscriber = x.subscriber AND o.package = x.id LEFT JOIN documents d ON d.operation = o.seq)
		SELECT r.digest, 'package', o.subscriber, o.package, o.revision, r.id,
			coalesce((SELECT d.kind FROM documents d WHERE d.operation = o.seq AND d.id = r.id), ''),
			coalesce(nullif((SELECT d.state FROM documents d WHERE d.operation = o.seq AND d.id = r.id), ''), o.state),
			greatest(o.created_at, o.updated_at, o.operator_time, o.sent_at), ` + sqlPackageBusy + `,
			EXISTS (SELECT 1 ` + sqlPackageHeld + ` AND h.state = 'acknowledged' AND EXISTS (SELECT 1 FROM handover_contents c
				WHERE c.batch = x.batch AND c.item = x.seq AND c.digest = r.digest))
		FROM refs r JOIN operations o ON o.seq = r.operation`
	sqlOwnersIn = `, refs AS (
		SELECT i.digest, i.seq FROM asked a JOIN inbound_documents i ON i.digest = a.digest
		UNION SELECT a.digest, i.seq FROM inbound_documents i CROSS JOIN LATERAL jsonb_array_elements(i.signatures) AS s
			JOIN asked a ON a.digest = decode(s ->> 'CMS', 'hex')
		UNION SELECT c.digest, i.seq FROM asked a JOIN handover_contents c ON c.digest = a.digest
			JOIN handover_items x ON x.batch = c.batch AND x.seq = c.item AND x.kind = 'inbound'
			JOIN inbound_documents i ON i.subscriber = x.subscriber AND i.remote = x.id)
		SELECT r.digest, 'inbound', i.subscriber, i.remote, i.revision, '', i.kind_id, 'inbound',
			greatest(i.received_at, i.operator_time), ` + sqlInboundBusy + `,
			EXISTS (SELECT 1 ` + sqlInboundHeld + ` AND h.state = 'acknowledged' AND EXISTS (SELECT 1 FROM handover_contents c
				WHERE c.batch = x.batch AND c.item = x.seq AND c.digest = r.digest))
		FROM refs r JOIN inbound_documents i ON i.seq = r.seq`

	sqlReferences = `SELECT d.digest, d.size, 'original', o.subscriber || ' ' || o.package || ' ' || d.id, o.created_at
			FROM documents d JOIN operations o ON o.seq = d.operation WHERE d.digest IS NOT NULL
		UNION ALL SELECT d.signature, -1, 'signature', o.subscriber || ' ' || o.package || ' ' || d.id, o.created_at
			FROM documents d JOIN operations o ON o.seq = d.operation WHERE d.signature IS NOT NULL
		UNION ALL SELECT v.digest, v.size, 'version', o.subscriber || ' ' || o.package || ' ' || v.document || ' ' || v.role, v.at
			FROM versions v JOIN operations o ON o.seq = v.operation
		UNION ALL SELECT t.digest, t.size, 'task', t.subscriber || ' ' || t.package || ' ' || t.document, t.created_at
			FROM tasks t WHERE t.digest IS NOT NULL
		UNION ALL SELECT i.digest, i.size, 'inbound', i.subscriber || ' ' || i.remote, i.received_at
			FROM inbound_documents i WHERE i.digest IS NOT NULL
		UNION ALL SELECT decode(s ->> 'CMS', 'hex'), -1, 'inbound-signature', i.subscriber || ' ' || i.remote, i.received_at
			FROM inbound_documents i CROSS JOIN LATERAL jsonb_array_elements(i.signatures) AS s`

	sqlLoggedRaw = `SELECT e.seq, e.id, e.at, e.raw, a.raw FROM exchanges e LEFT JOIN answers a ON a.exchange = e.seq
		WHERE e.seq > $1 ORDER BY e.seq LIMIT $2`
)

func scanDeletion(from scanner) (edo.Deletion, error) {
	var d edo.Deletion
	err := from.Scan(digest(&d.Digest), &d.Size, &d.Batch, &d.Reference, &d.Actor, at(&d.At), at(&d.RemovedAt), at(&d.RestoredAt))
	return d, err
}

// Departed gives the row of a content that was handed over and deleted and has not come back, [edo.NotFound] if there is
// none.
func (s *Store) Departed(ctx context.Context, d edo.Digest) (edo.Deletion, error) {
	row, err := scanDeletion(s.reader.row(ctx, sqlDeparted, digest(&d)))
	if errors.Is(err, errNone) {
		err = missing("digest", d.Short())
	}
	return row, classify("postgres.Departed", err)
}

// UnfinishedDeletions lists rows whose bytes may still be there, oldest first.
func (s *Store) UnfinishedDeletions(ctx context.Context, limit int) ([]edo.Deletion, error) {
	all, err := list(ctx, s.reader, scanDeletion, sqlUnfinished, page(limit))
	return all, classify("postgres.UnfinishedDeletions", err)
}

// Deletable lists contents that an acknowledged batch holds and that are not deleted, in the order of digests; whether
// they may go is a question of their owners.
func (s *Store) Deletable(ctx context.Context, after edo.Digest, limit int) ([]edo.Deletion, error) {
	all, err := list(ctx, s.reader, func(from scanner) (d edo.Deletion, err error) {
		return d, from.Scan(digest(&d.Digest), &d.Size, &d.Batch, &d.Reference)
	}, sqlDeletable, after[:], page(limit))
	return all, classify("postgres.Deletable", err)
}

// Owners lists everything that refers to any of the contents, grouped by digest.
func (s *Store) Owners(ctx context.Context, digests []edo.Digest) (map[edo.Digest][]directory.Owner, error) {
	all, err := owners(ctx, s.reader, digests)
	return all, classify("postgres.Owners", err)
}

func owners(ctx context.Context, q querier, digests []edo.Digest) (map[edo.Digest][]directory.Owner, error) {
	found := map[edo.Digest][]directory.Owner{}
	asked := make([][]byte, len(digests))
	for i := range digests {
		asked[i] = digests[i][:]
	}
	for _, query := range []string{sqlOwnersOut, sqlOwnersIn} {
		rows, err := list(ctx, q, scanOwner, sqlAsked+query, asked)
		if err != nil {
			return nil, err
		}
		for _, o := range rows {
			found[o.Digest] = append(found[o.Digest], o)
		}
	}
	return found, nil
}

func scanOwner(from scanner) (directory.Owner, error) {
	var o directory.Owner
	var state string
	err := from.Scan(digest(&o.Digest), &o.Item.Kind, &o.Subscriber, &o.ID, &o.Revision, &o.Document, &o.Kind, &state, at(&o.Last), &o.Busy, &o.Archived)
	if o.State = directory.KeptState(state); o.Item.Kind == directory.ItemPackage {
		o.State = directory.KeptStateOf(edo.State(state))
	}
	return o, err
}

// Condemn writes the rows of deletions whose owners, as they are inside the same transaction, allow gives leave for. It
// returns those that were written. The bytes are removed afterwards, see EndDeletion.
func (s *Store) Condemn(ctx context.Context, rows []edo.Deletion, allow func(edo.Digest, []directory.Owner) bool) (written []edo.Deletion, err error) {
	digests := make([]edo.Digest, len(rows))
	for i, d := range rows {
		digests[i] = d.Digest
	}
	err = s.write(ctx, "postgres.Condemn", noSubscriber, func(ctx context.Context, tx *session) error {
		written = nil
		if err := tx.later(nil, sqlOwnersStill); err != nil {
			return err
		}
		all, err := owners(ctx, tx, digests)
		if err != nil {
			return err
		}
		for _, d := range rows {
			if !allow(d.Digest, all[d.Digest]) {
				continue
			}
			fresh, err := condemn(ctx, tx, &d)
			if err != nil {
				return err
			}
			if fresh {
				written = append(written, d)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return written, nil
}

// condemn writes one row, false if another process has meanwhile.
func condemn(ctx context.Context, tx *session, d *edo.Deletion) (bool, error) {
	var already bool
	err := tx.row(ctx, sqlHolder, digest(&d.Digest)).Scan(&d.Batch, &d.Reference, &already)
	if errors.Is(err, errNone) {
		err = &edo.Error{Kind: edo.Conflict, Reason: directory.HandoverEnded, Field: "digest", Message: d.Digest.Short() + " is in no acknowledged batch"}
	}
	if err != nil || already {
		return false, err
	}
	if _, err := tx.exec(ctx, sqlDeletionAgain, at(&d.At), digest(&d.Digest)); err != nil {
		return false, err
	}
	err = tx.later(nil, sqlDeletionInsert, digest(&d.Digest), d.Size, d.Batch, d.Reference, d.Actor, at(&d.At))
	return err == nil, err
}

// EndDeletion notes that the bytes of a deletion are removed.
func (s *Store) EndDeletion(ctx context.Context, d edo.Digest, now time.Time) error {
	return s.onDeletion(ctx, "postgres.EndDeletion", sqlDeletionOver, d, now)
}

// UndoDeletion notes that deleted bytes are back, or that bytes whose deletion was not over are needed.
func (s *Store) UndoDeletion(ctx context.Context, d edo.Digest, now time.Time) error {
	return s.onDeletion(ctx, "postgres.UndoDeletion", sqlDeletionBack, d, now)
}

func (s *Store) onDeletion(ctx context.Context, op, query string, d edo.Digest, now time.Time) error {
	return s.write(ctx, op, noSubscriber, func(_ context.Context, tx *session) error {
		return tx.later(present("digest", d.Short()), query, at(&now), digest(&d))
	})
}

// References calls each for every row that says that a content must be in the archive, the message log last, in no
// particular order, one at a time. Rows that are written meanwhile may be missing.
func (s *Store) References(ctx context.Context, each func(directory.Reference) error) error {
	err := s.everyRow(ctx, sqlReferences, func(from scanner) error {
		var r directory.Reference
		if err := from.Scan(digest(&r.Digest), &r.Size, &r.What, &r.Where, at(&r.At)); err != nil {
			return err
		}
		if r.Digest.IsZero() {
			return nil // the operator gave no signature
		}
		return each(r)
	})
	if err == nil {
		err = s.loggedContents(ctx, each)
	}
	return classify("postgres.References", err)
}

// everyRow reads a query without holding its rows.
func (s *Store) everyRow(ctx context.Context, query string, each func(scanner) error) error {
	return s.reader.query(ctx, func(rows pgx.Rows) error {
		for rows.Next() {
			if err := each(rows); err != nil {
				return err
			}
		}
		return nil
	}, query)
}

// logged is where a row of the message log refers to contents.
type logged struct {
	seq             int64
	id              edo.ExchangeID
	at              time.Time
	request, answer []byte // packed
	bad             error  // of its time
}

func scanLogged(from scanner) (logged, error) {
	var l logged
	return l, from.Scan(sparing([]any{&l.seq, &l.id, at(&l.at), &l.request, &l.answer}, &l.bad)...)
}

// loggedContents reads the message log in pages.
func (s *Store) loggedContents(ctx context.Context, each func(directory.Reference) error) error {
	for after := int64(0); ; {
		rows, err := list(ctx, s.reader, scanLogged, sqlLoggedRaw, after, directory.MaxLimit)
		if err != nil || len(rows) == 0 {
			return err
		}
		for _, l := range rows {
			after = l.seq
			if err := s.contentsOf(l, each); err != nil {
				return err
			}
		}
	}
}

// contentsOf tells the contents that stand in the two halves of one row, and what of it cannot be read.
func (s *Store) contentsOf(l logged, each func(directory.Reference) error) error {
	row := directory.Reference{What: "log", Where: fmt.Sprintf("%d %s", l.seq, l.id), At: l.at}
	if l.bad != nil {
		if err := each(unreadable(row, l.bad)); err != nil {
			return err
		}
	}
	for _, raw := range [][]byte{l.request, l.answer} {
		if raw == nil {
			continue // not answered
		}
		_, m, err := s.codec.Unpack(raw)
		if err != nil {
			if err := each(unreadable(row, err)); err != nil {
				return err
			}
			continue
		}
		for _, h := range m.Holes {
			if h.Kind == edo.HoleSecret {
				continue
			}
			r := row
			r.Digest, r.Size = h.Digest, h.Size
			if err := each(r); err != nil {
				return err
			}
		}
	}
	return nil
}

func unreadable(r directory.Reference, err error) directory.Reference {
	r.Unreadable = err.Error()
	return r
}
