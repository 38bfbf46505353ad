package stamping

import "fmt"

// Position is the place of the mark on the page as the reader shows it, whatever its rotation.
type Position string

// The places. The zero value of Options means BottomCentre.
const (
	BottomCentre Position = "bottom centre"
	BottomLeft   Position = "bottom left"
	BottomRight  Position = "bottom right"
	TopLeft      Position = "top left"
	TopCentre    Position = "top centre"
	TopRight     Position = "top right"
)

func (p Position) valid() bool {
	switch p {
	case BottomCentre, BottomLeft, BottomRight, TopLeft, TopCentre, TopRight:
		return true
	}
	return false
}

const (
	a4Width     = 595.0 // the page for which a mark is designed: there it is drawn in its own size
	maxWidth    = 0.92  // of the shown page: the mark never takes more
	maxHeight   = 0.20
	edge        = 8.0 // distance from the edge of an A4 page
	cornerSpace = 20.0
	sheetTop    = 60.0 // of a mark that has the page for itself
)

// matrix maps the space of the mark to user space: x' = a·x + c·y + e, y' = b·x + d·y + f.
type matrix struct{ a, b, c, d, e, f float64 }

func (m matrix) String() string {
	return fmt.Sprintf("%s %s %s %s %s %s", coef(m.a), coef(m.b), coef(m.c), coef(m.d), num(m.e), num(m.f))
}

// coef keeps more digits than num: a scale of 0.0004 on a page of one point is still a scale.
func coef(f float64) string { return fmt.Sprintf("%.8f", f) }

// scale grows the mark with the shorter side of pages above A4, so that it stays readable when a drawing is
// printed small, and shrinks it on small pages, so that it covers no more than a known part of them.
func scale(markW, markH, pageW, pageH float64) float64 {
	s := max(1, min(pageW, pageH)/a4Width)
	return min(s, maxWidth*pageW/markW, maxHeight*pageH/markH)
}

// Foot is how much of the lower edge of an A4 page the mark takes there, in points: what the page's own content should leave free.
func (m *Mark) Foot() float64 {
	const a4Height = 842.0
	return m.Height*scale(m.Width, m.Height, a4Width, a4Height) + 2*edge
}

// place is the matrix that puts a mark of w by h points on the page.
func place(p *page, w, h float64, at Position) matrix {
	pageW, pageH := p.shown()
	if at == wholePage {
		s := min(1.25, maxWidth*pageW/w, maxWidth*pageH/h)
		return matrix{s, 0, 0, s, p.box.x0 + (pageW-w*s)/2, p.box.y1 - h*s - sheetTop*min(1, (pageH-h*s)/(2*sheetTop))}
	}
	s := scale(w, h, pageW, pageH)
	gap := min(edge*s, (pageH-h*s)/4)
	side := min(cornerSpace*s, (pageW-w*s)/2)
	u, v := (pageW-w*s)/2, gap
	switch at {
	case BottomLeft, TopLeft:
		u = side
	case BottomRight, TopRight:
		u = pageW - w*s - side
	}
	switch at {
	case TopLeft, TopCentre, TopRight:
		v = pageH - h*s - gap
	}
	b := p.box
	switch p.rotate { // u, v count from the lower left corner as shown; turn them back
	case 90:
		return matrix{0, s, -s, 0, b.x1 - v, b.y0 + u}
	case 180:
		return matrix{-s, 0, 0, -s, b.x1 - u, b.y1 - v}
	case 270:
		return matrix{0, -s, s, 0, b.x0 + v, b.y1 - u}
	}
	return matrix{s, 0, 0, s, b.x0 + u, b.y0 + v}
}
