package main

import (
	"context"
	"errors"
	"io"
	"strings"

	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/gateway"
	"github.com/edokit/edokit/stamping"
	view "github.com/edokit/edokit/stamping/printable"
	"github.com/edokit/edokit/stamping/signstamp"
	"github.com/edokit/edokit/stamping/worker"
)

// forms looks into printed forms and draws local marks, both in workers: the files come from strangers.
type forms struct{ pool *worker.Pool }

// Examine says what is in a PDF.
func (f *forms) Examine(ctx context.Context, pdf edo.Content, words []string) (gateway.PDFFacts, error) {
	var long []string // of the others none could prove anything, and one would spoil the search for all
	for _, w := range words {
		if len([]rune(strings.NewReplacer("-", "", " ", "").Replace(w))) >= stamping.MinWord {
			long = append(long, w)
		}
	}
	seen, err := f.pool.Examine(ctx, asDocument(pdf), long)
	return gateway.PDFFacts{Pages: seen.Pages, Found: seen.Found, Unread: seen.Unread}, judge(err)
}

// Mark draws our own mark on a copy, or on a view of what is no PDF.
func (f *forms) Mark(ctx context.Context, original edo.Content, m gateway.Mark, w io.Writer) (printed bool, err error) {
	mark, err := signstamp.LocalMark(factsOf(m), signstamp.Style{})
	if err == nil {
		_, printed, err = f.pool.StampFile(ctx, asDocument(original), viewFacts(m), w, mark, nil)
	}
	return printed, judge(err)
}

// Sheet writes our own mark as a PDF of one page. Nothing of the document is opened for that.
func (f *forms) Sheet(ctx context.Context, original edo.Content, m gateway.Mark, why error, w io.Writer) error {
	apart := signstamp.Apart{Name: m.Name, SHA256: original.Digest.String(), Why: why}
	return judge(signstamp.Sheet(ctx, w, factsOf(m), signstamp.Style{}, apart, true))
}

func factsOf(m gateway.Mark) signstamp.Facts {
	facts := signstamp.Facts{Operator: m.Operator, DocumentID: string(m.Document), OperatorTime: m.OperatorTime}
	for _, s := range m.Signers {
		facts.Signers = append(facts.Signers, signstamp.Signer{
			Owner: s.Owner, Organisation: s.Organisation, INN: s.INN, Serial: s.Serial, ValidFrom: s.NotBefore, ValidTo: s.NotAfter,
		})
	}
	return facts
}

// viewFacts is what a view says of the document besides what stands in it.
func viewFacts(m gateway.Mark) view.Facts {
	f := view.Facts{Name: m.Name, Rows: []view.Row{{Label: "Вид", Value: m.Kind}, {Label: "Номер", Value: m.Number}}}
	add := func(label, value string) { f.Rows = append(f.Rows, view.Row{Label: label, Value: value}) }
	if !m.Date.IsZero() {
		add("Дата", m.Date.Format("02.01.2006"))
	}
	if len(m.Signers) > 0 {
		add("Отправитель", party(m.Signers[0].Organisation, m.Signers[0].INN, ""))
	}
	add("Получатель", party(m.Recipient.Name, m.Recipient.INN, m.Recipient.KPP))
	return f
}

func party(name, inn, kpp string) string {
	for _, id := range [][2]string{{"ИНН ", inn}, {"КПП ", kpp}} {
		if id[1] != "" {
			name += ", " + id[0] + id[1]
		}
	}
	return strings.TrimPrefix(name, ", ")
}

func asDocument(c edo.Content) worker.Document { return worker.Document{Size: c.Size, Open: c.Open} }

// judge says in the words of the exchange what a worker found. All but a worker that cannot be started is final: the same
// file will not become another one.
func judge(err error) error {
	var found *stamping.Error
	if !errors.As(err, &found) {
		return err
	}
	e := &edo.Error{Kind: edo.NotSupported, Op: "edo-dms.forms", Field: "content", Message: "cannot be worked on", Err: err}
	switch found.Kind {
	case stamping.Unreadable:
		e.Reason, e.Message, e.Remedy = edo.FormBroken, "is damaged and does not open", "ask for it again"
	case stamping.NeedsConverter:
		e.Reason, e.Message, e.Remedy = edo.FormNeedsConverter, "is a file of an office program", "needs the operator's or the host's converter"
	case stamping.NotPrintable:
		e.Reason, e.Message, e.Remedy = edo.FormNotPrintable, "is of a format that nothing here prints", "send a PDF beside it"
	case stamping.Encrypted:
		e.Reason, e.Message, e.Remedy = edo.FormLocked, "is a PDF protected by a password or by rights", "ask for an open copy"
	case stamping.TooLarge, stamping.TooManyPages, stamping.TooSlow, stamping.TooHeavy:
		e.Reason, e.Message, e.Remedy = edo.FormTooLarge, "is above a limit of PDF work", "raise it: EDOKIT_PDF_TIME, _MEMORY, _BYTES, _DECODE, _PAGES"
	case stamping.NoWorker:
		e.Kind, e.Field, e.Message, e.Remedy = edo.Unavailable, "", "a process for PDF work could not be started", "let edo-dms start processes of its own"
	}
	return e
}
