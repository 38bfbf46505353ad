package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/cms"
	"github.com/edokit/edokit/edo/evidence"
)

type evidenceOf struct {
	Request    string `arg:"" optional:"" help:"The operator's id of an inbound request, as the inbox shows it."`
	Subscriber string `required:"" help:"Of which of our organisations."`
	Package    string `help:"A package of our own instead of a request; with --out."`
	Document   string `help:"With --package: which document, if it has several."`
	Out        string `placeholder:"ZIP" help:"Have the operator's archive of the flow written to this file, which must not exist, and check it."`

	readerFlag `embed:""`
}

// Run prints the line, and writes the archive if that is wanted; exit code 1 if the archive does not prove what we hold.
func (e evidenceOf) Run(c *command) error {
	switch {
	case (e.Request == "") == (e.Package == ""):
		return usage("request", "and --package are both given, or neither", "give one of them")
	case e.Package == "" && e.Document != "":
		return usage("document", "is given without --package", "name the package as well")
	case e.Package != "" && e.Out == "":
		return usage("out", "is missing", "name a new file for the archive")
	}
	return c.with(func(p *parts) error {
		if e.Package != "" {
			return e.own(c, p)
		}
		line, err := p.gateway.Evidence(c.ctx, edo.InboundKey{Subscriber: edo.SubscriberID(e.Subscriber), Remote: edo.RemoteID(e.Request)})
		if err != nil {
			return err
		}
		if e.Out == "" {
			return c.emit(map[string]any{"evidence": line}, func() { c.print("%s\n", c.evidenceLine(line)) })
		}
		d := line.Request
		return e.prove(c, p, "evidence", line, c.evidenceLine(line), d.Message, step{d.Key.Remote, received(d)}, cmp.Or(d.Kind, d.Type))
	})
}

// own proves a document that we have sent.
func (e evidenceOf) own(c *command, p *parts) error {
	op, err := p.gateway.Status(c.ctx, edo.Key{Subscriber: edo.SubscriberID(e.Subscriber), Package: edo.PackageID(e.Package)})
	if err != nil {
		return err
	}
	if !op.State.Sent() {
		return &edo.Error{Kind: edo.NotReady, Field: "package", Message: "is not with the operator: " + string(op.State), Remedy: "ask again when it was sent"}
	}
	if e.Document == "" && len(op.Documents) == 1 {
		e.Document = string(op.Documents[0].ID)
	}
	d := op.Document(edo.DocumentID(e.Document))
	if d == nil {
		return usage("document", "names no document of the package", "give the id of one, as the status shows it")
	}
	line := printable(fmt.Sprintf("%s %s, %s %s, %s %s: %s", c.lang.say("пакет", "package"), op.Key.Package, c.lang.say("документ", "document"), d.ID,
		c.lang.say("время оператора", "operator's time"), when(op.OperatorTime), c.lang.state(d.State)))
	return e.prove(c, p, "operation", op, line, op.Message, step{d.Remote, sent(op, *d)}, d.Kind)
}

// prove writes the archive and says what it is worth.
func (e evidenceOf) prove(c *command, p *parts, name string, what any, line string, m edo.MessageID, first step, kind string) error {
	s := edo.SubscriberID(e.Subscriber)
	if err := vacant(e.Out); err != nil {
		return err
	}
	if _, err := p.mayExport(c.ctx, e.reader(), s, []string{kind}); err != nil {
		return err
	}
	expect, err := p.expected(c.ctx, s, first)
	if err != nil {
		return err
	}
	export := asked("evidence "+e.Request, "package", e.Package, "document", e.Document)
	if err := p.exporting(c.ctx, e.reader(), s, []string{kind}, export); err != nil {
		return err
	}
	report, err := p.proof(c.ctx, s, edo.Ref{Message: m, Remote: first.remote}, expect, e.Out)
	if err != nil {
		return err
	}
	err = c.emit(map[string]any{name: what, "archive": report, "complete": report.Complete()}, func() {
		c.print("%s\n", line)
		texts := report.English()
		if c.lang == russian {
			texts = report.Russian()
		}
		for _, text := range texts {
			c.print("  %s\n", printable(text))
		}
	})
	if err == nil && !report.Complete() {
		err = errReported
	}
	return err
}

// evidenceLine is request, stamped version, both clocks and the term.
func (c *command) evidenceLine(e edo.Evidence) string {
	say := c.lang.say
	stamped := say("печатной формы нет", "no printed form")
	for _, v := range e.Versions {
		if v.Role == edo.RoleOperatorForm {
			stamped = say("печатная форма ", "printed form ") + v.Digest.Short()
		}
	}
	reply := say("ответа нет", "no reply")
	if e.Reply != nil {
		reply = fmt.Sprintf("%s %s, %s, %s %s, %s %s, %s %v", say("ответ", "reply"), e.Reply.Key.Package, stamped,
			say("время оператора", "operator's time"), when(e.OperatorTime), say("наше", "ours"), when(e.LocalTime),
			say("расхождение", "skew"), e.Skew.Round(time.Millisecond))
	}
	if other := e.Request.Reply; other.Channel != "" {
		otherwise := say("ответ дан ", "answered ") + c.lang.channel(other.Channel) + ": " + other.Reason
		if reply += "; " + otherwise; e.Reply == nil {
			reply = otherwise
		}
	}
	return printable(fmt.Sprintf("%s %s, %s %s; %s; %s %s", say("запрос", "request"), e.Request.Key.Remote, say("время оператора", "operator's time"), when(e.Request.OperatorTime),
		reply, say("срок", "term"), c.lang.term(e.Term)))
}

// proof writes the operator's archive of a document's flow to a new file and checks it against what is expected. A
// file that could not be written whole is removed again.
func (p *parts) proof(ctx context.Context, s edo.SubscriberID, of edo.Ref, expect evidence.Expect, out string) (report evidence.Report, err error) {
	archivist, done, err := p.archivist(ctx, s)
	if err != nil {
		return report, err
	}
	defer done()
	f, err := os.OpenFile(out, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return report, usage("out", out+" exists", "name a new file, or remove that one first")
	}
	if err != nil {
		return report, err
	}
	defer func() {
		err = errors.Join(err, f.Close())
		if err != nil {
			_ = os.Remove(out)
		}
	}()
	if _, err := archivist.FlowArchive(ctx, of, true, f); err != nil {
		return report, err
	}
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return report, err
	}
	if err := f.Sync(); err != nil {
		return report, err
	}
	bundle, err := evidence.Read(ctx, f, size, evidence.Limits{})
	if err != nil {
		return report, err
	}
	return bundle.Check(ctx, expect, cms.Verifier{})
}

// archivist is a session of the subscriber's operator that gives archives of flows.
func (p *parts) archivist(ctx context.Context, s edo.SubscriberID) (edo.Archivist, func(), error) {
	account, err := p.Vault.Account(ctx, s)
	if err != nil {
		return nil, nil, err
	}
	none := &edo.Error{Kind: edo.NotSupported, Field: "subscriber.operator", Message: account.Operator + " gives no archives of flows here", Remedy: "take them from the operator's own pages"}
	driver := p.driver(account.Operator)
	if driver == nil {
		return nil, nil, none
	}
	session, err := driver.Open(ctx, account)
	if err != nil {
		return nil, nil, err
	}
	archivist, able := session.(edo.Archivist)
	if !able {
		return nil, nil, errors.Join(none, session.Close())
	}
	return archivist, func() { _ = session.Close() }, nil
}
