package postgres

import (
	"context"
	"errors"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

const (
	inboundKept = `subscriber, remote, message, received_at, skew`
	inboundRest = `sender, name, type, class, kind, kind_id, number, date, sum, comment, custom_field, text, parent, root, flow, need_sign,
		need_receipt, notice_due, state, digest, size, signatures, legitimate, not_legitimate, operator_time, fate, about, document,
		responsible, why, term_due, term_warn, term_state, reply, exchange, revision`

	sqlInboundInsert = `INSERT INTO inbound_documents (` + inboundRest + `, ` + inboundKept + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13,
		$14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38, $39, $40, $41)`
	sqlInboundUpdate = `UPDATE inbound_documents SET (` + inboundRest + `) = ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22,
		$23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36) WHERE subscriber = $37 AND remote = $38`

	sqlInboundSelect  = `SELECT ` + inboundRest + `, ` + inboundKept + ` FROM inbound_documents WHERE `
	sqlInbound        = sqlInboundSelect + `subscriber = $1 AND remote = $2`
	sqlInboundMessage = sqlInboundSelect + `subscriber = $1 AND message = $2 ORDER BY seq`
	sqlInboundAnswers = sqlInboundSelect + `subscriber = $1 AND parent = $2 AND parent <> '' ORDER BY seq`
	sqlInboundTermed  = `term_state <> ''` // lets the index of terms be used
	sqlInboundNewest  = ` ORDER BY received_at DESC, seq DESC LIMIT ?`
	sqlInboundSentAs  = `SELECT o.subscriber, o.package, d.id FROM documents d JOIN operations o ON o.seq = d.operation
		WHERE o.subscriber = $1 AND d.remote = $2 AND d.remote <> '' AND d.remote <> d.parent ORDER BY o.seq LIMIT 1`
	sqlInboundReplies = sqlOperationSelect + `subscriber = $1 AND in_reply_to = $2 AND in_reply_to <> '' ORDER BY seq`
)

// inboundArgs are the values of inboundRest.
func inboundArgs(d *edo.InboundDocument) []any {
	return []any{
		asJSON(&d.From), d.Name, d.Type, d.Class, d.Kind, d.KindID, d.Number, at(&d.Date), d.Sum, d.Comment, d.CustomField, d.Text, d.Parent,
		d.Root, d.Flow, d.NeedSign, d.NeedReceipt, d.NoticeDue, d.State, digest(&d.Digest), d.Size, asJSON(&d.Signatures), d.Legitimate,
		asJSON(&d.NotLegitimate), at(&d.OperatorTime), d.Fate, asJSON(&d.About), d.Document, d.Responsible, asJSON(&d.Why), at(&d.Term.Due),
		at(&d.Term.Warn), d.Term.State, asJSON(&d.Reply), d.Exchange, d.Revision,
	}
}

func scanInbound(from scanner) (edo.InboundDocument, error) {
	var d edo.InboundDocument
	err := from.Scan(asJSON(&d.From), &d.Name, &d.Type, &d.Class, &d.Kind, &d.KindID, &d.Number, at(&d.Date), &d.Sum, &d.Comment,
		&d.CustomField, &d.Text, &d.Parent, &d.Root, &d.Flow, &d.NeedSign, &d.NeedReceipt, &d.NoticeDue, &d.State, digest(&d.Digest), &d.Size,
		asJSON(&d.Signatures), &d.Legitimate, asJSON(&d.NotLegitimate), at(&d.OperatorTime), &d.Fate, asJSON(&d.About), &d.Document,
		&d.Responsible, asJSON(&d.Why), at(&d.Term.Due), at(&d.Term.Warn), &d.Term.State, asJSON(&d.Reply), &d.Exchange, &d.Revision,
		&d.Key.Subscriber, &d.Key.Remote, &d.Message, at(&d.ReceivedAt), &d.Skew)
	return d, err
}

func inbound(ctx context.Context, q querier, k edo.InboundKey) (edo.InboundDocument, error) {
	d, err := scanInbound(q.row(ctx, sqlInbound, k.Subscriber, k.Remote))
	if errors.Is(err, errNone) {
		err = missing("document", string(k.Remote))
	}
	return d, err
}

// writeInbound stores new values of a row that is there, and raises its revision.
func writeInbound(tx *session, d edo.InboundDocument) error {
	d.Revision++
	return tx.later(present("document", string(d.Key.Remote)), sqlInboundUpdate, append(inboundArgs(&d), d.Key.Subscriber, d.Key.Remote)...)
}

// InboundDocument gives one document, [edo.NotFound] if it never came in.
func (s *Store) InboundDocument(ctx context.Context, k edo.InboundKey) (edo.InboundDocument, error) {
	d, err := inbound(ctx, s.reader, k)
	return d, classify("postgres.InboundDocument", err)
}

// InboundOf lists the documents of a message, in the order in which they were stored.
func (s *Store) InboundOf(ctx context.Context, sub edo.SubscriberID, m edo.MessageID) ([]edo.InboundDocument, error) {
	all, err := list(ctx, s.reader, scanInbound, sqlInboundMessage, sub, m)
	return all, classify("postgres.InboundOf", err)
}

// Answers lists the inbound documents whose parent is the given document, oldest first.
func (s *Store) Answers(ctx context.Context, sub edo.SubscriberID, parent edo.RemoteID) ([]edo.InboundDocument, error) {
	all, err := list(ctx, s.reader, scanInbound, sqlInboundAnswers, sub, parent)
	return all, classify("postgres.Answers", err)
}

// SentAs finds our own document by the operator's id, [edo.NotFound] if it is none of ours. The document that a bare
// countersignature of ours belongs to is not ours.
func (s *Store) SentAs(ctx context.Context, sub edo.SubscriberID, r edo.RemoteID) (k edo.Key, d edo.DocumentID, err error) {
	err = s.reader.row(ctx, sqlInboundSentAs, sub, r).Scan(&k.Subscriber, &k.Package, &d)
	if errors.Is(err, errNone) {
		err = missing("document", string(r))
	}
	return k, d, classify("postgres.SentAs", err)
}

// Replies lists the packages that answer a request, oldest first.
func (s *Store) Replies(ctx context.Context, sub edo.SubscriberID, r edo.RemoteID) ([]edo.Operation, error) {
	all, err := s.operations(ctx, sqlInboundReplies, sub, r)
	return all, classify("postgres.Replies", err)
}

// InboundDocuments lists what came in, newest first.
func (s *Store) InboundDocuments(ctx context.Context, f edo.InboundFilter) ([]edo.InboundDocument, error) {
	if err := directory.CheckLimit("filter.limit", f.Limit); err != nil {
		return nil, classify("postgres.InboundDocuments", err)
	}
	w := where{}
	w.text("subscriber = ?", string(f.Subscriber))
	w.from("received_at >= ?", f.From)
	w.from("received_at < ?", f.To)
	among(&w, "class", f.Classes)
	if len(f.Terms) > 0 {
		among(&w, "term_state", f.Terms)
		w.terms = append(w.terms, sqlInboundTermed)
	}
	all, err := list(ctx, s.reader, scanInbound, w.sql(sqlInboundSelect, sqlInboundNewest), append(w.args, page(f.Limit))...)
	return all, classify("postgres.InboundDocuments", err)
}

// Update writes new values of a document, with events and jobs, if its revision is still the given one, else
// [edo.Conflict]. The jobs become due whether they are new or not.
func (s *Store) Update(ctx context.Context, d edo.InboundDocument, revision int64, events []edo.Event, jobs []edo.Job) error {
	return s.write(ctx, "postgres.Update", d.Key.Subscriber, func(ctx context.Context, tx *session) error {
		there, err := inbound(ctx, tx, d.Key)
		if err != nil {
			return err
		}
		if there.Revision != revision {
			return changedMeanwhile()
		}
		d.Revision = revision
		if err := writeInbound(tx, d); err != nil {
			return err
		}
		if err := insertEvents(tx, edo.Key{Subscriber: d.Key.Subscriber}, 0, events); err != nil {
			return err
		}
		return wakeJobs(tx, jobs, s.now())
	})
}

func changedMeanwhile() error {
	return &edo.Error{Kind: edo.Conflict, Field: "document", Message: "was changed meanwhile", Remedy: "read it again and decide anew"}
}
