package stamping

import (
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

// hides says whether something in a hybrid file refers to an object that the file calls free. A hybrid file has a table
// for old readers, in which objects that only newer ones shall see are free, and a stream that says where they are; pdfcpu
// believes the table. Read so, pages would lose fonts or pictures, and nobody would notice.
func hides(pdf *model.Context) bool {
	if pdf.Root != nil && free(pdf, *pdf.Root) {
		return true
	}
	for _, entry := range pdf.Table {
		if entry != nil && !entry.Free && refersToFree(pdf, entry.Object, 0) {
			return true
		}
	}
	return false
}

func refersToFree(pdf *model.Context, o types.Object, depth int) bool {
	if depth > 32 {
		return true
	}
	switch o := o.(type) {
	case types.IndirectRef:
		return free(pdf, o)
	case types.Array:
		for _, v := range o {
			if refersToFree(pdf, v, depth+1) {
				return true
			}
		}
	case types.StreamDict:
		return refersToFree(pdf, o.Dict, depth)
	case types.Dict:
		for _, v := range o {
			if refersToFree(pdf, v, depth+1) {
				return true
			}
		}
	}
	return false
}

func free(pdf *model.Context, ref types.IndirectRef) bool {
	entry := pdf.Table[ref.ObjectNumber.Value()]
	return entry != nil && entry.Free
}
