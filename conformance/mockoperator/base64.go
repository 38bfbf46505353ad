package mockoperator

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"errors"
	"io"
)

var (
	errBase64   = errors.New("not base64")
	errTooLarge = errors.New("too large")
)

const (
	cdataOpen    = "<![CDATA["
	cdataClose   = "]]>"
	commentOpen  = "<!--"
	commentClose = "-->"
)

// copyBase64 decodes the text up to the end tag of the open element and leaves the reader before it. Whole buffers are
// decoded at once, into out; bytes are looked at one by one only where white space breaks the text.
func copyBase64(dst io.Writer, src *bufio.Reader, limit int64, out []byte) error {
	d := &base64Sink{dst: dst, limit: limit, out: out}
	for {
		chunk, err := src.ReadSlice('<')
		switch {
		case err == nil:
			chunk = chunk[:len(chunk)-1]
		case !errors.Is(err, bufio.ErrBufferFull):
			return noEOF(err)
		}
		if derr := d.take(chunk); derr != nil {
			return derr
		}
		if err != nil {
			continue
		}
		if err := src.UnreadByte(); err != nil {
			return err
		}
		more, err := insideMarkup(src, d)
		if err != nil || !more {
			return errors.Join(err, d.end(err))
		}
	}
}

// insideMarkup passes over a comment or takes a CDATA section; anything else ends the text.
func insideMarkup(src *bufio.Reader, d *base64Sink) (bool, error) {
	head, err := src.Peek(len(cdataOpen))
	if len(head) == 0 {
		return false, noEOF(err)
	}
	switch {
	case string(head) == cdataOpen:
		return true, until(src, cdataOpen, cdataClose, d.take)
	case bytes.HasPrefix(head, []byte(commentOpen)):
		return true, until(src, commentOpen, commentClose, func([]byte) error { return nil })
	}
	return false, nil
}

func until(src *bufio.Reader, open, end string, take func([]byte) error) error {
	if _, err := src.Discard(len(open)); err != nil {
		return noEOF(err)
	}
	for {
		b, err := src.ReadByte()
		if err != nil {
			return noEOF(err)
		}
		if b == end[0] {
			if rest, _ := src.Peek(len(end) - 1); string(rest) == end[1:] {
				_, err := src.Discard(len(end) - 1)
				return err
			}
		}
		if err := take([]byte{b}); err != nil {
			return err
		}
	}
}

type base64Sink struct {
	dst   io.Writer
	limit int64
	n     int64
	carry [4]byte
	held  int
	ended bool
	out   []byte
	clean []byte
}

func (d *base64Sink) take(p []byte) error {
	if spaced(p) {
		p = d.compact(p)
	}
	if d.held > 0 {
		n := copy(d.carry[d.held:], p)
		d.held, p = d.held+n, p[n:]
		if d.held < 4 {
			return nil
		}
		d.held = 0
		if err := d.decode(d.carry[:]); err != nil {
			return err
		}
	}
	whole := len(p) &^ 3
	d.held = copy(d.carry[:], p[whole:])
	return d.decode(p[:whole])
}

// spaced asks byte by byte kind, because one search for a single byte is vectorised and a search for a set is not.
func spaced(p []byte) bool {
	return bytes.IndexByte(p, '\n') >= 0 || bytes.IndexByte(p, ' ') >= 0 || bytes.IndexByte(p, '\r') >= 0 || bytes.IndexByte(p, '\t') >= 0
}

// compact drops the white space that XML allows in base64. A reference keeps its ampersand and fails in decode.
func (d *base64Sink) compact(p []byte) []byte {
	d.clean = d.clean[:0]
	for _, c := range p {
		if c != ' ' && c != '\t' && c != '\r' && c != '\n' {
			d.clean = append(d.clean, c)
		}
	}
	return d.clean
}

func (d *base64Sink) decode(p []byte) error {
	if len(p) == 0 {
		return nil
	}
	if d.ended {
		return errBase64
	}
	if need := base64.StdEncoding.DecodedLen(len(p)); need > len(d.out) {
		d.out = make([]byte, need)
	}
	n, err := base64.StdEncoding.Strict().Decode(d.out, p)
	if err != nil {
		return errBase64
	}
	d.ended = p[len(p)-1] == '='
	if d.n += int64(n); d.n > d.limit {
		return errTooLarge
	}
	_, err = d.dst.Write(d.out[:n])
	return err
}

// end refuses text that stops inside a group of four.
func (d *base64Sink) end(err error) error {
	if err == nil && d.held != 0 {
		return errBase64
	}
	return nil
}

func noEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
