package stamping

import (
	"cmp"
	"slices"
)

// cmapReader fills a charMap from a CMap file. It is lenient: what does not fit its section is passed over.
type cmapReader struct {
	m       *charMap
	section string   // "codespacerange", "bfchar", "bfrange" or none of these
	codes   []uint32 // of the entry at hand
	list    bool     // within the array of a bfrange
}

func (m *charMap) read(b []byte) error {
	c, l := cmapReader{m: m}, lexer{b: b}
	for t := l.next(); t.kind != noToken; t = l.next() {
		var err error
		switch t.kind {
		case word:
			c.word(string(t.raw))
		case arrayStart:
			c.list = c.section == "bfrange" && len(c.codes) == 2
		case arrayEnd:
			c.list, c.codes = false, c.codes[:0]
		case nameToken:
			err = c.glyph(string(t.raw))
		case textString, hexString:
			err = c.entry(t.appendString(nil))
		}
		if err != nil {
			return err
		}
	}
	slices.SortStableFunc(m.ranges, func(a, b charRange) int { return cmp.Compare(a.lo, b.lo) })
	return nil
}

func (c *cmapReader) word(s string) {
	switch s {
	case "begincodespacerange", "beginbfchar", "beginbfrange":
		c.section, c.codes = s[len("begin"):], c.codes[:0]
	case "endcodespacerange", "endbfchar", "endbfrange":
		c.section = ""
	}
}

// glyph is the rare way to give a character: by the name of a glyph.
func (c *cmapReader) glyph(name string) error {
	if c.section != "bfchar" || len(c.codes) != 1 {
		return nil
	}
	defer c.done()
	return c.m.set(c.codes[0], glyphText(name))
}

// entry takes one string: a code, or what the codes before it stand for.
func (c *cmapReader) entry(s []byte) error {
	switch n := len(c.codes); {
	case c.section == "":
		return nil
	case n == 0, n == 1 && c.section == "bfrange":
		c.codes = append(c.codes, bigEndian(s))
		return nil
	case c.section == "codespacerange":
		defer c.done()
		c.m.addSpace(len(s), c.codes[0], bigEndian(s))
	case c.section == "bfchar":
		defer c.done()
		return c.m.set(c.codes[0], foldRunes(decodeUTF16(s)))
	case !c.list:
		defer c.done()
		return c.m.setRange(c.codes[0], c.codes[1], s)
	case c.codes[0] <= c.codes[1]:
		c.codes[0]++
		return c.m.set(c.codes[0]-1, foldRunes(decodeUTF16(s)))
	}
	return nil
}

func (c *cmapReader) done() { c.codes = c.codes[:0] }
