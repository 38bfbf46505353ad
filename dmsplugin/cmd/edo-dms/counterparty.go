package main

import (
	"context"
	"sync"
	"time"

	"github.com/edokit/edokit/edo"
)

// counterparty has one command for each move.
type counterparty struct {
	Ensure   counterpartyEnsure   `cmd:"" help:"Find it at the operator, else register it; invite it; wait until it is active."`
	Show     counterpartyShow     `cmd:"" help:"Show where it stands."`
	List     counterpartyList     `cmd:"" help:"List those that somebody has asked for."`
	Invite   counterpartyInvite   `cmd:"" help:"Invite it."`
	Accept   counterpartyAccept   `cmd:"" help:"Accept its invitation."`
	Decline  counterpartyDecline  `cmd:"" help:"Decline its invitation."`
	Withdraw counterpartyWithdraw `cmd:"" help:"Withdraw our invitation."`
	Stop     counterpartyStop     `cmd:"" help:"Stop the exchange."`
}

// oneCounterparty names a counterparty of a subscriber.
type oneCounterparty struct {
	INN        string `arg:"" name:"inn" help:"Its INN."`
	KPP        string `name:"kpp" help:"Its KPP."`
	Subscriber string `required:"" help:"Of which of our organisations."`
}

func (o oneCounterparty) key() edo.CounterpartyKey {
	return edo.CounterpartyKey{Subscriber: edo.SubscriberID(o.Subscriber), INN: o.INN, KPP: o.KPP}
}

// introduction is what an operator may want to know of somebody it registers.
type introduction struct {
	Name          string   `help:"Name of the organisation."`
	Form          string   `enum:",company,sole,individual" default:"" help:"company, sole or individual; by itself it follows from the INN."`
	LastName      string   `help:"Of a sole proprietor or individual."`
	FirstName     string   `help:"Of a sole proprietor or individual."`
	MiddleName    string   `help:"Of a sole proprietor or individual."`
	ContactPerson string   `help:"Whom to talk to."`
	EMail         []string `name:"e-mail" help:"Where the invitation goes; several are possible."`
	Phone         string   `help:"Phone."`
}

func (i introduction) word(c edo.Counterparty) edo.Introduction {
	c.Name = i.Name
	return edo.Introduction{
		Counterparty: c, Form: i.Form, LastName: i.LastName, FirstName: i.FirstName, MiddleName: i.MiddleName,
		ContactPerson: i.ContactPerson, EMails: i.EMail, Phone: i.Phone,
	}
}

type counterpartyEnsure struct {
	oneCounterparty `embed:""`
	introduction    `embed:""`
	Box             string        `help:"Its box, if it has several."`
	Actor           string        `required:"" help:"On whose behalf: a user that is allowed to invite."`
	Wait            bool          `help:"Work on it here until it is ready or a person has to decide."`
	Timeout         time.Duration `default:"10m" help:"With --wait: how long."`
}

// Run begins, once for each counterparty however often it is asked.
func (e counterpartyEnsure) Run(c *command) error {
	return c.with(func(p *parts) error {
		who := e.introduction.word(edo.Counterparty{INN: e.INN, KPP: e.KPP, Box: edo.BoxID(e.Box)})
		s, err := p.gateway.EnsureCounterparty(c.ctx, edo.ActorID(e.Actor), edo.SubscriberID(e.Subscriber), who)
		if err == nil && e.Wait {
			s, err = c.reach(p, e.key(), e.Timeout)
		}
		if err != nil {
			return err
		}
		err = c.emit(s, func() { c.printCounterparty(s) })
		if err == nil && e.Wait && s.State != edo.CounterpartyReady {
			err = errReported // a person has to decide, or it cannot be reached
		}
		return err
	})
}

// reach works on due jobs here until a counterparty needs no more work, or the time is over.
func (c *command) reach(p *parts, k edo.CounterpartyKey, timeout time.Duration) (edo.CounterpartyStatus, error) {
	ctx, cancel := context.WithTimeout(c.ctx, timeout)
	var workers sync.WaitGroup
	defer workers.Wait()
	defer cancel()
	workers.Go(func() { _ = p.gateway.Run(ctx) }) // ends with the context and reports nothing else
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		s, err := p.Store.CounterpartyStatus(c.ctx, k)
		if err != nil {
			return s, err
		}
		switch s.State {
		case edo.CounterpartyReady, edo.CounterpartyChoice, edo.CounterpartyForbidden, edo.CounterpartyFailed:
			return s, nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			code, what := exitTimeout, c.lang.say("время ожидания вышло: ", "the time is over: ")
			if c.ctx.Err() != nil {
				code, what = exitInterrupted, c.lang.say("ожидание прервано: ", "interrupted: ")
			}
			return s, &ended{code: code, text: what + k.INN + ": " + c.lang.counterparty(s.State)}
		}
	}
}

func (c *command) printCounterparty(s edo.CounterpartyStatus) {
	say := c.lang.say
	c.print("%s %s %s: %s%s\n", say("Контрагент", "Counterparty"), s.Key.INN, s.Key.KPP, c.lang.counterparty(s.State), c.lang.why(s.Reason, s.Detail))
	if s.Address.Box != "" {
		c.print("  %s: %s %s\n", say("Ящик", "Box"), printable(string(s.Address.Box)), printable(s.Address.Name))
	}
	c.print("  %s: %s\n", say("Обмен", "Exchange"), c.lang.relation(s.Relation))
	for _, a := range s.Candidates {
		c.print("  %s: --box %s (%s, %s)\n", say("Подходит ящик", "A box that fits"), printable(string(a.Box)), printable(a.Name), printable(dash(a.KPP)))
	}
}

type counterpartyShow struct {
	oneCounterparty `embed:""`
}

// Run shows the stored row.
func (s counterpartyShow) Run(c *command) error {
	return c.with(func(p *parts) error {
		row, err := p.Store.CounterpartyStatus(c.ctx, s.key())
		if err != nil {
			return err
		}
		return c.emit(row, func() { c.printCounterparty(row) })
	})
}

type counterpartyList struct {
	Subscriber string `required:"" help:"Of which of our organisations."`
	Limit      int    `default:"50" help:"How many."`
}

// Run lists the stored rows.
func (l counterpartyList) Run(c *command) error {
	return c.with(func(p *parts) error {
		rows, err := p.Store.CounterpartyStatuses(c.ctx, edo.SubscriberID(l.Subscriber), l.Limit)
		if err != nil {
			return err
		}
		return c.emit(list(rows), func() {
			c.table(c.lang.say("ИНН\tКПП\tНАЗВАНИЕ\tСОСТОЯНИЕ\tОБМЕН\tЯЩИК\tИЗМЕНЕНО", "INN\tKPP\tNAME\tSTATE\tEXCHANGE\tBOX\tCHANGED"), func(line func(...any)) {
				for _, s := range rows {
					line(s.Key.INN, dash(s.Key.KPP), dash(s.Introduction.Counterparty.Name), c.lang.counterparty(s.State), c.lang.relation(s.Relation), dash(s.Address.Box), when(s.UpdatedAt))
				}
			})
		})
	})
}

// moving is what every move needs.
type moving struct {
	oneCounterparty `embed:""`
	Actor           string `required:"" help:"On whose behalf: a user that is allowed to invite."`
	Comment         string `help:"Comment for the other side."`
}

type (
	counterpartyInvite struct {
		moving `embed:""`
	}
	counterpartyAccept struct {
		moving `embed:""`
	}
	counterpartyDecline struct {
		moving `embed:""`
	}
	counterpartyWithdraw struct {
		moving `embed:""`
	}
	counterpartyStop struct {
		moving `embed:""`
	}
)

// Run invites.
func (m counterpartyInvite) Run(c *command) error { return m.move(c, edo.MoveInvite) }

// Run accepts.
func (m counterpartyAccept) Run(c *command) error { return m.move(c, edo.MoveAccept) }

// Run declines.
func (m counterpartyDecline) Run(c *command) error { return m.move(c, edo.MoveDecline) }

// Run withdraws.
func (m counterpartyWithdraw) Run(c *command) error { return m.move(c, edo.MoveWithdraw) }

// Run stops.
func (m counterpartyStop) Run(c *command) error { return m.move(c, edo.MoveStop) }

func (m moving) move(c *command, move edo.Move) error {
	return c.with(func(p *parts) error {
		s, err := p.gateway.Relate(c.ctx, edo.ActorID(m.Actor), m.key(), move, m.Comment)
		if err != nil {
			return err
		}
		return c.emit(s, func() { c.printCounterparty(s) })
	})
}
