package soap

import (
	"bytes"
	"unicode/utf8"
)

// isChar is the Char production of XML 1.0.
func isChar(r rune) bool {
	return r == '\t' || r == '\n' || r == '\r' || r >= 0x20 && r <= 0xD7FF || r >= 0xE000 && r <= 0xFFFD || r >= 0x10000 && r <= 0x10FFFF
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

// isNameStart and isName are the productions of XML 1.0, fifth edition, without the colon.
func isNameStart(r rune) bool {
	switch {
	case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', r == '_':
		return true
	case r < 0xC0:
		return false
	}
	return r != 0xD7 && r != 0xF7 && (r <= 0x2FF || r >= 0x370 && r <= 0x1FFF && r != 0x37E || r == 0x200C || r == 0x200D ||
		r >= 0x2070 && r <= 0x218F || r >= 0x2C00 && r <= 0x2FEF || r >= 0x3001 && r <= 0xD7FF || r >= 0xF900 && r <= 0xFDCF ||
		r >= 0xFDF0 && r <= 0xFFFD || r >= 0x10000 && r <= 0xEFFFF)
}

func isName(r rune) bool {
	return isNameStart(r) || '0' <= r && r <= '9' || r == '-' || r == '.' || r == 0xB7 || r >= 0x300 && r <= 0x36F || r == 0x203F || r == 0x2040
}

// mode says what may stand between two tags, and whether it is wanted.
type mode uint8

const (
	blank   mode = iota // between elements: white space, comments, processing instructions
	collect             // a scalar: text and CDATA only
	pass                // skipped: anything well-formed
)

// run consumes character data up to the next tag or reference.
func (s *scanner) run(m mode, cdata bool) {
	chunk := s.buf[s.r:s.w]
	if i := bytes.IndexByte(chunk, '<'); i >= 0 && !cdata {
		chunk = chunk[:i]
	}
	if i := bytes.IndexByte(chunk, '&'); i >= 0 && !cdata {
		chunk = chunk[:i]
	}
	n := s.valid(chunk, m, cdata)
	if s.err == nil && m == collect {
		s.append(chunk[:n])
	}
	s.r += n
	if n == 0 && s.err == nil {
		s.need(utf8.UTFMax) // a character that is cut by the end of the window
		if r, size := utf8.DecodeRune(s.buf[s.r:s.w]); s.err == nil && r == utf8.RuneError && size <= 1 {
			s.fail("an invalid character")
		}
	}
}

// valid gives the length of the leading part that is allowed here and whole. In CDATA it ends before "]]>".
func (s *scanner) valid(p []byte, m mode, cdata bool) int {
	for i := 0; i < len(p); {
		c := p[i]
		switch {
		case c >= utf8.RuneSelf:
			if !utf8.FullRune(p[i:]) {
				return i
			}
			r, n := utf8.DecodeRune(p[i:])
			if r == utf8.RuneError && n == 1 || !isChar(r) {
				s.fail("an invalid character")
				return i
			}
			i += n
		case c < 0x20 && !isSpace(c):
			s.fail("an invalid character")
			return i
		case c == ']':
			if cdata {
				return i
			}
			s.brackets++
			i++
			continue
		case c == '>' && s.brackets >= 2:
			s.fail("]]> outside a CDATA section")
			return i
		default:
			i++
		}
		s.brackets = 0
		if m == blank && !isSpace(c) {
			s.fail("text between elements")
			return i
		}
	}
	return len(p)
}

// append collects a scalar, with line ends as XML wants them.
func (s *scanner) append(p []byte) {
	if int64(len(s.text)+len(p)) > s.limits.Text {
		s.fail("a text longer than the limit")
		return
	}
	for _, c := range p {
		switch {
		case c == '\n' && s.cr:
		case c == '\r':
			s.text = append(s.text, '\n')
		default:
			s.text = append(s.text, c)
		}
		s.cr = c == '\r'
	}
}

// reference consumes "&...;" and gives its character.
func (s *scanner) reference() rune {
	s.r++
	const longest = 12
	s.want(longest)
	window := s.buf[s.r:min(s.w, s.r+longest)]
	end := bytes.IndexByte(window, ';')
	if end < 0 {
		s.fail("an unfinished reference")
		return 0
	}
	name := string(window[:end])
	s.r += end + 1
	s.brackets, s.cr = 0, false
	switch name {
	case "lt":
		return '<'
	case "gt":
		return '>'
	case "amp":
		return '&'
	case "apos":
		return '\''
	case "quot":
		return '"'
	}
	r, ok := number(name)
	if !ok {
		s.fail("an unknown entity")
	} else if !isChar(r) {
		s.fail("a reference to an invalid character")
	}
	return r
}

// number reads #123 or #x1F.
func number(name string) (rune, bool) {
	if len(name) < 2 || name[0] != '#' {
		return 0, false
	}
	digits, base := name[1:], rune(10)
	if digits[0] == 'x' {
		digits, base = digits[1:], 16
	}
	v := rune(0)
	for _, c := range digits {
		d := rune(99)
		switch {
		case '0' <= c && c <= '9':
			d = c - '0'
		case 'a' <= c && c <= 'f':
			d = c - 'a' + 10
		case 'A' <= c && c <= 'F':
			d = c - 'A' + 10
		}
		if d >= base {
			return 0, false
		}
		if v = v*base + d; v > utf8.MaxRune {
			return utf8.MaxRune + 1, true
		}
	}
	return v, digits != ""
}
