package mockoperator

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

func decodeStrictly(text []byte, to any) error {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(to); err != nil {
		return err
	}
	if _, err := dec.Token(); err != io.EOF {
		return errMore
	}
	return nil
}

// Filling stands for content that a cassette does not hold.
type Filling struct {
	Size   int64  `json:"size"`   // in bytes
	SHA256 string `json:"sha256"` // of the content, hexadecimal
	Looks  string `json:"looks"`  // pdf, pdf-head or nothing
}

func (f Filling) check(at string) error {
	if f.Size < 0 || f.Size > maxFilling {
		return badCassette(at+".size", "is %d, 0 to %d are possible", f.Size, maxFilling)
	}
	if raw, err := hex.DecodeString(f.SHA256); err != nil || len(raw) != 32 {
		return badCassette(at+".sha256", "is not 64 hexadecimal digits")
	}
	switch f.Looks {
	case "", "pdf", "pdf-head":
		return nil
	}
	return badCassette(at+".looks", "is %q", f.Looks)
}

// Bytes are bytes of that size and look, the same for the same content. A PDF is an empty page, if it has room for one.
func (f Filling) Bytes() []byte {
	words := "in place of " + f.SHA256 + "\n"
	fill := func(n int64) string { return strings.Repeat(words, int(n)/len(words)+1)[:n] }
	switch f.Looks {
	case "pdf":
		if sheet := sheetWith(""); f.Size >= int64(len(sheet)) {
			return padded(f.Size, func(n int64) []byte { return sheetWith(strings.ReplaceAll(fill(n), "\n", " ")) })
		}
		return []byte(fill(f.Size))
	case "pdf-head":
		return []byte(("%PDF-1.4\n" + fill(f.Size))[:f.Size])
	}
	return []byte(fill(f.Size))
}

// padded makes exactly so many bytes: offsets inside grow with the padding, by a digit now and then.
func padded(size int64, with func(n int64) []byte) []byte {
	n := size - int64(len(with(0)))
	out := with(n)
	for more := int64(len(out)) - size; more > 0 && n > 0; more = int64(len(out)) - size {
		n -= min(more, n)
		out = with(n)
	}
	for int64(len(out)) < size {
		out = append(out, '\n')
	}
	return out
}

// piece is a part of a body: text as it is, or a place that is filled.
type piece struct {
	text string
	mask *cassetteMask
}

// pieces cuts a body at its marks.
func (t cassetteText) pieces(at string) ([]piece, error) {
	rest := t.Text
	if len(t.Base64) > 0 {
		if t.Text != "" {
			return nil, badCassette(at, "has both text and base64")
		}
		rest = string(t.Base64)
	}
	if len(t.Masks) > maxMasks {
		return nil, badCassette(at+".masks", "are %d, at most %d are possible", len(t.Masks), maxMasks)
	}
	var out []piece
	var filled int64
	for i := range t.Masks {
		m := &t.Masks[i]
		place, err := m.find(rest, fmt.Sprintf("%s.masks[%d]", at, i))
		if err != nil {
			return nil, err
		}
		if filled += m.Size; filled > maxFilling {
			return nil, badCassette(at+".masks", "stand for more than %d bytes", maxFilling)
		}
		out = append(out, piece{text: rest[:place]}, piece{mask: m})
		rest = rest[place+len(m.Mark):]
	}
	return append(out, piece{text: rest}), nil
}

// find is where a mark stands in what is left of a text.
func (m cassetteMask) find(rest, at string) (int, error) {
	switch m.Kind {
	case "secret":
		if m.Size != 0 {
			return 0, badCassette(at+".size", "is given for a secret")
		}
	case "base64", "raw":
		if err := m.Filling.check(at); err != nil {
			return 0, err
		}
	default:
		return 0, badCassette(at+".kind", "is %q: secret, base64 and raw are known", m.Kind)
	}
	if m.Mark == "" || m.Skip < 0 || m.Skip > maxSkip {
		return 0, badCassette(at, "has no mark, or skips %d: 0 to %d are possible", m.Skip, maxSkip)
	}
	place := 0
	for skip := m.Skip; ; skip-- {
		i := strings.Index(rest[place:], m.Mark)
		if i < 0 {
			return 0, badCassette(at+".mark", "%q does not stand in the text, or not in this order", m.Mark)
		}
		if place += i; skip == 0 {
			return place, nil
		}
		place += len(m.Mark)
	}
}

// body is a text with its places filled.
func (t cassetteText) body() []byte {
	pieces, err := t.pieces("")
	if err != nil { // it was checked when it was read
		return nil
	}
	var out bytes.Buffer
	for _, p := range pieces {
		out.WriteString(p.text)
		switch m := p.mask; {
		case m == nil:
		case m.Kind == "secret":
			out.WriteString("replayed-secret")
		case m.Kind == "base64":
			out.WriteString(base64.StdEncoding.EncodeToString(m.Bytes()))
		default: // raw: text that was base64 in some form, of which only the size is known
			out.WriteString(strings.Repeat("A", int(m.Size)))
		}
	}
	return out.Bytes()
}
