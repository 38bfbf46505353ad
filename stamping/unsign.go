package stamping

import (
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

// unsign takes the signatures out of the copy, for whose bytes they do not hold: the fields are left without a value, what a
// signature looks like on its page stays. With them go the rights that they grant and the proofs that belong to them.
func (f *findings) unsign(pdf *model.Context, root types.Dict) {
	if len(f.signatures) == 0 {
		return
	}
	for _, d := range f.fields {
		if v, err := pdf.DereferenceDict(d["V"]); err == nil && isSignature(v) {
			delete(d, "V")
		}
	}
	for _, d := range f.signatures {
		clear(d) // whatever else refers to it
	}
	delete(root, "Perms")
	delete(root, "DSS")
	if form, err := pdf.DereferenceDict(root["AcroForm"]); err == nil {
		delete(form, "SigFlags")
	}
}

func isSignature(d types.Dict) bool {
	t := name(d["Type"])
	return t == "Sig" || t == "DocTimeStamp" || d["ByteRange"] != nil && d["Contents"] != nil
}
