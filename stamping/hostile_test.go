package stamping

import (
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/pdfcpu/pdfcpu/pkg/api"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

func deflate(t testing.TB, content io.Reader) string {
	t.Helper()
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	if _, err := io.Copy(w, content); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// zeros is a reader of n spaces: white space in a content stream.
func zeros(n int) io.Reader { return strings.NewReader(strings.Repeat(" ", n)) }

func bomb(t testing.TB, filter string, content string) []byte {
	return objects(
		"<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>",
		"<</Type/Page/Parent 2 0 R"+a4+"/Resources<<>>/Contents 4 0 R>>",
		stream(filter, content),
	)
}

func TestHostile(t *testing.T) {
	t.Parallel()
	good := onePage(a4, hello)
	small := &Options{MaxDecode: 1 << 20}
	once := deflate(t, zeros(4<<20))
	for name, tc := range map[string]struct {
		in   []byte
		o    *Options
		want Kind
	}{
		"empty":                    {nil, nil, Unreadable},
		"not a PDF":                {[]byte("PK\x03\x04 a zip"), nil, Unreadable},
		"text":                     {[]byte(strings.Repeat("Договор. ", 1000)), nil, Unreadable},
		"head only":                {good[:120], nil, Unreadable},
		"no pages":                 {objects("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[]/Count 0>>"), nil, Unreadable},
		"pages lead nowhere":       {objects("<</Type/Catalog/Pages 9 0 R>>"), nil, Unreadable},
		"page tree cycle":          {objects("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[2 0 R]/Count 1>>"), nil, Unreadable},
		"page tree fan":            {fan(), nil, Unreadable},
		"huge object number":       {[]byte(strings.Replace(string(good), "5 0 obj", "2147483647 0 obj", 1)), nil, TooLarge},
		"huge size":                {[]byte(strings.Replace(string(good), "/Size 6", "/Size 2147483647", 1)), nil, TooLarge},
		"huge xref start":          {[]byte(strings.Replace(string(good), "0 6\n", "2147483640 6\n", 1)), nil, TooLarge},
		"number without end":       {[]byte(strings.Replace(string(good), "5 0 obj", strings.Repeat("9", 40)+" 0 obj", 1)), nil, TooLarge},
		"5000 pages":               {manyPages(5000), nil, TooManyPages},
		"one page 50000 times":     {onePageManyTimes(50_000), nil, TooManyPages},
		"bomb":                     {bomb(t, "/Filter/FlateDecode", once), small, TooLarge},
		"double bomb":              {bomb(t, "/Filter[/FlateDecode/FlateDecode]", deflate(t, strings.NewReader(once))), small, TooLarge},
		"bomb in an object stream": {objectStreamBomb(t), small, TooLarge},
		"above the byte limit":     {good, &Options{MaxBytes: int64(len(good)) - 1}, TooLarge},
		"encrypted":                {encrypted(), nil, Encrypted},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			_, err := Stamp(t.Context(), bytes.NewReader(tc.in), &out, testMark(), tc.o)
			var typed *Error
			if !errors.As(err, &typed) || typed.Kind != tc.want || out.Len() > 0 {
				t.Errorf("got %v and %d bytes, want kind %q", err, out.Len(), tc.want)
			}
		})
	}
}

// TestTruncated cuts a file everywhere: a mark on what is left, or a typed error, and never a part of a copy.
func TestTruncated(t *testing.T) {
	t.Parallel()
	good := sharedStream()
	for n := 0; n < len(good); n += 7 {
		checkAny(t, good[:n])
	}
}

func fan() []byte {
	bodies := []string{"<</Type/Catalog/Pages 2 0 R>>"}
	for i := range 40 { // 2^40 ways down
		bodies = append(bodies, fmt.Sprintf("<</Type/Pages/Kids[%d 0 R %d 0 R]/Count 2>>", i+3, i+3))
	}
	return objects(append(bodies, "<</Type/Pages/Kids[]/Count 0>>")...)
}

func onePageManyTimes(n int) []byte {
	return objects("<</Type/Catalog/Pages 2 0 R>>",
		fmt.Sprintf("<</Type/Pages/Kids[%s]/Count %d>>", strings.Repeat("3 0 R ", n), n),
		"<</Type/Page/Parent 2 0 R"+a4+"/Resources<<>>>>")
}

func objectStreamBomb(t testing.TB) []byte {
	packed := deflate(t, io.MultiReader(strings.NewReader("3 0 "), zeros(4<<20)))
	var b bytes.Buffer
	b.WriteString("%PDF-1.5\n")
	at := [5]int{}
	for i, body := range map[int]string{
		1: "<</Type/Catalog/Pages 3 0 R>>",
		2: stream("/Type/ObjStm/N 1/First 4/Filter/FlateDecode", packed),
	} {
		at[i] = b.Len()
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i, body)
	}
	at[4] = b.Len()
	table := []byte{0, 0, 0, 0}
	for _, e := range [][3]int{{1, at[1], 0}, {1, at[2], 0}, {2, 2, 0}, {1, at[4], 0}} {
		table = append(table, byte(e[0]), byte(e[1]>>8), byte(e[1]), byte(e[2]))
	}
	fmt.Fprintf(&b, "4 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF\n",
		stream("/Type/XRef/Size 5/W[1 2 1]/Root 1 0 R", string(table)), at[4])
	return b.Bytes()
}

func encrypted() []byte {
	b := string(objects(
		"<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>",
		"<</Type/Page/Parent 2 0 R"+a4+"/Resources<<>>>>",
		"<</Filter/Standard/V 1/R 2/P -4/O<"+strings.Repeat("41", 32)+">/U<"+strings.Repeat("42", 32)+">>>",
	))
	return []byte(strings.Replace(b, "/Root 1 0 R>>", "/Root 1 0 R/Encrypt 4 0 R/ID[<01><01>]>>", 1))
}

// checkAny holds for every input: a verified copy with all pages marked, or a typed error and nothing written.
func checkAny(t *testing.T, in []byte) {
	t.Helper()
	orig := bytes.Clone(in)
	var out bytes.Buffer
	o := &Options{MaxBytes: 1 << 20, MaxDecode: 4 << 20, MaxPages: 50}
	r, err := Stamp(t.Context(), bytes.NewReader(in), &out, testMark(), o)
	if !bytes.Equal(orig, in) {
		t.Fatal("the input was changed")
	}
	if err != nil {
		var typed *Error
		if !errors.As(err, &typed) || out.Len() > 0 {
			t.Fatalf("got %T %v and %d bytes", err, err, out.Len())
		}
		return
	}
	if r.Pages == 0 || r.Marked == 0 || out.Len() == 0 {
		t.Fatalf("success without a mark: %+v, %d bytes", r, out.Len())
	}
}

func FuzzStamp(f *testing.F) {
	for _, in := range contents {
		f.Add(in())
	}
	f.Add(encrypted())
	f.Add(fan())
	f.Add(objectStreamBomb(f))
	f.Fuzz(checkAny)
}

// TestVerifyFindsWhatIsMissing gives verify copies that went wrong.
func TestVerifyFindsWhatIsMissing(t *testing.T) {
	t.Parallel()
	opts, err := settle(nil, testMark())
	if err != nil {
		t.Fatal(err)
	}
	in := sharedStream()
	marked, _ := mustStamp(t, in, nil)
	partly, _ := mustStamp(t, in, &Options{Pages: []int{1, 3}})
	for name, tc := range map[string]struct {
		copied []byte
		page   int
	}{
		"no mark at all":   {in, 1},
		"one page short":   {partly, 2},
		"other pages":      {onePage(a4, hello), 0},
		"another mark":     {otherMark(t, in), 1},
		"not a PDF":        {[]byte("x"), 0},
		"cut off":          {marked[:len(marked)/4], 0},
		"all as it should": {marked, -1},
		"words unreadable": {changed(t, marked, withoutFonts), 1},
		"no q before":      {changed(t, marked, withoutSave), 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pdf, err := parse(t.Context(), in, opts)
			if err != nil {
				t.Fatal(err)
			}
			pages, err := listPages(pdf, 10)
			if err != nil {
				t.Fatal(err)
			}
			f, err := addForm(pdf, testMark())
			if err != nil {
				t.Fatal(err)
			}
			done := map[int]drawn{}
			for _, p := range pages {
				done[p.objNr] = drawn{marked: true, box: p.box, before: saveState}
			}
			err = verify(t.Context(), tc.copied, pages, done, f, opts)
			if tc.page < 0 {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			var typed *Error
			if !errors.As(err, &typed) || typed.Kind != NotVerified || typed.Page != tc.page {
				t.Errorf("got %v, want not verified, page %d", err, tc.page)
			}
		})
	}
}

// changed writes a copy in which something went wrong on the way.
func changed(t *testing.T, copied []byte, change func(*model.Context, *page)) []byte {
	t.Helper()
	opts, err := settle(nil, testMark())
	if err != nil {
		t.Fatal(err)
	}
	pdf, err := parse(t.Context(), copied, opts)
	if err != nil {
		t.Fatal(err)
	}
	pages, err := listPages(pdf, 10)
	if err != nil {
		t.Fatal(err)
	}
	change(pdf, &pages[0])
	var out bytes.Buffer
	if err := api.WriteContext(pdf, &out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func withoutFonts(pdf *model.Context, p *page) {
	res, _ := pdf.DereferenceDict(p.resources)
	xobjects, _ := pdf.DereferenceDict(res["XObject"])
	sd, _, _ := pdf.DereferenceStreamDict(xobjects[markKey+"1"])
	sd.Dict["Resources"] = types.Dict{}
}

func withoutSave(_ *model.Context, p *page) {
	list, _ := p.dict["Contents"].(types.Array)
	p.dict["Contents"] = list[1:]
}

func otherMark(t *testing.T, in []byte) []byte {
	t.Helper()
	m := testMark()
	m.Texts[0].S = "Другое"
	var out bytes.Buffer
	if _, err := Stamp(t.Context(), bytes.NewReader(in), &out, m, nil); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
