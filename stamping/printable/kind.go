package printable

import (
	"archive/zip"
	"bytes"
	"strings"
)

// Kind is what a file is, by its bytes.
type Kind string

// The kinds.
const (
	PDF     Kind = "pdf"
	Text    Kind = "text"
	XML     Kind = "xml"
	JPEG    Kind = "jpeg"
	PNG     Kind = "png"
	GIF     Kind = "gif"
	BMP     Kind = "bmp"
	TIFF    Kind = "tiff"
	WebP    Kind = "webp"
	Office  Kind = "office" // of Microsoft Office, OpenDocument or RTF
	Unknown Kind = "unknown"
)

// KindOf says what a file is. The name decides only where bytes cannot: a damaged file called .pdf is a PDF, as is an empty one, and
// text that begins with a tag is XML if it is called so.
func KindOf(b []byte, name string) Kind {
	if isPDF(b) {
		return PDF
	}
	if k := picture(b); k != Unknown {
		return k
	}
	if office(b) {
		return Office
	}
	if hasSuffix(name, ".pdf") {
		return PDF
	}
	start := bytes.TrimLeft(asUTF8(b[:min(len(b), 256)]), " \t\r\n")
	if hasPrefix(start, "<?xml") || hasPrefix(start, "<") && hasSuffix(name, ".xml") {
		return XML
	}
	if encodingOf(b) != nil {
		return Text
	}
	return Unknown
}

func hasSuffix(name, suffix string) bool { return strings.HasSuffix(strings.ToLower(name), suffix) }

// isPDF is no stricter than readers are: they look for the header in the first kilobyte.
func isPDF(b []byte) bool {
	if len(b) == 0 || hasPrefix(b, "%PDF-") {
		return true
	}
	return bytes.Contains(b[:min(len(b), 1024)], []byte("%PDF-")) && bytes.Contains(b, []byte("startxref"))
}

func picture(b []byte) Kind {
	switch {
	case hasPrefix(b, "\xff\xd8\xff"):
		return JPEG
	case hasPrefix(b, "\x89PNG\r\n\x1a\n"):
		return PNG
	case hasPrefix(b, "GIF87a", "GIF89a"):
		return GIF
	case hasPrefix(b, "II*\x00", "MM\x00*"):
		return TIFF
	case hasPrefix(b, "BM") && len(b) > 26 && b[6]|b[7]|b[8]|b[9] == 0: // reserved bytes; text may begin so
		return BMP
	case hasPrefix(b, "RIFF") && len(b) > 12 && string(b[8:12]) == "WEBP":
		return WebP
	}
	return Unknown
}

// office recognises the old compound files, RTF, and the archives of Office Open XML and OpenDocument.
func office(b []byte) bool {
	if hasPrefix(b, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "{\\rtf") {
		return true
	}
	if !hasPrefix(b, "PK\x03\x04") {
		return false
	}
	if len(b) > 38 && string(b[30:38]) == "mimetype" { // first and stored as it is, for this very purpose
		return hasPrefix(b[38:], "application/vnd.oasis.opendocument.", "application/vnd.sun.xml.")
	}
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return false
	}
	for _, f := range z.File {
		if f.Name == "[Content_Types].xml" {
			return true
		}
	}
	return false
}
