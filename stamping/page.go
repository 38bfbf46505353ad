package stamping

import (
	"math"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

// maxTreeDepth is far above what any producer writes and low enough for the stack.
const maxTreeDepth = 64

// page is one leaf of the page tree with what it inherits.
type page struct {
	nr        int // 1-based
	objNr     int
	dict      types.Dict
	resources types.Object // own or inherited; nil if there are none
	box       rect         // what a reader shows: the crop box within the media box
	mend      bool         // the boxes or the rotation are such that readers disagree; the copy says box and rotate instead
	unit      float64      // of user space in points (UserUnit)
	rotate    int          // 0, 90, 180, 270: clockwise turn of the shown page

	// Known once a drawer has loaded the page.
	streams []types.IndirectRef // of its content
	clean   bool                // they leave the graphics state as they found it
}

// inherited are the entries that a page takes from the nodes above it.
type inherited struct{ resources, mediaBox, cropBox, rotate types.Object }

// treeWalk visits the page tree once. pdfcpu's own lookup starts at the root for every page, which on a long
// file grows with the square of its length.
type treeWalk struct {
	pdf      *model.Context
	maxPages int
	nodes    int
	onPath   map[int]bool
	pages    []page
}

func listPages(pdf *model.Context, maxPages int) ([]page, error) {
	root, err := pdf.Catalog()
	if err != nil {
		return nil, fail(Unreadable, 0, err, "no catalog")
	}
	w := &treeWalk{pdf: pdf, maxPages: maxPages, onPath: map[int]bool{}}
	if err := w.node(root["Pages"], nil, inherited{}, 0); err != nil {
		return nil, err
	}
	if len(w.pages) == 0 {
		return nil, fail(Unreadable, 0, nil, "the file has no pages")
	}
	return w.pages, nil
}

func (w *treeWalk) node(o, parent types.Object, up inherited, depth int) error {
	ref, ok := o.(types.IndirectRef)
	if !ok {
		return fail(Unreadable, 0, nil, "the page tree holds something else than references")
	}
	objNr := ref.ObjectNumber.Value()
	w.nodes++
	if depth > maxTreeDepth || w.onPath[objNr] || w.nodes > 4*w.maxPages+64 {
		return fail(Unreadable, 0, nil, "the page tree is a cycle or too deep")
	}
	d, err := w.pdf.DereferenceDict(ref)
	if err != nil || d == nil {
		return fail(Unreadable, 0, err, "the page tree points to nothing")
	}
	for key, to := range map[string]*types.Object{
		"Resources": &up.resources, "MediaBox": &up.mediaBox, "CropBox": &up.cropBox, "Rotate": &up.rotate,
	} {
		if own, _ := w.pdf.Dereference(d[key]); own != nil {
			*to = d[key]
		}
	}
	if parent != nil {
		d["Parent"] = parent // pdfcpu's writer insists on it, and on the types and kids below; readers do not
	}
	kids, err := w.pdf.DereferenceArray(d["Kids"])
	if err != nil || kids == nil {
		return w.leaf(objNr, d, up)
	}
	d["Kids"] = kids
	ofType(d, "Pages")
	w.onPath[objNr] = true
	defer delete(w.onPath, objNr)
	for _, kid := range kids {
		if kid == nil {
			continue
		}
		if err := w.node(kid, ref, up, depth+1); err != nil {
			return err
		}
	}
	return nil
}

func (w *treeWalk) leaf(objNr int, d types.Dict, up inherited) error {
	if len(w.pages) == w.maxPages {
		return fail(TooManyPages, 0, nil, "the limit is %d pages", w.maxPages)
	}
	ofType(d, "Page")
	p := page{nr: len(w.pages) + 1, objNr: objNr, dict: d, resources: up.resources, unit: 1}
	if unit, err := w.pdf.DereferenceNumber(d["UserUnit"]); err == nil && unit > 0 && unit < 1e5 {
		p.unit = unit
	}
	p.box, p.mend = w.visible(up.mediaBox, up.cropBox)
	if up.rotate != nil {
		turn, err := w.pdf.DereferenceNumber(up.rotate)
		if err == nil && math.Mod(turn, 90) == 0 {
			p.rotate = (int(math.Mod(turn, 360)) + 360) % 360
		}
		p.mend = p.mend || err != nil || math.Mod(turn-float64(p.rotate), 360) != 0
	}
	w.pages = append(w.pages, p)
	return nil
}

// ofType corrects the type of a node, unless it is something else altogether.
func ofType(d types.Dict, t types.Name) {
	switch name(d["Type"]) {
	case "", "Page", "Pages":
		d["Type"] = t
	}
}

// visible is the part of the page that readers show. Like most of them it takes a box with swapped corners as
// the rectangle between these corners, a missing media box as the Letter size, and leaves out a crop box that
// shows nothing of the page. It says too whether such a decision was needed.
func (w *treeWalk) visible(media, crop types.Object) (box rect, mend bool) {
	m := w.rect(media)
	if m.empty() {
		m, mend = rect{0, 0, 612, 792}, true
	}
	if crop == nil {
		return m, mend
	}
	if c := w.rect(crop).intersect(m); !c.empty() {
		return c, mend
	}
	return m, true
}

func (w *treeWalk) rect(o types.Object) rect {
	a, err := w.pdf.DereferenceArray(o)
	if err != nil || len(a) != 4 {
		return rect{}
	}
	var v [4]float64
	for i := range v {
		f, err := w.pdf.DereferenceNumber(a[i])
		if err != nil || math.IsNaN(f) || math.Abs(f) > 1e7 {
			return rect{}
		}
		v[i] = f
	}
	return rect{min(v[0], v[2]), min(v[1], v[3]), max(v[0], v[2]), max(v[1], v[3])}
}

// rect is a rectangle in user space, lower left and upper right corner.
type rect struct{ x0, y0, x1, y1 float64 }

func (r rect) empty() bool { return r.x1-r.x0 <= 0 || r.y1-r.y0 <= 0 }

func (r rect) intersect(s rect) rect {
	return rect{max(r.x0, s.x0), max(r.y0, s.y0), min(r.x1, s.x1), min(r.y1, s.y1)}
}

// near allows for the digits that the PDF library writes.
func (r rect) near(s rect) bool {
	return max(math.Abs(r.x0-s.x0), math.Abs(r.y0-s.y0), math.Abs(r.x1-s.x1), math.Abs(r.y1-s.y1)) < 0.02
}

func (r rect) with(x, y float64) rect {
	return rect{min(r.x0, x), min(r.y0, y), max(r.x1, x), max(r.y1, y)}
}

func (r rect) union(s rect) rect {
	return rect{min(r.x0, s.x0), min(r.y0, s.y0), max(r.x1, s.x1), max(r.y1, s.y1)}
}

// shown is the size of the page in user space as the reader turns it.
func (p *page) shown() (w, h float64) {
	w, h = p.box.x1-p.box.x0, p.box.y1-p.box.y0
	if p.rotate%180 != 0 {
		return h, w
	}
	return w, h
}
