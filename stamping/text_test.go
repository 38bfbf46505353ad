package stamping

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	guid    = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
	plainID = "7C9E6679742540DE944BE07FC1F90AE7"
)

// withFont is a page whose font /F1 is the given dictionary; further objects are numbered from 6.
func withFont(content, font string, more ...string) []byte {
	return objects(append([]string{
		"<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>",
		"<</Type/Page/Parent 2 0 R" + a4 + "/Resources<</Font<</F1 5 0 R>>/XObject<</X 6 0 R/Y 7 0 R>>>>/Contents 4 0 R>>",
		stream("", content), font,
	}, more...)...)
}

func composite(encoding string) string {
	return "<</Type/Font/Subtype/Type0/BaseFont/A/Encoding" + encoding + "/DescendantFonts[<</Type/Font/Subtype/CIDFontType2>>]/ToUnicode 6 0 R>>"
}

const helvetica = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"

// codes writes s as hexadecimal codes of the given width, each the character plus shift.
func codes(s string, width, shift int) string {
	var b strings.Builder
	for _, r := range s {
		fmt.Fprintf(&b, "%0*X", width, int(r)+shift)
	}
	return "<" + b.String() + ">"
}

// cmapOf is the body of a CMap with the given code space.
func cmapOf(space, body string) string {
	return stream("", "/CIDInit /ProcSet findresource begin begincmap % a comment (\n"+
		"1 begincodespacerange "+space+" endcodespacerange\n"+body+"\nendcmap")
}

func bt(ops string) string { return "BT/F1 12 Tf " + ops + " ET" }

func formOf(dict, content string) string { return stream("/Type/XObject/Subtype/Form"+dict, content) }

func TestFindText(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("(0123456789 and so on, no word of ours) Tj ", 5000)
	for name, tc := range map[string]struct {
		in    []byte
		found bool
	}{
		"one string":            {withFont(bt("("+guid+") Tj"), helvetica), true},
		"upper case, no dashes": {withFont(bt("("+plainID+") Tj"), helvetica), true},
		"among other text":      {withFont(bt("(id="+guid+"; 2026) Tj"), helvetica), true},
		"pieces with kerning":   {withFont(bt("[(7c9e)-20(6679-7425)3.5(-40de-944b-)] TJ [(e07fc1f90ae7)]TJ"), helvetica), true},
		"quotation operators":   {withFont(bt("(7c9e6679) ' 1 2 (-7425-40de-944b-e07fc1f90ae7) \""), helvetica), true},
		"two lines":             {withFont(bt("(7c9e6679-7425-40de-)Tj 0 -12 Td(944b-e07fc1f90ae7)Tj"), helvetica), true},
		"hexadecimal string":    {withFont(bt(codes(guid, 2, 0)+"Tj"), helvetica), true},
		"escapes": {withFont(bt(`(7c\071e6679-\
7425\05540d\e-944b\-e07fc1f90ae7) Tj`), helvetica), true},
		"blanks in hexadecimal":  {withFont(bt("<376339653636373937343235343064653934346265303766633166393061653 7> Tj"), helvetica), true},
		"no space before names":  {withFont("q/F1 9 Tf BT("+guid+")Tj ET Q", helvetica), true},
		"name with a number":     {withFont(strings.Replace(bt("("+guid+") Tj"), "/F1", "/F#31", 1), helvetica), true},
		"streams of a list":      {streams("BT/F1 9 Tf[(7c9e6679-7425)", "(-40de-944b-e07fc1f90ae7)]TJ ET"), true},
		"a damaged stream":       {damagedStream(), true},
		"second page":            {secondPage("(" + guid + ") Tj"), true},
		"a great deal of text":   {withFont(bt(long+"(7c9e6679-7425) Tj "+"(-40de-944b-e07fc1f90ae7) Tj "+long), helvetica), true},
		"a word too short":       {withFont(bt("(7c9e6679-7425-40de-944b-e07fc1f90ae) Tj"), helvetica), false},
		"one sign between":       {withFont(bt("(7c9e6679-7425-40de-944b-.e07fc1f90ae7) Tj"), helvetica), false},
		"not shown":              {withFont(bt("("+guid+") pop /Span<</ActualText("+guid+")>>BDC EMC (x) Tj"), helvetica), false},
		"in a comment":           {withFont(bt("%("+guid+") Tj\n"), helvetica), false},
		"in an inline image":     {withFont("BI /W 1 ID ("+guid+") Tj EI "+bt(""), helvetica), false},
		"half on the next page":  {secondPage("(-40de-944b-e07fc1f90ae7) Tj"), false},
		"no font":                {withFont("BT ("+guid+") Tj ET", helvetica), false},
		"font that is not there": {withFont("BT /F9 9 Tf ("+guid+") Tj ET", helvetica), false},
		"font given back by Q":   {withFont(bt("q /F9 9 Tf Q ("+guid+") Tj"), helvetica), true},
		"Q without q":            {withFont(bt("Q Q ("+guid+") Tj"), helvetica), true},

		"form":                    {withFont("/X Do", helvetica, formOf("/Resources<</Font<</F1 5 0 R>>>>", bt("("+guid+")Tj"))), true},
		"form without resources":  {withFont("/X Do", helvetica, formOf("", bt("("+guid+")Tj"))), true},
		"form in a form":          {withFont("/X Do", helvetica, formOf("", "/Y Do"), formOf("", bt("("+guid+")Tj"))), true},
		"form inherits the font":  {withFont("/F1 9 Tf/X Do", helvetica, formOf("", "("+guid+")Tj")), true},
		"form keeps its font":     {withFont("/X Do("+guid+")Tj", helvetica, formOf("", "/F1 9 Tf")), false},
		"form that is not drawn":  {withFont("", helvetica, formOf("", bt("("+guid+")Tj"))), false},
		"picture is no form":      {withFont("/X Do", helvetica, stream("/Subtype/Image", bt("("+guid+")Tj"))), false},
		"form draws itself":       {withFont("/X Do", helvetica, formOf("", "/X Do/X Do "+bt("("+guid+")Tj"))), true},
		"forms draw each other":   {withFont("/X Do", helvetica, formOf("", "/Y Do"), formOf("", "/X Do "+bt("("+guid+")Tj"))), true},
		"form draws itself much":  {withFont("/X Do", helvetica, formOf("", strings.Repeat("/X Do ", 30)+bt("("+guid+")Tj"))), true},
		"forms twelve deep":       {withFont("/X Do", helvetica, chain(12)...), true},
		"forms too deep":          {withFont("/X Do", helvetica, chain(13)...), false},
		"XObject points nowhere":  {withFont("/X Do "+bt("("+guid+")Tj"), helvetica), true},
		"contents points nowhere": {replace(withFont("", helvetica), "/Contents 4 0 R", "/Contents 44 0 R"), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checkFound(t, tc.in, tc.found)
		})
	}
}

// TestFindTextByFont shows the word in many encodings.
func TestFindTextByFont(t *testing.T) {
	t.Parallel()
	wide := bt(codes(guid, 4, 0x100) + "Tj")
	chars := func() string { // a bfchar for each character, at its code plus 0x100
		var b strings.Builder
		b.WriteString("17 beginbfchar ")
		for _, r := range "0123456789abcdef-" {
			fmt.Fprintf(&b, "<%04X><%04X>", r+0x100, r)
		}
		return b.String() + " endbfchar"
	}()
	ranges := "4 beginbfrange <0164><0166><0064> <0130><0139><0030> <012D><012D>[<2010>] <0161><0163>[<0061><0062><0063>] endbfrange"
	one := func(shift int) string { return bt(codes(guid, 2, shift) + "Tj") }
	names := "45/hyphen 48/zero/one/two/three/four/five/six/seven/eight/nine 97/a/b/c/d/e/f"
	diff := func(base, list string) string {
		return "<</Type/Font/Subtype/Type1/BaseFont/A/Encoding<</Type/Encoding" + base + "/Differences[" + list + "]>>>>"
	}
	simple := func(encoding string) string {
		return "<</Type/Font/Subtype/TrueType/BaseFont/A/Encoding" + encoding + ">>"
	}
	dash := func(code string) string { return bt("(7c9e6679" + code + "7425-40de-944b-e07fc1f90ae7)Tj") }
	for name, tc := range map[string]struct {
		in    []byte
		found bool
	}{
		"bfchar":                   {withFont(wide, composite("/Identity-H"), cmapOf("<0000><FFFF>", chars)), true},
		"bfrange":                  {withFont(wide, composite("/Identity-H"), cmapOf("<0000><FFFF>", ranges)), true},
		"code behind a range":      {withFont(wide, composite("/Identity-H"), cmapOf("<0000><FFFF>", strings.Replace(ranges, "<0139>", "<0138>", 1))), false},
		"bfrange of everything":    {withFont(bt(codes(guid, 4, 0)+"Tj"), composite("/Identity-H"), cmapOf("<0000><FFFF>", "1 beginbfrange<0000><FFFF><0000>endbfrange")), true},
		"wrong code space":         {withFont(wide, composite("/Identity-H"), cmapOf("<00><FF>", chars)), true},
		"ligatures":                {withFont(bt("<000100020004>Tj"), composite("/Identity-V"), cmapOf("<0000><FFFF>", "beginbfchar<0001>"+codes(guid[:14], 4, 0)+"<0002>"+codes(guid[14:28], 4, 0)+"endbfchar beginbfrange<0003><0009>"+codes("c1f90ae6", 4, 0)+"endbfrange")), true},
		"a code for a whole text":  {withFont(bt("<0001>Tj"), composite("/Identity-V"), cmapOf("<0000><FFFF>", "beginbfchar<0001>"+codes(guid, 4, 0)+"endbfchar")), false},
		"codes of one byte":        {withFont(one(0), composite(" 7 0 R"), cmapOf("<0000><FFFF>", strings.ReplaceAll(chars, "<01", "<00")), cmapOf("<00><FF>", "")), true},
		"codes of three bytes":     {withFont(bt(codes(guid, 6, 0x8100)+"Tj"), composite(" 7 0 R"), cmapOf("<000000><FFFFFF>", strings.ReplaceAll(chars, "<01", "<0081")), cmapOf("<008000><00FFFF>", "")), true},
		"codes of four bytes":      {withFont(bt(codes(guid, 8, 0x100)+"Tj"), composite(" 7 0 R"), cmapOf("<0000><FFFF>", chars), cmapOf("<00000000><FFFFFFFF>", "")), true},
		"codes of one and two":     {withFont(bt("<8161>Tj("+guid[:9]+")Tj<8162>Tj("+guid[9:]+")Tj"), composite(" 7 0 R"), cmapOf("<00><FF>", strings.ReplaceAll(chars, "<01", "<00")+" beginbfchar<8161><0020><8162><2014>endbfchar"), cmapOf("<00><80><8140><9FFC>", "")), true},
		"ToUnicode named Identity": {withFont(bt(codes(guid, 4, 0)+"Tj"), strings.Replace(composite("/Identity-H"), " 6 0 R", "/Identity-H", 1)), true},
		"Identity-H alone":         {withFont(bt(codes(guid, 4, 0)+"Tj"), strings.Replace(composite("/Identity-H"), "/ToUnicode 6 0 R", "", 1)), false},
		"ToUnicode points nowhere": {withFont(wide, composite("/Identity-H")), false},
		"half a code at the end":   {withFont(bt(strings.Replace(codes(guid, 4, 0x100), ">", "01>", 1)+"Tj"), composite("/Identity-H"), cmapOf("<0000><FFFF>", chars)), true},

		"simple with ToUnicode":     {withFont(one(-0x20), strings.Replace(composite("/WinAnsiEncoding"), "Type0", "TrueType", 1), cmapOf("<00><FF>", "beginbfrange<0D><46><002D>endbfrange")), true},
		"map of two bytes":          {withFont(one(-0x20), strings.Replace(composite("/WinAnsiEncoding"), "Type0", "TrueType", 1), cmapOf("<0000><FFFF>", "beginbfrange<000D><0046><002D>endbfrange")), true},
		"map with gaps":             {withFont(one(0), strings.Replace(composite("/WinAnsiEncoding"), "Type0", "TrueType", 1), cmapOf("<00><FF>", "beginbfchar<61><0061>endbfchar")), true},
		"WinAnsi":                   {withFont(dash("\x96"), simple("/WinAnsiEncoding")), true},
		"WinAnsi, another sign":     {withFont(dash("\xd0"), simple("/WinAnsiEncoding")), false},
		"MacRoman":                  {withFont(dash("\xd0"), simple("/MacRomanEncoding")), true},
		"Standard":                  {withFont(dash("\xb1"), simple("/StandardEncoding")), true},
		"Standard, another sign":    {withFont(dash("\x96"), simple("/StandardEncoding")), false},
		"differences":               {withFont(one(0), diff("", names)), true},
		"differences moved":         {withFont(one(-0x20), diff("/BaseEncoding/WinAnsiEncoding", "13/hyphen 16/zero/one/two/three/four/five/six/seven/eight/nine 65/a/b/c/d/e/f")), true},
		"differences by number":     {withFont(one(0x80), diff("", "173/uni002D 176/uni0030/uni0031/u0032/uni0033/uni0034/u000035/uni0036/uni0037/uni0038/nine.lnum 225/a.sc/B/c/d/e/f")), true},
		"differences hide":          {withFont(one(0), diff("/BaseEncoding/WinAnsiEncoding", "55/eight")), false},
		"differences without sense": {withFont(one(0), diff("", "-5/a 999999/b(x)[/c]/zzz 400/A")), true},
		"glyphs of two characters":  {withFont(bt("(\x01)Tj("+guid[2:]+")Tj"), diff("", "1/seven_c")), true},
		"font of names only":        {withFont(one(0), diff("", "45/g1 48/g2/g3/g4/g5/g6/g7/g8/g9/g10/g11 97/g12/g13/g14/g15/g16/g17")), false},
		"Type 3":                    {withFont(one(0), "<</Type/Font/Subtype/Type3/Encoding<</Differences["+names+"]>>/CharProcs<<>>>>"), true},
		"font without an encoding":  {withFont(one(0), helvetica), true},
		"font that is a number":     {withFont(one(0), "7"), false},
		"encoding that is a number": {withFont(one(0), simple(" 7")), true},
		"font number zero":          {replace(withFont("/F0 9 Tf "+one(0), helvetica), "/F1 5 0 R", "/F0 0 0 R/F1"+helvetica), true},
		"direct font":               {replace(withFont(one(0)+one(0), helvetica), "/F1 5 0 R", "/F1"+helvetica), true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checkFound(t, tc.in, tc.found)
		})
	}
}

// chain is n forms, each drawn by the one before; the last shows the word.
func chain(n int) []string {
	var bodies []string
	for i := 1; i < n; i++ {
		bodies = append(bodies, formOf(fmt.Sprintf("/Resources<</XObject<</X %d 0 R>>/Font<</F1 5 0 R>>>>", i+6), "/X Do"))
	}
	return append(bodies, formOf("", bt("("+guid+")Tj")))
}

// TestWordsAcrossPieces cuts a text everywhere: no place of a word may get lost between two pieces.
func TestWordsAcrossPieces(t *testing.T) {
	t.Parallel()
	for _, piece := range []int{1, 7, 31, 1000, 64 << 10, 70_000} {
		for lead := 64<<10 - 40; lead < 64<<10+8; lead++ {
			w, err := newWordSearch([]string{guid, "ABCDEFGH"})
			if err != nil {
				t.Fatal(err)
			}
			text := appendFolded(bytes.Repeat([]byte("x"), lead), guid+"-")
			for len(text) > 0 {
				n := min(piece, len(text))
				w.add(text[:n])
				text = text[n:]
			}
			w.end()
			if diff := cmp.Diff([]bool{true, false}, w.seen); diff != "" || w.missing != 1 {
				t.Fatalf("pieces of %d after %d: missing %d %s", piece, lead, w.missing, diff)
			}
		}
	}
}

// checkFound looks for the GUID in both spellings, and for a word that is never there.
func checkFound(t *testing.T, in []byte, found bool) {
	t.Helper()
	got, err := FindText(t.Context(), bytes.NewReader(in), []string{guid, "00000000-7425", " " + plainID}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	if found {
		want = []string{guid, " " + plainID}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func streams(first, second string) []byte {
	return objects(
		"<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>",
		"<</Type/Page/Parent 2 0 R"+a4+"/Resources<</Font<</F1 6 0 R>>>>/Contents[4 0 R 5 0 R]>>",
		stream("", first), stream("", second), helvetica,
	)
}

func damagedStream() []byte {
	return bytes.Replace(streams("x"+strings.Repeat(" ", 50), bt("("+guid+")Tj")), []byte("<</Length 51"), []byte("<</Filter/FlateDecode/Length 51"), 1)
}

// secondPage has the beginning of the word on its first page.
func secondPage(show string) []byte {
	leaf := "<</Type/Page/Parent 2 0 R/Contents %d 0 R>>"
	return objects(
		"<</Type/Catalog/Pages 2 0 R>>",
		"<</Type/Pages/Kids[3 0 R 4 0 R]/Count 2"+a4+"/Resources<</Font<</F1 7 0 R>>>>>>",
		fmt.Sprintf(leaf, 5), fmt.Sprintf(leaf, 6), stream("", bt("(7c9e6679-7425) Tj")), stream("", bt(show)), helvetica,
	)
}

// TestFindTextOnTheSamples looks for numbers that stand in documents printed by a browser.
func TestFindTextOnTheSamples(t *testing.T) {
	t.Parallel()
	words := []string{"8499014577", "849 901 001", "8499023162", "1028499001233", "8499014578", "40702810400000002316", guid}
	for file, want := range map[string][]string{
		"letter":               {"8499014577", "849 901 001", "1028499001233"},
		"contract":             {"8499014577", "849 901 001", "8499023162", "1028499001233", "40702810400000002316"},
		"technical-conditions": {"849 901 001", "8499023162"},
	} {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			got, err := FindText(t.Context(), bytes.NewReader(sampleFile(t, file)), words, nil)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func sampleFile(t testing.TB, name string) []byte {
	t.Helper()
	in, err := os.ReadFile(filepath.Join("..", "examples", "quickstart", "testdata", name+".pdf"))
	if err != nil {
		t.Fatal(err)
	}
	return in
}

func TestFindTextWrongCalls(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		words []string
		o     *Options
	}{
		"no words":             {nil, nil},
		"too many words":       {make([]string, maxWords+1), nil},
		"empty word":           {[]string{guid, ""}, nil},
		"seven characters":     {[]string{"12-34-56-7"}, nil},
		"seven and a blank":    {[]string{"1234567\u00a0\u2014\u00ad"}, nil},
		"very long word":       {[]string{strings.Repeat("a", maxWordSize+1)}, nil},
		"not valid text":       {[]string{"\xff\xff\xff\xff\xff\xff\xff\xff"}, nil},
		"sign for unreadable":  {[]string{strings.Repeat("\uFFFD", 8)}, nil},
		"negative limit":       {[]string{guid}, &Options{MaxDecode: -1}},
		"negative limit, size": {[]string{guid}, &Options{MaxBytes: -1}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			found, err := FindText(t.Context(), bytes.NewReader(onePage(a4, hello)), tc.words, tc.o)
			if !errors.Is(err, Invalid) || found != nil {
				t.Errorf("got %q, %v", found, err)
			}
		})
	}
}

func TestFindTextEndedContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := FindText(ctx, bytes.NewReader(manyPages(3)), []string{guid}, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func BenchmarkFindText(b *testing.B) {
	for _, file := range []string{"letter", "contract", "technical-conditions"} {
		in := sampleFile(b, file)
		b.Run(file, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := FindText(b.Context(), bytes.NewReader(in), []string{guid, plainID, "5F3A-91C2"}, nil); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
