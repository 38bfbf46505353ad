package main

import (
	"io"

	"github.com/edokit/edokit/directory/cassette"
	"github.com/edokit/edokit/edo"
)

type logCassette struct {
	Package    string `arg:"" help:"Package id."`
	Subscriber string `required:"" help:"Of which of our organisations."`
	Out        string `required:"" placeholder:"FILE" help:"File to write, which must not exist; - for standard output."`

	readerFlag `embed:""`
}

// Run writes the masked exchanges of one package, to be played again.
func (l logCassette) Run(c *command) error {
	return c.with(func(p *parts) error {
		if err := p.known(c.ctx, l.Subscriber); err != nil {
			return err
		}
		if err := vacant(l.Out); err != nil {
			return err
		}
		op, err := p.Store.Operation(c.ctx, edo.Key{Subscriber: edo.SubscriberID(l.Subscriber), Package: edo.PackageID(l.Package)})
		if err != nil {
			return err
		}
		if _, err := p.mayExport(c.ctx, l.reader(), op.Key.Subscriber, kindsOf(op)); err != nil {
			return err
		}
		made, err := cassette.Collect(c.ctx, p.Store, p.Archive, op.Key)
		if err != nil {
			return err
		}
		if err := p.exporting(c.ctx, l.reader(), op.Key.Subscriber, kindsOf(op), "log cassette "+l.Package); err != nil {
			return err
		}
		if err := c.output(l.Out, func(w io.Writer) error { return made.Write(w) }); err != nil || l.Out == "-" {
			return err
		}
		return c.emit(map[string]any{"package": l.Package, "exchanges": len(made.Exchanges), "file": l.Out}, func() {
			c.print("%s: %s %d\n", l.Out, c.lang.say("обменов", "exchanges"), len(made.Exchanges))
			c.print("%s\n", c.lang.say(
				"Секретов и содержимого в файле нет; имена, ИНН, ящики и имена файлов сторон есть.",
				"It holds no secret and no content; names, INNs, boxes and file names of the parties it does hold."))
		})
	})
}
