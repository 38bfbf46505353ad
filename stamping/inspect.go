package stamping

import (
	"maps"
	"slices"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

// findings are things inside a PDF that a reader of the copy should know about.
type findings struct {
	signatures []types.Dict
	fields     []types.Dict // what has a value, which may be a signature
	active     map[string]bool
	reused     bool // a number of an object is used a second time, or said to be
}

// inspect looks at every object, referenced or not: what a reader may reach must not be missed.
func inspect(pdf *model.Context) findings {
	f := findings{active: map[string]bool{}, reused: pdf.Root.GenerationNumber != 0 || pdf.Info != nil && pdf.Info.GenerationNumber != 0}
	for objNr, entry := range pdf.Table {
		if entry == nil || entry.Free {
			continue
		}
		gen := 0
		if entry.Generation != nil {
			gen = *entry.Generation
			f.reused = f.reused || gen != 0
		}
		if o, err := pdf.Dereference(*types.NewIndirectRef(objNr, gen)); err == nil {
			f.object(o, 0)
		}
	}
	return f
}

func (f *findings) object(o types.Object, depth int) {
	if depth > 32 {
		return
	}
	switch o := o.(type) {
	case types.IndirectRef:
		f.reused = f.reused || o.GenerationNumber != 0
	case types.Array:
		for _, v := range o {
			f.object(v, depth+1)
		}
	case types.StreamDict:
		f.dict(o.Dict, depth)
	case types.Dict:
		f.dict(o, depth)
	}
}

func (f *findings) dict(d types.Dict, depth int) {
	switch name(d["S"]) {
	case "JavaScript", "Launch", "ImportData", "SubmitForm", "Rendition":
		f.active[name(d["S"])] = true
	}
	switch name(d["Type"]) {
	case "EmbeddedFile":
		f.active["EmbeddedFile"] = true
	}
	switch name(d["Subtype"]) {
	case "RichMedia", "3D", "Movie", "Screen":
		f.active[name(d["Subtype"])] = true
	}
	if d["XFA"] != nil {
		f.active["XFA"] = true
	}
	if isSignature(d) {
		f.signatures = append(f.signatures, d)
	}
	if d["V"] != nil {
		f.fields = append(f.fields, d)
	}
	for _, v := range d {
		f.object(v, depth+1)
	}
}

func (f *findings) list() []string { return slices.Sorted(maps.Keys(f.active)) }

func name(o types.Object) string {
	n, _ := o.(types.Name)
	return string(n)
}
