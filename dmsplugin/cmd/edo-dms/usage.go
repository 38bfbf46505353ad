package main

import (
	"time"

	"github.com/edokit/edokit/edo"
)

type usageOf struct {
	From  time.Time `format:"2006-01-02" placeholder:"YYYY-MM-DD" help:"From this day on, by this machine's time."`
	Until time.Time `format:"2006-01-02" placeholder:"YYYY-MM-DD" help:"Up to this day, which is not counted."`
}

// Run counts packages from their own rows: there is no counter that could drift.
func (u usageOf) Run(c *command) error {
	return c.with(func(p *parts) error {
		rows, err := p.Store.Usage(c.ctx, localDay(u.From), localDay(u.Until))
		if err != nil {
			return err
		}
		total := edo.Usage{Payer: edo.SubscriberID(c.lang.say("всего", "total"))}
		for _, r := range rows {
			total.Packages, total.Documents, total.Roaming = total.Packages+r.Packages, total.Documents+r.Documents, total.Roaming+r.Roaming
		}
		return c.emit(list(rows), func() {
			c.table(c.lang.say("ПЛАТИТ\tПАКЕТОВ\tДОКУМЕНТОВ\tВ РОУМИНГЕ", "PAYER\tPACKAGES\tDOCUMENTS\tROAMING"), func(line func(...any)) {
				for _, r := range append(rows, total) {
					line(r.Payer, r.Packages, r.Documents, r.Roaming)
				}
			})
		})
	})
}
