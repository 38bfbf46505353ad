package stamping

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// objects writes a PDF from the bodies of its objects, numbered from 1; object 1 is the catalog.
func objects(bodies ...string) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.4\n")
	offsets := make([]int, len(bodies))
	for i, body := range bodies {
		offsets[i] = b.Len()
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, body)
	}
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(bodies)+1)
	for _, o := range offsets {
		fmt.Fprintf(&b, "%010d 00000 n \n", o)
	}
	fmt.Fprintf(&b, "trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(bodies)+1, start)
	return b.Bytes()
}

func stream(dict, content string) string {
	return fmt.Sprintf("<<%s/Length %d>>\nstream\n%s\nendstream", dict, len(content), content)
}

// onePage is a document of one page with the given entries and content; the font is /F1.
func onePage(entries, content string) []byte {
	return objects(
		"<</Type/Catalog/Pages 2 0 R>>",
		"<</Type/Pages/Kids[3 0 R]/Count 1>>",
		"<</Type/Page/Parent 2 0 R/Resources<</Font<</F1 5 0 R>>>>/Contents 4 0 R"+entries+">>",
		stream("", content),
		"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
	)
}

const (
	a4    = "/MediaBox[0 0 595 842]"
	hello = "BT /F1 24 Tf 72 700 Td (Hello) Tj ET"
)

// manyPages is a document of n pages.
func manyPages(n int) []byte {
	bodies := []string{"<</Type/Catalog/Pages 2 0 R>>", ""}
	var kids strings.Builder
	for i := range n {
		fmt.Fprintf(&kids, "%d 0 R ", i+3)
		bodies = append(bodies, "<</Type/Page/Parent 2 0 R"+a4+"/Resources<<>>>>")
	}
	bodies[1] = fmt.Sprintf("<</Type/Pages/Kids[%s]/Count %d>>", kids.String(), n)
	return objects(bodies...)
}

// testMark is a red box with one line.
func testMark() *Mark {
	red := &Color{1, 0, 0}
	return &Mark{
		Width: 400, Height: 60,
		Boxes: []Box{{X: 0, Y: 0, W: 400, H: 60, Fill: red}},
		Texts: []Text{{X: 8, Y: 30, Size: 10, Bold: true, S: "Проверка"}, {X: 8, Y: 10, Size: 8, S: "Ёж № 1"}},
	}
}

func mustStamp(t *testing.T, in []byte, o *Options) ([]byte, Result) {
	t.Helper()
	var out bytes.Buffer
	r, err := Stamp(t.Context(), bytes.NewReader(in), &out, testMark(), o)
	if err != nil {
		t.Fatalf("Stamp: %v", err)
	}
	return out.Bytes(), r
}

// tool runs a program of poppler or qpdf on a PDF; without the program the test is skipped.
func tool(t *testing.T, pdf []byte, name string, args ...string) []byte {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("%s is not installed", name)
	}
	file := filepath.Join(t.TempDir(), "in.pdf")
	if err := os.WriteFile(file, pdf, 0o600); err != nil {
		t.Fatal(err)
	}
	for i := range args {
		args[i] = strings.ReplaceAll(args[i], "FILE", file)
	}
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(t.Context(), path, args...)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s: %v\n%s%s", name, err, stdout.Bytes(), stderr.Bytes())
	}
	return stdout.Bytes()
}

// picture is a page as poppler draws it, 72 dots per inch: one dot is one point.
type picture struct {
	w, h int
	rgb  []byte
}

func render(t *testing.T, pdf []byte, page int) picture {
	t.Helper()
	n := strconv.Itoa(page)
	b := tool(t, pdf, "pdftoppm", "-r", "72", "-cropbox", "-aa", "no", "-f", n, "-l", n, "FILE")
	var p picture
	var top int
	if _, err := fmt.Sscanf(string(b[:min(len(b), 40)]), "P6\n%d %d\n%d\n", &p.w, &p.h, &top); err != nil {
		t.Fatalf("pdftoppm gave no picture: %v", err)
	}
	p.rgb = b[len(b)-3*p.w*p.h:]
	return p
}

// redBox is the smallest rectangle with all red dots, from the lower left corner; false if there are none.
func (p picture) redBox() (r rect, found bool) {
	r = rect{float64(p.w), float64(p.h), 0, 0}
	for i := 0; i < len(p.rgb); i += 3 {
		if p.rgb[i] > 200 && p.rgb[i+1] < 60 && p.rgb[i+2] < 60 {
			x, y := float64(i/3%p.w), float64(p.h-1-i/3/p.w)
			r = rect{min(r.x0, x), min(r.y0, y), max(r.x1, x+1), max(r.y1, y+1)}
			found = true
		}
	}
	return r, found
}
