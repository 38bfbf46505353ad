package stamping

import (
	"bytes"
	"context"
	"errors"
	"io"
)

// Findings are what [Examine] saw of a PDF.
type Findings struct {
	Pages  int
	Found  []string // of the words, in their order and spelling
	Unread bool     // text of some page could not be read to its end: a word that was not found may still be there
}

// Examine opens a PDF that somebody else made, counts its pages and looks for words in its text as [FindText] does, all
// without changing it. Without words no text is read.
//
// The kind of an error says whose fault it is. Unreadable: it is broken, for every reader. Encrypted: it opens only with a
// password. All others say nothing about the PDF: Undecided, Crashed, TooLarge, TooManyPages.
func Examine(ctx context.Context, in io.ReadSeeker, words []string, o *Options) (f Findings, err error) {
	opts, err := withLimits(o)
	if err != nil {
		return Findings{}, err
	}
	var w *wordSearch
	if len(words) > 0 {
		if w, err = newWordSearch(words); err != nil {
			return Findings{}, err
		}
	}
	b, err := load(in, opts)
	if err != nil {
		return Findings{}, err
	}
	defer guard(&err, opts)
	pdf, err := open(ctx, b, opts)
	if errors.Is(err, Unreadable) && (sound(b) || bytes.Contains(b, []byte("/Encrypt"))) {
		return Findings{}, fail(Undecided, 0, err, "it could not be read here")
	}
	if err != nil {
		return Findings{}, err
	}
	pages, err := listPages(pdf, opts.MaxPages)
	if err != nil {
		return Findings{}, err
	}
	f.Pages = len(pages)
	if w == nil {
		return f, nil
	}
	unread, err := searchPages(ctx, pdf, pages, w, opts)
	if ctx.Err() != nil {
		return Findings{}, ctx.Err()
	}
	f.Found, f.Unread = w.found(words), err != nil || unread > 0
	return f, nil
}

// sound says whether the outer structure holds, by what stands in the bytes alone: the end names a table of objects, and in
// a plain table every object begins where it says. A file of which this is true and which pdfcpu refuses may open elsewhere.
func sound(b []byte) bool {
	i := bytes.LastIndex(b, []byte("startxref"))
	head := bytes.Index(b[:min(len(b), 1024)], []byte("%PDF-"))
	if i < 0 || head < 0 {
		return false
	}
	at := numberAfter(b, i+len("startxref")) + int64(head)
	if at < int64(head) || at >= int64(len(b)) {
		return false
	}
	table := bytes.TrimLeft(b[at:], "\x00\t\n\f\r ")
	if rest, ok := bytes.CutPrefix(table, []byte("xref")); ok {
		return soundTable(b[head:], rest)
	}
	return beginsObject(table) && bytes.Contains(table[:min(len(table), 4096)], []byte("/XRef"))
}

// soundTable reads the lines of a plain table up to its trailer.
func soundTable(b, table []byte) bool {
	lines := bytes.FieldsFunc(table, func(r rune) bool { return r == '\n' || r == '\r' })
	for _, line := range lines {
		f := bytes.Fields(line)
		if len(f) > 0 && bytes.HasPrefix(f[0], []byte("trailer")) {
			return true
		}
		if len(f) != 3 || string(f[2]) != "n" {
			continue
		}
		at := numberAfter(f[0], 0)
		if at < 0 || at >= int64(len(b)) || !beginsObject(b[at:]) {
			return false
		}
	}
	return false
}

func beginsObject(b []byte) bool {
	f := bytes.Fields(b[:min(len(b), 64)])
	return len(f) > 2 && numberAfter(f[0], 0) >= 0 && numberAfter(f[1], 0) >= 0 && bytes.HasPrefix(f[2], []byte("obj"))
}
