package stamping

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/png"
	"testing"

	"github.com/pdfcpu/pdfcpu/pkg/api"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

func pictured(t *testing.T) *Mark {
	t.Helper()
	img := image.NewNRGBA(image.Rect(0, 0, 4, 4))
	img.Set(1, 1, color.NRGBA{R: 255, A: 200})
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	m := testMark()
	m.Emblems = []Emblem{{Rect{10, 10, 20, 20}, b.Bytes()}}
	return m
}

// TestALostPictureIsFound: a copy whose mark lost its picture, or has another one, is not given out.
func TestALostPictureIsFound(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(pictures types.Dict){
		"": func(types.Dict) {},
		"lost": func(pictures types.Dict) {
			for k := range pictures {
				delete(pictures, k)
			}
		},
		"no picture": func(pictures types.Dict) {
			for k := range pictures {
				pictures[k] = types.Integer(1)
			}
		},
	} {
		opts, err := settle(nil, pictured(t))
		if err != nil {
			t.Fatal(err)
		}
		pdf, err := parse(t.Context(), onePage(a4, hello), opts)
		if err != nil {
			t.Fatal(err)
		}
		pages, err := listPages(pdf, 1)
		if err != nil {
			t.Fatal(err)
		}
		f, err := addForm(pdf, pictured(t))
		if err != nil {
			t.Fatal(err)
		}
		done, err := draw(t.Context(), pdf, pages, f, opts)
		if err != nil {
			t.Fatal(err)
		}
		form, _, err := pdf.DereferenceStreamDict(f.ref)
		if err != nil {
			t.Fatal(err)
		}
		change(form.Dict["Resources"].(types.Dict)["XObject"].(types.Dict))
		var out bytes.Buffer
		if err := api.WriteContext(pdf, &out); err != nil {
			t.Fatal(err)
		}
		err = verify(t.Context(), out.Bytes(), pages, done, f, opts)
		if (name == "") != (err == nil) || err != nil && !errors.Is(err, NotVerified) {
			t.Errorf("%q: %v", name, err)
		}
	}
}
