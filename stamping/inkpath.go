package stamping

import "math"

// path is what the path operators have built, in the page's user space.
type path struct {
	subpaths []rect // around each, for fillings
	segments []rect // around each line or curve, for strokes
	x, y     float64
	sx, sy   float64 // where the subpath begins
}

// segment follows the operators that build a path.
func (at *inkContent) segment(op string) bool {
	p := &at.path
	switch op {
	case "m":
		p.x, p.y = at.ctm.apply(at.last(2)[0], at.last(2)[1])
		p.begin()
	case "l":
		p.to(at.ctm, at.last(2))
	case "c":
		p.to(at.ctm, at.last(6))
	case "v", "y":
		p.to(at.ctm, at.last(4))
	case "h":
		p.close()
	case "re":
		a := at.last(4)
		x, y, w, h := a[0], a[1], a[2], a[3]
		p.x, p.y = at.ctm.apply(x, y)
		p.begin()
		for _, corner := range [][]float64{{x + w, y}, {x + w, y + h}, {x, y + h}} {
			p.to(at.ctm, corner)
		}
		p.close()
	case "W", "W*":
		at.clipped = true
	default:
		return false
	}
	return true
}

func (p *path) begin() {
	p.sx, p.sy = p.x, p.y
	p.subpaths = appendBox(p.subpaths, rect{p.x, p.y, p.x, p.y})
}

// to adds a segment through the points, which are pairs of numbers; control points of a curve lie around it.
func (p *path) to(m matrix, points []float64) {
	box := rect{p.x, p.y, p.x, p.y}
	for i := 0; i+1 < len(points); i += 2 {
		p.x, p.y = m.apply(points[i], points[i+1])
		box = box.with(p.x, p.y)
	}
	p.segments = appendBox(p.segments, box)
	if n := len(p.subpaths); n > 0 {
		p.subpaths[n-1] = p.subpaths[n-1].union(box)
	} else {
		p.subpaths = append(p.subpaths, box)
	}
}

func (p *path) close() {
	p.segments = appendBox(p.segments, rect{p.x, p.y, p.x, p.y}.with(p.sx, p.sy))
	p.x, p.y = p.sx, p.sy
}

func appendBox(list []rect, r rect) []rect {
	if n := len(list); n == maxSegments {
		list[n-1] = list[n-1].union(r)
		return list
	}
	return append(list, r)
}

// paint ends a path: it is filled, stroked, or neither, and may clip what follows.
func (r *inkReader) paint(op string, at *inkContent) bool {
	fill, stroke := false, false
	switch op {
	case "f", "F", "f*":
		fill = true
	case "S", "s":
		stroke = true
	case "B", "B*", "b", "b*":
		fill, stroke = true, true
	case "n":
	default:
		return false
	}
	if op == "s" || op == "b" || op == "b*" {
		at.path.close()
	}
	if fill && !at.fillWhite {
		for _, s := range at.path.subpaths {
			r.fill(s, at.clip)
		}
	}
	if stroke && !at.strokeWhite {
		half := at.line / 2 * math.Sqrt(math.Abs(at.ctm.a*at.ctm.d-at.ctm.b*at.ctm.c))
		for _, s := range at.path.segments {
			r.add(rect{s.x0 - half, s.y0 - half, s.x1 + half, s.y1 + half}, at.clip)
		}
	}
	if at.clipped && len(at.path.subpaths) > 0 { // readers pass over a clip without a path
		at.clip = at.clip.intersect(at.path.bounds())
	}
	at.path, at.clipped = path{subpaths: at.path.subpaths[:0], segments: at.path.segments[:0]}, false
	return true
}

// bounds is the rectangle around a path that is not empty.
func (p *path) bounds() rect {
	box := p.subpaths[0]
	for _, s := range p.subpaths[1:] {
		box = box.union(s)
	}
	return box
}
