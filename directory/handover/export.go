package handover

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/directory/archive"
	"github.com/edokit/edokit/edo"
)

// Order says what is to be handed over.
type Order struct {
	Until      time.Time        // what was accepted or came in before
	Subscriber edo.SubscriberID // empty: of all
	Folder     string           // of the export: new or empty, or that of an export that was interrupted
	Actor      edo.ActorID
	Limit      int // items; 0: [directory.MaxHandover], which is the most
	// Chosen is called when there is a batch, before the first byte of it is written: an error ends the export, which is
	// gone on with later. Nil: nobody is told.
	Chosen func(ctx context.Context) error
}

// Export writes a batch into a folder and returns when all of it is on stable storage; it is then exported and waits for
// the receipt. An export to the same folder that was interrupted is gone on with, whatever else the order says: its items
// were chosen when it began. [edo.NotFound]: there is nothing to hand over.
func (k *Keeper) Export(ctx context.Context, o Order) (directory.Handover, error) {
	h, err := k.export(ctx, o)
	return h, wrap("handover.Export", err)
}

func (k *Keeper) export(ctx context.Context, o Order) (directory.Handover, error) {
	place, err := filepath.Abs(o.Folder)
	if err != nil || o.Folder == "" {
		return directory.Handover{}, &edo.Error{Kind: edo.Invalid, Field: "folder", Message: "is not set", Remedy: "name a new folder", Err: err}
	}
	h, err := k.Store.OpenHandoverAt(ctx, place)
	if errors.Is(err, edo.NotFound) {
		h, err = k.begin(ctx, o, place)
	}
	if err == nil && o.Chosen != nil {
		err = o.Chosen(ctx)
	}
	if err != nil {
		return h, err
	}
	e := &export{Keeper: k, batch: h, seen: map[edo.Digest]int64{}, logged: map[edo.ExchangeID]bool{}}
	manifest, err := e.write(ctx)
	if err != nil {
		return h, err
	}
	return k.Store.EndExport(ctx, h.ID, manifest, k.Now())
}

// begin chooses the items of a new batch, when its folder can be used.
func (k *Keeper) begin(ctx context.Context, o Order, place string) (directory.Handover, error) {
	if err := os.MkdirAll(place, 0o700); err != nil {
		return directory.Handover{}, err
	}
	there, err := os.ReadDir(place)
	if err != nil {
		return directory.Handover{}, err
	}
	if len(there) > 0 {
		return directory.Handover{}, &edo.Error{Kind: edo.Invalid, Field: "folder", Message: place + " is not empty", Remedy: "name a new folder for every batch"}
	}
	limit := o.Limit
	if limit <= 0 || limit > directory.MaxHandover {
		limit = directory.MaxHandover
	}
	return k.Store.OpenHandover(ctx, directory.Handover{
		ID: edo.BatchID(k.NewID()), Subscriber: o.Subscriber, Until: o.Until, Place: place, Actor: o.Actor, CreatedAt: k.Now(),
	}, limit)
}

// export is one run over the items of a batch. What earlier runs have copied is not copied again; the lists are written
// anew, since they are small and name what is there now.
type export struct {
	*Keeper
	batch   directory.Handover
	content *archive.Archive
	lines   *jsonLines
	log     *jsonLines
	seen    map[edo.Digest]int64 // sizes of what is in the folder
	logged  map[edo.ExchangeID]bool
	bytes   int64
}

func (e *export) write(ctx context.Context) (manifest edo.Digest, err error) {
	root, err := os.OpenRoot(e.batch.Place)
	if err != nil {
		return manifest, err
	}
	defer func() { _ = root.Close() }()
	if e.content, err = archive.Open(archive.Config{Path: filepath.Join(e.batch.Place, ContentDir), Now: e.Now}); err != nil {
		return manifest, err
	}
	defer func() { _ = e.content.Close() }()
	if e.lines, err = newLines(root, DocumentsFile); err != nil {
		return manifest, err
	}
	defer func() { _ = e.lines.file.Close() }()
	if e.log, err = newLines(root, LogFile); err != nil {
		return manifest, err
	}
	defer func() { _ = e.log.file.Close() }()
	if err := e.items(ctx); err != nil {
		return manifest, err
	}
	files, err := e.end(root)
	if err != nil {
		return manifest, err
	}
	h := e.batch
	return writeManifest(root, Manifest{
		Format: format, Batch: h.ID, Subscriber: h.Subscriber, Until: h.Until, Created: h.CreatedAt, Actor: h.Actor,
		Items: e.lines.lines, Exchanges: e.log.lines, Contents: len(e.seen), Bytes: e.bytes, Files: files,
	})
}

// end makes the lists durable.
func (e *export) end(root *os.Root) (files []File, err error) {
	sums, err := newLines(root, SumsFile)
	if err != nil {
		return nil, err
	}
	defer func() { _ = sums.file.Close() }()
	digests := make([]edo.Digest, 0, len(e.seen))
	for d := range e.seen {
		digests = append(digests, d)
	}
	slices.SortFunc(digests, compare)
	for _, d := range digests {
		if err := sums.text(d.String() + "  " + contentName(d)); err != nil {
			return nil, err
		}
	}
	for _, one := range []struct {
		lines *jsonLines
		name  string
	}{{e.lines, DocumentsFile}, {e.log, LogFile}, {sums, SumsFile}} {
		f, err := one.lines.end(one.name)
		if err != nil {
			return nil, err
		}
		files = append(files, f)
	}
	return files, nil
}

func contentName(d edo.Digest) string { return ContentDir + "/" + d.String()[:2] + "/" + d.String() }

func compare(a, b edo.Digest) int { return slices.Compare(a[:], b[:]) }

func (e *export) items(ctx context.Context) error {
	done := 0
	for after := int64(0); ; {
		page, err := e.Store.HandoverItems(ctx, e.batch.ID, after, directory.MaxLimit)
		if err != nil || len(page) == 0 {
			return err
		}
		for _, i := range page {
			after = i.Seq
			if err := e.item(ctx, i); err != nil {
				return &edo.Error{Kind: edo.KindOf(err), Reason: edo.ReasonOf(err), Field: string(i.Kind), Message: string(i.Subscriber) + " " + i.ID + " cannot be handed over", Err: err}
			}
			done++
			e.Progress(done, e.batch.Items)
		}
	}
}

// item copies everything of one item before the line that names it.
func (e *export) item(ctx context.Context, i directory.HandoverItem) error {
	line, exchanges, err := e.describe(ctx, i)
	if err != nil {
		return err
	}
	for _, id := range exchanges {
		contents, err := e.exchange(ctx, id)
		if err != nil {
			return err
		}
		line.Exchanges = append(line.Exchanges, id)
		line.Contents = append(line.Contents, contents...)
	}
	var entries []edo.Entry
	kept, had := line.Contents[:0], map[edo.Digest]bool{}
	for _, c := range line.Contents {
		if had[c.Digest] && c.What == "log" {
			continue // named already by what it is
		}
		size, row, err := e.copy(ctx, c.Digest)
		switch {
		case err != nil:
			return err
		case row != nil:
			if !had[c.Digest] {
				line.Departed = append(line.Departed, *row)
			}
		default:
			c.Size = size
			kept = append(kept, c)
			if !had[c.Digest] {
				entries = append(entries, edo.Entry{Digest: c.Digest, Size: size})
			}
		}
		had[c.Digest] = true
	}
	line.Contents = kept
	if err := e.Store.AddHandoverContents(ctx, e.batch.ID, i.Seq, entries); err != nil {
		return err
	}
	return e.lines.json(line)
}

// copy puts a content into the folder, unless it is there whole. One that was handed over and deleted earlier is told
// about instead.
func (e *export) copy(ctx context.Context, d edo.Digest) (int64, *edo.Deletion, error) {
	if size, there := e.seen[d]; there {
		return size, nil, nil
	}
	c, err := e.Archive.Open(ctx, d)
	if errors.Is(err, edo.NotFound) {
		row, gone, err := e.departed(ctx, d)
		if err == nil && !gone {
			err = &edo.Error{Kind: edo.Internal, Reason: edo.ContentMissing, Field: "content", Message: d.String() + " is not in the archive", Remedy: "restore it from a backup"}
		}
		return 0, &row, err
	}
	if err != nil {
		return 0, nil, err
	}
	have, err := e.content.Stat(ctx, d)
	if err != nil || have.Size != c.Size {
		if err := store(ctx, c, e.content); err != nil {
			return 0, nil, err
		}
	}
	e.seen[d] = c.Size
	e.bytes += c.Size
	return c.Size, nil, nil
}

// store copies a content into an archive; it is verified while it is read.
func store(ctx context.Context, c edo.Content, to edo.Archive) error {
	r, err := c.Open(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = r.Close() }()
	b, err := to.Create(ctx)
	if err != nil {
		return err
	}
	defer b.Abort()
	if _, err := io.Copy(b, r); err != nil {
		return err
	}
	d, _, err := b.Commit(ctx)
	if err == nil && d != c.Digest {
		err = archive.Damaged(c.Digest, "was copied as "+d.Short())
	}
	return err
}

func wrap(op string, err error) error {
	var known *edo.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &known):
		if known.Op == "" {
			known.Op = op
		}
		return err
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return &edo.Error{Kind: edo.Unavailable, Op: op, Err: err}
	}
	return &edo.Error{Kind: edo.Internal, Op: op, Err: fmt.Errorf("%w", err)}
}
