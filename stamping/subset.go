package stamping

import (
	"encoding/binary"
	"errors"

	"golang.org/x/image/font/sfnt"
)

var errFont = errors.New("stamping: the built-in font is damaged")

// subset gives a TrueType font with the outlines of the used glyphs only. Glyph numbers stay as they are, so
// the text of the mark needs no second numbering; the tables with the public name are left out.
func subset(ttf []byte, used []sfnt.GlyphIndex) ([]byte, error) {
	t, err := ttfTables(ttf)
	if err != nil {
		return nil, err
	}
	offsets, err := glyphOffsets(t)
	if err != nil {
		return nil, err
	}
	keep := map[int]bool{0: true}
	for _, g := range used {
		addGlyph(t["glyf"], offsets, int(g), keep, 0)
	}
	var glyf, loca []byte
	for g := range len(offsets) - 1 {
		loca = binary.BigEndian.AppendUint32(loca, uint32(len(glyf)))
		if keep[g] {
			glyf = append(glyf, t["glyf"][offsets[g]:offsets[g+1]]...)
			for len(glyf)%4 != 0 {
				glyf = append(glyf, 0)
			}
		}
	}
	loca = binary.BigEndian.AppendUint32(loca, uint32(len(glyf)))
	head := append([]byte(nil), t["head"]...)
	binary.BigEndian.PutUint16(head[50:], 1) // indexToLocFormat: long offsets
	t["glyf"], t["loca"], t["head"] = glyf, loca, head
	return assemble(t), nil
}

// ttfTables cuts the font into its tables.
func ttfTables(ttf []byte) (map[string][]byte, error) {
	if len(ttf) < 12 {
		return nil, errFont
	}
	n := int(binary.BigEndian.Uint16(ttf[4:]))
	if len(ttf) < 12+16*n {
		return nil, errFont
	}
	t := map[string][]byte{}
	for i := range n {
		e := ttf[12+16*i:]
		off, size := int(binary.BigEndian.Uint32(e[8:])), int(binary.BigEndian.Uint32(e[12:]))
		if off+size > len(ttf) {
			return nil, errFont
		}
		t[string(e[:4])] = ttf[off : off+size]
	}
	if len(t["head"]) < 54 || len(t["hhea"]) < 36 || len(t["maxp"]) < 6 {
		return nil, errFont
	}
	return t, nil
}

func glyphOffsets(t map[string][]byte) ([]int, error) {
	n := int(binary.BigEndian.Uint16(t["maxp"][4:])) + 1
	long := binary.BigEndian.Uint16(t["head"][50:]) == 1
	loca, out := t["loca"], make([]int, n)
	if (long && len(loca) < 4*n) || (!long && len(loca) < 2*n) {
		return nil, errFont
	}
	for i := range out {
		if long {
			out[i] = int(binary.BigEndian.Uint32(loca[4*i:]))
		} else {
			out[i] = 2 * int(binary.BigEndian.Uint16(loca[2*i:]))
		}
		if out[i] > len(t["glyf"]) || (i > 0 && out[i] < out[i-1]) {
			return nil, errFont
		}
	}
	return out, nil
}

// addGlyph keeps g and, if it is put together from others (й from и and a breve), those too.
func addGlyph(glyf []byte, offsets []int, g int, keep map[int]bool, depth int) {
	if g < 0 || g >= len(offsets)-1 || depth > 8 {
		return
	}
	keep[g] = true
	b := glyf[offsets[g]:offsets[g+1]]
	if len(b) < 10 || int16(binary.BigEndian.Uint16(b)) >= 0 {
		return
	}
	const words, scale, more, scaleXY, scale2x2 = 0x1, 0x8, 0x20, 0x40, 0x80
	for b = b[10:]; len(b) >= 4; {
		flags, part := binary.BigEndian.Uint16(b), int(binary.BigEndian.Uint16(b[2:]))
		addGlyph(glyf, offsets, part, keep, depth+1)
		size := 6
		if flags&words != 0 {
			size = 8
		}
		switch {
		case flags&scale != 0:
			size += 2
		case flags&scaleXY != 0:
			size += 4
		case flags&scale2x2 != 0:
			size += 8
		}
		if flags&more == 0 || len(b) < size {
			return
		}
		b = b[size:]
	}
}

// assemble writes the tables that a PDF reader needs, in the order of their tags, with checksums.
func assemble(t map[string][]byte) []byte {
	tags := []string{"cvt ", "fpgm", "glyf", "head", "hhea", "hmtx", "loca", "maxp", "prep"}
	binary.BigEndian.PutUint32(t["head"][8:], 0)
	out := []byte{0, 1, 0, 0, 0, byte(len(tags)), 0, 128, 0, 3, 0, 16}
	out = append(out, make([]byte, 16*len(tags))...)
	head := 0
	for i, tag := range tags {
		b := t[tag]
		if tag == "head" {
			head = len(out)
		}
		e := out[12+16*i:]
		copy(e, tag)
		binary.BigEndian.PutUint32(e[4:], checksum(b))
		binary.BigEndian.PutUint32(e[8:], uint32(len(out)))
		binary.BigEndian.PutUint32(e[12:], uint32(len(b)))
		out = append(out, b...)
		for len(out)%4 != 0 {
			out = append(out, 0)
		}
	}
	binary.BigEndian.PutUint32(out[head+8:], 0xB1B0AFBA-checksum(out))
	return out
}

func checksum(b []byte) (sum uint32) {
	for len(b) >= 4 {
		sum += binary.BigEndian.Uint32(b)
		b = b[4:]
	}
	var last [4]byte
	copy(last[:], b)
	return sum + binary.BigEndian.Uint32(last[:])
}
