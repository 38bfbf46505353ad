package stamping

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/gomono"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// Fonts measures text as it will be drawn. It is not safe for concurrent use; make one per mark.
type Fonts struct{ f *faces }

// NewFonts opens the faces of the mark.
func NewFonts() (*Fonts, error) {
	f, err := newFaces()
	if err != nil {
		return nil, err
	}
	return &Fonts{f}, nil
}

// Width is the length of s in points at the given size.
func (f *Fonts) Width(s string, size float64, bold bool) float64 {
	return f.f.proportional(bold).width(s) * size / 1000
}

// MonoWidth is the width of every character of the font with one width, at size 1.
const MonoWidth = 0.6001

// Shows says whether the fonts have r; what they lack is drawn as a question mark.
func (f *Fonts) Shows(r rune) bool {
	return f.f.regular.glyph(r) != f.f.regular.glyph('?') || r == '?'
}

// Wrap breaks s into lines, between words where it can, never at a no-break space, and makes one space of other white space. The first line is
// at most first points long, the others rest, but each holds a character at least.
func (f *Fonts) Wrap(s string, first, rest, size float64, bold bool) []string {
	face := f.f.proportional(bold)
	limit, rest := first*1000/size, rest*1000/size
	space := face.width(" ")
	var lines []string
	line, used := "", 0.0
	add := func(l string) { lines, limit = append(lines, l), rest }
	for word := range strings.FieldsFuncSeq(s, func(r rune) bool { return unicode.IsSpace(r) && r != '\u00a0' }) {
		w := face.width(word)
		if line != "" && used+space+w <= limit {
			line, used = line+" "+word, used+space+w
			continue
		}
		if line != "" {
			add(line)
		}
		for w > limit {
			n := face.fit(word, limit)
			if n == len(word) {
				break
			}
			w -= face.width(word[:n])
			add(word[:n])
			word = word[n:]
		}
		line, used = word, w
	}
	if line != "" {
		add(line)
	}
	return lines
}

// faces are the fonts that a Text can ask for.
type faces struct{ regular, bold, mono *face }

func newFaces() (*faces, error) {
	r, err := newFace("EdokitMark-Regular", goregular.TTF)
	if err != nil {
		return nil, err
	}
	b, err := newFace("EdokitMark-Bold", gobold.TTF)
	if err != nil {
		return nil, err
	}
	m, err := newFace("EdokitMark-Mono", gomono.TTF)
	if err != nil {
		return nil, err
	}
	return &faces{r, b, m}, nil
}

func (f *faces) proportional(bold bool) *face {
	if bold {
		return f.bold
	}
	return f.regular
}

// of gives the face of a text and its name among the resources.
func (f *faces) of(t *Text) (string, *face) {
	switch {
	case t.Mono:
		return "M", f.mono
	case t.Bold:
		return "B", f.bold
	}
	return "R", f.regular
}

// addTo puts the faces that were used into the document and lists them in d.
func (f *faces) addTo(pdf *model.Context, d types.Dict) error {
	for _, style := range []Text{{}, {Bold: true}, {Mono: true}} {
		name, face := f.of(&style)
		if len(face.used) == 0 {
			continue
		}
		ref, err := addFont(pdf, face)
		if err != nil {
			return err
		}
		d[name] = *ref
	}
	return nil
}

// face is one font: its glyphs, and which of them a mark has used so far.
type face struct {
	name string // private PostScript name: a document may embed the same font under its public one
	ttf  []byte
	font *sfnt.Font
	buf  sfnt.Buffer
	upem fixed.Int26_6
	used map[sfnt.GlyphIndex]rune
	seen map[rune]sfnt.GlyphIndex // of runes that were looked up
}

func newFace(name string, ttf []byte) (*face, error) {
	f, err := sfnt.Parse(ttf)
	if err != nil {
		return nil, fmt.Errorf("stamping: font %s: %w", name, err)
	}
	return &face{name: name, ttf: ttf, font: f, upem: fixed.I(int(f.UnitsPerEm())), used: map[sfnt.GlyphIndex]rune{}, seen: map[rune]sfnt.GlyphIndex{}}, nil
}

// glyph gives the glyph of r; what the font lacks is shown as a question mark, not left out.
func (f *face) glyph(r rune) sfnt.GlyphIndex {
	if g, ok := f.seen[r]; ok {
		return g
	}
	g, err := f.font.GlyphIndex(&f.buf, r)
	if (err != nil || g == 0) && r != '?' {
		g = f.glyph('?')
	}
	f.seen[r] = g
	return g
}

// width is the length of s in thousandths of the font size.
func (f *face) width(s string) (w float64) {
	for _, r := range s {
		w += f.advance(f.glyph(r))
	}
	return w
}

// fit is the number of bytes of s, at least one character, that are no wider than w.
func (f *face) fit(s string, w float64) int {
	for i, r := range s {
		if w -= f.advance(f.glyph(r)); w < 0 && i > 0 {
			return i
		}
	}
	return len(s)
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
		const hex = "0123456789ABCDEF"
		b.Write([]byte{hex[g>>12], hex[g>>8&15], hex[g>>4&15], hex[g&15]})
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
