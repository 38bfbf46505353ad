package stamping

import "slices"

// gridSide is how many cells the longer side of a page has: on A4 a cell is about 2 points.
const gridSide = 400

// grid remembers where a page, as it is shown, is occupied. Rectangles are added, then it is summed once, then asked: each
// rectangle costs the same whatever its size, so that a page of a million of them costs no more than reading it.
type grid struct {
	cols, rows int
	cell       float64 // side of a cell in points
	used       bool    // something was added
	n          []int32 // (cols+1) x (rows+1): differences while rectangles are added, then sums of occupied cells
}

// reset makes it the empty grid of a page.
func (g *grid) reset(w, h float64) {
	g.cell, g.used = max(w, h)/gridSide, false
	g.cols, g.rows = g.cells(w, gridSide), g.cells(h, gridSide)
	n := (g.cols + 1) * (g.rows + 1)
	g.n = slices.Grow(g.n[:0], n)[:n]
	clear(g.n)
}

// cells is the number of cells, at least one, that a length from the edge reaches into.
func (g *grid) cells(length float64, most int) int {
	return max(1, min(most, int(min(length/g.cell, gridSide))+1))
}

// span gives the cells of r, the last ones excluded; false if r lies beside the page.
func (g *grid) span(r rect) (i0, j0, i1, j1 int, ok bool) {
	right, top := float64(g.cols)*g.cell, float64(g.rows)*g.cell
	if !(r.x0 < right && r.y0 < top && r.x1 >= 0 && r.y1 >= 0) { // what is no number lies nowhere
		return 0, 0, 0, 0, false
	}
	i0, j0 = int(max(0, r.x0)/g.cell), int(max(0, r.y0)/g.cell)
	return min(i0, g.cols-1), min(j0, g.rows-1), g.cells(r.x1, g.cols), g.cells(r.y1, g.rows), true
}

func (g *grid) add(r rect) {
	i0, j0, i1, j1, ok := g.span(r)
	if !ok {
		return
	}
	g.used = true
	w := g.cols + 1
	g.n[j0*w+i0]++
	g.n[j0*w+i1]--
	g.n[j1*w+i0]--
	g.n[j1*w+i1]++
}

// sum turns what was added into what free reads: how many rectangles lie on each cell, and from that how many occupied
// cells lie below and left of each, itself included.
func (g *grid) sum() {
	if !g.used {
		return
	}
	g.accumulate()
	for i := range g.n {
		g.n[i] = min(g.n[i], 1)
	}
	g.accumulate()
}

func (g *grid) accumulate() {
	w := g.cols + 1
	below := make([]int32, w)
	for j := range g.rows {
		row := g.n[j*w : (j+1)*w]
		run := int32(0)
		for i := range g.cols {
			run += row[i]
			row[i] = run + below[i]
		}
		below = row
	}
}

func (g *grid) at(i, j int) int32 {
	if i < 0 || j < 0 {
		return 0
	}
	return g.n[j*(g.cols+1)+i]
}

// free says whether nothing lies on r.
func (g *grid) free(r rect) bool {
	i0, j0, i1, j1, ok := g.span(r)
	return ok && g.at(i1-1, j1-1)-g.at(i0-1, j1-1)-g.at(i1-1, j0-1)+g.at(i0-1, j0-1) == 0
}
