package dmsplugin

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"

	"github.com/edokit/edokit/dmsplugin/internal/dmspb"
	"github.com/edokit/edokit/dmsplugin/internal/wire"
	"github.com/edokit/edokit/edo"
)

// cut reads r to its end and sends what stands behind offset in chunks; digest and size are of the whole. Every chunk has
// its own memory: gRPC may still look at the last one.
func cut(r io.Reader, offset int64, send func(*dmspb.Chunk) error) (edo.Digest, int64, error) {
	h := sha256.New()
	size, err := io.CopyN(h, r, offset)
	if err != nil {
		return edo.Digest{}, size, err
	}
	for {
		buf := make([]byte, ChunkSize)
		n, err := io.ReadFull(r, buf)
		if n > 0 {
			h.Write(buf[:n])
			size += int64(n)
			if err := send(&dmspb.Chunk{Data: buf[:n]}); err != nil {
				return edo.Digest{}, size, err
			}
		}
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			return edo.Digest(h.Sum(nil)), size, nil
		case err != nil:
			return edo.Digest{}, size, err
		}
	}
}

// join collects chunks into w and compares them with what was announced and with the trailer.
type join struct {
	field string // for errors
	w     io.Writer
	limit int64 // bytes announced
	hash  hash.Hash
	size  int64
}

func newJoin(field string, w io.Writer, limit int64) *join {
	return &join{field: field, w: w, limit: limit, hash: sha256.New()}
}

func (j *join) add(c *dmspb.Chunk) error {
	data := c.GetData()
	switch {
	case len(data) == 0:
		return wire.Broken(j.field, "has an empty chunk")
	case len(data) > MaxChunk:
		return wire.Broken(j.field, fmt.Sprintf("has a chunk of %d bytes", len(data)))
	case j.size+int64(len(data)) > j.limit:
		return wire.Broken(j.field, fmt.Sprintf("is longer than the announced %d bytes", j.limit))
	}
	j.hash.Write(data)
	j.size += int64(len(data))
	_, err := j.w.Write(data)
	return err
}

// end compares with a trailer and gives the digest.
func (j *join) end(size int64, sha []byte) (edo.Digest, error) {
	got := edo.Digest(j.hash.Sum(nil))
	said, err := wire.FromDigest(j.field+".sha256", sha)
	switch {
	case err != nil:
		return got, err
	case size != j.size || j.size != j.limit:
		return got, wire.Broken(j.field, fmt.Sprintf("is %d bytes, announced %d, trailer %d", j.size, j.limit, size))
	case said != got:
		return got, wire.Broken(j.field, "has another SHA-256 than its trailer says")
	}
	return got, nil
}
