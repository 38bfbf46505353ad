package main

import (
	"github.com/edokit/edokit/edo"
)

type taskList struct {
	Subscriber string `required:"" help:"Of which of our organisations."`
	Actor      string `required:"" help:"On whose behalf: a user that is allowed to sign."`
}

// Run lists what waits for a signature.
func (l taskList) Run(c *command) error {
	return c.with(func(p *parts) error {
		tasks, err := p.gateway.Tasks(c.ctx, edo.ActorID(l.Actor), edo.SubscriberID(l.Subscriber))
		if err != nil {
			return err
		}
		return c.emit(list(tasks), func() {
			c.table(c.lang.say("ДО\tПАКЕТ\tДОКУМЕНТ\tДЛЯ ЧЕГО\tПОДПИСАНТ\tСЕРТИФИКАТ\tИМЯ\tБАЙТ\tСОСТОЯНИЕ", "DEADLINE\tPACKAGE\tDOCUMENT\tPURPOSE\tSIGNER\tCERTIFICATE\tNAME\tBYTES\tSTATE"), func(line func(...any)) {
				for _, t := range tasks {
					line(when(t.Deadline), t.Key.Key.Package, t.Key.Document, c.lang.answer(t.Purpose), t.Signer, t.Required.Thumbprint, dash(t.Name), t.Size, c.lang.task(t.State))
				}
			})
		})
	})
}

// oneTask names a signature task.
type oneTask struct {
	Package    string `arg:"" help:"Package id, as the list shows it."`
	Document   string `arg:"" help:"Document id, as the list shows it."`
	Subscriber string `required:"" help:"Of which of our organisations."`
}

func (t oneTask) key() edo.TaskKey {
	return edo.TaskKey{Key: edo.Key{Subscriber: edo.SubscriberID(t.Subscriber), Package: edo.PackageID(t.Package)}, Document: edo.DocumentID(t.Document)}
}

type taskBytes struct {
	oneTask `embed:""`
	Out     string `required:"" placeholder:"FILE" help:"File to write, which must not exist; - for standard output."`

	readerFlag `embed:""`
}

// Run writes the bytes that have to be signed.
func (t taskBytes) Run(c *command) error {
	if err := vacant(t.Out); err != nil {
		return err
	}
	return c.with(func(p *parts) error {
		task, err := p.Store.Task(c.ctx, t.key())
		if err != nil {
			return err
		}
		by := t.reader()
		err = p.gateway.Reading(c.ctx, edo.AccessRequest{
			Actor: by.Actor, Local: by.Local, Action: edo.ActionReadContent, Subscriber: task.Key.Key.Subscriber, Kinds: []string{task.Kind},
		}, task.Digest.String())
		if err != nil {
			return err
		}
		content, err := p.Archive.Open(c.ctx, task.Digest)
		if err != nil {
			return err
		}
		return c.save(content, edo.Version{Document: task.Key.Document, Role: edo.RoleOriginal, Name: task.Name, Digest: task.Digest, Size: content.Size}, t.Out)
	})
}

type taskComplete struct {
	oneTask   `embed:""`
	Actor     string `required:"" help:"On whose behalf: a user that is allowed to sign."`
	Signature string `required:"" type:"path" placeholder:"FILE" help:"Detached signature (DER) over exactly these bytes, by the certificate wanted."`
}

// Run ends the task with a signature.
func (t taskComplete) Run(c *command) error {
	cms, err := readSmall(t.Signature, edo.MaxSignatureSize)
	if err != nil {
		return err
	}
	return c.with(func(p *parts) error {
		if err := p.gateway.Complete(c.ctx, edo.ActorID(t.Actor), t.key(), cms); err != nil {
			return err
		}
		return c.ended(p, t.key())
	})
}

type taskDecline struct {
	oneTask `embed:""`
	Actor   string `required:"" help:"On whose behalf: a user that is allowed to sign."`
	Text    string `help:"Why."`
}

// Run ends the task without a signature.
func (t taskDecline) Run(c *command) error {
	return c.with(func(p *parts) error {
		if err := p.gateway.Decline(c.ctx, edo.ActorID(t.Actor), t.key(), t.Text); err != nil {
			return err
		}
		return c.ended(p, t.key())
	})
}

// ended prints what became of a task.
func (c *command) ended(p *parts, k edo.TaskKey) error {
	task, err := p.Store.Task(c.ctx, k)
	if err != nil {
		return err
	}
	return c.emit(task, func() { c.print("%s %s: %s\n", printable(string(k.Key.Package)), k.Document, c.lang.task(task.State)) })
}
