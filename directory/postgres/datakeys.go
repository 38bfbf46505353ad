package postgres

import (
	"context"
	"crypto/rand"
	"errors"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

const (
	sqlInstallation    = `SELECT id, master, epoch, rotating FROM installation`
	sqlInstallationPut = `INSERT INTO installation (one, id, master, epoch, rotating) VALUES (1, $1, $2, 1, false) ON CONFLICT (one) DO NOTHING`

	sqlRotationBegin = `UPDATE installation SET master = $1, epoch = epoch + 1, rotating = true WHERE epoch = $2 AND NOT rotating`
	sqlRotationEnd   = `UPDATE installation SET rotating = false WHERE epoch = $1`
	// The row is locked, so that no epoch ends or begins between counting and forgetting.
	sqlRotationLock = `SELECT epoch FROM installation WHERE epoch = $1 FOR UPDATE`
	sqlRotationLeft = `SELECT (SELECT count(*) FROM sealed WHERE epoch <> i.epoch) + (SELECT count(*) FROM data_keys k WHERE k.master <> i.master
		AND (k.epoch = 0 OR k.epoch = i.epoch)) FROM installation i WHERE i.epoch = $1`
	sqlDataKeysDelete = `DELETE FROM data_keys WHERE epoch <> 0 AND epoch < $1`

	sqlStartOver     = `UPDATE installation SET master = $1, epoch = epoch + 1, rotating = false`
	sqlSealedClear   = `DELETE FROM sealed`
	sqlDataKeysClear = `DELETE FROM data_keys`

	dataKeyColumns = `subscriber, epoch, master, wrapped`
	sqlDataKey     = `SELECT ` + dataKeyColumns + ` FROM data_keys WHERE subscriber = $1 AND epoch = $2`
	sqlDataKeys    = `SELECT ` + dataKeyColumns + ` FROM data_keys ORDER BY subscriber, epoch`
	// A key wrapped by a master key that is not the present one would be missed by the rotation that replaces it.
	sqlDataKeyPut = `INSERT INTO data_keys (` + dataKeyColumns + `) SELECT $1::text, $2::bigint, $3::bigint, $4::bytea FROM installation
		WHERE master = $3 AND (epoch = $2 OR $2 = 0) FOR SHARE ON CONFLICT (subscriber, epoch) DO NOTHING`
	sqlRewrap = `UPDATE data_keys SET master = $1, wrapped = $2 WHERE subscriber = $3 AND epoch = $4 AND wrapped = $5`
)

func scanDataKey(from scanner) (directory.DataKey, error) {
	var k directory.DataKey
	err := from.Scan(&k.Subscriber, &k.Epoch, &k.Master, &k.Wrapped)
	return k, err
}

func scanInstallation(from scanner) (directory.Installation, error) {
	var i directory.Installation
	err := from.Scan(&i.ID, &i.Master, &i.Epoch, &i.Rotating)
	return i, err
}

// Installation gives the one row. The first call makes it, with a random id and the given master key.
func (s *Store) Installation(ctx context.Context, master uint32) (directory.Installation, error) {
	const op = "postgres.Installation"
	i, err := scanInstallation(s.reader.row(ctx, sqlInstallation))
	if !errors.Is(err, errNone) {
		return i, classify(op, err)
	}
	err = s.write(ctx, op, "", func(ctx context.Context, tx *session) error {
		if _, err := tx.exec(ctx, sqlInstallationPut, rand.Text(), int64(master)); err != nil {
			return err
		}
		i, err = scanInstallation(tx.row(ctx, sqlInstallation))
		return err
	})
	return i, err
}

// BeginRotation takes a master key into use and begins a new epoch. It changes nothing if the epoch is over already, or a
// rotation under way.
func (s *Store) BeginRotation(ctx context.Context, epoch int64, master uint32) error {
	return s.write(ctx, "postgres.BeginRotation", "", func(ctx context.Context, tx *session) error {
		_, err := tx.exec(ctx, sqlRotationBegin, int64(master), epoch)
		return err
	})
}

// EndRotation forgets the data keys of earlier epochs and ends the rotation, if nothing is left that needs them; left is
// how much is.
func (s *Store) EndRotation(ctx context.Context, epoch int64) (left int, err error) {
	err = s.write(ctx, "postgres.EndRotation", "", func(ctx context.Context, tx *session) error {
		err := tx.row(ctx, sqlRotationLock, epoch).Scan(new(int64))
		if err == nil {
			err = tx.row(ctx, sqlRotationLeft, epoch).Scan(&left)
		}
		if errors.Is(err, errNone) { // another one has begun
			left = 0
			return nil
		}
		if err != nil || left > 0 {
			return err
		}
		if _, err := tx.exec(ctx, sqlDataKeysDelete, epoch); err != nil {
			return err
		}
		_, err = tx.exec(ctx, sqlRotationEnd, epoch)
		return err
	})
	return left, err
}

// StartOver forgets every secret and every data key, for those who have lost the master key.
func (s *Store) StartOver(ctx context.Context, master uint32) error {
	return s.write(ctx, "postgres.StartOver", "", func(ctx context.Context, tx *session) error {
		for _, query := range []string{sqlSealedClear, sqlDataKeysClear} {
			if _, err := tx.exec(ctx, query); err != nil {
				return err
			}
		}
		_, err := tx.exec(ctx, sqlStartOver, int64(master))
		return err
	})
}

// DataKey gives one, [edo.NotFound] if there is none.
func (s *Store) DataKey(ctx context.Context, sub edo.SubscriberID, epoch int64) (directory.DataKey, error) {
	k, err := scanDataKey(s.reader.row(ctx, sqlDataKey, sub, epoch))
	return k, classify("postgres.DataKey", err)
}

// DataKeys lists them all.
func (s *Store) DataKeys(ctx context.Context) ([]directory.DataKey, error) {
	all, err := list(ctx, s.reader, scanDataKey, sqlDataKeys)
	return all, classify("postgres.DataKeys", err)
}

// PutDataKey stores a new one; one that is there stays. [directory.KeyMoved] if its epoch or its master key is not the
// present one.
func (s *Store) PutDataKey(ctx context.Context, k directory.DataKey) error {
	return s.write(ctx, "postgres.PutDataKey", k.Subscriber, func(ctx context.Context, tx *session) error {
		n, err := tx.exec(ctx, sqlDataKeyPut, k.Subscriber, k.Epoch, int64(k.Master), k.Wrapped)
		if err != nil || n == 1 {
			return err
		}
		_, err = scanDataKey(tx.row(ctx, sqlDataKey, k.Subscriber, k.Epoch))
		if errors.Is(err, errNone) {
			return keyMoved()
		}
		return err
	})
}

// Rewrap replaces the wrapping of a data key, if it is still the old one.
func (s *Store) Rewrap(ctx context.Context, k directory.DataKey, old []byte) error {
	return s.write(ctx, "postgres.Rewrap", k.Subscriber, func(ctx context.Context, tx *session) error {
		_, err := tx.exec(ctx, sqlRewrap, int64(k.Master), k.Wrapped, k.Subscriber, k.Epoch, old)
		return err
	})
}
