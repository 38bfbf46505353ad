package stamping

import (
	"math"
	"strings"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

// inkFont knows how wide the characters of a font are, in parts of its size.
type inkFont struct {
	codes     charMap
	widths    map[uint32]float64
	ranges    []widthRange
	other     float64 // of a code that has no width of its own
	low, high float64 // below and above the base line
}

type widthRange struct {
	lo, hi uint32
	width  float64
}

const maxWidthRanges = 256 // of one font; they are looked through for every character

// next gives the width of the first code of s, its bytes, and whether word spacing applies to it.
func (f *inkFont) next(s []byte) (width float64, n int, blank bool) {
	if f == nil {
		return 1, 1, s[0] == ' '
	}
	code, n := f.codes.code(s)
	if w, ok := f.widths[code]; ok {
		return w, n, n == 1 && code == ' '
	}
	for _, r := range f.ranges {
		if code >= r.lo && code <= r.hi {
			return r.width, n, false
		}
	}
	return f.other, n, n == 1 && code == ' '
}

func (f *inkFont) height() (low, high float64) {
	if f == nil || f.low >= f.high {
		return -0.25, 1
	}
	return f.low, f.high
}

// inkFont gives the font that the operator Tf names; nil if there is none.
func (r *inkReader) inkFont(at *inkContent) (*inkFont, error) {
	if f, ok := at.known[at.name]; ok {
		return f, nil
	}
	o := at.fonts[at.name]
	ref, shared := o.(types.IndirectRef)
	f, ok := r.widths[ref.ObjectNumber.Value()]
	if !shared || !ok {
		var err error
		if f, err = r.readInkFont(o); err != nil {
			return nil, err
		}
		if shared {
			r.widths[ref.ObjectNumber.Value()] = f
		}
	}
	at.known[at.name] = f
	return f, nil
}

func (r *inkReader) readInkFont(o types.Object) (*inkFont, error) {
	d, err := r.dict(o)
	if err != nil || d == nil {
		return nil, err
	}
	f := &inkFont{widths: map[uint32]float64{}, other: 1}
	if name(d["Subtype"]) == "Type0" {
		return f, r.compositeWidths(f, d)
	}
	unit := 0.001
	if name(d["Subtype"]) == "Type3" {
		if unit, err = r.drawnGlyphs(f, d); err != nil {
			return nil, err
		}
	}
	first, err := r.pdf.DereferenceNumber(d["FirstChar"])
	if err != nil {
		first = 0
	}
	list, err := r.pdf.DereferenceArray(d["Widths"])
	if err != nil {
		return f, fatal(err)
	}
	for i, o := range list[:min(len(list), 256)] {
		if w, err := r.pdf.DereferenceNumber(o); err == nil {
			f.widths[uint32(int(first)+i)] = w * unit
		}
	}
	return f, r.spend(int64(len(list)))
}

// drawnGlyphs reads the own measure of a Type 3 font, whose glyphs are drawings. One that does not say how large they are may
// draw anywhere.
func (r *inkReader) drawnGlyphs(f *inkFont, d types.Dict) (unit float64, err error) {
	box := (&treeWalk{pdf: r.pdf}).rect(d["FontBBox"])
	m, ok := r.matrix(d["FontMatrix"])
	if !ok || box.empty() {
		return 0, fail(Undecided, 0, nil, "a font does not say how large its drawings are")
	}
	b := m.bounds(box)
	f.low, f.high = b.y0, b.y1
	return math.Abs(m.a), nil
}

// compositeWidths reads the widths of a font whose codes have several bytes.
func (r *inkReader) compositeWidths(f *inkFont, d types.Dict) error {
	var text textFont
	text.left = &r.mapped
	if err := r.codeSpaces(&text, d["Encoding"]); err != nil {
		return err
	}
	f.codes = text.charMap
	encoding := name(d["Encoding"])
	if strings.HasSuffix(encoding, "-V") || encoding == "V" {
		return fail(Undecided, 0, nil, "its text runs downwards")
	}
	kids, err := r.pdf.DereferenceArray(d["DescendantFonts"])
	if err != nil || len(kids) == 0 || encoding != "Identity-H" { // else the codes are not those of the widths
		return fatal(err)
	}
	kid, err := r.dict(kids[0])
	if err != nil {
		return err
	}
	if w, err := r.pdf.DereferenceNumber(kid["DW"]); err == nil && kid["DW"] != nil {
		f.other = w / 1000
	}
	list, err := r.pdf.DereferenceArray(kid["W"])
	if err != nil {
		return fatal(err)
	}
	return r.widthList(f, list)
}

// widthList reads the entry W: a code and the widths from there on, or two codes and the width between them.
func (r *inkReader) widthList(f *inkFont, list types.Array) error {
	broken := func(err error) error { // what was to come has no width: let it be wide
		f.other = max(f.other, 1)
		return fatal(err)
	}
	for i := 0; i+1 < len(list); {
		first, err := r.pdf.DereferenceNumber(list[i])
		if err != nil {
			return broken(err)
		}
		next, err := r.pdf.Dereference(list[i+1])
		if err != nil {
			return broken(err)
		}
		if widths, ok := next.(types.Array); ok {
			if r.mapped -= len(widths); r.mapped < 0 {
				return fail(TooLarge, 0, nil, "its fonts have more than %d widths", maxMapped)
			}
			for k, o := range widths {
				if w, err := r.pdf.DereferenceNumber(o); err == nil {
					f.widths[uint32(int(first)+k)] = w / 1000
				}
			}
			i += 2
			continue
		}
		if i+2 >= len(list) || len(f.ranges) == maxWidthRanges {
			return broken(nil)
		}
		last, err := r.pdf.DereferenceNumber(next)
		if err != nil {
			return broken(err)
		}
		w, err := r.pdf.DereferenceNumber(list[i+2])
		if err != nil {
			return broken(err)
		}
		f.ranges = append(f.ranges, widthRange{uint32(first), uint32(last), w / 1000})
		i += 3
	}
	return nil
}
