package compact

import (
	"bytes"
	"compress/flate"
	_ "embed"
	"encoding/binary"
	"fmt"
	"io"
	"sync"

	"github.com/edokit/edokit/edo"
)

//go:embed dictionary.bin
var dictionary []byte

// Formats, the first byte of what is packed.
const (
	plain    = 0
	deflated = 1
)

// MaxSize bounds what [Codec.Unpack] makes, in bytes.
const MaxSize = 1 << 30

// maxHoles bounds the holes of one text; a message has one for every content and secret in it.
const maxHoles = 1 << 20

// level: the ones above make these texts no smaller.
const level = flate.DefaultCompression

// Codec packs and unpacks. The zero value is ready, and several goroutines may use it.
type Codec struct {
	writers sync.Pool // of *flate.Writer: each holds a megabyte
}

// Pack packs one half. The result is never larger than the input by more than 16 bytes and what the holes take.
func (c *Codec) Pack(head string, m edo.Masked) ([]byte, error) {
	body := make([]byte, 0, len(head)+len(m.Text)+len(m.Holes)*100+8)
	body = appendText(body, head)
	body = binary.AppendUvarint(body, uint64(len(m.Holes)))
	for _, h := range m.Holes {
		if h.Start < 0 || h.End < h.Start || h.Size < 0 {
			return nil, &edo.Error{Kind: edo.Internal, Op: "compact.Pack", Message: fmt.Sprintf("hole %d..%d of %d bytes does not fit", h.Start, h.End, h.Size)}
		}
		body = appendHole(body, h)
	}
	body = append(body, m.Text...)
	out := bytes.NewBuffer(binary.AppendUvarint([]byte{deflated}, uint64(len(body))))
	prefix := out.Len()
	if err := c.deflate(out, body); err != nil {
		return nil, err
	}
	if out.Len() >= prefix+len(body) {
		return append(binary.AppendUvarint([]byte{plain}, uint64(len(body))), body...), nil
	}
	return bytes.Clone(out.Bytes()), nil
}

func (c *Codec) deflate(to io.Writer, body []byte) error {
	w, ready := c.writers.Get().(*flate.Writer)
	if ready {
		w.Reset(to) // to the dictionary too
	} else {
		var err error
		if w, err = flate.NewWriterDict(to, level, dictionary); err != nil {
			return err
		}
	}
	if _, err := w.Write(body); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	c.writers.Put(w)
	return nil
}

func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

func appendHole(b []byte, h edo.Hole) []byte {
	b = binary.AppendUvarint(b, uint64(h.Start))
	b = binary.AppendUvarint(b, uint64(h.End-h.Start))
	b = appendText(b, string(h.Kind))
	b = appendText(b, h.Name)
	digest := ""
	if !h.Digest.IsZero() {
		digest = h.Digest.String()
	}
	b = appendText(b, digest)
	return binary.AppendUvarint(b, uint64(h.Size))
}

// Unpack gives back what was packed. Bytes that Pack did not make are [edo.Internal]: the row is damaged.
func (c *Codec) Unpack(packed []byte) (head string, m edo.Masked, err error) {
	body, err := inflate(packed)
	if err != nil {
		return "", m, err
	}
	r := &reader{rest: body}
	head = r.text()
	n := r.number(maxHoles)
	for range n {
		if r.bad {
			break
		}
		m.Holes = append(m.Holes, r.hole())
	}
	if r.bad {
		return "", edo.Masked{}, damaged("is cut short")
	}
	if len(r.rest) > 0 {
		m.Text = bytes.Clone(r.rest) // apart from the holes, so that nothing else is kept alive
	}
	return head, m, nil
}

func inflate(packed []byte) ([]byte, error) {
	if len(packed) == 0 {
		return nil, damaged("is empty")
	}
	size, n := binary.Uvarint(packed[1:])
	if n <= 0 || size > MaxSize {
		return nil, damaged("has no believable length")
	}
	rest := packed[1+n:]
	switch packed[0] {
	case plain:
		if uint64(len(rest)) != size {
			return nil, damaged("is not as long as it says")
		}
		return rest, nil
	case deflated:
	default:
		return nil, damaged(fmt.Sprintf("is of format %d, which this version does not know", packed[0]))
	}
	r := flate.NewReaderDict(bytes.NewReader(rest), dictionary)
	body, err := io.ReadAll(io.LimitReader(r, int64(size)+1)) // grows with what is there, not with what is said
	if err != nil || uint64(len(body)) != size {
		return nil, damaged("cannot be unpacked")
	}
	return body, nil
}

func damaged(how string) error {
	return &edo.Error{Kind: edo.Internal, Op: "compact.Unpack", Message: "a packed text " + how, Remedy: `see "log verify"`}
}

// reader takes the parts of an unpacked body. After the first one that does not fit it gives nothing more.
type reader struct {
	rest []byte
	bad  bool
}

func (r *reader) number(most uint64) uint64 {
	v, n := binary.Uvarint(r.rest)
	if r.bad || n <= 0 || v > most {
		r.bad = true
		return 0
	}
	r.rest = r.rest[n:]
	return v
}

func (r *reader) text() string {
	n := r.number(uint64(len(r.rest)))
	if r.bad || n > uint64(len(r.rest)) {
		r.bad = true
		return ""
	}
	s := string(r.rest[:n])
	r.rest = r.rest[n:]
	return s
}

func (r *reader) hole() edo.Hole {
	start := r.number(MaxSize)
	h := edo.Hole{Start: int(start), End: int(start + r.number(MaxSize)), Kind: edo.HoleKind(r.text()), Name: r.text()}
	if digest := r.text(); digest != "" {
		d, err := edo.ParseDigest(digest)
		h.Digest, r.bad = d, r.bad || err != nil
	}
	h.Size = int64(r.number(1 << 62))
	return h
}
