package directory

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/edokit/edokit/edo"
)

// Break says what is wrong at one place of the log.
type Break string

// What can be wrong.
const (
	BreakChanged   Break = "changed"   // the row, its place or its link is not what was written
	BreakMissing   Break = "missing"   // the row of a link, or links, are not there
	BreakMoved     Break = "moved"     // the row says another place than its link
	BreakExtra     Break = "extra"     // a row that the log never wrote
	BreakCut       Break = "cut"       // the chain ends before a checkpoint
	BreakRewritten Break = "rewritten" // the chain is not the one that a checkpoint saw
)

// Fault is one finding of [VerifyLog].
type Fault struct {
	Subscriber edo.SubscriberID
	Position   int64
	Half       Half
	Exchange   edo.ExchangeID // empty if the row is not known
	Break      Break
	Detail     string // one line for people
}

// MaxLogFaults is how many findings a report holds; it counts all of them.
const MaxLogFaults = 1000

// LogReport is what [VerifyLog] found.
type LogReport struct {
	Subscribers int
	Links       int64 // that were looked at
	Checkpoints int   // that were compared
	Broken      int64 // findings
	Faults      []Fault
}

// LogCheck says what [VerifyLog] looks at.
type LogCheck struct {
	Subscribers []edo.SubscriberID // empty: all of the log and of the checkpoints
	From, To    time.Time          // of the beginning of exchanges, To is exclusive; zero: no bound
	Checkpoints []Checkpoint
	Progress    func(s edo.SubscriberID, position, last int64) // after every page; nil: nobody is told
}

// verifyPage is how many links are read in one query, so that no query stays open for long.
const verifyPage = 500

// VerifyLog recomputes the chain of the message log and compares it with what is stored and with checkpoints. It finds
// every changed, missing and moved row. What was cut off at the end, or a chain that was written anew as a whole, only a
// checkpoint shows. Memory is that of one row. The error is one of reading: then the report is not complete.
func VerifyLog(ctx context.Context, l Ledger, c LogCheck) (LogReport, error) {
	v := &verifier{ledger: l, check: c}
	last, err := v.chains(ctx)
	for _, end := range last {
		if err != nil {
			break
		}
		v.report.Subscribers++
		if err = v.chain(ctx, end); err == nil {
			err = v.checkpoints(ctx, end)
		}
	}
	if err == nil && c.From.IsZero() && c.To.IsZero() {
		err = v.extra(ctx)
	}
	return v.report, err
}

type verifier struct {
	ledger Ledger
	check  LogCheck
	report LogReport
	unread int // links in a row that could not be read
}

func (v *verifier) fault(f Fault) {
	if v.report.Broken++; v.report.Broken <= MaxLogFaults {
		v.report.Faults = append(v.report.Faults, f)
	}
}

// chains gives the ends of the chains to look at. A subscriber whose chain is gone altogether has a zero end.
func (v *verifier) chains(ctx context.Context) ([]Link, error) {
	all, err := v.ledger.Chains(ctx)
	if err != nil {
		return nil, err
	}
	wanted := v.check.Subscribers
	known := map[edo.SubscriberID]Link{}
	for _, l := range all {
		known[l.Subscriber] = l
		if len(v.check.Subscribers) == 0 {
			wanted = append(wanted, l.Subscriber)
		}
	}
	if len(v.check.Subscribers) == 0 {
		for _, c := range v.check.Checkpoints {
			wanted = append(wanted, c.Subscriber)
		}
	}
	var ends []Link
	seen := map[edo.SubscriberID]bool{}
	for _, s := range wanted {
		if end := known[s]; !seen[s] {
			seen[s], end.Subscriber = true, s
			ends = append(ends, end)
		}
	}
	return ends, nil
}

// chain walks over the links of one subscriber.
func (v *verifier) chain(ctx context.Context, end Link) error {
	first, last := int64(1), end.Position
	if !v.check.From.IsZero() || !v.check.To.IsZero() {
		var err error
		if first, last, err = v.ledger.Span(ctx, end.Subscriber, v.check.From, v.check.To); err != nil || first == 0 {
			return err
		}
	}
	before, err := v.before(ctx, end.Subscriber, first)
	v.unread = 0
	for err == nil && before.Position < last {
		at := before.Position
		limit := int(min(verifyPage, last-at))
		err = v.ledger.Links(ctx, end.Subscriber, at, limit, func(l Linked) error {
			before = v.link(before, l, last)
			return ctx.Err()
		})
		if err != nil && edo.KindOf(err) == edo.Internal && ctx.Err() == nil && v.unread < maxUnread {
			before = v.unreadable(before, err)
			err = nil
			continue
		}
		if err == nil && before.Position == at { // the end that there was a moment ago
			v.gap(before, last+1)
			return nil
		}
		if err == nil && v.check.Progress != nil {
			v.check.Progress(end.Subscriber, before.Position, last)
		}
	}
	return err
}

// before is the link that the first one continues. When only a part is looked at, it is taken as it is stored.
func (v *verifier) before(ctx context.Context, s edo.SubscriberID, first int64) (Link, error) {
	if first <= 1 {
		return Link{Subscriber: s}, nil
	}
	l, err := v.ledger.LinkAt(ctx, s, first-1)
	if errors.Is(err, edo.NotFound) {
		v.gap(Link{Subscriber: s, Position: first - 2}, first)
		return Link{Subscriber: s, Position: first - 1}, nil
	}
	return l, err
}

// maxUnread is how many links in a row may be unreadable before it is the store that cannot be read.
const maxUnread = 1000

// unreadable is a link, or a row of it, that holds what was never written there. The chain goes on after it.
func (v *verifier) unreadable(before Link, err error) Link {
	at := before.Position + 1
	v.fault(Fault{Subscriber: before.Subscriber, Position: at, Break: BreakChanged, Detail: "cannot be read: " + err.Error()})
	v.unread++
	return Link{Subscriber: before.Subscriber, Position: at}
}

func (v *verifier) gap(before Link, next int64) {
	v.fault(Fault{
		Subscriber: before.Subscriber, Position: before.Position + 1, Break: BreakMissing,
		Detail: fmt.Sprintf("links %d to %d are not there", before.Position+1, next-1),
	})
}

// link checks one link and gives it back as the one that the next continues: after a fault the chain goes on from what
// is stored, so that every further fault is found too.
func (v *verifier) link(before Link, l Linked, last int64) Link {
	if l.Position > last {
		return before
	}
	v.report.Links++
	broken := v.unread > 0 // nothing is known of the link before
	v.unread = 0
	if l.Position != before.Position+1 {
		broken = true
		v.gap(before, l.Position)
	}
	f := Fault{Subscriber: l.Subscriber, Position: l.Position, Half: l.Half, Exchange: l.Exchange}
	switch row := l.Row; {
	case row == nil:
		f.Break, f.Detail = BreakMissing, "the row of the "+l.Half.String()+" is not there"
	case row.Position(l.Half) != l.Position:
		f.Break, f.Detail = BreakMoved, fmt.Sprintf("the row says place %d of the chain", row.Position(l.Half))
	case row.text(l.Half) != TextDigest(row.masked(l.Half).Text):
		f.Break, f.Detail = BreakChanged, "the XML of the "+l.Half.String()+" is not the one that was written"
	case row.Subscriber != l.Subscriber:
		f.Break, f.Detail = BreakMoved, "the row is of subscriber "+string(row.Subscriber)
	case !broken && before.Next(l.Half, row).Digest != l.Digest:
		f.Break, f.Detail = BreakChanged, "the row, its place or its link is not what was written"
	}
	if f.Break != "" {
		v.fault(f)
	}
	return l.Link
}

// Position is the place of one half in the chain, 0 if it has none.
func (e *Exchange) Position(h Half) int64 {
	if h == AnswerHalf {
		return e.AnswerPosition
	}
	return e.RequestPosition
}

func (e *Exchange) text(h Half) edo.Digest {
	if h == AnswerHalf {
		return e.AnswerText
	}
	return e.RequestText
}

func (e *Exchange) masked(h Half) edo.Masked {
	if h == AnswerHalf {
		return e.Answer
	}
	return e.Request
}

// checkpoints compares the chain with what was seen of it before.
func (v *verifier) checkpoints(ctx context.Context, end Link) error {
	for _, c := range v.check.Checkpoints {
		if c.Subscriber != end.Subscriber {
			continue
		}
		v.report.Checkpoints++
		f := Fault{Subscriber: c.Subscriber, Position: c.Position}
		seen := "the checkpoint of " + c.At.UTC().Format(time.RFC3339)
		if end.Position < c.Position {
			f.Break, f.Detail = BreakCut, fmt.Sprintf("the chain ends at %d, %s saw %d", end.Position, seen, c.Position)
			v.fault(f)
			continue
		}
		l, err := v.ledger.LinkAt(ctx, c.Subscriber, c.Position)
		switch {
		case errors.Is(err, edo.NotFound):
			f.Break, f.Detail = BreakMissing, "the link that "+seen+" saw is not there"
		case err != nil:
			return err
		case l.Digest != c.Digest:
			f.Half, f.Exchange, f.Break, f.Detail = l.Half, l.Exchange, BreakRewritten, seen+" saw another link"
		default:
			continue
		}
		v.fault(f)
	}
	return nil
}

// extra finds rows that stand in no chain.
func (v *verifier) extra(ctx context.Context) error {
	subscribers := v.check.Subscribers
	if len(subscribers) == 0 {
		subscribers = []edo.SubscriberID{""}
	}
	for _, s := range subscribers {
		all, err := v.ledger.Unlinked(ctx, s, MaxLogFaults)
		if err != nil {
			return err
		}
		for _, l := range all {
			v.fault(Fault{
				Subscriber: l.Subscriber, Position: l.Position, Half: l.Half, Exchange: l.Exchange, Break: BreakExtra,
				Detail: "no link stands for this " + l.Half.String(),
			})
		}
	}
	return nil
}
