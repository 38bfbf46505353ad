package printable

import (
	"bytes"
	"errors"
	"testing"

	"github.com/edokit/edokit/stamping"
)

// FuzzRender: any bytes under any name end in a PDF that opens or in a typed error.
func FuzzRender(f *testing.F) { fuzz(f, "a.bin", nil) }

// FuzzText keeps to text.
func FuzzText(f *testing.F) { fuzz(f, "a.txt", func(k Kind) bool { return k == Text }) }

// FuzzXML keeps to XML.
func FuzzXML(f *testing.F) { fuzz(f, "a.xml", func(k Kind) bool { return k == XML }) }

// FuzzPicture keeps to pictures.
func FuzzPicture(f *testing.F) {
	fuzz(f, "a.png", func(k Kind) bool { return picture(nil) != k && k != Text && k != XML })
}

// FuzzDirectory reads lists of TIFF pages.
func FuzzDirectory(f *testing.F) {
	f.Add(read(f, "pages.tif"), int64(8))
	f.Add(turned(f, 3)[12:], int64(-1))
	f.Fuzz(func(t *testing.T, b []byte, at int64) {
		d, err := readDirectory(b, at)
		if err == nil && (d.orientation < 1 || d.orientation > 8 || d.next < 0) {
			t.Errorf("%+v", d)
		}
	})
}

func fuzz(f *testing.F, name string, only func(Kind) bool) {
	for _, file := range []string{"progressive.jpg", "cmyk.jpg", "pages.tif", "fax.tif", "frames.gif", "still.webp", "arithmetic.jpg", "jpeg.tif"} {
		f.Add(read(f, file))
	}
	f.Add([]byte(letterText))
	f.Add(encoded(f, "KOI8-R", "ПРОТОКОЛ РАЗНОГЛАСИЙ"))
	f.Add([]byte(foreign))
	f.Add(invoice(f))
	f.Add(pngOf(f, drawing(8, 6)))
	f.Add(bmpOf(f, drawing(8, 6)))
	f.Add(turned(f, 5))
	f.Add(zipped(f, "[Content_Types].xml"))
	o := &Options{MaxPages: 20, MaxPixels: 100_000, MaxBytes: 1 << 20}
	f.Fuzz(func(t *testing.T, b []byte) {
		if only != nil && !only(KindOf(b, name)) {
			return // of another fuzz target
		}
		var out bytes.Buffer
		r, err := Render(t.Context(), b, &out, Facts{Name: name}, o)
		if err != nil {
			if typed := (*stamping.Error)(nil); !errors.As(err, &typed) || typed.Kind == stamping.NotVerified || typed.Kind == stamping.Crashed || out.Len() > 0 {
				t.Errorf("%d bytes, %v", out.Len(), err)
			}
			return
		}
		if got, err := stamping.Examine(t.Context(), bytes.NewReader(out.Bytes()), nil, nil); err != nil || got.Pages != r.Pages {
			t.Errorf("%+v, %+v, %v", r, got, err)
		}
	})
}
