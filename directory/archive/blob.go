package archive

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"os"
	"path"

	"github.com/edokit/edokit/directory/failpoint"
	"github.com/edokit/edokit/edo"
)

// blob is an entry being written. It is used by one goroutine at a time.
type blob struct {
	archive *Archive
	file    *os.File // nil: committed or aborted
	name    string
	hash    hash.Hash
	size    int64
	failed  error // the first failed Write; such a blob can never be committed
}

func newBlob(a *Archive, f *os.File, name string) *blob {
	return &blob{archive: a, file: f, name: name, hash: sha256.New()}
}

func (b *blob) Write(p []byte) (int, error) {
	if b.file == nil {
		return 0, classify("archive.Write", os.ErrClosed)
	}
	if b.failed != nil {
		return 0, b.failed
	}
	if int64(len(p)) > b.archive.max-b.size {
		b.failed = &edo.Error{
			Kind: edo.Invalid, Reason: edo.PackageTooLarge, Op: "archive.Write", Field: "content",
			Message: fmt.Sprintf("is larger than %d bytes", b.archive.max), Remedy: "split it",
		}
		return 0, b.failed
	}
	n := 0
	err := b.archive.step("write", func() (err error) {
		n, err = b.file.Write(p)
		return err
	})
	_, _ = b.hash.Write(p[:n]) // a hash never fails
	b.size += int64(n)
	if err != nil {
		b.failed = classify("archive.Write", err)
	}
	return n, b.failed
}

// Commit makes the bytes durable before it makes them visible, and says so only when the name is durable too.
func (b *blob) Commit(ctx context.Context) (edo.Digest, int64, error) {
	if b.file == nil {
		return edo.Digest{}, 0, classify("archive.Commit", os.ErrClosed)
	}
	defer b.Abort()
	if err := errors.Join(b.failed, ctx.Err()); err != nil {
		return edo.Digest{}, 0, classify("archive.Commit", err)
	}
	failpoint.Hit(ctx, "archive.written")
	if err := b.archive.step("sync", b.file.Sync); err != nil {
		return edo.Digest{}, 0, classify("archive.Commit", err)
	}
	if err := b.file.Close(); err != nil { // Windows renames closed files only
		return edo.Digest{}, 0, classify("archive.Commit", err)
	}
	failpoint.Hit(ctx, "archive.synced")
	d := edo.Digest(b.hash.Sum(nil))
	if err := b.publish(ctx, d); err != nil {
		return edo.Digest{}, 0, classify("archive.Commit", err)
	}
	b.file = nil
	failpoint.Hit(ctx, "archive.stored")
	return d, b.size, nil
}

// publish replaces an entry that is there already: the bytes are the same, unless the disk has changed them, and then
// this mends it. Where the system forbids replacing a file that is being read, an intact entry is as good.
func (b *blob) publish(ctx context.Context, d edo.Digest) error {
	to := place(d)
	if err := b.archive.step("rename", func() error { return b.archive.root.Rename(b.name, to) }); err != nil {
		if b.archive.intact(d) != nil || b.archive.keep(d) != nil {
			return err
		}
		if err := b.archive.root.Remove(b.name); err != nil {
			return err
		}
	}
	failpoint.Hit(ctx, "archive.renamed")
	// Also for an entry that was there: its writer may not have come to this line yet.
	return b.archive.step("sync-folder", func() error { return syncFolder(b.archive.root, path.Dir(to)) })
}

// Abort drops the bytes.
func (b *blob) Abort() {
	if b.file == nil {
		return
	}
	_ = b.file.Close() // what matters is gone with the name; a name that stays is swept later
	_ = b.archive.root.Remove(b.name)
	b.file = nil
}
