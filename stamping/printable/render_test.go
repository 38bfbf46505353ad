package printable

import (
	"bytes"
	"errors"
	"flag"
	"image"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/edokit/edokit/stamping"
)

var update = flag.Bool("update", false, "write the golden files anew")

// samples are files of every kind, by name.
func samples(t *testing.T) map[string][]byte {
	t.Helper()
	s := map[string][]byte{
		"letter.txt": []byte(letterText), "letter-1251.txt": encoded(t, "windows-1251", letterText),
		"invoice.xml": invoice(t), "receipt.xml": encoded(t, "windows-1251", receipt), "foreign.xml": []byte(foreign),
		"scan.png": pngOf(t, drawing(620, 877)), "wide.png": pngOf(t, drawing(1200, 500)), "alpha.png": pngOf(t, seeThrough()),
		"phone.jpg": turned(t, 6), "small.bmp": bmpOf(t, drawing(120, 80)),
	}
	for _, file := range []string{"progressive.jpg", "cmyk.jpg", "pages.tif", "fax.tif", "frames.gif", "still.webp"} {
		s[file] = read(t, file)
	}
	return s
}

func read(t testing.TB, file string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", file))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestPages compares the pages of every sample, as poppler draws them, with what a person has looked at.
func TestPages(t *testing.T) {
	t.Parallel()
	for name, b := range samples(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pdf := rendered(t, b, name, nil)
			keepPicture(t, name, pdf)
			for i, got := range pictures(t, pdf) {
				file := filepath.Join("testdata", "golden", name+"-"+string(rune('1'+i))+".png")
				if *update {
					write(t, file, pngOf(t, got))
				}
				want, err := png.Decode(bytes.NewReader(readAll(t, file)))
				if err != nil {
					t.Fatal(err)
				}
				if d := difference(got, want); d > 16 {
					t.Errorf("page %d: differs from %s by %.1f of 255; if it should, look at it and run with -update", i+1, file, d)
				}
			}
		})
	}
}

// rendered gives the PDF, which qpdf must find sound.
func rendered(t testing.TB, b []byte, name string, o *Options) []byte {
	t.Helper()
	var out bytes.Buffer
	r, err := Render(t.Context(), b, &out, Facts{Name: "Копия " + name, Rows: []Row{{"Вид", "Письмо"}, {"Номер", "17"}, {"Дата", ""}}}, o)
	if err != nil {
		t.Fatal(err)
	}
	if f, err := stamping.Examine(t.Context(), bytes.NewReader(out.Bytes()), nil, nil); err != nil || f.Pages != r.Pages {
		t.Fatalf("%d pages, %+v, %v", r.Pages, f, err)
	}
	return out.Bytes()
}

// keepPicture leaves the PDF where the one who looks wants it.
func keepPicture(t *testing.T, name string, pdf []byte) {
	t.Helper()
	if dir := os.Getenv("EDOKIT_PICTURES"); dir != "" {
		write(t, filepath.Join(dir, name+".pdf"), pdf)
	}
}

func write(t testing.TB, file string, b []byte) {
	t.Helper()
	if err := os.WriteFile(file, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

func readAll(t testing.TB, file string) []byte {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// tool runs a program of poppler or qpdf over a PDF, whose path stands where args say FILE.
func tool(t testing.TB, pdf []byte, name string, args ...string) []byte {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("%s is not installed", name)
	}
	file := filepath.Join(t.TempDir(), "a.pdf")
	write(t, file, pdf)
	for i := range args {
		args[i] = strings.ReplaceAll(args[i], "FILE", file)
	}
	cmd := exec.CommandContext(t.Context(), path, args...)
	var said bytes.Buffer
	cmd.Stderr = &said
	b, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v: %s", name, err, said.String())
	}
	return b
}

// pictures are the pages at 24 dots per inch, at most nine.
func pictures(t testing.TB, pdf []byte) []image.Image {
	t.Helper()
	dir := t.TempDir()
	tool(t, pdf, "pdftoppm", "-r", "24", "-png", "-l", "9", "FILE", filepath.Join(dir, "p"))
	files, err := filepath.Glob(filepath.Join(dir, "p*.png"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no pages: %v", err)
	}
	var all []image.Image
	for _, f := range files {
		m, err := png.Decode(bytes.NewReader(readAll(t, f)))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, m)
	}
	return all
}

// difference is that of the squares of 8 by 8 dots that differ most: the mean of all components in them, up to 255.
func difference(a, b image.Image) (most float64) {
	if a.Bounds() != b.Bounds() {
		return 255
	}
	const side = 8
	for y := 0; y < a.Bounds().Dy(); y += side {
		for x := 0; x < a.Bounds().Dx(); x += side {
			var sum float64
			for i := range side * side {
				r1, g1, b1, _ := a.At(x+i%side, y+i/side).RGBA()
				r2, g2, b2, _ := b.At(x+i%side, y+i/side).RGBA()
				for _, d := range [3]int64{int64(r1) - int64(r2), int64(g1) - int64(g2), int64(b1) - int64(b2)} {
					sum += float64(max(d, -d)) / 257
				}
			}
			most = max(most, sum/(3*side*side))
		}
	}
	return most
}

// TestSearchable: the words of a document are found in its view by others, in Russian letters, and the view says what it is.
func TestSearchable(t *testing.T) {
	t.Parallel()
	for name, words := range map[string][]string{
		"letter.txt":      {"Уважаемая Вера Дмитриевна", "№ 17 от «2» марта 2026 года", "Кодировка", "UTF-8", "Письмо", "стр. 1 из 2", "стр. 2 из 2", "Конец файла, строк: 23", "Это не форма"},
		"letter-1251.txt": {"Уважаемая Вера Дмитриевна", "windows-1251 (определена по содержанию)"},
		"invoice.xml": {
			"информация продавца", "Отправитель", "АО «Вельгомские распределительные сети», ИНН 8499014577, КПП 849901001, ид. участника 2AA-1",
			"ООО «Заречный завод», ИНН 8499055501", "УПД-17", "02.03.2026", "1115131", "ON_NSCHFDOPPR 5.03", "НаимТов: Передача электроэнергии, март", "Конец файла, элементов и атрибутов",
		},
		"receipt.xml": {"Извещение о получении электронного документа", "ИмяПостФайла:"},
		"foreign.xml": {"корневой элемент «order»", "customer", "Анна Ли", "комментарий", "до", "после"},
		"pages.tif":   {"Страниц в файле", "стр. 2 из 2"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pdf := rendered(t, samples(t)[name], name, nil)
			tool(t, pdf, "qpdf", "--check", "FILE")
			text := strings.Join(strings.Fields(string(tool(t, pdf, "pdftotext", "-layout", "FILE", "-"))), " ")
			for _, w := range append(words, "Печатный вид файла Копия "+name) {
				if !strings.Contains(text, w) {
					t.Errorf("%q is not found in\n%s", w, text)
				}
			}
			if info := string(tool(t, pdf, "pdfinfo", "-custom", "FILE")); !strings.Contains(info, "EdokitOriginalSHA256") {
				t.Errorf("the digest is not in the metadata:\n%s", info)
			}
		})
	}
}

// TestFootIsFree: what is asked to stay free does, and the pages hold less.
func TestFootIsFree(t *testing.T) {
	t.Parallel()
	long := []byte(strings.Repeat("строка\n", 200))
	for page, m := range pictures(t, rendered(t, long, "a.txt", &Options{Foot: 200})) {
		for y := m.Bounds().Dy() * (842 - 198) / 842; y < m.Bounds().Dy(); y++ {
			for x := range m.Bounds().Dx() {
				if r, _, _, _ := m.At(x, y).RGBA(); r < 0xf000 {
					t.Fatalf("page %d: something stands at %d, %d", page+1, x, y)
				}
			}
		}
	}
}

// TestClean: nothing is left out unseen, and letters come composed.
func TestClean(t *testing.T) {
	t.Parallel()
	fonts, err := stamping.NewComposer(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	v := &view{c: fonts}
	got := v.clean("и\u0306\tёж\u00ad\u202e\u0007株\n")
	if want := "й\tёж\ufffd\ufffd\ufffd\ufffd\n"; got != want || v.hidden != 4 {
		t.Errorf("%q, %d, want %q", got, v.hidden, want)
	}
}

// TestWriterFails: its error comes back, and nothing else was tried.
func TestWriterFails(t *testing.T) {
	t.Parallel()
	full := errors.New("the disk is full")
	if _, err := Render(t.Context(), []byte("a"), failing{full}, Facts{Name: "a.txt"}, nil); !errors.Is(err, full) {
		t.Error(err)
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }
