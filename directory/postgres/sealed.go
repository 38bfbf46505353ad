package postgres

import (
	"context"
	"time"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

const (
	sealedColumns = `subscriber, kind, id, field, version, epoch, bytes, updated_at, used_at, tries, tried_at`
	sealedName    = ` WHERE subscriber = $1 AND kind = $2 AND id = $3 AND field = $4`
	sqlSealed     = `SELECT ` + sealedColumns + ` FROM sealed` + sealedName
	sqlSealedAll  = `SELECT ` + sealedColumns + ` FROM sealed ORDER BY subscriber, kind, id, field`
	// Only what the present data keys have sealed goes in: what is sealed during a rotation must not miss it. The row of
	// the installation stays as it is until this has committed.
	sqlSealedPut = `INSERT INTO sealed (subscriber, kind, id, field, version, epoch, bytes, updated_at, tries)
		SELECT $1::text, $2::text, $3::text, $4::text, 1, $5::bigint, $6::bytea, $7::timestamptz, 0 FROM installation WHERE epoch = $5 FOR SHARE
		ON CONFLICT (subscriber, kind, id, field) DO UPDATE SET version = sealed.version + 1, epoch = EXCLUDED.epoch, bytes = EXCLUDED.bytes,
		updated_at = EXCLUDED.updated_at, used_at = NULL, tries = 0, tried_at = NULL`
	sqlReseal       = `UPDATE sealed SET epoch = $5, bytes = $6` + sealedName + ` AND bytes = $7`
	sqlSealedDelete = `DELETE FROM sealed` + sealedName
	sqlSealedTake   = sqlSealedDelete + ` AND bytes = $5`
	sqlSealedUsed   = `UPDATE sealed SET used_at = $5` + sealedName
	sqlSealedTried  = `UPDATE sealed SET tries = $5, tried_at = $6` + sealedName + ` AND tries = $7`
)

func scanSealed(from scanner) (directory.SealedSecret, error) {
	var v directory.SealedSecret
	n := &v.Name
	err := from.Scan(&n.Subscriber, &n.Kind, &n.ID, &n.Field, &v.Version, &v.Epoch, &v.Bytes, at(&v.UpdatedAt), at(&v.UsedAt), &v.Tries, at(&v.TriedAt))
	return v, err
}

// PutSealed stores what the data key of an epoch has sealed; [directory.KeyMoved] if another epoch has begun. Only package
// secret calls it: what comes here must not be readable.
func (s *Store) PutSealed(ctx context.Context, n directory.SecretName, epoch int64, sealed []byte) error {
	return s.write(ctx, "postgres.PutSealed", n.Subscriber, func(ctx context.Context, tx *session) error {
		return s.putSealed(ctx, tx, n, epoch, sealed)
	})
}

func (s *Store) putSealed(ctx context.Context, tx *session, n directory.SecretName, epoch int64, sealed []byte) error {
	now := s.now()
	changed, err := tx.exec(ctx, sqlSealedPut, n.Subscriber, n.Kind, n.ID, n.Field, epoch, bytesOf(sealed), at(&now))
	if err == nil && changed == 0 {
		err = keyMoved()
	}
	return err
}

func keyMoved() error {
	return &edo.Error{Kind: edo.Conflict, Reason: directory.KeyMoved, Message: "another key is in use by now", Remedy: "seal again with that"}
}

// Sealed gives one as it was put, [edo.NotFound] if there is none.
func (s *Store) Sealed(ctx context.Context, n directory.SecretName) (directory.SealedSecret, error) {
	v, err := scanSealed(s.reader.row(ctx, sqlSealed, n.Subscriber, n.Kind, n.ID, n.Field))
	return v, classify("postgres.Sealed", err)
}

// AllSealed lists every one, in the order of their names.
func (s *Store) AllSealed(ctx context.Context) ([]directory.SealedSecret, error) {
	all, err := list(ctx, s.reader, scanSealed, sqlSealedAll)
	return all, classify("postgres.AllSealed", err)
}

// Reseal replaces the bytes of a secret that has not changed; one that has stays as it is.
func (s *Store) Reseal(ctx context.Context, n directory.SecretName, old []byte, epoch int64, sealed []byte) error {
	return s.write(ctx, "postgres.Reseal", n.Subscriber, func(ctx context.Context, tx *session) error {
		_, err := tx.exec(ctx, sqlReseal, n.Subscriber, n.Kind, n.ID, n.Field, epoch, bytesOf(sealed), bytesOf(old))
		return err
	})
}

// Succeed puts a secret and removes the one that it takes the place of from, in one transaction; [edo.NotFound] if the
// bytes of that are not old any more.
func (s *Store) Succeed(ctx context.Context, from directory.SecretName, old []byte, to directory.SecretName, epoch int64, sealed []byte) error {
	return s.write(ctx, "postgres.Succeed", to.Subscriber, func(ctx context.Context, tx *session) error {
		n, err := tx.exec(ctx, sqlSealedTake, from.Subscriber, from.Kind, from.ID, from.Field, bytesOf(old))
		if err != nil {
			return err
		}
		if n == 0 {
			return &edo.Error{Kind: edo.NotFound, Message: "the next credential is not there any more"}
		}
		return s.putSealed(ctx, tx, to, epoch, sealed)
	})
}

// RemoveSealed forgets one.
func (s *Store) RemoveSealed(ctx context.Context, n directory.SecretName) error {
	return s.remove(ctx, "postgres.RemoveSealed", n.Subscriber, sqlSealedDelete, n.Subscriber, n.Kind, n.ID, n.Field)
}

// SealedUsed notes when a secret was opened for use.
func (s *Store) SealedUsed(ctx context.Context, n directory.SecretName, when time.Time) error {
	return s.write(ctx, "postgres.SealedUsed", n.Subscriber, func(ctx context.Context, tx *session) error {
		_, err := tx.exec(ctx, sqlSealedUsed, n.Subscriber, n.Kind, n.ID, n.Field, at(&when))
		return err
	})
}

// SealedTried counts a try of a next credential; false if somebody else has counted one since tries was read.
func (s *Store) SealedTried(ctx context.Context, n directory.SecretName, tries int, when time.Time) (ours bool, err error) {
	err = s.write(ctx, "postgres.SealedTried", n.Subscriber, func(ctx context.Context, tx *session) error {
		changed, err := tx.exec(ctx, sqlSealedTried, n.Subscriber, n.Kind, n.ID, n.Field, tries+1, at(&when), tries)
		ours = changed == 1
		return err
	})
	return ours, err
}
