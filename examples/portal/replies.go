package main

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/edokit/edokit/edo"
)

// write sends one document of the utility to the client, and waits until it lies in the client's account.
func (p *play) write(ctx context.Context, id edo.PackageID, d edo.Document, replyTo edo.RemoteID) (edo.InboundDocument, error) {
	var err error
	if d.Content, err = edo.FileContent(filepath.Join(p.options.utility, d.Name)); err != nil {
		return edo.InboundDocument{}, err
	}
	d.ID, d.NeedReceipt = "main", true
	op, err := p.utility.send(ctx, edo.Package{ID: id, To: client(), InReplyTo: replyTo, Documents: []edo.Document{d}})
	if err != nil {
		return edo.InboundDocument{}, err
	}
	p.saySent(op)
	in, err := p.portal.arrival(ctx, d.Kind)
	if err != nil {
		return in, err
	}
	p.sayIn(in)
	_, err = p.utility.reaches(ctx, id, edo.StateDelivered) // the client's receipt, which nobody pressed a button for
	return in, err
}

// agree answers the application; the client countersigns.
func (p *play) agree(ctx context.Context) error {
	request, err := p.utility.arrival(ctx, applicationKind)
	if err != nil {
		return err
	}
	in, err := p.write(ctx, conditions, edo.Document{
		Name: "technical-conditions.pdf", Kind: "Технические условия", Number: "ТУ-2026/0418", Signer: solodova,
	}, request.Key.Remote)
	if err != nil {
		return err
	}
	if err := p.reply(ctx, edo.Answer{Kind: edo.AnswerSign, Document: in.Key.Remote, Signer: director}); err != nil {
		return err
	}
	op, err := p.utility.reaches(ctx, conditions, edo.StateSigned)
	if err == nil {
		p.sayf("   the utility sees %s: %s", op.Key.Package, op.State)
	}
	return err
}

// refuse sends the contract back with a text.
func (p *play) refuse(ctx context.Context) error {
	in, err := p.write(ctx, contract, edo.Document{Name: "contract.pdf", Kind: "Договор", Number: "ТП-2026/0418", Signer: zagorovsky}, "")
	if err != nil {
		return err
	}
	if err := p.reply(ctx, edo.Answer{Kind: edo.AnswerRefuse, Document: in.Key.Remote, Signer: director, Text: refusalText}); err != nil {
		return err
	}
	op, err := p.utility.reaches(ctx, contract, edo.StateRefused)
	if err != nil {
		return err
	}
	e, err := p.utility.await(ctx, "the refusal", func(e edo.Event) bool {
		return e.Kind == edo.EventAnswer && e.Inbound != nil && e.Inbound.Class == edo.ClassRefusal
	})
	if err != nil {
		return err
	}
	if e.Inbound.Text != refusalText || e.Inbound.About != op.Key {
		return fmt.Errorf("the utility reads %q about %v", e.Inbound.Text, e.Inbound.About)
	}
	p.sayf("   the utility sees %s: %s, and reads: %s", op.Key.Package, op.State, e.Inbound.Text)
	return nil
}

// reply answers as the client does: what the operator offers now, and nothing else.
func (p *play) reply(ctx context.Context, a edo.Answer) error {
	offered, err := p.portal.gateway.Offers(ctx, obruchev, clientID, a.Document)
	if err != nil {
		return err
	}
	p.sayf("   the client may: %v", offered)
	op, err := p.portal.answer(ctx, a)
	if err == nil {
		p.sayf("   he answers: %s, %s", op.Answer, op.State)
	}
	return err
}

// revoke takes a letter back by agreement.
func (p *play) revoke(ctx context.Context) error {
	in, err := p.write(ctx, letter, edo.Document{Name: "letter.pdf", Kind: "Письмо", Number: "14-07/318", Signer: zagorovsky}, "")
	if err != nil {
		return err
	}
	op, err := p.utility.answer(ctx, edo.Answer{Kind: edo.AnswerRevoke, Document: in.Key.Remote, Signer: zagorovsky, Text: revocationText})
	if err != nil {
		return err
	}
	p.sayf("   the utility offers: %s, %s", op.Answer, op.State)
	e, err := p.portal.await(ctx, "the offer", func(e edo.Event) bool {
		return e.Kind == edo.EventInbound && e.Inbound != nil && e.Inbound.Class == edo.ClassRevocation
	})
	if err != nil {
		return err
	}
	p.sayf("   the client reads: %s", e.Inbound.Text)
	if err := p.reply(ctx, edo.Answer{Kind: edo.AnswerAcceptRevocation, Document: e.Inbound.Key.Remote, Signer: director}); err != nil {
		return err
	}
	op, err = p.utility.reaches(ctx, letter, edo.StateRevoked)
	if err == nil {
		p.sayf("   the utility sees %s: %s", op.Key.Package, op.State)
	}
	return err
}
