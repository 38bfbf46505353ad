package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/directory/proof"
	"github.com/edokit/edokit/edo"
)

type logVerify struct {
	File       string    `arg:"" optional:"" help:"Verify this signed document instead of the log: no home folder is needed."`
	Subscriber []string  `help:"Only of these subscribers; again for more."`
	From       time.Time `format:"2006-01-02" placeholder:"YYYY-MM-DD" help:"From this day on, by this machine's time."`
	Until      time.Time `format:"2006-01-02" placeholder:"YYYY-MM-DD" help:"Up to this day, which is not looked at."`
	Checkpoint []string  `placeholder:"FILE" help:"Compare with this checkpoint; again for more."`
	Quiet      bool      `help:"Say nothing of the progress."`

	trustedKey `embed:""`
}

// linksTold is how many links are between two lines about the progress.
const linksTold = 100_000

// Run verifies a document, or the log: exit code 4 if anything is not what was written.
func (l logVerify) Run(c *command) error {
	if l.File != "" {
		return l.document(c)
	}
	check := directory.LogCheck{From: localDay(l.From), To: localDay(l.Until)}
	for _, s := range l.Subscriber {
		check.Subscribers = append(check.Subscribers, edo.SubscriberID(s))
	}
	for _, file := range l.Checkpoint {
		p, err := l.verified(file)
		if err != nil {
			return notBelieved(c, err)
		}
		check.Checkpoints = append(check.Checkpoints, p.Checkpoints...)
	}
	if !l.Quiet {
		check.Progress = c.linkProgress()
	}
	return c.with(func(p *parts) error {
		for _, s := range check.Subscribers {
			if _, err := p.Store.Subscriber(c.ctx, s); err != nil {
				return err // a name that nobody has would be found in order
			}
		}
		report, err := directory.VerifyLog(c.ctx, p.Store, check)
		if err != nil {
			return err
		}
		if err := c.emit(report, func() { c.printReport(report) }); err != nil {
			return err
		}
		if report.Broken > 0 {
			return &ended{fmt.Sprintf(c.lang.say("журнал повреждён: замечаний %d", "the log is damaged: %d findings"), report.Broken), exitBroken}
		}
		return nil
	})
}

func (c *command) linkProgress() func(s edo.SubscriberID, at, last int64) {
	next := int64(linksTold)
	return func(s edo.SubscriberID, at, last int64) {
		if at >= next {
			fmt.Fprintf(c.err, c.lang.say("%s: проверено %d из %d\n", "%s: %d of %d\n"), printable(string(s)), at, last)
			next = at - at%linksTold + linksTold
		}
		if at == last {
			next = linksTold
		}
	}
}

func (c *command) printReport(r directory.LogReport) {
	say := c.lang.say
	if len(r.Faults) > 0 {
		c.table(say("АБОНЕНТ\tМЕСТО\tЧАСТЬ\tОБМЕН\tЧТО\tПОДРОБНО", "SUBSCRIBER\tPLACE\tHALF\tEXCHANGE\tWHAT\tDETAIL"), func(line func(...any)) {
			for _, f := range r.Faults {
				half := "-"
				if f.Half != 0 {
					half = f.Half.String()
				}
				line(dash(f.Subscriber), f.Position, half, dash(f.Exchange), c.lang.broken(f.Break), whole(f.Detail))
			}
		})
	}
	if r.Broken > int64(len(r.Faults)) {
		c.print("%s\n", fmt.Sprintf(say("… и ещё %d", "… and %d more"), r.Broken-int64(len(r.Faults))))
	}
	c.print(say("абонентов %d, звеньев %d, контрольных точек %d, замечаний %d\n", "subscribers %d, links %d, checkpoints %d, findings %d\n"), r.Subscribers, r.Links, r.Checkpoints, r.Broken)
}

func (l lang) broken(b directory.Break) string {
	return word(l, map[directory.Break]sentence{
		directory.BreakChanged:   {"изменено", "changed"},
		directory.BreakMissing:   {"отсутствует", "missing"},
		directory.BreakMoved:     {"переставлено", "moved"},
		directory.BreakExtra:     {"лишнее", "extra"},
		directory.BreakCut:       {"конец отрезан", "cut off"},
		directory.BreakRewritten: {"цепочка переписана", "rewritten"},
	}, b)
}

// document verifies a signed document alone.
func (l logVerify) document(c *command) error {
	if len(l.Subscriber)+len(l.Checkpoint) > 0 || !l.From.IsZero() || !l.Until.IsZero() {
		return usage("file", "is given with flags that are about the log", "give the file and its certificate alone")
	}
	p, err := l.verified(l.File)
	if err != nil {
		return notBelieved(c, err)
	}
	return c.emit(p, func() {
		say := c.lang.say
		c.print("%s %s\n", say("подпись верна, составлен", "the signature is valid, made"), when(p.Made))
		if m := p.Message; m != nil {
			c.printOperation(m.Operation)
			for i := range m.Exchanges {
				c.printProven(&m.Exchanges[i])
			}
		}
		c.printCheckpoints(p)
	})
}

func (c *command) printProven(e *proof.Exchange) {
	places := []string{fmt.Sprint(e.Request.Position)}
	if e.Row.Finished() {
		places = append(places, fmt.Sprint(e.Answer.Position))
	}
	c.print("  %s\n", printable(fmt.Sprintf("%s  %s  %s, %s %s, %s %s", when(e.Row.StartedAt), e.Row.Operation, c.outcome(e.Row),
		c.lang.say("запрос", "request"), e.Row.RequestDigest.Short(), c.lang.say("места", "places"), strings.Join(places, ", "))))
}

// notBelieved gives a document that proves nothing its own exit code; one that cannot be read is an ordinary failure.
func notBelieved(c *command, err error) error {
	if !strings.HasPrefix(string(edo.ReasonOf(err)), "proof-") || errors.Is(err, proof.KeyNotRSA) {
		return err
	}
	c.report(err)
	return &ended{c.lang.say("документ ничего не доказывает", "the document proves nothing"), exitBroken}
}
