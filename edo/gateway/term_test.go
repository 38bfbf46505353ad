package gateway_test

import (
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/edokit/edokit/edo"
)

// clocks are ours and the operator's, moved by hand on top of the real ones.
type clocks struct{ ours, theirs atomic.Int64 }

func (c *clocks) now() time.Time   { return time.Now().Add(time.Duration(c.ours.Load())) }
func (c *clocks) there() time.Time { return time.Now().Add(time.Duration(c.theirs.Load())) }

// termed is a bundle whose complaints must be answered within an hour, with a warning half an hour before.
func termed(c *clocks) func(*bundle) {
	return both(receives, func(b *bundle) {
		b.cfg.Now, b.op.Now = c.now, c.there
		b.cfg.Kinds[2].AnswerIn, b.cfg.Kinds[2].WarnBefore = time.Hour, 30*time.Minute
	})
}

func term(s edo.TermState) func(edo.InboundDocument) bool {
	return func(d edo.InboundDocument) bool { return d.Term.State == s }
}

// TestTermRunsOnTheOperatorsClock: open, warned and missed come by the operator's clock, however wrong ours is, each
// told once.
func TestTermRunsOnTheOperatorsClock(t *testing.T) {
	t.Parallel()
	var c clocks
	c.ours.Store(int64(-5 * time.Hour))
	b := setup(t, termed(&c))
	b.op.PlantLetters(1, sender, "Жалоба")
	b.run(t)
	b.receive(t)
	d := b.came(t, "in-1-doc", term(edo.TermOpen))
	if want := d.OperatorTime.Add(time.Hour); !d.Term.Due.Equal(want) || !d.Term.Warn.Equal(want.Add(-30*time.Minute)) {
		t.Errorf("term %+v of %s", d.Term, d.OperatorTime)
	}
	c.move(40 * time.Minute)
	b.came(t, "in-1-doc", term(edo.TermWarned))
	c.move(25 * time.Minute)
	b.came(t, "in-1-doc", term(edo.TermMissed))
	var told []string
	for _, e := range b.events(t, edo.EventTerm) {
		told = append(told, string(e.Inbound.Term.State))
	}
	if diff := cmp.Diff([]string{"open", "warned", "missed"}, told); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func (c *clocks) move(d time.Duration) {
	c.theirs.Add(int64(d))
	c.ours.Add(int64(d))
}

// TestReplyDecidesTheTerm: the operator's time of the reply, to the microsecond that stores keep.
func TestReplyDecidesTheTerm(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		reply time.Duration // after the term's end, by the operator
		want  edo.TermState
	}{
		"long before": {-30 * time.Minute, edo.TermMet},
		"on the last": {0, edo.TermMet},
		"just after":  {time.Microsecond, edo.TermMissed},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var c clocks
			var fixed atomic.Pointer[time.Time]
			b := setup(t, both(termed(&c), forms, func(b *bundle) {
				b.op.Now = func() time.Time {
					if at := fixed.Load(); at != nil {
						return *at
					}
					return c.there()
				}
			}))
			b.op.PlantLetters(1, sender, "Жалоба")
			b.run(t)
			b.receive(t)
			d := b.came(t, "in-1-doc", term(edo.TermOpen))
			when := d.Term.Due.Add(tc.reply)
			fixed.Store(&when)
			p := pack("reply", "answer")
			p.InReplyTo = "in-1-doc"
			if _, err := b.gw.Send(t.Context(), p); err != nil {
				t.Fatal(err)
			}
			op := b.until(t, "reply", settled)
			d = b.came(t, "in-1-doc", func(d edo.InboundDocument) bool { return d.Reply.Package == "reply" && term(tc.want)(d) })
			if !d.Reply.OperatorTime.Equal(when) {
				t.Errorf("reply of %s, want %s", d.Reply.OperatorTime, when)
			}
			e, err := b.gw.Evidence(t.Context(), d.Key)
			if err != nil || e.Reply == nil || e.Reply.Key != op.Key || !e.OperatorTime.Equal(when) || e.Skew != op.Skew || len(e.Versions) != 1 || e.Term.State != tc.want {
				t.Errorf("evidence %+v, %v", e, err)
			}
		})
	}
}

// TestMissedTurnsMet: a reply that was in doubt over the end of the term and is found with an earlier operator time.
func TestMissedTurnsMet(t *testing.T) {
	t.Parallel()
	var c clocks
	var show atomic.Bool
	b := setup(t, both(termed(&c), forms, func(b *bundle) {
		b.op.VisibilityTime = 100 * time.Hour
		b.op.Hidden = func(int) bool { return !show.Load() }
	}))
	b.op.PlantLetters(1, sender, "Жалоба")
	b.run(t)
	b.receive(t)
	b.came(t, "in-1-doc", term(edo.TermOpen))
	eventually(t, func() bool { return b.op.Receipts() == 1 }) // what is lost is the reply
	b.op.Script(edotestStep(&edo.Error{Kind: edo.InDoubt}, false))
	p := pack("reply", "answer")
	p.InReplyTo = "in-1-doc"
	if _, err := b.gw.Send(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	b.until(t, "reply", state(edo.StateInDoubt))
	c.move(2 * time.Hour)
	d := b.came(t, "in-1-doc", term(edo.TermMissed))
	if e, err := b.gw.Evidence(t.Context(), d.Key); err != nil || e.Reply == nil || !e.OperatorTime.IsZero() {
		t.Errorf("evidence of a reply in doubt: %+v, %v", e, err)
	}
	show.Store(true)
	c.move(5 * time.Minute) // the next question is due
	b.came(t, "in-1-doc", term(edo.TermMet))
	if events := b.events(t, edo.EventTerm); len(events) != 3 && len(events) != 4 { // the warning may have been passed by
		t.Errorf("%d events", len(events))
	}
}

// TestSetTerm: a person's term goes before the kind's, its state is decided here, and it can be taken away.
func TestSetTerm(t *testing.T) {
	t.Parallel()
	var c clocks
	b := setup(t, termed(&c))
	b.op.PlantLetters(1, sender, "Запрос") // a kind without a term
	b.run(t)
	b.receive(t)
	d := b.came(t, "in-1-doc", stored)
	if d.Term.State != edo.TermNone {
		t.Errorf("term %+v", d.Term)
	}
	due := c.there().Add(time.Hour)
	if _, err := b.gw.SetTerm(t.Context(), "stranger", d.Key, edo.Term{Due: due}); !errors.Is(err, edo.UserNotAllowed) {
		t.Errorf("a stranger: %v", err)
	}
	if _, err := b.gw.SetTerm(t.Context(), clerk, d.Key, edo.Term{Due: due, Warn: due.Add(1)}); !errors.Is(err, edo.Invalid) {
		t.Errorf("a warning after the end: %v", err)
	}
	if _, err := b.gw.SetTerm(t.Context(), clerk, edo.InboundKey{Subscriber: sub, Remote: "nothing"}, edo.Term{Due: due}); !errors.Is(err, edo.RequestUnknown) {
		t.Errorf("an unknown request: %v", err)
	}
	if d, err := b.gw.SetTerm(t.Context(), clerk, d.Key, edo.Term{Due: due, State: edo.TermMet}); err != nil || d.Term.State != edo.TermOpen {
		t.Errorf("%s, %v", d.Term.State, err)
	}
	c.move(2 * time.Hour)
	b.came(t, "in-1-doc", term(edo.TermMissed))
	if d, err := b.gw.SetTerm(t.Context(), clerk, d.Key, edo.Term{}); err != nil || d.Term.State != edo.TermNone {
		t.Errorf("%+v, %v", d.Term, err)
	}
}

// TestV7_AnswerOtherwise: another way than the request's needs a reason, and the reason is logged.
func TestV7_AnswerOtherwise(t *testing.T) {
	t.Parallel()
	b := setup(t, receives)
	b.op.PlantLetters(1, sender, "Жалоба")
	b.run(t)
	b.receive(t)
	d := b.came(t, "in-1-doc", stored)
	p := pack("paper", "answer")
	p.InReplyTo, p.Channel = "in-1-doc", edo.ChannelPaper
	if _, err := b.gw.Send(t.Context(), p); !errors.Is(err, edo.ReplyNeedsReason) {
		t.Errorf("a reply on paper without a reason: %v", err)
	}
	for name, tc := range map[string]struct {
		channel edo.Channel
		reason  string
		want    edo.Reason
	}{
		"no reason":       {edo.ChannelPaper, "", edo.ReplyNeedsReason},
		"no other way":    {edo.ChannelOperator, "why not", edo.FlowUnknown},
		"reason too long": {edo.ChannelEMail, string(make([]byte, 1001)), edo.TextMalformed},
	} {
		if _, err := b.gw.AnswerOtherwise(t.Context(), clerk, d.Key, tc.channel, tc.reason); !errors.Is(err, tc.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := b.gw.AnswerOtherwise(t.Context(), "stranger", d.Key, edo.ChannelPaper, "x"); !errors.Is(err, edo.UserNotAllowed) {
		t.Errorf("a stranger: %v", err)
	}
	d, err := b.gw.AnswerOtherwise(t.Context(), clerk, d.Key, edo.ChannelPaper, "the client asked for it")
	if err != nil || d.Reply.Channel != edo.ChannelPaper || d.Reply.Reason != "the client asked for it" || d.Reply.Actor != clerk || d.Reply.At.IsZero() {
		t.Errorf("%+v, %v", d.Reply, err)
	}
	events := b.events(t, edo.EventInbound)
	if last := events[len(events)-1]; last.Inbound.Reply.Reason != d.Reply.Reason {
		t.Errorf("the last event is %+v", last)
	}
}

// TestReplyToNothing: a reply names a request that came in.
func TestReplyToNothing(t *testing.T) {
	t.Parallel()
	b := setup(t, receives)
	p := pack("reply", "answer")
	p.InReplyTo = "nothing"
	var e *edo.Error
	if _, err := b.gw.Send(t.Context(), p); !errors.Is(err, edo.RequestUnknown) || !errors.As(err, &e) || e.Field != "package.in_reply_to" {
		t.Errorf("%v", err)
	}
	if n := len(b.op.Ledger()); n != 0 {
		t.Errorf("%d sent", n)
	}
}
