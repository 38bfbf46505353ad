package stamping

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// glyphText is the folded text of a glyph by its name (Adobe Glyph List Specification, section 2), for the names
// of ASCII characters and dashes and for names that are numbers; identifiers have no others.
func glyphText(name string) string {
	if i := strings.IndexByte(name, '.'); i > 0 { // a variant: one.oldstyle
		name = name[:i]
	}
	var text []byte
	for part := range strings.SplitSeq(name, "_") {
		if len(text) > maxCharText {
			return unreadable
		}
		if hex, ok := strings.CutPrefix(part, "uni"); ok && len(hex) >= 4 && len(hex)%4 == 0 && len(hex) <= maxCharText {
			for ; hex != ""; hex = hex[4:] {
				text = appendRune(text, hexRune(hex[:4]))
			}
			continue
		}
		text = appendRune(text, glyphRune(part))
	}
	return string(text)
}

func glyphRune(name string) rune {
	if len(name) == 1 && (name[0]|0x20 >= 'a' && name[0]|0x20 <= 'z') {
		return rune(name[0])
	}
	if hex, ok := strings.CutPrefix(name, "u"); ok && len(hex) >= 4 && len(hex) <= 6 {
		return hexRune(hex)
	}
	// In the order of ASCII, from the space on; letters need no name.
	const signs = "space exclam quotedbl numbersign dollar percent ampersand quotesingle parenleft parenright asterisk " +
		"plus comma hyphen period slash zero one two three four five six seven eight nine colon semicolon less equal " +
		"greater question at"
	i := 0
	for sign := range strings.SplitSeq(signs, " ") {
		if sign == name {
			return rune(' ' + i)
		}
		i++
	}
	switch name {
	case "nbspace", "nonbreakingspace":
		return ' '
	case "minus", "endash", "emdash", "sfthyphen", "softhyphen", "hyphentwo", "figuredash":
		return '-'
	case "bracketleft":
		return '['
	case "bracketright":
		return ']'
	case "backslash":
		return '\\'
	case "underscore":
		return '_'
	}
	return utf8.RuneError
}

func hexRune(s string) rune {
	n, err := strconv.ParseUint(s, 16, 32)
	if err != nil || n > utf8.MaxRune {
		return utf8.RuneError
	}
	return rune(n)
}

// baseRune is a character of a simple font without a map. The encodings agree in ASCII, but for two quotation
// marks; above it only the dashes and the hard space matter here (ISO 32000-1, annex D).
func baseRune(encoding string, code byte) rune {
	var blank string
	switch encoding {
	case "WinAnsiEncoding":
		blank = "\x96\x97\xa0\xad"
	case "MacRomanEncoding":
		blank = "\xca\xd0\xd1"
	default:
		blank = "\xb1\xd0"
	}
	switch {
	case code < 0x80:
		return rune(code)
	case strings.IndexByte(blank, code) >= 0:
		return '-'
	}
	return utf8.RuneError
}
