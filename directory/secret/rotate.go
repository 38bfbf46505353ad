package secret

import (
	"context"
	"errors"
	"fmt"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

// Progress is how far a rotation has come.
type Progress struct {
	Resumed bool // it goes on with one that was interrupted
	Epoch   int64
	Master  uint32 // version of the master key that wraps from now on
	Secrets int    // sealed anew so far
	Keys    int    // data keys wrapped anew so far
	Left    int    // what was still to do when last counted
}

// rounds bounds how often a rotation looks for what others have sealed by an older key meanwhile. They cannot after the
// epoch has begun, so the second look finds nothing.
const rounds = 10

// Rotate takes the newest version of the master key into use, adding one to the file first unless one waits there
// already, begins new data keys and seals everything anew by them, while other processes go on: they open what is
// sealed by either key and seal by the new one. It may be killed at any point and called again; tell is called after every
// secret and may be nil. A master key from the environment gets no new version here: one that was added with [ExtendKey]
// is taken into use.
func (v *Vault) Rotate(ctx context.Context, tell func(Progress)) (Progress, error) {
	if tell == nil {
		tell = func(Progress) {}
	}
	in, resumed, err := v.begin(ctx)
	p := Progress{Resumed: resumed, Epoch: in.Epoch, Master: in.Master}
	if err != nil {
		return p, err
	}
	v.cfg.Trace(ctx, "rotate.begun")
	for range rounds {
		if err := v.reseal(ctx, in, &p, tell); err != nil {
			return p, err
		}
		if err := v.rewrap(ctx, in, &p, tell); err != nil {
			return p, err
		}
		v.cfg.Trace(ctx, "rotate.resealed")
		if p.Left, err = v.cfg.Blobs.EndRotation(ctx, in.Epoch); err != nil || p.Left == 0 {
			return p, err
		}
	}
	return p, &edo.Error{
		Kind: edo.Unavailable, Reason: RotationUnfinished, Op: "secret.Rotate", Message: fmt.Sprintf("%d rows are left", p.Left), Remedy: "rotate again: it goes on where it is",
	}
}

// begin begins a rotation, or finds the one that was begun.
func (v *Vault) begin(ctx context.Context) (in directory.Installation, resumed bool, err error) {
	if err := v.cfg.Keyring.reload(); err != nil {
		return in, false, err
	}
	if in, err = v.installation(ctx); err != nil || in.Rotating {
		return in, in.Rotating, err
	}
	if _, err := v.cfg.Keyring.version(in.Master); err != nil { // what cannot be opened cannot be sealed anew
		return in, false, err
	}
	if v.cfg.Keyring.Newest() == in.Master && !v.cfg.Keyring.Fixed() {
		if err := AddKey(v.cfg.Keyring.path); err != nil {
			return in, false, err
		}
		if err := v.cfg.Keyring.reload(); err != nil {
			return in, false, err
		}
		v.cfg.Trace(ctx, "rotate.key-added")
	}
	if err := v.cfg.Blobs.BeginRotation(ctx, in.Epoch, v.cfg.Keyring.Newest()); err != nil {
		return in, false, err
	}
	in, err = v.installation(ctx)
	return in, false, err
}

func (v *Vault) reseal(ctx context.Context, in directory.Installation, p *Progress, tell func(Progress)) error {
	all, err := v.cfg.Blobs.AllSealed(ctx)
	if err != nil {
		return err
	}
	for _, row := range all {
		if row.Epoch >= in.Epoch {
			continue
		}
		plain, _, err := v.get(ctx, row.Name)
		if errors.Is(err, edo.NotFound) { // somebody has removed it
			continue
		}
		if err != nil {
			return err
		}
		err = v.seal(ctx, row.Name, plain, func(epoch int64, seal []byte) error { return v.cfg.Blobs.Reseal(ctx, row.Name, row.Bytes, epoch, seal) })
		if err != nil {
			return err
		}
		v.cfg.Trace(ctx, "rotate.secret")
		p.Secrets++
		tell(*p)
	}
	return nil
}

// rewrap gives the data keys that stay in use to the present master key.
func (v *Vault) rewrap(ctx context.Context, in directory.Installation, p *Progress, tell func(Progress)) error {
	all, err := v.cfg.Blobs.DataKeys(ctx)
	if err != nil {
		return err
	}
	for _, k := range all {
		if k.Master == in.Master || k.Epoch != 0 && k.Epoch < in.Epoch {
			continue
		}
		h, err := v.unwrap(in.ID, k)
		if err != nil {
			return err
		}
		old := k.Wrapped
		k.Master = in.Master
		if k, err = v.wrap(in.ID, k, h); err != nil {
			return err
		}
		if err := v.cfg.Blobs.Rewrap(ctx, k, old); err != nil {
			return err
		}
		p.Keys++
		tell(*p)
	}
	return nil
}

// StartOver forgets every secret, for those who have lost the master key for good: with the key that is here all of
// them can be set again, and none can be opened.
func (v *Vault) StartOver(ctx context.Context) error {
	if _, err := v.installation(ctx); err != nil {
		return err
	}
	return v.cfg.Blobs.StartOver(ctx, v.cfg.Keyring.Newest())
}
