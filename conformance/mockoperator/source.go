package mockoperator

import (
	"bufio"
	"bytes"
	"io"
)

// source feeds the XML decoder byte by byte and lets the reader take the text of base64 elements past the decoder, in
// whole buffers, from the same place.
type source struct {
	*bufio.Reader
	last, before byte
	left         int64 // bytes of markup still allowed
}

func newSource(r io.Reader, buf *bufio.Reader, markup int64) (*source, error) {
	buf.Reset(r)
	s := &source{Reader: buf, left: markup}
	bom := []byte("\xef\xbb\xbf")
	if head, _ := buf.Peek(len(bom)); bytes.Equal(head, bom) {
		_, err := buf.Discard(len(bom))
		return s, err
	}
	return s, nil
}

// ReadByte implements io.ByteReader, which keeps the decoder from buffering ahead of us.
func (s *source) ReadByte() (byte, error) {
	if s.left--; s.left < 0 {
		return 0, errTooLarge
	}
	b, err := s.Reader.ReadByte()
	if err == nil {
		s.before, s.last = s.last, b
	}
	return b, err
}

// selfClosed tells whether the start tag just read was <x/>: the decoder will make up the end tag, and there is no text.
func (s *source) selfClosed() bool { return s.before == '/' && s.last == '>' }
