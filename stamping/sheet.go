package stamping

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/pdfcpu/pdfcpu/pkg/api"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

// wholePage is the place of a mark that has a page for itself.
const wholePage Position = "whole page"

// Sheet writes a PDF of one A4 page with nothing but the mark to out: for a document on whose own pages it cannot be drawn.
// It is verified like a copy, and nothing is written before. The errors are those of [Stamp].
func Sheet(ctx context.Context, out io.Writer, m *Mark) error {
	opts, err := settle(nil, m)
	if err != nil {
		return err
	}
	opts.Position = wholePage
	sheet, err := drawSheet(ctx, m, opts)
	if err != nil {
		return err
	}
	if _, err := out.Write(sheet); err != nil {
		return fmt.Errorf("stamping: write the sheet: %w", err)
	}
	return nil
}

func drawSheet(ctx context.Context, m *Mark, o *Options) (sheet []byte, err error) {
	defer guard(&err, o)
	pdf, err := parse(ctx, blankPage(), o)
	if err != nil {
		return nil, err
	}
	pages, err := listPages(pdf, 1)
	if err != nil {
		return nil, err
	}
	f, err := addForm(pdf, m)
	if err != nil {
		return nil, err
	}
	done, err := draw(ctx, pdf, pages, f, o)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := api.WriteContext(pdf, &b); err != nil {
		return nil, fail(NotVerified, 0, err, "the sheet cannot be written")
	}
	return b.Bytes(), verify(ctx, b.Bytes(), pages, done, f, o)
}

// appendSheet puts an A4 page with the form behind the others.
func appendSheet(pdf *model.Context, pages []page, f *form, o *Options, done map[int]drawn) ([]page, error) {
	root, err := pdf.Catalog()
	if err != nil {
		return nil, fail(Unreadable, 0, err, "no catalog")
	}
	tree, err := pdf.DereferenceDict(root["Pages"])
	if err != nil || tree == nil {
		return nil, fail(Unreadable, 0, err, "the page tree points to nothing")
	}
	kids, err := pdf.DereferenceArray(tree["Kids"])
	if err != nil || kids == nil {
		return nil, fail(Unreadable, 0, err, "the page tree has no place for a sheet")
	}
	own := *o
	own.Position = wholePage
	d, err := newDrawer(pdf, f, &own)
	if err != nil {
		return nil, err
	}
	p := page{nr: len(pages) + 1, resources: types.Dict{}, box: rect{0, 0, a4Width, a4Height}, unit: 1}
	box := types.NewNumberArray(0, 0, a4Width, a4Height)
	p.dict = types.Dict{
		"Type": types.Name("Page"), "Parent": root["Pages"], "MediaBox": box, "CropBox": box, "Rotate": types.Integer(0), "Resources": p.resources,
	}
	p.clean = true
	ref, err := pdf.IndRefForNewObject(p.dict)
	if err != nil {
		return nil, err
	}
	p.objNr = ref.ObjectNumber.Value()
	if err := d.mark(&p, wish(&p, f.w, f.h, wholePage), p.box); err != nil {
		return nil, err
	}
	done[p.objNr] = d.done[p.objNr]
	tree["Kids"], tree["Count"] = append(slices.Clone(kids), *ref), types.Integer(len(pages)+1)
	pdf.PageCount = len(pages) + 1
	return append(pages, p), nil
}

// blankPage is a PDF of one empty A4 page.
func blankPage() []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n")
	var at []int
	for i, body := range []string{
		"<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<<>>>>",
	} {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, body)
	}
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(at)+1)
	for _, n := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", n)
	}
	fmt.Fprintf(&b, "trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(at)+1, start)
	return b.Bytes()
}
