package stamping

import (
	"bytes"
	"context"
	"errors"
	"io"
	"unicode"
	"unicode/utf8"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
)

// MinWord is how many characters of a word must be left without white space and dashes: anything shorter stands
// in a document by chance.
const MinWord = 8

// Bounds of one call of FindText.
const (
	maxWords    = 64
	maxWordSize = 512 // bytes of one word
)

// FindText reports which of the words stand in the text of any page of the PDF in, in the order and spelling of
// the call. It is meant for identifiers: case, white space and dashes count on neither side, and the text of a page
// is taken as one string in the order in which the page shows it, without a mark between its lines. A word is
// therefore found within a longer one too, and a hit says nothing about where or how visibly it is shown.
//
// Read are the contents of the pages and the forms they draw; annotations are not. Text without a way back to
// characters (composite fonts without ToUnicode, pictures) is not found, and what is damaged on a page is passed over.
//
// A PDF that opens without a password is read, whatever it forbids. Of o only the limits count. Words shorter than [MinWord] are an Error of kind Invalid; the other errors are those
// of [Stamp], with TooLarge also for a file whose pages take more work than any real document.
func FindText(ctx context.Context, in io.ReadSeeker, words []string, o *Options) (found []string, err error) {
	opts, err := withLimits(o)
	if err != nil {
		return nil, err
	}
	w, err := newWordSearch(words)
	if err != nil {
		return nil, err
	}
	b, err := load(in, opts)
	if err != nil {
		return nil, err
	}
	defer guard(&err, opts)
	pdf, err := open(ctx, b, opts)
	if err != nil {
		return nil, err
	}
	pages, err := listPages(pdf, opts.MaxPages)
	if err != nil {
		return nil, err
	}
	if _, err := searchPages(ctx, pdf, pages, w, opts); err != nil {
		return nil, err
	}
	return w.found(words), nil
}

// searchPages looks through the pages until every word was seen, and counts those that could not be read to their end.
func searchPages(ctx context.Context, pdf *model.Context, pages []page, w *wordSearch, o *Options) (unread int, err error) {
	r := newTextReader(pdf, w, o)
	for i := range pages {
		err := r.page(ctx, &pages[i])
		switch {
		case ctx.Err() != nil:
			return unread, ctx.Err()
		case w.missing == 0:
			return unread, nil
		case errors.Is(err, TooLarge):
			return unread, err
		case err != nil:
			unread++
		}
	}
	return unread, nil
}

// wordSearch looks for words in text that comes in pieces. It keeps no more of it than a word may reach back.
type wordSearch struct {
	words   [][]byte // folded
	seen    []bool
	missing int
	longest int
	text    []byte
}

func newWordSearch(words []string) (*wordSearch, error) {
	if len(words) == 0 || len(words) > maxWords {
		return nil, fail(Invalid, 0, nil, "%d words: give 1 to %d", len(words), maxWords)
	}
	w := &wordSearch{seen: make([]bool, len(words)), missing: len(words)}
	for i, word := range words {
		f := appendFolded(nil, word)
		switch {
		case len(word) > maxWordSize:
			return nil, fail(Invalid, 0, nil, "word %d is longer than %d bytes", i+1, maxWordSize)
		case bytes.ContainsRune(f, utf8.RuneError): // this stands for text that cannot be read
			return nil, fail(Invalid, 0, nil, "word %d is no valid text", i+1)
		case utf8.RuneCount(f) < MinWord:
			return nil, fail(Invalid, 0, nil, "word %d is shorter than %d characters without spaces and dashes", i+1, MinWord)
		}
		w.words = append(w.words, f)
		w.longest = max(w.longest, len(f))
	}
	return w, nil
}

// found gives the words that were seen, in their order and spelling.
func (w *wordSearch) found(words []string) []string {
	var out []string
	for i, word := range words {
		if w.seen[i] {
			out = append(out, word)
		}
	}
	return out
}

// add takes folded text.
func (w *wordSearch) add(text []byte) {
	w.text = append(w.text, text...)
	if len(w.text) > 64<<10 {
		w.look()
		keep := len(w.text) - w.longest + 1
		w.text = w.text[:copy(w.text, w.text[keep:])]
	}
}

// end closes a page: a word does not go on over the next one.
func (w *wordSearch) end() {
	w.look()
	w.text = w.text[:0]
}

func (w *wordSearch) look() {
	for i, word := range w.words {
		if !w.seen[i] && bytes.Contains(w.text, word) {
			w.seen[i] = true
			w.missing--
		}
	}
}

// appendFolded adds s without what does not count in a comparison.
func appendFolded(dst []byte, s string) []byte {
	for _, r := range s {
		dst = appendRune(dst, r)
	}
	return dst
}

func appendRune(dst []byte, r rune) []byte {
	switch {
	case r >= 'A' && r <= 'Z':
		return append(dst, byte(r)|0x20)
	case r > ' ' && r < 0x7f && r != '-':
		return append(dst, byte(r))
	case unicode.IsSpace(r), unicode.In(r, unicode.Pd, unicode.Cc, unicode.Cf), r == '\u2212': // the last is a minus
		return dst
	}
	return utf8.AppendRune(dst, unicode.ToLower(r))
}
