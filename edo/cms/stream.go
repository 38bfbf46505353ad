package cms

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"io"

	"github.com/edokit/edokit/edo"
)

// chunk is how much content is in memory at a time.
const chunk = 128 << 10

// stream copies content to w and looks at ctx between chunks.
func stream(ctx context.Context, w io.Writer, content io.Reader) error {
	if content == nil {
		return errors.New("no content")
	}
	buf := make([]byte, chunk)
	for idle := 0; ; {
		if err := ctx.Err(); err != nil {
			return err
		}
		n, err := content.Read(buf)
		if _, werr := w.Write(buf[:n]); werr != nil {
			return werr
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if idle++; n > 0 {
			idle = 0
		} else if idle == 100 {
			return io.ErrNoProgress
		}
	}
}

// unreadable wraps a failure of the content's reader, keeping its kind if it has one.
func unreadable(op string, err error) error {
	return &edo.Error{Kind: edo.KindOf(err), Reason: edo.ReasonOf(err), Op: op, Field: "content", Message: "cannot be read", Err: err}
}

// prefix keeps the first bytes of what is written.
type prefix struct{ bytes []byte }

func (p *prefix) Write(b []byte) (int, error) {
	if free := 64 - len(p.bytes); free > 0 {
		p.bytes = append(p.bytes, b[:min(free, len(b))]...)
	}
	return len(b), nil
}

// likeAttributes reports content that begins like DER of signed attributes: a SET with an attribute of PKCS #9.
func likeAttributes(head []byte) bool {
	pkcs9, _ := hex.DecodeString("06092a864886f70d0109")
	return len(head) > 0 && head[0] == tagSet && bytes.Contains(head, pkcs9)
}
