package handover

import (
	"context"
	"errors"
	"time"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

// pageOfDeletions is how many contents are decided on in one transaction.
const pageOfDeletions = 500

// Kept counts why contents of acknowledged batches stay.
type Kept struct {
	Unexpired  int // the retention of some owner has not passed
	Unarchived int // some owner is not in an acknowledged batch as it is now
	Busy       int // work on some owner is not over
	Young      int // stored or asked for too lately
	Unowned    int // nobody refers to it, so nobody can say whether it may go
}

// Deleted is what a run did.
type Deleted struct {
	Finished int // deletions that an earlier run had begun
	Spared   int // deletions that an earlier run had begun, of bytes that are needed again
	Contents int
	Bytes    int64
	Kept     Kept
}

// RunOptions of [Keeper.Run].
type RunOptions struct {
	Actor edo.ActorID // who deletes; empty: the retention itself
	Dry   bool        // count what would go, delete nothing
}

// Run ends deletions that were interrupted, then deletes every content that may go. Whatever stops it, each content is
// there, or has its row.
func (k *Keeper) Run(ctx context.Context, o RunOptions) (Deleted, error) {
	var done Deleted
	if !o.Dry {
		if err := k.finish(ctx, &done); err != nil {
			return done, wrap("handover.Run", err)
		}
	}
	for after := (edo.Digest{}); ; {
		page, err := k.Store.Deletable(ctx, after, pageOfDeletions)
		if err != nil || len(page) == 0 {
			return done, wrap("handover.Run", err)
		}
		after = page[len(page)-1].Digest
		if err := k.deletePage(ctx, o, page, &done); err != nil {
			return done, wrap("handover.Run", err)
		}
	}
}

// finish ends what was begun, if it still may go.
func (k *Keeper) finish(ctx context.Context, done *Deleted) error {
	for {
		page, err := k.Store.UnfinishedDeletions(ctx, pageOfDeletions)
		if err != nil || len(page) == 0 {
			return err
		}
		owners, err := k.Store.Owners(ctx, digestsOf(page))
		if err != nil {
			return err
		}
		for _, d := range page {
			var ignored Kept
			gone := false
			if k.judge(owners[d.Digest], &ignored) {
				if gone, err = k.remove(ctx, d); err != nil {
					return err
				}
			} else if gone, err = k.spare(ctx, d); err != nil {
				return err
			}
			if gone {
				done.Finished++
			} else {
				done.Spared++
			}
		}
	}
}

// spare takes a deletion back whose bytes are needed again and still there. Those that are gone already are noted so: the
// external archive has them.
func (k *Keeper) spare(ctx context.Context, d edo.Deletion) (gone bool, err error) {
	_, err = k.Archive.Stat(ctx, d.Digest)
	switch {
	case errors.Is(err, edo.NotFound):
		return true, k.Store.EndDeletion(ctx, d.Digest, k.Now())
	case err != nil:
		return false, err
	}
	return false, k.Store.UndoDeletion(ctx, d.Digest, k.Now())
}

func digestsOf(page []edo.Deletion) []edo.Digest {
	all := make([]edo.Digest, len(page))
	for i, d := range page {
		all[i] = d.Digest
	}
	return all
}

func (k *Keeper) deletePage(ctx context.Context, o RunOptions, page []edo.Deletion, done *Deleted) error {
	now := k.Now()
	var rows []edo.Deletion
	for _, d := range page {
		e, err := k.Archive.Stat(ctx, d.Digest)
		switch {
		case errors.Is(err, edo.NotFound): // the check of the archive says what is missing
			continue
		case err != nil:
			return err
		case !e.Stored.Before(now.Add(-Guard)):
			done.Kept.Young++
			continue
		}
		d.Size, d.Actor, d.At = e.Size, o.Actor, now
		rows = append(rows, d)
	}
	if len(rows) == 0 {
		return nil
	}
	if o.Dry {
		return k.wouldDelete(ctx, rows, done)
	}
	var kept Kept
	written, err := k.Store.Condemn(ctx, rows, func(_ edo.Digest, owners []directory.Owner) bool { return k.judge(owners, &kept) })
	if err != nil {
		return err
	}
	done.Kept.add(kept)
	for _, d := range written {
		gone, err := k.remove(ctx, d)
		switch {
		case err != nil:
			return err
		case gone:
			done.Contents++
			done.Bytes += d.Size
		default:
			done.Kept.Young++
		}
	}
	return nil
}

func (k *Keeper) wouldDelete(ctx context.Context, rows []edo.Deletion, done *Deleted) error {
	owners, err := k.Store.Owners(ctx, digestsOf(rows))
	for _, d := range rows {
		if err == nil && k.judge(owners[d.Digest], &done.Kept) {
			done.Contents++
			done.Bytes += d.Size
		}
	}
	return err
}

func (t *Kept) add(more Kept) {
	t.Unexpired += more.Unexpired
	t.Unarchived += more.Unarchived
	t.Busy += more.Busy
	t.Young += more.Young
	t.Unowned += more.Unowned
}

// judge says whether a content may go, and counts why not.
func (k *Keeper) judge(owners []directory.Owner, kept *Kept) bool {
	if len(owners) == 0 {
		kept.Unowned++
		return false
	}
	for _, o := range owners {
		var why *int
		switch {
		case o.Busy:
			why = &kept.Busy
		case !o.Archived:
			why = &kept.Unarchived
		case k.Now().Before(k.until(o)):
			why = &kept.Unexpired
		default:
			continue
		}
		*why++
		return false
	}
	return true
}

// until is when the retention of an owner is over.
func (k *Keeper) until(o directory.Owner) time.Time {
	kind := o.Kind // of what came in, the id
	if o.Item.Kind == directory.ItemPackage {
		kind = ""
		if known := edo.KindOfDocument(k.Kinds, edo.Outbound, o.Kind); known != nil {
			kind = known.ID
		}
	}
	return k.Retention.Until(kind, o.State, o.Last)
}

// remove takes the bytes of a written row away. Those that somebody has stored or asked for since stay, and the row says
// so.
func (k *Keeper) remove(ctx context.Context, d edo.Deletion) (gone bool, err error) {
	err = k.Archive.Remove(ctx, d.Digest, d.At.Add(-Guard))
	switch {
	case errors.Is(err, edo.EntryFresh):
		return false, k.Store.UndoDeletion(ctx, d.Digest, k.Now())
	case err != nil:
		return false, err
	}
	return true, k.Store.EndDeletion(ctx, d.Digest, k.Now())
}
