package signstamp

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/edokit/edokit/stamping"
)

// page is an A4 page with lines of text between two heights.
func page(w, h, from, to int) []byte {
	var text strings.Builder
	for y := to; y > from; y -= 14 {
		fmt.Fprintf(&text, "BT /F 10 Tf 60 %d Td (%s) Tj ET\n", y, strings.Repeat("the text of the contract ", (w-120)/115))
	}
	var b bytes.Buffer
	b.WriteString("%PDF-1.4\n")
	at := []int{}
	for i, body := range []string{
		"<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>",
		fmt.Sprintf("<</Type/Page/Parent 2 0 R/MediaBox[0 0 %d %d]/Resources<</Font<</F 5 0 R>>>>/Contents 4 0 R>>", w, h),
		fmt.Sprintf("<</Length %d>>\nstream\n%s\nendstream", text.Len(), text.String()),
		"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
	} {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, body)
	}
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 6\n0000000000 65535 f \n")
	for _, o := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", o)
	}
	fmt.Fprintf(&b, "trailer\n<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", start)
	return b.Bytes()
}

// parties is a document with n signatures of the sender and m of the recipient, and all that an operator knows of it.
func parties(n, m int) Facts {
	f := several(n + m)
	f.MessageID, f.State, f.StateTime = "b3a1f0de-5d0c-4a53-9a0e-0f6f6a3f2c11", SignedByBoth, f.OperatorTime.Add(26*time.Hour)
	for i := range f.Signers {
		s := &f.Signers[i]
		s.Role = Sender
		if i >= n {
			s.Role, s.Organisation, s.INN = Recipient, "ООО «Ромашка»", "7803456788"
		}
	}
	return f
}

func changed(f Facts, change func(*Facts)) Facts {
	change(&f)
	return f
}

// shield is an emblem with a part that lets the page through.
func shield(t *testing.T) []byte {
	t.Helper()
	img := image.NewNRGBA(image.Rect(0, 0, 60, 80))
	for y := range 80 {
		for x := range 60 {
			if w := min(30, (80-y)*2/3); x >= 30-w && x < 30+w {
				img.Set(x, y, color.NRGBA{R: 200, G: uint8(2 * y), A: 255})
			}
			if (x-30)*(x-30)+(y-28)*(y-28) < 200 {
				img.Set(x, y, color.NRGBA{})
			}
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestPages draws what a clerk sees and compares it with pictures that were looked at. With EDOKIT_PICTURES the pages are
// written there in a size to look at.
func TestPages(t *testing.T) {
	t.Parallel()
	a4, full := page(595, 842, 120, 780), page(595, 842, 6, 834)
	const check = "https://check.example.org/d/7c9e6679-7425-40de-944b-e07fc1f90ae7"
	refused := changed(parties(1, 0), func(f *Facts) { f.State = Refused })
	for name, tc := range map[string]struct {
		in    []byte
		facts Facts
		style Style
		local bool
		show  int
		want  stamping.Result
	}{
		"one":       {in: a4, facts: sample(), show: 1},
		"local":     {in: a4, facts: changed(sample(), func(f *Facts) { f.Remark = "подпись относится к этому файлу" }), local: true, show: 1},
		"parties":   {in: a4, facts: parties(1, 1), show: 1},
		"heads":     {in: a4, facts: parties(14, 13), show: 2, want: stamping.Result{Sheet: true}},
		"refused":   {in: a4, facts: refused, show: 1},
		"revoked":   {in: a4, facts: changed(parties(1, 1), func(f *Facts) { f.State = Revoked }), show: 1},
		"qr":        {in: a4, facts: changed(sample(), func(f *Facts) { f.QR = check }), show: 1},
		"emblem":    {in: a4, facts: sample(), style: Style{Emblem: shield(t)}, show: 1},
		"landscape": {in: page(842, 595, 140, 560), facts: parties(1, 1), show: 1},
		"margin":    {in: full, facts: sample(), show: 1, want: stamping.Result{Margins: 1}},
		"sheet":     {in: full, facts: sample(), style: Style{Room: stamping.RoomSheet}, show: 2, want: stamping.Result{Sheet: true}},
		"english": {
			in: a4, facts: changed(parties(2, 1), func(f *Facts) { f.QR, f.State = check, Refused }),
			style: Style{Lang: English, Emblem: shield(t), Position: stamping.TopRight, Color: &stamping.Color{R: 0.1, G: 0.4, B: 0.2}}, show: 1, want: stamping.Result{Margins: 1},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			apply := Apply
			if tc.local {
				apply = ApplyLocal
			}
			var out bytes.Buffer
			r, err := apply(t.Context(), bytes.NewReader(tc.in), &out, tc.facts, tc.style, nil)
			if err != nil {
				t.Fatal(err)
			}
			if r.Sheet != tc.want.Sheet || r.Margins != tc.want.Margins {
				t.Errorf("%+v", r)
			}
			compare(t, name, draw(t, out.Bytes(), tc.show, 50))
			if dir := os.Getenv("EDOKIT_PICTURES"); dir != "" {
				save(t, filepath.Join(dir, "mark-"+name+".png"), draw(t, out.Bytes(), tc.show, 110))
			}
		})
	}
}

// TestQRIsRead: another program reads the code from the page, in Cyrillic too and at the largest size.
func TestQRIsRead(t *testing.T) {
	t.Parallel()
	path, err := exec.LookPath("zbarimg")
	if err != nil {
		t.Skip("zbarimg is not installed")
	}
	for _, text := range []string{"0123456789", "https://check.example.org/d/7c9e6679", "Проверка: сертификат 01D9, ООО «Ромашка»", strings.Repeat("aB3/", maxQR/4)} {
		f := sample()
		f.QR = text
		var out bytes.Buffer
		if _, err := Apply(t.Context(), bytes.NewReader(page(595, 842, 200, 780)), &out, f, Style{}, nil); err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(t.TempDir(), "page.png")
		save(t, file, draw(t, out.Bytes(), 1, 200))
		if got, err := exec.CommandContext(t.Context(), path, "-q", "--raw", file).Output(); err != nil || strings.TrimSpace(string(got)) != text {
			t.Errorf("%q was read as %q, %v", text, got, err)
		}
	}
}

func draw(t *testing.T, pdf []byte, page, dpi int) image.Image {
	t.Helper()
	path, err := exec.LookPath("pdftoppm")
	if err != nil {
		t.Skip("pdftoppm is not installed")
	}
	n := strconv.Itoa(page)
	cmd := exec.CommandContext(t.Context(), path, "-png", "-r", strconv.Itoa(dpi), "-f", n, "-l", n)
	cmd.Stdin = bytes.NewReader(pdf)
	b, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	return img
}

func save(t *testing.T, path string, img image.Image) {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

// compare allows what two versions of a renderer draw otherwise at the edges of letters: one dot of 2000 may differ by more
// than a third. A line of text that is missing or elsewhere is more.
func compare(t *testing.T, name string, got image.Image) {
	t.Helper()
	path := filepath.Join("testdata", "golden", "page-"+name+".png")
	if *update {
		save(t, path, got)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	if got.Bounds() != want.Bounds() {
		t.Fatalf("the page is %v, in the golden picture %v", got.Bounds(), want.Bounds())
	}
	r, off := got.Bounds(), 0
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			a, b := color.GrayModel.Convert(got.At(x, y)).(color.Gray), color.GrayModel.Convert(want.At(x, y)).(color.Gray)
			if d := int(a.Y) - int(b.Y); d > 85 || d < -85 {
				off++
			}
		}
	}
	if most := r.Dx() * r.Dy() / 2000; off > most {
		t.Errorf("%d dots are not as in %s, more than %d: look at it, then -update", off, path, most)
	}
}
