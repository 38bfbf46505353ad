package main

import (
	"slices"
	"strings"
	"time"

	"github.com/edokit/edokit/edo"
)

// answer has one command for each answer, so that each takes exactly what it needs.
type answer struct {
	Offers           answerOffers           `cmd:"" help:"List what the operator offers to do with a document now."`
	Receipt          answerReceipt          `cmd:"" help:"Confirm that it came. Usually done by itself."`
	Sign             answerSign             `cmd:"" help:"Sign it as well."`
	Refuse           answerRefuse           `cmd:"" help:"Refuse to sign, with a text."`
	Revoke           answerRevoke           `cmd:"" help:"Offer to revoke it, with a text."`
	AcceptRevocation answerAcceptRevocation `cmd:"" help:"Sign the other side's offer to revoke."`
	RefuseRevocation answerRefuseRevocation `cmd:"" help:"Refuse that offer, with a text."`
}

// answering is what every answer needs. The same answer to the same document is given once, however often it is asked for.
type answering struct {
	document `embed:""`
	Actor    string        `required:"" help:"On whose behalf: a user that is allowed to answer."`
	Signer   string        `help:"Whose key signs."`
	Wait     bool          `help:"Work on it here until it is with the operator, and print every change."`
	Timeout  time.Duration `default:"10m" help:"With --wait: how long."`
}

// texted is an answer that says why.
type texted struct {
	answering `embed:""`
	Text      string `required:"" help:"Why; the other side reads it."`
}

type (
	answerReceipt struct {
		answering `embed:""`
	}
	answerSign struct {
		answering `embed:""`
		Signature string `type:"path" placeholder:"FILE" help:"Finished detached signature (DER) instead of --signer."`
	}
	answerRefuse struct {
		texted `embed:""`
	}
	answerRevoke struct {
		texted `embed:""`
	}
	answerAcceptRevocation struct {
		answering `embed:""`
	}
	answerRefuseRevocation struct {
		texted `embed:""`
	}
)

// Run confirms the receipt.
func (a answerReceipt) Run(c *command) error { return a.give(c, edo.AnswerReceipt, "", nil) }

// Run signs as well.
func (a answerSign) Run(c *command) error {
	if a.Signature == "" {
		return a.give(c, edo.AnswerSign, "", nil)
	}
	cms, err := readSmall(a.Signature, edo.MaxSignatureSize)
	if err != nil {
		return err
	}
	return a.give(c, edo.AnswerSign, "", cms)
}

// Run refuses to sign.
func (a answerRefuse) Run(c *command) error {
	return a.give(c, edo.AnswerRefuse, strings.TrimSpace(a.Text), nil)
}

// Run offers to revoke.
func (a answerRevoke) Run(c *command) error {
	return a.give(c, edo.AnswerRevoke, strings.TrimSpace(a.Text), nil)
}

// Run accepts the offer to revoke.
func (a answerAcceptRevocation) Run(c *command) error {
	return a.give(c, edo.AnswerAcceptRevocation, "", nil)
}

// Run refuses the offer to revoke.
func (a answerRefuseRevocation) Run(c *command) error {
	return a.give(c, edo.AnswerRefuseRevocation, strings.TrimSpace(a.Text), nil)
}

func (a answering) give(c *command, kind edo.AnswerKind, text string, signature []byte) error {
	return c.with(func(p *parts) error {
		op, err := p.gateway.Answer(c.ctx, edo.Answer{
			Subscriber: edo.SubscriberID(a.Subscriber), Actor: edo.ActorID(a.Actor), Kind: kind, Document: edo.RemoteID(a.Remote),
			Text: text, Signer: edo.SignerID(a.Signer), Signature: signature,
		})
		switch {
		case err != nil:
			return err
		case a.Wait:
			return c.wait(p, op.Key, a.Timeout)
		}
		return c.emit(op, func() { c.printOperation(op) })
	})
}

type answerOffers struct {
	document `embed:""`
	Actor    string `required:"" help:"On whose behalf: a user that is allowed to answer."`
}

// Run asks the operator.
func (a answerOffers) Run(c *command) error {
	return c.with(func(p *parts) error {
		offers, err := p.gateway.Offers(c.ctx, edo.ActorID(a.Actor), edo.SubscriberID(a.Subscriber), edo.RemoteID(a.Remote))
		if err != nil {
			return err
		}
		slices.Sort(offers)
		return c.emit(list(offers), func() {
			for _, o := range offers {
				c.print("%s: %s\n", o, c.lang.answer(o))
			}
		})
	})
}
