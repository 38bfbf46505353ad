package soap

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// window is how much of an answer is looked at at once; no token but text and content may be larger.
const window = 64 << 10

// refusal is why an answer is not read on. It names the rule and the place, never what stands there.
type refusal struct {
	what string
	at   int64 // negative: in the head
}

func (r *refusal) Error() string {
	if r.at < 0 {
		return r.what
	}
	return fmt.Sprintf("the answer has %s at byte %d", r.what, r.at)
}

// errCut is an answer that ends before its root element does.
var errCut = errors.New("the answer ends too early")

type token uint8

const (
	tokenStart token = iota
	tokenEnd
	tokenEOF
)

// frame is an open element.
type frame struct {
	raw  string
	name Name
	ns   int // bindings that were in scope outside
}

type binding struct{ prefix, space string }

// scanner is a strict, forward-only reader of namespaced XML 1.0 in UTF-8 without a document type. Every byte that it
// consumes goes to the tap.
type scanner struct {
	src    io.Reader
	limits Limits
	tap    *tap // nil: nothing is kept

	buf        []byte
	r, w, mark int   // consumed, read, given to the tap
	base       int64 // bytes of the answer before buf
	plain      int64 // bytes given to the tap
	err        error // sticky
	readErr    error // what src said

	frames   []frame
	bindings []binding
	names    map[string]string
	text     []byte
	brackets int  // "]" just seen in text
	cr       bool // carriage return just collected
	rooted   bool
	empty    bool // the last start tag was also the end

	attrs  []attribute
	values []byte
	el     element
}

// element is the last start tag.
type element struct {
	name Name
	null bool
	typ  Name
	must bool // soap:mustUnderstand
}

// newScanner reads src through buf, which is the caller's again afterwards.
func newScanner(src io.Reader, l Limits, t *tap, buf []byte) *scanner {
	return &scanner{src: src, limits: l, tap: t, buf: buf, names: map[string]string{}}
}

func (s *scanner) fail(what string) {
	if s.err == nil {
		s.err = &refusal{what, s.base + int64(s.r)}
	}
}

// flush hands the consumed bytes to the tap. Content goes another way and is not counted here.
func (s *scanner) flush() {
	if s.tap != nil {
		s.tap.write(s.buf[s.mark:s.r])
	}
	s.plain += int64(s.r - s.mark)
	s.mark = s.r
	if s.plain > s.limits.Answer {
		s.fail("more text than the limit")
	}
}

// fill reads more. What is not consumed stays.
func (s *scanner) fill() bool {
	if s.readErr != nil {
		return false
	}
	if s.r == s.w || s.w == len(s.buf) {
		s.flush()
		if s.err != nil {
			return false
		}
		if s.r == 0 && s.w > 0 {
			s.fail("a tag larger than the limit")
			return false
		}
		copy(s.buf, s.buf[s.r:s.w])
		s.base += int64(s.r)
		s.r, s.w, s.mark = 0, s.w-s.r, 0
	}
	for range 100 {
		n, err := s.src.Read(s.buf[s.w:])
		s.w += n
		s.readErr = err
		if n > 0 || err != nil {
			return n > 0
		}
	}
	s.readErr = io.ErrNoProgress
	return false
}

// want tries to have n bytes ahead.
func (s *scanner) want(n int) bool {
	for s.w-s.r < n {
		if !s.fill() {
			return false
		}
	}
	return true
}

// need insists on one byte ahead and tries for n.
func (s *scanner) need(n int) bool {
	if s.want(n) || s.r < s.w {
		return s.err == nil
	}
	if s.err == nil {
		s.err = s.readErr
		if errors.Is(s.err, io.EOF) || errors.Is(s.err, io.ErrUnexpectedEOF) {
			s.err = errCut
		}
	}
	return false
}

// accept consumes text if it is what comes next.
func (s *scanner) accept(text string) bool {
	if !s.want(len(text)) || !bytes.HasPrefix(s.buf[s.r:s.w], []byte(text)) {
		return false
	}
	s.r += len(text)
	return true
}

// prolog consumes the byte order mark and the XML declaration.
func (s *scanner) prolog() {
	s.accept("\xEF\xBB\xBF")
	if !s.want(6) || !bytes.HasPrefix(s.buf[s.r:s.w], []byte("<?xml")) || !isSpace(s.buf[s.r+5]) {
		return
	}
	s.r += len("<?xml")
	for i, want := range []string{"version", "encoding", "standalone"} {
		spaced := s.spaces()
		if s.accept("?>") {
			if i == 0 {
				s.fail("an XML declaration without version")
			}
			return
		}
		if !s.accept(want) {
			if i == 0 {
				s.fail("an XML declaration without version")
				return
			}
			continue
		}
		if !spaced {
			s.fail("an XML declaration that is not well-formed")
			return
		}
		s.declared(want, s.pseudo())
	}
	s.spaces()
	if !s.accept("?>") {
		s.fail("an XML declaration that is not well-formed")
	}
}

func (s *scanner) declared(name, value string) {
	switch {
	case s.err != nil:
	case name == "version" && value != "1.0":
		s.fail("an XML version other than 1.0")
	case name == "encoding" && !strings.EqualFold(value, "utf-8"):
		s.fail("an encoding other than UTF-8")
	case name == "standalone" && value != "yes" && value != "no":
		s.fail("an XML declaration that is not well-formed")
	}
}

// pseudo reads ="value" of the declaration.
func (s *scanner) pseudo() string {
	s.spaces()
	if !s.accept("=") {
		s.fail("an XML declaration that is not well-formed")
		return ""
	}
	s.spaces()
	if !s.want(1) || s.buf[s.r] != '"' && s.buf[s.r] != '\'' {
		s.fail("an XML declaration that is not well-formed")
		return ""
	}
	const longest = 42
	s.want(longest)
	rest := s.buf[s.r+1 : min(s.w, s.r+longest)]
	end := bytes.IndexByte(rest, s.buf[s.r])
	if end < 0 {
		s.fail("an XML declaration that is not well-formed")
		return ""
	}
	s.r += end + 2
	return string(rest[:end])
}

func (s *scanner) spaces() (any bool) {
	for s.want(1) && isSpace(s.buf[s.r]) {
		s.r++
		any = true
	}
	return any
}

// next gives the next tag; m says what may stand before it. The text before it is in s.text with collect.
func (s *scanner) next(m mode) token {
	s.text, s.brackets, s.cr = s.text[:0], 0, false
	if s.empty {
		s.empty = false
		return s.pop()
	}
	for s.err == nil {
		if len(s.frames) == 0 {
			m = blank
			if s.rooted && !s.want(1) && errors.Is(s.readErr, io.EOF) {
				s.flush()
				return tokenEOF
			}
		}
		if !s.need(1) {
			break
		}
		switch c := s.buf[s.r]; {
		case c == '&':
			if r := s.reference(); m == blank {
				s.fail("text between elements")
			} else if m == collect && s.err == nil {
				s.text = utf8.AppendRune(s.text, r) // as it is: a carriage return by reference is meant
				if int64(len(s.text)) > s.limits.Text {
					s.fail("a text longer than the limit")
				}
			}
		case c != '<':
			s.run(m, false)
		default:
			if t, done := s.markup(m); done {
				return t
			}
		}
	}
	return tokenEOF
}

// markup handles what begins with "<".
func (s *scanner) markup(m mode) (token, bool) {
	s.brackets, s.cr = 0, false
	s.want(9)
	rest := s.buf[s.r:s.w]
	switch {
	case bytes.HasPrefix(rest, []byte("</")):
		return s.endTag(), true
	case bytes.HasPrefix(rest, []byte("<!--")):
		s.comment(m)
	case bytes.HasPrefix(rest, []byte("<?")):
		s.instruction(m)
	case bytes.HasPrefix(rest, []byte("<![CDATA[")):
		s.cdata(m)
	case bytes.HasPrefix(rest, []byte("<!DOCTYPE")):
		s.fail("a DOCTYPE")
	case len(rest) < 9 && s.readErr != nil && bytes.HasPrefix([]byte("<![CDATA["), rest) ||
		len(rest) < 4 && s.readErr != nil && bytes.HasPrefix([]byte("<!--"), rest):
		s.r = s.w
		s.need(1)
	case bytes.HasPrefix(rest, []byte("<!")):
		s.fail("a declaration")
	default:
		return s.startTag(), true
	}
	return tokenEOF, false
}

func (s *scanner) comment(m mode) {
	if m == collect {
		s.fail("a comment inside a value")
		return
	}
	s.r += len("<!--")
	s.until("--")
	if s.err == nil && s.need(1) && !s.accept(">") {
		s.fail("-- inside a comment")
	}
}

func (s *scanner) instruction(m mode) {
	if m == collect {
		s.fail("a processing instruction inside a value")
		return
	}
	s.r += len("<?")
	if target := s.rawName(); strings.EqualFold(target, "xml") || strings.Contains(target, ":") {
		s.fail("an XML declaration that is not at the beginning")
		return
	}
	if s.err == nil && s.need(2) && !s.spaces() && !bytes.HasPrefix(s.buf[s.r:s.w], []byte("?>")) {
		s.fail("a processing instruction that is not well-formed")
		return
	}
	s.until("?>")
}

func (s *scanner) cdata(m mode) {
	if m == blank {
		s.fail("text between elements")
		return
	}
	s.r += len("<![CDATA[")
	for s.err == nil && s.need(3) {
		if s.accept("]]>") {
			s.cr = false
			return
		}
		if s.buf[s.r] == ']' {
			if m == collect {
				s.append(s.buf[s.r : s.r+1])
			}
			s.r++
			continue
		}
		s.run(m, true)
	}
}

// until consumes valid characters up to and with the end mark.
func (s *scanner) until(end string) {
	for s.err == nil && s.need(len(end)) {
		if s.accept(end) {
			return
		}
		r, n := utf8.DecodeRune(s.buf[s.r:s.w])
		if n < utf8.UTFMax && r == utf8.RuneError {
			s.want(utf8.UTFMax)
			r, n = utf8.DecodeRune(s.buf[s.r:s.w])
		}
		if r == utf8.RuneError && n == 1 || !isChar(r) {
			s.fail("an invalid character")
			return
		}
		s.r += n
	}
}
