package archive

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"

	"github.com/edokit/edokit/edo"
)

// Open finds the bytes of d. They are read and checked when the content is.
func (a *Archive) Open(ctx context.Context, d edo.Digest) (edo.Content, error) {
	if err := ctx.Err(); err != nil {
		return edo.Content{}, classify("archive.Open", err)
	}
	info, err := a.root.Stat(place(d))
	if errors.Is(err, fs.ErrNotExist) {
		return edo.Content{}, &edo.Error{Kind: edo.NotFound, Op: "archive.Open", Field: "digest", Message: d.Short() + " is not in the archive"}
	}
	if err != nil {
		return edo.Content{}, classify("archive.Open", err)
	}
	c := edo.Content{Size: info.Size(), Digest: d, In: a}
	c.Open = func(ctx context.Context) (io.ReadCloser, error) {
		if err := ctx.Err(); err != nil {
			return nil, classify("archive.Read", err)
		}
		return a.read(c.Digest, c.Size)
	}
	return c, nil
}

func (a *Archive) read(d edo.Digest, size int64) (io.ReadCloser, error) {
	f, err := a.root.Open(place(d))
	if err != nil {
		return nil, classify("archive.Read", err)
	}
	info, err := f.Stat()
	if err == nil && info.Size() != size {
		err = corrupt(d, fmt.Sprintf("is %d bytes long, was %d", info.Size(), size))
	}
	if err != nil {
		_ = f.Close()
		return nil, classify("archive.Read", err)
	}
	return &verified{file: f, digest: d, left: size, hash: sha256.New()}, nil
}

func (a *Archive) intact(d edo.Digest) error {
	info, err := a.root.Stat(place(d))
	if err != nil {
		return err
	}
	r, err := a.read(d, info.Size())
	if err != nil {
		return err
	}
	defer func() { _ = r.Close() }()
	_, err = io.Copy(io.Discard, r)
	return err
}

// verified reads a file and withholds its last bytes until the digest of all of them is known to be right, so that
// even a reader who stops at the announced size notices.
type verified struct {
	file   *os.File
	digest edo.Digest
	left   int64
	hash   hash.Hash
	failed error
}

func (v *verified) Read(p []byte) (int, error) {
	if v.failed != nil {
		return 0, v.failed
	}
	if v.left == 0 {
		v.failed = v.end()
		return 0, v.failed
	}
	if len(p) == 0 {
		return 0, nil
	}
	n, err := v.file.Read(p[:min(int64(len(p)), v.left)])
	_, _ = v.hash.Write(p[:n])
	v.left -= int64(n)
	switch {
	case errors.Is(err, io.EOF):
		v.failed = corrupt(v.digest, fmt.Sprintf("ends %d bytes early", v.left))
		return 0, v.failed
	case err != nil:
		v.failed = classify("archive.Read", err)
		return n, v.failed
	case v.left > 0:
		return n, nil
	}
	if v.failed = v.end(); !errors.Is(v.failed, io.EOF) {
		return 0, v.failed
	}
	return n, nil
}

// end is io.EOF if everything was as it should be.
func (v *verified) end() error {
	if edo.Digest(v.hash.Sum(nil)) != v.digest {
		return corrupt(v.digest, "has other bytes than its name says")
	}
	return io.EOF
}

func (v *verified) Close() error { return v.file.Close() }
