package main

import (
	"cmp"
	"errors"
	"io/fs"
	"path/filepath"
	"strings"
	"time"

	"github.com/edokit/edokit/edo"
)

type inboxList struct {
	Subscriber string        `help:"Only of this subscriber."`
	Class      []string      `enum:"main,reply,receipt,refusal,revocation,confirmation,error,signature" help:"Only of this class: main, reply, receipt, refusal, revocation, confirmation, error or signature; several are possible."`
	Term       []string      `enum:"open,warned,met,missed" help:"Only with a term in this state: open, warned, met or missed; several are possible."`
	Since      time.Duration `placeholder:"24h" help:"Only what came in the last hours or minutes."`
	Limit      int           `default:"50" help:"How many."`
}

// Run lists what came in.
func (l inboxList) Run(c *command) error {
	filter := edo.InboundFilter{Subscriber: edo.SubscriberID(l.Subscriber), Limit: l.Limit}
	for _, class := range l.Class {
		filter.Classes = append(filter.Classes, edo.Class(class))
	}
	for _, term := range l.Term {
		filter.Terms = append(filter.Terms, edo.TermState(term))
	}
	if l.Since > 0 {
		filter.From = time.Now().Add(-l.Since)
	}
	return c.with(func(p *parts) error {
		if err := p.knownIf(c.ctx, l.Subscriber); err != nil {
			return err
		}
		rows, err := p.Store.InboundDocuments(c.ctx, filter)
		if err != nil {
			return err
		}
		return c.emit(list(rows), func() {
			c.table(c.lang.say(
				"ВРЕМЯ ОПЕРАТОРА\tАБОНЕНТ\tДОКУМЕНТ\tОТ\tЧТО\tВИД\tИМЯ\tПОДПИСИ\tСОСТОЯНИЕ\tОТВЕТСТВЕННЫЙ\tСРОК",
				"OPERATOR'S TIME\tSUBSCRIBER\tDOCUMENT\tFROM\tCLASS\tKIND\tNAME\tSIGNATURES\tSTATE\tRESPONSIBLE\tTERM"), func(line func(...any)) {
				for _, d := range rows {
					line(when(d.OperatorTime), d.Key.Subscriber, d.Key.Remote, sender(d.From), d.Class, dash(cmp.Or(d.KindID, d.Kind, d.Type)), d.Name,
						c.lang.sound(d), c.lang.inbound(d), dash(d.Responsible), c.lang.term(d.Term))
				}
			})
		})
	})
}

func sender(a edo.Address) string { return dash(cmp.Or(a.INN, a.Name, string(a.Box))) }

// document names one inbound document.
type document struct {
	Remote     string `arg:"" name:"document" help:"The operator's id of the document, as the inbox shows it."`
	Subscriber string `required:"" help:"Of which of our organisations."`
}

func (d document) key() edo.InboundKey {
	return edo.InboundKey{Subscriber: edo.SubscriberID(d.Subscriber), Remote: edo.RemoteID(d.Remote)}
}

type inboxShow struct {
	document `embed:""`
}

// Run shows one document.
func (s inboxShow) Run(c *command) error {
	return c.with(func(p *parts) error {
		d, err := p.gateway.Inbound(c.ctx, s.key())
		if err != nil {
			return err
		}
		return c.emit(d, func() { c.printInbound(d) })
	})
}

func (c *command) printInbound(d edo.InboundDocument) {
	say := c.lang.say
	line := func(ru, en, text string) { c.field("  ", say(ru, en), text) }
	c.print("%s %s: %s\n", say("Документ", "Document"), printable(string(d.Key.Remote)), c.lang.inbound(d))
	line("От кого", "From", strings.TrimSpace(d.From.INN+" "+d.From.Name))
	line("Что", "Class", c.lang.class(d.Class)+" ("+string(d.Class)+")")
	line("Вид", "Kind", cmp.Or(d.Kind, d.Type))
	line("Имя", "Name", d.Name)
	line("Номер", "Number", d.Number)
	line("Комментарий", "Comment", d.Comment)
	line("Поле отправителя", "Sender's field", d.CustomField)
	line("Текст", "Text", d.Text)
	c.print("  %s: %s, %s: %s\n", say("Время оператора", "Operator's time"), when(d.OperatorTime), say("получен", "received"), when(d.ReceivedAt))
	if !d.Digest.IsZero() {
		c.print("  %d %s, sha256 %s\n", d.Size, say("байт", "bytes"), d.Digest)
	}
	for _, s := range d.Signatures {
		c.print("  %s: %s, %s: %s%s\n", say("Подпись", "Signature"), c.signer(s.Signer), say("проверка", "check"), c.lang.verdict(s), c.lang.why(s.Reason, ""))
		if differs(s.Signer, d.From) {
			c.print("    %s\n", say("ВНИМАНИЕ: сертификат НЕ отправителя, организация или ИНН другие", "NOTE: the certificate is NOT the sender's, its organisation or INN differs"))
		}
	}
	if !d.Legitimate {
		line("Оператор не считает документ юридически значимым", "The operator does not call it legally significant", dash(strings.Join(d.NotLegitimate, "; ")))
	}
	if d.About.Package != "" {
		line("Ответ на наш документ", "Answers our document", string(d.About.Package)+" "+d.Document)
	}
	line("Ответственный", "Responsible", string(d.Responsible))
	if why := say(d.Why.RU, d.Why.EN); why != "" {
		c.print("  %s: %s\n", say("Почему", "Why"), printable(why))
	}
	line("Срок ответа", "Term of the answer", c.lang.term(d.Term))
	if r := d.Reply; r.Package != "" {
		c.print("  %s: %s, %s\n", say("Ответ", "Reply"), printable(string(r.Package)), when(r.OperatorTime))
	}
	if r := d.Reply; r.Channel != "" {
		c.print("  %s: %s, %s\n", say("Ответ другим путём", "Answered another way"), c.lang.channel(r.Channel), printable(string(r.Actor)))
		line("Причина", "Reason", r.Reason)
	}
}

type inboxSave struct {
	document `embed:""`
	Role     string `enum:"original,signature" default:"original" help:"What to write: original, or signature for the first one."`
	Out      string `required:"" placeholder:"FILE" help:"File to write, which must not exist; - for standard output."`

	readerFlag `embed:""`
}

// Run writes the bytes as they came.
func (s inboxSave) Run(c *command) error {
	if err := vacant(s.Out); err != nil {
		return err
	}
	return c.with(func(p *parts) error {
		d, err := p.gateway.Inbound(c.ctx, s.key())
		if err != nil {
			return err
		}
		key := edo.Key{Subscriber: d.Key.Subscriber, Package: edo.PackageID(d.Message)}
		content, version, err := p.gateway.Content(c.ctx, s.reader(), key, edo.DocumentID(d.Key.Remote), edo.Role(s.Role))
		if err != nil {
			return err
		}
		return c.save(content, version, s.Out)
	})
}

// save writes one version to a new file; a file whose bytes could not be verified is removed again.
func (c *command) save(content edo.Content, version edo.Version, out string) error {
	if out == "-" {
		return c.copy(content)
	}
	if err := content.Save(c.ctx, out); err != nil {
		return taken(out, err)
	}
	return c.emit(version, func() {
		c.print("%s: %d %s, sha256 %s\n", filepath.Base(out), version.Size, c.lang.say("байт", "bytes"), version.Digest)
	})
}

func taken(out string, err error) error {
	if errors.Is(err, fs.ErrExist) {
		return usage("out", out+" exists", "name a new file, or remove that one first; - writes to standard output")
	}
	return err
}
