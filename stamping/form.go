package stamping

import (
	"crypto/sha256"
	"encoding/hex"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

// markKey is the entry by which a form is recognised as our mark; its value names the drawing.
const markKey = "EdokitMark"

// fillOpacity leaves page text under a see-through box readable, and the mark above it too.
const fillOpacity = 0.82

// form is the mark as an object of a document: drawn once, shown by every page.
type form struct {
	ref    types.IndirectRef
	digest string // of the drawing; looked for again in the finished copy
	w, h   float64
}

// addForm puts the mark with its fonts into the document.
func addForm(pdf *model.Context, m *Mark) (*form, error) {
	fonts, err := newFaces()
	if err != nil {
		return nil, err
	}
	content := m.content(fonts)
	fontDict := types.Dict{}
	if err := fonts.addTo(pdf, fontDict); err != nil {
		return nil, err
	}
	pictures := types.Dict{}
	for _, p := range m.Emblems {
		ref, err := p.add(pdf)
		if err != nil {
			return nil, err
		}
		pictures[p.resource()] = *ref
	}
	sum := digest(content)
	ref, err := addStream(pdf, content, types.Dict{
		"Type":    types.Name("XObject"),
		"Subtype": types.Name("Form"),
		"BBox":    types.NewNumberArray(0, 0, m.Width, m.Height),
		"Resources": types.Dict{
			"Font":      fontDict,
			"XObject":   pictures,
			"ExtGState": types.Dict{"S": types.Dict{"ca": types.Float(fillOpacity)}},
			// Some readers look for a page's own meaning of the colours where the form has none.
			"ColorSpace": types.Dict{"DefaultRGB": types.Name("DeviceRGB"), "DefaultGray": types.Name("DeviceGray")},
		},
		markKey: types.Name(sum),
	})
	if err != nil {
		return nil, err
	}
	return &form{ref: *ref, digest: sum, w: m.Width, h: m.Height}, nil
}

func addFont(pdf *model.Context, f *face) (*types.IndirectRef, error) {
	file, err := subset(f.ttf, f.glyphs())
	if err != nil {
		return nil, err
	}
	fileRef, err := addStream(pdf, file, types.Dict{"Length1": types.Integer(len(file))})
	if err != nil {
		return nil, err
	}
	cmapRef, err := addStream(pdf, f.toUnicode(), types.Dict{})
	if err != nil {
		return nil, err
	}
	base := types.Name("EDOKIT+" + f.name) // six letters and a plus: how PDF names a subset
	descriptor, err := pdf.IndRefForNewObject(types.Dict{
		"Type": types.Name("FontDescriptor"), "FontName": base,
		"Flags":       types.Integer(4),                             // own encoding
		"FontBBox":    types.NewIntegerArray(-440, -432, 1160, 966), // metrics of the Go fonts in 1/1000
		"ItalicAngle": types.Integer(0), "Ascent": types.Integer(944), "Descent": types.Integer(-211),
		"CapHeight": types.Integer(723), "StemV": types.Integer(90), "FontFile2": *fileRef,
	})
	if err != nil {
		return nil, err
	}
	widths := types.Array{}
	for _, g := range f.glyphs() {
		widths = append(widths, types.Integer(g), types.Array{types.Float(f.advance(g))})
	}
	cid, err := pdf.IndRefForNewObject(types.Dict{
		"Type": types.Name("Font"), "Subtype": types.Name("CIDFontType2"), "BaseFont": base,
		"CIDSystemInfo": types.Dict{
			"Registry": types.StringLiteral("Adobe"), "Ordering": types.StringLiteral("Identity"),
			"Supplement": types.Integer(0),
		},
		"CIDToGIDMap": types.Name("Identity"), "DW": types.Integer(1000), "W": widths, "FontDescriptor": *descriptor,
	})
	if err != nil {
		return nil, err
	}
	return pdf.IndRefForNewObject(types.Dict{
		"Type": types.Name("Font"), "Subtype": types.Name("Type0"), "BaseFont": base,
		"Encoding": types.Name("Identity-H"), "DescendantFonts": types.Array{*cid}, "ToUnicode": *cmapRef,
	})
}

// addStream adds a stream with the given entries. Short ones, of which every page gets its own, stay
// uncompressed: a compressor costs more memory than all of them together.
func addStream(pdf *model.Context, content []byte, d types.Dict) (*types.IndirectRef, error) {
	sd := &types.StreamDict{Dict: types.Dict{}, Content: content}
	if len(content) > 512 {
		var err error
		if sd, err = pdf.NewStreamDictForBuf(content); err != nil {
			return nil, err
		}
	}
	for k, v := range d {
		sd.Dict[k] = v
	}
	if err := sd.Encode(); err != nil {
		return nil, err
	}
	return pdf.IndRefForNewObject(*sd)
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:8])
}
