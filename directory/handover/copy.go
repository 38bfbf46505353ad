package handover

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/directory/archive"
	"github.com/edokit/edokit/edo"
)

// Copy is an export as it comes back from an external archive. Nothing in it is believed before it was compared with the
// manifest, whose own digest is in the store and in the receipt.
type Copy struct {
	Manifest Manifest
	Digest   edo.Digest // of manifest.json
	// Expect is the digest that it must have, as the store or the receipt knows it. Zero: a manifest that was changed
	// together with what it names is not noticed, see [Report.Compared].
	Expect  edo.Digest
	root    *os.Root
	content *archive.Archive
}

// OpenCopy opens the folder of an export and reads its manifest.
func OpenCopy(folder string) (*Copy, error) {
	root, err := os.OpenRoot(folder)
	if err != nil {
		return nil, wrap("handover.Copy", broken("cannot be opened", err))
	}
	c := &Copy{root: root}
	if c.Manifest, c.Digest, err = readManifest(root); err == nil {
		c.content, err = archive.Open(archive.Config{Path: filepath.Join(folder, ContentDir)})
	}
	if err != nil {
		return nil, errors.Join(wrap("handover.Copy", err), root.Close())
	}
	return c, nil
}

// Close lets go of the folder.
func (c *Copy) Close() error { return errors.Join(c.content.Close(), c.root.Close()) }

// Open finds a content, verified while it is read.
func (c *Copy) Open(ctx context.Context, d edo.Digest) (edo.Content, error) {
	return c.content.Open(ctx, d)
}

// Report is what a check or a restoration of a copy found.
type Report struct {
	Batch    edo.BatchID
	Manifest edo.Digest
	Compared bool  // the manifest was compared with what is known of it, not only the copy with its manifest
	Contents int   // that are there and right
	Bytes    int64 // of them
	Restored int   // that were missing here, or damaged, and are back
	Wrong    []string
}

// OK reports whether nothing was wrong.
func (r Report) OK() bool { return len(r.Wrong) == 0 }

// maxWrong bounds what is told one by one.
const maxWrong = 1000

func (r *Report) wrong(format string, args ...any) {
	if len(r.Wrong) < maxWrong {
		r.Wrong = append(r.Wrong, fmt.Sprintf(format, args...))
	}
}

// Verify reads the whole copy. What is wrong with it is in the report; an error means that it could not be read to its end.
func (c *Copy) Verify(ctx context.Context, progress func(done, total int)) (Report, error) {
	return c.each(ctx, progress, func(content edo.Content, r *Report) error {
		err := read(ctx, content)
		if err == nil {
			r.Contents++
			r.Bytes += content.Size
			return nil
		}
		if errors.Is(err, archive.Corrupt) {
			r.wrong("%s: %v", contentName(content.Digest), err)
			return nil
		}
		return err
	})
}

// each goes over all contents that the copy must have, after its lists were found to be those of the manifest.
func (c *Copy) each(ctx context.Context, progress func(done, total int), use func(edo.Content, *Report) error) (Report, error) {
	r := Report{Batch: c.Manifest.Batch, Manifest: c.Digest, Compared: !c.Expect.IsZero()}
	if err := c.lists(&r); err != nil || !r.OK() {
		return r, wrap("handover.Copy", err)
	}
	done := 0
	err := c.lines(SumsFile, func(raw []byte) error {
		hex, name, ok := strings.Cut(string(raw), "  ")
		d, err := edo.ParseDigest(hex)
		if !ok || err != nil || name != contentName(d) {
			r.wrong("%s: line %d is no sum of a content", SumsFile, done+1)
			return nil
		}
		done++
		progress(done, c.Manifest.Contents)
		content, err := c.content.Open(ctx, d)
		if errors.Is(err, edo.NotFound) {
			r.wrong("%s is missing", name)
			return nil
		}
		if err != nil {
			return err
		}
		return use(content, &r)
	})
	if err == nil && done != c.Manifest.Contents {
		r.wrong("%s names %d contents, the manifest %d", SumsFile, done, c.Manifest.Contents)
	}
	return r, wrap("handover.Copy", err)
}

// lists compares the three lists with the manifest.
func (c *Copy) lists(r *Report) error {
	if r.Compared && c.Expect != c.Digest {
		r.wrong("%s is not the one that was handed over: its sha256 was %s", ManifestFile, c.Expect)
		return nil
	}
	named := map[string]bool{}
	for _, want := range c.Manifest.Files {
		named[want.Name] = true
		f, err := c.root.Open(want.Name)
		if errors.Is(err, fs.ErrNotExist) {
			r.wrong("%s is missing", want.Name)
			continue
		}
		if err != nil {
			return err
		}
		d, n, err := edo.DigestOf(f)
		if err := errors.Join(err, f.Close()); err != nil {
			return err
		}
		if d != want.Digest || n != want.Size {
			r.wrong("%s is not the file that the manifest names", want.Name)
		}
	}
	for _, name := range []string{DocumentsFile, LogFile, SumsFile} {
		if !named[name] {
			r.wrong("the manifest does not name %s", name)
		}
	}
	return nil
}

// lines reads a list line by line.
func (c *Copy) lines(name string, each func([]byte) error) error {
	f, err := c.root.Open(name)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	s := bufio.NewScanner(f)
	s.Buffer(make([]byte, 0, 64<<10), maxLine)
	for s.Scan() {
		if err := each(s.Bytes()); err != nil {
			return err
		}
	}
	return s.Err()
}

// Documents calls each for every item of the batch.
func (c *Copy) Documents(each func(Line) error) error {
	return wrap("handover.Copy", c.lines(DocumentsFile, func(raw []byte) error {
		var l Line
		if err := json.Unmarshal(raw, &l); err != nil {
			return broken(DocumentsFile+" cannot be read", err)
		}
		return each(l)
	}))
}

// Log calls each for every row of the message log in the batch. With its masked text and [Copy.Open] the exact bytes of a
// request or an answer are made again, see [edo.Masked].
func (c *Copy) Log(each func(directory.Exchange) error) error {
	return wrap("handover.Copy", c.lines(LogFile, func(raw []byte) error {
		var e directory.Exchange
		if err := json.Unmarshal(raw, &e); err != nil {
			return broken(LogFile+" cannot be read", err)
		}
		return each(e)
	}))
}

// read reads a content to its end.
func read(ctx context.Context, c edo.Content) error {
	r, err := c.Open(ctx)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, r)
	return errors.Join(err, r.Close())
}

// Restore puts the contents of a copy back into the archive: those that are not there or are damaged, of only if it is not
// empty. Their deletions are noted as undone, so they can be read like any other until a later run deletes them again.
func (k *Keeper) Restore(ctx context.Context, c *Copy, only ...edo.Digest) (Report, error) {
	chosen := map[edo.Digest]bool{}
	for _, d := range only {
		chosen[d] = true
	}
	r, err := c.each(ctx, k.Progress, func(content edo.Content, r *Report) error {
		if len(only) > 0 && !chosen[content.Digest] {
			return nil
		}
		delete(chosen, content.Digest)
		return k.restore(ctx, content, r)
	})
	for d := range chosen {
		r.wrong("%s is not in this copy", d)
	}
	return r, err
}

func (k *Keeper) restore(ctx context.Context, content edo.Content, r *Report) error {
	have, err := k.Archive.Open(ctx, content.Digest)
	if err == nil && read(ctx, have) == nil {
		err = k.Archive.Keep(ctx, content.Digest)
	} else {
		if err = store(ctx, content, k.Archive); errors.Is(err, archive.Corrupt) {
			r.wrong("%s: %v", contentName(content.Digest), err)
			return nil
		}
		r.Restored++
	}
	if err != nil {
		return err
	}
	r.Contents++
	r.Bytes += content.Size
	if _, gone, err := k.departed(ctx, content.Digest); err != nil || !gone {
		return err
	}
	return k.Store.UndoDeletion(ctx, content.Digest, k.Now())
}
