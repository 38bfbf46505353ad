package acceptance

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/conformance/mockoperator"
	"github.com/edokit/edokit/directory/kinds"
	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/gateway"
)

// consents are what the built-in kinds ask for.
func consents(t conformance.T) []edo.Consent {
	t.Helper()
	text, _, err := edo.DigestOf(strings.NewReader("Согласен на обработку персональных данных"))
	must(t, err)
	return []edo.Consent{{ID: "personal-data", Text: text, At: time.Now(), Person: "Иванов Пётр Сергеевич"}}
}

// builtIn lists the built-in kinds of a direction.
func builtIn(t conformance.T, d edo.Direction) []edo.DocumentKind {
	t.Helper()
	all, err := kinds.Default()
	must(t, err)
	return slices.DeleteFunc(all, func(k edo.DocumentKind) bool { return k.Direction != d })
}

// fiveKindsAndTheUnknownOne: each is recognised by its text; what nobody knows goes the default way and is not lost.
func (around Around) fiveKindsAndTheUnknownOne(t conformance.T) {
	s := around.newStand(t, mockoperator.Scenario{})
	company := s.side(0, options{})
	five := builtIn(t, edo.Inbound)
	if len(five) != 5 {
		t.Fatalf("%d inbound kinds", len(five))
	}
	texts := []string{"Нечто неслыханное"}
	for _, k := range five {
		texts = append(texts, k.Title.RU)
	}
	_, err := s.op.Plant(s.organisation(1).Boxes[0], s.organisation(0).Boxes[0], len(texts), func(i int) mockoperator.PlantedDocument {
		return mockoperator.PlantedDocument{Name: fmt.Sprintf("%d.pdf", i), Kind: texts[i]}
	})
	must(t, err)
	for i, text := range texts {
		d := company.got(fmt.Sprintf("%d.pdf", i))
		want := ""
		if i > 0 {
			want = five[i-1].ID
		}
		if d.Kind != text || d.KindID != want || d.Responsible != admin {
			t.Errorf("%q: kind %q of %q for %q", text, d.KindID, d.Kind, d.Responsible)
		}
	}
}

// theResponsiblePersonByKindAndAbsence: five kinds, three absences; who gets it and the sentence why.
func (around Around) theResponsiblePersonByKindAndAbsence(t conformance.T) {
	five := builtIn(t, edo.Inbound)
	away := map[string][]edo.ActorID{"nobody": nil, "the counterparty's": {"manager"}, "both": {"manager", "desk"}}
	for name, absent := range away {
		sub(t, name, func(t conformance.T) {
			s := around.newStand(t, mockoperator.Scenario{})
			company := s.side(0, options{})
			ctx := t.Context()
			must(t, company.home.Store.PutResponsible(ctx, company.id, edo.Responsible{Scope: edo.ScopeCounterparty, INN: s.organisation(1).INN, Actor: "manager"}))
			must(t, company.home.Store.PutResponsible(ctx, company.id, edo.Responsible{Scope: edo.ScopeBox, Actor: "desk"}))
			must(t, company.home.Store.PutResponsible(ctx, company.id, edo.Responsible{Scope: edo.ScopeBox, Kind: five[2].ID, Actor: "complaints"}))
			for _, a := range absent {
				must(t, company.home.Store.PutAbsence(ctx, company.id, edo.Absence{Actor: a, From: time.Now().Add(-time.Hour), Until: time.Now().Add(time.Hour)}))
			}
			_, err := s.op.Plant(s.organisation(1).Boxes[0], s.organisation(0).Boxes[0], len(five), func(i int) mockoperator.PlantedDocument {
				return mockoperator.PlantedDocument{Name: fmt.Sprintf("%d.pdf", i), Kind: five[i].Title.RU}
			})
			must(t, err)
			for i, k := range five {
				want := edo.ActorID("manager")
				switch {
				case len(absent) == 0:
				case i == 2:
					want = "complaints"
				case len(absent) == 1:
					want = "desk"
				default:
					want = admin
				}
				d := company.got(fmt.Sprintf("%d.pdf", i))
				if d.Responsible != want || d.Why.RU == "" || d.Why.EN == "" {
					t.Errorf("%s: %s because %q, want %s", k.ID, d.Responsible, d.Why.EN, want)
				}
				for _, a := range absent {
					if !strings.Contains(d.Why.EN, string(a)) && (a == "manager" || want == admin) {
						t.Errorf("%s: %q does not say that %s is away", k.ID, d.Why.EN, a)
					}
				}
			}
		})
	}
}

// outgoingKinds: the four kinds of the utility go out, each recognised at the other side by its text.
func (around Around) outgoingKinds(t conformance.T) {
	s := around.newStand(t, mockoperator.Scenario{})
	company, client := s.side(0, options{}), s.side(1, options{})
	four := builtIn(t, edo.Outbound)
	if len(four) != 4 {
		t.Fatalf("%d outbound kinds", len(four))
	}
	for _, k := range four {
		company.send(company.letter(edo.PackageID(k.ID), client, func(p *edo.Package) {
			p.Documents[0].Kind, p.Documents[0].Name, p.Documents[0].NeedSign = k.Title.RU, k.ID+".pdf", k.NeedSign
		}))
		if d := client.got(k.ID + ".pdf"); d.Kind != k.Title.RU || d.NeedSign != k.NeedSign {
			t.Errorf("%s came as %+v", k.ID, d)
		}
	}
}

// anElectronicRequestIsAnsweredElectronically: another way needs a reason, which is logged.
func (around Around) anElectronicRequestIsAnsweredElectronically(t conformance.T) {
	s := around.newStand(t, mockoperator.Scenario{})
	company, client := s.side(0, options{}), s.side(1, options{})
	client.send(client.letter("request", company))
	request := company.got("письмо.pdf")
	paper := company.letter("paper", client, func(p *edo.Package) { p.InReplyTo, p.Channel = request.Key.Remote, edo.ChannelPaper })
	if _, err := company.gw.Send(t.Context(), paper); !errors.Is(err, edo.ReplyNeedsReason) {
		t.Errorf("on paper without a reason: %v", err)
	}
	if _, err := company.gw.AnswerOtherwise(t.Context(), clerk, request.Key, edo.ChannelPaper, ""); !errors.Is(err, edo.ReplyNeedsReason) {
		t.Errorf("no reason given: %v", err)
	}
	_, err := company.gw.AnswerOtherwise(t.Context(), clerk, request.Key, edo.ChannelPaper, "клиент просит бумагу")
	must(t, err)
	company.event("the reason", func(e edo.Event) bool {
		return e.Kind == edo.EventInbound && e.Inbound != nil && e.Inbound.Reply.Reason == "клиент просит бумагу" && e.Inbound.Reply.Actor == clerk
	})
	company.send(paper)
}

// theTermIsDecidedByTheOperatorsTime: open, warned, met on the last moment, missed; our clock does not count.
func (around Around) theTermIsDecidedByTheOperatorsTime(t conformance.T) {
	s := around.newStand(t, mockoperator.Scenario{})
	// Between its looks at the operator's clock the term runs on ours: here that clock jumps, so it is looked at often.
	company, client := s.side(0, options{gateway: often}), s.side(1, options{})
	for _, name := range []string{"in-time", "late"} {
		client.send(client.letter(edo.PackageID(name), company, func(p *edo.Package) { p.Documents[0].Name = name + ".pdf" }))
	}
	term := func(name string, want edo.TermState) edo.Evidence {
		t.Helper()
		k := company.got(name + ".pdf").Key
		return until(t, name+" is "+string(want), func() (edo.Evidence, bool) {
			e, err := company.gw.Evidence(t.Context(), k)
			must(t, err)
			return e, e.Term.State == want
		})
	}
	for _, name := range []string{"in-time", "late"} {
		d := company.got(name + ".pdf")
		_, err := company.gw.SetTerm(t.Context(), clerk, d.Key, edo.Term{Due: d.OperatorTime.Add(time.Hour), Warn: d.OperatorTime.Add(30 * time.Minute)})
		must(t, err)
		term(name, edo.TermOpen)
	}
	s.op.Advance(45 * time.Minute) // the operator's clock alone
	term("in-time", edo.TermWarned)
	reply := func(name string) edo.Operation {
		return company.send(company.letter(edo.PackageID("re-"+name), client, func(p *edo.Package) { p.InReplyTo = company.got(name + ".pdf").Key.Remote }))
	}
	op := reply("in-time")
	met := term("in-time", edo.TermMet)
	if !met.OperatorTime.Equal(op.OperatorTime) || met.Reply == nil || met.Skew != op.Skew || len(met.Versions) == 0 || met.Versions[0].Role != edo.RoleOperatorForm {
		t.Errorf("evidence: %+v", met)
	}
	s.op.Advance(45 * time.Minute)
	term("late", edo.TermMissed) // negative evidence, without any reply
	reply("late")
	if e := term("late", edo.TermMissed); e.OperatorTime.IsZero() {
		t.Error("the late reply is not in the evidence")
	}
}

// aRefusalTextReachesTheHost: waiting, signed, refused with the text.
func (around Around) aRefusalTextReachesTheHost(t conformance.T) {
	s := around.newStand(t, mockoperator.Scenario{})
	company, client := s.side(0, options{}), s.side(1, options{})
	company.send(company.letter("p", client, func(p *edo.Package) { p.Documents[0].NeedSign = true }))
	in := client.got("письмо.pdf")
	offers, err := client.gw.Offers(t.Context(), clerk, client.id, in.Key.Remote)
	must(t, err)
	if !slices.Contains(offers, edo.AnswerSign) || !slices.Contains(offers, edo.AnswerRefuse) {
		t.Errorf("offered: %v", offers)
	}
	client.answer(edo.AnswerRefuse, in.Key.Remote, "Не согласен с суммой & сроком <оплаты>")
	// The state may be known before the refusal itself has come in.
	op := company.reach("p", "refused with a text", func(op edo.Operation) bool {
		return op.State == edo.StateRefused && op.Documents[0].AnswerText != ""
	})
	if op.Documents[0].AnswerText != "Не согласен с суммой & сроком <оплаты>" {
		t.Errorf("the text is %q", op.Documents[0].AnswerText)
	}
	company.event("the refusal", func(e edo.Event) bool {
		return e.Kind == edo.EventAnswer && e.Inbound != nil && e.Inbound.Class == edo.ClassRefusal && e.Inbound.Text == op.Documents[0].AnswerText && e.Key == op.Key
	})
	if offers, err = client.gw.Offers(t.Context(), clerk, client.id, in.Key.Remote); err != nil || slices.Contains(offers, edo.AnswerSign) {
		t.Errorf("offered after the refusal: %v, %v", offers, err)
	}
}

// consentsRideWithTheSubmission: none, no submission; given, they are stored.
func (around Around) consentsRideWithTheSubmission(t conformance.T) {
	s := around.newStand(t, mockoperator.Scenario{})
	company, client := s.side(0, options{}), s.side(1, options{})
	p := client.letter("application", company, func(p *edo.Package) {
		p.Documents[0].Kind = "Заявка на технологическое присоединение"
	})
	if _, err := client.gw.Send(t.Context(), p); !errors.Is(err, edo.ConsentMissing) {
		t.Errorf("without consents: %v", err)
	}
	p.Consents = consents(t)
	if op := client.send(p); len(op.Consents) != 1 || op.Consents[0].Text != p.Consents[0].Text || op.Consents[0].Person != p.Consents[0].Person {
		t.Errorf("stored consents: %+v", op.Consents)
	}
}

// aNewKindNeedsNoGo: a kind that is only in the file is matched, bound to its rules, routed and given its term.
func (around Around) aNewKindNeedsNoGo(t conformance.T) {
	mine, err := kinds.Read(strings.NewReader(`
kinds:
  - id: heat-bill
    direction: inbound
    title: {ru: Счёт за тепло, en: Heat bill}
    match: [Тепло]
    attachments: {min: 1, extensions: [.pdf]}
    consents: [heat]
    answer_in: 3d
`))
	must(t, err)
	s := around.newStand(t, mockoperator.Scenario{})
	with := options{gateway: func(c *gateway.Config) { c.Kinds = mine }}
	company, client := s.side(0, with), s.side(1, with)
	must(t, company.home.Store.PutResponsible(t.Context(), company.id, edo.Responsible{Scope: edo.ScopeBox, Kind: "heat-bill", Actor: "boiler-man"}))
	p := client.letter("bill", company, func(p *edo.Package) { p.Documents[0].Kind = "тепло" })
	if _, err := client.gw.Send(t.Context(), p); !errors.Is(err, edo.ConsentMissing) || !errors.Is(err, edo.AttachmentsWrong) {
		t.Errorf("against its rules: %v", err)
	}
	p.Consents = []edo.Consent{{ID: "heat", Text: consents(t)[0].Text, At: time.Now(), Person: "Иванов"}}
	p.Documents = append(p.Documents, edo.Document{ID: "2", Name: "расчёт.pdf", Kind: "Приложение", Content: pdf(t), Signer: "head"})
	client.send(p)
	d := company.got("письмо.pdf")
	if d.KindID != "heat-bill" || d.Responsible != "boiler-man" || !d.Term.Due.Equal(d.OperatorTime.Add(72*time.Hour)) {
		t.Errorf("kind %q for %q until %v", d.KindID, d.Responsible, d.Term.Due)
	}
}

// onlyAReplyToTheSenderCounts: a reply to somebody else, or to a receipt, is refused and meets no term.
func (around Around) onlyAReplyToTheSenderCounts(t conformance.T) {
	s := around.newStand(t, mockoperator.Scenario{})
	company, client := s.side(0, options{}), s.side(1, options{})
	client.send(client.letter("request", company))
	request := company.got("письмо.pdf")
	astray := company.letter("astray", client, func(p *edo.Package) {
		p.InReplyTo, p.To = request.Key.Remote, edo.Counterparty{INN: s.organisation(2).INN, KPP: s.organisation(2).KPP}
	})
	if _, err := company.gw.Send(t.Context(), astray); !errors.Is(err, edo.ReplyToAnother) {
		t.Errorf("to somebody else: %v", err)
	}
	receipt := client.event("the receipt", func(e edo.Event) bool { return e.Kind == edo.EventAnswer && e.Inbound.Class == edo.ClassReceipt })
	nothing := client.letter("nothing", company, func(p *edo.Package) { p.InReplyTo = receipt.Inbound.Key.Remote })
	if _, err := client.gw.Send(t.Context(), nothing); !errors.Is(err, edo.RequestUnknown) {
		t.Errorf("to a receipt: %v", err)
	}
	if _, err := client.gw.SetTerm(t.Context(), clerk, receipt.Inbound.Key, edo.Term{Due: time.Now().Add(time.Hour)}); !errors.Is(err, edo.RequestUnknown) {
		t.Errorf("a term for a receipt: %v", err)
	}
	if _, err := company.gw.AnswerOtherwise(t.Context(), clerk, request.Key, edo.ChannelPaper, " \n"); !errors.Is(err, edo.ReplyNeedsReason) {
		t.Errorf("a blank reason: %v", err)
	}
}

// anOfferThatWasRefusedMayBeMadeAgain: with another text; with the same it is the same offer.
func (around Around) anOfferThatWasRefusedMayBeMadeAgain(t conformance.T) {
	s := around.newStand(t, mockoperator.Scenario{})
	company, client := s.side(0, options{}), s.side(1, options{})
	op := company.send(company.letter("p", client))
	client.got("письмо.pdf")
	company.inState("p", edo.StateDelivered)
	remote := op.Documents[0].Remote
	company.answer(edo.AnswerRevoke, remote, "ошибка в дате")
	offer := until(t, "the offer", func() (edo.InboundDocument, bool) {
		all, err := client.home.Store.InboundDocuments(t.Context(), edo.InboundFilter{Subscriber: client.id, Classes: []edo.Class{edo.ClassRevocation}})
		must(t, err)
		if len(all) == 0 {
			return edo.InboundDocument{}, false
		}
		return all[0], true
	})
	client.answer(edo.AnswerRefuseRevocation, offer.Key.Remote, "дата верна")
	company.event("the refusal of the offer", func(e edo.Event) bool {
		return e.Kind == edo.EventAnswer && e.Inbound.Class == edo.ClassRefusal && e.Inbound.Text == "дата верна"
	})
	ask := edo.Answer{Subscriber: company.id, Actor: clerk, Kind: edo.AnswerRevoke, Document: remote, Text: "ошибка в дате", Signer: "head"}
	same, err := company.gw.Answer(t.Context(), ask)
	must(t, err)
	ask.Text = "ошибка в сумме"
	other, err := company.gw.Answer(t.Context(), ask)
	must(t, err)
	if same.Key.Package != ask.ID() || other.Key == same.Key {
		t.Errorf("the same text is %s, another %s", same.Key.Package, other.Key.Package)
	}
	company.inState(other.Key.Package, edo.StateSent)
}
