package signstamp

import (
	"bytes"
	"image/png"

	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/qr"

	"github.com/edokit/edokit/stamping"
)

// picture fits the emblem into its square, centred, in its own proportions.
func picture(emblemPNG []byte) (stamping.Emblem, error) {
	c, err := png.DecodeConfig(bytes.NewReader(emblemPNG))
	if err != nil || c.Width < 1 || c.Height < 1 {
		return stamping.Emblem{}, invalid("Style.Emblem is no PNG")
	}
	s := emblem / float64(max(c.Width, c.Height))
	w, h := float64(c.Width)*s, float64(c.Height)*s
	return stamping.Emblem{Rect: stamping.Rect{X: pad + (emblem-w)/2, Y: pad + (emblem-h)/2, W: w, H: h}, PNG: emblemPNG}, nil
}

const (
	module    = 1.4  // points of one module: half a millimetre, which telephones read from paper
	leastCode = 50.0 // points of a side
	quiet     = 4    // modules around the code that stay white (ISO/IEC 18004)
)

// code is a QR code with its quiet zone.
type code struct{ barcode.Barcode }

func qrCode(text string) (code, error) {
	b, err := qr.Encode(text, qr.M, qr.Auto)
	if err != nil {
		return code{}, &stamping.Error{Kind: stamping.Invalid, Msg: "QR cannot be encoded", Err: err}
	}
	return code{b}, nil
}

func (c code) modules() int { return c.Bounds().Dx() }

func (c code) side() float64 { return max(leastCode, module*float64(c.modules()+2*quiet)) }

// draw fills the modules in black on white, whatever the style: a telephone has to read them. x, y is the upper left corner;
// modules side by side become one rectangle.
func (c code) draw(m *stamping.Mark, x, y float64) {
	n := c.modules()
	size := c.side() / float64(n+2*quiet)
	ground := stamping.Rect{X: x, Y: y, W: c.side(), H: c.side()}
	var rects []stamping.Rect
	for row := range n {
		for i := 0; i < n; i++ {
			start := i
			for i < n && c.dark(i, row) {
				i++
			}
			if i > start {
				rects = append(rects, stamping.Rect{X: x + float64(start+quiet)*size, Y: y + float64(row+quiet)*size, W: float64(i-start) * size, H: size})
			}
		}
	}
	m.Fills = append(m.Fills, stamping.Fill{Color: stamping.Color{R: 1, G: 1, B: 1}, Rects: []stamping.Rect{ground}}, stamping.Fill{Rects: rects})
}

func (c code) dark(x, y int) bool {
	r, _, _, _ := c.At(x, y).RGBA()
	return r < 1<<15
}
