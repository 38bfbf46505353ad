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
func Sheet(ctx context.Context, out io.Writer, f Facts, s Style, a Apart, local bool) error {
	why := s.Lang.reason(a.Why)
	switch {
	case clean(a.Name) == "":
		return invalid("Apart.Name is empty: name the document")
	case len(a.SHA256) != 64 || strings.Trim(a.SHA256, "0123456789abcdef") != "":
		return invalid("Apart.SHA256 is not 64 hexadecimal digits in lower case")
	case why == "":
		return invalid("Apart.Why is no reason to put the mark on a sheet: mend the call, or repeat it")
	}
	m, err := mark(f, s, local, []row{{s.Lang.say("К файлу", "For file"), clean(a.Name)}, {"SHA-256", a.SHA256}, {s.Lang.say("Причина", "Reason"), why}})
	if err != nil {
		return err
	}
	return stamping.Sheet(ctx, out, m)
}

// reason says why a document could not be stamped; nothing where a sheet would hide a mistake of the caller.
func (l Lang) reason(err error) string {
	var e *stamping.Error
	if !errors.As(err, &e) {
		return ""
	}
	words := map[stamping.Kind][2]string{
		stamping.Unreadable:     {"файл не является PDF или повреждён", "the file is no PDF or damaged"},
		stamping.Undecided:      {"файл не удалось прочитать", "the file could not be read"},
		stamping.NeedsConverter: {"файл офисной программы, его нужно сначала преобразовать в PDF", "a file of an office program, which has to be converted to PDF first"},
		stamping.NotPrintable:   {"формат файла неизвестен", "the format of the file is not known"},
		stamping.Encrypted:      {"файл защищён паролем или ограничением прав", "the file is protected by a password or by rights"},
		stamping.TooLarge:       {"файл больше, чем разрешено обрабатывать", "the file is larger than what may be processed"},
		stamping.TooManyPages:   {"в файле больше страниц, чем разрешено обрабатывать", "the file has more pages than may be processed"},
		stamping.NoRoom:         {"на странице нет свободного места для отметки", "a page has no free space for the mark"},
		stamping.NotVerified:    {"проверка не нашла отметку на всех страницах копии", "the mark was not found on all pages of the copy"},
		stamping.Crashed:        {"обработка файла прервалась", "processing the file broke off"},
		stamping.TooSlow:        {"обработка файла заняла больше времени, чем разрешено", "processing the file took longer than allowed"},
		stamping.TooHeavy:       {"обработка файла потребовала больше памяти, чем разрешено", "processing the file took more memory than allowed"},
	}[e.Kind]
	return l.say(words[0], words[1])
}
