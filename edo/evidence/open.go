package evidence

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"

	"github.com/edokit/edokit/edo"
)

// Open reads entry i from its beginning. The stream gives exactly Size bytes; its last Read fails with [Damaged] if they
// are others than [Read] saw. ctx is asked once, here; close the stream to end early.
func (b *Bundle) Open(ctx context.Context, i int) (io.ReadCloser, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if i < 0 || i >= len(b.entries) {
		return nil, &edo.Error{Kind: edo.NotFound, Op: "evidence.Open", Field: fmt.Sprintf("entries[%d]", i), Message: "is not in the archive"}
	}
	r, err := b.open("evidence.Open", i)
	if err != nil {
		return nil, err
	}
	r.want = b.entries[i].Digest
	return r, nil
}

// open checks no digest yet.
func (b *Bundle) open(op string, i int) (*entryReader, error) {
	rc, err := b.files[i].Open()
	if err != nil {
		return nil, broken(op, i, b.entries[i].Name, err)
	}
	return &entryReader{rc: rc, left: b.entries[i].Size, sum: sha256.New(), wrong: func(err error) error {
		return broken(op, i, b.entries[i].Name, err)
	}}, nil
}

// entryReader counts and digests what comes. archive/zip counts as well; the limit holds whatever it does.
type entryReader struct {
	rc    io.ReadCloser
	left  int64
	sum   hash.Hash
	want  edo.Digest // zero: not known yet
	wrong func(error) error
	err   error
}

func (r *entryReader) Read(p []byte) (int, error) {
	if r.err != nil {
		return 0, r.err
	}
	n, err := r.rc.Read(p)
	if r.left -= int64(n); r.left < 0 {
		n, err = 0, errors.New("holds more bytes than stated")
	}
	_, _ = r.sum.Write(p[:n])
	switch {
	case errors.Is(err, io.EOF) && r.left > 0:
		err = io.ErrUnexpectedEOF
	case errors.Is(err, io.EOF) && !r.want.IsZero() && r.digest() != r.want:
		err = errors.New("other bytes than at first")
	}
	if r.err = err; noEOF(err) != nil {
		n, r.err = 0, r.wrong(err)
	}
	return n, r.err
}

func (r *entryReader) Close() error { return r.rc.Close() }

func (r *entryReader) digest() (d edo.Digest) {
	r.sum.Sum(d[:0])
	return d
}

func noEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// broken tells an entry that is not what its header says from a file that cannot be read.
func broken(op string, i int, name string, err error) error {
	if failed := (*sourceError)(nil); errors.As(err, &failed) {
		return wrap(op, failed.err)
	}
	e := refuse(Damaged, i, name, "is damaged", askAgain)
	e.Op, e.Err = op, err
	return e
}

// wrap keeps a typed error as it is.
func wrap(op string, err error) error {
	if typed := (*edo.Error)(nil); errors.As(err, &typed) {
		return err
	}
	return &edo.Error{Kind: edo.KindOf(err), Op: op, Field: "archive", Message: "cannot be read", Err: err}
}
