package storemutants

import (
	"context"
	"strings"
	"time"

	"github.com/edokit/edokit/conformance/storetest"
	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

type logging struct {
	storetest.Store

	what string
}

func (s logging) Begin(ctx context.Context, r edo.ExchangeRequest) (edo.Exchange, error) {
	if s.what == "cut" {
		r.Head = ""
	}
	e, err := s.Store.Begin(ctx, r)
	if err != nil {
		return e, err
	}
	return exchange{e, s.what}, nil
}

type exchange struct {
	edo.Exchange

	what string
}

func (e exchange) Blob(ctx context.Context) (edo.Blob, error) {
	b, err := e.Exchange.Blob(ctx)
	if err != nil || e.what != "blob" {
		return b, err
	}
	return blob{b}, nil
}

// blob stores well and tells the digest of something else.
type blob struct{ edo.Blob }

func (b blob) Commit(ctx context.Context) (edo.Digest, int64, error) {
	d, n, err := b.Blob.Commit(ctx)
	d[0] ^= 1
	return d, n, err
}

func (e exchange) Finish(ctx context.Context, a edo.ExchangeAnswer) error {
	switch e.what {
	case "answer":
		a.Body = edo.Masked{}
	case "twice":
		_ = e.Exchange.Finish(ctx, a)
		return nil
	case "never":
		return nil
	}
	return e.Exchange.Finish(ctx, a)
}

func (s logging) Exchange(ctx context.Context, id edo.ExchangeID) (directory.Exchange, error) {
	e, err := s.Store.Exchange(ctx, id)
	switch s.what {
	case "anonymous":
		e.Actor = ""
	case "clean":
		e.Operation = strings.ToValidUTF8(strings.ReplaceAll(e.Operation, "\x00", ""), "")
		e.RequestHead = strings.ReplaceAll(e.RequestHead, "\x00", "")
	}
	return e, err
}

func (s logging) Exchanges(ctx context.Context, f directory.ExchangeFilter) ([]directory.Exchange, error) {
	if s.what == "unfiltered" {
		f = directory.ExchangeFilter{Limit: f.Limit}
	}
	all, err := s.Store.Exchanges(ctx, f)
	for i := range all {
		if s.what == "anonymous" {
			all[i].Actor = ""
		}
	}
	if s.what == "last page" {
		return shorter(all, err)
	}
	return all, err
}

func (s logging) Links(ctx context.Context, id edo.SubscriberID, after int64, limit int, each func(directory.Linked) error) error {
	n := 0
	return s.Store.Links(ctx, id, after, limit, func(l directory.Linked) error {
		if n++; s.what == "gap" && n == 2 {
			return nil
		}
		return each(l)
	})
}

func (s logging) Chains(ctx context.Context) ([]directory.Link, error) {
	all, err := s.Store.Chains(ctx)
	if s.what == "short" {
		for i := range all {
			all[i].Position--
		}
	}
	return all, err
}

func (s logging) LinkAt(ctx context.Context, id edo.SubscriberID, position int64) (directory.Link, error) {
	l, err := s.Store.LinkAt(ctx, id, position)
	if s.what == "another link" {
		l.Digest[0] ^= 1
	}
	return l, err
}

func (s logging) Span(ctx context.Context, id edo.SubscriberID, from, to time.Time) (first, last int64, err error) {
	first, last, err = s.Store.Span(ctx, id, from, to)
	if s.what == "span" {
		first++
	}
	return first, last, err
}

func logs() []Mutant {
	one := func(what, name, breaks string, clauses ...string) Mutant {
		return lies(name, breaks, func(s storetest.Store) storetest.Store { return logging{s, what} }, clauses...)
	}
	return []Mutant{
		one("cut", "drops-the-head", "the raw request is kept as it was on the wire", "B4"),
		one("anonymous", "forgets-who-asked", "a row knows who asked", "B4"),
		one("clean", "mends-odd-bytes", "bytes are kept as they are", "B4"),
		one("answer", "drops-answers", "the raw answer is kept", "B4"),
		one("twice", "overwrites-an-answer", "an answer is written once", "B4"),
		one("never", "leaves-exchanges-open", "an answer is kept before it is believed", "B4"),
		one("unfiltered", "lists-the-whole-log", "a filter filters", "B3"),
		one("last page", "loses-the-last-exchange", "a list is whole", "B3"),
		one("blob", "mixes-up-contents", "content of an answer is found by its digest", "B4"),
		one("gap", "leaves-out-a-link", "a missing row shows", "V10"),
		one("short", "cuts-the-chain", "a chain that is too short shows", "V10"),
		one("another link", "changes-a-link", "a changed row shows", "V10"),
		one("span", "verifies-too-little", "a part of the chain is verified from its beginning", "V10"),
	}
}
