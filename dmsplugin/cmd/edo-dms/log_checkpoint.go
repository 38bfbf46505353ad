package main

import (
	"fmt"
	"time"

	"github.com/edokit/edokit/directory/proof"
	"github.com/edokit/edokit/edo"
)

type logCheckpoint struct {
	Subscriber []string `help:"Only of these subscribers; again for more."`
	Out        string   `required:"" placeholder:"FILE" help:"File to write, which must not exist; - for standard output."`

	signingKey `embed:""`
}

// Help is the longer text of --help.
func (logCheckpoint) Help() string {
	return `Whoever can write the database can also write the whole chain anew, or cut off its end. A checkpoint that is kept
where he cannot write shows it: see log verify --checkpoint. Once a day from cron, on another machine:

  0 3 * * * edo-dms log checkpoint --key /etc/edokit/log.p12 --password-file /etc/edokit/log.pass --out /mnt/worm/$(date +\%F).xml`
}

// Run writes the ends of the chains.
func (l logCheckpoint) Run(c *command) error {
	key, err := l.load(c)
	if err != nil {
		return err
	}
	subscribers := make([]edo.SubscriberID, len(l.Subscriber))
	for i, s := range l.Subscriber {
		subscribers[i] = edo.SubscriberID(s)
	}
	return c.with(func(p *parts) error {
		made, err := proof.Checkpoints(c.ctx, p.Store, time.Now(), subscribers...)
		if err != nil {
			return err
		}
		if err := c.sign(made, key, l.Out); err != nil || l.Out == "-" {
			return err
		}
		return c.emit(made, func() { c.printCheckpoints(made) })
	})
}

func (c *command) printCheckpoints(p proof.Proof) {
	for _, one := range p.Checkpoints {
		c.print("%s\n", printable(fmt.Sprintf("%s: %s %d, %s %s", one.Subscriber, c.lang.say("звеньев", "links"), one.Position, c.lang.say("конец", "end"), one.Digest.Short())))
	}
}

type logProof struct {
	Package    string `arg:"" help:"Package id."`
	Subscriber string `required:"" help:"Of which of our organisations."`
	XML        bool   `name:"xml" help:"With the masked XML of every exchange; without it their digests alone."`
	Out        string `required:"" placeholder:"FILE" help:"File to write, which must not exist; - for standard output."`

	signingKey `embed:""`
	readerFlag `embed:""`
}

// Run writes the package with its exchanges.
func (l logProof) Run(c *command) error {
	key, err := l.load(c)
	if err != nil {
		return err
	}
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
		made, err := proof.Collect(c.ctx, p.Store, op.Key, l.XML, time.Now())
		if err != nil {
			return err
		}
		if err := p.exporting(c.ctx, l.reader(), op.Key.Subscriber, kindsOf(op), l.asked()); err != nil {
			return err
		}
		if err := c.sign(made, key, l.Out); err != nil || l.Out == "-" {
			return err
		}
		return c.emit(map[string]any{"package": l.Package, "exchanges": len(made.Message.Exchanges), "file": l.Out}, func() {
			c.print("%s: %s %d\n", l.Out, c.lang.say("обменов", "exchanges"), len(made.Message.Exchanges))
		})
	})
}

// asked names the export of the package, and of the raw XML that goes with it.
func (l logProof) asked() string {
	xml := ""
	if l.XML {
		xml = "yes"
	}
	return asked("log proof "+l.Package, "xml", xml)
}

func kindsOf(op edo.Operation) []string {
	var kinds []string
	for _, d := range op.Documents {
		kinds = append(kinds, d.Kind)
	}
	return kinds
}
