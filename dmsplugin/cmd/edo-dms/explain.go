package main

import (
	"fmt"
	"time"

	"github.com/edokit/edokit/edo"
)

type explain struct {
	Item       string `arg:"" optional:"" help:"Id of a package, of a message or document that came in, or counterparty:INN:KPP; without it the box is explained."`
	Subscriber string `required:"" help:"Of which of our organisations."`
}

// Run puts everything that is known of one piece of work on one page.
func (e explain) Run(c *command) error {
	return c.with(func(p *parts) error {
		if err := p.known(c.ctx, e.Subscriber); err != nil {
			return err
		}
		x, err := p.gateway.Explain(c.ctx, edo.Key{Subscriber: edo.SubscriberID(e.Subscriber), Package: edo.PackageID(e.Item)})
		if err != nil {
			return err
		}
		return c.emit(x, func() { c.printExplanation(x) })
	})
}

func (c *command) printExplanation(x edo.Explanation) {
	say := c.lang.say
	c.print("%s\n", c.explained(x))
	if x.Reason != "" || x.Detail != "" {
		c.print("  %s:%s\n", say("Почему", "Why"), c.lang.why(x.Reason, x.Detail))
	}
	next := say(x.Next.RU, x.Next.EN)
	switch {
	case x.Operation != nil && x.Operation.State == edo.StateFailed: // a job that is still there will only find that
	case x.NextAt.After(x.At):
		next += ", " + when(x.NextAt)
	case !x.NextAt.IsZero():
		next += ", " + say("сейчас", "now")
	}
	c.print("  %s: %s\n", say("Что дальше", "What happens next"), next)
	if x.Person {
		c.print("  %s\n", say("НУЖЕН ЧЕЛОВЕК", "NEEDS A PERSON"))
	}
	if x.Operation != nil {
		c.printOperation(*x.Operation)
	}
	c.printAsked(x.Asked)
	for _, d := range x.Documents {
		c.print("  %s %s: %s\n", printable(string(d.Key.Remote)), cell(d.Name), c.lang.inbound(d))
	}
	for _, op := range x.Answers {
		c.print("  %s: %s%s\n", c.lang.answer(op.Answer), c.lang.state(op.State), c.lang.why(op.Reason, op.Detail))
	}
	for _, t := range x.Tasks {
		c.print("  %s %s: %s, %s, %s\n", say("Задание на подпись", "Signature task"), t.Key.Document, t.Signer, c.lang.task(t.State), when(t.Deadline))
	}
	c.printWork(x)
	for _, r := range x.Remedies {
		c.print("  %s: %s\n", say("Можно", "You can"), c.remedy(r, x))
	}
}

// explained is the first line: what it is and how it stands.
func (c *command) explained(x edo.Explanation) string {
	say := c.lang.say
	switch {
	case x.Operation != nil:
		return say("Пакет ", "Package ") + string(x.Key.Package) + ": " + say(x.State.RU, x.State.EN)
	case x.Message != nil:
		return say("Входящее сообщение ", "Inbound message ") + printable(string(x.Message.Message)) + ": " + c.lang.inbound(edo.InboundDocument{State: x.Message.State})
	case x.Counterparty != nil:
		return say("Контрагент ", "Counterparty ") + x.Counterparty.Key.INN + ": " + c.lang.counterparty(x.Counterparty.State)
	}
	return say("Ящик абонента ", "Box of subscriber ") + string(x.Key.Subscriber) + ": " + say(x.State.RU, x.State.EN)
}

func (c *command) printAsked(a *edo.Asked) {
	if a == nil {
		return
	}
	say := c.lang.say
	if !a.CanBe {
		c.print("  %s\n", say("Оператора нельзя спросить о пакете", "The operator cannot be asked about the package"))
		return
	}
	c.print("  %s: %s %s, %s %s\n", say("Что спрашивали у оператора", "What was asked of the operator"), say("исходящие с", "the outbox since"), when(a.From),
		say("время видимости", "visibility time"), a.Visibility.Round(time.Millisecond))
	if !a.Missing.IsZero() {
		c.print("  %s: %s; %s: %d\n", say("Впервые не найден, по часам оператора", "First not found, by the operator's clock"), when(a.Missing), say("точных ответов «не найден» подряд", `sure answers "not found" in a row`), a.NotFound)
	}
	c.field("  ", say("Последний ответ", "The last answer"), a.Said)
}

// printWork shows unfinished jobs with their leases, every try, and the exchanges of the log.
func (c *command) printWork(x edo.Explanation) {
	say := c.lang.say
	if len(x.Jobs) > 0 {
		c.printJobs(x.Jobs)
	}
	for _, j := range x.Jobs {
		if j.State == edo.JobHeld {
			c.print("  %s %s: %s, %s %s\n", say("Работу", "The job"), j.Kind, printable(j.Owner), say("держит до", "holds it until"), when(j.Until))
		}
	}
	if len(x.Attempts) > 0 {
		c.table(say("НАЧАТО\tОКОНЧЕНО\tКЕМ\tРАБОТА\tИТОГ\tПОДРОБНОСТИ", "BEGUN\tENDED\tBY\tJOB\tRESULT\tDETAIL"), func(line func(...any)) {
			for _, a := range x.Attempts {
				line(when(a.At), when(a.EndedAt), a.Owner, a.Job, dash(a.Result), whole(dash(a.Detail)))
			}
		})
	}
	if len(x.Calls) > 0 {
		c.table(say("№\tНАЧАТ\tОПЕРАЦИЯ\tHTTP\tИТОГ\tКОД\tПРИМЕЧАНИЕ", "NO\tSTARTED\tOPERATION\tHTTP\tOUTCOME\tCODE\tNOTE"), func(line func(...any)) {
			for _, e := range x.Calls {
				outcome := say("прервано или идёт", "interrupted or running")
				if !e.EndedAt.IsZero() {
					outcome = c.lang.outcome(e.Outcome)
				}
				line(e.Seq, when(e.At), e.Operation, e.HTTPStatus, outcome, dash(e.Code), whole(dash(e.Note)))
			}
		})
	}
}

// remedy is the command to type.
func (c *command) remedy(r edo.Remedy, x edo.Explanation) string {
	of := fmt.Sprintf("%s --subscriber %s --actor USER", x.Key.Package, x.Key.Subscriber)
	switch r {
	case edo.RemedyRetry:
		return "edo-dms retry " + of + " --why TEXT"
	case edo.RemedyCancel:
		return "edo-dms cancel " + of + " --why TEXT"
	case edo.RemedyDecide:
		return "edo-dms decide " + of + " --why TEXT --there --message ID --time TIME | --not-there"
	case edo.RemedySign:
		return fmt.Sprintf("edo-dms task list --subscriber %s --actor USER", x.Key.Subscriber)
	case edo.RemedyChoose:
		return c.lang.say("выбрать ящик: --to-box при отправке или counterparty ensure --box", "choose a box: --to-box when sending, or counterparty ensure --box")
	}
	return c.lang.say("устранить причину, названную выше", "mend the reason that is named above")
}
