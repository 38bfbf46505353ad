package stamping

import (
	"maps"
	"slices"
	"time"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

// keep lets what the file refers to from entries that pdfcpu's writer does not know come along, such as the files associated
// with a document of PDF/A-3 (AF): the writer copies the entries of catalog and pages, but only follows those it knows. So they
// are listed where a program may keep data of its own and the writer looks last, in PieceInfo (ISO 32000-1, 14.5).
func keep(pdf *model.Context, root types.Dict, pages []page) {
	kept := unfollowed(root, followedInCatalog)
	for i := range pages {
		kept = append(kept, unfollowed(pages[i].dict, followedInPage)...)
	}
	if len(kept) == 0 {
		return
	}
	pieces := types.Dict{}
	if d, err := pdf.DereferenceDict(root["PieceInfo"]); err == nil && d != nil {
		pieces = maps.Clone(d)
	}
	now := types.DateString(time.Now()) //nolint:forbidigo // pdfcpu takes the time of the same copy from there, and it is required
	pieces["Edokit"] = types.Dict{"LastModified": types.StringLiteral(now), "Private": kept}
	root["PieceInfo"] = pieces
}

// unfollowed lists the values that lead somewhere, in the order of their keys.
func unfollowed(d types.Dict, followed func(key string) bool) (out types.Array) {
	for _, key := range slices.Sorted(maps.Keys(d)) {
		switch d[key].(type) {
		case types.IndirectRef, types.Array, types.Dict:
			if !followed(key) {
				out = append(out, d[key])
			}
		}
	}
	return out
}

func followedInCatalog(key string) bool {
	switch key {
	case "Pages", "Extensions", "PageLabels", "Names", "Dests", "ViewerPreferences", "PageLayout", "PageMode", "Outlines",
		"Threads", "OpenAction", "AA", "URI", "AcroForm", "Metadata", "StructTreeRoot", "MarkInfo", "Lang", "SpiderInfo",
		"OutputIntents", "PieceInfo", "OCProperties", "Perms", "Legal", "Requirements", "Collection", "NeedsRendering":
		return true
	}
	return false
}

func followedInPage(key string) bool {
	switch key {
	case "Parent", "Contents", "Resources", "MediaBox", "CropBox", "BleedBox", "TrimBox", "ArtBox", "BoxColorInfo", "PieceInfo",
		"LastModified", "Rotate", "Group", "Annots", "Thumb", "B", "Dur", "Trans", "AA", "Metadata", "StructParents", "ID", "PZ",
		"SeparationInfo", "Tabs", "TemplateInstantiated", "PresSteps", "UserUnit", "VP":
		return true
	}
	return false
}
