package stamping

import (
	"github.com/pdfcpu/pdfcpu/pkg/filter"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

// Image is a raster image in one of the two forms that a PDF takes as they are.
type Image struct {
	Width, Height int  // in pixels
	Components    int  // 1: grey, 3: RGB, 4: CMYK
	JPEG          bool // Data is a JPEG file; else a zlib stream of rows from the top, a byte for each component
	Inverted      bool // 0 is the most of a component: how Adobe writes CMYK into a JPEG
	Data          []byte
}

// Picture is an image on a page. X, Y is the lower left corner, W, H the size as shown.
type Picture struct {
	Image       *Image
	X, Y, W, H  float64
	Orientation int // 1 to 8: how the image is to be turned and mirrored, as in Exif 2.3, tag 274; any other counts as 1
}

// matrix puts the unit square, as which PDF sees an image, into the place of the picture.
func (p *Picture) matrix() matrix {
	x, y, w, h := p.X, p.Y, p.W, p.H
	switch p.Orientation {
	case 2:
		return matrix{-w, 0, 0, h, x + w, y}
	case 3:
		return matrix{-w, 0, 0, -h, x + w, y + h}
	case 4:
		return matrix{w, 0, 0, -h, x, y + h}
	case 5:
		return matrix{0, -h, -w, 0, x + w, y + h}
	case 6:
		return matrix{0, -h, w, 0, x, y + h}
	case 7:
		return matrix{0, h, w, 0, x, y}
	case 8:
		return matrix{0, h, -w, 0, x + w, y}
	}
	return matrix{w, 0, 0, h, x, y}
}

func (i *Image) addTo(pdf *model.Context) (*types.IndirectRef, error) {
	space, ok := map[int]types.Name{1: "DeviceGray", 3: "DeviceRGB", 4: "DeviceCMYK"}[i.Components]
	if !ok || i.Width < 1 || i.Height < 1 || len(i.Data) == 0 {
		return nil, fail(Invalid, 0, nil, "an image of %d x %d pixels with %d components and %d bytes", i.Width, i.Height, i.Components, len(i.Data))
	}
	coding, size := filter.Flate, int64(len(i.Data))
	if i.JPEG {
		coding = filter.DCT
	}
	d := types.Dict{
		"Type": types.Name("XObject"), "Subtype": types.Name("Image"), "Width": types.Integer(i.Width), "Height": types.Integer(i.Height),
		"ColorSpace": space, "BitsPerComponent": types.Integer(8), "Filter": types.Name(coding), "Length": types.Integer(size),
	}
	if i.Inverted {
		decode := types.Array{}
		for range i.Components {
			decode = append(decode, types.Integer(1), types.Integer(0))
		}
		d["Decode"] = decode
	}
	return pdf.IndRefForNewObject(types.StreamDict{
		Dict: d, StreamLength: &size, FilterPipeline: []types.PDFFilter{{Name: coding}}, Raw: i.Data,
	})
}
