package soap

import (
	"bytes"
	"crypto/sha256"
	stdbase64 "encoding/base64"
	"hash"
	"io"

	"github.com/segmentio/asm/base64"

	"github.com/edokit/edokit/edo"
)

// content decodes one base64 element on the way through. While the text is what encoding the decoded bytes would give
// again, the log keeps the decoded bytes; from the first difference on it keeps the text as it came.
type content struct {
	s    *scanner
	w    io.Writer
	sum  hash.Hash
	size int64
	out  []byte

	kept  *region // of the log, nil without one
	carry []byte  // raw mode: characters of an unfinished quad
	ended bool    // raw mode: padding was seen
}

func newContent(s *scanner, w io.Writer) *content {
	return &content{s: s, w: w, sum: sha256.New()}
}

// read consumes everything up to the end tag.
func (c *content) read() {
	s := c.s
	if s.empty { // <a/>
		return
	}
	s.spaces()
	s.flush()
	if !c.canonical() {
		c.closeRegion()
		c.raw()
	}
	c.closeRegion()
}

// canonical handles text that encoding reproduces. It reports whether the end was reached.
func (c *content) canonical() bool {
	s := c.s
	for s.err == nil && s.need(4) {
		chunk := s.buf[s.r:s.w]
		end := bytes.IndexByte(chunk, '<')
		if end >= 0 {
			chunk = chunk[:end]
		}
		body := bytes.TrimRight(chunk, " \t\r\n")
		if end < 0 && len(body) != len(chunk) { // is it the end, or a line break?
			if len(chunk) > window/2 {
				return false
			}
			if s.want(len(chunk) + 1) {
				continue
			}
		}
		take := len(body) / 4 * 4
		padded, ok := c.decodeQuads(body[:take])
		if !ok {
			return false
		}
		if take > 0 {
			c.keep(edo.HoleBase64, c.out)
			s.r += take
			s.mark = s.r // these bytes are in the region, not in the text
		}
		switch {
		case s.err != nil:
			return true
		case take == len(body) && (end >= 0 || padded || len(body) != len(chunk)):
			return c.endCanonical()
		case take == 0:
			return false
		}
	}
	return true
}

// endCanonical takes white space before the end tag; anything else there is left to the raw mode.
func (c *content) endCanonical() bool {
	s := c.s
	n := 0
	for s.want(n+1) && isSpace(s.buf[s.r+n]) && n < window/2 {
		n++
	}
	if s.w-s.r > n && s.buf[s.r+n] != '<' {
		return false
	}
	c.closeRegion()
	s.r += n
	s.need(1)
	return true
}

// decodeQuads decodes whole quads into c.out and passes them on, if encoding them gives the same text.
func (c *content) decodeQuads(p []byte) (padded, ok bool) {
	c.out = grow(c.out, len(p)/4*3+64)
	pads := 0
	for pads < 2 && pads < len(p) && p[len(p)-1-pads] == '=' {
		pads++
	}
	n, err := base64.StdEncoding.Decode(c.out, p)
	if err != nil || n != len(p)/4*3-pads {
		return false, false
	}
	c.out = c.out[:n]
	if pads > 0 { // bits that are lost in decoding must be zero
		var quad [4]byte
		stdbase64.StdEncoding.Encode(quad[:], c.out[n-(3-pads):])
		if !bytes.Equal(quad[:], p[len(p)-4:]) {
			return false, false
		}
	}
	if pads > 0 && c.ended {
		return false, false
	}
	c.ended = pads > 0
	c.pass(c.out)
	return pads > 0, true
}

// raw handles line breaks, missing padding and other spellings. Text and decoded bytes are kept apart: the log gets the
// text.
func (c *content) raw() {
	s := c.s
	for s.err == nil && s.need(1) {
		chunk := s.buf[s.r:s.w]
		end := bytes.IndexByte(chunk, '<')
		if end >= 0 {
			chunk = chunk[:end]
		}
		for _, b := range chunk {
			if isSpace(b) {
				continue
			}
			c.carry = append(c.carry, b)
		}
		c.keep(edo.HoleRaw, chunk)
		s.r += len(chunk)
		s.mark = s.r
		if c.decodeLoose(end >= 0); end >= 0 {
			return
		}
	}
}

func (c *content) decodeLoose(last bool) {
	take := len(c.carry) / 4 * 4
	if last && len(c.carry)%4 > 1 && c.carry[len(c.carry)-1] != '=' {
		for len(c.carry)%4 != 0 {
			c.carry = append(c.carry, '=')
		}
		take = len(c.carry)
	}
	if take == 0 && (!last || len(c.carry) == 0) {
		return
	}
	c.out = grow(c.out, take/4*3+64)
	n, err := stdbase64.StdEncoding.Decode(c.out, c.carry[:take])
	if err != nil || c.ended || last && take != len(c.carry) {
		c.s.fail("content that is not base64")
		return
	}
	c.ended = c.carry[take-1] == '='
	c.carry = append(c.carry[:0], c.carry[take:]...)
	c.pass(c.out[:n])
}

// pass hands decoded bytes to the caller.
func (c *content) pass(p []byte) {
	if c.size += int64(len(p)); c.size > c.s.limits.Content {
		c.s.fail("content larger than the limit")
		return
	}
	c.sum.Write(p)
	if _, err := c.w.Write(p); err != nil && c.s.err == nil {
		c.s.err = &sinkError{err}
	}
}

// sinkError is a fault of the caller's writer or of the log, not of the answer.
type sinkError struct{ err error }

func (e *sinkError) Error() string { return "the content could not be stored" }
func (e *sinkError) Unwrap() error { return e.err }

// keep puts bytes beside the log.
func (c *content) keep(kind edo.HoleKind, p []byte) {
	if c.s.tap == nil || len(p) == 0 {
		return
	}
	if c.s.tap.inside > 0 {
		c.s.tap.write(p) // withheld
		return
	}
	var err error
	if c.kept == nil {
		c.kept, err = c.s.tap.region(kind, c.s.frames[len(c.s.frames)-1].name.Local)
	}
	if err == nil {
		err = c.kept.write(p)
	}
	if err != nil && c.s.err == nil {
		c.s.err = &sinkError{err}
	}
}

func (c *content) closeRegion() {
	if c.kept == nil {
		return
	}
	if err := c.kept.close(); err != nil && c.s.err == nil {
		c.s.err = &sinkError{err}
	}
	c.kept = nil
}

func grow(p []byte, n int) []byte {
	if cap(p) < n {
		return make([]byte, n)
	}
	return p[:n]
}
