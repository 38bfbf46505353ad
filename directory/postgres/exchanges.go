package postgres

import (
	"context"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

const (
	sqlExchangeInsert = `INSERT INTO exchanges (id, subscriber, package, document, operation, endpoint, at, size, holes, head, body)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING seq`
	sqlAnswerInsert = `INSERT INTO answers (exchange, at, outcome, code, http_status, size, digest, request_digest, request_sent, note,
		holes, head, body) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`

	exchangeColumns = `e.seq, e.id, e.subscriber, e.package, e.document, e.operation, e.endpoint, e.at, e.size, a.request_digest,
		coalesce(a.request_sent, 0), a.at, coalesce(a.outcome, ''), coalesce(a.http_status, 0), coalesce(a.code, ''),
		coalesce(a.size, 0), a.digest, coalesce(a.note, '')`
	exchangeTables = ` FROM exchanges e LEFT JOIN answers a ON a.exchange = e.seq WHERE `

	sqlExchange     = `SELECT ` + exchangeColumns + `, e.head, e.body, e.holes, a.head, a.body, a.holes` + exchangeTables + `e.id = $1`
	sqlExchangeList = `SELECT ` + exchangeColumns + exchangeTables
	sqlLatestFirst  = ` ORDER BY e.seq DESC LIMIT ?`
)

// exchange is a row whose answer half is not written yet.
type exchange struct {
	store      *Store
	subscriber edo.SubscriberID
	id         edo.ExchangeID
	seq        int64
}

var (
	_ edo.Journal    = (*Store)(nil)
	_ directory.Book = (*Store)(nil)
)

// Begin writes the request half of a row of the message log.
func (s *Store) Begin(ctx context.Context, r edo.ExchangeRequest) (edo.Exchange, error) {
	e := &exchange{store: s, subscriber: r.Subscriber, id: edo.ExchangeID(s.newID())}
	err := s.write(ctx, "postgres.Begin", r.Subscriber, func(ctx context.Context, tx *session) (err error) {
		e.seq, err = tx.insert(ctx, sqlExchangeInsert, e.id, r.Subscriber, r.Package, r.Document, r.Operation, r.Endpoint, at(&r.At),
			r.Size, asJSON(&r.Body.Holes), raw(r.Head), bytesOf(r.Body.Text))
		return err
	})
	if err != nil {
		return nil, err
	}
	return e, nil
}

func (e *exchange) ID() edo.ExchangeID { return e.id }

// Blob keeps content of an answer in the archive.
func (e *exchange) Blob(ctx context.Context) (edo.Blob, error) {
	if e.store.archive == nil {
		return nil, &edo.Error{Kind: edo.Internal, Op: "postgres.Blob", Message: "the store was opened without an archive", Remedy: "set Archive in postgres.Config"}
	}
	return e.store.archive.Create(ctx)
}

// Finish writes the answer half. A second one is refused: what was read once is not changed.
func (e *exchange) Finish(ctx context.Context, a edo.ExchangeAnswer) error {
	return e.store.write(ctx, "postgres.Finish", e.subscriber, func(ctx context.Context, tx *session) error {
		return tx.later(nil, sqlAnswerInsert, e.seq, at(&a.At), a.Outcome, a.Code, a.HTTPStatus, a.Size, digest(&a.Digest),
			digest(&a.RequestDigest), a.RequestSent, a.Note, asJSON(&a.Body.Holes), raw(a.Head), bytesOf(a.Body.Text))
	})
}

func exchangeTargets(e *directory.Exchange) []any {
	return []any{
		&e.Seq, &e.ID, &e.Subscriber, &e.Package, &e.Document, &e.Operation, &e.Endpoint, at(&e.StartedAt), &e.RequestSize,
		digest(&e.RequestDigest), &e.RequestSent, at(&e.EndedAt), &e.Outcome, &e.HTTPStatus, &e.Code, &e.AnswerSize,
		digest(&e.AnswerDigest), &e.Note,
	}
}

func scanExchange(from scanner) (directory.Exchange, error) {
	var e directory.Exchange
	return e, from.Scan(exchangeTargets(&e)...)
}

// Exchange gives a whole row of the message log.
func (s *Store) Exchange(ctx context.Context, id edo.ExchangeID) (directory.Exchange, error) {
	var e directory.Exchange
	targets := append(exchangeTargets(&e), rawly(&e.RequestHead), &e.Request.Text, asJSON(&e.Request.Holes), rawly(&e.AnswerHead), &e.Answer.Text, asJSON(&e.Answer.Holes))
	err := s.reader.row(ctx, sqlExchange, id).Scan(targets...)
	return e, classify("postgres.Exchange", err)
}

// Exchanges lists the message log without heads and bodies, newest first.
func (s *Store) Exchanges(ctx context.Context, f directory.ExchangeFilter) ([]directory.Exchange, error) {
	if err := f.Check(); err != nil {
		return nil, classify("postgres.Exchanges", err)
	}
	w := where{}
	w.text("e.subscriber = ?", string(f.Subscriber))
	w.text("e.package = ?", string(f.Package))
	w.text("e.operation = ?", f.Operation)
	w.text("a.outcome = ?", string(f.Outcome))
	w.text("a.code = ?", f.Code)
	w.from("e.at >= ?", f.From)
	w.from("e.at < ?", f.To)
	if f.Unfinished {
		w.terms = append(w.terms, "a.exchange IS NULL")
	}
	if f.Before > 0 {
		w.add("e.seq < ?", f.Before)
	}
	all, err := list(ctx, s.reader, scanExchange, w.sql(sqlExchangeList, sqlLatestFirst), append(w.args, page(f.Limit))...)
	return all, classify("postgres.Exchanges", err)
}
