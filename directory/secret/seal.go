package secret

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"strconv"
	"strings"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/tink"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

// A seal is one byte that names this form, the epoch of its data key in four bytes, and what AES-256-GCM-SIV gave.
const (
	sealForm   = 1
	sealPrefix = 1 + 4
)

// bound is the associated data of a seal: what is sealed for one name in one store by the key of one epoch opens nowhere
// else. Ids cannot hold the separator, see edo.CheckID.
func bound(tenant string, n directory.SecretName, epoch int64) []byte {
	return []byte(strings.Join([]string{"seal", tenant, string(n.Subscriber), n.Kind, n.ID, n.Field, strconv.FormatInt(epoch, 10)}, "|"))
}

// boundKey is the associated data of a wrapped data key.
func boundKey(tenant string, k directory.DataKey) []byte {
	return []byte(strings.Join([]string{"data-key", tenant, string(k.Subscriber), strconv.FormatInt(k.Epoch, 10)}, "|"))
}

func sealed(key tink.AEAD, tenant string, n directory.SecretName, epoch int64, plain []byte) ([]byte, error) {
	text, err := key.Encrypt(plain, bound(tenant, n, epoch))
	if err != nil {
		return nil, fault("secret.Seal", "", err)
	}
	head := append(make([]byte, 0, sealPrefix+len(text)), sealForm)
	return append(binary.BigEndian.AppendUint32(head, uint32(epoch)), text...), nil
}

// epochOf reads the epoch of a seal; false if it is none.
func epochOf(seal []byte) (int64, bool) {
	if len(seal) < sealPrefix || seal[0] != sealForm {
		return 0, false
	}
	return int64(binary.BigEndian.Uint32(seal[1:sealPrefix])), true
}

func broken(n directory.SecretName) error {
	return &edo.Error{
		Kind: edo.Unavailable, Reason: SealBroken, Op: "secret.Open", Message: n.Kind + " " + n.Field + " of " + string(n.Subscriber) + " does not open",
		Remedy: "use the key file it was sealed with, or set the secret again",
	}
}

// installation is what seals are bound to, made at the first call. The master key that the store says is in use must be
// here, or nothing is sealed.
func (v *Vault) installation(ctx context.Context) (directory.Installation, error) {
	return v.cfg.Blobs.Installation(ctx, v.cfg.Keyring.Newest())
}

// unwrap opens a data key.
func (v *Vault) unwrap(tenant string, k directory.DataKey) (*keyset.Handle, error) {
	master, err := v.cfg.Keyring.version(k.Master)
	if err != nil {
		return nil, err
	}
	h, err := keyset.ReadWithAssociatedData(keyset.NewBinaryReader(bytes.NewReader(k.Wrapped)), master, boundKey(tenant, k))
	if err != nil {
		return nil, &edo.Error{
			Kind: edo.Unavailable, Reason: SealBroken, Op: "secret.Open", Message: "the data key of " + string(k.Subscriber) + " does not open",
			Remedy: "restore the database: the row was changed or is of another installation",
		}
	}
	return h, nil
}

// wrap closes a data key by a version of the master key.
func (v *Vault) wrap(tenant string, k directory.DataKey, h *keyset.Handle) (directory.DataKey, error) {
	master, err := v.cfg.Keyring.version(k.Master)
	if err != nil {
		return k, err
	}
	var text bytes.Buffer
	err = h.WriteWithAssociatedData(keyset.NewBinaryWriter(&text), master, boundKey(tenant, k))
	k.Wrapped = text.Bytes()
	return k, fault("secret.Wrap", "", err)
}

// present is the data key that seals now for a subscriber, made if there is none.
func (v *Vault) present(ctx context.Context, in directory.Installation, s edo.SubscriberID) (tink.AEAD, error) {
	k, err := v.cfg.Blobs.DataKey(ctx, s, in.Epoch)
	if errors.Is(err, edo.NotFound) {
		h, err := keyset.NewHandle(aead.AES256GCMSIVKeyTemplate())
		if err != nil {
			return nil, fault("secret.Seal", "", err)
		}
		if k, err = v.wrap(in.ID, directory.DataKey{Subscriber: s, Epoch: in.Epoch, Master: in.Master}, h); err != nil {
			return nil, err
		}
		if err = v.cfg.Blobs.PutDataKey(ctx, k); err != nil {
			return nil, err
		}
		k, err = v.cfg.Blobs.DataKey(ctx, s, in.Epoch) // perhaps of somebody who was faster
		if err != nil {
			return nil, moved(err)
		}
	} else if err != nil {
		return nil, err
	}
	h, err := v.unwrap(in.ID, k)
	if err != nil {
		return nil, err
	}
	a, err := aead.New(h)
	return a, fault("secret.Seal", "", err)
}

// moved makes the absence of a key that was there a moment ago what it is: a rotation has passed.
func moved(err error) error {
	if errors.Is(err, edo.NotFound) {
		return &edo.Error{Kind: edo.Conflict, Reason: directory.KeyMoved, Op: "secret.Seal", Message: "a rotation has passed", Remedy: "repeat"}
	}
	return err
}

// sealTries bounds how often something is done again because a rotation has passed in between.
const sealTries = 5

// seal seals for a name with the key that is in use, hands it to put, and does so again if another key has come into use
// meanwhile.
func (v *Vault) seal(ctx context.Context, n directory.SecretName, plain []byte, put func(epoch int64, seal []byte) error) error {
	var err error
	for range sealTries {
		var in directory.Installation
		if in, err = v.installation(ctx); err != nil {
			return err
		}
		var key tink.AEAD
		if key, err = v.present(ctx, in, n.Subscriber); err == nil {
			var text []byte
			if text, err = sealed(key, in.ID, n, in.Epoch, plain); err != nil {
				return err
			}
			err = put(in.Epoch, text)
		}
		if !errors.Is(err, directory.KeyMoved) {
			return err
		}
	}
	return err
}

// get gives the opened secret and its row. One that is sealed anew between two reads is read again.
func (v *Vault) get(ctx context.Context, n directory.SecretName) (plain []byte, row directory.SealedSecret, err error) {
	for range sealTries {
		if row, err = v.cfg.Blobs.Sealed(ctx, n); err != nil {
			return nil, row, err
		}
		if plain, err = v.opened(ctx, row); !errors.Is(err, directory.KeyMoved) {
			return plain, row, err
		}
	}
	return nil, row, broken(n) // its data key is really gone
}

func (v *Vault) opened(ctx context.Context, row directory.SealedSecret) ([]byte, error) {
	epoch, ok := epochOf(row.Bytes)
	if !ok {
		return nil, broken(row.Name)
	}
	in, err := v.installation(ctx)
	if err != nil {
		return nil, err
	}
	k, err := v.cfg.Blobs.DataKey(ctx, row.Name.Subscriber, epoch)
	if err != nil {
		return nil, moved(err)
	}
	h, err := v.unwrap(in.ID, k)
	if err != nil {
		return nil, err
	}
	key, err := aead.New(h)
	if err != nil {
		return nil, fault("secret.Open", "", err)
	}
	plain, err := key.Decrypt(row.Bytes[sealPrefix:], bound(in.ID, row.Name, epoch))
	if err != nil {
		return nil, broken(row.Name)
	}
	return plain, nil
}
