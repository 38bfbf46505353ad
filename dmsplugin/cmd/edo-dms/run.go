package main

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/edokit/edokit/edo"
)

type work struct {
	For     time.Duration `placeholder:"8h" help:"End after this time; without it, when interrupted."`
	Health  string        `env:"EDOKIT_HEALTH" placeholder:"127.0.0.1:PORT" help:"Answer /healthz and /readyz there; off by default."`
	Metrics string        `env:"EDOKIT_METRICS" placeholder:"127.0.0.1:PORT" help:"Answer /metrics there, in the text form of Prometheus; off by default."`
}

const (
	runConsumer = "edo-dms-run"          // whose place in the events is kept: the next run goes on where this one ends
	runLook     = 300 * time.Millisecond // how often the events are looked at
	runPage     = 100
)

// Run works on whatever is due and tells every event once, until it is interrupted: that is its usual end, and no failure.
func (w work) Run(c *command) error {
	watched, err := watch(c.ctx, w.Health, w.Metrics, false, c.getenv, slog.New(slog.NewTextHandler(c.err, nil)))
	if err != nil {
		return err
	}
	c.wraps = watched.wraps()
	return c.with(func(p *parts) error {
		defer watched.close()
		if err := watched.start(c.ctx, p, func(url string) { fmt.Fprintln(c.err, "edo-dms:", url) }); err != nil {
			return err
		}
		return w.work(c, p)
	})
}

func (w work) work(c *command, p *parts) error {
	ctx, stop := context.WithCancel(c.ctx)
	if w.For > 0 {
		ctx, stop = context.WithTimeout(c.ctx, w.For)
	}
	defer stop()
	steady := context.WithoutCancel(c.ctx) // what is told is also remembered
	if err := p.receiveAll(steady); err != nil {
		return err
	}
	var workers sync.WaitGroup
	defer workers.Wait()
	defer stop()
	workers.Go(func() { _ = p.gateway.Run(ctx) }) // ends with the context and reports nothing else
	tick := time.NewTicker(runLook)
	defer tick.Stop()
	for told := true; ctx.Err() == nil; {
		err := c.tellAll(steady, p)
		if err != nil && edo.KindOf(err) != edo.Unavailable {
			return err
		}
		if err != nil && told { // once: a database that restarts is waited for, and the work goes on by itself
			c.report(err)
		}
		told = err == nil
		select {
		case <-tick.C:
		case <-ctx.Done():
		}
	}
	workers.Wait()
	return c.tellAll(steady, p)
}

// tellAll prints what is new for every subscriber, those added meanwhile included.
func (c *command) tellAll(ctx context.Context, p *parts) error {
	all, err := p.Store.Subscribers(ctx)
	for _, s := range all {
		if err == nil {
			err = c.tell(ctx, p, s.ID)
		}
	}
	return err
}

// tell prints the events of a subscriber. A page is acknowledged when it is printed: what cannot be written comes again.
func (c *command) tell(ctx context.Context, p *parts, s edo.SubscriberID) error {
	after, err := p.Store.Acknowledged(ctx, s, runConsumer)
	for err == nil {
		var events []edo.Event
		if events, err = p.Store.Events(ctx, s, after, runPage); err != nil || len(events) == 0 {
			return err
		}
		for _, e := range events {
			var failed error
			err := c.emit(e, func() { _, failed = fmt.Fprintln(c.out, c.eventLine(e)) })
			if err = cmp.Or(err, failed); err != nil {
				return err
			}
			after = e.Seq
		}
		err = p.Store.Acknowledge(ctx, s, runConsumer, after)
	}
	return err
}

// eventLine is one event for people: when, whose, what, which document or package, and what is new.
func (c *command) eventLine(e edo.Event) string {
	which, news := string(e.Key.Package), ""
	switch d := e.Inbound; {
	case e.Kind == edo.EventStatus:
		news = c.lang.state(e.State) + c.lang.why(e.Reason, cell(e.Detail))
	case e.Kind == edo.EventStamp:
		news = c.lang.stamp(e.Stamp) + c.lang.why(e.Reason, cell(e.Detail))
	case e.Kind == edo.EventVersion:
		news = string(e.Version.Role) + " " + cell(e.Version.Name) + " " + e.Version.Digest.Short()
	case e.Kind == edo.EventTerm && d != nil:
		which, news = string(d.Key.Remote), c.lang.term(d.Term)
	case d != nil:
		which = string(d.Key.Remote)
		news = fmt.Sprintf("%s, %s %s, %s, %s", c.lang.class(d.Class), c.lang.say("от", "from"), cell(sender(d.From)), cell(d.Name), c.lang.inbound(*d))
		if e.Kind == edo.EventAnswer {
			news += ", " + c.lang.say("на наш пакет", "to our package") + " " + string(e.Key.Package)
		}
	case e.Task != nil:
		news = c.lang.task(e.Task.State) + ", " + string(e.Task.Signer)
	case e.Reach != nil:
		which, news = e.Reach.Key.INN, c.lang.counterparty(e.Reach.State)+c.lang.why(e.Reason, cell(e.Detail))
	default:
		news = cell(e.Detail)
	}
	if e.Document != "" && e.Inbound == nil {
		which += "/" + string(e.Document)
	}
	return printable(fmt.Sprintf("%s  %s  %s  %s: %s", when(e.At), e.Key.Subscriber, c.lang.event(e.Kind), dash(which), news))
}

func (l lang) event(k edo.EventKind) string {
	return word(l, map[edo.EventKind]sentence{
		edo.EventStatus:  {"пакет", "package"},
		edo.EventStamp:   {"штамп", "stamp"},
		edo.EventVersion: {"версия", "version"},
		edo.EventInbound: {"входящий", "inbound"},
		edo.EventAnswer:  {"ответ контрагента", "answer"},
		edo.EventTerm:    {"срок ответа", "term"},
		edo.EventTask:    {"задание на подпись", "task"},
		edo.EventHandOff: {"готово к передаче", "hand-off"},
		edo.EventSkew:    {"часы", "clock"},
		edo.EventReach:   {"контрагент", "counterparty"},
	}, k)
}
