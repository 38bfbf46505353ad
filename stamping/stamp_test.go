package stamping

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// TestWhereTheMarkLies draws each geometry and looks at the picture: what counts is what a reader shows.
func TestWhereTheMarkLies(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		entries string
		at      Position
		want    rect // of the mark, in points from the lower left corner of the shown page
	}{
		"A4":                 {a4, "", rect{97.5, 8, 497.5, 68}},
		"A4 landscape":       {"/MediaBox[0 0 842 595]", "", rect{221, 8, 621, 68}},
		"A4 rotate 90":       {a4 + "/Rotate 90", "", rect{221, 8, 621, 68}},
		"A4 rotate 180":      {a4 + "/Rotate 180", "", rect{97.5, 8, 497.5, 68}},
		"A4 rotate 270":      {a4 + "/Rotate 270", "", rect{221, 8, 621, 68}},
		"A4 rotate -90":      {a4 + "/Rotate -90", "", rect{221, 8, 621, 68}},
		"A4 top left 90":     {a4 + "/Rotate 90", TopLeft, rect{20, 527, 420, 587}},
		"A4 bottom right":    {a4, BottomRight, rect{175, 8, 575, 68}},
		"A3":                 {"/MediaBox[0 0 842 1191]", "", rect{138, 11.3, 704, 96.2}},
		"A6":                 {"/MediaBox[0 0 298 420]", "", rect{12, 5.5, 286, 46.6}},
		"small square":       {"/MediaBox[0 0 200 200]", "", rect{8, 3.7, 192, 31.3}},
		"long slide":         {"/MediaBox[0 0 1600 300]", "", rect{600, 8, 1000, 68}},
		"flat strip":         {"/MediaBox[0 0 1600 100]", "", rect{733.3, 2.7, 866.7, 22.7}},
		"odd origin":         {"/MediaBox[-300 1000 295 1842]", "", rect{97.5, 8, 497.5, 68}},
		"odd origin 90":      {"/MediaBox[-300 1000 295 1842]/Rotate 90", "", rect{221, 8, 621, 68}},
		"swapped corners":    {"/MediaBox[595 842 0 0]", "", rect{97.5, 8, 497.5, 68}},
		"crop box":           {a4 + "/CropBox[100 100 500 742]", "", rect{16, 7.4, 384, 62.6}},
		"crop box outside":   {a4 + "/CropBox[-100 -100 700 900]", "", rect{97.5, 8, 497.5, 68}},
		"crop box elsewhere": {a4 + "/CropBox[900 900 1000 1000]", "", rect{97.5, 8, 497.5, 68}},
		"user units":         {"/MediaBox[-10 0 139 210.5]/UserUnit 4", "", rect{24.5, 2, 124.5, 17}},
		"large user units":   {"/MediaBox[0 0 298 420]/UserUnit 4", "", rect{49, 4, 249, 34}},
		"no area":            {"/MediaBox[0 0 0 0]", "", rect{100.3, 8.2, 511.7, 69.9}},
		"no media box":       {"", "", rect{100.3, 8.2, 511.7, 69.9}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out, r := mustStamp(t, onePage(tc.entries, hello), &Options{Position: tc.at})
			if diff := cmp.Diff(Result{Pages: 1, Marked: 1}, r, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("result (-want +got):\n%s", diff)
			}
			got, ok := render(t, out, 1).redBox()
			if !ok {
				t.Fatal("the mark is not on the picture")
			}
			opt := cmp.Options{cmp.AllowUnexported(rect{}), cmpopts.EquateApprox(0, 1.6)}
			if diff := cmp.Diff(tc.want, got, opt); diff != "" {
				t.Errorf("place (-want +got):\n%s", diff)
			}
		})
	}
}

// contents are pages on which a stamp that is merely appended gets lost.
var contents = map[string]func() []byte{
	"plain":              func() []byte { return onePage(a4, hello) },
	"comment at the end": func() []byte { return onePage(a4, hello+" % end") },
	"Q too many":         func() []byte { return onePage(a4, "q Q Q 0 0 1 1 re W n "+hello) },
	"q without Q":        func() []byte { return onePage(a4, "q 0.01 0 0 0.01 5000 5000 cm q q "+hello) },
	"matrix left behind": func() []byte { return onePage(a4, "0.01 0 0 0.01 5000 5000 cm "+hello) },
	"clipped away":       func() []byte { return onePage(a4, "0 0 1 1 re W n "+hello) },
	"open string":        func() []byte { return onePage(a4, hello+" BT (never closed") },
	"open text":          func() []byte { return onePage(a4, "BT /F1 24 Tf 72 700 Td (Hello) Tj") },
	"inline image": func() []byte {
		return onePage(a4, "q 9 0 0 9 50 500 cm BI /W 2 /H 2 /BPC 8 /CS /G ID \xff( q EI Q "+hello)
	},
	"open inline image":    func() []byte { return onePage(a4, hello+" BI /W 2 /H 2 /BPC 8 /CS /G ID abc") },
	"empty content":        func() []byte { return onePage(a4, "") },
	"undecodable content":  func() []byte { return replace(onePage(a4, hello), "<</Length", "<</Filter/FlateDecode/Length") },
	"null in the list":     func() []byte { return replace(onePage(a4, hello), "/Contents 4 0 R", "/Contents[null 4 0 R 99 0 R]") },
	"no content":           func() []byte { return replace(onePage(a4, hello), "/Contents 4 0 R", "") },
	"resources not a dict": func() []byte { return replace(onePage(a4, hello), "/Resources<</Font<</F1 5 0 R>>>>", "/Resources 7") },
	"name already taken": func() []byte {
		return replace(onePage(a4, hello), "/F1 5 0 R>>", "/F1 5 0 R>>/XObject<</EdokitMark1 4 0 R>>")
	},
	"hidden layer open":     hiddenLayer,
	"shared content stream": sharedStream,
	"page listed twice":     func() []byte { return replace(onePage(a4, hello), "[3 0 R]/Count 1", "[3 0 R 3 0 R]/Count 2") },
}

func replace(b []byte, old, new string) []byte {
	return bytes.Replace(b, []byte(old), []byte(new), 1) // moves the offsets too; the reader repairs that
}

func sharedStream() []byte {
	leaf := "<</Type/Page/Parent 2 0 R/Contents 6 0 R>>"
	return objects(
		"<</Type/Catalog/Pages 2 0 R>>",
		"<</Type/Pages/Kids[3 0 R 4 0 R 5 0 R]/Count 3"+a4+"/Resources<</Font<</F1 7 0 R>>>>>>",
		leaf, leaf, leaf, stream("", hello),
		"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
	)
}

func hiddenLayer() []byte {
	return objects(
		"<</Type/Catalog/Pages 2 0 R/OCProperties<</OCGs[5 0 R]/D<</OFF[5 0 R]/Order[5 0 R]>>>>>>",
		"<</Type/Pages/Kids[3 0 R]/Count 1>>",
		"<</Type/Page/Parent 2 0 R"+a4+"/Resources<</Properties<</L 5 0 R>>>>/Contents 4 0 R>>",
		stream("", "/OC /L BDC 0 0 1 rg 9 9 9 9 re f"),
		"<</Type/OCG/Name(hidden)>>",
	)
}

func TestTheMarkIsSeenOnEveryPage(t *testing.T) {
	t.Parallel()
	for name, in := range contents {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out, r := mustStamp(t, in(), nil)
			if r.Marked != r.Pages {
				t.Fatalf("marked %d of %d pages", r.Marked, r.Pages)
			}
			tool(t, out, "qpdf", "--warning-exit-0", "--check", "FILE") // it warns of what was so in the input
			want := rect{97.5, 8, 497.5, 68}
			for p := range r.Pages {
				got, ok := render(t, out, p+1).redBox()
				opt := cmp.Options{cmp.AllowUnexported(rect{}), cmpopts.EquateApprox(0, 1.6)}
				if diff := cmp.Diff(want, got, opt); !ok || diff != "" {
					t.Errorf("page %d: found %t (-want +got):\n%s", p+1, ok, diff)
				}
			}
		})
	}
}

// A reader may join streams by a space, and then a comment left open would swallow the mark; poppler does not.
func TestTheMarkBeginsOnALineOfItsOwn(t *testing.T) {
	t.Parallel()
	out, _ := mustStamp(t, onePage(a4, hello+" % end"), nil)
	opts, err := settle(nil, testMark())
	if err != nil {
		t.Fatal(err)
	}
	pdf, err := parse(t.Context(), out, opts)
	if err != nil {
		t.Fatal(err)
	}
	pages, err := listPages(pdf, 1)
	if err != nil {
		t.Fatal(err)
	}
	list, err := pdf.DereferenceArray(pages[0].dict["Contents"])
	if err != nil {
		t.Fatal(err)
	}
	last, err := decoded(pdf, list[len(list)-1], 1000)
	if err != nil || len(list) != 3 || !bytes.HasPrefix(last, []byte("\nQ\n")) {
		t.Errorf("%d streams, the last begins %.10q, %v", len(list), last, err)
	}
}

func TestTextCanBeSearched(t *testing.T) {
	t.Parallel()
	out, _ := mustStamp(t, sharedStream(), nil)
	got := string(tool(t, out, "pdftotext", "-raw", "FILE", "-"))
	if n := strings.Count(got, "Hello\nПроверка\nЁж № 1"); n != 3 {
		t.Errorf("found the page and the mark on %d of 3 pages:\n%s", n, got)
	}
}

// A document may embed the very fonts of the mark; a mark on a marked document is the hardest case.
func TestMarkOnAMarkedDocument(t *testing.T) {
	t.Parallel()
	once, _ := mustStamp(t, onePage(a4, hello), nil)
	twice, r := mustStamp(t, once, &Options{Position: TopCentre})
	got := string(tool(t, twice, "pdftotext", "-raw", "FILE", "-"))
	if strings.Count(got, "Проверка") != 2 || r.Marked != 1 {
		t.Errorf("got %+v and text\n%s", r, got)
	}
}

func TestChosenPages(t *testing.T) {
	t.Parallel()
	out, r := mustStamp(t, sharedStream(), &Options{Pages: []int{3, 1, 3}})
	if diff := cmp.Diff(Result{Pages: 3, Marked: 2}, r, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("result (-want +got):\n%s", diff)
	}
	for p, want := range []bool{true, false, true} {
		if _, got := render(t, out, p+1).redBox(); got != want {
			t.Errorf("page %d: mark %t, want %t", p+1, got, want)
		}
	}
}

func TestTheRestOfThePageStays(t *testing.T) {
	t.Parallel()
	for name, in := range contents {
		if name == "null in the list" {
			continue // poppler draws nothing of such a page; with its list tidied it does
		}
		if name == "undecodable content" {
			continue // nobody knows what is where: it gets a margin
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out, _ := mustStamp(t, in(), nil)
			before, after := render(t, in(), 1), render(t, out, 1)
			if before.w != after.w || before.h != after.h {
				t.Fatalf("size %dx%d became %dx%d", before.w, before.h, after.w, after.h)
			}
			above := 3 * before.w * (before.h - 70) // the rows over the mark
			if !bytes.Equal(before.rgb[:above], after.rgb[:above]) {
				t.Error("the page changed above the mark")
			}
		})
	}
}

func TestFindings(t *testing.T) {
	t.Parallel()
	in := objects(
		"<</Type/Catalog/Pages 2 0 R/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>/AcroForm<</Fields[5 0 R]/XFA 6 0 R>>>>",
		"<</Type/Pages/Kids[3 0 R]/Count 1>>",
		"<</Type/Page/Parent 2 0 R"+a4+"/Resources<<>>/Annots[5 0 R<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/A<</S/Launch/F(a.exe)>>>>]>>",
		"<</Type/Sig/Filter/Adobe.PPKLite/ByteRange[0 1 2 3]/Contents<00>>>",
		"<</Type/Annot/Subtype/Widget/FT/Sig/T(s)/V 4 0 R/Rect[0 0 0 0]>>",
		stream("/Type/EmbeddedFile", "x"),
	)
	_, got := mustStamp(t, in, nil)
	want := Result{
		Pages: 1, Marked: 1, HadSignatures: true,
		ActiveContent: []string{"EmbeddedFile", "JavaScript", "Launch", "XFA"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("result (-want +got):\n%s", diff)
	}
}

func TestWrongCalls(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		mark *Mark
		o    *Options
	}{
		"no mark":          {nil, nil},
		"mark of no size":  {&Mark{Width: 10, Texts: []Text{{S: "x"}}}, nil},
		"empty mark":       {&Mark{Width: 10, Height: 10}, nil},
		"page 0":           {testMark(), &Options{Pages: []int{0}}},
		"page after last":  {testMark(), &Options{Pages: []int{2}}},
		"unknown position": {testMark(), &Options{Position: "middle"}},
		"negative limit":   {testMark(), &Options{MaxBytes: -1}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			_, err := Stamp(t.Context(), bytes.NewReader(onePage(a4, hello)), &out, tc.mark, tc.o)
			if !errors.Is(err, Invalid) || out.Len() > 0 {
				t.Errorf("got %v and %d bytes", err, out.Len())
			}
		})
	}
}

func TestEndedContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out bytes.Buffer
	_, err := Stamp(ctx, bytes.NewReader(manyPages(3)), &out, testMark(), nil)
	if !errors.Is(err, context.Canceled) || out.Len() > 0 {
		t.Errorf("got %v and %d bytes", err, out.Len())
	}
}

func TestInParallel(t *testing.T) {
	t.Parallel()
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for _, in := range contents {
				var out bytes.Buffer
				if _, err := Stamp(t.Context(), bytes.NewReader(in()), &out, testMark(), nil); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
}

func TestNothingInHome(t *testing.T) { //nolint:paralleltest // it changes the environment
	home := t.TempDir()
	for _, key := range []string{"HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "AppData", "TMPDIR"} {
		t.Setenv(key, home)
	}
	mustStamp(t, onePage(a4, hello), nil)
	files, err := os.ReadDir(home)
	if err != nil || len(files) > 0 {
		t.Errorf("found %v, %v", files, err)
	}
}

func TestSameInputSameMark(t *testing.T) {
	t.Parallel()
	a, b := addedFonts(t), addedFonts(t)
	if diff := cmp.Diff(a, b); diff != "" {
		t.Errorf("two subsets differ:\n%s", diff)
	}
}

func addedFonts(t *testing.T) []string {
	t.Helper()
	out, _ := mustStamp(t, onePage(a4, hello), nil)
	lines := strings.Split(string(tool(t, out, "pdffonts", "FILE")), "\n")
	var fonts []string
	for _, l := range lines {
		if f := strings.Fields(l); len(f) > 0 && strings.HasPrefix(f[0], "EDOKIT+") {
			fonts = append(fonts, strings.Join(f[:len(f)-2], " "))
		}
	}
	if len(fonts) != 2 || !strings.Contains(fonts[0]+fonts[1], "yes yes yes") {
		t.Fatalf("the mark's fonts are not embedded subsets with text: %q", fonts)
	}
	return fonts
}

func BenchmarkStamp(b *testing.B) {
	for _, file := range []string{"letter", "contract", "technical-conditions"} {
		in, err := os.ReadFile(filepath.Join("..", "examples", "quickstart", "testdata", file+".pdf"))
		if err != nil {
			b.Skip("the sample documents are not here")
		}
		benchmark(b, file, in)
	}
	for _, n := range []int{100, 2000} {
		benchmark(b, fmt.Sprintf("empty-%d", n), manyPages(n))
	}
}

func benchmark(b *testing.B, name string, in []byte) {
	b.Run(name, func(b *testing.B) {
		b.ReportAllocs()
		pages := 0
		for b.Loop() {
			var out bytes.Buffer
			r, err := Stamp(b.Context(), bytes.NewReader(in), &out, testMark(), nil)
			if err != nil {
				b.Fatal(err)
			}
			pages += r.Pages
		}
		b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(pages), "ms/page")
	})
}
