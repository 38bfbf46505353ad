package main

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/beevik/etree"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

type logList struct {
	Subscriber string        `help:"Only of this subscriber."`
	Package    string        `help:"Only of this package."`
	Document   string        `help:"Only of this document; with --package also what concerns the package as a whole."`
	User       string        `help:"Only what this user asked for."`
	INN        string        `name:"inn" help:"Only with this counterparty."`
	KPP        string        `name:"kpp" help:"Only with this branch of the counterparty."`
	Operation  string        `help:"Only this call of the operator: SendMessage."`
	Outcome    string        `enum:",ok,fault,unavailable,unreadable,silent" default:"" help:"Only with this outcome: ok, fault, unavailable, unreadable or silent."`
	Unfinished bool          `help:"Only exchanges without an answer: interrupted or still running."`
	Code       string        `help:"Only with this code of the operator."`
	Since      time.Duration `placeholder:"24h" help:"Only of the last hours or minutes."`
	Before     int64         `help:"Only rows before this number: the last one of the page before."`
	Limit      int           `default:"50" help:"How many."`
}

// Run lists exchanges, newest first.
func (l logList) Run(c *command) error {
	filter := directory.ExchangeFilter{
		Subscriber: edo.SubscriberID(l.Subscriber), Package: edo.PackageID(l.Package), Document: edo.DocumentID(l.Document),
		Actor: edo.ActorID(l.User), INN: l.INN, KPP: l.KPP, Operation: l.Operation, Outcome: edo.Outcome(l.Outcome),
		Unfinished: l.Unfinished, Code: l.Code, Before: l.Before, Limit: l.Limit,
	}
	if l.Since > 0 {
		filter.From = time.Now().Add(-l.Since)
	}
	return c.with(func(p *parts) error {
		if err := p.knownIf(c.ctx, l.Subscriber); err != nil {
			return err
		}
		rows, err := p.Store.Rows(c.ctx, filter)
		if err != nil {
			return err
		}
		err = c.emit(list(rows), func() {
			c.table(c.lang.say(
				"№\tИДЕНТИФИКАТОР\tНАЧАТ\tДЛИЛСЯ\tОПЕРАЦИЯ\tHTTP\tИТОГ\tКОД\tОТПРАВЛЕНО\tПОЛУЧЕНО\tПАКЕТ",
				"NO\tID\tSTARTED\tTOOK\tOPERATION\tHTTP\tOUTCOME\tCODE\tSENT\tRECEIVED\tPACKAGE"), func(line func(...any)) {
				for _, e := range rows {
					line(e.Seq, e.ID, when(e.StartedAt), e.Duration().Round(time.Millisecond), e.Operation, e.HTTPStatus, c.row(e), dash(e.Code), e.RequestSent, e.AnswerSize, dash(e.Package))
				}
			})
		})
		if err == nil {
			err = c.unreadable(unread(rows))
		}
		return err
	})
}

// unreadable is how a command ends that has met rows which are damaged.
func (c *command) unreadable(n int) error {
	if n == 0 {
		return nil
	}
	return &ended{fmt.Sprintf(c.lang.say("строк журнала, которые не читаются: %d; подробности: log verify", "%d rows of the log cannot be read; see log verify"), n), exitBroken}
}

// row is the outcome of a row that may be damaged.
func (c *command) row(r directory.Row) string {
	if r.Unreadable != "" {
		return c.lang.say("НЕ ЧИТАЕТСЯ", "UNREADABLE")
	}
	return c.outcome(r.Exchange)
}

func unread(rows []directory.Row) (n int) {
	for _, e := range rows {
		if e.Unreadable != "" {
			n++
		}
	}
	return n
}

func (c *command) outcome(e directory.Exchange) string {
	if !e.Finished() {
		return c.lang.say("прервано или идёт", "interrupted or running")
	}
	return c.lang.outcome(e.Outcome)
}

type logShow struct {
	ID      string `arg:"" help:"Number or id as the list shows it; the first characters of an id are enough if only one begins so."`
	XML     bool   `name:"xml" help:"Show the XML of request and answer, indented for people."`
	Request bool   `help:"Only the request."`
	Answer  bool   `help:"Only the answer."`
	Raw     bool   `help:"Exactly the stored bytes and nothing else; with --request or --answer."`

	readerFlag `embed:""`
}

// Run shows one exchange. Secrets and document content were replaced by placeholders before the row was written.
func (l logShow) Run(c *command) error {
	if l.Raw && l.Request == l.Answer {
		return usage("raw", "needs one side", "give --request or --answer")
	}
	return c.with(func(p *parts) error {
		e, err := c.exchange(p, l.ID)
		if err == nil {
			err = p.gateway.ReadingLog(c.ctx, l.reader(), edo.Key{Subscriber: e.Subscriber, Package: e.Package}, e.ID)
		}
		switch {
		case err != nil:
			return err
		case l.Raw && l.Request:
			_, err = c.out.Write(e.Request.Text)
			return err
		case l.Raw:
			_, err = c.out.Write(e.Answer.Text)
			return err
		case c.json:
			return c.emit(e, nil)
		}
		c.printExchange(e)
		both := l.Request == l.Answer
		if both || l.Request {
			if err := c.printSide(p, c.lang.say("Запрос", "Request"), e.RequestHead, e.Request, l.XML); err != nil {
				return err
			}
		}
		if (both || l.Answer) && e.Finished() {
			return c.printSide(p, c.lang.say("Ответ", "Answer"), e.AnswerHead, e.Answer, l.XML)
		}
		return nil
	})
}

// maxSearch bounds how many rows of the log, newest first, are searched for the beginning of an id.
const maxSearch = 10_000

// exchange finds a row by its id, by its number, or by the beginning of its id.
func (c *command) exchange(p *parts, name string) (directory.Exchange, error) {
	e, err := p.Store.Exchange(c.ctx, edo.ExchangeID(name))
	if !errors.Is(err, edo.NotFound) {
		return e, err
	}
	if n, err := strconv.ParseInt(name, 10, 64); err == nil && n > 0 && n < math.MaxInt64 {
		rows, err := p.Store.Exchanges(c.ctx, directory.ExchangeFilter{Before: n + 1, Limit: 1})
		if err != nil || (len(rows) == 1 && rows[0].Seq == n) {
			return c.whole(p, rows, err)
		}
	}
	rows, err := c.beginning(p, name)
	if err == nil && len(rows) != 1 {
		err = &edo.Error{Kind: edo.NotFound, Field: "id", Message: name + " is in no row of the log", Remedy: `see "edo-dms log"`}
		if len(rows) > 1 {
			err = usage("id", name+" fits several rows of the log", "give more characters, or the number")
		}
	}
	return c.whole(p, rows, err)
}

// whole reads the row with its XML, which lists leave out.
func (c *command) whole(p *parts, rows []directory.Exchange, err error) (directory.Exchange, error) {
	if err != nil {
		return directory.Exchange{}, err
	}
	return p.Store.Exchange(c.ctx, rows[0].ID)
}

// beginning finds the rows whose id begins so, two at most.
func (c *command) beginning(p *parts, prefix string) (found []directory.Exchange, err error) {
	filter := directory.ExchangeFilter{Limit: directory.MaxLimit}
	for searched := 0; searched < maxSearch; searched += filter.Limit {
		rows, err := p.Store.Rows(c.ctx, filter)
		if err != nil {
			return nil, err
		}
		for _, e := range rows {
			if strings.HasPrefix(string(e.ID), prefix) {
				found = append(found, e.Exchange)
			}
			filter.Before = e.Seq
		}
		if len(rows) < filter.Limit || len(found) > 1 {
			break
		}
	}
	return found, nil
}

func (c *command) printExchange(e directory.Exchange) {
	say := c.lang.say
	c.print("%s %s: %s %s\n", say("Обмен", "Exchange"), e.ID, e.Operation, e.Endpoint)
	c.print("  %s: %s, %s: %s (%s)\n", say("начат", "started"), when(e.StartedAt), say("окончен", "ended"), when(e.EndedAt), e.Duration().Round(time.Millisecond))
	c.print("  %s: %s, HTTP %d, %s: %s\n", say("исход", "outcome"), c.outcome(e), e.HTTPStatus, say("код оператора", "operator's code"), dash(printable(e.Code)))
	c.print("  %s: %d/%d, %s: %d\n", say("отправлено байт", "bytes sent"), e.RequestSent, e.RequestSize, say("получено", "received"), e.AnswerSize)
	c.print("  %s: %s, %s: %s\n", say("абонент", "subscriber"), e.Subscriber, say("пакет", "package"), dash(string(e.Package)))
	c.print("  %s: %s, %s: %s\n", say("пользователь", "user"), dash(printable(string(e.Actor))), say("контрагент", "counterparty"), dash(strings.TrimSpace(e.INN+" "+e.KPP)))
	c.print("  %s: %d, %d\n", say("место в цепочке", "place in the chain"), e.RequestPosition, e.AnswerPosition)
	if e.Note != "" {
		c.print("  %s\n", printable(e.Note))
	}
}

func (c *command) printSide(p *parts, title, head string, m edo.Masked, xml bool) error {
	c.print("\n--- %s\n%s\n", title, printableLines(head))
	if !xml {
		return nil
	}
	say := directory.DepartedEN
	if c.lang == russian {
		say = directory.DepartedRU
	}
	text, err := directory.Annotate(c.ctx, p.Store, m, say)
	if err == nil {
		c.print("\n%s\n", printableLines(pretty(text)))
	}
	return err
}

// pretty indents XML for people. What is no XML, such as an error page, is shown as it is.
func pretty(text []byte) string {
	tree := etree.NewDocument()
	if err := tree.ReadFromBytes(text); err != nil || tree.Root() == nil {
		return string(text)
	}
	tree.Indent(2)
	var out bytes.Buffer
	if _, err := tree.WriteTo(&out); err != nil {
		return fmt.Sprintf("%s\n(%v)", text, err)
	}
	return out.String()
}
