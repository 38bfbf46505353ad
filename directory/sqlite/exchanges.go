package sqlite

import (
	"context"
	"database/sql"
	"errors"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

const (
	sqlExchangeInsert = `INSERT INTO exchanges (id, subscriber, package, document, actor, inn, kpp, operation, endpoint, at, size, position, text, raw)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
	sqlAnswerInsert = `INSERT INTO answers (exchange, at, outcome, code, http_status, size, digest, request_digest, request_sent, note,
		position, text, raw) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
	sqlExchangeFor = `SELECT actor, to_inn, to_kpp FROM operations WHERE subscriber = ? AND package = ?`

	exchangeColumns = `e.seq, e.id, e.subscriber, e.package, e.document, e.actor, e.inn, e.kpp, e.operation, e.endpoint, e.at, e.size,
		a.request_digest, coalesce(a.request_sent, 0), a.at, coalesce(a.outcome, ''), coalesce(a.http_status, 0), coalesce(a.code, ''),
		coalesce(a.size, 0), a.digest, coalesce(a.note, ''), e.position, coalesce(a.position, 0), e.text, a.text`
	exchangeTables = ` FROM exchanges e LEFT JOIN answers a ON a.exchange = e.seq WHERE `

	sqlExchange     = `SELECT ` + exchangeColumns + `, e.raw, a.raw` + exchangeTables + `e.id = ?`
	sqlExchangeList = `SELECT ` + exchangeColumns + exchangeTables
	sqlLatestFirst  = ` ORDER BY e.seq DESC LIMIT ?`

	// Along the outcomes: most people ask for the few that went wrong.
	sqlOutcomeList  = `SELECT ` + exchangeColumns + ` FROM answers a CROSS JOIN exchanges e ON e.seq = a.exchange WHERE `
	sqlLatestAnswer = ` ORDER BY a.exchange DESC LIMIT ?`

	sqlOldestFirst = ` ORDER BY e.at, e.seq LIMIT ?`
	sqlAfter       = `(e.at, e.seq) > (SELECT at, seq FROM exchanges WHERE seq = ?)`

	// Indexes leave empty values out; the second half of a term lets them be used.
	sqlOfPackage  = `e.package = ? AND e.package <> ''`
	sqlOfDocument = `e.document = ? AND e.document <> ''`
	sqlOfActor    = `e.actor = ? AND e.actor <> ''`
	sqlOfINN      = `e.inn = ? AND e.inn <> ''`
)

// exchange is a row whose answer half is not written yet.
type exchange struct {
	store      *Store
	id         edo.ExchangeID
	subscriber edo.SubscriberID
	seq        int64
}

var (
	_ edo.Journal      = (*Store)(nil)
	_ directory.Book   = (*Store)(nil)
	_ directory.Ledger = (*Store)(nil)
)

// Begin writes the request half of a row of the message log and its link.
func (s *Store) Begin(ctx context.Context, r edo.ExchangeRequest) (edo.Exchange, error) {
	row := directory.Exchange{
		ID: edo.ExchangeID(s.newID()), Subscriber: r.Subscriber, Package: r.Package, Document: r.Document, Operation: r.Operation,
		Endpoint: r.Endpoint, StartedAt: r.At, RequestSize: r.Size, RequestHead: r.Head, Request: r.Body, RequestText: directory.TextDigest(r.Body.Text),
	}
	raw, err := s.codec.Pack(r.Head, r.Body)
	if err != nil {
		return nil, classify("sqlite.Begin", err)
	}
	e := &exchange{store: s, id: row.ID, subscriber: r.Subscriber}
	err = s.write(ctx, "sqlite.Begin", func(ctx context.Context, tx *session) (err error) {
		if err = exchangeFor(ctx, tx, &row); err != nil {
			return err
		}
		link, err := nextLink(ctx, tx, directory.RequestHalf, &row)
		if err != nil {
			return err
		}
		e.seq, err = tx.insert(ctx, sqlExchangeInsert, row.ID, row.Subscriber, row.Package, row.Document, row.Actor, row.INN, row.KPP, row.Operation,
			row.Endpoint, at(&row.StartedAt), row.RequestSize, link.Position, short(&row.RequestText), raw)
		if err != nil {
			return err
		}
		return putLink(ctx, tx, link, e.seq)
	})
	if err != nil {
		return nil, err
	}
	return e, nil
}

// exchangeFor copies into the row who asked for its package and for whom it is.
func exchangeFor(ctx context.Context, tx *session, row *directory.Exchange) error {
	if row.Package == "" {
		return nil
	}
	err := tx.QueryRowContext(ctx, sqlExchangeFor, row.Subscriber, row.Package).Scan(&row.Actor, &row.INN, &row.KPP)
	if errors.Is(err, sql.ErrNoRows) { // an inbound message, or a call that somebody made by hand
		return nil
	}
	return err
}

func (e *exchange) ID() edo.ExchangeID { return e.id }

// Blob keeps content of an answer in the archive.
func (e *exchange) Blob(ctx context.Context) (edo.Blob, error) {
	if e.store.archive == nil {
		return nil, &edo.Error{Kind: edo.Internal, Op: "sqlite.Blob", Message: "the store was opened without an archive", Remedy: "set Archive in sqlite.Config"}
	}
	return e.store.archive.Create(ctx)
}

// Finish writes the answer half and its link. A second one is refused: what was read once is not changed.
func (e *exchange) Finish(ctx context.Context, a edo.ExchangeAnswer) error {
	row := directory.Exchange{
		ID: e.id, Subscriber: e.subscriber, EndedAt: a.At, Outcome: a.Outcome, Code: a.Code, HTTPStatus: a.HTTPStatus, AnswerSize: a.Size,
		AnswerDigest: a.Digest, RequestDigest: a.RequestDigest, RequestSent: a.RequestSent, Note: a.Note, AnswerHead: a.Head, Answer: a.Body,
		AnswerText: directory.TextDigest(a.Body.Text),
	}
	raw, err := e.store.codec.Pack(a.Head, a.Body)
	if err != nil {
		return classify("sqlite.Finish", err)
	}
	return e.store.write(ctx, "sqlite.Finish", func(ctx context.Context, tx *session) error {
		link, err := nextLink(ctx, tx, directory.AnswerHalf, &row)
		if err != nil {
			return err
		}
		_, err = tx.exec(ctx, sqlAnswerInsert, e.seq, at(&row.EndedAt), row.Outcome, row.Code, row.HTTPStatus, row.AnswerSize, short(&row.AnswerDigest),
			short(&row.RequestDigest), row.RequestSent, row.Note, link.Position, short(&row.AnswerText), raw)
		if err != nil {
			return err
		}
		return putLink(ctx, tx, link, e.seq)
	})
}

func exchangeTargets(e *directory.Exchange) []any {
	return []any{
		&e.Seq, &e.ID, &e.Subscriber, &e.Package, &e.Document, &e.Actor, &e.INN, &e.KPP, &e.Operation, &e.Endpoint, at(&e.StartedAt), &e.RequestSize,
		short(&e.RequestDigest), &e.RequestSent, at(&e.EndedAt), &e.Outcome, &e.HTTPStatus, &e.Code, &e.AnswerSize,
		short(&e.AnswerDigest), &e.Note, &e.RequestPosition, &e.AnswerPosition, short(&e.RequestText), short(&e.AnswerText),
	}
}

func scanExchange(from scanner) (directory.Exchange, error) {
	var e directory.Exchange
	return e, from.Scan(exchangeTargets(&e)...)
}

// scanRow goes on behind a value that is none of its column, and keeps why.
func scanRow(from scanner) (directory.Row, error) {
	var row directory.Row
	var bad error
	err := from.Scan(sparing(exchangeTargets(&row.Exchange), &bad)...)
	if bad != nil {
		row.Unreadable = bad.Error()
	}
	return row, err
}

// Exchange gives a whole row of the message log.
func (s *Store) Exchange(ctx context.Context, id edo.ExchangeID) (directory.Exchange, error) {
	var e directory.Exchange
	var request, answer []byte
	err := s.reader.QueryRowContext(ctx, sqlExchange, id).Scan(append(exchangeTargets(&e), &request, &answer)...)
	if err == nil {
		e.RequestHead, e.Request, err = s.codec.Unpack(request)
	}
	if err == nil && answer != nil {
		e.AnswerHead, e.Answer, err = s.codec.Unpack(answer)
	}
	return e, classify("sqlite.Exchange", err)
}

// Exchanges lists the message log without heads and bodies, newest first unless the filter says otherwise.
func (s *Store) Exchanges(ctx context.Context, f directory.ExchangeFilter) ([]directory.Exchange, error) {
	if err := f.Check(); err != nil {
		return nil, classify("sqlite.Exchanges", err)
	}
	query, args := exchangeQuery(f)
	all, err := list(ctx, s.reader, scanExchange, query, args...)
	return all, classify("sqlite.Exchanges", err)
}

// Rows is Exchanges that goes on behind a row which cannot be read.
func (s *Store) Rows(ctx context.Context, f directory.ExchangeFilter) ([]directory.Row, error) {
	if err := f.Check(); err != nil {
		return nil, classify("sqlite.Rows", err)
	}
	query, args := exchangeQuery(f)
	all, err := list(ctx, s.reader, scanRow, query, args...)
	return all, classify("sqlite.Rows", err)
}

// exchangeQuery chooses the index: the narrowest condition keeps it, a plus sign takes it from the others. Without a
// narrow one, oldest first walks along the time, so that a page costs the same wherever it begins.
func exchangeQuery(f directory.ExchangeFilter) (string, []any) {
	w, tables, order := where{}, sqlExchangeList, sqlLatestFirst
	narrow := f.Package != "" || f.Document != ""
	switch {
	case f.Oldest:
		order = sqlOldestFirst
	case f.Outcome != "" && !narrow && f.INN == "" && f.Actor == "":
		tables, order = sqlOutcomeList, sqlLatestAnswer
	}
	plus := func(wide bool) string {
		if wide {
			return "+"
		}
		return ""
	}
	w.text(sqlOfPackage, string(f.Package))
	if f.Package == "" {
		w.text(sqlOfDocument, string(f.Document))
	} else {
		w.text("e.document IN ('', ?)", string(f.Document))
	}
	w.text(plus(narrow || f.Oldest)+sqlOfINN, f.INN)
	w.text(plus(narrow || f.Oldest || f.INN != "")+sqlOfActor, string(f.Actor))
	w.text(plus(f.Package == "" && (narrow || f.Oldest || f.INN != "" || f.Actor != ""))+"e.subscriber = ?", string(f.Subscriber))
	w.text("e.kpp = ?", f.KPP)
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
	if f.After > 0 {
		w.add(sqlAfter, f.After)
	}
	return tables + w.sql() + order, append(w.args, page(f.Limit))
}
