package storemutants

import (
	"context"

	"github.com/edokit/edokit/conformance/storetest"
	"github.com/edokit/edokit/edo"
)

type incoming struct {
	storetest.Store

	what string
}

func (s incoming) Cursor(ctx context.Context, id edo.SubscriberID) (edo.Cursor, error) {
	if s.what == "cursor" {
		return edo.Cursor{}, nil
	}
	return s.Store.Cursor(ctx, id)
}

func (s incoming) Unlisted(ctx context.Context, id edo.SubscriberID, ids []edo.MessageID) ([]edo.MessageID, error) {
	if s.what == "unlisted" {
		return nil, nil
	}
	return s.Store.Unlisted(ctx, id, ids)
}

func (s incoming) InboundOf(ctx context.Context, id edo.SubscriberID, m edo.MessageID) ([]edo.InboundDocument, error) {
	all, err := s.Store.InboundOf(ctx, id, m)
	if s.what == "of" {
		return shorter(all, err)
	}
	return all, err
}

func (s incoming) Answers(ctx context.Context, id edo.SubscriberID, parent edo.RemoteID) ([]edo.InboundDocument, error) {
	if s.what == "answers" {
		return nil, nil
	}
	return s.Store.Answers(ctx, id, parent)
}

func (s incoming) SentAs(ctx context.Context, id edo.SubscriberID, r edo.RemoteID) (edo.Key, edo.DocumentID, error) {
	k, d, err := s.Store.SentAs(ctx, id, r)
	if s.what == "sent-as" {
		d = "another"
	}
	return k, d, err
}

func (s incoming) Replies(ctx context.Context, id edo.SubscriberID, r edo.RemoteID) ([]edo.Operation, error) {
	if s.what == "replies" {
		return nil, nil
	}
	return s.Store.Replies(ctx, id, r)
}

func (s incoming) Update(ctx context.Context, d edo.InboundDocument, revision int64, events []edo.Event, jobs []edo.Job) error {
	if s.what == "update" {
		if now, err := s.Store.InboundDocument(ctx, d.Key); err == nil {
			revision = now.Revision
		}
	}
	return s.Store.Update(ctx, d, revision, events, jobs)
}

func (s incoming) InboundDocument(ctx context.Context, k edo.InboundKey) (edo.InboundDocument, error) {
	d, err := s.Store.InboundDocument(ctx, k)
	if s.what == "document" {
		d.Signatures = nil
	}
	return d, err
}

func (s incoming) InboundDocuments(ctx context.Context, f edo.InboundFilter) ([]edo.InboundDocument, error) {
	all, err := s.Store.InboundDocuments(ctx, f)
	if s.what == "list" {
		return shorter(all, err)
	}
	return all, err
}

func (s incoming) Waiting(ctx context.Context, id edo.SubscriberID, limit int) ([]edo.SignatureTask, error) {
	all, err := s.Store.Waiting(ctx, id, limit)
	if s.what == "waiting" {
		return turned(all, err)
	}
	return all, err
}

func (s incoming) EndTask(ctx context.Context, t edo.SignatureTask, signed edo.DocumentStatus, events []edo.Event) error {
	switch err := s.Store.EndTask(ctx, t, signed, events); s.what {
	case "ended":
		return nil
	default:
		return err
	}
}

func (s incoming) Ensure(ctx context.Context, c edo.CounterpartyStatus, j edo.Job) (edo.CounterpartyStatus, bool, error) {
	stored, created, err := s.Store.Ensure(ctx, c, j)
	return stored, created || s.what == "ensure", err
}

func (s incoming) Revise(ctx context.Context, c edo.CounterpartyStatus, revision int64, jobs []edo.Job) error {
	if s.what == "revise" {
		if now, err := s.Store.CounterpartyStatus(ctx, c.Key); err == nil {
			revision = now.Revision
		}
	}
	return s.Store.Revise(ctx, c, revision, jobs)
}

func (s incoming) AwaitedBy(ctx context.Context, k edo.CounterpartyKey) ([]edo.Key, error) {
	if s.what == "awaited" {
		return nil, nil
	}
	return s.Store.AwaitedBy(ctx, k)
}

func inbox() []Mutant {
	one := func(what, name, breaks string, clauses ...string) Mutant {
		return lies(name, breaks, func(s storetest.Store) storetest.Store { return incoming{s, what} }, clauses...)
	}
	return []Mutant{
		one("cursor", "forgets-its-place", "reading a box goes on where it was", "S4"),
		one("unlisted", "takes-all-as-read", "a message without a row is read", "S4"),
		one("of", "loses-a-document-of-a-message", "a message is kept whole", "S4"),
		one("answers", "hides-answers", "an answer is found by what it answers", "V16"),
		one("sent-as", "mixes-up-our-documents", "our own document is found by the operator's id", "V16"),
		one("replies", "hides-replies", "a reply is found by its request", "V9"),
		one("update", "overwrites-decisions", "a document is changed at its revision only", "gateway.Inbox.Update"),
		one("document", "drops-signatures", "what came in is kept with its signatures", "S4"),
		one("list", "loses-the-last-inbound", "a list is whole", "S6"),
		one("waiting", "turns-tasks-round", "the nearest deadline comes first", "M4"),
		one("ended", "signs-twice", "a task ends once", "M4"),
		one("ensure", "registers-twice", "a counterparty is made once", "V2"),
		one("revise", "overwrites-a-counterparty", "a counterparty is changed at its revision only", "V2"),
		one("awaited", "lets-packages-wait", "who waits for a counterparty is found", "V2"),
	}
}
