package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/directory/tables"
	"github.com/edokit/edokit/edo"
)

// csvFlags say how CSV is written.
type csvFlags struct {
	Separator string `enum:"comma,semicolon,tab" default:"comma" help:"Between cells: comma, semicolon (as Excel in Russian wants it) or tab."`
	BOM       bool   `name:"bom" help:"Begin with a byte order mark, so that Excel sees UTF-8."`
}

func (f csvFlags) options(l lang) tables.Options {
	separators := map[string]byte{"comma": ',', "semicolon": ';', "tab": '\t'}
	return tables.Options{Russian: l == russian, Separator: separators[f.Separator], BOM: f.BOM}
}

type logExport struct {
	Format     string    `enum:"jsonl,csv" default:"csv" help:"jsonl or csv."`
	Out        string    `required:"" placeholder:"FILE" help:"File to write, which must not exist; - for standard output."`
	Subscriber string    `help:"Only of this subscriber."`
	Package    string    `help:"Only of this package."`
	Document   string    `help:"Only of this document; with --package also what concerns the package as a whole."`
	User       string    `help:"Only what this user asked for."`
	INN        string    `name:"inn" help:"Only with this counterparty."`
	KPP        string    `name:"kpp" help:"Only with this branch of the counterparty."`
	Operation  string    `help:"Only this call of the operator: SendMessage."`
	Outcome    string    `enum:",ok,fault,unavailable,unreadable,silent" default:"" help:"Only with this outcome: ok, fault, unavailable, unreadable or silent."`
	Unfinished bool      `help:"Only exchanges without an answer: interrupted or still running."`
	Code       string    `help:"Only with this code of the operator."`
	From       time.Time `format:"2006-01-02" placeholder:"YYYY-MM-DD" help:"From this day on, by this machine's time."`
	Until      time.Time `format:"2006-01-02" placeholder:"YYYY-MM-DD" help:"Up to this day, which is left out."`

	csvFlags   `embed:""`
	readerFlag `embed:""`
}

func (l logExport) asked() string {
	unfinished := ""
	if l.Unfinished {
		unfinished = "yes"
	}
	return asked("log export", "format", l.Format, "package", l.Package, "document", l.Document, "user", l.User, "inn", l.INN, "kpp", l.KPP,
		"operation", l.Operation, "outcome", l.Outcome, "unfinished", unfinished, "code", l.Code, "from", day(l.From), "until", day(l.Until))
}

func (l logExport) filter() directory.ExchangeFilter {
	return directory.ExchangeFilter{
		Subscriber: edo.SubscriberID(l.Subscriber), Package: edo.PackageID(l.Package), Document: edo.DocumentID(l.Document), Actor: edo.ActorID(l.User),
		INN: l.INN, KPP: l.KPP, Operation: l.Operation, Outcome: edo.Outcome(l.Outcome), Unfinished: l.Unfinished, Code: l.Code,
		From: localDay(l.From), To: localDay(l.Until),
	}
}

// Run writes the rows page by page: facts only, neither heads nor XML.
func (l logExport) Run(c *command) error {
	return c.with(func(p *parts) error {
		if err := p.knownIf(c.ctx, l.Subscriber); err != nil {
			return err
		}
		if err := l.filter().Check(); err != nil {
			return err
		}
		if err := vacant(l.Out); err != nil {
			return err
		}
		if err := p.exporting(c.ctx, l.reader(), edo.SubscriberID(l.Subscriber), nil, l.asked()); err != nil {
			return err
		}
		rows, damaged := 0, 0
		err := c.output(l.Out, func(w io.Writer) (err error) {
			sheet := tables.JSONLines(w, tables.Messages())
			if l.Format == "csv" {
				sheet = tables.CSV(w, tables.Messages(), l.options(c.lang))
			}
			rows, damaged, err = c.export(p, l.filter(), sheet)
			return err
		})
		if err == nil && l.Out != "-" {
			err = c.emit(map[string]any{"file": l.Out, "rows": rows}, func() { c.print("%s: %s %d\n", l.Out, c.lang.say("строк", "rows"), rows) })
		}
		if err == nil {
			err = c.unreadable(damaged)
		}
		return err
	})
}

// export writes every row that the filter chooses, oldest first, those that cannot be read with a note. One page is in
// memory at a time.
func (c *command) export(p *parts, f directory.ExchangeFilter, sheet *tables.Sheet[directory.Exchange]) (rows, damaged int, err error) {
	f.Oldest, f.Limit = true, directory.MaxLimit
	for {
		page, err := p.Store.Rows(c.ctx, f)
		if err != nil {
			return rows, damaged, err
		}
		for _, e := range page {
			if e.Unreadable != "" {
				e.Note = c.row(e)
			}
			if err := sheet.Write(e.Exchange); err != nil {
				return rows, damaged, err
			}
			f.After = e.Seq
		}
		damaged += unread(page)
		if rows += len(page); len(page) < f.Limit {
			return rows, damaged, sheet.Flush()
		}
	}
}

type logBooks struct {
	Day time.Time `required:"" format:"2006-01-02" placeholder:"YYYY-MM-DD" help:"Which day's messages, by this machine's time."`
	Out string    `required:"" placeholder:"DIR" help:"Folder for the three files, made if it is new."`

	csvFlags   `embed:""`
	readerFlag `embed:""`
}

// Run writes three files, each named as its book and the day.
func (l logBooks) Run(c *command) error {
	return c.with(func(p *parts) error {
		if _, err := p.mayExport(c.ctx, l.reader(), "", nil); err != nil {
			return err
		}
		if err := l.folder(c.lang); err != nil {
			return err
		}
		if err := p.exporting(c.ctx, l.reader(), "", nil, asked("log books", "day", day(l.Day))); err != nil {
			return err
		}
		subscribers, err := p.Store.Subscribers(c.ctx)
		if err != nil {
			return err
		}
		var users []directory.User
		for _, s := range subscribers {
			some, err := p.Store.Users(c.ctx, s.ID)
			if err != nil {
				return err
			}
			users = append(users, some...)
		}
		o, written, damaged := l.options(c.lang), []string{}, 0
		err = writeBook(c, l, tables.Subscribers(), o, &written, func(s *tables.Sheet[directory.Subscriber]) error { return all(s, subscribers) })
		if err == nil {
			err = writeBook(c, l, tables.Users(), o, &written, func(s *tables.Sheet[directory.User]) error { return all(s, users) })
		}
		if err == nil {
			err = writeBook(c, l, tables.Messages(), o, &written, func(s *tables.Sheet[directory.Exchange]) error {
				day := localDay(l.Day)
				_, damaged, err = c.export(p, directory.ExchangeFilter{From: day, To: day.AddDate(0, 0, 1)}, s)
				return err
			})
		}
		if err == nil {
			err = c.emit(map[string]any{"files": written}, func() {
				for _, name := range written {
					c.print("%s\n", name)
				}
			})
		}
		if err == nil {
			err = c.unreadable(damaged)
		}
		return err
	})
}

// folder makes it, and refuses one that holds a book of the day.
func (l logBooks) folder(in lang) error {
	if err := os.MkdirAll(l.Out, 0o700); err != nil {
		return err
	}
	for _, name := range []string{
		bookFile(l, in, tables.Subscribers()), bookFile(l, in, tables.Users()), bookFile(l, in, tables.Messages()),
	} {
		if err := vacant(name); err != nil {
			return err
		}
	}
	return nil
}

func bookFile[T any](l logBooks, in lang, b tables.Book[T]) string {
	return filepath.Join(l.Out, fmt.Sprintf("%s %s.csv", in.say(b.RU, b.EN), l.Day.Format(time.DateOnly)))
}

func all[T any](s *tables.Sheet[T], rows []T) error {
	for _, r := range rows {
		if err := s.Write(r); err != nil {
			return err
		}
	}
	return s.Flush()
}

func writeBook[T any](c *command, l logBooks, b tables.Book[T], o tables.Options, written *[]string, rows func(*tables.Sheet[T]) error) error {
	name := bookFile(l, c.lang, b)
	*written = append(*written, name)
	return c.output(name, func(w io.Writer) error { return rows(tables.CSV(w, b, o)) })
}
