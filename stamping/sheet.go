package stamping

import (
	"bytes"
	"context"
	"fmt"
	"io"

	"github.com/pdfcpu/pdfcpu/pkg/api"
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
	marked, err := draw(ctx, pdf, pages, f, o)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := api.WriteContext(pdf, &b); err != nil {
		return nil, fail(NotVerified, 0, err, "the sheet cannot be written")
	}
	return b.Bytes(), verify(ctx, b.Bytes(), pages, marked, f, o)
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
