package archive

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"

	"github.com/edokit/edokit/edo"
)

// Open finds the bytes of d. They are read and checked when the content is.
func (a *Archive) Open(ctx context.Context, d edo.Digest) (edo.Content, error) {
	if err := ctx.Err(); err != nil {
		return edo.Content{}, classify("archive.Open", err)
	}
	info, err := a.find(d)
	if errors.Is(err, fs.ErrNotExist) {
		err = Missing(d)
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
	f, err := a.open(d)
	if err != nil {
		return nil, classify("archive.Read", err)
	}
	info, err := f.Stat()
	if err == nil && info.Size() != size {
		err = Damaged(d, fmt.Sprintf("is %d bytes long, was %d", info.Size(), size))
	}
	if err != nil {
		_ = f.Close()
		return nil, classify("archive.Read", err)
	}
	return Verified(f, d, size), nil
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

// Verified reads size bytes from r and withholds the last ones until the digest of all of them is known to be right, so
// that even a reader who stops at the announced size notices. Other bytes, or fewer, end with reason [Corrupt]; what r
// holds beyond size is not read. It is how every archive keeps the promise of [edo.Archive] to verify.
func Verified(r io.ReadCloser, d edo.Digest, size int64) io.ReadCloser {
	return &verified{from: r, digest: d, left: size, hash: sha256.New()}
}

// verified is used by one goroutine at a time.
type verified struct {
	from   io.ReadCloser
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
	n, err := v.from.Read(p[:min(int64(len(p)), v.left)])
	_, _ = v.hash.Write(p[:n])
	v.left -= int64(n)
	switch {
	case errors.Is(err, io.EOF) && v.left > 0: // the end may come with the last bytes
		v.failed = Damaged(v.digest, fmt.Sprintf("ends %d bytes early", v.left))
		return 0, v.failed
	case err != nil && !errors.Is(err, io.EOF):
		v.failed = classify("archive.Read", err)
		return 0, v.failed
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
		return Damaged(v.digest, "has other bytes than its name says")
	}
	return io.EOF
}

func (v *verified) Close() error { return v.from.Close() }
