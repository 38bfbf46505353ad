package crash_test

import (
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	"github.com/edokit/edokit/conformance/mockoperator"
	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

// waysOfPeople lead through the command line, beside a plugin that is at work.
func waysOfPeople() []way {
	seldom := []string{"EDOKIT_RETRY_FIRST=6s", "EDOKIT_RETRY_LONGEST=6s"} // a person is faster than the next question
	return []way{
		{name: "retry", ready: decider, begin: (*cell).retryWaiting, end: (*cell).retriedOnce},
		{name: "cancel", ready: decider, begin: (*cell).cancelWaiting, end: (*cell).cancelledForGood},
		{name: "decide", settings: seldom, ready: decider, begin: (*cell).decideDoubt, end: (*cell).decidedOnce},
		{name: "read", ready: sender, begin: (*cell).fetch, end: (*cell).fetched},
		{name: "rotate", ready: sender, begin: (*cell).rotate, end: (*cell).rotated},
	}
}

// decider is a sender whose clerk may decide.
func decider(s *seat) {
	sender(s)
	p, err := s.alive()
	s.must(err)
	s.must(p.AllowUser(s.Context(), directory.User{
		Actor: clerk, Subscriber: subscriber, Actions: []edo.Action{edo.ActionSend, edo.ActionRead, edo.ActionReadLog, edo.ActionReadContent, edo.ActionDecide},
	}))
}

// byHand is a command about the first package of the cell.
func (c *cell) byHand(verb string, more ...string) {
	args := append([]string{verb, c.id + "-0", "--subscriber", string(subscriber), "--actor", string(clerk), "--why", "звонил контрагент"}, more...)
	c.heard.add(c.run2(args...))
}

// stuck brings the first package to a state in which a person takes it in hand. The operator is ill in the ways given,
// until healed.
func (c *cell) stuck(p *plugin, state edo.State, ill ...mockoperator.Rule) {
	for _, rule := range ill {
		c.op.Misbehave(rule)
	}
	pkg := c.letter(0)
	_, err := p.Send(c.Context(), pkg)
	c.heard.add(err)
	c.within(drain(), string(pkg.ID)+" is "+string(state), func() bool {
		op, err := c.store().Operation(c.Context(), edo.Key{Subscriber: subscriber, Package: pkg.ID})
		return err == nil && op.State == state && op.Reason != ""
	})
}

func (c *cell) healed() { c.op.SetScenario(wayOf(c.point.way).scenario) }

// away is an operator that cannot be logged in to.
func (c *cell) away() mockoperator.Rule {
	c.op.Expire()
	return mockoperator.Rule{Operation: "Authenticate", What: mockoperator.AnswerStatus, Status: 503, Times: -1}
}

func (c *cell) retryWaiting(p *plugin) {
	c.stuck(p, edo.StateWaiting, c.away())
	c.byHand("retry")
}

// retriedOnce retries once more and sees the package go out.
func (c *cell) retriedOnce(p *plugin) {
	c.Helper()
	c.byHand("retry")
	c.healed()
	c.pkgs = []edo.Package{c.letter(0)}
	c.sentOnce(p)
}

func (c *cell) cancelWaiting(p *plugin) {
	c.stuck(p, edo.StateWaiting, c.away())
	c.byHand("cancel")
}

// cancelledForGood cancels once more, lets the operator work again, and finds that the package never left.
func (c *cell) cancelledForGood(p *plugin) {
	c.Helper()
	key := edo.Key{Subscriber: subscriber, Package: c.letter(0).ID}
	cancelled := func() bool {
		op, err := c.store().Operation(c.Context(), key)
		return err == nil && op.State == edo.StateFailed && op.Reason == edo.Cancelled
	}
	c.within(drain(), "it is cancelled", func() bool {
		if !cancelled() {
			c.byHand("cancel") // who died in it holds it until the lease ends
		}
		return cancelled()
	})
	c.healed()
	c.pkgs = []edo.Package{c.letter(1)}
	c.sentOnce(p)
	if n := c.sent()[key.Package]; n != 0 || !cancelled() {
		c.Errorf("what was cancelled is %d times in the ledger", n)
	}
}

func (c *cell) decideDoubt(p *plugin) {
	c.stuck(p, edo.StateInDoubt,
		mockoperator.Rule{Operation: "SendMessage", What: mockoperator.AcceptThenCut},
		mockoperator.Rule{Operation: "GetDocumentEntries", What: mockoperator.AnswerStatus, Status: 503, Times: -1})
	c.within(drain(), "the operator was asked in vain", func() bool {
		op, err := c.store().Operation(c.Context(), edo.Key{Subscriber: subscriber, Package: c.letter(0).ID})
		return err == nil && strings.Contains(op.Detail, "503")
	})
	c.healed()
	c.byHand("decide", "--not-there") // the operator's own word goes before this
}

func (c *cell) decidedOnce(p *plugin) {
	c.Helper()
	c.healed()
	c.byHand("decide", "--not-there")
	c.pkgs = []edo.Package{c.letter(0)}
	c.sentOnce(p)
}

// sendMany sends more at once than may be worked on.
func (c *cell) sendMany(p *plugin) {
	c.newPackages(4)
	var all sync.WaitGroup
	for _, pkg := range c.pkgs {
		all.Go(func() { c.host(p, pkg) })
	}
	all.Wait()
}

// fetch gives somebody a document to read.
func (c *cell) fetch(p *plugin) {
	c.pkgs = []edo.Package{c.letter(0)}
	c.sentOnce(p)
	c.read()
}

func (c *cell) read() {
	file := filepath.Join(c.seat.orders.dir, "read-"+c.id+strconv.FormatInt(c.seat.orders.serial.Add(1), 10))
	c.heard.add(c.run2("fetch", c.id+"-0", "doc-1", "--subscriber", string(subscriber), "--role", "original", "--actor", string(clerk), "--out", file))
}

// fetched reads once more, and finds a row for it.
func (c *cell) fetched(p *plugin) {
	c.Helper()
	readings := func() int {
		all, err := c.store().Readings(c.Context(), subscriber, 1000)
		c.must(err)
		return len(all)
	}
	before := readings()
	c.read()
	if after := readings(); after != before+1 {
		c.Errorf("%d rows of readings, and %d after one more", before, after)
	}
	c.sentOnce(p)
}

func (c *cell) rotate(*plugin) { c.heard.add(c.run2("secret", "rotate")) }

// rotated goes on with the rotation, and logs in and signs with what was sealed anew.
func (c *cell) rotated(p *plugin) {
	c.Helper()
	if out := c.run2("secret", "rotate"); !strings.Contains(out, "sealed anew") && !strings.Contains(out, "запечатано заново") {
		c.Errorf("%s", out)
	}
	c.op.Expire()
	c.newPackages(1)
	c.sentOnce(p)
}
