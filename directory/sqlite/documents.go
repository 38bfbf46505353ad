package sqlite

import (
	"context"

	"github.com/edokit/edokit/edo"
)

const (
	sqlDocumentInsert = `INSERT INTO documents (operation, position, id, name, kind, number, comment, external_id, digest, size,
		need_sign, need_receipt, signer, signed_by, signature, verdict, remote, stamp, stamp_reason, stamp_detail, form_faults)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`

	sqlDocuments = `SELECT id, name, kind, number, comment, external_id, digest, size, need_sign, need_receipt, signer, signed_by,
		signature, verdict, remote, stamp, stamp_reason, stamp_detail, form_faults FROM documents WHERE operation = ? ORDER BY position`

	sqlDocumentUpdate = `UPDATE documents SET signed_by = ?, signature = ?, verdict = ?, remote = ?, stamp = ?, stamp_reason = ?,
		stamp_detail = ?, form_faults = ? WHERE operation = ? AND id = ?`

	// A version that is there stays: the host may have it already.
	sqlVersionInsert = `INSERT INTO versions (operation, document, role, name, digest, size, source, remark, exchange, at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (operation, document, role) DO NOTHING`

	sqlVersions = `SELECT document, role, name, digest, size, source, remark, exchange, at FROM versions WHERE operation = ?
		ORDER BY document, role`
)

func insertDocument(ctx context.Context, tx *session, seq int64, position int, d edo.DocumentStatus) error {
	_, err := tx.exec(ctx, sqlDocumentInsert, seq, position, d.ID, d.Name, d.Kind, d.Number, d.Comment, d.ExternalID, d.Digest.String(),
		d.Size, d.NeedSign, d.NeedReceipt, d.Signer, asJSON(&d.SignedBy), digest(&d.Signature), d.Verdict, d.Remote, d.Stamp,
		d.StampReason, d.StampDetail, d.FormFaults)
	return err
}

func scanDocument(from scanner) (edo.DocumentStatus, error) {
	var d edo.DocumentStatus
	err := from.Scan(&d.ID, &d.Name, &d.Kind, &d.Number, &d.Comment, &d.ExternalID, digest(&d.Digest), &d.Size, &d.NeedSign,
		&d.NeedReceipt, &d.Signer, asJSON(&d.SignedBy), digest(&d.Signature), &d.Verdict, &d.Remote, &d.Stamp, &d.StampReason,
		&d.StampDetail, &d.FormFaults)
	return d, err
}

// updateDocument writes what changes after acceptance. What was signed never does.
func updateDocument(ctx context.Context, tx *session, seq int64, d edo.DocumentStatus) error {
	n, err := tx.exec(ctx, sqlDocumentUpdate, asJSON(&d.SignedBy), digest(&d.Signature), d.Verdict, d.Remote, d.Stamp,
		d.StampReason, d.StampDetail, d.FormFaults, seq, d.ID)
	if err == nil && n == 0 {
		err = &edo.Error{Kind: edo.NotFound, Field: "document", Message: string(d.ID) + " is not in the package"}
	}
	return err
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
