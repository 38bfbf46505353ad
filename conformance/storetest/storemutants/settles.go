package storemutants

import (
	"context"

	"github.com/edokit/edokit/conformance/storetest"
	"github.com/edokit/edokit/edo"
)

// settling drops a part of what one step of work writes.
type settling struct {
	storetest.Store

	change func(c *edo.Change)
}

func (s settling) Settle(ctx context.Context, j edo.Job, c edo.Change) error {
	s.change(&c)
	return s.Store.Settle(ctx, j, c)
}

func settles() []Mutant {
	one := func(name, breaks string, change func(c *edo.Change), clauses ...string) Mutant {
		return lies("settle-"+name, breaks, func(s storetest.Store) storetest.Store { return settling{s, change} }, clauses...)
	}
	return []Mutant{
		one("keeps-the-old-state", "a step writes the new state", func(c *edo.Change) { c.Operation = nil }, "V13"),
		one("drops-documents", "a step writes the state of its documents", func(c *edo.Change) { c.Documents = nil }, "V21"),
		one("drops-the-stamp", "a step writes the version that it has got", func(c *edo.Change) { c.Versions = nil }, "V12"),
		one("drops-events", "a step tells what it did", func(c *edo.Change) { c.Events = nil }, "S7"),
		one("tells-twice", "an event is told once", func(c *edo.Change) { c.Events = append(c.Events[:len(c.Events):len(c.Events)], c.Events...) }, "S7"),
		one("drops-new-work", "a step leaves behind the work that follows", func(c *edo.Change) { c.Jobs = nil }, "V13"),
		one("wakes-nobody", "work that became possible is woken", func(c *edo.Change) { c.Wake = nil }, "edo.Change.Wake"),
		one("drops-an-answer", "an answer is accepted with its work", func(c *edo.Change) { c.Accepted = nil }, "V16"),
		one("drops-a-message", "what came in is written before anybody is told", func(c *edo.Change) { c.Messages = nil }, "S4"),
		one("drops-what-came-in", "what came in is written before anybody is told", func(c *edo.Change) { c.Inbound = nil }, "S4"),
		one("ignores-a-decision", "a step keeps what a person decided meanwhile", func(c *edo.Change) {
			for i := range c.Inbound {
				c.Inbound[i].Revision++
			}
		}, "S4"),
		one("drops-a-fate", "what became of a document is kept", func(c *edo.Change) { c.Fates = nil }, "V21"),
		one("drops-a-reply", "a reply is kept with its request", func(c *edo.Change) { c.Replied = nil }, "V9"),
		one("drops-the-cursor", "the place in the box is kept with what was read", func(c *edo.Change) { c.Cursor = nil }, "S4"),
		one("drops-a-task", "what waits for a key is listed", func(c *edo.Change) { c.Tasks = nil }, "M4"),
		one("drops-a-counterparty", "how far a counterparty has come is kept", func(c *edo.Change) { c.Reach = nil }, "V2"),
		one("never-ends", "work that is done is over", func(c *edo.Change) { c.Done = false }, "gateway.Outbox.Settle"),
		one("counts-every-claim", "a claim that could do nothing is no try", func(c *edo.Change) { c.Untried = false }, "edo.Change.Untried"),
		one("says-no-reason", "what waits says why", func(c *edo.Change) { c.Reason, c.Detail, c.Result = "", "", "" }, "B3"),
		one("counts-no-faults", "internal faults in a row are counted", func(c *edo.Change) { c.Faulty = false }, "edo.Change.Faulty"),
	}
}
