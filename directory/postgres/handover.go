package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

// noSubscriber is the lock under which rows are written that belong to all.
const noSubscriber edo.SubscriberID = ""

const (
	handoverColumns = `id, subscriber, until, place, state, actor, created_at, items, contents, bytes, exported_at, manifest, reference,
		acknowledged_at, acknowledged_by`
	sqlHandoverSelect = `SELECT ` + handoverColumns + ` FROM handovers `
	sqlHandover       = sqlHandoverSelect + `WHERE id = $1`
	sqlHandoverOpen   = sqlHandoverSelect + `WHERE place = $1 AND state = 'open'`
	sqlHandovers      = sqlHandoverSelect + `ORDER BY created_at DESC, id DESC LIMIT $1`
	sqlHandoverInsert = `INSERT INTO handovers (` + handoverColumns + `)
		VALUES ($1, $2, $3, $4, $5, $6, $7, 0, 0, 0, NULL, NULL, '', NULL, '')`
	sqlHandoverCount = `UPDATE handovers SET items = $1 WHERE id = $2`
	sqlHandoverEnd   = `UPDATE handovers SET state = 'exported', exported_at = $1, manifest = $2,
		contents = (SELECT count(DISTINCT digest) FROM handover_contents WHERE batch = $3),
		bytes = (SELECT coalesce(sum(size), 0) FROM (SELECT DISTINCT digest, size FROM handover_contents WHERE batch = $3) AS one)
		WHERE id = $3 AND state = 'open'`
	sqlHandoverReceipt = `UPDATE handovers SET state = 'acknowledged', reference = $1, acknowledged_at = $2, acknowledged_by = $3
		WHERE id = $4 AND state = 'exported'`
	sqlHandoverAbandon = `UPDATE handovers SET state = 'abandoned' WHERE id = $1 AND state IN ('open', 'exported')`

	// A package is busy while it is on its way, while a job of it is not done, or while somebody has to sign.
	sqlPackageBusy = `(o.state IN ('accepted', 'waiting', 'sending', 'in-doubt')
		OR EXISTS (SELECT 1 FROM jobs j WHERE j.subscriber = o.subscriber AND j.package = o.package AND j.done_at IS NULL)
		OR EXISTS (SELECT 1 FROM tasks t WHERE t.subscriber = o.subscriber AND t.package = o.package AND t.state IN ('open', 'overdue')))`
	// An inbound document is busy until its bytes are here, and while its message or itself has a job that is not done.
	sqlInboundBusy = `(i.state <> 'stored'
		OR EXISTS (SELECT 1 FROM jobs j WHERE j.subscriber = i.subscriber AND j.package = i.message AND j.done_at IS NULL)
		OR EXISTS (SELECT 1 FROM jobs j WHERE j.subscriber = i.subscriber AND j.package = '' AND j.document = i.remote AND j.done_at IS NULL))`

	sqlHeld = `FROM handover_items x JOIN handovers h ON h.id = x.batch WHERE `
	// What an item must be for the batch to hold it as it is now.
	sqlPackageHeld = sqlHeld + `x.kind = 'package' AND x.subscriber = o.subscriber AND x.id = o.package AND x.revision = o.revision`
	sqlInboundHeld = sqlHeld + `x.kind = 'inbound' AND x.subscriber = i.subscriber AND x.id = i.remote AND x.revision = i.revision`
	sqlInTransit   = ` AND h.state IN ('open', 'exported') LIMIT 1`

	sqlPackagesMissing = `FROM operations o WHERE NOT EXISTS (SELECT 1 ` + sqlPackageHeld + ` AND h.state = 'acknowledged')`
	sqlInboundMissing  = `FROM inbound_documents i WHERE NOT EXISTS (SELECT 1 ` + sqlInboundHeld + ` AND h.state = 'acknowledged')`

	sqlPackagesPending = `SELECT o.seq, 'package', o.subscriber, o.package, o.revision, o.created_at, o.state, ` + sqlPackageBusy + `,
		coalesce((SELECT h.id ` + sqlPackageHeld + sqlInTransit + `), '') ` + sqlPackagesMissing
	sqlInboundPending = `SELECT i.seq, 'inbound', i.subscriber, i.remote, i.revision, i.received_at, i.state, ` + sqlInboundBusy + `,
		coalesce((SELECT h.id ` + sqlInboundHeld + sqlInTransit + `), '') ` + sqlInboundMissing

	sqlItemInsert  = `INSERT INTO handover_items (batch, seq, kind, subscriber, id, revision) `
	sqlItemNumber  = `SELECT $1::text, $4::bigint + row_number() OVER (ORDER BY place), `
	sqlPackageTake = sqlItemInsert + sqlItemNumber + `'package', subscriber, id, revision FROM (
		SELECT o.seq AS place, o.subscriber, o.package AS id, o.revision ` + sqlPackagesMissing + ` AND ($2::text = '' OR o.subscriber = $2::text)
		AND o.created_at < $3 AND NOT ` + sqlPackageBusy + ` AND NOT EXISTS (SELECT 1 ` + sqlPackageHeld + sqlInTransit + `)
		ORDER BY o.seq LIMIT $5::bigint) AS chosen`
	sqlInboundTake = sqlItemInsert + sqlItemNumber + `'inbound', subscriber, id, revision FROM (
		SELECT i.seq AS place, i.subscriber, i.remote AS id, i.revision ` + sqlInboundMissing + ` AND ($2::text = '' OR i.subscriber = $2::text)
		AND i.received_at < $3 AND NOT ` + sqlInboundBusy + ` AND NOT EXISTS (SELECT 1 ` + sqlInboundHeld + sqlInTransit + `)
		ORDER BY i.seq LIMIT $5::bigint) AS chosen`

	sqlItems         = `SELECT seq, kind, subscriber, id, revision FROM handover_items WHERE batch = $1 AND seq > $2 ORDER BY seq LIMIT $3`
	sqlContentInsert = `INSERT INTO handover_contents (batch, item, digest, size) VALUES ($1, $2, $3, $4) ON CONFLICT (batch, item, digest) DO NOTHING`
)

func scanHandover(from scanner) (directory.Handover, error) {
	var h directory.Handover
	err := from.Scan(&h.ID, &h.Subscriber, at(&h.Until), &h.Place, &h.State, &h.Actor, at(&h.CreatedAt), &h.Items, &h.Contents, &h.Bytes,
		at(&h.ExportedAt), digest(&h.Manifest), &h.Reference, at(&h.AcknowledgedAt), &h.AcknowledgedBy)
	return h, err
}

func handover(ctx context.Context, q querier, id edo.BatchID) (directory.Handover, error) {
	h, err := scanHandover(q.row(ctx, sqlHandover, id))
	if errors.Is(err, errNone) {
		err = missing("batch", string(id))
	}
	return h, err
}

// Handover gives one batch, [edo.NotFound] if there is none.
func (s *Store) Handover(ctx context.Context, id edo.BatchID) (directory.Handover, error) {
	h, err := handover(ctx, s.reader, id)
	return h, classify("postgres.Handover", err)
}

// OpenHandoverAt gives the batch whose export to a folder is not over, [edo.NotFound] if there is none.
func (s *Store) OpenHandoverAt(ctx context.Context, place string) (directory.Handover, error) {
	h, err := scanHandover(s.reader.row(ctx, sqlHandoverOpen, place))
	if errors.Is(err, errNone) {
		err = missing("batch", place)
	}
	return h, classify("postgres.OpenHandoverAt", err)
}

// Handovers lists batches, newest first; a zero limit is [directory.DefaultLimit].
func (s *Store) Handovers(ctx context.Context, limit int) ([]directory.Handover, error) {
	if err := directory.CheckLimit("limit", limit); err != nil {
		return nil, classify("postgres.Handovers", err)
	}
	all, err := list(ctx, s.reader, scanHandover, sqlHandovers, page(limit))
	return all, classify("postgres.Handovers", err)
}

// OpenHandover chooses what goes into a new batch, at most limit items: everything that was accepted or came in before
// Until, on which all work is over, and which no batch holds as it is now, unless that one was abandoned. Nothing to hand
// over is [edo.NotFound], and no row.
func (s *Store) OpenHandover(ctx context.Context, h directory.Handover, limit int) (directory.Handover, error) {
	h.State = directory.HandoverOpen
	err := s.write(ctx, "postgres.OpenHandover", noSubscriber, func(ctx context.Context, tx *session) error {
		_, err := tx.exec(ctx, sqlHandoverInsert, h.ID, h.Subscriber, at(&h.Until), h.Place, h.State, h.Actor, at(&h.CreatedAt))
		if err != nil {
			return err
		}
		packages, err := tx.exec(ctx, sqlPackageTake, h.ID, h.Subscriber, at(&h.Until), 0, limit)
		if err != nil {
			return err
		}
		inbound, err := tx.exec(ctx, sqlInboundTake, h.ID, h.Subscriber, at(&h.Until), packages, int64(limit)-packages)
		if err != nil {
			return err
		}
		if h.Items = int(packages + inbound); h.Items == 0 {
			return &edo.Error{Kind: edo.NotFound, Field: "until", Message: "leaves nothing to hand over", Remedy: "look at what is not archived yet"}
		}
		_, err = tx.exec(ctx, sqlHandoverCount, h.Items, h.ID)
		return err
	})
	return h, err
}

// HandoverItems lists the items of a batch after a place, in its order; a zero limit is [directory.DefaultLimit].
func (s *Store) HandoverItems(ctx context.Context, id edo.BatchID, after int64, limit int) ([]directory.HandoverItem, error) {
	if err := directory.CheckLimit("limit", limit); err != nil {
		return nil, classify("postgres.HandoverItems", err)
	}
	all, err := list(ctx, s.reader, func(from scanner) (i directory.HandoverItem, err error) {
		return i, from.Scan(&i.Seq, &i.Kind, &i.Subscriber, &i.ID, &i.Revision)
	}, sqlItems, id, after, page(limit))
	return all, classify("postgres.HandoverItems", err)
}

// AddHandoverContents notes contents of an item that were written to the export. Those that are there stay.
func (s *Store) AddHandoverContents(ctx context.Context, id edo.BatchID, item int64, contents []edo.Entry) error {
	return s.write(ctx, "postgres.AddHandoverContents", noSubscriber, func(ctx context.Context, tx *session) error {
		if err := inState(ctx, tx, id, directory.HandoverOpen); err != nil {
			return err
		}
		for _, c := range contents {
			if err := tx.later(nil, sqlContentInsert, id, item, digest(&c.Digest), c.Size); err != nil {
				return err
			}
		}
		return nil
	})
}

// inState refuses a batch that is in another state.
func inState(ctx context.Context, tx *session, id edo.BatchID, want directory.HandoverState) error {
	h, err := handover(ctx, tx, id)
	if err == nil && h.State != want {
		err = ended(h, "must be "+string(want))
	}
	return err
}

func ended(h directory.Handover, why string) error {
	return &edo.Error{
		Kind: edo.Conflict, Reason: directory.HandoverEnded, Field: "batch", Message: fmt.Sprintf("%s is %s, and %s", h.ID, h.State, why),
		Remedy: "look at the list of batches",
	}
}

// EndExport notes that all of an open batch was written, and the digest of its manifest.
func (s *Store) EndExport(ctx context.Context, id edo.BatchID, manifest edo.Digest, now time.Time) (h directory.Handover, err error) {
	err = s.write(ctx, "postgres.EndExport", noSubscriber, func(ctx context.Context, tx *session) error {
		if err := inState(ctx, tx, id, directory.HandoverOpen); err != nil {
			return err
		}
		if _, err := tx.exec(ctx, sqlHandoverEnd, at(&now), digest(&manifest), id); err != nil {
			return err
		}
		h, err = handover(ctx, tx, id)
		return err
	})
	return h, err
}

// AcknowledgeHandover notes the receipt of the external archive: its own name of the batch and, if manifest is not zero,
// the digest of the manifest that it has received, which must be that of the export. The same receipt twice is one.
func (s *Store) AcknowledgeHandover(ctx context.Context, id edo.BatchID, reference string, manifest edo.Digest, actor edo.ActorID, now time.Time) (h directory.Handover, err error) {
	if err := directory.CheckReceipt(reference); err != nil {
		return h, err
	}
	err = s.write(ctx, "postgres.AcknowledgeHandover", noSubscriber, func(ctx context.Context, tx *session) error {
		if h, err = handover(ctx, tx, id); err != nil {
			return err
		}
		switch {
		case !manifest.IsZero() && !h.Manifest.IsZero() && manifest != h.Manifest:
			return &edo.Error{
				Kind: edo.Conflict, Reason: directory.HandoverDiffers, Field: "manifest",
				Message: "of the receipt is " + manifest.Short() + ", that of the export " + h.Manifest.Short(), Remedy: "hand the same export over again",
			}
		case h.State == directory.HandoverAcknowledged && h.Reference == reference:
			return nil
		case h.State != directory.HandoverExported:
			return ended(h, "only an exported batch can be acknowledged")
		}
		if _, err := tx.exec(ctx, sqlHandoverReceipt, reference, at(&now), actor, id); err != nil {
			return err
		}
		h, err = handover(ctx, tx, id)
		return err
	})
	return h, err
}

// AbandonHandover gives a batch up that was not acknowledged: what is in it is chosen again.
func (s *Store) AbandonHandover(ctx context.Context, id edo.BatchID) (h directory.Handover, err error) {
	err = s.write(ctx, "postgres.AbandonHandover", noSubscriber, func(ctx context.Context, tx *session) error {
		n, err := tx.exec(ctx, sqlHandoverAbandon, id)
		if err != nil {
			return err
		}
		if h, err = handover(ctx, tx, id); err == nil && n == 0 && h.State != directory.HandoverAbandoned {
			err = ended(h, "content may have been deleted because of it")
		}
		return err
	})
	return h, err
}

func scanUnarchived(from scanner) (directory.Unarchived, error) {
	var u directory.Unarchived
	err := from.Scan(&u.Place, &u.Kind, &u.Subscriber, &u.ID, &u.Revision, at(&u.At), &u.State, &u.Busy, &u.Batch)
	return u, err
}

// Unarchived lists what no acknowledged batch holds as it is now, oldest first. The filter's kind is required: each has
// places of its own.
func (s *Store) Unarchived(ctx context.Context, f directory.UnarchivedFilter) ([]directory.Unarchived, error) {
	if err := directory.CheckLimit("filter.limit", f.Limit); err != nil {
		return nil, classify("postgres.Unarchived", err)
	}
	query, alias, moment := sqlPackagesPending, "o", "created_at"
	switch f.Kind {
	case directory.ItemPackage:
	case directory.ItemInbound:
		query, alias, moment = sqlInboundPending, "i", "received_at"
	default:
		return nil, &edo.Error{Kind: edo.Invalid, Op: "postgres.Unarchived", Reason: directory.FilterMalformed, Field: "filter.kind", Message: "is missing", Remedy: "use package or inbound"}
	}
	w := where{}
	w.text(alias+".subscriber = ?", string(f.Subscriber))
	w.from(alias+"."+moment+" < ?", f.Until)
	w.add(alias+".seq > ?", f.After)
	all, err := list(ctx, s.reader, scanUnarchived, w.sql(query+" AND ", " ORDER BY "+alias+".seq LIMIT ?"), append(w.args, page(f.Limit))...)
	return all, classify("postgres.Unarchived", err)
}
