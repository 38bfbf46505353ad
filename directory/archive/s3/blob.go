package s3

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"os"

	"github.com/edokit/edokit/edo"
)

// spooled is the pattern of files that hold an entry while it is written.
const spooled = "edokit-s3-*"

// blob is an entry being written. It is used by one goroutine at a time.
type blob struct {
	archive *Archive
	file    *os.File // nil: committed or aborted
	hash    hash.Hash
	size    int64
	failed  error // the first failed Write; such a blob can never be committed
}

// Create starts an entry. Nothing of it reaches the storage before its Commit.
func (a *Archive) Create(ctx context.Context) (edo.Blob, error) {
	if err := ctx.Err(); err != nil {
		return nil, classify("s3.Create", err)
	}
	f, err := os.CreateTemp(a.cfg.Spool, spooled) // readable by its owner only
	if err != nil {
		return nil, spoolError("s3.Create", err)
	}
	// Where the system allows it the name goes now, so that no death of the process leaves a document behind.
	_ = os.Remove(f.Name())
	return &blob{archive: a, file: f, hash: sha256.New()}, nil
}

func (b *blob) Write(p []byte) (int, error) {
	if b.file == nil {
		return 0, spoolError("s3.Write", os.ErrClosed)
	}
	if b.failed != nil {
		return 0, b.failed
	}
	if int64(len(p)) > b.archive.cfg.MaxSize-b.size {
		b.failed = &edo.Error{
			Kind: edo.Invalid, Reason: edo.PackageTooLarge, Op: "s3.Write", Field: "content",
			Message: fmt.Sprintf("is larger than %d bytes", b.archive.cfg.MaxSize), Remedy: "split it",
		}
		return 0, b.failed
	}
	n, err := b.file.Write(p)
	_, _ = b.hash.Write(p[:n]) // a hash never fails
	b.size += int64(n)
	if err != nil {
		b.failed = spoolError("s3.Write", err)
	}
	return n, b.failed
}

// Commit uploads the bytes and returns when the storage has confirmed them.
func (b *blob) Commit(ctx context.Context) (edo.Digest, int64, error) {
	if b.file == nil {
		return edo.Digest{}, 0, spoolError("s3.Commit", os.ErrClosed)
	}
	defer b.Abort()
	if err := errors.Join(b.failed, ctx.Err()); err != nil {
		return edo.Digest{}, 0, classify("s3.Commit", err)
	}
	d := edo.Digest(b.hash.Sum(nil))
	if err := b.archive.upload(ctx, b.file, d, b.size); err != nil {
		return edo.Digest{}, 0, classify("s3.Commit", err)
	}
	return d, b.size, nil
}

// Abort drops the bytes.
func (b *blob) Abort() {
	if b.file == nil {
		return
	}
	_ = b.file.Close()
	_ = os.Remove(b.file.Name()) // gone already where open files can be removed
	b.file = nil
}

func spoolError(op string, err error) error {
	return &edo.Error{Kind: edo.Unavailable, Op: op, Field: "spool", Message: "cannot be used", Remedy: "look at the folder and at its free space", Err: err}
}
