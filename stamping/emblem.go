package stamping

import (
	"bytes"
	"image"
	imagedraw "image/draw"
	"image/png"
	"slices"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

const (
	maxEmblem     = 512 << 10 // bytes of a PNG
	maxEmblemDots = 1 << 20
)

// resource is the name of an emblem in the mark; it says which bytes were meant.
func (p *Emblem) resource() string { return "P" + digest(p.PNG) }

func (p *Emblem) decode() (image.Image, error) {
	if len(p.PNG) > maxEmblem {
		return nil, fail(Invalid, 0, nil, "an emblem of the mark has more than %d bytes", maxEmblem)
	}
	c, err := png.DecodeConfig(bytes.NewReader(p.PNG))
	if err != nil {
		return nil, fail(Invalid, 0, err, "an emblem of the mark is no PNG")
	}
	if c.Width < 1 || c.Height < 1 || c.Width > maxEmblemDots/c.Height {
		return nil, fail(Invalid, 0, nil, "an emblem of the mark is %d x %d; it may have %d dots", c.Width, c.Height, maxEmblemDots)
	}
	img, err := png.Decode(bytes.NewReader(p.PNG))
	if err != nil {
		return nil, fail(Invalid, 0, err, "an emblem of the mark is no PNG")
	}
	return img, nil
}

// add puts the emblem into the document, with a mask where it lets the page through.
func (p *Emblem) add(pdf *model.Context) (*types.IndirectRef, error) {
	img, err := p.decode()
	if err != nil {
		return nil, err
	}
	b := img.Bounds()
	plain := image.NewNRGBA(b)
	imagedraw.Draw(plain, b, img, b.Min, imagedraw.Src)
	var dots, mask []byte
	for c := range slices.Chunk(plain.Pix, 4) {
		dots, mask = append(dots, c[:3]...), append(mask, c[3])
	}
	entries := func(space string) types.Dict {
		return types.Dict{
			"Type": types.Name("XObject"), "Subtype": types.Name("Image"), "ColorSpace": types.Name(space), "BitsPerComponent": types.Integer(8),
			"Width": types.Integer(b.Dx()), "Height": types.Integer(b.Dy()),
		}
	}
	d := entries("DeviceRGB")
	if len(bytes.Trim(mask, "\xff")) > 0 {
		ref, err := addStream(pdf, mask, entries("DeviceGray"))
		if err != nil {
			return nil, err
		}
		d["SMask"] = *ref
	}
	d[markKey] = types.Name(digest(dots))
	return addStream(pdf, dots, d)
}

// hasEmblems says whether each emblem that the mark names came through.
func hasEmblems(pdf *model.Context, res types.Dict, content []byte, limit int64) bool {
	for part := range bytes.SplitSeq(content, []byte("cm /P")) {
		named, _, drawn := bytes.Cut(part, []byte(" Do Q"))
		if !drawn {
			continue
		}
		all, err := pdf.DereferenceDict(res["XObject"])
		if err != nil {
			return false
		}
		o := all["P"+string(named)]
		sd, _, err := pdf.DereferenceStreamDict(o)
		if err != nil || sd == nil || name(sd.Dict["Subtype"]) != "Image" {
			return false
		}
		dots, err := decoded(pdf, o, limit)
		if err != nil || digest(dots) != name(sd.Dict[markKey]) {
			return false
		}
	}
	return true
}
