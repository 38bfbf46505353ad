package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

type userAllow struct {
	Actor      string    `arg:"" help:"The user's id in the document system."`
	Subscriber string    `required:"" help:"For which of our organisations."`
	Action     []string  `enum:"send,read,answer,invite,sign,decide,read-log,read-content,export,administer" default:"send,read" help:"What is allowed: send packages; answer what came in; invite and register counterparties and subscribers; sign what waits for a signature; decide: retry, cancel and decide what hangs; read the rows of the message log; read-log, its raw XML; read-content, documents and versions; export; administer subscribers, users, signers and the archive."`
	Kind       []string  `help:"Only documents of this kind, sent or read; several are possible."`
	From       time.Time `format:"2006-01-02" placeholder:"YYYY-MM-DD" help:"Not before this day; it begins at midnight of this machine's time."`
	Until      time.Time `format:"2006-01-02" placeholder:"YYYY-MM-DD" help:"Not from this day on, by this machine's time."`
	Name       string    `help:"Name for people."`
}

// Run stores one line of the allow-list.
func (a userAllow) Run(c *command) error {
	row := directory.User{
		Actor: edo.ActorID(a.Actor), Subscriber: edo.SubscriberID(a.Subscriber), Name: a.Name, Kinds: a.Kind, From: localDay(a.From), Until: localDay(a.Until),
	}
	for _, action := range a.Action {
		row.Actions = append(row.Actions, edo.Action(action))
	}
	if err := lasting(row.Until, "user revoke"); err != nil {
		return err
	}
	return c.with(func(p *parts) error {
		if err := p.known(c.ctx, a.Subscriber); err != nil {
			return err
		}
		if err := p.Store.PutUser(c.ctx, row); err != nil {
			return err
		}
		return c.emit(row, func() { c.print("user %s may %s for %s\n", row.Actor, strings.Join(a.Action, ", "), row.Subscriber) })
	})
}

// lasting refuses an end that is over: it is mistyped, and who wants to take a right back says so.
func lasting(until time.Time, end string) error {
	if until.IsZero() || until.After(time.Now()) {
		return nil
	}
	return usage("until", "lies in the past", `name a later day; "`+end+`" takes back what was given`)
}

type userRevoke struct {
	Actor      string `arg:"" help:"The user's id in the document system."`
	Subscriber string `required:"" help:"For which of our organisations."`
}

// Run removes the line.
func (a userRevoke) Run(c *command) error {
	return c.with(func(p *parts) error {
		err := p.Store.RemoveUser(c.ctx, edo.SubscriberID(a.Subscriber), edo.ActorID(a.Actor))
		if errors.Is(err, edo.NotFound) {
			return &edo.Error{
				Kind: edo.NotFound, Field: "user", Message: a.Actor + " has no rights for subscriber " + a.Subscriber,
				Remedy: `see "edo-dms user list --subscriber ` + a.Subscriber + `"`,
			}
		}
		if err != nil {
			return err
		}
		return c.emit(a, func() { c.print("user %s may do nothing for %s any more\n", a.Actor, a.Subscriber) })
	})
}

type userList struct {
	Subscriber string `required:"" help:"Of which of our organisations."`
	Limit      int    `default:"10" help:"How many of the last refusals and readings, at most 1000."`
}

// Run lists the allow-list, the last refusals and the last readings.
func (a userList) Run(c *command) error {
	return c.with(func(p *parts) error {
		if err := p.known(c.ctx, a.Subscriber); err != nil {
			return err
		}
		users, err := p.Store.Users(c.ctx, edo.SubscriberID(a.Subscriber))
		if err != nil {
			return err
		}
		refusals, err := p.Store.Refusals(c.ctx, edo.SubscriberID(a.Subscriber), a.Limit)
		if err != nil {
			return err
		}
		readings, err := p.Store.Readings(c.ctx, edo.SubscriberID(a.Subscriber), a.Limit)
		if err != nil {
			return err
		}
		return c.emit(map[string]any{"users": list(users), "refusals": list(refusals), "readings": list(readings)}, func() {
			c.table(c.lang.say("ПОЛЬЗОВАТЕЛЬ\tДЕЙСТВИЯ\tВИДЫ\tС\tДО\tИМЯ", "USER\tACTIONS\tKINDS\tFROM\tUNTIL\tNAME"), func(line func(...any)) {
				for _, u := range users {
					line(u.Actor, whole(fmt.Sprint(u.Actions)), whole(dash(strings.Join(u.Kinds, ", "))), when(u.From), when(u.Until), dash(u.Name))
				}
			})
			for _, r := range refusals {
				c.print("%s %s: %s (%s): %s\n", c.lang.say("отказано", "refused"), when(r.At), printable(string(r.Actor.For(r.Principal))), r.Action, printable(r.Why))
			}
			for _, r := range readings {
				c.print("%s %s: %s (%s): %s\n", c.lang.say("прочитано", "read"), when(r.At), printable(string(r.Actor.For(r.Principal))), r.Action, printable(r.What))
			}
		})
	})
}
