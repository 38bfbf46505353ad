package evidence_test

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"hash/crc32"
	"testing"
)

// file is one entry as a hostile writer sees it: every statement of its headers can be bent.
type file struct {
	name    string
	body    []byte
	flags   uint16
	method  uint16 // 8: body is deflated first
	attrs   uint32
	extra   []byte
	size    uint64 // stated instead of the real one
	packed  uint32 // stated instead of the real one
	crc     uint32 // stated instead of the real one
	at      int    // offset of the local header instead of the real one
	noLocal bool   // only in the table of contents
}

// pack writes a ZIP by hand: archive/zip would refuse to write most of these.
func pack(t testing.TB, files ...file) []byte {
	t.Helper()
	var out, table bytes.Buffer
	put := func(b *bytes.Buffer, values ...any) {
		for _, v := range values {
			if err := binary.Write(b, binary.LittleEndian, v); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, f := range files {
		data := f.body
		if f.method == 8 {
			data = deflate(t, f.body)
		}
		size, packed, crc, at, extra := uint64(len(f.body)), uint32(len(data)), crc32.ChecksumIEEE(f.body), out.Len(), f.extra
		if f.size != 0 {
			size = f.size
		}
		if f.packed != 0 {
			packed = f.packed
		}
		if f.crc != 0 {
			crc = f.crc
		}
		if f.at != 0 {
			at = f.at - 1
		}
		small := uint32(size)
		if size > 0xfffffffe { // zip64: the size stands in the extra field
			small = 0xffffffff
			extra = binary.LittleEndian.AppendUint64([]byte{1, 0, 8, 0}, size)
		}
		if !f.noLocal {
			put(&out, uint32(0x04034b50), uint16(20), f.flags, f.method, uint32(0), crc, packed, small, uint16(len(f.name)), uint16(0))
			out.WriteString(f.name)
			out.Write(data)
		}
		put(&table, uint32(0x02014b50), uint16(0x031e), uint16(20), f.flags, f.method, uint32(0), crc, packed, small,
			uint16(len(f.name)), uint16(len(extra)), uint16(0), uint16(0), uint16(0), f.attrs, uint32(at))
		table.WriteString(f.name)
		table.Write(extra)
	}
	start := out.Len()
	out.Write(table.Bytes())
	put(&out, uint32(0x06054b50), uint32(0), uint16(len(files)), uint16(len(files)), uint32(table.Len()), uint32(start), uint16(0))
	return out.Bytes()
}

func deflate(t testing.TB, body []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := flate.NewWriter(&out, flate.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(body); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// unicodePath is the extra field of Info-ZIP.
func unicodePath(raw, name string) []byte {
	field := binary.LittleEndian.AppendUint16([]byte{0x75, 0x70}, uint16(5+len(name)))
	field = binary.LittleEndian.AppendUint32(append(field, 1), crc32.ChecksumIEEE([]byte(raw)))
	return append(field, name...)
}
