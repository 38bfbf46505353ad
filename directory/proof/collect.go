package proof

import (
	"context"
	"time"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

// MaxExchanges bounds the exchanges of one document.
const MaxExchanges = 10_000

// Log is what documents are made from.
type Log interface {
	Operation(ctx context.Context, k edo.Key) (edo.Operation, error)
	Exchange(ctx context.Context, id edo.ExchangeID) (directory.Exchange, error)
	Exchanges(ctx context.Context, f directory.ExchangeFilter) ([]directory.Exchange, error)
	Chains(ctx context.Context) ([]directory.Link, error)
	LinkAt(ctx context.Context, s edo.SubscriberID, position int64) (directory.Link, error)
}

// Checkpoints says how the chains of these subscribers end now; none means all.
func Checkpoints(ctx context.Context, l Log, now time.Time, subscribers ...edo.SubscriberID) (Proof, error) {
	p := Proof{Made: now.UTC()}
	ends, err := l.Chains(ctx)
	if err != nil {
		return p, err
	}
	wanted := map[edo.SubscriberID]bool{}
	for _, s := range subscribers {
		wanted[s] = true
	}
	for _, end := range ends {
		if len(subscribers) > 0 && !wanted[end.Subscriber] {
			continue
		}
		delete(wanted, end.Subscriber)
		p.Checkpoints = append(p.Checkpoints, directory.Checkpoint{Subscriber: end.Subscriber, Position: end.Position, Digest: end.Digest, At: p.Made})
	}
	for s := range wanted {
		return p, &edo.Error{Kind: edo.NotFound, Op: "proof.Checkpoints", Field: "subscriber", Message: string(s) + " has no log", Remedy: "name a subscriber that has exchanged something"}
	}
	return p, nil
}

// Collect gathers a package with its exchanges, and a checkpoint of the subscriber's chain. Links are as the log
// holds them: one that does not fit its row is found here and not signed over.
func Collect(ctx context.Context, l Log, k edo.Key, texts bool, now time.Time) (Proof, error) {
	op, err := l.Operation(ctx, k)
	if err != nil {
		return Proof{}, err
	}
	message := &Message{Operation: op}
	f := directory.ExchangeFilter{Subscriber: k.Subscriber, Package: k.Package, Oldest: true, Limit: directory.MaxLimit}
	for {
		rows, err := l.Exchanges(ctx, f)
		if err != nil {
			return Proof{}, err
		}
		for _, row := range rows {
			f.After = row.Seq
			e, err := exchange(ctx, l, row.ID, texts)
			if err != nil {
				return Proof{}, err
			}
			message.Exchanges = append(message.Exchanges, e)
		}
		if len(message.Exchanges) > MaxExchanges {
			return Proof{}, refuse(TooLarge, "the package has too many exchanges", nil)
		}
		if len(rows) < f.Limit {
			break
		}
	}
	if len(message.Exchanges) == 0 {
		return Proof{Made: now.UTC(), Message: message}, nil
	}
	p, err := Checkpoints(ctx, l, now, k.Subscriber)
	p.Message = message
	return p, err
}

func exchange(ctx context.Context, l Log, id edo.ExchangeID, texts bool) (e Exchange, err error) {
	if e.Row, err = l.Exchange(ctx, id); err != nil {
		return e, err
	}
	if e.Request, err = place(ctx, l, e.Row.Subscriber, e.Row.RequestPosition); err != nil {
		return e, err
	}
	if e.Row.Finished() {
		if e.Answer, err = place(ctx, l, e.Row.Subscriber, e.Row.AnswerPosition); err != nil {
			return e, err
		}
	}
	e.WithText = true
	if err := e.check(); err != nil {
		return e, err
	}
	if !texts {
		e.WithText, e.Row.Request.Text, e.Row.Answer.Text = false, nil, nil
	}
	return e, nil
}

func place(ctx context.Context, l Log, s edo.SubscriberID, position int64) (Place, error) {
	p := Place{Position: position}
	if position > 1 {
		before, err := l.LinkAt(ctx, s, position-1)
		if err != nil {
			return p, err
		}
		p.Before = before.Digest
	}
	link, err := l.LinkAt(ctx, s, position)
	p.Digest = link.Digest
	return p, err
}
