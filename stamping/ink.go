package stamping

import (
	"context"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

const (
	maxSegments    = 1 << 16 // of one path that are kept apart; more become one
	maxAnnotations = 10_000
	background     = 0.9 // of the page: what fills more of it lies behind the text
)

// inkReader finds out where pages show something. Where it cannot know, it takes too much: a font without widths has wide
// characters, a slanted line is the rectangle around it, what is invisible counts. Not counted are white fillings, which
// many producers put behind everything, and fillings of nearly the whole page.
type inkReader struct {
	*textReader
	widths map[int]*inkFont // by object number
	shown  *page
	grid   grid
}

func newInkReader(pdf *model.Context, o *Options) *inkReader {
	return &inkReader{textReader: newTextReader(pdf, nil, o), widths: map[int]*inkFont{}}
}

// page gives the occupied places of a loaded page, until the next one. An error means that they could not be found out, and says nothing else.
func (r *inkReader) page(ctx context.Context, p *page) (g *grid, err error) {
	defer guard(&err, r.limits)
	clear(r.open)
	r.shown = p
	r.grid.reset(p.shown())
	at := &inkContent{inkState: inkState{ctm: identity(), clip: p.box, line: 1, stretch: 1}, known: map[string]*inkFont{}}
	if at.fonts, at.forms, err = r.resources(p.resources); err != nil {
		return nil, err
	}
	for _, ref := range p.streams {
		content, err := r.stream(ref, r.limits.MaxDecode)
		if err == nil && r.broken[ref.ObjectNumber.Value()] {
			err = fail(Unreadable, p.nr, nil, "its content")
		}
		if err == nil {
			err = r.content(ctx, content, at)
		}
		if err != nil {
			return nil, err
		}
	}
	for _, area := range r.annotations(p) {
		r.add(area, p.box)
	}
	r.grid.sum()
	return &r.grid, nil
}

// annotations are the places of form fields, notes and stamps, which readers draw above the content; links lie on what is there
// anyway, unless their border is wide. What has no appearance of its own may be drawn outside of its rectangle.
func (r *inkReader) annotations(p *page) (areas []rect) {
	list, err := r.pdf.DereferenceArray(p.dict["Annots"])
	if err != nil {
		return nil
	}
	for _, o := range list[:min(len(list), maxAnnotations)] {
		d, err := r.pdf.DereferenceDict(o)
		kind := name(d["Subtype"])
		if err != nil || kind == "Popup" {
			continue
		}
		area, line := (&treeWalk{pdf: r.pdf}).rect(d["Rect"]), r.border(d)
		if ap, err := r.pdf.DereferenceDict(d["AP"]); kind != "Link" && err == nil && len(ap) > 0 {
			areas = append(areas, area)
			continue
		}
		reach := lineEnds * line
		switch kind {
		case "Link":
			if line <= plainBorder {
				continue
			}
			reach = line
		case "Text", "FileAttachment", "Sound":
			reach = icon
		}
		for _, key := range []string{"QuadPoints", "L", "Vertices", "InkList", "CL"} {
			area = r.around(area, d[key], 2)
		}
		areas = append(areas, rect{area.x0 - reach, area.y0 - reach, area.x1 + reach, area.y1 + reach})
	}
	return areas
}

const (
	plainBorder = 2.0  // of a link: it covers nothing
	lineEnds    = 10.0 // how far an arrow may stand out, in widths of its line
	icon        = 32.0 // of a note, drawn in its own size
)

// border is the width of an annotation's line.
func (r *inkReader) border(d types.Dict) float64 {
	if style, err := r.pdf.DereferenceDict(d["BS"]); err == nil && style != nil {
		if w, err := r.pdf.DereferenceNumber(style["W"]); err == nil {
			return max(w, 1)
		}
	}
	if a, err := r.pdf.DereferenceArray(d["Border"]); err == nil && len(a) > 2 {
		if w, err := r.pdf.DereferenceNumber(a[2]); err == nil {
			return max(w, 1)
		}
	}
	return 1
}

// around widens an area by the points of an array, whose elements may be arrays of points.
func (r *inkReader) around(area rect, o types.Object, depth int) rect {
	a, err := r.pdf.DereferenceArray(o)
	if err != nil || depth == 0 {
		return area
	}
	var last float64
	for i, o := range a {
		n, err := r.pdf.DereferenceNumber(o)
		if err != nil {
			area = r.around(area, o, depth-1)
		} else if i%2 == 1 {
			area = area.with(last, n)
		}
		last = n
	}
	return area
}

// add takes a rectangle of user space, cut to the clip.
func (r *inkReader) add(area, clip rect) {
	if area = area.intersect(clip); area.x1 >= area.x0 && area.y1 >= area.y0 {
		r.grid.add(r.shown.turned(area))
	}
}

// fill is add for what may be no more than the ground on which the page is written.
func (r *inkReader) fill(area, clip rect) {
	area = area.intersect(clip)
	if b := r.shown.box; (area.x1-area.x0)*(area.y1-area.y0) < background*(b.x1-b.x0)*(b.y1-b.y0) {
		r.add(area, clip)
	}
}

// form follows a form, and counts a picture as the square that it is.
func (r *inkReader) form(ctx context.Context, at *inkContent, size int64) error {
	ref, ok := at.forms[at.name].(types.IndirectRef)
	if !ok {
		return nil
	}
	sd, _, err := r.pdf.DereferenceStreamDict(ref)
	if err != nil || sd == nil {
		return nil
	}
	if name(sd.Dict["Subtype"]) != "Form" {
		r.add(at.ctm.bounds(unitSquare()), at.clip)
		return nil
	}
	if nr := ref.ObjectNumber.Value(); at.depth == maxFormDepth || r.open[nr] {
		return nil
	}
	in := &inkContent{inkState: at.inkState, fonts: at.fonts, forms: at.forms, known: at.known, depth: at.depth + 1, held: at.held + size}
	if m, ok := r.matrix(sd.Dict["Matrix"]); ok {
		in.ctm = m.times(in.ctm)
	}
	if box := (&treeWalk{pdf: r.pdf}).rect(sd.Dict["BBox"]); !box.empty() {
		in.clip = in.clip.intersect(in.ctm.bounds(box))
	}
	if sd.Dict["Resources"] != nil {
		in.known = map[string]*inkFont{}
		if in.fonts, in.forms, err = r.resources(sd.Dict["Resources"]); err != nil {
			return err
		}
	}
	content, err := r.stream(ref, r.limits.MaxDecode-in.held)
	if err != nil {
		return err
	}
	r.open[ref.ObjectNumber.Value()] = true
	defer delete(r.open, ref.ObjectNumber.Value())
	return r.content(ctx, content, in)
}

func (r *inkReader) matrix(o types.Object) (matrix, bool) {
	a, err := r.pdf.DereferenceArray(o)
	if err != nil || len(a) != 6 {
		return identity(), false
	}
	var v [6]float64
	for i := range v {
		if v[i], err = r.pdf.DereferenceNumber(a[i]); err != nil {
			return identity(), false
		}
	}
	return matrix{v[0], v[1], v[2], v[3], v[4], v[5]}, true
}
