package main

import (
	"github.com/edokit/edokit/edo"
)

type workList struct {
	Subscriber string   `help:"Only of this subscriber."`
	Kind       []string `help:"Only of these kinds: send, stamp, track, pull, take, receipt and so on."`
	State      string   `enum:",waits,overdue,held" default:"" help:"Only what waits, is overdue, or is held by a worker."`
	Person     bool     `help:"Only what needs a person."`
	After      int64    `help:"Only after this number: the last one of the page before."`
	Limit      int      `default:"100" help:"How many."`
}

// Run lists unfinished work, oldest first.
func (l workList) Run(c *command) error {
	f := edo.JobFilter{Subscriber: edo.SubscriberID(l.Subscriber), State: edo.JobState(l.State), Person: l.Person, After: l.After, Limit: l.Limit}
	for _, k := range l.Kind {
		f.Kinds = append(f.Kinds, edo.JobKind(k))
	}
	return c.with(func(p *parts) error {
		if err := p.knownIf(c.ctx, l.Subscriber); err != nil {
			return err
		}
		rows, err := p.Store.Jobs(c.ctx, f)
		if err != nil {
			return err
		}
		return c.emit(list(rows), func() { c.printJobs(rows) })
	})
}

func (c *command) printJobs(rows []edo.JobStatus) {
	c.table(c.lang.say("№\tАБОНЕНТ\tПАКЕТ\tДОКУМЕНТ\tРАБОТА\tСТОИТ\tКОГДА\tПОПЫТОК\tПРИЧИНА", "NO\tSUBSCRIBER\tPACKAGE\tDOCUMENT\tJOB\tSTANDS\tWHEN\tTRIES\tREASON"), func(line func(...any)) {
		for _, j := range rows {
			why := c.lang.reason(j.Reason)
			if j.Reason != "" {
				why += " [" + string(j.Reason) + "]"
			}
			if j.Person {
				why = c.lang.say("НУЖЕН ЧЕЛОВЕК: ", "NEEDS A PERSON: ") + why
			}
			at := j.Due
			if j.State == edo.JobHeld {
				at = j.Until
			}
			line(j.ID, j.Key.Subscriber, dash(j.Key.Package), dash(j.Document), j.Kind, c.lang.job(j.State), when(at), j.Tries, whole(dash(why)))
		}
	})
}

func (l lang) job(s edo.JobState) string {
	return word(l, map[edo.JobState]sentence{
		edo.JobWaits:   {"ждёт", "waits"},
		edo.JobOverdue: {"пора", "overdue"},
		edo.JobHeld:    {"в работе до", "held until"},
	}, s)
}
