package secret

import (
	"context"
	"encoding/hex"
	"errors"
	"time"

	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/prf"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

// fingerprint is how many bytes of a keyed digest are shown: enough to see that two are the same.
const fingerprint = 8

// Listed is what may be known of a secret.
type Listed struct {
	Name        directory.SecretName
	Next        bool   // it waits to take the place of the present one
	Version     int64  // of the secret: grows with every change
	Epoch       int64  // of the data key that sealed it
	Fingerprint string // keyed digest in hexadecimal: equal secrets of one installation have equal ones; empty: does not open
	UpdatedAt   time.Time
	UsedAt      time.Time // to the hour; zero: never
	Tries       int       // of a next one: how often the operator was asked to take it
}

// List tells what secrets there are, never a value. One that does not open is listed without a fingerprint.
func (v *Vault) List(ctx context.Context) ([]Listed, error) {
	rows, err := v.cfg.Blobs.AllSealed(ctx)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	marks, err := v.fingerprints(ctx)
	if err != nil && edo.KindOf(err) != edo.Unavailable {
		return nil, err
	}
	all := make([]Listed, len(rows))
	for i, r := range rows {
		name, next := current(r.Name)
		all[i] = Listed{Name: name, Next: next, Version: r.Version, Epoch: r.Epoch, UpdatedAt: r.UpdatedAt, UsedAt: r.UsedAt, Tries: r.Tries}
		if plain, _, err := v.get(ctx, r.Name); err == nil && marks != nil {
			sum, err := marks.ComputePrimaryPRF(plain, fingerprint)
			if err != nil {
				return nil, fault("secret.List", "", err)
			}
			all[i].Fingerprint = hex.EncodeToString(sum)
		}
	}
	return all, nil
}

// fingerprints is the key of the digests. It is made once and never rotated, so that they stay comparable.
func (v *Vault) fingerprints(ctx context.Context) (*prf.Set, error) {
	in, err := v.installation(ctx)
	if err != nil {
		return nil, err
	}
	k, err := v.cfg.Blobs.DataKey(ctx, "", 0)
	if errors.Is(err, edo.NotFound) {
		fresh, err := keyset.NewHandle(prf.HMACSHA256PRFKeyTemplate())
		if err != nil {
			return nil, fault("secret.List", "", err)
		}
		if k, err = v.wrap(in.ID, directory.DataKey{Master: in.Master}, fresh); err != nil {
			return nil, err
		}
		if err = v.cfg.Blobs.PutDataKey(ctx, k); err != nil {
			return nil, err
		}
		if k, err = v.cfg.Blobs.DataKey(ctx, "", 0); err != nil {
			return nil, err
		}
	} else if err != nil {
		return nil, err
	}
	h, err := v.unwrap(in.ID, k)
	if err != nil {
		return nil, err
	}
	set, err := prf.NewPRFSet(h)
	return set, fault("secret.List", "", err)
}
