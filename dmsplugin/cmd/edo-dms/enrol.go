package main

import (
	"fmt"

	"github.com/edokit/edokit/edo"
)

type enrol struct {
	introduction `embed:""`
	Subscriber   string `arg:"" help:"Which of our organisations; its box is stored when the operator has given one."`
	Actor        string `required:"" help:"On whose behalf: a user that is allowed to invite."`
	Certificate  string `required:"" placeholder:"FILE" help:"Its certificate, PEM or DER."`
	OGRN         string `name:"ogrn" help:"Its OGRN."`
	AcceptRules  bool   `help:"The person has accepted the operator's rules."`
}

// Run registers; repeating it registers nothing.
func (e enrol) Run(c *command) error {
	raw, err := readSmall(e.Certificate, maxKeyFile)
	if err != nil {
		return err
	}
	return c.with(func(p *parts) error {
		row, err := p.Store.Subscriber(c.ctx, edo.SubscriberID(e.Subscriber))
		if err != nil {
			return p.unknown(err, e.Subscriber)
		}
		who := edo.Enrolment{
			Introduction: e.introduction.word(edo.Counterparty{INN: row.INN, KPP: row.KPP}), Certificate: der(raw), OGRN: e.OGRN, AcceptRules: e.AcceptRules,
		}
		if who.Counterparty.Name == "" {
			who.Counterparty.Name = row.Title
		}
		enrolled, err := p.gateway.Enrol(c.ctx, edo.ActorID(e.Actor), row.ID, who)
		if err != nil {
			return err
		}
		return c.emit(enrolled, func() {
			what := c.lang.say("зарегистрирован", "registered")
			if enrolled.Existing {
				what = c.lang.say("был зарегистрирован раньше", "was registered before")
			}
			c.print("%s: %s, %s %s, %s: %s\n", row.ID, what, c.lang.say("ящик", "box"), printable(string(enrolled.Box)),
				c.lang.say("правила оператора приняты", "the operator's rules are accepted"), c.lang.yes(enrolled.Rules))
		})
	})
}

type ready struct {
	Subscriber string   `arg:"" help:"Which of our organisations."`
	Actor      string   `required:"" help:"Who would send."`
	Signer     string   `required:"" help:"Who would sign."`
	Kind       string   `required:"" help:"Kind of the document: its id or its title."`
	Consent    []string `help:"Ids of consents that were given; several are possible."`
}

// Run tells everything at once that is lacking.
func (r ready) Run(c *command) error {
	consents := make([]edo.Consent, len(r.Consent))
	for i, id := range r.Consent {
		consents[i].ID = id
	}
	return c.with(func(p *parts) error {
		state := p.gateway.Readiness(c.ctx, edo.ActorID(r.Actor), edo.SubscriberID(r.Subscriber), edo.SignerID(r.Signer), r.Kind, consents)
		err := c.emit(lacks(state), func() {
			if len(state.Lacks) == 0 {
				c.print("%s\n", c.lang.say("всё готово к отправке", "ready to send"))
			}
			for _, f := range state.Lacks {
				c.print("%s\n", printable(fmt.Sprintf("%s%s", c.lang.say("не хватает: ", "lacking: "), f.Error())))
				if text := c.lang.reason(edo.ReasonOf(f)); text != "" {
					c.print("  %s\n", text)
				}
			}
		})
		if err == nil && len(state.Lacks) > 0 {
			err = errReported
		}
		return err
	})
}

// lack is one line for scripts.
type lack struct {
	Reason edo.Reason
	Text   string
}

func lacks(r edo.Readiness) []lack {
	out := []lack{}
	for _, f := range r.Lacks {
		out = append(out, lack{Reason: edo.ReasonOf(f), Text: f.Error()})
	}
	return out
}
