package mockoperator

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"
)

// upper1251 are the characters of windows-1251 from 0x80 on; the one that is not assigned stands as U+FFFD.
const upper1251 = "ЂЃ‚ѓ„…†‡€‰Љ‹ЊЌЋЏђ‘’“”•–—\uFFFD™љ›њќћџ\u00a0ЎўЈ¤Ґ¦§Ё©Є«¬\u00ad®Ї°±Ііґµ¶·ё№є»јЅѕїАБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ" +
	"абвгдежзийклмнопрстуфхцчшщъыьэюя"

// encode1251 writes XML text in windows-1251; what the encoding does not have becomes a character reference.
func encode1251(text string) []byte {
	codes := map[rune]byte{}
	next := 0x80
	for _, c := range upper1251 {
		if c != utf8.RuneError {
			codes[c] = byte(next)
		}
		next++
	}
	out := make([]byte, 0, len(text))
	for _, c := range text {
		switch code, ok := codes[c]; {
		case c < 0x80:
			out = append(out, byte(c))
		case ok:
			out = append(out, code)
		default:
			out = fmt.Appendf(out, "&#%d;", c)
		}
	}
	return out
}

// reader1251 turns windows-1251 into UTF-8.
type reader1251 struct {
	in   io.Reader
	rest []byte
}

// Read implements io.Reader.
func (r *reader1251) Read(p []byte) (int, error) {
	if len(r.rest) == 0 {
		raw := make([]byte, 4096)
		n, err := r.in.Read(raw)
		if n == 0 {
			return 0, err
		}
		upper := []rune(upper1251)
		for _, b := range raw[:n] {
			if b < 0x80 {
				r.rest = append(r.rest, b)
				continue
			}
			r.rest = utf8.AppendRune(r.rest, upper[b-0x80])
		}
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

// formalised checks that a document is XML, declared and encoded as windows-1251. Its bytes are not touched.
func formalised(content Blob) error {
	f, err := os.Open(content.Path)
	if err != nil {
		return err
	}
	defer f.Close()
	head := make([]byte, 100)
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return err
	}
	declaration, _, found := strings.Cut(strings.ToLower(string(head[:n])), "?>")
	if !found || !strings.HasPrefix(declaration, "<?xml") || !strings.Contains(declaration, "windows-1251") {
		return errNotFormal
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	dec := xml.NewDecoder(f)
	dec.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return &reader1251{in: in}, nil }
	roots := 0
	for {
		tok, err := dec.Token()
		switch {
		case errors.Is(err, io.EOF):
			if roots == 0 {
				return errNotFormal
			}
			return nil
		case err != nil:
			return fmt.Errorf("%w: %w", errNotFormal, err)
		}
		if _, ok := tok.(xml.StartElement); ok {
			roots++
		}
	}
}

var errNotFormal = errors.New("no XML in windows-1251")
