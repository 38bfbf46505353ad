package main

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/stamping"
	view "github.com/edokit/edokit/stamping/printable"
	"github.com/edokit/edokit/stamping/signstamp"
	"github.com/edokit/edokit/stamping/worker"
)

// stampPDF needs no home folder and no operator: it works on files alone.
type stampPDF struct {
	PDF       string   `arg:"" name:"in.pdf" help:"The signed document: a PDF, or text, a picture or XML, of which a view is printed. It is never changed."`
	Signature []string `required:"" sep:"none" placeholder:"FILE" help:"A detached CMS signature of exactly these bytes, DER or PEM; once for each file."`
	Role      []string `enum:"sender,recipient,none" help:"Whose signature it is: sender, recipient or none; once for each --signature, or not at all."`
	Out       string   `short:"o" required:"" placeholder:"FILE" help:"Where the marked copy goes: a new file."`
	Force     bool     `help:"Replace that file if it is there and a regular file. The document and its signatures are not replaced even so."`

	Sheet    string `enum:"auto,margin,end,refuse" default:"auto" help:"Where a page has no free space at its edges: margin adds one below, end puts the mark on a sheet at the end, refuse makes no copy; auto adds a margin, and a sheet for a mark higher than a quarter of a page."`
	OrSheet  bool   `help:"Where no copy can be made (a protected or damaged file, one of an office program or above a limit) write the mark alone, with the digest of the document and the reason."`
	Position string `enum:"bottom-centre,bottom-left,bottom-right,top-centre,top-left,top-right" default:"bottom-centre" help:"Where the mark goes if it is free there: ${enum}."`
	MarkLang string `enum:"ru,en" default:"ru" help:"Language of the mark: ru or en. What this command says follows --lang."`
	QR       string `name:"qr" placeholder:"TEXT" help:"Text of a QR code on the mark, such as an address at which the signature is checked; up to 300 bytes."`
	Emblem   string `placeholder:"PNG" help:"Emblem left of the title, up to 512 KiB and a million dots."`
	Page     []int  `placeholder:"N" help:"Only on this page, counted from 1; may be given several times. Without it on every page."`

	Operator     string    `help:"Operator through which the document went."`
	DocumentID   string    `help:"The operator's id of the document."`
	MessageID    string    `help:"The operator's id of the message."`
	OperatorTime time.Time `placeholder:"2026-03-02T10:15:35+03:00" help:"When the operator took it, with the zone to be shown."`
	State        string    `enum:"none,signed-by-both,refused,revoked" default:"none" help:"What became of the document: ${enum}. It is shown, not checked."`

	Unchecked bool `help:"Accept signatures whose value cannot be checked here, such as GOST; the mark says so. Anybody can make one without the key: the digest of the document alone is compared."`

	CA []string `name:"ca" sep:"none" placeholder:"PEM" help:"Certificates of trusted issuers: every signer's certificate must have a chain to one of them. Without it nobody asks who issued them."`
}

// Help says in both languages what the mark is worth.
func (stampPDF) Help() string {
	return `Checked is that every signature was made over exactly these bytes by the key of the certificate inside it, and that the certificate was valid at the
claimed time of signing, or is now where none is claimed. That time is the signer's own word, and the mark says so. Of GOST signatures the digest of the document is checked, the signature value is not: they are refused without --unchecked. Who issued the certificates is checked
with --ca only, and not for GOST; revocation and time stamps are never checked. The mark says what was checked. The mark is that of your own system, not an
operator's. The copy is made in a process of its own with limits (EDOKIT_PDF_...), and appears whole or not at all.
Exit codes: 0 the copy is there; 1 it is not, and standard error says why; 2 wrong usage; 130 interrupted.

По-русски: edo-dms stamp ставит на копию PDF отметку об электронной подписи по ГОСТ Р 7.0.97-2016. Проверяется, что каждая подпись (--signature) сделана именно под
этими байтами ключом вложенного в неё сертификата и что сертификат действует или действовал в заявленное время подписания. У подписей ГОСТ проверяется хэш документа,
но не значение подписи, поэтому без --unchecked они не принимаются. Кто выдал сертификаты, проверяется только с --ca и не для ГОСТ; отзыв и штампы времени не проверяются. Что проверено, написано в отметке.
Исходный файл не меняется; готовый файл (-o) появляется целиком или не появляется, существующий заменяется только с --force. Если на странице нет свободного места
(--sheet): margin добавляет поле снизу, end — лист в конце, refuse — отказ, auto — поле, а для высокой отметки лист.
Текст, картинки и XML сначала печатаются; если копию сделать нельзя, --or-sheet даёт отдельный лист с отметкой, хэшем документа и причиной.`
}

// stamped is what the command says, and its JSON.
type stamped struct {
	Out        string
	Signatures []checkedSignature
	Checked    string // in the language of the mark
	Printed    bool   // the copy is a printed view of a file that is no PDF
	Why        string // there is no copy, the mark stands alone; empty otherwise
	Result     stamping.Result
}

// Run checks the signatures and makes the copy.
func (s stampPDF) Run(c *command) error {
	limits, err := pdfLimits(c.getenv)
	if err != nil {
		return err
	}
	if err := s.target(); err != nil {
		return err
	}
	if ahead(s.OperatorTime, time.Now()) {
		return misused("operator-time", "is in the future", "give the time at which the operator took the document")
	}
	pdf, err := readSmall(s.PDF, limits.MaxBytes)
	if err != nil {
		return err
	}
	signers, err := s.check(c, pdf)
	if err != nil {
		return err
	}
	done := stamped{Out: s.Out, Signatures: signers, Checked: s.remark(signers)}
	facts, style, err := s.mark(done)
	if err != nil {
		return err
	}
	mark, err := signstamp.LocalMark(facts, style)
	if err != nil {
		return s.wrongMark(err)
	}
	if err := s.warn(c, pdf, facts); err != nil {
		return err
	}
	options := style.Options(&stamping.Options{Pages: s.Page})
	pool, err := worker.New(limits)
	if err != nil {
		return err
	}
	var undrawn error
	err = s.write(func(w io.Writer) error {
		done.Result, done.Printed, undrawn = pool.StampFile(c.ctx, worker.InMemory(pdf), view.Facts{Name: filepath.Base(s.PDF)}, w, mark, options)
		return s.wrongMark(undrawn)
	})
	if undrawn != nil && s.OrSheet {
		done.Why = err.Error()
		err = s.write(func(w io.Writer) error { return s.apart(c, w, pdf, facts, style, undrawn) })
	}
	if err = errors.Join(err, pool.Close()); err != nil {
		return err
	}
	return c.emit(done, func() { c.printStamped(done) })
}

// mark puts together what stands on the page and where.
func (s stampPDF) mark(d stamped) (signstamp.Facts, signstamp.Style, error) {
	style := signstamp.Style{Lang: signstamp.Lang(s.MarkLang), Position: positions()[s.Position], Room: rooms()[s.Sheet]}
	if s.Emblem != "" {
		var err error
		if style.Emblem, err = readSmall(s.Emblem, 512<<10); err != nil {
			return signstamp.Facts{}, style, err
		}
	}
	f := signstamp.Facts{
		Operator: s.Operator, DocumentID: s.DocumentID, MessageID: s.MessageID, OperatorTime: s.OperatorTime, QR: s.QR, Remark: d.Checked,
		State: map[string]signstamp.State{"signed-by-both": signstamp.SignedByBoth, "refused": signstamp.Refused, "revoked": signstamp.Revoked}[s.State],
	}
	for _, one := range d.Signatures {
		f.Signers = append(f.Signers, one.signer())
	}
	return f, style, nil
}

// apart writes the mark alone, with the digest of the document and why it could not be put on it. What is no fault of the
// document stays the error that it was.
func (s stampPDF) apart(c *command, w io.Writer, doc []byte, f signstamp.Facts, style signstamp.Style, why error) error {
	about := signstamp.Apart{Name: filepath.Base(s.PDF), SHA256: fmt.Sprintf("%x", sha256.Sum256(doc)), Why: why}
	err := signstamp.Sheet(c.ctx, w, f, style, about, true)
	if errors.Is(err, stamping.Invalid) {
		return s.wrongMark(why)
	}
	return err
}

func positions() map[string]stamping.Position {
	return map[string]stamping.Position{
		"bottom-centre": stamping.BottomCentre, "bottom-left": stamping.BottomLeft, "bottom-right": stamping.BottomRight,
		"top-centre": stamping.TopCentre, "top-left": stamping.TopLeft, "top-right": stamping.TopRight,
	}
}

func rooms() map[string]stamping.Room {
	return map[string]stamping.Room{"margin": stamping.RoomMargin, "end": stamping.RoomSheet, "refuse": stamping.RoomRefuse}
}

// wrongMark tells a mark that cannot be drawn, and a page without space for it, from a document that cannot be worked on.
func (s stampPDF) wrongMark(err error) error {
	var found *stamping.Error
	switch {
	case errors.Is(err, stamping.Invalid) && errors.As(err, &found):
		return misused("mark", "cannot be drawn: "+found.Msg, "mend the flag that says so")
	case errors.Is(err, stamping.NoRoom) && errors.As(err, &found):
		return &edo.Error{Kind: edo.NotSupported, Field: "document", Message: s.PDF + fmt.Sprintf(" has no free space for the mark at the edges of page %d", found.Page), Remedy: "use --sheet auto, margin or end"}
	}
	return judge(err)
}

// target refuses an output that would replace what is read, or that is there already.
func (s stampPDF) target() error {
	out, err := os.Stat(s.Out)
	if err == nil {
		for _, in := range append([]string{s.PDF, s.Emblem}, append(s.Signature, s.CA...)...) {
			if info, err := os.Stat(in); err == nil && os.SameFile(out, info) {
				return misused("out", s.Out+" is one of the files that are read", "name another file")
			}
		}
	}
	if s.Out == "-" {
		return misused("out", "- is no file", "name a new file: standard output cannot be taken back if the copy fails")
	}
	if s.Force {
		return replaceable(s.Out)
	}
	return vacant(s.Out)
}

func (c *command) printStamped(d stamped) {
	say := c.lang.say
	for _, s := range d.Signatures {
		c.print("%s\n", printable(s.line(c.lang)))
	}
	c.print("%s: %s\n", say("в отметке о проверке", "the mark says of the check"), printable(d.Checked))
	if d.Why != "" {
		c.print("%s: %s: %s\n", printable(d.Out), say("отдельный лист с отметкой, копии документа нет", "the mark on a sheet of its own, there is no copy of the document"), printable(d.Why))
		return
	}
	r := d.Result
	if d.Printed {
		c.print("%s\n", say("копия — печатное представление: исходный файл не PDF, подпись относится к нему", "the copy is a printed view: the document is no PDF, and the signature belongs to the document"))
	}
	if r.HadSignatures {
		c.print("%s\n", say("в самом PDF есть подписи: они относятся к исходному файлу и для копии не действуют",
			"the PDF holds signatures of its own: they belong to the original and do not hold for the copy"))
	}
	c.print(say("%s: страниц %d, с отметкой %d, из них с добавленным полем %d", "%s: %d pages, %d with the mark, %d of them with a margin added"), printable(d.Out), r.Pages, r.Marked, r.Margins)
	if r.Sheet {
		c.print("%s", say(", отметка на листе в конце", ", the mark is on a sheet at the end"))
	}
	c.print("\n")
}

// misused is a mistake in a flag: wrong usage, not a document that cannot be worked on.
func misused(flag, message, remedy string) error {
	return &ended{text: printable(usage(flag, message, remedy).Error()), code: 2}
}
