package sqlite

import (
	"context"

	"github.com/edokit/edokit/edo"
)

const (
	documentColumns = `id, name, kind, number, comment, external_id, digest, size, type, date, sum, parent, related, need_sign,
		need_receipt, signer, signed_by, signature, verdict, remote, state, answer_text, stamp, stamp_reason, stamp_detail, form_faults`

	sqlDocumentInsert = `INSERT INTO documents (operation, position, ` + documentColumns + `)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`

	sqlDocuments = `SELECT ` + documentColumns + ` FROM documents WHERE operation = ? ORDER BY position`

	// What was signed never changes, and a signature that is there is never taken away: a job that read the row before
	// somebody signed elsewhere writes afterwards. The state does not go back for the same reason.
	sqlDocumentUpdate = `UPDATE documents SET
		name = iif(signature IS NULL, ?2, name), digest = iif(signature IS NULL, ?3, digest),
		size = iif(signature IS NULL, ?4, size), type = iif(signature IS NULL, ?5, type),
		signed_by = iif(?7 IS NULL AND signature IS NOT NULL, signed_by, ?6), signature = coalesce(?7, signature),
		verdict = iif(?7 IS NULL AND signature IS NOT NULL, verdict, ?8), remote = ?9,
		state = iif(` + sqlRankNew + ` > ` + sqlRankOld + `, ?10, state),
		stamp = ?11, stamp_reason = ?12, stamp_detail = ?13, form_faults = ?14 WHERE operation = ?1 AND id = ?15`
	sqlRankNew = `CASE ?10 WHEN '' THEN 0 WHEN 'delivered' THEN 2 WHEN 'signed' THEN 3 WHEN 'refused' THEN 4 WHEN 'revoked' THEN 5 ELSE 1 END`
	sqlRankOld = `CASE state WHEN '' THEN 0 WHEN 'delivered' THEN 2 WHEN 'signed' THEN 3 WHEN 'refused' THEN 4 WHEN 'revoked' THEN 5 ELSE 1 END`

	sqlDocumentAnswer = `UPDATE documents SET state = ?, answer_text = coalesce(nullif(?, ''), answer_text) WHERE operation = ? AND id = ?`

	// A version that is there stays: the host may have it already.
	sqlVersionInsert = `INSERT INTO versions (operation, document, role, name, digest, size, source, remark, exchange, at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (operation, document, role) DO NOTHING`

	sqlVersions = `SELECT document, role, name, digest, size, source, remark, exchange, at FROM versions WHERE operation = ?
		ORDER BY document, role`
)

func insertDocument(ctx context.Context, tx *session, seq int64, position int, d edo.DocumentStatus) error {
	_, err := tx.exec(ctx, sqlDocumentInsert, seq, position, d.ID, d.Name, d.Kind, d.Number, d.Comment, d.ExternalID, digest(&d.Digest),
		d.Size, d.Type, at(&d.Date), d.Sum, d.Parent, asJSON(&d.Related), d.NeedSign, d.NeedReceipt, d.Signer, asJSON(&d.SignedBy),
		digest(&d.Signature), d.Verdict, d.Remote, d.State, d.AnswerText, d.Stamp, d.StampReason, d.StampDetail, d.FormFaults)
	return err
}

func scanDocument(from scanner) (edo.DocumentStatus, error) {
	var d edo.DocumentStatus
	err := from.Scan(&d.ID, &d.Name, &d.Kind, &d.Number, &d.Comment, &d.ExternalID, digest(&d.Digest), &d.Size, &d.Type, at(&d.Date),
		&d.Sum, &d.Parent, asJSON(&d.Related), &d.NeedSign, &d.NeedReceipt, &d.Signer, asJSON(&d.SignedBy), digest(&d.Signature),
		&d.Verdict, &d.Remote, &d.State, &d.AnswerText, &d.Stamp, &d.StampReason, &d.StampDetail, &d.FormFaults)
	return d, err
}

// updateDocument writes what changes after acceptance.
func updateDocument(ctx context.Context, tx *session, seq int64, d edo.DocumentStatus) error {
	n, err := tx.exec(ctx, sqlDocumentUpdate, seq, d.Name, digest(&d.Digest), d.Size, d.Type, asJSON(&d.SignedBy), digest(&d.Signature),
		d.Verdict, d.Remote, d.State, d.Stamp, d.StampReason, d.StampDetail, d.FormFaults, d.ID)
	return present(n, err, "document", string(d.ID))
}

// answerDocument writes what the operator says that the counterparty did. A text that was read once stays.
func answerDocument(ctx context.Context, tx *session, seq int64, a edo.DocumentAnswer) error {
	n, err := tx.exec(ctx, sqlDocumentAnswer, a.State, a.Text, seq, a.Document)
	return present(n, err, "document", string(a.Document))
}

// present is [edo.NotFound] for an update that has met no row.
func present(n int64, err error, field, id string) error {
	if err == nil && n == 0 {
		err = missing(field, id)
	}
	return err
}

func missing(field, id string) error {
	return &edo.Error{Kind: edo.NotFound, Field: field, Message: id + " is not known"}
}

func insertVersion(ctx context.Context, tx *session, seq int64, v edo.Version) error {
	_, err := tx.exec(ctx, sqlVersionInsert, seq, v.Document, v.Role, v.Name, v.Digest.String(), v.Size, v.Source, v.Remark, v.Exchange, at(&v.At))
	return err
}

func scanVersion(from scanner) (edo.Version, error) {
	var v edo.Version
	err := from.Scan(&v.Document, &v.Role, &v.Name, digest(&v.Digest), &v.Size, &v.Source, &v.Remark, &v.Exchange, at(&v.At))
	return v, err
}

// complete reads the documents of an operation and their versions.
func complete(ctx context.Context, q querier, r *row) (err error) {
	if r.Documents, err = list(ctx, q, scanDocument, sqlDocuments, r.seq); err != nil {
		return err
	}
	versions, err := list(ctx, q, scanVersion, sqlVersions, r.seq)
	for _, v := range versions {
		if d := r.Document(v.Document); d != nil {
			d.Versions = append(d.Versions, v)
		}
	}
	return err
}
