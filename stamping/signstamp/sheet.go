package signstamp

import (
	"context"
	"errors"
	"io"
	"strings"

	"github.com/edokit/edokit/stamping"
)

// Apart is what a sheet says of the document to which it belongs, because it does not stand on its pages.
type Apart struct {
	Name   string // file name of the document; required
	SHA256 string // digest of its bytes, hexadecimal; required
	Why    error  // what Apply or ApplyLocal returned for it; required
}

// Sheet writes the mark as a PDF of one page to out, for a document that cannot be stamped safely, with its name, its
// digest and the reason. Whoever allows a sheet calls it with the error of [Apply] or [ApplyLocal]; local says which.
func Sheet(ctx context.Context, out io.Writer, f Facts, a Apart, local bool) error {
	m, err := sheetMark(f, a, local)
	if err != nil {
		return err
	}
	return stamping.Sheet(ctx, out, m)
}

func sheetMark(f Facts, a Apart, local bool) (*stamping.Mark, error) {
	if err := f.check(local); err != nil {
		return nil, err
	}
	why := reason(a.Why)
	switch {
	case clean(a.Name) == "":
		return nil, invalid("Apart.Name is empty: name the document")
	case len(a.SHA256) != 64 || strings.Trim(a.SHA256, "0123456789abcdef") != "":
		return nil, invalid("Apart.SHA256 is not 64 hexadecimal digits in lower case")
	case why == "":
		return nil, invalid("Apart.Why is no reason to put the mark on a sheet: mend the call, or repeat it")
	}
	l, rows := operatorLook(clean(f.Title)), operatorRows(&f)
	if local {
		l, rows = localLook(), localRows(&f)
	}
	l.titles = append(l.titles, "Отдельный лист: на страницах самого документа отметки нет")
	rows = add(rows, "К файлу", clean(a.Name))
	rows = add(rows, "SHA-256", a.SHA256)
	return build(l, add(rows, "Причина", why))
}

// reason says why a document could not be stamped; nothing where a sheet would hide a mistake of the caller.
func reason(err error) string {
	var e *stamping.Error
	if !errors.As(err, &e) {
		return ""
	}
	return map[stamping.Kind]string{
		stamping.Unreadable:     "файл не является PDF или повреждён",
		stamping.Undecided:      "файл не удалось прочитать",
		stamping.NeedsConverter: "файл офисной программы, его нужно сначала преобразовать в PDF",
		stamping.NotPrintable:   "формат файла неизвестен",
		stamping.Encrypted:      "файл защищён паролем или ограничением прав",
		stamping.TooLarge:       "файл больше, чем разрешено обрабатывать",
		stamping.TooManyPages:   "в файле больше страниц, чем разрешено обрабатывать",
		stamping.NotVerified:    "проверка не нашла отметку на всех страницах копии",
		stamping.Crashed:        "обработка файла прервалась",
		stamping.TooSlow:        "обработка файла заняла больше времени, чем разрешено",
		stamping.TooHeavy:       "обработка файла потребовала больше памяти, чем разрешено",
	}[e.Kind]
}
