package canary

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"encoding/binary"
	"io"
)

const (
	maxDepth  = 3        // members inside members
	maxMember = 64 << 20 // bytes that are looked at of one
	minMember = headSize // shorter ones hold nothing
)

// member is something compressed inside a text.
type member struct {
	kind string
	at   int
	text []byte
}

// members inflates everything that begins like gzip, zlib or an entry of a zip archive. What ends too early, or turns out
// to be something else, counts as far as it goes. Deflate without any beginning of its own cannot be found.
func members(text []byte) []member {
	var all []member
	for i := begin(text, 0); i >= 0; i = begin(text, i+1) {
		kind, open := opener(text[i:])
		if open == nil {
			continue
		}
		r, err := open()
		if err != nil {
			continue
		}
		if b, _ := io.ReadAll(io.LimitReader(r, maxMember)); len(b) >= minMember {
			all = append(all, member{kind, i, b})
		}
	}
	return all
}

// begin is the next place that may be the beginning of a member, -1 if there is none. It looks at every byte of what may
// be gigabytes, all of it its caller's own: with the race detector in the loop, scans were most of a suite's time.
//
//go:norace
func begin(text []byte, from int) int {
	for i := from; i+2 < len(text); i++ {
		switch text[i] {
		case 0x1F, 0x78, 'P':
			return i
		}
	}
	return -1
}

// opener says what a text, of at least three bytes, begins with.
func opener(text []byte) (string, func() (io.Reader, error)) {
	switch {
	case bytes.HasPrefix(text, []byte{0x1F, 0x8B, 8}):
		return "gzip", func() (io.Reader, error) { return gzip.NewReader(bytes.NewReader(text)) }
	case text[0] == 0x78 && binary.BigEndian.Uint16(text)%31 == 0 && text[1]&0x20 == 0:
		return "zlib", func() (io.Reader, error) { return zlib.NewReader(bytes.NewReader(text)) }
	case bytes.HasPrefix(text, []byte("PK\x03\x04")) && len(text) > 30 && binary.LittleEndian.Uint16(text[8:]) == 8:
		skip := 30 + int(binary.LittleEndian.Uint16(text[26:])) + int(binary.LittleEndian.Uint16(text[28:]))
		return "zip", func() (io.Reader, error) { return flate.NewReader(bytes.NewReader(text[min(skip, len(text)):])), nil }
	}
	return "", nil
}
