package synerdocs

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/edokit/edokit/edo"
)

const maxXMLDepth = 64

// isText knows the names under which a person's words stand in a service document: that of a clarification notice and
// that of a revocation offer in the formats of the tax service, and the short one of documents in no such format.
func isText(name string) bool {
	return name == "ТекстУведУточ" || name == "ТекстПредАн" || name == "Текст"
}

// Text reads what a person wrote into a refusal or a revocation offer. Both are XML in windows-1251 or UTF-8; the text
// is an element, or an attribute where a sender wrote it so. Other types give an empty text without being read. The
// text comes from outside: it is cut to [edo.MaxTextLength] characters and holds no control characters.
//
// [edo.Invalid] with [edo.TextMalformed]: the content is no such document. It reads 1 MiB at most.
func (s *session) Text(documentType string, content io.Reader) (string, error) {
	if class := s.types.class(documentType); class != edo.ClassRefusal && class != edo.ClassRevocation {
		return "", nil
	}
	raw, err := io.ReadAll(io.LimitReader(content, maxNotice+1))
	switch {
	case err != nil:
		return "", err
	case len(raw) > maxNotice:
		return "", malformed(errors.New("the document is larger than 1 MiB"))
	}
	found, err := findText(raw)
	if err != nil {
		return "", malformed(err)
	}
	return shown(found), nil
}

func malformed(err error) error {
	return &edo.Error{
		Kind: edo.Invalid, Reason: edo.TextMalformed, Op: Name + ".Text", Field: "content", Message: "is no readable service document",
		Remedy: "open the document itself", Err: err,
	}
}

// findText takes the first text. The decoder knows no entities but the predefined ones and fetches nothing.
func findText(raw []byte) (string, error) {
	d := xml.NewDecoder(bytes.NewReader(decoded(raw)))
	d.Strict = false
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil } // decoded already
	var text strings.Builder
	for depth, inside, root := 0, 0, false; ; {
		token, err := d.RawToken()
		switch {
		case errors.Is(err, io.EOF) && root && depth == 0:
			return "", nil
		case err != nil:
			return "", errors.New("it is not well-formed XML")
		}
		switch t := token.(type) {
		case xml.StartElement:
			if depth++; depth > maxXMLDepth {
				return "", errors.New("it is nested too deep")
			}
			root = true
			if isText(t.Name.Local) && inside == 0 {
				inside = depth
			}
			for _, a := range t.Attr {
				if isText(a.Name.Local) && a.Value != "" {
					return a.Value, nil
				}
			}
		case xml.EndElement:
			if depth == inside && inside > 0 {
				return text.String(), nil
			}
			if depth--; depth < 0 {
				return "", errors.New("it is not well-formed XML")
			}
		case xml.CharData:
			if inside > 0 {
				text.Write(t)
			}
		}
	}
}

// declaredEncoding is lenient about quotes and spaces, as senders are.
const declaredEncoding = `^\s*<\?xml[^>]*encoding\s*=\s*["']([A-Za-z0-9._-]+)["']`

// decoded gives the document in UTF-8: by its declaration, and where that is wrong or missing by what the bytes are.
func decoded(raw []byte) []byte {
	raw = bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf"))
	head := raw[:min(len(raw), 200)]
	declared := regexp.MustCompile(declaredEncoding).FindSubmatch(head)
	cyrillic := declared != nil && (strings.EqualFold(string(declared[1]), "windows-1251") || strings.EqualFold(string(declared[1]), "cp1251"))
	if !cyrillic && utf8.Valid(raw) {
		return raw
	}
	out, table := make([]byte, 0, len(raw)+len(raw)/2), []rune(upper1251)
	for _, b := range raw {
		out = utf8.AppendRune(out, windows1251(b, table))
	}
	return out
}

// upper1251 holds the characters of the bytes 0x80 to 0xBF of windows-1251; from 0xC0 on it is the alphabet in order.
const upper1251 = "ЂЃ‚ѓ„…†‡€‰Љ‹ЊЌЋЏђ‘’“”•–—\u0098™љ›њќћџ\u00a0ЎўЈ¤Ґ¦§Ё©Є«¬\u00ad®Ї°±Ііґµ¶·ё№є»јЅѕї"

func windows1251(b byte, table []rune) rune {
	switch {
	case b < utf8.RuneSelf:
		return rune(b)
	case b >= 0xC0:
		return 'А' + rune(b-0xC0)
	}
	return table[b-0x80]
}

// shown is a text from outside as it may be shown and kept: trimmed, without control or direction characters, and of a
// bounded length.
func shown(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r), r == utf8.RuneError, r == '\uFEFF', r == '\u2028', r == '\u2029':
			return ' '
		}
		return r
	}, strings.ReplaceAll(s, "\r\n", "\n"))
	s = strings.TrimSpace(s)
	if runes := []rune(s); len(runes) > edo.MaxTextLength {
		s = strings.TrimSpace(string(runes[:edo.MaxTextLength-1])) + "…"
	}
	return s
}
