package stamping

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/pdfcpu/pdfcpu/pkg/api"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

// Composer makes a PDF of pages drawn from nothing, in the fonts of a mark. It is not safe for concurrent use.
type Composer struct {
	*Fonts
	pdf   *model.Context
	opts  *Options
	fonts types.IndirectRef // of a dictionary that is filled when it is known which glyphs were used
	face  types.Dict
	pages []composed
}

type composed struct {
	body  types.IndirectRef
	dict  types.Dict
	width float64
}

// NewComposer starts a PDF. Of o only the limits count: pages, and bytes of the whole.
func NewComposer(ctx context.Context, o *Options) (*Composer, error) {
	opts, err := withLimits(o)
	if err != nil {
		return nil, err
	}
	fonts, err := NewFonts()
	if err != nil {
		return nil, err
	}
	pdf, err := parse(ctx, blankPage(), opts)
	if err != nil {
		return nil, err
	}
	c := &Composer{Fonts: fonts, pdf: pdf, opts: opts, face: types.Dict{}}
	ref, err := pdf.IndRefForNewObject(c.face)
	if err != nil {
		return nil, err
	}
	c.fonts = *ref
	return c, nil
}

// Pages is the number of pages so far.
func (c *Composer) Pages() int { return len(c.pages) }

// Add draws one page. The size of m is that of the page, of A4 as a rule; its see-through boxes are not, for nothing is below.
// Pictures lie below the boxes and the text. One page more than Options.MaxPages is an Error of kind TooManyPages.
func (c *Composer) Add(m *Mark, pictures ...Picture) error {
	if len(c.pages) == c.opts.MaxPages {
		return fail(TooManyPages, 0, nil, "the limit is %d pages", c.opts.MaxPages)
	}
	if len(m.Emblems) > 0 {
		return fail(Invalid, len(c.pages)+1, nil, "a page has no emblems: give them as pictures")
	}
	var b bytes.Buffer
	resources := types.Dict{"Font": c.fonts}
	if len(pictures) > 0 {
		xobjects := types.Dict{}
		resources["XObject"] = xobjects
		for i, p := range pictures {
			ref, err := p.Image.addTo(c.pdf)
			if err != nil {
				return err
			}
			name := fmt.Sprintf("P%d", i+1)
			xobjects[name] = *ref
			fmt.Fprintf(&b, "q %s cm /%s Do Q\n", p.matrix(), name)
		}
	}
	for _, x := range m.Boxes {
		x.SeeThrough = false
		x.draw(&b)
	}
	for i := range m.Fills {
		m.Fills[i].draw(&b)
	}
	writeTexts(&b, m.Texts, c.f)
	body, err := addStream(c.pdf, b.Bytes(), types.Dict{})
	if err != nil {
		return err
	}
	c.pages = append(c.pages, composed{*body, types.Dict{
		"Type": types.Name("Page"), "MediaBox": types.NewNumberArray(0, 0, m.Width, m.Height), "Resources": resources,
	}, m.Width})
	return nil
}

// Write ends the PDF. The texts of foot are drawn on every page besides its own; page counts from 1, width is its own. The values of info become
// entries of its document information, in the order of their keys: names as in ISO 32000-1, 14.3.3, or own ones.
// Nothing is written to out before the whole was read back; a PDF larger than Options.MaxBytes is an Error of kind TooLarge.
func (c *Composer) Write(ctx context.Context, out io.Writer, info map[string]string, foot func(page, of int, width float64) []Text) (err error) {
	defer guard(&err, c.opts)
	if err := c.tree(foot); err != nil {
		return err
	}
	if err := c.f.addTo(c.pdf, c.face); err != nil {
		return err
	}
	if err := c.info(info); err != nil {
		return err
	}
	var b bytes.Buffer
	if err := api.WriteContext(c.pdf, &b); err != nil {
		return fail(NotVerified, 0, err, "the PDF cannot be written")
	}
	if int64(b.Len()) > c.opts.MaxBytes {
		return fail(TooLarge, 0, nil, "it becomes a PDF of more than %d bytes", c.opts.MaxBytes)
	}
	if err := c.verify(ctx, b.Bytes()); err != nil {
		return err
	}
	if _, err := out.Write(b.Bytes()); err != nil {
		return fmt.Errorf("stamping: write the PDF: %w", err)
	}
	return nil
}

// tree puts the pages in place of the blank one, in nodes of some, as readers like it.
func (c *Composer) tree(foot func(page, of int, width float64) []Text) error {
	root, err := c.pdf.Catalog()
	if err != nil {
		return err
	}
	top, err := c.pdf.DereferenceDict(root["Pages"])
	if err != nil {
		return err
	}
	kids, nr := types.Array{}, 0
	for part := range slices.Chunk(c.pages, 64) {
		leaves := types.Array{}
		node, err := c.pdf.IndRefForNewObject(types.Dict{})
		if err != nil {
			return err
		}
		for _, p := range part {
			var b bytes.Buffer
			nr++
			writeTexts(&b, foot(nr, len(c.pages), p.width), c.f)
			ref, err := addStream(c.pdf, b.Bytes(), types.Dict{})
			if err != nil {
				return err
			}
			p.dict["Contents"], p.dict["Parent"] = types.Array{p.body, *ref}, *node
			leaf, err := c.pdf.IndRefForNewObject(p.dict)
			if err != nil {
				return err
			}
			leaves = append(leaves, *leaf)
		}
		d, err := c.pdf.DereferenceDict(*node)
		if err != nil {
			return err
		}
		maps.Copy(d, types.Dict{"Type": types.Name("Pages"), "Parent": root["Pages"], "Kids": leaves, "Count": types.Integer(len(leaves))})
		kids = append(kids, *node)
	}
	top["Kids"], top["Count"] = kids, types.Integer(nr)
	return nil
}

func (c *Composer) info(info map[string]string) error {
	d := types.Dict{}
	for key, value := range info {
		text, err := types.EscapedUTF16String(value)
		if err != nil {
			return err
		}
		d[key] = types.StringLiteral(*text)
	}
	ref, err := c.pdf.IndRefForNewObject(d)
	c.pdf.Info = ref
	return err
}

// verify reads the PDF as a stranger would and counts its pages.
func (c *Composer) verify(ctx context.Context, b []byte) error {
	pdf, err := parse(ctx, b, c.opts)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var pages []page
	if err == nil {
		pages, err = listPages(pdf, c.opts.MaxPages)
	}
	if err != nil || len(pages) != len(c.pages) {
		return fail(NotVerified, 0, errors.Join(err), "the PDF cannot be read back")
	}
	return nil
}
