package stamping

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

func TestFindTextHostile(t *testing.T) {
	t.Parallel()
	good := onePage(a4, hello)
	small := &Options{MaxDecode: 1 << 20}
	bombed := deflate(t, zeros(4<<20))
	toUnicode := func(body string) []byte {
		return withFont(bt("<00>Tj"), composite("/Identity-H"), cmapOf("<00><FF>", body))
	}
	for name, tc := range map[string]struct {
		in   []byte
		o    *Options
		want Kind // none means that nothing is found and nothing wrong
	}{
		"empty":                     {nil, nil, Unreadable},
		"not a PDF":                 {[]byte("PK\x03\x04 a zip"), nil, Unreadable},
		"no pages":                  {objects("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[]/Count 0>>"), nil, Unreadable},
		"page tree fan":             {fan(), nil, Unreadable},
		"huge object number":        {[]byte(strings.Replace(string(good), "5 0 obj", "2147483647 0 obj", 1)), nil, TooLarge},
		"above the byte limit":      {good, &Options{MaxBytes: int64(len(good)) - 1}, TooLarge},
		"too many pages":            {manyPages(3), &Options{MaxPages: 2}, TooManyPages},
		"encrypted":                 {encrypted(), nil, Encrypted},
		"bomb":                      {bomb(t, "/Filter/FlateDecode", bombed), small, TooLarge},
		"bomb in an object stream":  {objectStreamBomb(t), small, TooLarge},
		"bomb as a form":            {withFont("/X Do", helvetica, stream("/Subtype/Form/Filter/FlateDecode", bombed)), small, TooLarge},
		"bomb as a map":             {withFont(bt("(x)Tj"), composite("/Identity-H"), stream("/Filter/FlateDecode", bombed)), small, TooLarge},
		"bomb shared by the pages":  {sharedStreamOf(20, "/Filter/FlateDecode", bombed), &Options{MaxDecode: 5 << 20}, TooLarge},
		"damage on every page":      {sharedStreamOf(600, "/Filter/FlateDecode", "x\x9cnot packed"), nil, ""},
		"forms fan out":             {formFan(10), &Options{MaxDecode: 8 << 20}, TooLarge},
		"forms without end":         {formFan(40), &Options{MaxDecode: 100_000}, TooLarge},
		"map of four billion":       {toUnicode("beginbfrange<00000000><FFFFFFFF><0041>endbfrange"), nil, ""},
		"many long ranges":          {toUnicode("beginbfrange" + strings.Repeat("<00000000><FFFFFFFF><00410042>", 3000) + "endbfrange"), nil, TooLarge},
		"many code spaces":          {toUnicode("begincodespacerange" + strings.Repeat("<0000><0001>", 10_000) + "endcodespacerange"), nil, ""},
		"code spaces without sense": {toUnicode("begincodespacerange <><> <0000000000><0000000001> <FF><00> endcodespacerange"), nil, ""},
		"range turned round":        {toUnicode("beginbfrange <05><01><0041> <01><02>[<>] <01>[<02>] endbfrange beginbfchar <> <> endbfchar ]"), nil, ""},
		"one very long text":        {withFont(bt("["+strings.Repeat("("+strings.Repeat("x", 1000)+")", 1100)+"]TJ"), helvetica), nil, TooLarge},
		"a million saved states":    {withFont(strings.Repeat("q ", 1_000_000)+bt("(x)Tj"), helvetica), nil, ""},
		"open string":               {withFont(bt("(x"), helvetica), nil, ""},
		"open hexadecimal string":   {withFont(bt("<AB"), helvetica), nil, ""},
		"open inline image":         {withFont("BI ID xx", helvetica), nil, ""},
		"operators without operand": {withFont("Tf Do Tj TJ ' \" Q ET ] > ) } Tf", helvetica), nil, ""},
		"resources are a number":    {replace(good, "/Resources<</Font<</F1 5 0 R>>>>", "/Resources 7"), nil, ""},
		"fonts are a cycle":         {replace(good, "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>", "<</Subtype/Type0/Encoding 5 0 R/ToUnicode 5 0 R>>"), nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			found, err := FindText(t.Context(), bytes.NewReader(tc.in), []string{guid}, tc.o)
			var typed *Error
			if tc.want == "" && err == nil && found == nil {
				return
			}
			if !errors.As(err, &typed) || typed.Kind != tc.want || found != nil {
				t.Errorf("got %q, %v, want kind %q", found, err, tc.want)
			}
		})
	}
}

// sharedStreamOf is a file of n pages that show one stream.
func sharedStreamOf(n int, dict, content string) []byte {
	var kids strings.Builder
	bodies := []string{"<</Type/Catalog/Pages 2 0 R>>", "", stream(dict, content)}
	for i := range n {
		fmt.Fprintf(&kids, "%d 0 R ", i+4)
		bodies = append(bodies, "<</Type/Page/Parent 2 0 R"+a4+"/Resources<<>>/Contents 3 0 R>>")
	}
	bodies[1] = fmt.Sprintf("<</Type/Pages/Kids[%s]/Count %d>>", kids.String(), n)
	return objects(bodies...)
}

// formFan is a file of n forms, each of which draws the next one ten times and more.
func formFan(n int) []byte {
	bodies := []string{
		"<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>",
		"<</Type/Page/Parent 2 0 R" + a4 + "/Resources<</XObject<</X 5 0 R>>>>/Contents 4 0 R>>", stream("", "/X Do"),
	}
	for i := range n {
		bodies = append(bodies, formOf(fmt.Sprintf("/Resources<</XObject<</X %d 0 R>>>>", i+6), strings.Repeat("/X Do ", 20)))
	}
	return objects(bodies...)
}

// TestAPanicCostsOnePage: whatever the PDF library does on one page, the others are read.
func TestAPanicCostsOnePage(t *testing.T) {
	t.Parallel()
	opts, err := withLimits(nil)
	if err != nil {
		t.Fatal(err)
	}
	pdf, err := parse(t.Context(), secondPage("("+guid+")Tj"), opts)
	if err != nil {
		t.Fatal(err)
	}
	w, err := newWordSearch([]string{guid})
	if err != nil {
		t.Fatal(err)
	}
	r := newTextReader(pdf, w, opts)
	pages, err := listPages(pdf, 2)
	if err != nil {
		t.Fatal(err)
	}
	broken := page{dict: types.Dict{"Contents": pages[0].dict["Contents"]}}
	r.fonts = nil // writing to it panics
	broken.resources = pages[0].resources
	if err := r.page(t.Context(), &broken); !errors.Is(err, Crashed) {
		t.Fatalf("got %v", err)
	}
	r.fonts = map[int]*textFont{}
	if err := r.page(t.Context(), &pages[1]); err != nil || w.missing > 0 {
		t.Errorf("%v, missing %d", err, w.missing)
	}
}

func TestTokens(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"/F1 12 Tf(a(b)c)Tj":       "n:F1 w:12 w:Tf s:a(b)c w:Tj",
		"/A/B[/C]/D":               "n:A n:B [ n:C ] n:D",
		"q/F Q%x\nQ":               "w:q n:F w:Q w:Q",
		"<</K<41>>><414 Z2>":       "n:K s:A s:AB",
		`(\n\r\t\b\f\(\)\\\q\101)`: "s:\n\r\t\b\f()\\qA",
		"(a\\\r\nb\\\nc\\\rd)":     "s:abcd",
		`(\0534\53x\5)`:            "s:+4+x\x05",
		`(\777)`:                   "s:\xff",
		"BI ID \xff(EI\x00 EI Q":   "w:BI w:ID w:Q",
		"<41 5>":                   "s:AP",
		"(open":                    "cut",
		"<41":                      "cut",
		"BI ID EIx":                "w:BI w:ID cut",
		"()<>":                     "s: s:",
	} {
		var got []string
		l := lexer{b: []byte(in)}
		for tok := l.next(); tok.kind != noToken; tok = l.next() {
			switch tok.kind {
			case nameToken:
				got = append(got, "n:"+string(tok.raw))
			case textString, hexString:
				got = append(got, "s:"+string(tok.appendString(nil)))
			case word:
				got = append(got, "w:"+string(tok.raw))
			default:
				got = append(got, string(tok.raw))
			}
		}
		if l.cut {
			got = append(got, "cut")
		}
		if diff := cmp.Diff(want, strings.Join(got, " ")); diff != "" {
			t.Errorf("%q (-want +got):\n%s", in, diff)
		}
	}
}

// FuzzFindText feeds whole files.
func FuzzFindText(f *testing.F) {
	for _, in := range contents {
		f.Add(in())
	}
	f.Add(objectStreamBomb(f))
	f.Add(formFan(3))
	f.Fuzz(func(t *testing.T, in []byte) {
		checkFind(t, in)
	})
}

// FuzzTextOfFonts feeds contents and maps, which random files seldom reach.
func FuzzTextOfFonts(f *testing.F) {
	f.Add([]byte(bt("<0041>Tj[(a)2<42>]TJ")), []byte("begincodespacerange<0000><FFFF>endcodespacerange beginbfrange<0000><0100><0041>endbfrange"), "/Identity-H", "Type0")
	f.Add([]byte("/F1 1 Tf/X Do q(\\101)'Q"), []byte("beginbfchar<41>/uni0041<42><D835DC00>endbfchar"), "<</Differences[1/A/u1F600 3/f_f_i.alt]>>", "Type1")
	f.Fuzz(func(t *testing.T, content, cmap []byte, encoding, kind string) {
		checkFind(t, withFont(string(content), "<</Type/Font/Subtype/"+kind+"/Encoding "+encoding+"/ToUnicode 6 0 R>>", stream("", string(cmap))))
	})
}

// checkFind holds for every input: words of the call in its order, or a typed error.
func checkFind(t *testing.T, in []byte) {
	t.Helper()
	o := &Options{MaxBytes: 1 << 20, MaxDecode: 1 << 20, MaxPages: 50}
	found, err := FindText(t.Context(), bytes.NewReader(in), []string{guid, "AAAA-AAAA"}, o)
	var typed *Error
	if err != nil && (!errors.As(err, &typed) || found != nil) {
		t.Fatalf("got %q, %T %v", found, err, err)
	}
}
