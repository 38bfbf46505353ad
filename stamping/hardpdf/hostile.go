package hardpdf

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/edokit/edokit/stamping"
)

// hostile files are made to cost time or memory, or to lead nowhere.
func hostile() []Case {
	refuse := func(name string, examine, stamp stamping.Kind, make func() []byte) Case {
		return Case{Name: name, Make: make, Examine: examine, Stamp: stamp}
	}
	of := func(bodies ...string) func() []byte { return func() []byte { return plain(&document{bodies: bodies}) } }
	const root = "<</Type/Catalog/Pages 2 0 R>>"
	return []Case{
		refuse("20,000 pages", stamping.TooManyPages, stamping.TooManyPages, func() []byte { return plain(pages(20_000, a4, nil)) }),
		refuse("one page 50,000 times", stamping.TooManyPages, stamping.TooManyPages, of(root,
			"<</Type/Pages/Kids["+strings.Repeat("3 0 R ", 50_000)+"]/Count 50000>>", "<</Type/Page/Parent 2 0 R"+a4+">>")),
		{Name: "2,000 pages", Make: func() []byte { return plain(pages(2000, a4, nil)) }, Pages: 2000},
		{Name: "content that unpacks to 80 MiB", Make: func() []byte { return plain(filtered("/Filter/FlateDecode", blank(80<<20, 1))) }, Pages: 1, Stamp: stamping.TooLarge},
		{Name: "content packed twice", Make: func() []byte { return plain(filtered("/Filter[/FlateDecode/FlateDecode]", blank(80<<20, 2))) }, Pages: 1, Stamp: stamping.TooLarge},
		{Name: "cross-reference stream that unpacks to 80 MiB", Pages: 1, Make: func() []byte { // found again without it
			d := content(text)
			var b bytes.Buffer
			b.WriteString(d.head())
			d.objects(&b, 0, func(int) bool { return true })
			start := b.Len()
			fmt.Fprintf(&b, "9 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF\n", stream("/Type/XRef/Size 10/W[1 4 1]/Root 1 0 R/Filter/FlateDecode", blank(80<<20, 1)), start)
			return b.Bytes()
		}},
		refuse("page tree in a circle", stamping.Unreadable, stamping.Unreadable, of(root, "<</Type/Pages/Kids[2 0 R]/Count 1>>")),
		refuse("page tree in a wide circle", stamping.Unreadable, stamping.Unreadable, of(root, "<</Type/Pages/Kids[3 0 R]/Count 1>>", "<</Type/Pages/Kids[2 0 R]/Count 1>>")),
		refuse("page tree that fans out", stamping.Unreadable, stamping.Unreadable, func() []byte {
			d := &document{bodies: []string{root}}
			for i := range 40 {
				d.add(fmt.Sprintf("<</Type/Pages/Kids[%d 0 R %d 0 R]/Count 2>>", i+3, i+3))
			}
			d.add("<</Type/Pages/Kids[]/Count 0>>")
			return plain(d)
		}),
		refuse("no pages", stamping.Unreadable, stamping.Unreadable, of(root, "<</Type/Pages/Kids[]/Count 0>>")),
		refuse("pages lead nowhere", stamping.Unreadable, stamping.Unreadable, of("<</Type/Catalog/Pages 9 0 R>>")),
		refuse("a cross-reference stream with a lost filter", stamping.Undecided, stamping.Unreadable, func() []byte {
			return bytes.Replace(content(text).streams(true, false), []byte("/Root 1 0 R/Filter"), []byte("/Root 1 0 R/ObjStm"), 1)
		}),
		{Name: "the catalog as a page", Pages: 1, Stamp: stamping.Unreadable, Make: of(root, "<</Type/Pages/Kids[1 0 R]/Count 1>>")},
		refuse("pages are a number", stamping.Unreadable, stamping.Unreadable, of("<</Type/Catalog/Pages 7>>")),
		refuse("object number 2147483647", stamping.TooLarge, stamping.TooLarge, func() []byte {
			return bytes.Replace(plain(content(text)), []byte("4 0 obj"), []byte("2147483647 0 obj"), 1)
		}),
		refuse("size 2147483647", stamping.TooLarge, stamping.TooLarge, func() []byte {
			return bytes.Replace(plain(content(text)), []byte("/Size 5"), []byte("/Size 2147483647"), 1)
		}),
		{Name: "an owner's password", Make: func() []byte { return plain(encrypted("")) }, Pages: 1, Stamp: stamping.Encrypted},
		refuse("a reader's password", stamping.Encrypted, stamping.Encrypted, func() []byte { return plain(encrypted("secret")) }),
		refuse("encrypted by nobody knows what", stamping.Undecided, stamping.Encrypted, func() []byte {
			return bytes.Replace(plain(encrypted("")), []byte("/Standard"), []byte("/Fantasy1"), 1)
		}),
		refuse("a stream that refers to itself for its length", stamping.Undecided, stamping.Unreadable, of(root, "<</Type/Pages/Kids[3 0 R]/Count 1>>",
			"<</Type/Page/Parent 2 0 R"+a4+"/Contents 4 0 R>>", "<</Length 4 0 R>>\nstream\n"+text+"\nendstream")),
		refuse("a hybrid that hides its catalog", stamping.Undecided, stamping.Undecided, func() []byte {
			d := content(text)
			d.bodies[0] = "<</Pages 2 0 R>>"
			return d.streams(true, true)
		}),
		{Name: "9 MiB before its table", Pages: 1, Make: func() []byte { // an offset is no number of an object
			d := content(text)
			d.add(stream("", strings.Repeat("x", 9<<20)))
			return plain(d)
		}},
		{Name: "generations that differ", Pages: 1, Make: func() []byte { // of the catalog in the table, of the pages in their reference
			b := bytes.Replace(plain(content(text)), []byte(" 00000 n \n"), []byte(" 00001 n \n"), 1)
			return bytes.Replace(b, []byte("/Pages 2 0 R"), []byte("/Pages 2 1 R"), 1)
		}},
		{Name: "another generation of the catalog", Pages: 1, Make: func() []byte {
			return bytes.Replace(plain(content(text)), []byte("/Root 1 0 R"), []byte("/Root 1 65536 R"), 1)
		}},
		{Name: "a table at -1", Pages: 1, Make: func() []byte {
			b := plain(content(text))
			return append(b[:bytes.LastIndex(b, []byte("startxref"))], "startxref\n-1\n%%EOF\n"...)
		}},
		{Name: "a form that draws itself", Pages: 1, Make: of(root, "<</Type/Pages/Kids[3 0 R]/Count 1>>",
			"<</Type/Page/Parent 2 0 R"+a4+"/Resources<</XObject<</X 5 0 R>>>>/Contents 4 0 R>>", stream("", "/X Do"),
			stream("/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 5 0 R>>>>", "/X Do"))},
		{Name: "a wrong count of pages", Pages: 1, Make: of(root, "<</Type/Pages/Kids[3 0 R]/Count 77>>", "<</Type/Page/Parent 2 0 R"+a4+">>")},
		{Name: "deeply nested arrays", Pages: 1, Make: of("<</Type/Catalog/Pages 2 0 R/X "+strings.Repeat("[", 90)+strings.Repeat("]", 90)+">>",
			"<</Type/Pages/Kids[3 0 R]/Count 1>>", "<</Type/Page/Parent 2 0 R"+a4+">>")},
	}
}

// damaged files are no PDF, or only a part of one.
func damaged() []Case {
	var out []Case
	bad := func(name string, make func() []byte) {
		out = append(out, Case{Name: name, Make: make, Examine: stamping.Unreadable, Stamp: stamping.Unreadable})
	}
	bad("empty", func() []byte { return nil })
	bad("a web page", func() []byte { return []byte("<!DOCTYPE html><html><body>busy</body></html>") })
	bad("an archive", func() []byte { return []byte("PK\x03\x04\x14\x00\x00\x00") })
	bad("its head and its end", func() []byte { return []byte("%PDF-1.7\nstartxref\n0\n%%EOF\n") })
	for _, part := range []int{1, 2, 3, 4} {
		bad(fmt.Sprintf("its first %d eighths", part), func() []byte { b := plain(content(text)); return b[:len(b)*part/8] })
	}
	bad("without its pages", func() []byte {
		b := plain(content(text))
		return append(bytes.Clone(b[:20]), b[bytes.Index(b, []byte("4 0 obj")):]...)
	})
	return out
}
