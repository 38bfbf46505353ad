package worker_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/png"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/edokit/edokit/stamping"
	"github.com/edokit/edokit/stamping/printable"
	"github.com/edokit/edokit/stamping/worker"
)

// TestStampFile: what is no PDF is printed and marked, in the same worker as a PDF, which is stamped as ever.
func TestStampFile(t *testing.T) {
	t.Parallel()
	p := pool(t, worker.Config{Workers: 1})
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 30, 20))); err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		in      []byte
		pages   int
		printed bool
		word    string
	}{
		"letter.pdf":    {sample(t), 6, false, "7c9e6679-7425"},
		"junk ahead":    {append([]byte("junk\n"), sample(t)...), 6, false, "7c9e6679-7425"},
		"письмо.txt":    {[]byte("Уважаемая Вера Дмитриевна!"), 1, true, "Уважаемая Вера"},
		"два листа.txt": {[]byte(strings.Repeat("строка\n", 80)), 2, true, "стр. 2 из 2"},
		"заказ.xml":     {[]byte("<?xml version='1.0'?><заказ номер='17'/>"), 1, true, "корневой элемент «заказ»"},
		"скан.png":      {picture.Bytes(), 1, true, "Печатный вид файла скан.png"},
		"короткий":      {[]byte("да"), 1, true, "Текстовый файл"},
	} {
		var out bytes.Buffer
		got, printed, err := p.StampFile(t.Context(), worker.InMemory(tc.in), printable.Facts{Name: name}, &out, mark(), nil)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got.Pages != tc.pages || got.Marked != tc.pages || printed != tc.printed {
			t.Errorf("%s: %+v, printed %t", name, got, printed)
		}
		words := []string{"7c9e66797425", tc.word}
		found, err := p.Examine(t.Context(), worker.InMemory(out.Bytes()), words)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(stamping.Findings{Pages: tc.pages, Found: words}, found); diff != "" {
			t.Errorf("%s (-want +got)\n%s", name, diff)
		}
	}
}

// TestPlaceOfTheMark: a view leaves as much room as its mark is high, so that a high one needs more pages.
func TestPlaceOfTheMark(t *testing.T) {
	t.Parallel()
	p := pool(t, worker.Config{Workers: 1})
	in := worker.InMemory(bytes.Repeat([]byte("a\n"), 115))
	for height, pages := range map[float64]int{20: 2, 160: 3} {
		m := mark()
		m.Height = height
		if r, _, err := p.StampFile(t.Context(), in, printable.Facts{Name: "a.txt"}, io.Discard, m, nil); err != nil || r.Pages != pages {
			t.Errorf("height %.0f: %+v, %v", height, r, err)
		}
	}
}

// TestStampFileRefuses: a file that cannot be printed says why, and costs itself only.
func TestStampFileRefuses(t *testing.T) {
	t.Parallel()
	p := pool(t, worker.Config{Workers: 1, Memory: worker.LeastMemory, MaxPages: 3})
	for name, tc := range map[string]struct {
		in   []byte
		want stamping.Kind
	}{
		"договор.doc": {[]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), stamping.NeedsConverter},
		"a.bin":       {[]byte{0, 1, 2, 3}, stamping.NotPrintable},
		"empty.txt":   {nil, stamping.Unreadable},
		"broken.pdf":  {[]byte("text"), stamping.Unreadable},
		"entity.xml":  {[]byte("<?xml version='1.0'?><!DOCTYPE a><a/>"), stamping.Unreadable},
		"long.txt":    {bytes.Repeat([]byte("\n"), 1000), stamping.TooManyPages},
		"pixels.png":  {promise(20000, 20000), stamping.TooLarge},
		"memory.png":  {promise(6000, 6000), stamping.TooLarge},
	} {
		_, _, err := p.StampFile(t.Context(), worker.InMemory(tc.in), printable.Facts{Name: name}, io.Discard, mark(), nil)
		if !errors.Is(err, tc.want) {
			t.Errorf("%s: %v, want %s", name, err, tc.want)
		}
		if _, printed, err := p.StampFile(t.Context(), worker.InMemory([]byte("a")), printable.Facts{Name: "a.txt"}, io.Discard, mark(), nil); err != nil || !printed {
			t.Errorf("after %s: %v", name, err)
		}
	}
	if _, _, err := p.StampFile(t.Context(), worker.InMemory(nil), printable.Facts{Name: "a"}, io.Discard, nil, nil); !errors.Is(err, stamping.Invalid) {
		t.Errorf("no mark: %v", err)
	}
}

// promise is the head of a PNG with eight bytes for each pixel.
func promise(w, h uint32) []byte {
	size := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32([]byte("IHDR"), w), h)
	ihdr := append(size, 16, 6, 0, 0, 0)
	b := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d"), ihdr...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(ihdr))
}
