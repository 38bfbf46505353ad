package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/edokit/edokit/edo"
)

type send struct {
	Files       []string      `arg:"" help:"Documents of the package, in order."`
	Subscriber  string        `required:"" help:"Who sends: one of our organisations."`
	Actor       string        `required:"" help:"On whose behalf: a user that is allowed to send."`
	ToINN       string        `name:"to-inn" help:"INN of the counterparty; only with --channel e-mail or paper it may be left out."`
	ToKPP       string        `name:"to-kpp" help:"KPP of the counterparty."`
	ToName      string        `help:"Name of the counterparty, for people."`
	ToBox       string        `help:"Box of the counterparty, if it has several."`
	Signer      []string      `help:"Who signs: one for all documents, or one for each in order."`
	Signature   []string      `type:"path" placeholder:"FILE" help:"Finished detached signatures (DER), one for each document in order."`
	Package     string        `help:"Package id. The same id with the same files is the same package, never sent twice. Default: a new one."`
	Channel     string        `enum:"operator,e-mail,paper" default:"operator" help:"How it reaches the counterparty: operator; with e-mail or paper the operator only fixes the time."`
	InReplyTo   string        `placeholder:"DOCUMENT" help:"The inbound request that it answers, as the inbox shows it."`
	Flow        string        `enum:"signed,unsigned,internal" default:"signed" help:"signed, unsigned or internal."`
	Type        string        `help:"The operator's name of a formalised document's type."`
	Date        time.Time     `format:"2006-01-02" placeholder:"YYYY-MM-DD" help:"Date of the paper."`
	Sum         string        `help:"Sum with a point: 1250.00."`
	Consent     []string      `sep:"none" placeholder:"ID=FILE" help:"A consent that was given before, and the file with the text that was shown; several are possible."`
	Person      string        `help:"Who gave the consents."`
	Kind        string        `default:"Документ" help:"Kind of the documents as the counterparty reads it."`
	Number      string        `help:"Number of the paper."`
	Comment     string        `help:"Comment for the counterparty."`
	NeedSign    bool          `help:"Ask the counterparty to sign."`
	NeedReceipt bool          `help:"Ask the counterparty to confirm the receipt."`
	Wait        bool          `help:"Work on it here until the stamped versions are stored, and print every change."`
	Timeout     time.Duration `default:"10m" help:"With --wait: how long. What is not done then goes on with the next run."`
}

// Run accepts the package and, if asked, works until it is settled.
func (s send) Run(c *command) error {
	pkg, err := s.pkg()
	if err != nil {
		return err
	}
	return c.with(func(p *parts) error {
		c.unsent = true
		op, err := p.gateway.Send(c.ctx, pkg)
		if err != nil {
			return err
		}
		c.unsent = false
		if !s.Wait {
			return c.emit(op, func() {
				c.printOperation(op)
				if op.State != edo.StateAccepted && op.State != edo.StateWaiting {
					return // it is on its way already
				}
				c.print("%s\n", c.lang.say("Пакет сохранён. Его отправит работающий модуль или эта же команда с --wait и тем же --package.",
					"The package is stored. A running plugin sends it, or this command with --wait and the same --package."))
			})
		}
		return c.wait(p, op.Key, s.Timeout)
	})
}

func (s send) pkg() (edo.Package, error) {
	pkg := edo.Package{
		ID: edo.PackageID(s.Package), Subscriber: edo.SubscriberID(s.Subscriber), Actor: edo.ActorID(s.Actor),
		To:      edo.Counterparty{INN: s.ToINN, KPP: s.ToKPP, Name: s.ToName, Box: edo.BoxID(s.ToBox)},
		Channel: edo.Channel(s.Channel), InReplyTo: edo.RemoteID(s.InReplyTo), Flow: edo.Flow(s.Flow),
	}
	if pkg.ID == "" {
		id, err := uuid.NewV7()
		if err != nil {
			return pkg, err
		}
		pkg.ID = edo.PackageID(id.String())
	}
	if err := s.consents(&pkg); err != nil {
		return pkg, err
	}
	if n := len(s.Signer); n > 1 && n != len(s.Files) {
		return pkg, usage("signer", fmt.Sprintf("is given %d times for %d documents", n, len(s.Files)), "give one for all or one for each")
	}
	if n := len(s.Signature); n > 0 && n != len(s.Files) {
		return pkg, usage("signature", fmt.Sprintf("is given %d times for %d documents", n, len(s.Files)), "give one for each")
	}
	for i, file := range s.Files {
		if err := regular(fmt.Sprintf("files[%d]", i), file); err != nil {
			return pkg, err
		}
		content, err := edo.FileContent(file)
		if err != nil {
			return pkg, err
		}
		d := edo.Document{
			ID: edo.DocumentID(fmt.Sprint(i + 1)), Name: filepath.Base(file), Kind: s.Kind, Number: s.Number, Comment: s.Comment,
			Content: content, NeedSign: s.NeedSign, NeedReceipt: s.NeedReceipt, Type: s.Type, Date: s.Date, Sum: s.Sum,
		}
		switch {
		case len(s.Signature) > 0:
			if d.Signature, err = readSmall(s.Signature[i], edo.MaxSignatureSize); err != nil {
				return pkg, err
			}
		case len(s.Signer) > 0:
			d.Signer = edo.SignerID(s.Signer[min(i, len(s.Signer)-1)])
		}
		pkg.Documents = append(pkg.Documents, d)
	}
	return pkg, nil
}

// consents takes the digests of the texts that were shown.
func (s send) consents(pkg *edo.Package) error {
	for _, given := range s.Consent {
		id, file, ok := strings.Cut(given, "=")
		if !ok {
			return usage("consent", given+" names no file", "write it as personal-data=consent.txt")
		}
		content, err := edo.FileContent(file)
		if err != nil {
			return err
		}
		pkg.Consents = append(pkg.Consents, edo.Consent{ID: id, Text: content.Digest, At: time.Now(), Person: s.Person})
	}
	return nil
}

// wait works on due jobs here and prints every change of one package, until it is settled or the time is over.
func (c *command) wait(p *parts, key edo.Key, timeout time.Duration) error {
	ctx, cancel := context.WithTimeout(c.ctx, timeout)
	defer cancel()
	var workers sync.WaitGroup
	defer workers.Wait()
	work, stop := context.WithCancel(ctx)
	defer stop()
	workers.Go(func() { _ = p.gateway.Run(work) }) // ends with the context and reports nothing else

	var last edo.Operation
	for op, err := range p.gateway.Watch(ctx, key, 0) {
		switch {
		case err != nil && ctx.Err() != nil:
			return c.unfinished(p, key)
		case err != nil:
			return err
		}
		if err := c.emit(op, func() { c.printChange(last, op) }); err != nil {
			return err
		}
		last = op
	}
	if !c.json {
		c.printOperation(last)
	}
	if last.State == edo.StateFailed {
		return errReported
	}
	return nil
}

// unfinished says where a package stands that is not waited for any longer. Nothing is lost: every state is stored.
func (c *command) unfinished(p *parts, key edo.Key) error {
	op, err := p.gateway.Status(context.WithoutCancel(c.ctx), key)
	if err != nil {
		return err
	}
	code, what := exitTimeout, c.lang.say("время ожидания вышло", "the time is over")
	if c.ctx.Err() != nil {
		code, what = exitInterrupted, c.lang.say("ожидание прервано", "interrupted")
	}
	return &ended{code: code, text: fmt.Sprintf(c.lang.say(
		"%s; пакет %s: %s. Спросите снова: edo-dms status %[2]s --subscriber %[4]s --wait",
		"%s; package %s is still: %s. Ask again with: edo-dms status %[2]s --subscriber %[4]s --wait",
	), what, key.Package, c.lang.state(op.State), key.Subscriber)}
}
