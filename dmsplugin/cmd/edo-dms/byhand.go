package main

import (
	"context"
	"time"

	"github.com/edokit/edokit/edo"
)

// onePackage names a package and says who does something to it, and why.
type onePackage struct {
	Package    string `arg:"" help:"Package id."`
	Subscriber string `required:"" help:"Of which of our organisations."`
	Actor      string `required:"" help:"On whose behalf: a user that is allowed to decide."`
	Why        string `required:"" help:"Why; it is kept with the name."`
}

func (o onePackage) key() edo.Key {
	return edo.Key{Subscriber: edo.SubscriberID(o.Subscriber), Package: edo.PackageID(o.Package)}
}

// apply does it and prints what the package has become.
func (o onePackage) apply(c *command, do func(ctx context.Context, p *parts) (edo.Operation, error)) error {
	return c.with(func(p *parts) error {
		op, err := do(c.ctx, p)
		if err != nil {
			return err
		}
		return c.emit(op, func() { c.printOperation(op) })
	})
}

type retry struct {
	onePackage `embed:""`
}

// Run lets a package go on now; what is in doubt is only asked for.
func (r retry) Run(c *command) error {
	return r.apply(c, func(ctx context.Context, p *parts) (edo.Operation, error) {
		return p.gateway.Retry(ctx, edo.ActorID(r.Actor), r.key(), r.Why)
	})
}

type cancel struct {
	onePackage `embed:""`
}

// Run ends a package of which surely nothing has left.
func (r cancel) Run(c *command) error {
	return r.apply(c, func(ctx context.Context, p *parts) (edo.Operation, error) {
		return p.gateway.Cancel(ctx, edo.ActorID(r.Actor), r.key(), r.Why)
	})
}

type decide struct {
	onePackage `embed:""`
	There      bool              `help:"The operator has it: with --message and --time as its pages show them."`
	NotThere   bool              `help:"The operator does not have it: it is sent again."`
	Message    string            `help:"The operator's id of the message."`
	Time       time.Time         `format:"2006-01-02T15:04:05Z07:00" placeholder:"YYYY-MM-DDThh:mm:ss+03:00" help:"When the operator fixed it."`
	Document   map[string]string `placeholder:"ID=REMOTE" help:"The operator's id of a document; of those that are not named no printed form is asked for."`
}

// Run ends a doubt by what a person has seen at the operator.
func (d decide) Run(c *command) error {
	if d.There == d.NotThere {
		return usage("there", "and --not-there are both given, or neither", "look at the operator's pages, and give one of them")
	}
	decision := edo.Decision{Accepted: d.There, Message: edo.MessageID(d.Message), OperatorTime: d.Time, Why: d.Why}
	for id, remote := range d.Document {
		if decision.Documents == nil {
			decision.Documents = map[edo.DocumentID]edo.RemoteID{}
		}
		decision.Documents[edo.DocumentID(id)] = edo.RemoteID(remote)
	}
	return d.apply(c, func(ctx context.Context, p *parts) (edo.Operation, error) {
		return p.gateway.Decide(ctx, edo.ActorID(d.Actor), d.key(), decision)
	})
}
