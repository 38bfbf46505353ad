package stamping

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/pdfcpu/pdfcpu/pkg/api"
	"github.com/pdfcpu/pdfcpu/pkg/filter"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
)

// The limits that hold where Options leaves them zero.
const (
	DefaultMaxBytes  = 64 << 20 // bytes of the input
	DefaultMaxDecode = 64 << 20 // bytes of one unpacked stream, and of one page's content
	DefaultMaxPages  = 2000
)

// Options are the extras of one call; nil and zero values mean the defaults.
type Options struct {
	Pages     []int    // 1-based; none means every page
	Position  Position // empty means BottomCentre; the nearest place there that is free
	Room      Room     // what to do with a page that has none
	MaxBytes  int64
	MaxDecode int64
	MaxPages  int
}

// Result says what was found in the original while the copy was made.
type Result struct {
	Pages         int      // of the document
	Marked        int      // of them with the mark
	Margins       int      // of these with a margin added, because they had no free space
	Sheet         bool     // the copy has one page more, with the mark, after the last one
	HadSignatures bool     // the original holds PDF signatures; the copy holds none
	ActiveContent []string // kinds found, sorted: JavaScript, Launch, EmbeddedFile, XFA, ...; carried over as they are
}

// Stamp writes a copy of the PDF in with the mark m on its pages to out.
//
// The copy says of what it is a copy: its document information has the entry EdokitCopyOf, and its XMP, if it has any, the
// property xmpMM:DerivedFrom, with nih:sha-256; and the digest of the original in hexadecimal. Signatures are taken out of it.
// Attached and associated files stay. That the original is PDF/A does not make the copy so.
//
// Nothing is written to out before the copy was read back and the mark was found on every page asked for;
// an error of out itself is returned as it is and may leave a part. The errors otherwise are *Error, or the
// error of ctx. A panic of the PDF library becomes an Error of kind Crashed.
func Stamp(ctx context.Context, in io.ReadSeeker, out io.Writer, m *Mark, o *Options) (Result, error) {
	opts, err := settle(o, m)
	if err != nil {
		return Result{}, err
	}
	b, err := load(in, opts)
	if err != nil {
		return Result{}, err
	}
	copied, result, err := guarded(ctx, b, m, opts)
	if err != nil {
		return Result{}, err
	}
	if _, err := out.Write(copied); err != nil {
		return Result{}, fmt.Errorf("stamping: write the copy: %w", err)
	}
	return result, nil
}

func settle(o *Options, m *Mark) (*Options, error) {
	own, err := withLimits(o)
	if err != nil {
		return nil, err
	}
	if own.Position == "" {
		own.Position = BottomCentre
	}
	switch {
	case !own.Position.valid():
		return nil, fail(Invalid, 0, nil, "position %q is unknown", string(own.Position))
	case !own.Room.valid():
		return nil, fail(Invalid, 0, nil, "room %q is unknown", string(own.Room))
	case m == nil || !positive(m.Width) || !positive(m.Height):
		return nil, fail(Invalid, 0, nil, "the mark has no size")
	case len(m.Boxes) == 0 && len(m.Texts) == 0 && len(m.Fills) == 0 && len(m.Emblems) == 0:
		return nil, fail(Invalid, 0, nil, "the mark is empty")
	}
	own.Room = own.Room.settle(m)
	return own, nil
}

// withLimits gives a copy with the defaults in place.
func withLimits(o *Options) (*Options, error) {
	var own Options
	if o != nil {
		own = *o
	}
	if own.MaxBytes == 0 {
		own.MaxBytes = DefaultMaxBytes
	}
	if own.MaxDecode == 0 {
		own.MaxDecode = DefaultMaxDecode
	}
	if own.MaxPages == 0 {
		own.MaxPages = DefaultMaxPages
	}
	if own.MaxBytes < 0 || own.MaxDecode < 0 || own.MaxPages < 0 {
		return nil, fail(Invalid, 0, nil, "a limit is negative")
	}
	return &own, nil
}

func positive(f float64) bool { return f > 0 && f < 1e5 && !math.IsNaN(f) }

func guarded(ctx context.Context, b []byte, m *Mark, o *Options) (out []byte, r Result, err error) {
	defer guard(&err, o)
	return copyWithMark(ctx, b, m, o)
}

// guard is deferred around the PDF library: it turns a panic into an error (pdfcpu passes on run-time panics of
// its writer) and names the limit that a late part broke, for objects are unpacked wherever they are needed.
func guard(err *error, o *Options) {
	if p := recover(); p != nil {
		*err = fail(Crashed, 0, nil, "the PDF library gave up: %s", clip(fmt.Sprint(p), 120))
	}
	if errors.Is(*err, filter.ErrDecodeLimitExceeded) && !errors.Is(*err, TooLarge) {
		*err = fail(TooLarge, 0, *err, "a part unpacks to more than %d bytes", o.MaxDecode)
	}
}

func copyWithMark(ctx context.Context, b []byte, m *Mark, o *Options) ([]byte, Result, error) {
	pdf, err := parse(ctx, b, o)
	if err != nil {
		return nil, Result{}, err
	}
	pages, err := listPages(pdf, o.MaxPages)
	if err != nil {
		return nil, Result{}, err
	}
	root, err := pdf.Catalog()
	if err != nil {
		return nil, Result{}, fail(Unreadable, 0, err, "no catalog")
	}
	found := inspect(pdf)
	if found.reused {
		sameGeneration(pdf)
	}
	found.unsign(pdf, root)
	if err := declare(pdf, root, origin(b)); err != nil {
		return nil, Result{}, err
	}
	keep(pdf, root, pages)
	f, err := addForm(pdf, m)
	if err != nil {
		return nil, Result{}, err
	}
	done, err := draw(ctx, pdf, pages, f, o)
	if err != nil {
		return nil, Result{}, err
	}
	r := Result{Pages: len(pages), HadSignatures: len(found.signatures) > 0, ActiveContent: found.list()}
	for i := range pages {
		d, ok := done[pages[i].objNr]
		switch {
		case d.marked:
			r.Marked++
			if d.box != pages[i].box {
				r.Margins++
			}
		case ok:
			r.Sheet = true
		}
	}
	if r.Sheet {
		if pages, err = appendSheet(pdf, pages, f, o, done); err != nil {
			return nil, Result{}, err
		}
	}
	if len(pdf.ID) != 2 { // pdfcpu refuses to write others
		pdf.ID = nil
	}
	var out bytes.Buffer
	if err := api.WriteContext(pdf, &out); err != nil {
		return nil, Result{}, fail(Unreadable, 0, err, "a copy cannot be written")
	}
	return out.Bytes(), r, verify(ctx, out.Bytes(), pages, done, f, o)
}

// draw puts the form on the pages asked for and says what became of them, by object number.
func draw(ctx context.Context, pdf *model.Context, pages []page, f *form, o *Options) (map[int]drawn, error) {
	d, err := newDrawer(pdf, f, o)
	if err != nil {
		return nil, err
	}
	wanted := o.Pages
	if len(wanted) == 0 {
		for i := range pages {
			wanted = append(wanted, i+1)
		}
	}
	for _, nr := range wanted {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if nr < 1 || nr > len(pages) {
			return nil, fail(Invalid, nr, nil, "the document has %d pages", len(pages))
		}
		p := pages[nr-1]
		if err := d.page(ctx, &p); err != nil {
			return nil, err
		}
	}
	return d.done, nil
}
