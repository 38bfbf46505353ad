package soap

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

const (
	xmlSpace   = "http://www.w3.org/XML/1998/namespace"
	xmlnsSpace = "http://www.w3.org/2000/xmlns/"
	maxName    = 256
)

// attribute is one of the tag being read; its value is values[from:to].
type attribute struct {
	prefix, local string
	from, to      int
}

// rawName reads a name with at most one colon.
func (s *scanner) rawName() string {
	n, colons, first := 0, 0, true
	for {
		if !s.want(n+utf8.UTFMax) && s.w-s.r <= n {
			s.r = s.w
			s.need(1)
			return ""
		}
		r, size := utf8.DecodeRune(s.buf[s.r+n : s.w])
		switch {
		case r == ':' && !first && colons == 0:
			colons++
			first = true
			n++
			continue
		case first && isNameStart(r) && (r != utf8.RuneError || size > 1), !first && isName(r) && (r != utf8.RuneError || size > 1):
		case first:
			s.fail("a malformed name")
			return ""
		default:
			return s.take(n)
		}
		first = false
		if n += size; n > maxName {
			s.fail("a name longer than the limit")
			return ""
		}
	}
}

// take consumes n bytes as a string; the few names of an answer come often.
func (s *scanner) take(n int) string {
	raw := s.buf[s.r : s.r+n]
	s.r += n
	return s.intern(raw)
}

func (s *scanner) intern(raw []byte) string {
	if name, ok := s.names[string(raw)]; ok {
		return name
	}
	name := string(raw)
	if len(s.names) < 1024 {
		s.names[name] = name
	}
	return name
}

func split(raw string) (prefix, local string) {
	if p, l, ok := strings.Cut(raw, ":"); ok {
		return p, l
	}
	return "", raw
}

func (s *scanner) startTag() token {
	s.r++
	if s.rooted && len(s.frames) == 0 {
		s.fail("a second root element")
		return tokenEOF
	}
	raw := s.rawName()
	s.attrs, s.values = s.attrs[:0], s.values[:0]
	for s.err == nil {
		spaced := s.spaces()
		if !s.need(2) {
			return tokenEOF
		}
		switch {
		case s.accept("/>"):
			s.empty = true
			return s.push(raw)
		case s.accept(">"):
			return s.push(raw)
		case !spaced:
			s.fail("a malformed tag")
		default:
			s.attribute()
		}
	}
	return tokenEOF
}

func (s *scanner) attribute() {
	if len(s.attrs) >= s.limits.Attributes {
		s.fail("more attributes than the limit")
		return
	}
	raw := s.rawName()
	s.spaces()
	if s.err == nil && s.need(1) && !s.accept("=") {
		s.fail("an attribute without value")
	}
	s.spaces()
	if s.err != nil || !s.need(1) {
		return
	}
	quote := s.buf[s.r]
	if quote != '"' && quote != '\'' {
		s.fail("an attribute without quotes")
		return
	}
	s.r++
	from := len(s.values)
	s.value(quote)
	prefix, local := split(raw)
	s.attrs = append(s.attrs, attribute{prefix, local, from, len(s.values)})
}

func (s *scanner) value(quote byte) {
	for s.err == nil && s.need(1) {
		if len(s.values) > window {
			s.fail("attributes longer than the limit")
			return
		}
		switch c := s.buf[s.r]; {
		case c == quote:
			s.r++
			return
		case c == '<':
			s.fail("a < inside an attribute")
		case c == '&':
			if r := s.reference(); s.err == nil {
				s.values = utf8.AppendRune(s.values, r)
			}
		case isSpace(c):
			s.values = append(s.values, ' ')
			s.r++
		default:
			s.character()
		}
	}
}

// character moves one character into values.
func (s *scanner) character() {
	s.want(utf8.UTFMax)
	r, n := utf8.DecodeRune(s.buf[s.r:s.w])
	if r == utf8.RuneError && n == 1 || !isChar(r) {
		s.fail("an invalid character")
		return
	}
	s.values = append(s.values, s.buf[s.r:s.r+n]...)
	s.r += n
}

// push opens the element whose tag was read.
func (s *scanner) push(raw string) token {
	if s.err != nil {
		return tokenEOF
	}
	outer := len(s.bindings)
	for _, a := range s.attrs {
		s.bind(a)
	}
	prefix, local := split(raw)
	s.el = element{name: Name{Space: s.space(prefix, true), Local: local}}
	s.distinct()
	for _, a := range s.attrs {
		s.special(a)
	}
	if len(s.frames) >= s.limits.Depth {
		s.fail("elements nested deeper than the limit")
	}
	if s.err != nil {
		return tokenEOF
	}
	s.frames = append(s.frames, frame{raw, s.el.name, outer})
	s.rooted = true
	s.flush()
	if s.tap != nil && !s.empty {
		s.tap.enter(local, len(s.frames))
	}
	return tokenStart
}

// bind notes a namespace declaration.
func (s *scanner) bind(a attribute) {
	prefix := a.local
	switch {
	case a.prefix == "xmlns":
	case a.prefix == "" && a.local == "xmlns":
		prefix = ""
	default:
		return
	}
	space := s.intern(s.values[a.from:a.to])
	switch {
	case prefix == "xmlns", (prefix == "xml") != (space == xmlSpace), space == xmlnsSpace, prefix != "" && space == "":
		s.fail("a forbidden namespace declaration")
	case len(s.bindings) >= s.limits.Namespaces:
		s.fail("more namespaces in scope than the limit")
	}
	s.bindings = append(s.bindings, binding{prefix, space})
}

func (s *scanner) space(prefix string, useDefault bool) string {
	switch {
	case prefix == "xml":
		return xmlSpace
	case prefix == "" && !useDefault:
		return ""
	}
	for i := len(s.bindings) - 1; i >= 0; i-- {
		if s.bindings[i].prefix == prefix {
			return s.bindings[i].space
		}
	}
	if prefix != "" {
		s.fail("an undeclared prefix")
	}
	return ""
}

// distinct refuses an attribute that is there twice, also under two prefixes of one namespace.
func (s *scanner) distinct() {
	for i, a := range s.attrs {
		for _, b := range s.attrs[:i] {
			if a.local != b.local {
				continue
			}
			if a.prefix == b.prefix || !declares(a) && !declares(b) && s.space(a.prefix, false) == s.space(b.prefix, false) {
				s.fail("a duplicate attribute")
				return
			}
		}
	}
}

func declares(a attribute) bool { return a.prefix == "xmlns" || a.prefix == "" && a.local == "xmlns" }

// special reads the attributes that decide something.
func (s *scanner) special(a attribute) {
	if a.prefix == "" || declares(a) {
		return
	}
	value := bytes.TrimSpace(s.values[a.from:a.to])
	switch space := s.space(a.prefix, false); {
	case space == schemaSpace && a.local == "nil":
		switch string(value) {
		case "true", "1":
			s.el.null = true
		case "false", "0":
		default:
			s.fail("a nil attribute that is neither true nor false")
		}
	case space == schemaSpace && a.local == "type":
		prefix, local := split(string(value))
		s.el.typ = Name{Space: s.space(prefix, true), Local: local}
	case space == envelopeSpace && a.local == "mustUnderstand":
		s.el.must = string(value) != "0"
	}
}

func (s *scanner) endTag() token {
	s.flush()
	if s.tap != nil {
		s.tap.leave(len(s.frames))
	}
	s.r += len("</")
	raw := s.rawName()
	s.spaces()
	if s.err == nil && s.need(1) && !s.accept(">") {
		s.fail("a malformed tag")
	}
	if s.err == nil && (len(s.frames) == 0 || s.frames[len(s.frames)-1].raw != raw) {
		s.fail("an end tag that does not fit")
	}
	if s.err != nil {
		return tokenEOF
	}
	return s.pop()
}

func (s *scanner) pop() token {
	top := s.frames[len(s.frames)-1]
	s.frames, s.bindings = s.frames[:len(s.frames)-1], s.bindings[:top.ns]
	return tokenEnd
}
