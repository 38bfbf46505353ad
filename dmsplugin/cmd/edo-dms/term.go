package main

import (
	"strings"
	"time"

	"github.com/edokit/edokit/edo"
)

// localMoment reads a time that the parser of arguments took for UTC as one of this machine.
func localMoment(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), 0, 0, time.Local)
}

type termSet struct {
	document `embed:""`
	Actor    string    `required:"" help:"On whose behalf: a user that is allowed to answer."`
	Due      time.Time `format:"2006-01-02T15:04" placeholder:"YYYY-MM-DDThh:mm" help:"The last moment, in this machine's time. The operator's time of the reply decides."`
	Warn     time.Time `format:"2006-01-02T15:04" placeholder:"YYYY-MM-DDThh:mm" help:"When people are reminded."`
	Never    bool      `help:"Take the term away."`
}

// Run sets the term.
func (t termSet) Run(c *command) error {
	if t.Never != t.Due.IsZero() {
		return usage("due", "and --never are both given, or neither", "give one of them")
	}
	return c.with(func(p *parts) error {
		d, err := p.gateway.SetTerm(c.ctx, edo.ActorID(t.Actor), t.key(), edo.Term{Due: localMoment(t.Due), Warn: localMoment(t.Warn)})
		if err != nil {
			return err
		}
		return c.emit(d, func() { c.print("%s: %s\n", printable(t.Remote), c.lang.term(d.Term)) })
	})
}

type replyOtherwise struct {
	document `embed:""`
	Actor    string `required:"" help:"On whose behalf: a user that is allowed to answer."`
	Channel  string `required:"" enum:"e-mail,paper" help:"The other way: e-mail or paper."`
	Reason   string `required:"" help:"Why not electronically; it is kept."`
}

// Run records the other way.
func (r replyOtherwise) Run(c *command) error {
	return c.with(func(p *parts) error {
		d, err := p.gateway.AnswerOtherwise(c.ctx, edo.ActorID(r.Actor), r.key(), edo.Channel(r.Channel), strings.TrimSpace(r.Reason))
		if err != nil {
			return err
		}
		return c.emit(d, func() {
			c.print("%s: %s: %s\n", printable(r.Remote), c.lang.channel(d.Reply.Channel), printable(d.Reply.Reason))
		})
	})
}
