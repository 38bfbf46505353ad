package postgres

import (
	"context"
	"errors"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

const (
	signerColumns = `subscriber, id, info, certificate, place, command, environment, kinds, valid_from, valid_until, enabled, updated_at`
	signerHasKey  = `, EXISTS (SELECT 1 FROM sealed WHERE sealed.subscriber = signers.subscriber AND kind = 'signer' AND sealed.id = signers.id)`
	sqlSigner     = `SELECT ` + signerColumns + signerHasKey + ` FROM signers WHERE subscriber = $1 AND id = $2`
	sqlSigners    = `SELECT ` + signerColumns + signerHasKey + ` FROM signers WHERE subscriber = $1 ORDER BY id`
	sqlSignerPut  = `INSERT INTO signers (` + signerColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
		ON CONFLICT (subscriber, id) DO UPDATE SET info = EXCLUDED.info, certificate = EXCLUDED.certificate, place = EXCLUDED.place,
		command = EXCLUDED.command, environment = EXCLUDED.environment, kinds = EXCLUDED.kinds, valid_from = EXCLUDED.valid_from,
		valid_until = EXCLUDED.valid_until, enabled = EXCLUDED.enabled, updated_at = EXCLUDED.updated_at`
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
	return s.put(ctx, "postgres.PutSigner", v.Subscriber, v, sqlSignerPut, func(now *moment) []any {
		return []any{
			v.Subscriber, v.ID, asJSON(&v.Info), v.Certificate, v.Place, asJSON(&v.Command), asJSON(&v.Environment),
			asJSON(&v.Kinds), at(&v.From), at(&v.Until), v.Enabled, now,
		}
	})
}

// Signer gives one; [edo.SignerUnknown] if there is none.
func (s *Store) Signer(ctx context.Context, sub edo.SubscriberID, id edo.SignerID) (directory.Signer, error) {
	v, err := scanSigner(s.reader.row(ctx, sqlSigner, sub, id))
	if errors.Is(err, errNone) {
		return v, &edo.Error{
			Kind: edo.NotFound, Reason: edo.SignerUnknown, Op: "postgres.Signer", Field: "signer",
			Message: string(id) + " is not known", Remedy: "add the signer to the subscriber first, or name another",
		}
	}
	return v, classify("postgres.Signer", err)
}

// Signers lists the persons who sign for a subscriber.
func (s *Store) Signers(ctx context.Context, sub edo.SubscriberID) ([]directory.Signer, error) {
	all, err := list(ctx, s.reader, scanSigner, sqlSigners, sub)
	return all, classify("postgres.Signers", err)
}
