package archive

import (
	"context"
	"errors"
	"os"
	"path"
)

// Places that a [Archive.Probe] tries, in the Field of its error.
const (
	ProbeSpool = "spool" // where content that arrives is kept until it is whole
	ProbeStore = "store" // where entries stand
)

// probed is how much a probe writes, in bytes: more than a file system may keep inside an inode.
const probed = 8 << 10

// Probe goes the way of an entry without leaving one: it writes a file, makes it durable, gives it a name beside the
// entries and takes it away again. The error says at which place that failed.
func (a *Archive) Probe(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return classify("archive.Probe", err)
	}
	from := path.Join(temporary, a.newID())
	to := path.Join("00", "probe-"+path.Base(from))
	defer func() {
		_ = a.root.Remove(from) // one of the two is gone already, and a rest is no entry
		_ = a.root.Remove(to)
	}()
	if err := a.probeSpool(from); err != nil {
		return probeError(ProbeSpool, err)
	}
	if err := errors.Join(a.root.Rename(from, to), syncFolder(a.root, "00")); err != nil {
		return probeError(ProbeStore, err)
	}
	return nil
}

func (a *Archive) probeSpool(name string) error {
	f, err := a.root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(make([]byte, probed))
	return errors.Join(err, f.Sync(), f.Close())
}

func probeError(place string, err error) error {
	e := classified("archive.Probe", err)
	e.Field = place
	return e
}
