package stamping

import (
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

// sameGeneration makes all generations 0, in the table and in references. pdfcpu finds an object by its number alone, but writes
// the generations that it has read, and where they differ other readers find nothing in the copy.
func sameGeneration(pdf *model.Context) {
	for _, entry := range pdf.Table {
		if entry != nil && !entry.Free {
			zero := 0
			entry.Generation = &zero
			entry.Object = atZero(entry.Object)
		}
	}
	for _, ref := range []*types.IndirectRef{pdf.Root, pdf.Info} {
		if ref != nil {
			ref.GenerationNumber = 0
		}
	}
}

// atZero changes what can be changed in its place, and gives the object. The depth of what was parsed has a limit.
func atZero(o types.Object) types.Object {
	switch o := o.(type) {
	case types.IndirectRef:
		o.GenerationNumber = 0
		return o
	case types.Array:
		for i, v := range o {
			o[i] = atZero(v)
		}
	case types.Dict:
		for k, v := range o {
			o[k] = atZero(v)
		}
	case types.StreamDict:
		atZero(o.Dict)
	}
	return o
}
