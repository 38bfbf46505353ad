package stamping

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

// drawer puts one form on many pages. Pages get content streams of their own: streams and resources that
// pages share are never patched, only added to under a name that nobody else uses.
type drawer struct {
	pdf   *model.Context
	form  *form
	at    Position
	room  Room
	ink   *inkReader
	limit int64 // decoded bytes of one page's content
	save  types.IndirectRef
	known map[int]balance // by object number of a content stream; pages share streams
	done  map[int]drawn   // by object number of a page; a page may be listed twice
}

// drawn is what became of a page.
type drawn struct {
	marked bool
	box    rect   // with its margin, if one was added
	before string // the content stream in front of the page's own
}

func newDrawer(pdf *model.Context, f *form, o *Options) (*drawer, error) {
	save, err := addStream(pdf, []byte(saveState), types.Dict{})
	if err != nil {
		return nil, err
	}
	return &drawer{
		pdf: pdf, form: f, at: o.Position, room: o.Room, ink: newInkReader(pdf, o), limit: o.MaxDecode, save: *save,
		known: map[int]balance{}, done: map[int]drawn{},
	}, nil
}

const saveState = "q\n"

// page puts the mark where it covers nothing, or does what the caller wants where there is no such place.
func (d *drawer) page(ctx context.Context, p *page) error {
	if _, ok := d.done[p.objNr]; ok {
		return nil
	}
	if err := d.load(p); err != nil { // before the search, so that what is too large is told as that
		return err
	}
	occupied, err := d.ink.page(ctx, p)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err == nil {
		if s, ok := find(p, occupied, d.form.w, d.form.h, d.at); ok {
			return d.mark(p, s, p.box)
		}
	}
	switch d.room {
	case RoomRefuse:
		return fail(NoRoom, p.nr, nil, "no free space for the mark at its upper or lower edge; allow a margin or a sheet")
	case RoomSheet:
		d.done[p.objNr] = drawn{box: p.box}
		return nil
	}
	grown := *p
	s := grown.grow(d.form.w, d.form.h, d.at)
	for _, area := range d.ink.annotations(p) {
		if grown.marginUnder(p.box, area) { // it would be drawn above the mark
			d.done[p.objNr] = drawn{box: p.box}
			return nil
		}
	}
	return d.mark(p, s, grown.box)
}

// load finds the content streams and measures them.
func (d *drawer) load(p *page) (err error) {
	if p.streams, err = contentStreams(d.pdf, p); err == nil {
		p.clean, err = d.clean(p, p.streams)
	}
	return err
}

// mark draws the form on the spot of a loaded page, whose box becomes the given one.
func (d *drawer) mark(p *page, s spot, box rect) error {
	old, streams := p.box, p.streams
	p.box = box
	done := drawn{marked: true, box: box, before: saveState}
	if p.mend || box != old {
		p.dict["MediaBox"] = types.NewNumberArray(box.x0, box.y0, box.x1, box.y1)
		p.dict["CropBox"] = types.NewNumberArray(box.x0, box.y0, box.x1, box.y1)
		p.dict["Rotate"] = types.Integer(p.rotate)
	}
	name := d.resource(p, markKey, d.form.ref)
	show := fmt.Sprintf("/Artifact BMC\nq %s cm /%s Do Q\nEMC\n", s.matrix(p), name)
	if !p.clean {
		d.done[p.objNr] = done
		return d.isolate(p, streams, show, old)
	}
	save := d.save
	if box != old { // what the old box hid shall not come to light on the margin
		done.before = fmt.Sprintf("q %s %s %s %s re W n\n", num(old.x0), num(old.y0), num(old.x1-old.x0), num(old.y1-old.y0))
		ref, err := addStream(d.pdf, []byte(done.before), types.Dict{})
		if err != nil {
			return err
		}
		save = *ref
	}
	d.done[p.objNr] = done
	// The line break ends a comment that the page's own content may have left open.
	stamp, err := addStream(d.pdf, []byte("\nQ\n"+show), types.Dict{})
	if err != nil {
		return err
	}
	contents := types.Array{save}
	for _, s := range streams {
		contents = append(contents, s)
	}
	p.dict["Contents"] = append(contents, *stamp)
	return nil
}

// resource lists the object among the page's XObjects and gives the name under which it is listed.
func (d *drawer) resource(p *page, base string, ref types.IndirectRef) string {
	// What is no dictionary counts as empty, as it does for readers.
	res, err := d.pdf.DereferenceDict(p.resources)
	if err != nil || res == nil {
		res = types.Dict{}
		p.resources = res
		p.dict["Resources"] = res
	}
	xobjects, err := d.pdf.DereferenceDict(res["XObject"])
	if err != nil || xobjects == nil {
		xobjects = types.Dict{}
		res["XObject"] = xobjects
	}
	for i := 1; ; i++ {
		name := fmt.Sprintf("%s%d", base, i)
		old, taken := xobjects[name]
		if !taken {
			xobjects[name] = ref
			return name
		}
		if old == types.Object(ref) {
			return name
		}
	}
}

// clean says whether the page's content leaves the graphics state as it found it.
func (d *drawer) clean(p *page, streams []types.IndirectRef) (bool, error) {
	if len(streams) == 0 {
		return true, nil
	}
	if len(streams) == 1 {
		if b, ok := d.known[streams[0].ObjectNumber.Value()]; ok {
			return b.clean(), nil
		}
	}
	content, err := d.join(p, streams)
	if err != nil {
		if len(streams) == 1 && !errors.Is(err, TooLarge) {
			return false, nil // what we cannot read can still be drawn, as it is, through a form
		}
		return false, err
	}
	b := measure(content)
	if len(streams) == 1 {
		d.known[streams[0].ObjectNumber.Value()] = b
	}
	return b.clean(), nil
}

func (d *drawer) join(p *page, streams []types.IndirectRef) ([]byte, error) {
	var b bytes.Buffer
	for _, ref := range streams {
		content, err := decoded(d.pdf, ref, d.limit-int64(b.Len()))
		if err != nil {
			return nil, contentError(p, err)
		}
		b.Write(content)
		b.WriteByte('\n')
	}
	return b.Bytes(), nil
}

// isolate turns the page's content into a form: whatever it leaves open ends with the form.
func (d *drawer) isolate(p *page, streams []types.IndirectRef, show string, visible rect) error {
	body, err := d.body(p, streams, visible)
	if err != nil {
		return err
	}
	ref, err := d.pdf.IndRefForNewObject(*body)
	if err != nil {
		return err
	}
	name := d.resource(p, "EdokitBody", *ref)
	stamp, err := addStream(d.pdf, []byte("q /"+name+" Do Q\n"+show), types.Dict{})
	if err != nil {
		return err
	}
	p.dict["Contents"] = *stamp
	return nil
}

func (d *drawer) body(p *page, streams []types.IndirectRef, visible rect) (*types.StreamDict, error) {
	body, err := d.bodyStream(p, streams)
	if err != nil {
		return nil, err
	}
	body.Dict["Type"] = types.Name("XObject")
	body.Dict["Subtype"] = types.Name("Form")
	body.Dict["BBox"] = types.NewNumberArray(visible.x0, visible.y0, visible.x1, visible.y1)
	// A copy, since the page's own resources are about to name this very form.
	res, err := d.pdf.DereferenceDict(p.resources)
	if err != nil {
		return nil, fail(Unreadable, p.nr, err, "its resources are no dictionary")
	}
	own := types.Dict{}
	for k, v := range res {
		own[k] = v
	}
	if x, err := d.pdf.DereferenceDict(res["XObject"]); err == nil {
		xobjects := types.Dict{}
		for k, v := range x {
			xobjects[k] = v
		}
		own["XObject"] = xobjects
	}
	body.Dict["Resources"] = own
	return body, nil
}

func (d *drawer) bodyStream(p *page, streams []types.IndirectRef) (*types.StreamDict, error) {
	content, err := d.join(p, streams)
	if err == nil {
		b := measure(content)
		if !b.unfinished { // readers may carry a hidden layer beyond the form that opened it
			content = append(content, bytes.Repeat([]byte("EMC "), b.marked)...)
		}
		sd, err := d.pdf.NewStreamDictForBuf(content)
		if err != nil {
			return nil, err
		}
		return sd, sd.Encode()
	}
	if len(streams) > 1 || errors.Is(err, TooLarge) {
		return nil, err
	}
	orig, _, err := d.pdf.DereferenceStreamDict(streams[0])
	if err != nil {
		return nil, fail(Unreadable, p.nr, err, "its content")
	}
	sd := *orig
	sd.Dict = types.Dict{}
	for k, v := range orig.Dict {
		sd.Dict[k] = v
	}
	return &sd, nil
}
