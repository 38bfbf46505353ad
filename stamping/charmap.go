package stamping

import (
	"cmp"
	"slices"
	"unicode/utf16"
	"unicode/utf8"
)

const (
	maxCharText = 32 // bytes of UTF-16 that one code may stand for; ligatures need six or eight
	maxSpaces   = 64 // code spaces of one map; those of Chinese have about ten

	unreadable = "\uFFFD" // stands for a code without text, so that its neighbours do not become one word
)

// charMap is what a CMap says (Adobe Technical Note 5014, ISO 32000-1, 9.10.3): how many bytes a code has, and
// the folded text it stands for. Codes are kept without their length, since maps of simple fonts are often
// written with two bytes for one.
type charMap struct {
	spaces []codeSpace
	chars  map[uint32]string
	ranges []charRange // by lo
	left   *int        // entries that may still be made, for all fonts together
}

type codeSpace struct {
	n      int // bytes of a code
	lo, hi uint32
}

type charRange struct {
	lo, hi uint32
	to     rune // of lo
}

// code reads the next code of s, which is not empty. What lies in no code space is passed over by the shortest.
func (m *charMap) code(s []byte) (code uint32, n int) {
	if len(m.spaces) == 0 {
		return uint32(s[0]), 1
	}
	short := 4
	for _, c := range m.spaces {
		short = min(short, c.n)
	}
	for n := 1; n <= min(4, len(s)); n++ {
		code = code<<8 | uint32(s[n-1])
		for _, c := range m.spaces {
			if c.n == n && c.holds(code) {
				return code, n
			}
		}
	}
	n = min(short, len(s))
	return bigEndian(s[:n]), n
}

// holds compares byte by byte: a code space is a box, not a line.
func (c codeSpace) holds(code uint32) bool {
	for shift := 0; shift < 8*c.n; shift += 8 {
		if b := byte(code >> shift); b < byte(c.lo>>shift) || b > byte(c.hi>>shift) {
			return false
		}
	}
	return true
}

// appendCode adds the text of a code, if there is any.
func (m *charMap) appendCode(dst []byte, code uint32) ([]byte, bool) {
	if t, ok := m.chars[code]; ok {
		return append(dst, t...), true
	}
	i, exact := slices.BinarySearchFunc(m.ranges, code, func(r charRange, c uint32) int { return cmp.Compare(r.lo, c) })
	if !exact {
		i--
	}
	if i < 0 || code > m.ranges[i].hi {
		return dst, false
	}
	return appendRune(dst, m.ranges[i].to+rune(code-m.ranges[i].lo)), true
}

func (m *charMap) set(code uint32, text string) error {
	if err := m.count(); err != nil {
		return err
	}
	m.chars[code] = text
	return nil
}

// setRange gives the codes from lo to hi the text s and its successors: its last character is counted up.
func (m *charMap) setRange(lo, hi uint32, s []byte) error {
	text := decodeUTF16(s)
	if hi < lo || len(text) == 0 {
		return nil
	}
	last := len(text) - 1
	if last == 0 {
		m.ranges = append(m.ranges, charRange{lo, hi, text[0]})
		return m.count()
	}
	for code := lo; ; code++ {
		if err := m.set(code, foldRunes(text)); err != nil {
			return err
		}
		if code == hi || code-lo == 255 { // a range may not leave its last byte
			return nil
		}
		text[last]++
	}
}

func (m *charMap) addSpace(n int, lo, hi uint32) {
	if n >= 1 && n <= 4 && len(m.spaces) < maxSpaces {
		m.spaces = append(m.spaces, codeSpace{n, lo, hi})
	}
}

func (m *charMap) count() error {
	if *m.left--; *m.left < 0 {
		return fail(TooLarge, 0, nil, "its fonts together map more than %d characters", maxMapped)
	}
	return nil
}

// decodeUTF16 reads what a code stands for; too much of it becomes one unreadable character.
func decodeUTF16(s []byte) []rune {
	switch {
	case len(s) > maxCharText:
		return []rune{utf8.RuneError}
	case len(s) == 1: // of producers that take the string for Latin-1
		return []rune{rune(s[0])}
	}
	var units []uint16
	for ; len(s) > 1; s = s[2:] {
		units = append(units, uint16(bigEndian(s[:2])))
	}
	return utf16.Decode(units)
}

func foldRunes(text []rune) string { return string(appendFolded(nil, string(text))) }

func bigEndian(b []byte) (n uint32) {
	for _, c := range b {
		n = n<<8 | uint32(c)
	}
	return n
}
