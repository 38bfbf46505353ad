package stamping

import (
	"bytes"
	"context"
	"strings"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

// verify reads the finished copy as a stranger would and looks for the mark on each page that should have it.
func verify(ctx context.Context, b []byte, want []page, done map[int]drawn, f *form, o *Options) error {
	// The copy may unpack its streams anew, so the limits of the input do not fit it exactly.
	own := *o
	own.MaxBytes = max(o.MaxBytes, int64(len(b)))
	pdf, err := parse(ctx, b, &own)
	if err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return fail(NotVerified, 0, err, "the copy cannot be read back")
	}
	got, err := listPages(pdf, max(o.MaxPages, len(want)))
	if err != nil {
		return fail(NotVerified, 0, err, "the copy cannot be read back")
	}
	if len(got) != len(want) {
		return fail(NotVerified, 0, nil, "the copy has %d pages instead of %d", len(got), len(want))
	}
	for i := range got {
		if err := ctx.Err(); err != nil {
			return err
		}
		box, became := want[i].box, done[want[i].objNr]
		if became.marked {
			box = became.box
		}
		if !got[i].box.near(box) || got[i].rotate != want[i].rotate {
			return fail(NotVerified, i+1, nil, "its size or rotation changed")
		}
		if became.marked && !shows(pdf, &got[i], f, became.before, o.MaxDecode) {
			return fail(NotVerified, i+1, nil, "the mark is missing")
		}
	}
	return nil
}

// shows says whether the last thing that the page draws is the mark.
func shows(pdf *model.Context, p *page, f *form, before string, limit int64) bool {
	contents, err := pdf.Dereference(p.dict["Contents"])
	if err != nil {
		return false
	}
	var last types.Object = p.dict["Contents"]
	if list, ok := contents.(types.Array); ok {
		if len(list) < 2 || !saves(pdf, list[0], before) { // or the page's own content is drawn without its q
			return false
		}
		last = list[len(list)-1]
	}
	content, err := decoded(pdf, last, limit)
	if err != nil {
		return false
	}
	rest, ok := bytes.CutSuffix(bytes.TrimSpace(content), []byte(" Do Q\nEMC"))
	if !ok {
		return false
	}
	res, err := pdf.DereferenceDict(p.resources)
	if err != nil {
		return false
	}
	xobjects, err := pdf.DereferenceDict(res["XObject"])
	if err != nil {
		return false
	}
	return isMark(pdf, xobjects[string(rest[bytes.LastIndexByte(rest, '/')+1:])], f, limit)
}

func saves(pdf *model.Context, first types.Object, before string) bool {
	content, err := decoded(pdf, first, int64(len(before))+16)
	return err == nil && string(bytes.TrimSpace(content)) == strings.TrimSpace(before)
}

func isMark(pdf *model.Context, o types.Object, f *form, limit int64) bool {
	sd, _, err := pdf.DereferenceStreamDict(o)
	if err != nil || sd == nil || name(sd.Dict[markKey]) != f.digest {
		return false
	}
	content, err := decoded(pdf, o, limit)
	return err == nil && digest(content) == f.digest && hasResources(pdf, sd, content, limit)
}

func hasResources(pdf *model.Context, sd *types.StreamDict, content []byte, limit int64) bool {
	res, err := pdf.DereferenceDict(sd.Dict["Resources"])
	return err == nil && hasFonts(pdf, res, content) && hasEmblems(pdf, res, content, limit)
}

// hasFonts says whether each font that the mark names came through: without one the frame is there and the words are not.
func hasFonts(pdf *model.Context, res types.Dict, content []byte) bool {
	fonts, err := pdf.DereferenceDict(res["Font"])
	if err != nil {
		return false
	}
	for _, name := range []string{"R", "B", "M"} {
		d, err := pdf.DereferenceDict(fonts[name])
		if bytes.Contains(content, []byte("/"+name+" ")) && (err != nil || d == nil || d["DescendantFonts"] == nil || d["ToUnicode"] == nil) {
			return false
		}
	}
	return true
}
