package synerdocs

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"unicode"
	"unicode/utf8"

	"github.com/edokit/edokit/edo"
)

// cp1251 writes a text in windows-1251 by the table of the standard, written the other way round than the reader's.
func cp1251(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r < utf8.RuneSelf:
			b.WriteByte(byte(r))
		case r >= 'А' && r <= 'я':
			b.WriteByte(byte(r - 'А' + 0xC0))
		default:
			b.WriteByte(map[rune]byte{'Ё': 0xA8, 'ё': 0xB8, '№': 0xB9, '«': 0xAB, '»': 0xBB, '—': 0x97, '…': 0x85, 'Є': 0xAA, 'ї': 0xBF, '\u00a0': 0xA0}[r])
		}
	}
	return b.String()
}

func TestText(t *testing.T) {
	t.Parallel()
	const old, offer, letter = "ServiceAmendmentRequest", "RevocationOffer", "Untyped"
	const head = `<?xml version="1.0" encoding="windows-1251"?>`
	refusal := func(text string) string {
		return `<Файл ИдФайл="DP_UVUTOCH_1"><Документ КНД="1115113"><СвУведУточ ДатаПол="17.11.2026"><ТекстУведУточ>` + text + `</ТекстУведУточ></СвУведУточ></Документ></Файл>`
	}
	for name, tc := range map[string]struct {
		typ, in, want string
		bad           bool
	}{
		"windows-1251":     {typ: old, in: head + cp1251(refusal("Нет приложения № 1 — «счёта»…")), want: "Нет приложения № 1 — «счёта»…"},
		"of an invoice":    {typ: "ServiceInvoiceAmendmentRequest", in: head + cp1251(refusal("Ёж ї Є")), want: "Ёж ї Є"},
		"single quotes":    {typ: old, in: "<?xml version='1.0' encoding = 'Windows-1251' ?>" + cp1251(refusal("Ёж")), want: "Ёж"},
		"utf-8":            {typ: old, in: `<?xml version="1.0" encoding="utf-8"?>` + refusal("Нет"), want: "Нет"},
		"utf-8 with mark":  {typ: old, in: "\xef\xbb\xbf" + refusal("Нет"), want: "Нет"},
		"not declared":     {typ: old, in: cp1251(refusal("Нет")), want: "Нет"},
		"declared wrongly": {typ: old, in: `<?xml version="1.0" encoding="utf-8"?>` + cp1251(refusal("Нет")), want: "Нет"},
		"offer, attribute": {typ: offer, in: head + cp1251(`<Файл><СвПредАн ТекстПредАн="Ошибка &quot;наша&quot;"/></Файл>`), want: `Ошибка "наша"`},
		"offer, element":   {typ: offer, in: head + cp1251(`<Файл><СвПредАн><ТекстПредАн>Ошибка</ТекстПредАн></СвПредАн></Файл>`), want: "Ошибка"},
		"plain element":    {typ: old, in: head + cp1251(`<Файл><Документ><Текст>Нет</Текст></Документ></Файл>`), want: "Нет"},
		"with a namespace": {typ: old, in: `<a:Файл xmlns:a="urn:x"><a:ТекстУведУточ>Нет</a:ТекстУведУточ></a:Файл>`, want: "Нет"},
		"escaped":          {typ: old, in: refusal("a &lt; b &amp; &#1071;<![CDATA[ <c>]]>"), want: "a < b & Я <c>"},
		"parts inside":     {typ: old, in: refusal("один <b>два</b> три"), want: "один два три"},
		"own entity":       {typ: old, in: `<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>` + refusal("a&e;b"), want: "a&e;b"},
		"control":          {typ: old, in: refusal("a&#x202E;b\u2028c&#13;\n d\u200e "), want: "a b c\n d"},
		"two texts":        {typ: old, in: `<Файл><ТекстУведУточ>один</ТекстУведУточ><ТекстУведУточ>два</ТекстУведУточ></Файл>`, want: "один"},
		"long":             {typ: old, in: refusal(strings.Repeat("я", 2000)), want: strings.Repeat("я", edo.MaxTextLength-1) + "…"},
		"none":             {typ: old, in: `<Файл><Документ/></Файл>`},
		"empty":            {typ: old, in: refusal(" \n ")},
		"another type":     {typ: letter, in: "not read at all"},
		"a receipt":        {typ: "ServiceReceipt", in: refusal("Нет")},
		"no XML":           {typ: old, in: "%PDF-1.7", bad: true},
		"nothing":          {typ: old, bad: true},
		"half":             {typ: old, in: refusal("Нет")[:60], bad: true},
		"half of the text": {typ: old, in: strings.SplitAfter(refusal("Нет"), "Не")[0], bad: true},
		"too deep":         {typ: old, in: strings.Repeat("<a>", maxXMLDepth+1) + strings.Repeat("</a>", maxXMLDepth+1), bad: true},
		"too large":        {typ: old, in: refusal(strings.Repeat("я", maxNotice)), bad: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &session{types: newDocTypes()}
			got, err := s.Text(tc.typ, strings.NewReader(tc.in))
			if got != tc.want || (err != nil) != tc.bad || tc.bad && (edo.KindOf(err) != edo.Invalid || edo.ReasonOf(err) != edo.TextMalformed) {
				t.Errorf("got %q, %v; want %q", got, err, tc.want)
			}
		})
	}
	t.Run("a reader that fails", func(t *testing.T) {
		t.Parallel()
		broken := errors.New("disk")
		s := &session{types: newDocTypes()}
		if _, err := s.Text(old, iotest.ErrReader(broken)); !errors.Is(err, broken) {
			t.Error(err)
		}
	})
}

// TestUpper1251 compares the table with the standard at its ends and in the middle.
func TestUpper1251(t *testing.T) {
	t.Parallel()
	for b, want := range map[byte]rune{0x41: 'A', 0x80: 'Ђ', 0x88: '€', 0x98: 0x98, 0x99: '™', 0xA0: 0xA0, 0xA8: 'Ё', 0xAD: 0xAD, 0xB8: 'ё', 0xB9: '№', 0xBF: 'ї', 0xC0: 'А', 0xDF: 'Я', 0xE0: 'а', 0xFF: 'я'} {
		if got := windows1251(b, []rune(upper1251)); got != want {
			t.Errorf("%#x is %q, want %q", b, got, want)
		}
	}
	if n := len([]rune(upper1251)); n != 0x40 {
		t.Errorf("%d characters", n)
	}
}

func FuzzText(f *testing.F) {
	f.Add([]byte(`<?xml version="1.0" encoding="windows-1251"?>` + cp1251("<Файл><ТекстУведУточ>Нет &amp; №</ТекстУведУточ></Файл>")))
	f.Add([]byte("\xef\xbb\xbf<Файл ТекстПредАн='a'/>"))
	f.Add([]byte("<!DOCTYPE a [<!ENTITY b 'c'>]><Текст>&b;</Текст>"))
	s := &session{types: newDocTypes()}
	f.Fuzz(func(t *testing.T, raw []byte) {
		got, err := s.Text("RevocationOffer", io.Reader(bytes.NewReader(raw)))
		if err != nil && (got != "" || edo.KindOf(err) != edo.Invalid) {
			t.Errorf("%q, %v", got, err)
		}
		if !utf8.ValidString(got) || utf8.RuneCountInString(got) > edo.MaxTextLength || strings.TrimSpace(got) != got {
			t.Errorf("%q", got)
		}
		for _, r := range got {
			if unicode.IsControl(r) && r != '\n' && r != '\t' || unicode.Is(unicode.Bidi_Control, r) {
				t.Errorf("%q holds %U", got, r)
			}
		}
	})
}
