package printable

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/jpeg"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/edokit/edokit/stamping"
)

// TestKindOf: bytes decide, whatever the name says.
func TestKindOf(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		b    []byte
		want Kind
	}{
		"a.pdf":          {[]byte("damaged"), PDF},
		"really a.pdf":   {pngOf(t, drawing(4, 4)), PNG},
		"empty.txt":      {nil, PDF},
		"junk.bin":       {[]byte("junk before\n%PDF-1.4 ... startxref\n0\n%%EOF"), PDF},
		"about.txt":      {[]byte("A file begins with %PDF-1.4"), Text},
		"a.docx":         {zipped(t, "[Content_Types].xml", "word/document.xml"), Office},
		"a.txt":          {zipped(t, "word/document.xml", "[Content_Types].xml"), Office},
		"a.odt":          {zipped(t, "mimetype=application/vnd.oasis.opendocument.text", "content.xml"), Office},
		"a.epub":         {zipped(t, "mimetype=application/epub+zip", "content.xml"), Unknown},
		"a.zip":          {zipped(t, "договор.pdf"), Unknown},
		"broken.docx":    {[]byte("PK\x03\x04 and nothing else\x00"), Unknown},
		"a.doc":          {[]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and so on"), Office},
		"a.rtf":          {[]byte(`{\rtf1\ansi text}`), Office},
		"a.xml":          {[]byte("\n <order/>"), XML},
		"order.txt":      {[]byte("<order/>"), Text},
		"declared.txt":   {[]byte("\xef\xbb\xbf<?xml version='1.0'?><a/>"), XML},
		"sixteen.xml":    {encoded(t, "UTF-16", "<?xml version='1.0' encoding='UTF-16'?><a>ж</a>"), XML},
		"page.html":      {[]byte("<!DOCTYPE html><p>текст"), Text},
		"a.exe":          {append([]byte("MZ\x90\x00"), bytes.Repeat([]byte{0, 1, 2, 250}, 300)...), Unknown},
		"noise":          {noise(4096), Unknown},
		"mp3":            {append([]byte("\xff\xfe"), noise(4096)...), Unknown},
		"BM letter":      {[]byte("BMW снова не завелась, просим прислать эвакуатор"), Text},
		"signature.p7s":  {append([]byte{0x30, 0x82, 0x0a, 0x00}, noise(512)...), Unknown},
		"signature.b64":  {[]byte("MIIKAAYJKoZIhvcNAQcC"), Text},
		"heic":           {[]byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00"), Unknown},
		"picture.txt":    {pngOf(t, drawing(4, 4)), PNG},
		"control":        {bytes.Repeat([]byte("\x01\x02ab"), 50), Unknown},
		"latin with ctl": {[]byte("form\x0cfeed \x1b[1m"), Text},
	} {
		if got := KindOf(tc.b, name); got != tc.want {
			t.Errorf("%s: %s, want %s", name, got, tc.want)
		}
	}
}

// TestCharset: the three old encodings of Russian are told apart, also in a few words.
func TestCharset(t *testing.T) {
	t.Parallel()
	for _, s := range []string{
		"Уважаемая Вера Дмитриевна!", "АКТ СВЕРКИ № 17", "Да", "договор поставки", "Счёт на оплату: 18 750,00 руб.", letterText,
		"name;sum\nАО «Сети»;10\n", "ПРОТОКОЛ РАЗНОГЛАСИЙ", "Шум", "Чек",
	} {
		for _, name := range []string{"windows-1251", "KOI8-R", "CP866"} {
			if name != "windows-1251" && strings.ContainsAny(s, "«»—№ё") { // it does not have them all
				continue
			}
			c := encodingOf(encoded(t, name, s))
			if c == nil || !strings.HasPrefix(c.name, name) {
				t.Errorf("%s of %.20q: %+v", name, s, c)
			}
		}
	}
	for _, s := range []string{"ФЗ", "ЭЦП", "Жэк", "Юг", "Э", "ФГБУ", "Цех"} { // too short to tell, so the most common
		if c := encodingOf(encoded(t, "windows-1251", s)); c == nil || !strings.HasPrefix(c.name, "windows-1251") {
			t.Errorf("%s: %+v", s, c)
		}
	}
	for mark, name := range map[string]string{"\xef\xbb\xbfж": "UTF-8", "\xff\xfe\x36\x04": "UTF-16LE", "\xfe\xff\x04\x36": "UTF-16BE", "ж": "UTF-8"} {
		c := encodingOf([]byte(mark))
		if c == nil || c.name != name || string(c.decode([]byte(mark))) != "ж" {
			t.Errorf("%q: %+v", mark, c)
		}
	}
}

// TestRefuses: whatever cannot be printed ends in a kind that a caller can act upon, and nothing is written.
func TestRefuses(t *testing.T) {
	t.Parallel()
	doctype := `<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "b">]><a>&b;</a>`
	for name, tc := range map[string]struct {
		b    []byte
		o    *Options
		want stamping.Kind
	}{
		"a.docx":                    {zipped(t, "[Content_Types].xml"), nil, stamping.NeedsConverter},
		"a.xls":                     {[]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), nil, stamping.NeedsConverter},
		"a.bin":                     {noise(999), nil, stamping.NotPrintable},
		"a.pdf":                     {[]byte("%PDF-1.4"), nil, stamping.Invalid},
		"too long.txt":              {[]byte("12345"), &Options{MaxBytes: 4}, stamping.TooLarge},
		"too many.txt":              {bytes.Repeat([]byte("a\n"), 1000), &Options{MaxPages: 3}, stamping.TooManyPages},
		"feeds.txt":                 {bytes.Repeat([]byte("\f"), 1000), &Options{MaxPages: 3}, stamping.TooManyPages},
		"negative.txt":              {[]byte("a"), &Options{MaxPages: -1}, stamping.Invalid},
		"doctype.xml":               {[]byte(doctype), nil, stamping.Unreadable},
		"only a doctype.xml":        {[]byte("<?xml version='1.0'?><!DOCTYPE a><a/>"), nil, stamping.Unreadable},
		"entity.xml":                {[]byte(`<?xml version="1.0"?><a>&b;</a>`), nil, stamping.Unreadable},
		"deep.xml":                  {[]byte("<?xml version='1.0'?>" + strings.Repeat("<a>", 101)), nil, stamping.TooLarge},
		"many.xml":                  {[]byte("<?xml version='1.0'?><a>" + strings.Repeat("<b/>", maxNodes) + "</a>"), nil, stamping.TooLarge},
		"cut.xml":                   {[]byte("<?xml version='1.0'?><a><b>"), nil, stamping.Unreadable},
		"two.xml":                   {[]byte("<?xml version='1.0'?><a/><b/>"), nil, stamping.Unreadable},
		"none.xml":                  {[]byte("<?xml version='1.0'?>"), nil, stamping.Unreadable},
		"beside.xml":                {[]byte("<?xml version='1.0'?><a/>text"), nil, stamping.Unreadable},
		"encoding.xml":              {[]byte("<?xml version='1.0' encoding='nonsense'?><a/>"), nil, stamping.Unreadable},
		"bomb.png":                  {pngHead(40000, 40000), nil, stamping.TooLarge},
		"bomb.gif":                  {[]byte("GIF89a\xff\xff\xff\xff\x00\x00\x00"), nil, stamping.TooLarge},
		"bomb.jpg":                  {jpegHead(65500, 65500), nil, stamping.TooLarge},
		"bomb.bmp":                  {bmpHead(t, 60000, 60000), nil, stamping.TooLarge},
		"bomb.tif":                  {tiffHead(t, 60000, 60000), nil, stamping.TooLarge},
		"above a limit.png":         {pngOf(t, drawing(11, 10)), &Options{MaxPixels: 109}, stamping.TooLarge},
		"cut.png":                   {pngOf(t, drawing(100, 100))[:200], nil, stamping.Unreadable},
		"cut.jpg":                   {read(t, "progressive.jpg")[:900], nil, stamping.Unreadable},
		"cut.webp":                  {read(t, "still.webp")[:100], nil, stamping.Unreadable},
		"arithmetic.jpg":            {read(t, "arithmetic.jpg"), nil, stamping.Undecided},
		"jpeg in tiff.tif":          {read(t, "jpeg.tif"), nil, stamping.Undecided},
		"pages of a tiff.tif":       {read(t, "pages.tif"), &Options{MaxPages: 1}, stamping.TooManyPages},
		"circle.tif":                {circle(t), nil, stamping.Unreadable},
		"nowhere.tif":               {[]byte("II*\x00\xff\xff\xff\x7f"), nil, stamping.Unreadable},
		"\x00 \n":                   {[]byte("a"), nil, stamping.Invalid},
		"a PDF that is too big.png": {pngOf(t, noisePicture(100)), &Options{MaxBytes: 31000}, stamping.TooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if name == "\x00 \n" {
				name = " \n"
			}
			var out bytes.Buffer
			_, err := Render(t.Context(), tc.b, &out, Facts{Name: name}, tc.o)
			var typed *stamping.Error
			if !errors.As(err, &typed) || typed.Kind != tc.want || out.Len() > 0 {
				t.Errorf("%v and %d bytes, want %s", err, out.Len(), tc.want)
			}
		})
	}
}

// TestLongText: a million lines are printed where they are allowed, and refused by the limit of pages where not.
func TestLongText(t *testing.T) {
	t.Parallel()
	lines := bytes.Repeat([]byte("1\n"), 1_000_000)
	if _, err := Render(t.Context(), lines, io.Discard, Facts{Name: "a.txt"}, nil); !errors.Is(err, stamping.TooManyPages) {
		t.Errorf("by default: %v", err)
	}
	r, err := Render(t.Context(), lines, io.Discard, Facts{Name: "a.txt"}, &Options{MaxPages: 20_000})
	if diff := cmp.Diff(Result{Kind: Text, Pages: 14926}, r); diff != "" || err != nil {
		t.Errorf("%v (-want +got)\n%s", err, diff)
	}
	one := bytes.Repeat([]byte("слово"), 100_000) // a line without a space
	if r, err := Render(t.Context(), one, io.Discard, Facts{Name: "a.txt"}, nil); err != nil || r.Pages < 50 {
		t.Errorf("%+v, %v", r, err)
	}
	value := "<?xml version='1.0'?><a b='" + strings.Repeat("слово", 100_000) + "'/>"
	if r, err := Render(t.Context(), []byte(value), io.Discard, Facts{Name: "a.xml"}, nil); err != nil || r.Pages < 50 {
		t.Errorf("%+v, %v", r, err)
	}
}

// TestContextEnds: whoever stops waiting is not kept until the last page.
func TestContextEnds(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for name, b := range samples(t) {
		if _, err := Render(ctx, b, io.Discard, Facts{Name: name}, nil); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestOrientation: all eight are shown as Exif means them. The drawing has red, green, blue and white corners.
func TestOrientation(t *testing.T) {
	t.Parallel()
	// clockwise from the upper left corner as shown
	for o, want := range []string{1: "rgwb", 2: "grbw", 3: "wbrg", 4: "bwgr", 5: "rbwg", 6: "brgw", 7: "wgrb", 8: "gwbr"} {
		if want == "" {
			continue
		}
		m := pictures(t, rendered(t, turned(t, uint16(o)), "a.jpg", nil))[0]
		x0, y0, x1, y1 := m.Bounds().Dx(), m.Bounds().Dy(), 0, 0
		for y := range m.Bounds().Dy() {
			for x := range m.Bounds().Dx() {
				if c := corner(m, x, y); c == 'r' || c == 'g' || c == 'b' {
					x0, y0, x1, y1 = min(x0, x), min(y0, y), max(x1, x), max(y1, y)
				}
			}
		}
		got := string([]byte{corner(m, x0+3, y0+3), corner(m, x1-3, y0+3), corner(m, x1-3, y1-3), corner(m, x0+3, y1-3)})
		if got != want {
			t.Errorf("orientation %d: %s, want %s", o, got, want)
		}
	}
}

func corner(m image.Image, x, y int) byte {
	r, g, b, _ := m.At(x, y).RGBA()
	switch r, g, b := r>>8, g>>8, b>>8; {
	case r > 180 && g < 80 && b < 80:
		return 'r'
	case g > 120 && r < 90 && b < 120:
		return 'g'
	case b > 150 && r < 90 && g < 110:
		return 'b'
	}
	return 'w'
}

func noise(n int) []byte {
	b := make([]byte, n)
	x := uint32(1)
	for i := range b {
		x = x*1664525 + 1013904223
		b[i] = byte(x >> 24)
	}
	return b
}

func noisePicture(side int) image.Image {
	m := image.NewRGBA(image.Rect(0, 0, side, side))
	copy(m.Pix, noise(len(m.Pix)))
	for i := 3; i < len(m.Pix); i += 4 {
		m.Pix[i] = 255
	}
	return m
}

// zipped is an archive of the names; what follows a = is the content.
func zipped(t testing.TB, names ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, n := range names {
		name, content, _ := strings.Cut(n, "=")
		w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store})
		if err == nil {
			_, err = io.WriteString(w, content)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// pngHead promises a picture and has none.
func pngHead(w, h uint32) []byte {
	ihdr := binary.BigEndian.AppendUint32([]byte("IHDR"), w)
	ihdr = append(binary.BigEndian.AppendUint32(ihdr, h), 8, 2, 0, 0, 0)
	b := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d"), ihdr...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(ihdr))
}

func jpegHead(w, h uint16) []byte {
	var b bytes.Buffer
	_ = jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8)), nil)
	out := b.Bytes()
	at := bytes.Index(out, []byte{0xff, 0xc0})
	binary.BigEndian.PutUint16(out[at+5:], h)
	binary.BigEndian.PutUint16(out[at+7:], w)
	return out
}

func bmpHead(t testing.TB, w, h uint32) []byte {
	t.Helper()
	b := bmpOf(t, drawing(4, 4))
	binary.LittleEndian.PutUint32(b[18:], w)
	binary.LittleEndian.PutUint32(b[22:], h)
	return b
}

// tiffHead is the first page of a file with another size.
func tiffHead(t testing.TB, w, h uint32) []byte {
	t.Helper()
	b := bytes.Clone(read(t, "fax.tif"))
	at := binary.LittleEndian.Uint32(b[4:])
	for i := range uint32(binary.LittleEndian.Uint16(b[at:])) {
		e := b[at+2+12*i:]
		switch binary.LittleEndian.Uint16(e) {
		case 256, 257:
			binary.LittleEndian.PutUint16(e[2:], 4)
			binary.LittleEndian.PutUint32(e[8:], map[uint16]uint32{256: w, 257: h}[binary.LittleEndian.Uint16(e)])
		}
	}
	return b
}

// circle is a file whose last page is followed by its first.
func circle(t testing.TB) []byte {
	t.Helper()
	b := bytes.Clone(read(t, "fax.tif"))
	at := binary.LittleEndian.Uint32(b[4:])
	n := uint32(binary.LittleEndian.Uint16(b[at:]))
	binary.LittleEndian.PutUint32(b[at+2+12*n:], at)
	return b
}
