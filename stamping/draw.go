package stamping

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

// drawer puts one form on many pages. Pages get content streams of their own: streams and resources that
// pages share are never patched, only added to under a name that nobody else uses.
type drawer struct {
	pdf     *model.Context
	form    *form
	at      Position
	limit   int64 // decoded bytes of one page's content
	save    types.IndirectRef
	known   map[int]balance // by object number of a content stream; pages share streams
	drawnOn map[int]bool    // by object number of a page; a page may be listed twice
}

func newDrawer(pdf *model.Context, f *form, at Position, limit int64) (*drawer, error) {
	save, err := addStream(pdf, []byte("q\n"), types.Dict{})
	if err != nil {
		return nil, err
	}
	return &drawer{
		pdf: pdf, form: f, at: at, limit: limit, save: *save,
		known: map[int]balance{}, drawnOn: map[int]bool{},
	}, nil
}

func (d *drawer) page(p *page) error {
	if d.drawnOn[p.objNr] {
		return nil
	}
	d.drawnOn[p.objNr] = true
	if p.mend {
		b := p.box
		p.dict["MediaBox"] = types.NewNumberArray(b.x0, b.y0, b.x1, b.y1)
		p.dict["CropBox"] = types.NewNumberArray(b.x0, b.y0, b.x1, b.y1)
	}
	name := d.resource(p, markKey, d.form.ref)
	// The line break ends a comment that the page's own content may have left open.
	at := place(p, d.form.w, d.form.h, d.at)
	show := fmt.Sprintf("/Artifact BMC\nq %s cm /%s Do Q\nEMC\n", at, name)
	streams, err := contentStreams(d.pdf, p)
	if err != nil {
		return err
	}
	clean, err := d.clean(p, streams)
	if err != nil {
		return err
	}
	if !clean {
		return d.isolate(p, streams, show)
	}
	stamp, err := addStream(d.pdf, []byte("\nQ\n"+show), types.Dict{})
	if err != nil {
		return err
	}
	contents := types.Array{d.save}
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
func (d *drawer) isolate(p *page, streams []types.IndirectRef, show string) error {
	body, err := d.body(p, streams)
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

func (d *drawer) body(p *page, streams []types.IndirectRef) (*types.StreamDict, error) {
	body, err := d.bodyStream(p, streams)
	if err != nil {
		return nil, err
	}
	body.Dict["Type"] = types.Name("XObject")
	body.Dict["Subtype"] = types.Name("Form")
	body.Dict["BBox"] = types.NewNumberArray(p.box.x0, p.box.y0, p.box.x1, p.box.y1)
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
