package postgres

import (
	"context"

	"github.com/edokit/edokit/edo"
)

const (
	documentColumns = `id, name, kind, number, comment, external_id, digest, size, type, date, sum, parent, related, need_sign,
		need_receipt, signer, signed_by, signature, verdict, remote, state, answer_text, stamp, stamp_reason, stamp_detail, form_faults`

	sqlDocumentInsert = `INSERT INTO documents (operation, position, ` + documentColumns + `)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28)`

	sqlDocuments      = sqlDocumentSelect + `ANY ($1)` + sqlDocumentOrder
	sqlDocumentsOfKey = sqlDocumentSelect + `(` + sqlOperationSeq + `)` + sqlDocumentOrder
	sqlDocumentSelect = `SELECT operation, ` + documentColumns + ` FROM documents WHERE operation = `
	sqlDocumentOrder  = ` ORDER BY operation, position`

	// What was signed never changes, and a signature that is there is never taken away: a job that read the row before
	// somebody signed elsewhere writes afterwards. The state does not go back for the same reason.
	sqlDocumentUpdate = `UPDATE documents SET
		name = CASE WHEN signature IS NULL THEN $2 ELSE name END, digest = CASE WHEN signature IS NULL THEN $3 ELSE digest END,
		size = CASE WHEN signature IS NULL THEN $4 ELSE size END, type = CASE WHEN signature IS NULL THEN $5 ELSE type END,
		signed_by = CASE WHEN $7::bytea IS NULL AND signature IS NOT NULL THEN signed_by ELSE $6 END, signature = coalesce($7, signature),
		verdict = CASE WHEN $7 IS NULL AND signature IS NOT NULL THEN verdict ELSE $8 END, remote = $9,
		state = CASE WHEN ` + sqlRankNew + ` > ` + sqlRankOld + ` THEN $10 ELSE state END,
		stamp = $11, stamp_reason = $12, stamp_detail = $13, form_faults = $14 WHERE operation = $1 AND id = $15`
	sqlRankNew = `CASE $10::text WHEN '' THEN 0 WHEN 'delivered' THEN 2 WHEN 'signed' THEN 3 WHEN 'refused' THEN 4 WHEN 'revoked' THEN 5 ELSE 1 END`
	sqlRankOld = `CASE state WHEN '' THEN 0 WHEN 'delivered' THEN 2 WHEN 'signed' THEN 3 WHEN 'refused' THEN 4 WHEN 'revoked' THEN 5 ELSE 1 END`

	sqlDocumentAnswer = `UPDATE documents SET state = $1, answer_text = coalesce(nullif($2, ''), answer_text) WHERE operation = $3 AND id = $4`

	// A version that is there stays: the host may have it already.
	sqlVersionInsert = `INSERT INTO versions (operation, document, role, name, digest, size, source, remark, exchange, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (operation, document, role) DO NOTHING`

	sqlVersions      = sqlVersionSelect + `ANY ($1)` + sqlVersionOrder
	sqlVersionsOfKey = sqlVersionSelect + `(` + sqlOperationSeq + `)` + sqlVersionOrder
	sqlVersionSelect = `SELECT operation, document, role, name, digest, size, source, remark, exchange, at FROM versions WHERE operation = `
	sqlVersionOrder  = ` ORDER BY operation, document, role`
)

func insertDocument(tx *session, seq int64, position int, d edo.DocumentStatus) error {
	return tx.later(nil, sqlDocumentInsert, seq, position, d.ID, d.Name, d.Kind, d.Number, d.Comment, d.ExternalID, digest(&d.Digest),
		d.Size, d.Type, at(&d.Date), d.Sum, d.Parent, asJSON(&d.Related), d.NeedSign, d.NeedReceipt, d.Signer, asJSON(&d.SignedBy),
		digest(&d.Signature), d.Verdict, d.Remote, d.State, d.AnswerText, d.Stamp, d.StampReason, d.StampDetail, d.FormFaults)
}

func scanDocument(from scanner) (edo.DocumentStatus, error) {
	var d edo.DocumentStatus
	err := from.Scan(&d.ID, &d.Name, &d.Kind, &d.Number, &d.Comment, &d.ExternalID, digest(&d.Digest), &d.Size, &d.Type, at(&d.Date),
		&d.Sum, &d.Parent, asJSON(&d.Related), &d.NeedSign, &d.NeedReceipt, &d.Signer, asJSON(&d.SignedBy), digest(&d.Signature),
		&d.Verdict, &d.Remote, &d.State, &d.AnswerText, &d.Stamp, &d.StampReason, &d.StampDetail, &d.FormFaults)
	return d, err
}

// updateDocument writes what changes after acceptance.
func updateDocument(tx *session, seq int64, d edo.DocumentStatus) error {
	return tx.later(present("document", string(d.ID)), sqlDocumentUpdate, seq, d.Name, digest(&d.Digest), d.Size, d.Type, asJSON(&d.SignedBy), digest(&d.Signature),
		d.Verdict, d.Remote, d.State, d.Stamp, d.StampReason, d.StampDetail, d.FormFaults, d.ID)
}

// answerDocument writes what the operator says that the counterparty did. A text that was read once stays.
func answerDocument(tx *session, seq int64, a edo.DocumentAnswer) error {
	return tx.later(present("document", string(a.Document)), sqlDocumentAnswer, a.State, a.Text, seq, a.Document)
}

// present is [edo.NotFound] for an update that has met no row.
func present(field, id string) func(n int64) error {
	return func(n int64) error {
		if n == 0 {
			return missing(field, id)
		}
		return nil
	}
}

func missing(field, id string) error {
	return &edo.Error{Kind: edo.NotFound, Field: field, Message: id + " is not known"}
}

func insertVersion(tx *session, seq int64, v edo.Version) error {
	return tx.later(nil, sqlVersionInsert, seq, v.Document, v.Role, v.Name, bytesOf(v.Digest[:]), v.Size, v.Source, v.Remark, v.Exchange, at(&v.At))
}

func scanVersion(from scanner) (edo.Version, error) {
	var v edo.Version
	err := from.Scan(&v.Document, &v.Role, &v.Name, digest(&v.Digest), &v.Size, &v.Source, &v.Remark, &v.Exchange, at(&v.At))
	return v, err
}

// complete reads the documents of operations and their versions.
func complete(ctx context.Context, q querier, rows []row) error {
	if len(rows) == 0 {
		return nil
	}
	seqs := make([]int64, len(rows))
	for i := range rows {
		seqs[i] = rows[i].seq
	}
	documents, err := list(ctx, q, scanOwned(scanDocument), sqlDocuments, seqs)
	if err != nil {
		return err
	}
	versions, err := list(ctx, q, scanOwned(scanVersion), sqlVersions, seqs)
	join(rows, documents, versions)
	return err
}

// join gives operations what is theirs.
func join(rows []row, documents []owned[edo.DocumentStatus], versions []owned[edo.Version]) {
	at := make(map[int64]*row, len(rows))
	for i := range rows {
		at[rows[i].seq] = &rows[i]
	}
	for _, d := range documents {
		at[d.seq].Documents = append(at[d.seq].Documents, d.value)
	}
	for _, v := range versions {
		if d := at[v.seq].Document(v.value.Document); d != nil {
			d.Versions = append(d.Versions, v.value)
		}
	}
}

// owned is a row of an operation.
type owned[T any] struct {
	seq   int64
	value T
}

// behind scans the number of the operation before the rest.
type behind struct {
	scanner
	seq *int64
}

func (b behind) Scan(dest ...any) error { return b.scanner.Scan(append([]any{b.seq}, dest...)...) }

func scanOwned[T any](scan func(scanner) (T, error)) func(scanner) (owned[T], error) {
	return func(from scanner) (o owned[T], err error) {
		o.value, err = scan(behind{from, &o.seq})
		return o, err
	}
}
