package stamping

// lexer reads the tokens of a content stream or of a CMap; both are written in the same signs.
type lexer struct {
	b   []byte
	i   int
	in  int  // dictionaries and arrays that are open
	cut bool // the bytes end within a string, a hexadecimal string or an inline image
}

type token struct {
	kind tokenKind
	raw  []byte // a name without its slash, a string with its brackets
}

type tokenKind byte

const (
	noToken    tokenKind = iota // the end
	word                        // an operator or a number
	nameToken                   // /Name
	textString                  // (text)
	hexString                   // <hexadecimal>
	arrayStart
	arrayEnd
)

// next gives the next token. Brackets of dictionaries and procedures are left out: nobody here needs them.
func (l *lexer) next() token {
	for l.i < len(l.b) {
		switch c := l.b[l.i]; {
		case c == '%':
			for l.i < len(l.b) && l.b[l.i] != '\n' && l.b[l.i] != '\r' {
				l.i++
			}
		case c == '(':
			return l.until(textString, skipString(l.b, l.i))
		case c == '<' && l.i+1 < len(l.b) && l.b[l.i+1] == '<':
			l.in++
			l.i += 2
		case c == '>' && l.i+1 < len(l.b) && l.b[l.i+1] == '>':
			l.in--
			l.i += 2
		case c == '<':
			return l.until(hexString, skipHex(l.b, l.i))
		case c == '[':
			l.in++
			return l.until(arrayStart, l.i+1)
		case c == ']':
			l.in--
			return l.until(arrayEnd, l.i+1)
		case regular(c):
			return l.regular()
		default: // white space and single delimiters
			l.i++
		}
	}
	return token{}
}

// until gives the bytes up to end as one token; an end below zero means that there is none.
func (l *lexer) until(kind tokenKind, end int) token {
	if end < 0 {
		l.cut, l.i = true, len(l.b)
		return token{}
	}
	t := token{kind, l.b[l.i:end]}
	l.i = end
	return t
}

func (l *lexer) regular() token {
	start := l.i
	for l.i++; l.i < len(l.b) && regular(l.b[l.i]) && l.b[l.i] != '/'; {
		l.i++
	}
	raw := l.b[start:l.i]
	if raw[0] == '/' {
		return token{nameToken, raw[1:]}
	}
	if string(raw) == "ID" {
		if end := skipImage(l.b, l.i); end >= 0 {
			l.i = end
		} else {
			l.cut, l.i = true, len(l.b)
		}
	}
	return token{word, raw}
}

// number says whether a word is an operand.
func (t token) number() bool {
	c := t.raw[0]
	return c >= '0' && c <= '9' || c == '-' || c == '+' || c == '.'
}

// appendString adds the bytes that a string stands for (ISO 32000-1, 7.3.4).
func (t token) appendString(dst []byte) []byte {
	b := t.raw[1 : len(t.raw)-1]
	if t.kind == hexString {
		return appendHex(dst, b)
	}
	for i := 0; i < len(b); i++ {
		c, shown := b[i], true
		if c == '\\' && i+1 < len(b) {
			var n int
			c, n, shown = escaped(b[i+1:])
			i += n
		}
		if shown {
			dst = append(dst, c)
		}
	}
	return dst
}

// escaped reads what follows a backslash: the byte it stands for and its length; a line break stands for nothing.
func escaped(b []byte) (c byte, n int, shown bool) {
	switch c := b[0]; c {
	case 'n':
		return '\n', 1, true
	case 'r':
		return '\r', 1, true
	case 't':
		return '\t', 1, true
	case 'b':
		return '\b', 1, true
	case 'f':
		return '\f', 1, true
	case '\n':
		return 0, 1, false
	case '\r':
		if len(b) > 1 && b[1] == '\n' {
			return 0, 2, false
		}
		return 0, 1, false
	}
	for n < 3 && n < len(b) && b[n] >= '0' && b[n] <= '7' {
		c = c<<3 | (b[n] - '0') // what is above a byte is ignored
		n++
	}
	if n == 0 {
		return b[0], 1, true
	}
	return c, n, true
}

// appendHex reads pairs of digits; a last single one is followed by a zero, what is no digit is passed over.
func appendHex(dst, b []byte) []byte {
	high, half := byte(0), false
	for _, c := range b {
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			c = c | 0x20 - 'a' + 10
		default:
			continue
		}
		if half {
			dst = append(dst, high|c)
		}
		high, half = c<<4, !half
	}
	if half {
		dst = append(dst, high)
	}
	return dst
}
