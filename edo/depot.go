package edo

import (
	"context"
	"fmt"
	"time"
)

// Depot is an archive whose entries can be listed and removed: what retention and the check of completeness need.
// Nobody else is handed one.
type Depot interface {
	Archive
	// Stat tells of an entry without reading its bytes; [NotFound] if there is none.
	Stat(ctx context.Context, d Digest) (Entry, error)
	// Walk calls each for every entry after the given digest, in the order of digests, so that it can be compared with
	// another list without holding either. The zero digest is the beginning. An error of each ends the walk.
	Walk(ctx context.Context, after Digest, each func(Entry) error) error
	// Keep makes the entry as young as one that was stored now, so that no removal which was decided before can take it:
	// whoever refers to bytes that are there already calls it first. [NotFound] if there is none.
	Keep(ctx context.Context, d Digest) error
	// Remove takes away an entry that was stored before the given moment, and returns when its name is gone for good. One
	// that is not there is removed already. A younger one stays, with reason [EntryFresh]: somebody has stored the same
	// bytes, or asked for them with Keep, since the removal was decided.
	Remove(ctx context.Context, d Digest, before time.Time) error
}

// Entry is one entry of an archive, without its bytes.
type Entry struct {
	Digest Digest
	Size   int64     // in bytes
	Stored time.Time // when it was stored or kept last
}

// BatchID names a hand-over to an external archive: one export that the other side acknowledges as a whole.
type BatchID string

// Reasons around content that leaves the archive.
const (
	ContentGone Reason = "content-gone" // handed over to an external archive, then deleted here
	EntryFresh  Reason = "entry-fresh"  // stored or kept too lately to be removed
)

// Deletion is the row that stands where content was. It is written before the bytes are removed and never taken away.
type Deletion struct {
	Digest     Digest
	Size       int64
	Batch      BatchID   // the acknowledged hand-over that holds the bytes
	Reference  string    // the external archive's own name of it
	Actor      ActorID   // who deleted; empty: the retention run
	At         time.Time // when the row was written
	RemovedAt  time.Time // zero: the bytes may still be there, the next run removes them
	RestoredAt time.Time // when the bytes came back; zero: they have not
}

// Err is what a reader of the content is told, with reason [ContentGone]: its size, where it is, and how it comes back.
func (d Deletion) Err() error {
	return &Error{
		Kind: NotFound, Reason: ContentGone, Op: "archive.Open", Field: "content",
		Message: fmt.Sprintf("%s of %d bytes was handed over to the external archive as %q (batch %s) and deleted here on %s",
			d.Digest.Short(), d.Size, d.Reference, d.Batch, d.At.UTC().Format(time.DateOnly)),
		Remedy: "ask the external archive for it, or restore the batch from its copy",
	}
}
