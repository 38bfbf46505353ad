package stamping

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// crowded is content that leaves no place at the upper and the lower edge.
var crowded = func() string {
	var b strings.Builder
	for y := 10; y < 840; y += 14 {
		fmt.Fprintf(&b, "BT /F1 10 Tf 20 %d Td (%s) Tj ET\n", y, strings.Repeat("text ", 30))
	}
	return b.String()
}()

// TestFreeSpace: the mark goes where it covers nothing, nearest to where it was wanted; want is the place of the mark as the
// page is shown, with the margin if one was added.
func TestFreeSpace(t *testing.T) {
	t.Parallel()
	centre := rect{97.5, 8, 497.5, 68}
	for name, tc := range map[string]struct {
		entries, content string
		at               Position
		want             rect
		margins          int
	}{
		"page number":            {a4, "BT /F1 10 Tf 290 20 Td (7) Tj ET", "", rect{97.5, 34, 497.5, 94}, 0},
		"number in the corner":   {a4, "BT /F1 10 Tf 560 20 Td (7) Tj ET", "", centre, 0},
		"text to the left":       {a4, "BT /F1 10 Tf 30 20 Td [(abc)-2000(defgh)] TJ ET", "", rect{137, 8, 537, 68}, 0},
		"the same, wanted left":  {a4, "BT /F1 10 Tf 30 20 Td [(abc)-2000(defgh)] TJ ET", BottomLeft, rect{139, 8, 539, 68}, 0},
		"lower half full":        {a4, "0 0 595 421 re f", "", rect{97.5, 774, 497.5, 834}, 0},
		"upper half, wanted top": {a4, "0 421 595 421 re f", TopCentre, centre, 0},
		"white is nothing":       {a4, "1 g 0 0 595 421 re f 1 1 1 rg 0 0 595 421 re f 0 0 0 0 k 0 0 9 421 re f", "", centre, 0},
		"ground of the page":     {a4, "0.9 1 0.9 rg 0 0 595 842 re f", "", centre, 0},
		"frame":                  {a4, "5 5 585 832 re S", "", rect{97.5, 11.5, 497.5, 71.5}, 0},
		"clipped away":           {a4, "q 0 800 10 10 re W n 0 0 595 421 re f Q", "", centre, 0},
		"saved clip is over":     {a4, "q 0 800 10 10 re W n Q 0 0 595 421 re f", "", rect{97.5, 774, 497.5, 834}, 0},
		"clip without a path":    {a4, "W n 0 0 595 421 re f", "", rect{97.5, 774, 497.5, 834}, 0},
		"inline image":           {a4, "q 595 0 0 400 0 0 cm BI /W 1 /H 1 /BPC 8 /CS /G ID a EI Q", "", rect{97.5, 774, 497.5, 834}, 0},
		"form field":             {a4 + "/Annots[<</Type/Annot/Subtype/Widget/FT/Tx/T(a)/Rect[0 0 595 421]>>]", "", "", rect{97.5, 774, 497.5, 834}, 0},
		"link":                   {a4 + "/Annots[<</Type/Annot/Subtype/Link/Rect[0 0 595 421]>>]", "", "", centre, 0},
		"crowded":                {a4, crowded, "", centre, 1},
		"crowded, 90":            {a4 + "/Rotate 90", crowded + "0 0 10 842 re f 585 0 10 842 re f", "", rect{221, 8, 621, 68}, 1},
		"crowded, 180":           {a4 + "/Rotate 180", crowded, "", centre, 1},
		"crowded, 270":           {a4 + "/Rotate 270", crowded + "0 0 10 842 re f 585 0 10 842 re f", "", rect{221, 8, 621, 68}, 1},
		"crowded, crop box":      {"/MediaBox[-50 -200 700 900]/CropBox[0 0 595 842]", crowded + "1 0 0 rg -50 -200 750 200 re f", "", centre, 1},
		"crowded, unbalanced":    {"/MediaBox[-50 -200 700 900]/CropBox[0 0 595 842]", crowded + "q 1 0 0 rg -50 -200 750 200 re f", "", centre, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := onePage(tc.entries, tc.content)
			out, r := mustStamp(t, in, &Options{Position: tc.at})
			if diff := cmp.Diff(Result{Pages: 1, Marked: 1, Margins: tc.margins}, r, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("result (-want +got):\n%s", diff)
			}
			after := render(t, out, 1)
			got, ok := after.redBox()
			opt := cmp.Options{cmp.AllowUnexported(rect{}), cmpopts.EquateApprox(0, 2.6)}
			if diff := cmp.Diff(tc.want, got, opt); !ok || diff != "" {
				t.Errorf("place, found %t (-want +got):\n%s", ok, diff)
			}
			before := render(t, in, 1)
			if grown := after.h - before.h; grown != 76*tc.margins || after.w != before.w {
				t.Errorf("%dx%d became %dx%d", before.w, before.h, after.w, after.h)
			}
			if tc.margins > 0 && !bytes.Equal(before.rgb, after.rgb[:len(before.rgb)]) {
				t.Error("the page is not as it was above the margin")
			}
		})
	}
}

// TestRoom: what becomes of a page without free space is the caller's choice; one that has some gets the mark in any case.
func TestRoom(t *testing.T) {
	t.Parallel()
	two := objects(
		"<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R 4 0 R]/Count 2/Rotate 90>>",
		"<</Type/Page/Parent 2 0 R"+a4+"/Rotate 0/Resources<</Font<</F1 6 0 R>>>>/Contents 5 0 R>>",
		"<</Type/Page/Parent 2 0 R"+a4+"/Rotate 0/Resources<<>>>>",
		stream("", crowded), "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
	)
	tall := testMark()
	tall.Height, tall.Boxes[0].H = 300, 300
	for name, tc := range map[string]struct {
		room Room
		mark *Mark
		want Result
		kind Kind
	}{
		"auto":         {RoomAuto, testMark(), Result{Pages: 2, Marked: 2, Margins: 1}, ""},
		"auto, high":   {RoomAuto, tall, Result{Pages: 2, Marked: 1, Sheet: true}, ""},
		"margin, high": {RoomMargin, tall, Result{Pages: 2, Marked: 2, Margins: 1}, ""},
		"sheet":        {RoomSheet, testMark(), Result{Pages: 2, Marked: 1, Sheet: true}, ""},
		"refuse":       {RoomRefuse, testMark(), Result{}, NoRoom},
		"unknown":      {"nowhere", testMark(), Result{}, Invalid},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			r, err := Stamp(t.Context(), bytes.NewReader(two), &out, tc.mark, &Options{Room: tc.room, MaxPages: 2})
			if tc.kind != "" {
				if !errors.Is(err, tc.kind) || out.Len() > 0 {
					t.Errorf("%v and %d bytes", err, out.Len())
				}
				return
			}
			if diff := cmp.Diff(tc.want, r, cmpopts.EquateEmpty()); err != nil || diff != "" {
				t.Fatalf("%v (-want +got):\n%s", err, diff)
			}
			tool(t, out.Bytes(), "qpdf", "--check", "FILE")
			pages := []int{1, 2}
			if r.Sheet {
				pages = []int{2, 3}
				if p := render(t, out.Bytes(), 3); p.w != 595 || p.h != 842 {
					t.Errorf("the sheet is %dx%d", p.w, p.h)
				}
				if _, marked := render(t, out.Bytes(), 1).redBox(); marked {
					t.Error("the crowded page has the mark")
				}
			}
			for _, p := range pages {
				if _, ok := render(t, out.Bytes(), p).redBox(); !ok {
					t.Errorf("page %d lacks the mark", p)
				}
			}
		})
	}
}

// TestTwoMarksDoNotMeet: what is on the page already, another mark too, is not covered.
func TestTwoMarksDoNotMeet(t *testing.T) {
	t.Parallel()
	out := onePage(a4, hello)
	for i, want := range []rect{{97.5, 8, 497.5, 68}, {97.5, 8, 497.5, 134}, {97.5, 8, 497.5, 834}} {
		out, _ = mustStamp(t, out, nil)
		got, _ := render(t, out, 1).redBox()
		opt := cmp.Options{cmp.AllowUnexported(rect{}), cmpopts.EquateApprox(0, 4)}
		if diff := cmp.Diff(want, got, opt); diff != "" {
			t.Errorf("after %d marks (-want +got):\n%s", i+1, diff)
		}
	}
}

// FuzzInk: no content makes the search for free space panic, or find some where a filled page has none.
func FuzzInk(f *testing.F) {
	for _, s := range []string{hello, crowded[:400], "q 1 0 0 1 0 0 cm 0 0 m 9 9 l 1 2 3 4 5 6 c h B* Q", "BT /F1 1e30 Tf (a) Tj [(b) -1e30] TJ T* ' \" ET", "nan inf cm 0 0 1e39 1e39 re W f sh ID"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, content string) {
		opts, err := settle(nil, testMark())
		if err != nil {
			t.Fatal(err)
		}
		pdf, err := parse(t.Context(), onePage(a4, ""), opts)
		if err != nil {
			t.Fatal(err)
		}
		pages, err := listPages(pdf, 1)
		if err != nil {
			t.Fatal(err)
		}
		r := newInkReader(pdf, opts)
		r.shown = &pages[0]
		r.grid.reset(pages[0].shown())
		at := &inkContent{inkState: inkState{ctm: identity(), clip: pages[0].box}, known: map[string]*inkFont{}}
		r.add(pages[0].box, pages[0].box)
		_ = r.content(t.Context(), []byte(content), at)
		r.grid.sum()
		if s, ok := find(&pages[0], &r.grid, 400, 60, BottomCentre); ok {
			t.Errorf("%+v is free on a full page", s)
		}
	})
}

// TestNotesBelowThePage: what a reader would draw above a margin, or outside of its rectangle, sends the mark to a sheet or to
// another place.
func TestNotesBelowThePage(t *testing.T) {
	t.Parallel()
	white := "/AP<</N 6 0 R>>"
	for name, tc := range map[string]struct {
		content, note string
		margins       int
		sheet         bool
	}{
		"in the way of the margin":  {crowded, "/Square/Rect[0 -300 595 -1]/F 4" + white, 0, true},
		"on the page":               {crowded, "/Square/Rect[0 300 99 310]/F 4" + white, 1, false},
		"points outside":            {crowded, "/Highlight/QuadPoints[0 -50 595 -50 0 -99 595 -99]/C[0 0 0]/Rect[10 800 20 810]", 0, true},
		"a line with a wide border": {"", "/Line/L[0 50 595 50]/BS<</W 200>>/C[1 1 1]/Rect[0 700 10 710]", 0, true},
		"a link with a wide border": {"", "/Link/Border[0 0 900]/C[1 1 1]/Rect[0 300 595 310]", 0, true},
		"ink":                       {crowded, "/Ink/InkList[[0 -50 595 -50]]/BS<</W 20>>/Rect[0 700 10 710]", 0, true},
		"a plain link":              {"", "/Link/Border[0 0 1]/Rect[0 0 595 40]", 0, false},
	} {
		pdf := objects("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>",
			"<</Type/Page/Parent 2 0 R"+a4+"/Resources<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>/Contents 4 0 R/Annots[5 0 R]>>",
			stream("", tc.content), "<</Type/Annot/Subtype"+tc.note+">>",
			stream("/Type/XObject/Subtype/Form/BBox[0 0 9 9]", "1 g 0 0 9 9 re f"))
		_, r := mustStamp(t, pdf, nil)
		if r.Margins != tc.margins || r.Sheet != tc.sheet {
			t.Errorf("%s: %+v", name, r)
		}
	}
}

// TestUnmeasuredDrawings: glyphs that do not say how large they are may be anywhere.
func TestUnmeasuredDrawings(t *testing.T) {
	t.Parallel()
	for box, margins := range map[string]int{"[0 0 0 0]": 1, "[-50 -60 350 0]": 0} {
		pdf := objects("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>",
			"<</Type/Page/Parent 2 0 R"+a4+"/Resources<</Font<</F1 5 0 R>>>>/Contents 4 0 R>>", stream("", "BT /F1 1 Tf 150 700 Td (A) Tj ET"),
			"<</Type/Font/Subtype/Type3/FontBBox"+box+"/FontMatrix[1 0 0 1 0 0]/FirstChar 65/LastChar 65/Widths[10]/Encoding<</Differences[65/a]>>/CharProcs<</a 6 0 R>>>>",
			stream("", "10 0 d0 -50 -60 400 60 re f"))
		if _, r := mustStamp(t, pdf, nil); r.Margins != margins {
			t.Errorf("%s: %+v", box, r)
		}
	}
}
