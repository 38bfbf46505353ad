package stamping

import (
	"context"
	"errors"

	"github.com/pdfcpu/pdfcpu/pkg/filter"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

// Bounds of the work on one file. They lie far above real documents: pages may share streams, forms may draw
// forms, so that the size of a file says nothing about the time it takes to read.
const (
	maxTokens    = 20_000_000 // operands and operators
	workFactor   = 8          // times Options.MaxDecode: bytes unpacked and characters shown
	maxMapped    = 1 << 19    // entries in the character maps of all fonts
	maxFormDepth = 12         // forms within forms
	maxSaved     = 1000       // graphics states saved at one time
	maxShown     = 1 << 20    // bytes of text of one operator
)

// textReader follows the contents of pages as far as their text goes, and gives it to a wordSearch.
type textReader struct {
	pdf    *model.Context
	words  *wordSearch
	limits *Options
	work   int64
	tokens int
	mapped int
	fonts  map[int]*textFont // by object number
	broken map[int]bool      // streams that cannot be unpacked
	open   map[int]bool      // forms that are being drawn
	bytes  []byte            // of the string at hand
}

func newTextReader(pdf *model.Context, w *wordSearch, o *Options) *textReader {
	return &textReader{
		pdf: pdf, words: w, limits: o, work: workFactor * o.MaxDecode, tokens: maxTokens, mapped: maxMapped,
		fonts: map[int]*textFont{}, broken: map[int]bool{}, open: map[int]bool{},
	}
}

// page reads one page. A panic of the PDF library costs this page alone.
func (r *textReader) page(ctx context.Context, p *page) (err error) {
	defer guard(&err, r.limits)
	defer r.words.end()
	clear(r.open) // a panic may have left some
	streams, err := contentStreams(r.pdf, p)
	if err != nil {
		return err
	}
	at := &textState{known: map[string]*textFont{}}
	if at.fonts, at.forms, err = r.resources(p.resources); err != nil {
		return err
	}
	for _, ref := range streams { // streams end between tokens, so what one leaves open goes on in the next
		if err := ctx.Err(); err != nil {
			return err
		}
		content, err := r.stream(ref, r.limits.MaxDecode)
		if err != nil {
			return err
		}
		if err := r.content(ctx, content, at); err != nil {
			return err
		}
	}
	return nil
}

// resources gives the fonts and the XObjects by name.
func (r *textReader) resources(o types.Object) (fonts, forms types.Dict, err error) {
	res, err := r.dict(o)
	if err != nil {
		return nil, nil, err
	}
	if fonts, err = r.dict(res["Font"]); err != nil {
		return nil, nil, err
	}
	forms, err = r.dict(res["XObject"])
	return fonts, forms, err
}

// dict gives a dictionary; what is none counts as empty.
func (r *textReader) dict(o types.Object) (types.Dict, error) {
	d, err := r.pdf.DereferenceDict(o)
	return d, fatal(err)
}

// fatal leaves out errors that mean no more than damage: a reader shows the rest of the page.
func fatal(err error) error {
	if errors.Is(err, filter.ErrDecodeLimitExceeded) {
		return err
	}
	return nil
}

// stream unpacks a stream of at most limit bytes. A damaged one is empty, and is not tried again.
func (r *textReader) stream(ref types.IndirectRef, limit int64) ([]byte, error) {
	nr := ref.ObjectNumber.Value()
	if r.broken[nr] {
		return nil, nil
	}
	content, err := decoded(r.pdf, ref, limit)
	if err != nil {
		if err := fatal(err); err != nil {
			return nil, err
		}
		r.broken[nr] = true
		return nil, r.spend(r.limits.MaxDecode / 64) // it may have been unpacked far before it failed
	}
	return content, r.spend(int64(len(content)) + 1024)
}

func (r *textReader) spend(n int64) error {
	if r.work -= n; r.work < 0 {
		return fail(TooLarge, 0, nil, "its pages together unpack to more than %d bytes", workFactor*r.limits.MaxDecode)
	}
	return nil
}
