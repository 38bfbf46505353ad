package printable

import (
	"bytes"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	xunicode "golang.org/x/text/encoding/unicode"
)

// charset is an encoding of a text and how it is known.
type charset struct {
	name string
	enc  encoding.Encoding // nil: UTF-8
	skip int               // bytes of the mark at its start
}

const sampleSize = 64 << 10

// encodingOf says in which encoding b is, nil if it is no text: by the mark at its start, because it is valid UTF-8, or by a guess.
// Text has no zeros, and few other control characters.
func encodingOf(b []byte) *charset {
	for mark, c := range map[string]charset{
		"\xef\xbb\xbf": {name: "UTF-8"},
		"\xff\xfe":     {name: "UTF-16LE", enc: xunicode.UTF16(xunicode.LittleEndian, xunicode.IgnoreBOM)},
		"\xfe\xff":     {name: "UTF-16BE", enc: xunicode.UTF16(xunicode.BigEndian, xunicode.IgnoreBOM)},
	} {
		if !hasPrefix(b, mark) {
			continue
		}
		c.skip = len(mark)
		sample := c.decode(b[:min(len(b), sampleSize)])
		if c.enc != nil && bytes.Count(sample, []byte("\ufffd")) > 1 || !mostlyPrintable(sample) { // chance has made the mark
			return nil
		}
		return &c
	}
	if !mostlyPrintable(b) {
		return nil
	}
	if utf8.Valid(b) {
		return &charset{name: "UTF-8"}
	}
	return guess(b)
}

// mostlyPrintable allows one control character in fifty, with three for a short text.
func mostlyPrintable(b []byte) bool {
	odd := 0
	for _, c := range b {
		switch {
		case c == 0:
			return false
		case c < ' ' && !bytes.ContainsRune([]byte("\t\n\v\f\r\x1a\x1b"), rune(c)), c == 0x7f:
			odd++
		}
	}
	return odd <= 3+len(b)/50
}

// guess takes the Russian encoding in which the bytes above ASCII read most like Russian, and of a few letters that of Windows,
// which is the most common. Nil if in none they read like it.
func guess(b []byte) *charset {
	const windows = "windows-1251"
	b = b[:min(len(b), sampleSize)]
	var best *charset
	least := 0.0
	for _, c := range []charset{
		{name: windows, enc: charmap.Windows1251},
		{name: "KOI8-R", enc: charmap.KOI8R},
		{name: "CP866", enc: charmap.CodePage866},
	} {
		text, err := c.enc.NewDecoder().Bytes(b)
		if err != nil {
			continue
		}
		score, n := russian(string(text))
		if n == 0 || score <= 0 {
			continue
		}
		if c.name == windows {
			score += 1.5
		}
		if score /= float64(n); score > least {
			best, least = &c, score
		}
	}
	if best != nil {
		best.name += " (определена по содержанию)"
	}
	return best
}

// russian is how much a text reads like Russian, and how many characters above ASCII it has. 0 and less is not at all.
func russian(s string) (score float64, n int) {
	before := ' '
	for _, r := range s {
		if r >= utf8.RuneSelf {
			n++
			score += letter(unicode.ToLower(r))
			if unicode.IsUpper(r) && unicode.IsLower(before) { // "оКТЯБРЬ" is how one encoding looks in another
				score -= 2
			}
		}
		before = r
	}
	return score, n
}

// letter is how common a character is in Russian text.
func letter(r rune) float64 {
	switch {
	case r >= 'а' && r <= 'я':
		// Order of frequency, from the National Corpus of the Russian language.
		for i, c := range []rune("оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъ") {
			if c == r {
				return 1 - float64(i)/40
			}
		}
	case bytes.ContainsRune([]byte("ё№«»–—…“”„’•§°·\u00a0"), r):
		return 0
	}
	return -2
}

// asUTF8 makes UTF-8 of a text with a mark of UTF-16 and takes a mark away; anything else stays as it is.
func asUTF8(b []byte) []byte {
	c := encodingOf(b)
	if c == nil || c.skip == 0 {
		return b
	}
	return c.decode(b)
}

// decode gives the text as UTF-8; what is not valid becomes the replacement character.
func (c *charset) decode(b []byte) []byte {
	b = b[c.skip:]
	if c.enc == nil {
		return bytes.ToValidUTF8(b, []byte("\ufffd"))
	}
	text, err := c.enc.NewDecoder().Bytes(b)
	if err != nil { // a cut character at the end
		return bytes.ToValidUTF8(text, []byte("\ufffd"))
	}
	return text
}
