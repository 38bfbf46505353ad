package printable

import (
	"encoding/binary"
	"errors"
)

// jpegHeader is what the decoder of Go does not tell.
type jpegHeader struct {
	orientation int  // 1 to 8, as in Exif
	adobe       bool // has Adobe's segment, which says how its colours are kept
}

// readJPEG goes through the segments in front of the picture. What is damaged there is passed over.
func readJPEG(b []byte) jpegHeader {
	h := jpegHeader{orientation: 1}
	for at := 2; at+4 <= len(b) && b[at] == 0xff; {
		kind, size := b[at+1], int(binary.BigEndian.Uint16(b[at+2:]))
		if kind == 0xff { // filling
			at++
			continue
		}
		if kind == 0xda || size < 2 || at+2+size > len(b) {
			break
		}
		data := b[at+4 : at+2+size]
		switch {
		case kind == 0xe1 && hasPrefix(data, "Exif\x00\x00"):
			if d, err := readDirectory(data[6:], -1); err == nil {
				h.orientation = d.orientation
			}
		case kind == 0xee && hasPrefix(data, "Adobe"):
			h.adobe = true
		}
		at += 2 + size
	}
	return h
}

// directory is one of the pictures of a TIFF file, of which Exif is a kind.
type directory struct {
	orientation int
	next        int64 // where the next one stands; 0 if there is none
}

var errTIFF = errors.New("printable: a TIFF directory outside of the file")

// byteOrder is nil if b is no TIFF.
func byteOrder(b []byte) binary.ByteOrder {
	switch {
	case len(b) < 8:
	case hasPrefix(b, "II*\x00"):
		return binary.LittleEndian
	case hasPrefix(b, "MM\x00*"):
		return binary.BigEndian
	}
	return nil
}

// readDirectory reads the directory at an offset, the first one if it is negative.
func readDirectory(b []byte, at int64) (directory, error) {
	d := directory{orientation: 1}
	order := byteOrder(b)
	if order == nil {
		return d, errTIFF
	}
	if at < 0 {
		at = int64(order.Uint32(b[4:]))
	}
	if at < 8 || at+2 > int64(len(b)) {
		return d, errTIFF
	}
	n := int64(order.Uint16(b[at:]))
	entries := b[at+2:]
	if int64(len(entries)) < 12*n {
		return d, errTIFF
	}
	for ; n > 0; n-- {
		const tagOrientation, short = 274, 3
		if order.Uint16(entries) == tagOrientation && order.Uint16(entries[2:]) == short {
			if o := int(order.Uint16(entries[8:])); o >= 1 && o <= 8 {
				d.orientation = o
			}
		}
		entries = entries[12:]
	}
	if len(entries) >= 4 { // Exif may end here
		d.next = int64(order.Uint32(entries))
	}
	return d, nil
}
