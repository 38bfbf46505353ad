package stamping

import "fmt"

// matrix maps one space to another: x' = a·x + c·y + e, y' = b·x + d·y + f.
type matrix struct{ a, b, c, d, e, f float64 }

func identity() matrix { return matrix{a: 1, d: 1} }

func unitSquare() rect { return rect{0, 0, 1, 1} }

func (m matrix) String() string {
	return fmt.Sprintf("%s %s %s %s %s %s", coef(m.a), coef(m.b), coef(m.c), coef(m.d), num(m.e), num(m.f))
}

// coef keeps more digits than num: a scale of 0.0004 on a page of one point is still a scale.
func coef(f float64) string { return fmt.Sprintf("%.8f", f) }

// times is m and then n.
func (m matrix) times(n matrix) matrix {
	return matrix{
		m.a*n.a + m.b*n.c, m.a*n.b + m.b*n.d, m.c*n.a + m.d*n.c, m.c*n.b + m.d*n.d,
		m.e*n.a + m.f*n.c + n.e, m.e*n.b + m.f*n.d + n.f,
	}
}

func (m matrix) apply(x, y float64) (float64, float64) {
	return m.a*x + m.c*y + m.e, m.b*x + m.d*y + m.f
}

// bounds is the rectangle around what r becomes.
func (m matrix) bounds(r rect) rect {
	x, y := m.apply(r.x0, r.y0)
	box := rect{x, y, x, y}
	for _, c := range [][2]float64{{r.x1, r.y0}, {r.x1, r.y1}, {r.x0, r.y1}} {
		x, y := m.apply(c[0], c[1])
		box = box.with(x, y)
	}
	return box
}
