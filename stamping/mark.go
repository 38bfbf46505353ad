package stamping

import (
	"bytes"
	"fmt"
	"strconv"
)

// Mark is what is drawn on a page: boxes first, then fills, pictures and lines of text. Lengths are in points (1/72 inch) of the
// mark's own space with the origin at its lower left corner; Stamp scales the whole to the page.
type Mark struct {
	Width, Height float64
	Boxes         []Box
	Fills         []Fill
	Emblems       []Emblem
	Texts         []Text
}

// Fill is rectangles that are filled as one shape, so that those that touch show no seam: the modules of a QR code.
type Fill struct {
	Color Color
	Rects []Rect
}

// Rect is a rectangle; X, Y is its lower left corner.
type Rect struct{ X, Y, W, H float64 }

// Emblem is a PNG of at most 512 KiB and a million dots, as large as its rectangle.
type Emblem struct {
	Rect
	PNG []byte
}

// Box is a rectangle. A nil colour leaves out the line or the filling.
type Box struct {
	X, Y, W, H float64
	Radius     float64 // of the corners
	Line       float64 // width of the line
	Stroke     *Color
	Fill       *Color
	SeeThrough bool // the filling lets a little of the page through, so that it hides nothing
}

// Text is one line; X, Y is the start of its base line.
type Text struct {
	X, Y, Size float64
	Bold       bool
	Mono       bool // in the font with one width for all, which has no bold
	Color      Color
	S          string
}

// Color is a device RGB colour with parts from 0 to 1.
type Color struct{ R, G, B float64 }

// content renders the mark as a PDF content stream that uses the fonts /R (regular), /B (bold) and /M (mono) and
// the graphics state /S (see through).
func (m *Mark) content(fonts *faces) []byte {
	var b bytes.Buffer
	for i := range m.Boxes {
		m.Boxes[i].draw(&b)
	}
	for i := range m.Fills {
		m.Fills[i].draw(&b)
	}
	for _, p := range m.Emblems {
		fmt.Fprintf(&b, "q %s 0 0 %s %s %s cm /%s Do Q\n", num(p.W), num(p.H), num(p.X), num(p.Y), p.resource())
	}
	writeTexts(&b, m.Texts, fonts)
	return b.Bytes()
}

func writeTexts(b *bytes.Buffer, texts []Text, fonts *faces) {
	for i := range texts {
		t := &texts[i]
		name, f := fonts.of(t)
		fmt.Fprintf(b, "BT %s rg /%s %s Tf %s %s Td <%s> Tj ET\n",
			t.Color, name, num(t.Size), num(t.X), num(t.Y), f.encode(t.S))
	}
}

func (f *Fill) draw(b *bytes.Buffer) {
	fmt.Fprintf(b, "q %s rg", f.Color)
	for _, r := range f.Rects {
		fmt.Fprintf(b, " %s %s %s %s re", num(r.X), num(r.Y), num(r.W), num(r.H))
	}
	b.WriteString(" f Q\n")
}

func (x *Box) draw(b *bytes.Buffer) {
	op := "n"
	b.WriteString("q ")
	if x.Fill != nil {
		if x.SeeThrough {
			b.WriteString("/S gs ")
		}
		fmt.Fprintf(b, "%s rg ", x.Fill)
		op = "f"
	}
	if x.Stroke != nil {
		fmt.Fprintf(b, "%s RG %s w ", x.Stroke, num(x.Line))
		op = "S"
		if x.Fill != nil {
			op = "B"
		}
	}
	x.path(b)
	b.WriteString(op + " Q\n")
}

// path writes the outline, with corners as quarter circles of Bézier curves.
func (x *Box) path(b *bytes.Buffer) {
	r := min(x.Radius, x.W/2, x.H/2)
	if r <= 0 {
		fmt.Fprintf(b, "%s %s %s %s re ", num(x.X), num(x.Y), num(x.W), num(x.H))
		return
	}
	const kappa = 0.5523 // control point distance that makes a cubic curve follow a quarter circle
	l, d, right, top, k := x.X, x.Y, x.X+x.W, x.Y+x.H, r*(1-kappa)
	op := func(name string, args ...float64) {
		for _, a := range args {
			b.WriteString(num(a) + " ")
		}
		b.WriteString(name + " ")
	}
	op("m", l+r, d)
	op("l", right-r, d)
	op("c", right-k, d, right, d+k, right, d+r)
	op("l", right, top-r)
	op("c", right, top-k, right-k, top, right-r, top)
	op("l", l+r, top)
	op("c", l+k, top, l, top-k, l, top-r)
	op("l", l, d+r)
	op("c", l, d+k, l+k, d, l+r, d)
	op("h")
}

func (c Color) String() string { return num(c.R) + " " + num(c.G) + " " + num(c.B) }

// num writes a number as PDF wants it: no exponent, no more digits than a printer can show.
func num(f float64) string {
	s := strconv.FormatFloat(f, 'f', 4, 64)
	for s[len(s)-1] == '0' {
		s = s[:len(s)-1]
	}
	if s[len(s)-1] == '.' {
		s = s[:len(s)-1]
	}
	if s == "-0" {
		return "0"
	}
	return s
}
