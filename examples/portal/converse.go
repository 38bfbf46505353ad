package main

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/edokit/edokit/edo"
)

// Packages of the conversation.
const (
	application = edo.PackageID("application-27-agr")
	conditions  = edo.PackageID("conditions-2026-0418")
	contract    = edo.PackageID("contract-2026-0418")
	letter      = edo.PackageID("letter-14-07-318")
)

const (
	applicationKind = "Заявка на технологическое присоединение"
	consentText     = "Согласен на обработку персональных данных, указанных в заявке и приложениях к ней."
	refusalText     = "Пункт 1.4: срок присоединения — один год. Просим восемь месяцев: теплица вводится к осеннему сезону."
	revocationText  = "Договор будет направлен в новой редакции, письмо о его направлении утратило смысл."
)

// converse plays one step after the other. A step that does not come out as told ends the play.
func (p *play) converse(ctx context.Context) error {
	for i, step := range []struct {
		title string
		play  func(context.Context) error
	}{
		{"The client is registered from his certificate", p.register},
		{"He sends an application with two attachments", p.apply},
		{"The utility receives it", p.receive},
		{"The utility answers with technical conditions, the client signs them too", p.agree},
		{"The client refuses the contract", p.refuse},
		{"The utility revokes its letter, the client agrees", p.revoke},
		{"What is proved", p.prove},
		{"What is paid", p.pay},
	} {
		if i > 0 {
			p.sayf("")
		}
		p.sayf("%d. %s", i+1, step.title)
		if err := step.play(ctx); err != nil {
			return fmt.Errorf("step %d: %w", i+1, err)
		}
	}
	return nil
}

// register makes the client known to the operator, once.
func (p *play) register(ctx context.Context) error {
	p.sayLacks(ctx, "before", nil)
	who := edo.Enrolment{
		Introduction: edo.Introduction{
			Counterparty: client(), LastName: "Обручев", FirstName: "Глеб", MiddleName: "Станиславович", EMails: []string{"office@verhneluchye.example"},
		},
		Certificate: p.keys.organisation.Certificate().DER, OGRN: ogrn, AcceptRules: true,
	}
	for range 2 {
		e, err := p.portal.gateway.Enrol(ctx, obruchev, clientID, who)
		if err != nil {
			return err
		}
		what := "registered"
		if e.Existing {
			what = "asked again: was registered before"
		}
		p.sayf("   %s, box %s, the operator's rules are accepted: %t", what, e.Box, e.Rules)
		p.said.enrolled(e)
	}
	if n := len(p.operator.Registrations()); n != 1 {
		return fmt.Errorf("the operator has %d registrations", n)
	}
	p.sayf("   registrations at the operator: 1")
	return p.portal.gateway.Receive(ctx, clientID)
}

func (p *play) sayLacks(ctx context.Context, when string, consents []edo.Consent) {
	lacks := p.portal.gateway.Readiness(ctx, obruchev, clientID, director, "connection", consents).Lacks
	reasons := make([]string, len(lacks))
	for i, l := range lacks {
		reasons[i] = string(edo.ReasonOf(l))
	}
	slices.Sort(reasons)
	if len(reasons) == 0 {
		reasons = []string{"nothing"}
	}
	p.sayf("   %s: lacking %s", when, strings.Join(reasons, ", "))
}

// apply sends the application. Every document is signed in the client's browser.
func (p *play) apply(ctx context.Context) error {
	p.sayLacks(ctx, "registered", nil)
	agreed, err := consent("personal-data", consentText, "Обручев Глеб Станиславович")
	if err != nil {
		return err
	}
	p.sayLacks(ctx, "consent given", []edo.Consent{agreed})
	pack := edo.Package{ID: application, To: p.utilityAddress(), Consents: []edo.Consent{agreed}}
	for _, d := range []edo.Document{
		{ID: "application", Name: "application.pdf", Kind: applicationKind, Number: "27/агр"},
		{ID: "site-plan", Name: "site-plan.pdf", Kind: "План расположения"},
		{ID: "equipment", Name: "equipment.pdf", Kind: "Перечень устройств"},
	} {
		if d.Content, err = edo.FileContent(filepath.Join(p.options.client, d.Name)); err != nil {
			return err
		}
		d.Signer, d.NeedReceipt = director, true
		pack.Documents = append(pack.Documents, d)
	}
	op, err := p.portal.send(ctx, pack)
	if err != nil {
		return err
	}
	p.saySent(op)
	return nil
}

// saySent tells what became of a package at the operator.
func (p *play) saySent(op edo.Operation) {
	p.sayf("   %s: sent, operator's time %s, ours %s, skew %v", op.Key.Package, clock(op.OperatorTime), clock(op.SentAt), op.Skew.Round(time.Millisecond))
	for _, d := range op.Documents {
		p.sayf("   - %s, signed by %s: printed form %s", d.Name, d.SignedBy.Owner, d.Stamp)
	}
}

// receive is the utility's side of the application.
func (p *play) receive(ctx context.Context) error {
	d, err := p.utility.arrival(ctx, applicationKind)
	if err != nil {
		return err
	}
	p.sayIn(d)
	p.sayf("   responsible: %s", d.Why.EN)
	p.sayf("   answer is due: %s", clock(d.Term.Due))
	if _, err := p.portal.reaches(ctx, application, edo.StateDelivered); err != nil {
		return err
	}
	p.sayf("   the receipts have gone back by themselves: the client sees it delivered")
	return nil
}

// sayIn tells what came in and what its signatures are worth.
func (p *play) sayIn(d edo.InboundDocument) {
	p.sayf("   %s (%s) from %s: sound %t", d.Kind, d.Name, d.From.Name, d.Sound())
	for _, s := range d.Signatures {
		p.sayf("   - signature of %s: the operator says %s, we say %s", s.Signer.Owner, valid(s.Operator), s.Verdict)
	}
}

func valid(ok bool) string {
	if ok {
		return "valid"
	}
	return "invalid"
}

func clock(t time.Time) string {
	if t.IsZero() {
		return "none"
	}
	return t.Local().Format("2006-01-02 15:04:05")
}
