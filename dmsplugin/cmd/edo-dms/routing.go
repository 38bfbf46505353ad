package main

import (
	"strings"
	"time"

	"github.com/edokit/edokit/edo"
)

// rule is one rule for responsible people.
type rule struct {
	Subscriber string `required:"" help:"Of which of our organisations."`
	Scope      string `enum:"counterparty,box,administrator" default:"box" help:"How wide it reaches: counterparty, box or administrator. Somebody has to be the administrator of all kinds."`
	INN        string `name:"inn" help:"With --scope counterparty: its INN."`
	KPP        string `name:"kpp" help:"With --scope counterparty: its KPP; without it all branches."`
	Kind       string `help:"Only documents of this configured kind; without it all."`
}

func (r rule) word(actor string) edo.Responsible {
	return edo.Responsible{Scope: edo.Scope(r.Scope), INN: r.INN, KPP: r.KPP, Kind: r.Kind, Actor: edo.ActorID(actor)}
}

type responsibleSet struct {
	Actor string `arg:"" help:"The user's id in the document system."`
	rule  `embed:""`
}

// Run stores a rule in place of the one for the same scope, counterparty and kind.
func (s responsibleSet) Run(c *command) error {
	return c.with(func(p *parts) error {
		row, err := p.Store.Subscriber(c.ctx, edo.SubscriberID(s.Subscriber))
		if err != nil {
			return p.unknown(err, s.Subscriber)
		}
		word := s.word(s.Actor)
		if err := p.Store.PutResponsible(c.ctx, row.ID, word); err != nil {
			return err
		}
		if err := p.receive(c.ctx, row); err != nil { // a box that nobody was responsible for is read now
			return err
		}
		return c.emit(word, func() {
			c.print(c.lang.say("ответственный: %s\n", "responsible: %s\n"), c.ruleLine(word))
		})
	})
}

func (c *command) ruleLine(r edo.Responsible) string {
	words := []string{string(r.Actor), c.lang.scope(r.Scope)}
	for _, w := range []string{r.INN, r.KPP, r.Kind} {
		if w != "" {
			words = append(words, w)
		}
	}
	return printable(strings.Join(words, ", "))
}

type responsibleList struct {
	Subscriber string `required:"" help:"Of which of our organisations."`
}

// Run lists the rules.
func (l responsibleList) Run(c *command) error {
	return c.with(func(p *parts) error {
		if err := p.known(c.ctx, l.Subscriber); err != nil {
			return err
		}
		rows, err := p.Store.Responsibles(c.ctx, edo.SubscriberID(l.Subscriber))
		if err != nil {
			return err
		}
		return c.emit(list(rows), func() {
			c.table(c.lang.say("ПРАВИЛО\tИНН\tКПП\tВИД\tПОЛЬЗОВАТЕЛЬ", "SCOPE\tINN\tKPP\tKIND\tUSER"), func(line func(...any)) {
				for _, r := range rows {
					line(c.lang.scope(r.Scope), dash(r.INN), dash(r.KPP), dash(r.Kind), r.Actor)
				}
			})
		})
	})
}

type responsibleRemove struct {
	rule `embed:""`
}

// Run removes a rule.
func (r responsibleRemove) Run(c *command) error {
	return c.with(func(p *parts) error {
		word := r.word("")
		if err := p.Store.RemoveResponsible(c.ctx, edo.SubscriberID(r.Subscriber), word); err != nil {
			return err
		}
		return c.emit(word, func() { c.print("%s\n", c.lang.say("правило удалено", "rule removed")) })
	})
}

// away is one absence.
type away struct {
	Actor      string    `arg:"" help:"The user's id in the document system."`
	Subscriber string    `required:"" help:"Of which of our organisations."`
	From       time.Time `required:"" format:"2006-01-02" placeholder:"YYYY-MM-DD" help:"First day away, by this machine's time."`
	Until      time.Time `required:"" format:"2006-01-02" placeholder:"YYYY-MM-DD" help:"First day back."`
}

func (a away) word() edo.Absence {
	return edo.Absence{Actor: edo.ActorID(a.Actor), From: localDay(a.From), Until: localDay(a.Until)}
}

type absenceSet struct {
	away `embed:""`
}

// Run stores an absence.
func (a absenceSet) Run(c *command) error {
	return c.with(func(p *parts) error {
		if err := p.known(c.ctx, a.Subscriber); err != nil {
			return err
		}
		word := a.word()
		if err := p.Store.PutAbsence(c.ctx, edo.SubscriberID(a.Subscriber), word); err != nil {
			return err
		}
		return c.emit(word, func() {
			c.print(c.lang.say("%s отсутствует с %s до %s\n", "%s is away from %s until %s\n"), word.Actor, when(word.From), when(word.Until))
		})
	})
}

type absenceList struct {
	Subscriber string `required:"" help:"Of which of our organisations."`
}

// Run lists all absences, past and future.
func (l absenceList) Run(c *command) error {
	return c.with(func(p *parts) error {
		if err := p.known(c.ctx, l.Subscriber); err != nil {
			return err
		}
		rows, err := p.Store.Absences(c.ctx, edo.SubscriberID(l.Subscriber), time.Time{})
		if err != nil {
			return err
		}
		return c.emit(list(rows), func() {
			c.table(c.lang.say("ПОЛЬЗОВАТЕЛЬ\tС\tДО", "USER\tFROM\tUNTIL"), func(line func(...any)) {
				for _, a := range rows {
					line(a.Actor, when(a.From), when(a.Until))
				}
			})
		})
	})
}

type absenceRemove struct {
	away `embed:""`
}

// Run removes an absence.
func (a absenceRemove) Run(c *command) error {
	return c.with(func(p *parts) error {
		word := a.word()
		if err := p.Store.RemoveAbsence(c.ctx, edo.SubscriberID(a.Subscriber), word); err != nil {
			return err
		}
		return c.emit(word, func() { c.print("%s\n", c.lang.say("отсутствие удалено", "absence removed")) })
	})
}
