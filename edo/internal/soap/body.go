package soap

import (
	"encoding/base64"
	"encoding/xml"
	"strings"
	"unicode/utf8"

	"github.com/edokit/edokit/edo"
)

// Name is an expanded XML name.
type Name = xml.Name

// Prefix declares a short name for a namespace on the wrapper element.
type Prefix struct{ Short, Space string }

// Namespaces of the envelope and of the schema attributes.
const (
	envelopeSpace = "http://schemas.xmlsoap.org/soap/envelope/"
	schemaSpace   = "http://www.w3.org/2001/XMLSchema-instance"
)

// Body is the skeleton of a request: what stands inside soap:Body, with places for secrets and document content. Its
// methods report nothing; the first fault makes Do fail with [edo.Invalid] before anything is logged or sent.
type Body struct {
	wrapper Name
	short   map[string]string // namespace to prefix; empty prefix: the wrapper's own
	text    []byte
	cuts    []cut
	open    []string
	err     error
}

// cut is a place of the skeleton that is filled when the request is sent.
type cut struct {
	at      int
	name    string
	secret  *edo.Secret
	content *edo.Content
}

// NewBody begins the one wrapper element. Its namespace is the default one; all others need a prefix. The prefixes s
// (envelope) and i (schema instance) are taken.
func NewBody(wrapper Name, prefixes ...Prefix) *Body {
	b := &Body{wrapper: wrapper, short: map[string]string{wrapper.Space: ""}}
	b.text = append(b.text, `<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="`+envelopeSpace+`"><s:Body><`+wrapper.Local+` xmlns="`...)
	b.escape("xmlns", wrapper.Space)
	b.text = append(b.text, `" xmlns:i="`+schemaSpace+`"`...)
	for _, p := range prefixes {
		b.declare(p)
	}
	b.text = append(b.text, '>')
	b.checkName(wrapper)
	b.open = append(b.open, wrapper.Local)
	return b
}

func (b *Body) declare(p Prefix) {
	_, twice := b.short[p.Space]
	for _, short := range b.short {
		twice = twice || short == p.Short
	}
	switch {
	case p.Short == "s" || p.Short == "i" || strings.HasPrefix(strings.ToLower(p.Short), "xml") || !plainName(p.Short):
		b.fail(p.Short, "is not usable as a prefix", "choose another short name")
	case p.Space == "" || twice:
		b.fail(p.Short, "or its namespace is empty or declared already", "declare every prefix and namespace once")
	}
	b.short[p.Space] = p.Short
	b.text = append(b.text, " xmlns:"+p.Short+`="`...)
	b.escape(p.Short, p.Space)
	b.text = append(b.text, '"')
}

// Open begins an element.
func (b *Body) Open(n Name) {
	b.start(n, "")
	b.open = append(b.open, b.qualified(n))
}

// OpenType begins an element whose real type differs from the declared one.
func (b *Body) OpenType(n Name, xsiType Name) {
	b.start(n, ` i:type="`+b.qualified(xsiType)+`"`)
	b.open = append(b.open, b.qualified(n))
}

// Close ends the element that was opened last.
func (b *Body) Close() {
	if len(b.open) < 2 {
		b.fail(b.wrapper.Local, "is closed once too often", "close every element once")
		return
	}
	b.end(b.open[len(b.open)-1])
	b.open = b.open[:len(b.open)-1]
}

// Text writes a scalar.
func (b *Body) Text(n Name, value string) {
	b.start(n, "")
	b.escape(n.Local, value)
	b.end(b.qualified(n))
}

// Nil writes an element without value.
func (b *Body) Nil(n Name) {
	b.start(n, ` i:nil="true"`)
	b.end(b.qualified(n))
}

// Secret writes a scalar that the log shows masked.
func (b *Body) Secret(n Name, s edo.Secret) {
	b.start(n, "")
	if bad := firstBad(s.Reveal()); bad >= 0 {
		b.fail(n.Local, "holds a character that XML cannot carry", "check the stored secret")
	}
	b.cuts = append(b.cuts, cut{at: len(b.text), name: n.Local, secret: &s})
	b.end(b.qualified(n))
}

// Bytes writes something small as base64; it stays in the log as it is.
func (b *Body) Bytes(n Name, raw []byte) {
	b.start(n, "")
	b.text = base64.StdEncoding.AppendEncode(b.text, raw)
	b.end(b.qualified(n))
}

// Content writes a document of any size as base64; the log names it by digest.
func (b *Body) Content(n Name, c edo.Content) {
	if c.Open == nil || c.Size < 0 {
		b.fail(n.Local, "has no content to read", "give a Content with Size and Open")
	}
	b.start(n, "")
	b.cuts = append(b.cuts, cut{at: len(b.text), name: n.Local, content: &c})
	b.end(b.qualified(n))
}

func (b *Body) start(n Name, attributes string) {
	b.checkName(n)
	b.text = append(b.text, '<')
	b.text = append(b.text, b.qualified(n)...)
	b.text = append(b.text, attributes...)
	b.text = append(b.text, '>')
}

func (b *Body) end(qualified string) {
	b.text = append(b.text, "</"...)
	b.text = append(b.text, qualified...)
	b.text = append(b.text, '>')
}

func (b *Body) qualified(n Name) string {
	short, known := b.short[n.Space]
	if !known {
		b.fail(n.Local, "is of a namespace without prefix", "declare the namespace with NewBody")
	}
	if short == "" {
		return n.Local
	}
	return short + ":" + n.Local
}

func (b *Body) checkName(n Name) {
	if !plainName(n.Local) {
		b.fail(n.Local, "is not an element name", "use the names of the contract")
	}
}

func (b *Body) escape(element, value string) {
	if bad := firstBad(value); bad >= 0 {
		b.fail(element, "holds a character that XML cannot carry", "remove control characters and send text in UTF-8")
	}
	b.text = appendEscaped(b.text, value)
}

func (b *Body) fail(element, message, remedy string) {
	if b.err == nil {
		b.err = &edo.Error{Kind: edo.Invalid, Reason: edo.TextMalformed, Op: "soap." + b.wrapper.Local, Field: element, Message: message, Remedy: remedy}
	}
}

// appendEscaped also escapes the carriage return, which a reader would turn into a line feed.
func appendEscaped(dst []byte, s string) []byte {
	for i := range len(s) {
		switch s[i] {
		case '&':
			dst = append(dst, "&amp;"...)
		case '<':
			dst = append(dst, "&lt;"...)
		case '>':
			dst = append(dst, "&gt;"...)
		case '"':
			dst = append(dst, "&quot;"...)
		case '\r':
			dst = append(dst, "&#xD;"...)
		default:
			dst = append(dst, s[i])
		}
	}
	return dst
}

// firstBad is the place of the first byte that is no character of XML 1.0 in UTF-8, or -1.
func firstBad(s string) int {
	for i := 0; i < len(s); {
		if c := s[i]; c < utf8.RuneSelf {
			if c < 0x20 && c != '\t' && c != '\n' && c != '\r' {
				return i
			}
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n == 1 || !isChar(r) {
			return i
		}
		i += n
	}
	return -1
}

// plainName accepts the names that contracts use: ASCII letters, digits, _ . and -.
func plainName(s string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', c == '_':
		case i > 0 && ('0' <= c && c <= '9' || c == '-' || c == '.'):
		default:
			return false
		}
	}
	return s != ""
}
