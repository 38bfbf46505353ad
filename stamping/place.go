package stamping

import "math"

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

func (p Position) top() bool { return p == TopLeft || p == TopCentre || p == TopRight }

// Room says what becomes of a page on which the mark has no free space at the asked edge nor at the opposite one.
type Room string

// The ways. Scanned pages, and pages that cannot be read, have no free space.
const (
	RoomAuto   Room = ""       // RoomMargin, or RoomSheet for a mark higher than a quarter of an A4 page
	RoomMargin Room = "margin" // the page grows at its lower edge by what the mark needs; its content keeps size and place; a sheet where notes lie there
	RoomSheet  Room = "sheet"  // the mark stands on an A4 sheet after the last page, and not on this one
	RoomRefuse Room = "refuse" // no copy is made: an Error of kind NoRoom
)

func (r Room) valid() bool {
	return r == RoomAuto || r == RoomMargin || r == RoomSheet || r == RoomRefuse
}

// For a mark this high, in points of its own space, it is the sheet.
func (r Room) settle(m *Mark) Room {
	switch {
	case r != RoomAuto:
		return r
	case high(m.Height):
		return RoomSheet
	}
	return RoomMargin
}

const (
	a4Width, a4Height = 595.0, 842.0 // the page for which a mark is designed: there it is drawn in its own size
	maxWidth          = 0.92         // of the shown page: the mark never takes more
	maxHeight         = 0.20
	edge              = 8.0 // distance from the edge of an A4 page
	cornerSpace       = 20.0
	sheetTop          = 60.0 // of a mark that has the page for itself
	reach             = 0.15 // of the shown page: how far from its edge free space is looked for
	steps             = 60   // places that are tried along a side of the page
	clearance         = 2.0  // between the mark and what is on the page, in points of the mark
)

// high marks keep their size where others are made smaller, or nobody could read them.
func high(markH float64) bool { return markH > a4Height/4 }

// spot is the place of a mark on the shown page: its lower left corner and its scale.
type spot struct{ u, v, s float64 }

// scale grows the mark, both in points, with the shorter side of pages above A4, so that it stays readable when a drawing is
// printed small, and shrinks it on small pages, so that it covers no more than a known part of them.
func scale(markW, markH, pageW, pageH float64) float64 {
	s := min(max(1, min(pageW, pageH)/a4Width), maxWidth*pageW/markW)
	if high(markH) {
		return s
	}
	return min(s, maxHeight*pageH/markH)
}

// Foot is how much of the lower edge of an A4 page the mark takes there, in points: what the page's own content should leave free.
func (m *Mark) Foot() float64 {
	const a4Height = 842.0
	return m.Height*scale(m.Width, m.Height, a4Width, a4Height) + 2*edge
}

// wish is where the mark goes if nothing is in its way. A high one may be higher than the page.
func wish(p *page, w, h float64, at Position) spot {
	pageW, pageH := p.shown()
	if at == wholePage {
		s := min(1.25, maxWidth*pageW/w, maxWidth*pageH/h)
		return spot{(pageW - w*s) / 2, pageH - h*s - sheetTop*min(1, (pageH-h*s)/(2*sheetTop)), s}
	}
	s := scale(w, h, pageW*p.unit, pageH*p.unit) / p.unit
	side := min(cornerSpace*s, (pageW-w*s)/2)
	at0 := spot{(pageW - w*s) / 2, max(0, min(edge*s, (pageH-h*s)/4)), s}
	switch at {
	case BottomLeft, TopLeft:
		at0.u = side
	case BottomRight, TopRight:
		at0.u = pageW - w*s - side
	}
	if at.top() {
		at0.v = pageH - h*s - at0.v
	}
	return at0
}

// find looks for free space: at the asked edge, there closer to the edge too and then inwards, and at the opposite one,
// each time the place nearest to the wish first.
func find(p *page, g *grid, w, h float64, at Position) (spot, bool) {
	want := wish(p, w, h, at)
	pageW, pageH := p.shown()
	mw, mh := w*want.s, h*want.s
	if mh > pageH {
		return spot{}, false
	}
	gap := want.v
	if at.top() {
		gap = pageH - mh - want.v
	}
	for _, top := range []bool{at.top(), !at.top()} {
		for _, v := range offsets(gap, pageH) {
			if top {
				v = pageH - mh - v
			}
			if u, ok := along(g, want, v, pageW, mw, mh); ok && v >= 0 && v+mh <= pageH {
				return spot{u, v, want.s}, true
			}
		}
	}
	return spot{}, false
}

// offsets are the distances from an edge of the page that are tried, in this order.
func offsets(gap, pageH float64) []float64 {
	out := []float64{gap, gap / 2}
	for d := pageH / 240; d <= reach*pageH; d += pageH / 240 {
		out = append(out, gap+d)
	}
	return out
}

// along looks to both sides of the wish at one height.
func along(g *grid, want spot, v, pageW, w, h float64) (u float64, ok bool) {
	side := min(cornerSpace*want.s, (pageW-w)/2)
	gap := clearance * want.s
	for i := range 2*steps + 1 {
		u := want.u + pageW/steps*float64((i+1)/2)
		if i%2 == 0 {
			u = want.u - pageW/steps*float64((i+1)/2)
		}
		if i > 0 && (u < side || u+w > pageW-side) {
			continue
		}
		if g.free(rect{u - gap, v - gap, u + w + gap, v + h + gap}) {
			return u, true
		}
	}
	return 0, false
}

// matrix puts the mark on its spot, in the page's user space.
func (s spot) matrix(p *page) matrix {
	b := p.box
	switch p.rotate { // u, v count from the lower left corner as shown; turn them back
	case 90:
		return matrix{0, s.s, -s.s, 0, b.x1 - s.v, b.y0 + s.u}
	case 180:
		return matrix{-s.s, 0, 0, -s.s, b.x1 - s.u, b.y1 - s.v}
	case 270:
		return matrix{0, -s.s, s.s, 0, b.x0 + s.v, b.y1 - s.u}
	}
	return matrix{s.s, 0, 0, s.s, b.x0 + s.u, b.y0 + s.v}
}

// turned is a rectangle of user space on the shown page, from its lower left corner.
func (p *page) turned(r rect) rect {
	b := p.box
	switch p.rotate {
	case 90:
		return rect{r.y0 - b.y0, b.x1 - r.x1, r.y1 - b.y0, b.x1 - r.x0}
	case 180:
		return rect{b.x1 - r.x1, b.y1 - r.y1, b.x1 - r.x0, b.y1 - r.y0}
	case 270:
		return rect{b.y1 - r.y1, r.x0 - b.x0, b.y1 - r.y0, r.x1 - b.x0}
	}
	return rect{r.x0 - b.x0, r.y0 - b.y0, r.x1 - b.x0, r.y1 - b.y0}
}

// grow adds a margin at the lower edge of the shown page that holds the mark, and gives the mark's place in it.
func (p *page) grow(w, h float64, at Position) spot {
	s := wish(p, w, h, at)
	gap := edge * s.s
	s.v = gap
	margin := math.Ceil(h*s.s + 2*gap)
	switch p.rotate {
	case 90:
		p.box.x1 += margin
	case 180:
		p.box.y1 += margin
	case 270:
		p.box.x0 -= margin
	default:
		p.box.y0 -= margin
	}
	return s
}

// marginUnder says whether an area reaches into what the box has grown by.
func (p *page) marginUnder(old, area rect) bool {
	in := area.intersect(p.box)
	if in.x1 < in.x0 || in.y1 < in.y0 {
		return false
	}
	return in.x0 < old.x0 || in.y0 < old.y0 || in.x1 > old.x1 || in.y1 > old.y1
}
