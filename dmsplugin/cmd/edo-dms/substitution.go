package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

// deputy names one substitution.
type deputy struct {
	Deputy     string `arg:"" help:"Who acts: the user's id in the document system."`
	For        string `required:"" placeholder:"USER" help:"Whose rights: the id of another user."`
	Subscriber string `required:"" help:"For which of our organisations."`
}

type substitutionSet struct {
	deputy `embed:""`
	Action []string  `help:"Only these actions; without it all that the other may."`
	Kind   []string  `help:"Only documents of this kind; several are possible."`
	From   time.Time `format:"2006-01-02" placeholder:"YYYY-MM-DD" help:"Not before this day; it begins at midnight of this machine's time."`
	Until  time.Time `format:"2006-01-02" required:"" placeholder:"YYYY-MM-DD" help:"Not from this day on, by this machine's time."`
}

// Run stores one substitution.
func (a substitutionSet) Run(c *command) error {
	row := directory.Substitution{
		Subscriber: edo.SubscriberID(a.Subscriber), Deputy: edo.ActorID(a.Deputy), Principal: edo.ActorID(a.For), Kinds: a.Kind,
		From: localDay(a.From), Until: localDay(a.Until),
	}
	for _, action := range a.Action {
		row.Actions = append(row.Actions, edo.Action(action))
	}
	if err := lasting(row.Until, "user substitute remove"); err != nil {
		return err
	}
	return c.with(func(p *parts) error {
		if err := p.known(c.ctx, a.Subscriber); err != nil {
			return err
		}
		if err := p.Store.PutSubstitution(c.ctx, row); err != nil {
			return err
		}
		return c.emit(row, func() {
			c.print(c.lang.say("%s замещает %s для %s до %s\n", "%s stands in for %s at %s until %s\n"), row.Deputy, row.Principal, row.Subscriber, when(row.Until))
		})
	})
}

type substitutionRemove struct {
	deputy `embed:""`
}

// Run takes a substitution back.
func (a substitutionRemove) Run(c *command) error {
	return c.with(func(p *parts) error {
		err := p.Store.RemoveSubstitution(c.ctx, edo.SubscriberID(a.Subscriber), edo.ActorID(a.Deputy), edo.ActorID(a.For))
		if errors.Is(err, edo.NotFound) {
			return &edo.Error{
				Kind: edo.NotFound, Field: "substitution", Message: a.Deputy + " does not stand in for " + a.For + " at " + a.Subscriber,
				Remedy: `see "edo-dms user substitute list --subscriber ` + a.Subscriber + `"`,
			}
		}
		if err != nil {
			return err
		}
		return c.emit(a, func() {
			c.print(c.lang.say("%s больше не замещает %s для %s\n", "%s does not stand in for %s at %s any more\n"), a.Deputy, a.For, a.Subscriber)
		})
	})
}

type substitutionList struct {
	Subscriber string `required:"" help:"Of which of our organisations."`
}

// Run lists the substitutions, past and future.
func (a substitutionList) Run(c *command) error {
	return c.with(func(p *parts) error {
		if err := p.known(c.ctx, a.Subscriber); err != nil {
			return err
		}
		rows, err := p.Store.Substitutions(c.ctx, edo.SubscriberID(a.Subscriber))
		if err != nil {
			return err
		}
		return c.emit(list(rows), func() {
			c.table(c.lang.say("КТО\tЗА КОГО\tДЕЙСТВИЯ\tВИДЫ\tС\tДО", "DEPUTY\tFOR\tACTIONS\tKINDS\tFROM\tUNTIL"), func(line func(...any)) {
				for _, s := range rows {
					actions := c.lang.say("все", "all")
					if len(s.Actions) > 0 {
						actions = fmt.Sprint(s.Actions)
					}
					line(s.Deputy, s.Principal, whole(actions), whole(dash(strings.Join(s.Kinds, ", "))), when(s.From), when(s.Until))
				}
			})
		})
	})
}
