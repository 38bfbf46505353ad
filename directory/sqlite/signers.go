package sqlite

import (
	"context"
	"database/sql"
	"errors"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

const (
	signerColumns = `subscriber, id, info, certificate, place, command, environment, kinds, valid_from, valid_until, enabled, updated_at`
	signerHasKey  = `, EXISTS (SELECT 1 FROM sealed WHERE sealed.subscriber = signers.subscriber AND kind = 'signer' AND sealed.id = signers.id)`
	sqlSigner     = `SELECT ` + signerColumns + signerHasKey + ` FROM signers WHERE subscriber = ? AND id = ?`
	sqlSigners    = `SELECT ` + signerColumns + signerHasKey + ` FROM signers WHERE subscriber = ? ORDER BY id`
	sqlSignerPut  = `INSERT INTO signers (` + signerColumns + `) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (subscriber, id) DO UPDATE SET info = excluded.info, certificate = excluded.certificate, place = excluded.place,
		command = excluded.command, environment = excluded.environment, kinds = excluded.kinds, valid_from = excluded.valid_from,
		valid_until = excluded.valid_until, enabled = excluded.enabled, updated_at = excluded.updated_at`
)

func scanSigner(from scanner) (directory.Signer, error) {
	var v directory.Signer
	err := from.Scan(&v.Subscriber, &v.ID, asJSON(&v.Info), &v.Certificate, &v.Place, asJSON(&v.Command), asJSON(&v.Environment),
		asJSON(&v.Kinds), at(&v.From), at(&v.Until), &v.Enabled, at(&v.UpdatedAt), &v.HasKey)
	return v, err
}

// PutSigner stores a person who signs. The key does not come this way.
func (s *Store) PutSigner(ctx context.Context, v directory.Signer) error {
	if v.Place == "" {
		v.Place = directory.PlaceKey
	}
	return s.put(ctx, "sqlite.PutSigner", v, sqlSignerPut, func(now *moment) []any {
		return []any{
			v.Subscriber, v.ID, asJSON(&v.Info), v.Certificate, v.Place, asJSON(&v.Command), asJSON(&v.Environment),
			asJSON(&v.Kinds), at(&v.From), at(&v.Until), v.Enabled, now,
		}
	})
}

// Signer gives one; [edo.SignerUnknown] if there is none.
func (s *Store) Signer(ctx context.Context, sub edo.SubscriberID, id edo.SignerID) (directory.Signer, error) {
	v, err := scanSigner(s.reader.QueryRowContext(ctx, sqlSigner, sub, id))
	if errors.Is(err, sql.ErrNoRows) {
		return v, &edo.Error{
			Kind: edo.NotFound, Reason: edo.SignerUnknown, Op: "sqlite.Signer", Field: "signer",
			Message: string(id) + " is not known", Remedy: "add the signer to the subscriber first, or name another",
		}
	}
	return v, classify("sqlite.Signer", err)
}

// Signers lists the persons who sign for a subscriber.
func (s *Store) Signers(ctx context.Context, sub edo.SubscriberID) ([]directory.Signer, error) {
	all, err := list(ctx, s.reader, scanSigner, sqlSigners, sub)
	return all, classify("sqlite.Signers", err)
}
