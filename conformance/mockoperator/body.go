package mockoperator

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"io"
	"os"
	"strconv"
	"time"

	"github.com/edokit/edokit/conformance/contract"
)

// body is an answer under construction: text with places where the base64 of a file belongs, so that a large document is
// never held in memory and the length is still known before the first byte.
type body struct {
	parts []part
	open  bytes.Buffer
	err   error
}

type part struct {
	text []byte
	path string
	size int64
}

const (
	envelopeHead = `<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="` + contract.NSEnvelope + `"><s:Body>`
	envelopeTail = `</s:Body></s:Envelope>`
)

func newBody() *body {
	b := &body{}
	b.raw(envelopeHead)
	return b
}

// result opens the wrapper and its result element; the model has the prefix m, arrays a, instance i.
func result(operation string, members func(*body)) *body {
	b := newBody()
	b.raw(`<` + operation + `Response xmlns="` + contract.NSService + `"><` + operation + `Result xmlns:m="` + contract.NSModel +
		`" xmlns:a="` + contract.NSArrays + `" xmlns:i="` + contract.NSInstance + `">`)
	members(b)
	b.raw(`</` + operation + `Result></` + operation + `Response>`)
	return b
}

// nilResult is the answer that the official client reads as "wrong id" or "login failed".
func nilResult(operation string) *body {
	b := newBody()
	b.raw(`<` + operation + `Response xmlns="` + contract.NSService + `"><` + operation + `Result i:nil="true" xmlns:i="` +
		contract.NSInstance + `"/></` + operation + `Response>`)
	return b
}

// textOrNil is the answer of an operation whose result is a plain value; an empty one is nil.
func textOrNil(operation, value string) *body {
	if value == "" {
		return nilResult(operation)
	}
	return result(operation, func(b *body) { b.text(value) })
}

// truth is the answer of an operation whose result is a boolean.
func truth(operation string, v bool) *body { return textOrNil(operation, strconv.FormatBool(v)) }

// done is the answer of an operation without a result.
func done(operation string) *body {
	b := newBody()
	b.raw(`<` + operation + `Response xmlns="` + contract.NSService + `"/>`)
	return b
}

func (b *body) raw(s string) { b.open.WriteString(s) }

func (b *body) text(s string) {
	if err := xml.EscapeText(&b.open, []byte(s)); err != nil && b.err == nil {
		b.err = err
	}
}

func (b *body) element(name, value string) {
	b.raw(`<` + name + `>`)
	b.text(value)
	b.raw(`</` + name + `>`)
}

// elementOrNil writes an empty value as nil, as the service does with unset references.
func (b *body) elementOrNil(name, value string) {
	if value == "" {
		b.raw(`<` + name + ` i:nil="true"/>`)
		return
	}
	b.element(name, value)
}

func (b *body) boolean(name string, v bool)   { b.element(name, strconv.FormatBool(v)) }
func (b *body) integer(name string, v int)    { b.element(name, strconv.Itoa(v)) }
func (b *body) time(name string, t time.Time) { b.element(name, wireTime(t)) }

func (b *body) wrap(name string, inner func()) {
	b.raw(`<` + name + `>`)
	inner()
	b.raw(`</` + name + `>`)
}

func (b *body) base64(name string, raw []byte) {
	b.raw(`<` + name + `>` + base64.StdEncoding.EncodeToString(raw) + `</` + name + `>`)
}

// file writes the base64 of a file of known size.
func (b *body) file(name, path string, size int64) {
	b.raw(`<` + name + `>`)
	b.flush()
	b.parts = append(b.parts, part{path: path, size: size})
	b.raw(`</` + name + `>`)
}

func (b *body) flush() {
	if b.open.Len() > 0 {
		b.parts = append(b.parts, part{text: bytes.Clone(b.open.Bytes())})
		b.open.Reset()
	}
}

// finish closes the envelope and returns the exact number of bytes that writeTo will write.
func (b *body) finish() (int64, error) {
	b.raw(envelopeTail)
	b.flush()
	var n int64
	for _, p := range b.parts {
		if p.path == "" {
			n += int64(len(p.text))
			continue
		}
		n += (p.size + 2) / 3 * 4
	}
	return n, b.err
}

func (b *body) writeTo(to io.Writer) error {
	// The base64 encoder writes a kilobyte at a time.
	w := bufio.NewWriterSize(to, 64<<10)
	for _, p := range b.parts {
		if p.path == "" {
			if _, err := w.Write(p.text); err != nil {
				return err
			}
			continue
		}
		if err := encodeFile(w, p); err != nil {
			return err
		}
	}
	return w.Flush()
}

func encodeFile(w io.Writer, p part) error {
	f, err := os.Open(p.path)
	if err != nil {
		return err
	}
	defer f.Close()
	enc := base64.NewEncoder(base64.StdEncoding, w)
	if _, err := io.CopyBuffer(enc, io.LimitReader(f, p.size), make([]byte, 48<<10)); err != nil {
		return err
	}
	return enc.Close()
}

// wireTime is a time as .NET writes one of kind UTC: seven digits of fraction.
func wireTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.0000000Z") }
