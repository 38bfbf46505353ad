package stamping

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// Fonts measures text as it will be drawn. It is not safe for concurrent use; make one per mark.
type Fonts struct{ f *faces }

// NewFonts opens the two faces of the mark.
func NewFonts() (*Fonts, error) {
	f, err := newFaces()
	if err != nil {
		return nil, err
	}
	return &Fonts{f}, nil
}

// Width is the length of s in points at the given size.
func (f *Fonts) Width(s string, size float64, bold bool) float64 {
	face := f.f.regular
	if bold {
		face = f.f.bold
	}
	var w float64
	for _, r := range s {
		w += face.advance(face.glyph(r))
	}
	return w * size / 1000
}

type faces struct{ regular, bold *face }

func newFaces() (*faces, error) {
	r, err := newFace("EdokitMark-Regular", goregular.TTF)
	if err != nil {
		return nil, err
	}
	b, err := newFace("EdokitMark-Bold", gobold.TTF)
	if err != nil {
		return nil, err
	}
	return &faces{r, b}, nil
}

// face is one font: its glyphs, and which of them a mark has used so far.
type face struct {
	name string // private PostScript name: a document may embed the same font under its public one
	ttf  []byte
	font *sfnt.Font
	buf  sfnt.Buffer
	upem fixed.Int26_6
	used map[sfnt.GlyphIndex]rune
}

func newFace(name string, ttf []byte) (*face, error) {
	f, err := sfnt.Parse(ttf)
	if err != nil {
		return nil, fmt.Errorf("stamping: font %s: %w", name, err)
	}
	return &face{name: name, ttf: ttf, font: f, upem: fixed.I(int(f.UnitsPerEm())), used: map[sfnt.GlyphIndex]rune{}}, nil
}

// glyph gives the glyph of r; what the font lacks is shown as a question mark, not left out.
func (f *face) glyph(r rune) sfnt.GlyphIndex {
	g, err := f.font.GlyphIndex(&f.buf, r)
	if (err != nil || g == 0) && r != '?' {
		return f.glyph('?')
	}
	return g
}

// advance is the width of a glyph in thousandths of the font size.
func (f *face) advance(g sfnt.GlyphIndex) float64 {
	a, err := f.font.GlyphAdvance(&f.buf, g, f.upem, font.HintingNone)
	if err != nil {
		return 0
	}
	return float64(a) * 1000 / float64(f.upem)
}

// encode gives s as the hexadecimal two-byte glyph numbers of an Identity-H string, and remembers the glyphs.
func (f *face) encode(s string) string {
	var b strings.Builder
	for _, r := range s {
		g := f.glyph(r)
		if _, ok := f.used[g]; !ok {
			if q := f.glyph('?'); g == q {
				r = '?'
			}
			f.used[g] = r
		}
		fmt.Fprintf(&b, "%04X", uint16(g))
	}
	return b.String()
}

// glyphs lists the used glyphs in order, so that equal marks give equal bytes.
func (f *face) glyphs() []sfnt.GlyphIndex { return slices.Sorted(maps.Keys(f.used)) }

// toUnicode is the map that lets a reader search and copy the text.
func (f *face) toUnicode() []byte {
	var b strings.Builder
	b.WriteString("/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n" +
		"/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def\n" +
		"/CMapName /Adobe-Identity-UCS def /CMapType 2 def\n" +
		"1 begincodespacerange <0000> <FFFF> endcodespacerange\n")
	for part := range slices.Chunk(f.glyphs(), 100) { // a block may hold 100 entries at most
		fmt.Fprintf(&b, "%d beginbfchar\n", len(part))
		for _, g := range part {
			fmt.Fprintf(&b, "<%04X> <%04X>\n", uint16(g), uint16(f.used[g]))
		}
		b.WriteString("endbfchar\n")
	}
	b.WriteString("endcmap CMapName currentdict /CMap defineresource pop end end\n")
	return []byte(b.String())
}
