package hardpdf

import (
	"bytes"
	"compress/zlib"
	"encoding/ascii85"
	"encoding/hex"
	"fmt"
	"strings"
)

const (
	a4   = "/MediaBox[0 0 595 842]"
	text = "BT /F1 18 Tf 72 700 Td (Hard) Tj ET"
	font = "<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>"
)

// pages makes a document of n pages with the same entries; own gives what each page has for itself.
func pages(n int, entries string, own func(d *document, i int) string) *document {
	d := &document{bodies: []string{"", ""}}
	var kids []string
	for i := range n {
		mine := ""
		if own != nil {
			mine = own(d, i)
		}
		kids = append(kids, d.add("<</Type/Page/Parent 2 0 R"+entries+mine+">>"))
	}
	d.bodies[0] = "<</Type/Catalog/Pages 2 0 R>>"
	d.bodies[1] = fmt.Sprintf("<</Type/Pages/Kids[%s]/Count %d>>", strings.Join(kids, " "), n)
	return d
}

// content is a page of that content, written as it is.
func content(s string) *document { return filtered("", s) }

func filtered(filter, s string) *document {
	return pages(1, a4+"/Resources"+font, func(d *document, _ int) string { return "/Contents " + d.add(stream(filter, s)) })
}

// box is a page with text and the given entries instead of a size.
func box(entries string) *document {
	return pages(1, entries+"/Resources"+font, func(d *document, _ int) string { return "/Contents " + d.add(stream("", text)) })
}

// catalog is a good page in a document whose catalog has further entries; what they refer to is added by more.
func catalog(more func(d *document) string) *document {
	d := content(text)
	d.bodies[0] = "<</Type/Catalog/Pages 2 0 R" + more(d) + ">>"
	return d
}

func deflate(p []byte) string {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	_, _ = w.Write(p) // into memory
	_ = w.Close()
	return b.String()
}

// blank is n bytes of white space, packed as often as said.
func blank(n, times int) string {
	s := strings.Repeat(" ", n)
	for range times {
		s = deflate([]byte(s))
	}
	return s
}

func hexed(s string) string { return hex.EncodeToString([]byte(s)) + ">" }

func base85(s string) string {
	out := make([]byte, ascii85.MaxEncodedLen(len(s)))
	return string(out[:ascii85.Encode(out, []byte(s))]) + "~>"
}

// runs is s for RunLengthDecode, without any run.
func runs(s string) string {
	var b strings.Builder
	for len(s) > 0 {
		n := min(len(s), 128)
		b.WriteByte(byte(n - 1))
		b.WriteString(s[:n])
		s = s[n:]
	}
	return b.String() + "\x80"
}
