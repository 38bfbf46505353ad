package handover

import (
	"context"
	"crypto/rand"
	"errors"
	"os"
	"time"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

// Guard is how young an entry of the archive may be and not be removed: bytes are stored before the row that refers to
// them, and this is the longest time that lies between.
const Guard = 48 * time.Hour

// Store is what a store keeps of hand-overs and deletions.
type Store interface {
	directory.Departures
	Operation(ctx context.Context, k edo.Key) (edo.Operation, error)
	InboundDocument(ctx context.Context, k edo.InboundKey) (edo.InboundDocument, error)
	Exchange(ctx context.Context, id edo.ExchangeID) (directory.Exchange, error)
	Exchanges(ctx context.Context, f directory.ExchangeFilter) ([]directory.Exchange, error)

	OpenHandover(ctx context.Context, h directory.Handover, limit int) (directory.Handover, error)
	OpenHandoverAt(ctx context.Context, place string) (directory.Handover, error)
	HandoverItems(ctx context.Context, id edo.BatchID, after int64, limit int) ([]directory.HandoverItem, error)
	AddHandoverContents(ctx context.Context, id edo.BatchID, item int64, contents []edo.Entry) error
	EndExport(ctx context.Context, id edo.BatchID, manifest edo.Digest, now time.Time) (directory.Handover, error)

	Deletable(ctx context.Context, after edo.Digest, limit int) ([]edo.Deletion, error)
	UnfinishedDeletions(ctx context.Context, limit int) ([]edo.Deletion, error)
	Owners(ctx context.Context, digests []edo.Digest) (map[edo.Digest][]directory.Owner, error)
	Condemn(ctx context.Context, rows []edo.Deletion, allow func(edo.Digest, []directory.Owner) bool) ([]edo.Deletion, error)
	EndDeletion(ctx context.Context, d edo.Digest, now time.Time) error
	UndoDeletion(ctx context.Context, d edo.Digest, now time.Time) error
	References(ctx context.Context, each func(directory.Reference) error) error
}

// Shelves is what a store keeps of hand-overs and deletions: what the keeper works on, and what people ask and say.
type Shelves interface {
	Store
	Handover(ctx context.Context, id edo.BatchID) (directory.Handover, error)
	Handovers(ctx context.Context, limit int) ([]directory.Handover, error)
	Unarchived(ctx context.Context, f directory.UnarchivedFilter) ([]directory.Unarchived, error)
	AcknowledgeHandover(ctx context.Context, id edo.BatchID, reference string, manifest edo.Digest, actor edo.ActorID, now time.Time) (directory.Handover, error)
	AbandonHandover(ctx context.Context, id edo.BatchID) (directory.Handover, error)
}

// Config of [New]. Store, Archive and Retention are required.
type Config struct {
	Store     Store
	Archive   edo.Depot
	Kinds     []edo.DocumentKind  // by which the free texts of documents are recognised
	Retention directory.Retention // checked by New
	Spool     string              // folder for what a check sorts; empty: the system's for temporary files
	Now       func() time.Time    // nil: time.Now
	NewID     func() string       // of batches; nil: random
	// Progress is told how far the work is, for people: done of total, of whatever the work counts. Nil: nobody.
	Progress func(done, total int)
}

// Keeper does the work. It is safe for use by several goroutines and processes.
type Keeper struct{ Config }

// New checks the configuration.
func New(c Config) (*Keeper, error) {
	var f edo.Faults
	for _, one := range []struct {
		missing bool
		field   string
	}{{c.Store == nil, "store"}, {c.Archive == nil, "archive"}} {
		if one.missing {
			f = append(f, &edo.Error{Kind: edo.Invalid, Op: "handover.New", Field: one.field, Message: "is required"})
		}
	}
	if err := c.Retention.Check(); err != nil {
		f = append(f, err)
	}
	if err := f.Err(); err != nil {
		return nil, err
	}
	if c.Spool == "" {
		c.Spool = os.TempDir()
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.NewID == nil {
		c.NewID = rand.Text
	}
	if c.Progress == nil {
		c.Progress = func(int, int) {}
	}
	return &Keeper{c}, nil
}

// departed reports whether a content was handed over and deleted.
func (k *Keeper) departed(ctx context.Context, d edo.Digest) (edo.Deletion, bool, error) {
	row, err := k.Store.Departed(ctx, d)
	if errors.Is(err, edo.NotFound) {
		return row, false, nil
	}
	return row, err == nil, err
}
