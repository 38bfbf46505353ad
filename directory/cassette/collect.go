package cassette

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

const (
	before = 15 * time.Minute // a counterparty that was found is not looked up again for a while
	after  = time.Minute      // clocks, and the rows of what is just being done
	// maxStrays bounds the rows without a package whose requests are looked into.
	maxStrays = 2000
)

// Source is where packages and the message log are: any [directory.Book].
type Source interface {
	Subscriber(ctx context.Context, id edo.SubscriberID) (directory.Subscriber, error)
	Operation(ctx context.Context, k edo.Key) (edo.Operation, error)
	Exchange(ctx context.Context, id edo.ExchangeID) (directory.Exchange, error)
	Exchanges(ctx context.Context, f directory.ExchangeFilter) ([]directory.Exchange, error)
}

// Collect makes the cassette of a package from the log. The archive says what content looks like; nothing else of it is
// taken, and what it does not have any more looks like nothing. A package without exchanges gives a cassette without any.
//
// Errors are those of the source, and [TooLarge] with what to leave out.
func Collect(ctx context.Context, from Source, a edo.Archive, k edo.Key) (Cassette, error) {
	op, err := from.Operation(ctx, k)
	if err != nil {
		return Cassette{}, err
	}
	sub, err := from.Subscriber(ctx, k.Subscriber)
	if err != nil {
		return Cassette{}, err
	}
	rows, err := rowsOf(ctx, from, op)
	if err != nil {
		return Cassette{}, err
	}
	m := masker{ctx: ctx, archive: a}
	c := Cassette{
		Format: Format, Version: Version, Recorded: op.CreatedAt.UTC(), Exchanges: []Exchange{},
		Subscriber:   Subscriber{ID: string(sub.ID), INN: sub.INN, KPP: sub.KPP, Box: cmp.Or(string(op.From), string(sub.Box)), Forms: sub.Forms},
		Counterparty: Party{INN: op.To.INN, KPP: op.To.KPP, Box: cmp.Or(string(op.Address.Box), string(op.To.Box)), Name: op.Address.Name},
	}
	if c.Package, err = m.pack(op); err != nil {
		return Cassette{}, err
	}
	for i, row := range rows {
		if i == 0 {
			c.Recorded = row.StartedAt.UTC()
		}
		e, err := m.exchange(row, c.Recorded)
		if err != nil {
			return Cassette{}, err
		}
		c.Exchanges = append(c.Exchanges, e)
	}
	return c, nil
}

// rowsOf are the rows of a package and of its look-ups, in the order in which they began, with their bodies.
func rowsOf(ctx context.Context, from Source, op edo.Operation) ([]directory.Exchange, error) {
	own, err := listed(ctx, from, directory.ExchangeFilter{Subscriber: op.Key.Subscriber, Package: op.Key.Package, Limit: MaxExchanges, Oldest: true})
	if err != nil {
		return nil, err
	}
	end := op.UpdatedAt
	if len(own) > 0 && own[len(own)-1].StartedAt.After(end) {
		end = own[len(own)-1].StartedAt
	}
	strays, err := straysOf(ctx, from, op, end)
	if err != nil {
		return nil, err
	}
	all := slices.Concat(own, strays)
	if len(all) > MaxExchanges {
		return nil, tooLarge("exchanges", fmt.Sprintf("are %d, a cassette holds %d", len(all), MaxExchanges))
	}
	slices.SortStableFunc(all, func(a, b directory.Exchange) int {
		return cmp.Or(a.StartedAt.Compare(b.StartedAt), cmp.Compare(a.Seq, b.Seq))
	})
	return all, nil
}

// listed reads one page whole. What fills it is too much.
func listed(ctx context.Context, from Source, f directory.ExchangeFilter) ([]directory.Exchange, error) {
	page, err := from.Exchanges(ctx, f)
	if err != nil {
		return nil, err
	}
	if len(page) == f.Limit {
		return nil, tooLarge("exchanges", fmt.Sprintf("are %d or more", f.Limit))
	}
	for i := range page {
		if page[i], err = from.Exchange(ctx, page[i].ID); err != nil {
			return nil, err
		}
	}
	return page, nil
}

// straysOf are the calls without a package that name its counterparty.
func straysOf(ctx context.Context, from Source, op edo.Operation, end time.Time) (found []directory.Exchange, err error) {
	f := directory.ExchangeFilter{
		Subscriber: op.Key.Subscriber, From: op.CreatedAt.Add(-before), To: end.Add(after), Oldest: true, Limit: directory.MaxLimit,
	}
	for looked := 0; looked < maxStrays; {
		page, err := from.Exchanges(ctx, f)
		if err != nil {
			return nil, err
		}
		for _, row := range page {
			if f.After = row.Seq; row.Package != "" || looked == maxStrays {
				continue
			}
			looked++
			if row, err = from.Exchange(ctx, row.ID); err != nil {
				return nil, err
			}
			if names(row.Request.Text, op) {
				found = append(found, row)
			}
		}
		if len(page) < f.Limit {
			break
		}
	}
	return found, nil
}

func names(request []byte, op edo.Operation) bool {
	for _, word := range []string{op.To.INN, string(op.To.Box), string(op.Address.Box)} {
		if word != "" && bytes.Contains(request, []byte(">"+word+"<")) {
			return true
		}
	}
	return false
}

func tooLarge(field, message string) error {
	return &edo.Error{Kind: edo.Invalid, Reason: TooLarge, Op: "cassette.Collect", Field: field, Message: message, Remedy: "look at the log itself: this package is more than a test can hold"}
}
