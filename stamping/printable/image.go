package printable

import (
	"bytes"
	"compress/zlib"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/bmp"
	"golang.org/x/image/webp"

	"github.com/edokit/edokit/stamping"
)

// codec is how a kind of picture is read.
type codec struct {
	config func(io.Reader) (image.Config, error)
	decode func(io.Reader) (image.Image, error)
}

func codecOf(k Kind) codec {
	return map[Kind]codec{
		JPEG: {jpeg.DecodeConfig, jpeg.Decode}, PNG: {png.DecodeConfig, png.Decode}, GIF: {gif.DecodeConfig, gif.Decode},
		BMP: {bmp.DecodeConfig, bmp.Decode}, WebP: {webp.DecodeConfig, webp.Decode},
	}[k]
}

// picture prints an image, on further pages if it has further ones.
func (v *view) picture(ctx context.Context, b []byte, rows []Row) error {
	if v.kind == TIFF {
		return v.tiff(ctx, b, rows)
	}
	img, turn, err := v.still(b)
	if err != nil {
		return err
	}
	rows = append(rows, Row{"Изображение", size(img)})
	if v.kind == GIF || v.kind == WebP {
		rows = append(rows, Row{"Замечание", "если в файле несколько кадров, показан первый"})
	}
	return v.first(ctx, img, turn, rows)
}

// still reads a file with one picture.
func (v *view) still(b []byte) (*stamping.Image, int, error) {
	c := codecOf(v.kind)
	config, err := c.config(bytes.NewReader(b))
	if err != nil {
		return nil, 0, damaged(err)
	}
	if err := v.checkPixels(config); err != nil {
		return nil, 0, err
	}
	m, err := c.decode(bytes.NewReader(b)) // a JPEG too: what does not open here may be blank for others
	if err != nil {
		return nil, 0, damaged(err)
	}
	if v.kind != JPEG {
		img, err := raster(m)
		return img, 1, err
	}
	h := readJPEG(b)
	if img := asItIs(b, m, h); img != nil {
		return img, h.orientation, nil
	}
	img, err := raster(m)
	return img, h.orientation, err
}

func (v *view) checkPixels(c image.Config) error {
	if c.Width < 1 || c.Height < 1 {
		return fail(stamping.Unreadable, nil, "a picture without size")
	}
	if int64(c.Width) > v.opts.MaxPixels/int64(c.Height) {
		return fail(stamping.TooLarge, nil, "a picture of %d x %d pixels; the limit is %d", c.Width, c.Height, v.opts.MaxPixels)
	}
	return nil
}

// damaged tells a broken picture from one of a variant that is not understood here.
func damaged(err error) error {
	var j jpeg.UnsupportedError
	var p png.UnsupportedError
	if errors.As(err, &j) || errors.As(err, &p) || errors.Is(err, bmp.ErrUnsupported) {
		return fail(stamping.Undecided, err, "a picture of a variant that is not supported; convert it to PNG or PDF")
	}
	return fail(stamping.Unreadable, err, "a picture that is damaged")
}

// asItIs takes over a JPEG whose colours every reader of PDF understands alike; nil for any other.
func asItIs(b []byte, m image.Image, h jpegHeader) *stamping.Image {
	img := &stamping.Image{Width: m.Bounds().Dx(), Height: m.Bounds().Dy(), JPEG: true, Data: b}
	switch m.(type) {
	case *image.Gray:
		img.Components = 1
	case *image.YCbCr:
		img.Components = 3
	case *image.CMYK:
		if !h.adobe {
			return nil
		}
		img.Components, img.Inverted = 4, true
	default: // RGB without a transformation, which some readers take for another
		return nil
	}
	return img
}

// raster gives the samples of a decoded picture, on white where it is see-through.
func raster(m image.Image) (*stamping.Image, error) {
	r := m.Bounds()
	img := &stamping.Image{Width: r.Dx(), Height: r.Dy(), Components: 3}
	switch m.ColorModel() {
	case color.GrayModel, color.Gray16Model:
		img.Components = 1
	}
	var b bytes.Buffer
	z, err := zlib.NewWriterLevel(&b, zlib.BestSpeed)
	if err != nil {
		return nil, err
	}
	row := image.NewRGBA(image.Rect(0, 0, r.Dx(), 1))
	grey := image.NewGray(row.Rect)
	samples := make([]byte, 0, 3*r.Dx())
	for y := r.Min.Y; y < r.Max.Y; y++ {
		at := image.Pt(r.Min.X, y)
		if img.Components == 1 {
			draw.Draw(grey, grey.Rect, m, at, draw.Src)
			samples = append(samples[:0], grey.Pix...)
		} else {
			draw.Draw(row, row.Rect, image.White, image.Point{}, draw.Src)
			draw.Draw(row, row.Rect, m, at, draw.Over)
			samples = samples[:0]
			for p := row.Pix; len(p) >= 4; p = p[4:] {
				samples = append(samples, p[0], p[1], p[2])
			}
		}
		if _, err := z.Write(samples); err != nil {
			return nil, err
		}
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	img.Data = b.Bytes()
	return img, nil
}

// first puts a picture below the head of the first page, or, where it would become much smaller there, on a page of its own.
func (v *view) first(ctx context.Context, img *stamping.Image, turn int, rows []Row) error {
	if err := v.head(ctx, "Изображение", rows); err != nil {
		return err
	}
	here := fit(img, turn, v.width, v.room())
	w, h := pageFor(img, turn)
	if alone := fit(img, turn, w-left-right, h-top-v.foot()-footGap); here < 0.8*alone {
		if err := v.endPage(); err != nil {
			return err
		}
	}
	return v.place(img, turn)
}

// place shows a picture on the rest of the page, or on the next one, lying on its side if the picture is.
func (v *view) place(img *stamping.Image, turn int) error {
	if v.shown.Width == 0 {
		v.startPage(pageFor(img, turn))
	}
	s := fit(img, turn, v.width, v.room())
	w, h := shownSize(img, turn)
	w, h = w*s, h*s
	return v.endPage(stamping.Picture{Image: img, X: left + (v.width-w)/2, Y: v.shown.Height - v.y - h, W: w, H: h, Orientation: turn})
}

func pageFor(img *stamping.Image, turn int) (w, h float64) {
	if iw, ih := shownSize(img, turn); iw > ih {
		return a4Long, a4Short
	}
	return a4Short, a4Long
}

// fit is the points for a pixel: those of a screen, or fewer, so that the picture has room.
func fit(img *stamping.Image, turn int, w, h float64) float64 {
	iw, ih := shownSize(img, turn)
	return min(72.0/96, w/iw, h/ih)
}

// shownSize is in pixels; orientations from 5 on lie on their side.
func shownSize(img *stamping.Image, turn int) (w, h float64) {
	if turn >= 5 {
		return float64(img.Height), float64(img.Width)
	}
	return float64(img.Width), float64(img.Height)
}

func size(img *stamping.Image) string {
	return fmt.Sprintf("%d × %d точек", img.Width, img.Height)
}
