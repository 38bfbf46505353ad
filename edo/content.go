package edo

import (
	"context"
	"errors"
	"io"
	"os"
)

// Content is bytes that can be read more than once: a retry must send exactly the same.
type Content struct {
	Size   int64
	Digest Digest
	// Open starts reading from the beginning. The reader fails if fewer, more or other bytes come than Size and
	// Digest say, at the latest with its last Read.
	Open func(ctx context.Context) (io.ReadCloser, error)
	// In is the archive that has made these bytes durable already, nil if none has.
	In Archive
}

// FileContent reads the file once for its digest. The file must stay as it is until the package is accepted.
func FileContent(path string) (Content, error) {
	open := func(context.Context) (io.ReadCloser, error) { return os.Open(path) }
	f, err := os.Open(path)
	if err != nil {
		return Content{}, err
	}
	defer func() { _ = f.Close() }()
	d, n, err := DigestOf(f)
	return Content{Size: n, Digest: d, Open: open}, err
}

// Save writes the content to a new file, or leaves none: an existing file is not touched.
func (c Content) Save(ctx context.Context, path string) error {
	r, err := c.Open(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = r.Close() }()
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, r)
	if err = errors.Join(err, f.Close()); err != nil {
		return errors.Join(err, os.Remove(path))
	}
	return nil
}

// Blob collects bytes until Commit makes them durable under their digest.
type Blob interface {
	io.Writer
	// Commit returns after the bytes are on stable storage.
	Commit(ctx context.Context) (Digest, int64, error)
	// Abort drops the bytes; harmless after Commit.
	Abort()
}

// Archive keeps document bytes by their digest. Storing the same bytes twice is one entry.
type Archive interface {
	Create(ctx context.Context) (Blob, error)
	// Open returns the bytes and verifies them while they are read: the last Read fails if they changed.
	// [NotFound] if the digest is unknown.
	Open(ctx context.Context, d Digest) (Content, error)
}
