package main

import (
	"errors"
	"io"
	"time"

	"github.com/edokit/edokit/edo"
)

type status struct {
	Package    string        `arg:"" optional:"" help:"Package id; without it the latest packages are listed."`
	Subscriber string        `help:"Of which of our organisations; required with a package id."`
	Attempts   bool          `help:"Show every attempt as well."`
	Wait       bool          `help:"Work on it here until the stamped versions are stored, and print every change."`
	Timeout    time.Duration `default:"10m" help:"With --wait: how long."`
	Limit      int           `default:"20" help:"How many to list."`
}

// Run shows one package or the latest ones.
func (s status) Run(c *command) error {
	if s.Package != "" && s.Subscriber == "" {
		return usage("subscriber", "is missing", "give --subscriber with the package id")
	}
	return c.with(func(p *parts) error {
		if s.Package == "" {
			return s.list(c, p)
		}
		key := edo.Key{Subscriber: edo.SubscriberID(s.Subscriber), Package: edo.PackageID(s.Package)}
		if s.Wait {
			return c.wait(p, key, s.Timeout)
		}
		op, err := p.gateway.Status(c.ctx, key)
		if err != nil {
			return err
		}
		if !s.Attempts {
			return c.emit(op, func() { c.printOperation(op) })
		}
		attempts, err := p.Store.Attempts(c.ctx, key)
		if err != nil {
			return err
		}
		return c.emit(map[string]any{"operation": op, "attempts": list(attempts)}, func() {
			c.printOperation(op)
			c.table(c.lang.say("НАЧАТО\tОКОНЧЕНО\tРАБОТА\tДОКУМЕНТ\tИТОГ\tПОДРОБНОСТИ", "BEGUN\tENDED\tJOB\tDOCUMENT\tRESULT\tDETAIL"), func(line func(...any)) {
				for _, a := range attempts {
					line(when(a.At), when(a.EndedAt), a.Job, dash(a.Document), dash(a.Result), whole(dash(a.Detail)))
				}
			})
		})
	})
}

func (s status) list(c *command, p *parts) error {
	if err := p.knownIf(c.ctx, s.Subscriber); err != nil {
		return err
	}
	rows, err := p.Store.Operations(c.ctx, edo.OperationFilter{Subscriber: edo.SubscriberID(s.Subscriber), Limit: s.Limit})
	if err != nil {
		return err
	}
	return c.emit(list(rows), func() {
		c.table(c.lang.say("ПРИНЯТ\tАБОНЕНТ\tПАКЕТ\tКОМУ\tДОКУМЕНТОВ\tСОСТОЯНИЕ", "ACCEPTED\tSUBSCRIBER\tPACKAGE\tTO\tDOCUMENTS\tSTATE"), func(line func(...any)) {
			for _, op := range rows {
				line(when(op.CreatedAt), op.Key.Subscriber, op.Key.Package, op.To.INN, len(op.Documents), c.lang.state(op.State))
			}
		})
	})
}

func (c *command) printOperation(op edo.Operation) {
	say := c.lang.say
	c.print("%s %s: %s%s\n", say("Пакет", "Package"), op.Key.Package, c.lang.state(op.State), c.lang.why(op.Reason, op.Detail))
	c.printPurpose(op)
	if op.State.Sent() {
		c.print("  %s: %s\n", say("Идентификатор у оператора", "Id at the operator"), printable(string(op.Message)))
		c.print("  %s: %s, %s: %s\n", say("Время оператора", "Operator's time"), when(op.OperatorTime), say("наше", "ours"), when(op.SentAt))
	}
	for _, a := range op.Candidates {
		c.print("  %s: --to-box %s (%s, %s)\n", say("Подходит ящик", "A box that fits"), printable(string(a.Box)), printable(a.Name), printable(dash(a.KPP)))
	}
	for _, d := range op.Documents {
		c.print("  %s %s (%d %s, sha256 %s)\n", d.ID, printable(d.Name), d.Size, say("байт", "bytes"), d.Digest.Short())
		if owner := d.SignedBy.Owner; owner != "" {
			by := say("Подписал", "Signed by")
			if d.Signature.IsZero() {
				by = say("Подпишет", "Will be signed by")
			}
			c.print("      %s: %s\n", by, printable(owner))
		}
		if d.Verdict == edo.VerdictOperatorOnly {
			c.print("      %s\n", say("подпись проверит только оператор", "the signature is checked by the operator only"))
		}
		if d.Remote != "" {
			c.print("      %s: %s\n", say("Идентификатор документа у оператора", "The operator's id of the document"), printable(string(d.Remote)))
		}
		if d.State != "" {
			c.print("      %s: %s\n", say("Состояние документа", "State of the document"), c.lang.state(d.State))
		}
		c.field("      ", say("Что написал контрагент", "What the counterparty wrote"), d.AnswerText)
		if op.Stamps() {
			c.print("      %s%s\n", c.lang.stamp(d.Stamp), c.lang.why(d.StampReason, d.StampDetail))
		}
		for _, v := range d.Versions {
			c.print("      %s %s: %d %s, sha256 %s %s\n", say("версия", "version"), v.Role, v.Size, say("байт", "bytes"), v.Digest.Short(), c.lang.remark(v.Remark))
		}
	}
}

// printPurpose says who a package is for, or what it answers.
func (c *command) printPurpose(op edo.Operation) {
	say := c.lang.say
	if op.Answer != "" {
		for _, d := range op.Documents {
			c.print("  %s: %s, %s %s\n", say("Ответ", "Answer"), c.lang.answer(op.Answer), say("на документ", "to the document"), printable(string(d.Parent)))
		}
		return
	}
	c.print("  %s: %s %s\n", say("Кому", "To"), op.To.INN, printable(op.To.Name))
	if op.Channel != "" && op.Channel != edo.ChannelOperator {
		c.print("  %s: %s\n", say("Каким путём", "Way"), c.lang.channel(op.Channel))
	}
	if op.InReplyTo != "" {
		c.print("  %s: %s\n", say("В ответ на", "In reply to"), printable(string(op.InReplyTo)))
	}
}

// printChange prints what is new since the last look, one line each.
func (c *command) printChange(last, op edo.Operation) {
	now := time.Now().Format("15:04:05")
	if op.State != last.State || op.Reason != last.Reason {
		c.print("%s  %s%s\n", now, c.lang.state(op.State), c.lang.why(op.Reason, op.Detail))
	}
	for _, d := range op.Documents {
		before := last.Document(d.ID)
		if op.Stamps() && (before == nil || before.Stamp != d.Stamp) {
			c.print("%s  %s: %s%s\n", now, printable(d.Name), c.lang.stamp(d.Stamp), c.lang.why(d.StampReason, d.StampDetail))
		}
	}
}

type fetch struct {
	Package    string `arg:"" help:"Package id."`
	Document   string `arg:"" help:"Document id."`
	Subscriber string `required:"" help:"Of which of our organisations."`
	Role       string `enum:"original,signature,operator-form,local-mark,evidence" default:"operator-form" help:"Which version: original, signature, operator-form, local-mark or evidence."`
	Out        string `required:"" placeholder:"FILE" help:"File to write, which must not exist; - for standard output."`
	readerFlag `embed:""`
}

// Run writes one version to a new file.
func (f fetch) Run(c *command) error {
	if err := vacant(f.Out); err != nil {
		return err
	}
	return c.with(func(p *parts) error {
		key := edo.Key{Subscriber: edo.SubscriberID(f.Subscriber), Package: edo.PackageID(f.Package)}
		content, version, err := p.gateway.Content(c.ctx, f.reader(), key, edo.DocumentID(f.Document), edo.Role(f.Role))
		if err != nil {
			return err
		}
		return c.save(content, version, f.Out)
	})
}

// copy writes content to standard output. It is verified while it is read: a failure at the end shows in the exit code.
func (c *command) copy(content edo.Content) error {
	r, err := content.Open(c.ctx)
	if err != nil {
		return err
	}
	_, err = io.Copy(c.out, r)
	return errors.Join(err, r.Close())
}
