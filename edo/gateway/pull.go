package gateway

import (
	"context"
	"slices"
	"time"

	"github.com/edokit/edokit/edo"
)

// Receive begins to read a subscriber's box, if the subscriber's policy says so, and goes on until the policy is
// changed. Calling it again is harmless: the box is read once more at once.
func (g *Gateway) Receive(ctx context.Context, s edo.SubscriberID) error {
	if g.Inbox == nil {
		return &edo.Error{Kind: edo.NotSupported, Op: "gateway.Receive", Message: "no inbox is configured", Remedy: "set Inbox and Routing in gateway.Config"}
	}
	err := g.Inbox.Start(ctx, edo.Job{Key: edo.Key{Subscriber: s}, Kind: edo.JobPull, Due: g.Now()})
	if err == nil {
		g.Queue.Ring()
	}
	return wrap("gateway.Receive", err)
}

// receiver is the session as a reader of the box. Without an administrator nothing is read: a document that nobody is
// responsible for is safer at the operator than with us.
func (g *Gateway) receiver(ctx context.Context, s edo.SubscriberID, session edo.Session) (edo.Receiver, []edo.Responsible, error) {
	r, ok := session.(edo.Receiver)
	if !ok {
		return nil, nil, &edo.Error{Kind: edo.NotSupported, Message: "the operator's driver cannot read a box"}
	}
	rules, err := g.Routing.Responsibles(ctx, s)
	if err == nil && !slices.ContainsFunc(rules, administrator) {
		err = administratorMissing()
	}
	return r, rules, err
}

func administratorMissing() error {
	return &edo.Error{
		Kind: edo.Denied, Reason: edo.AdministratorMissing, Field: "subscriber.responsibles",
		Message: "has no exchange administrator for all kinds of documents",
		Remedy:  "name one; until then inbound documents stay at the operator",
	}
}

// pullStep reads the box once: everything after the cursor, and a little before it.
func (g *Gateway) pullStep(ctx context.Context, t *turn) error {
	s := t.job.Key.Subscriber
	cursor, err := g.Inbox.Cursor(ctx, s)
	if err != nil {
		return err
	}
	cursor.Subscriber = s
	session, account, err := g.session(ctx, s)
	if err != nil {
		return g.unread(ctx, t, cursor, err)
	}
	if !account.Policy.Receive {
		return g.settle(ctx, t.job, edo.Change{At: g.Now(), Done: true, Result: "off", Detail: "the subscriber's policy does not let its box be read"})
	}
	receiver, _, err := g.receiver(ctx, s, session)
	if err != nil {
		return g.unread(ctx, t, cursor, err)
	}
	return g.pullPages(ctx, t, receiver, cursor)
}

// maxPages bounds one run, and with it what it remembers; the next run goes on from the cursor.
const maxPages = 1000

// pullPages lists page after page, one commit each, until the operator shows nothing that this run has not seen.
func (g *Gateway) pullPages(ctx context.Context, t *turn, r edo.Receiver, cursor edo.Cursor) error {
	seen := map[edo.MessageID]bool{}
	var after edo.MessageID
	if len(cursor.Last) > 0 {
		after = cursor.Last[0]
	}
	forgotten := false
	for pages := 1; ; pages++ {
		page, err := r.Inbox(ctx, after)
		if after != "" && len(seen) == 0 && edo.KindOf(err) == edo.NotFound {
			// The operator does not know its own id any more. Reading from the beginning lists nothing twice.
			forgotten, after = true, ""
			continue
		}
		if err != nil {
			return g.unread(ctx, t, cursor, err)
		}
		fresh := unseen(page.Messages, seen)
		c, err := g.list(ctx, t, fresh, "cursor")
		if err != nil {
			return g.unread(ctx, t, cursor, err)
		}
		if forgotten { // not before the beginning could be read: else the fault was no word on the cursor
			forgotten, cursor.Last = false, nil
		}
		cursor.Last = follow(cursor.Last, fresh, g.Overlap)
		c.Events = append(c.Events, g.readAt(&cursor, page.AsOf)...)
		c.Cursor = &cursor
		switch {
		case len(fresh) == 0:
			c.Release, c.Due, c.Result = true, g.Now().Add(g.Pull), "read"
		case pages >= maxPages:
			c.Release, c.Due, c.Result = true, g.Now(), "goes on"
		}
		if err := g.settle(ctx, t.job, c); err != nil || c.Release {
			return err
		}
		g.Trace(ctx, "pull.listed")
		after = page.Messages[len(page.Messages)-1].Message
	}
}

// unseen gives the headers whose ids this run meets for the first time.
func unseen(all []edo.InboxHeader, seen map[edo.MessageID]bool) []edo.InboxHeader {
	var fresh []edo.InboxHeader
	for _, h := range all {
		if h.Message != "" && !seen[h.Message] {
			seen[h.Message] = true
			fresh = append(fresh, h)
		}
	}
	return fresh
}

// follow moves the cursor over what was listed. Ids that were there already move to the end: they are the latest again.
func follow(last []edo.MessageID, fresh []edo.InboxHeader, overlap int) []edo.MessageID {
	next := slices.Clone(last)
	for _, h := range fresh {
		next = slices.DeleteFunc(next, func(id edo.MessageID) bool { return id == h.Message })
		next = append(next, h.Message)
	}
	return next[max(len(next)-overlap, 0):]
}

// list makes the rows and jobs of messages that are not listed yet. What we sent ourselves is not inbound.
func (g *Gateway) list(ctx context.Context, t *turn, headers []edo.InboxHeader, found string) (edo.Change, error) {
	now, s := g.Now(), t.job.Key.Subscriber
	// The slow ways are ordered with every page: a job that is there is left as it was.
	c := edo.Change{At: now, Jobs: []edo.Job{
		{Key: edo.Key{Subscriber: s}, Kind: edo.JobCheck, Due: now},
		{Key: edo.Key{Subscriber: s}, Kind: edo.JobNotices, Due: now},
	}}
	from := map[edo.MessageID]edo.BoxID{}
	var ids []edo.MessageID
	for _, h := range headers {
		if !h.Own && h.Message != "" {
			ids, from[h.Message] = append(ids, h.Message), h.From
		}
	}
	if len(ids) == 0 {
		return c, nil
	}
	ids, err := g.Inbox.Unlisted(ctx, s, ids)
	for _, id := range ids {
		c.Messages = append(c.Messages, edo.InboundMessage{Subscriber: s, Message: id, From: from[id], State: edo.InboundListed, Found: found, ListedAt: now})
		c.Jobs = append(c.Jobs, edo.Job{Key: edo.Key{Subscriber: s, Package: edo.PackageID(id)}, Kind: edo.JobTake, Due: now})
	}
	return c, err
}

// readAt notes the operator's clock, and tells when the difference to ours becomes too large and when it ends.
func (g *Gateway) readAt(c *edo.Cursor, asOf time.Time) []edo.Event {
	now := g.Now()
	was, known := c.Skew.Abs() > g.MaxSkew, !asOf.IsZero()
	c.Refusal = ""
	if !known {
		if c.ReadAt.IsZero() {
			c.ReadAt = now
		}
		return nil
	}
	c.AsOf, c.ReadAt, c.Skew = asOf, now, now.Sub(asOf)
	is := c.Skew.Abs() > g.MaxSkew
	if was == is {
		return nil
	}
	e := edo.Event{Key: edo.Key{Subscriber: c.Subscriber}, Kind: edo.EventSkew, At: now, Detail: "our clock and the operator's agree again"}
	if is {
		e.Reason, e.Detail = edo.ClockSkew, "our clock minus the operator's is "+c.Skew.Round(time.Second).String()+"; set our clock"
	}
	return []edo.Event{e}
}

// unread says in the cursor why the box cannot be read, and tries again. The job lives for ever, so its number of tries
// says nothing about how long the trouble lasts.
func (g *Gateway) unread(ctx context.Context, t *turn, cursor edo.Cursor, err error) error {
	if ctx.Err() != nil {
		return err // we are told to end: nothing is wrong with the box
	}
	now := g.Now()
	cursor.Refusal = plain(err)
	if cursor.ReadAt.IsZero() {
		cursor.ReadAt = now
	}
	class, tries := paceReading, 1
	switch edo.KindOf(err) {
	case edo.Denied:
		class = paceMending
	case edo.NotSupported:
		class, tries = pacePassing, manyTries
	}
	return g.settle(ctx, t.job, edo.Change{
		At: now, Cursor: &cursor, Release: true, Due: now.Add(g.pause(class, tries, err)), Reason: edo.ReasonOf(err), Result: "unread", Detail: cursor.Refusal,
	})
}

// definite reports whether the operator has said no to this very request.
func definite(err error) bool {
	switch edo.KindOf(err) {
	case edo.Refused, edo.Invalid, edo.NotFound:
		return true
	}
	return false
}
