package hardpdf

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// document is a PDF before it is written: the bodies of its objects, numbered from 1. Object 1 is the catalog.
type document struct {
	version string // 1.7 if empty
	bodies  []string
	trailer string // further entries
}

func (d *document) add(body string) (ref string) {
	d.bodies = append(d.bodies, body)
	return fmt.Sprintf("%d 0 R", len(d.bodies))
}

func stream(entries, content string) string {
	return fmt.Sprintf("<<%s/Length %d>>\nstream\n%s\nendstream", entries, len(content), content)
}

func isStream(body string) bool { return strings.HasSuffix(body, "endstream") }

// hidden is what a hybrid file hides: neither streams nor what an old reader needs to show a page at all.
func hidden(body string) bool {
	return !isStream(body) && !strings.Contains(body, "/Type/Catalog") && !strings.Contains(body, "/Type/Page")
}

func (d *document) hides() bool { return slices.ContainsFunc(d.bodies, hidden) }

// packing is a way to write a document.
type packing struct {
	name  string
	write func(*document) []byte
}

func packings() []packing {
	return []packing{
		{"plain", plain},
		{"xref stream", func(d *document) []byte { return d.streams(false, false) }},
		{"object stream", func(d *document) []byte { return d.streams(true, false) }},
		{"hybrid", func(d *document) []byte { return d.streams(true, true) }},
		{"incremental", incremental},
		{"crlf", func(d *document) []byte { return d.table("\r\n", "") }},
		{"junk before", func(d *document) []byte { return d.table("\n", "From: mail\r\n\r\n") }},
		{"lost table", func(d *document) []byte {
			return bytes.Replace(plain(d), []byte("startxref\n"), []byte("startxref\n9"), 1)
		}},
	}
}

func plain(d *document) []byte { return d.table("\n", "") }

func (d *document) head() string {
	if d.version == "" {
		return "%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
	}
	return "%PDF-" + d.version + "\n%\xe2\xe3\xcf\xd3\n"
}

// table writes a plain cross-reference table.
func (d *document) table(eol, before string) []byte {
	var b bytes.Buffer
	b.WriteString(before + d.head())
	at := d.objects(&b, len(before), func(int) bool { return true })
	d.end(&b, eol, len(before), at, "")
	return b.Bytes()
}

// objects writes those that are chosen and gives their offsets, 0 for the others.
func (d *document) objects(b *bytes.Buffer, before int, chosen func(i int) bool) []int {
	at := make([]int, len(d.bodies))
	for i, body := range d.bodies {
		if chosen(i) {
			at[i] = b.Len() - before
			fmt.Fprintf(b, "%d 0 obj\n%s\nendobj\n", i+1, body)
		}
	}
	return at
}

func (d *document) end(b *bytes.Buffer, eol string, before int, at []int, more string) {
	start := b.Len() - before
	line := " \n"
	if eol == "\r\n" {
		line = eol
	}
	fmt.Fprintf(b, "xref%s0 %d%s0000000000 65535 f%s", eol, len(at)+1, eol, line)
	for _, n := range at {
		if n == 0 {
			fmt.Fprintf(b, "0000000000 00000 f%s", line)
			continue
		}
		fmt.Fprintf(b, "%010d 00000 n%s", n, line)
	}
	fmt.Fprintf(b, "trailer%s<</Size %d/Root 1 0 R%s%s>>%sstartxref%s%d%s%%%%EOF%s", eol, len(at)+1, d.trailer, more, eol, eol, start, eol, eol)
}

// incremental writes the document and then its catalog once more.
func incremental(d *document) []byte {
	old := plain(d)
	prev := bytes.LastIndex(old, []byte("\nxref")) + 1
	var b bytes.Buffer
	b.Write(old)
	at := b.Len()
	fmt.Fprintf(&b, "1 0 obj\n%s\nendobj\n", d.bodies[0])
	start := b.Len()
	fmt.Fprintf(&b, "xref\n1 1\n%010d 00000 n \ntrailer\n<</Size %d/Root 1 0 R/Prev %d%s>>\nstartxref\n%d\n%%%%EOF\n", at, len(d.bodies)+1, prev, d.trailer, start)
	return b.Bytes()
}

// streams writes a cross-reference stream; packed puts what is no stream into an object stream, and hybrid writes a table as
// well, in which these objects are free.
func (d *document) streams(packed, hybrid bool) []byte {
	var b bytes.Buffer
	b.WriteString(d.head())
	inside := func(i int) bool { return packed && !isStream(d.bodies[i]) && (!hybrid || hidden(d.bodies[i])) }
	at := d.objects(&b, 0, func(i int) bool { return !inside(i) })
	n := len(d.bodies)
	rows := make([][3]int, n+3)
	rows[0] = [3]int{0, 0, 255}
	var index, objects strings.Builder
	count := 0
	for i, body := range d.bodies {
		rows[i+1] = [3]int{1, at[i], 0}
		if inside(i) {
			rows[i+1] = [3]int{2, n + 1, count}
			fmt.Fprintf(&index, "%d %d ", i+1, objects.Len())
			objects.WriteString(body + "\n")
			count++
		}
	}
	if count > 0 {
		rows[n+1] = [3]int{1, b.Len(), 0}
		content := deflate([]byte(index.String() + objects.String()))
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", n+1, stream(fmt.Sprintf("/Type/ObjStm/N %d/First %d/Filter/FlateDecode", count, index.Len()), content))
	}
	start := b.Len()
	rows[n+2] = [3]int{1, start, 0}
	table := make([]byte, 0, len(rows)*6)
	for _, r := range rows {
		table = append(table, byte(r[0]), byte(r[1]>>24), byte(r[1]>>16), byte(r[1]>>8), byte(r[1]), byte(r[2]))
	}
	entries := fmt.Sprintf("/Type/XRef/Size %d/W[1 4 1]/Root 1 0 R%s/Filter/FlateDecode", len(rows), d.trailer)
	fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", n+2, stream(entries, deflate(table)))
	if hybrid {
		d.end(&b, "\n", 0, append(at, rows[n+1][1]), fmt.Sprintf("/XRefStm %d", start))
		return b.Bytes()
	}
	fmt.Fprintf(&b, "startxref\n%d\n%%%%EOF\n", start)
	return b.Bytes()
}
