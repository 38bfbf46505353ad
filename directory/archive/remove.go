package archive

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path"
	"time"

	"github.com/edokit/edokit/edo"
)

// aside is where the bytes of d stand while they are being removed.
func aside(d edo.Digest) string { return path.Join(leaving, d.String()) }

// places are where the bytes of d may be, in the order in which to look: they may be taken back meanwhile.
func places(d edo.Digest) []string { return []string{place(d), aside(d), place(d)} }

func (a *Archive) find(d edo.Digest) (info fs.FileInfo, err error) {
	for _, name := range places(d) {
		if info, err = a.root.Stat(name); !errors.Is(err, fs.ErrNotExist) {
			return info, err
		}
	}
	return nil, err
}

func (a *Archive) open(d edo.Digest) (f *os.File, err error) {
	for _, name := range places(d) {
		if f, err = a.root.Open(name); !errors.Is(err, fs.ErrNotExist) {
			return f, err
		}
	}
	return nil, err
}

// Stat tells of an entry without reading it.
func (a *Archive) Stat(ctx context.Context, d edo.Digest) (edo.Entry, error) {
	if err := ctx.Err(); err != nil {
		return edo.Entry{}, classify("archive.Stat", err)
	}
	info, err := a.find(d)
	if errors.Is(err, fs.ErrNotExist) {
		err = Missing(d)
	}
	if err != nil {
		return edo.Entry{}, classify("archive.Stat", err)
	}
	return edo.Entry{Digest: d, Size: info.Size(), Stored: info.ModTime()}, nil
}

// Keep makes an entry young, and takes it back if it is just being removed.
func (a *Archive) Keep(ctx context.Context, d edo.Digest) error {
	if err := ctx.Err(); err != nil {
		return classify("archive.Keep", err)
	}
	err := a.keep(d)
	if errors.Is(err, fs.ErrNotExist) {
		err = Missing(d)
	}
	if err != nil {
		return classify("archive.Keep", err)
	}
	return nil
}

func (a *Archive) keep(d edo.Digest) error {
	now := a.now()
	err := a.root.Chtimes(place(d), now, now)
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := a.giveBack(d); err != nil {
		return err
	}
	return a.root.Chtimes(place(d), now, now)
}

// giveBack puts an entry from aside to its place, unless newer bytes are there.
func (a *Archive) giveBack(d edo.Digest) error {
	if err := a.root.Link(aside(d), place(d)); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	if err := syncFolder(a.root, path.Dir(place(d))); err != nil {
		return err
	}
	err := a.root.Remove(aside(d))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// takeBack ends what a removal that was interrupted has begun: keeping bytes is never wrong, and who decided that they
// may go has noted it and comes again.
func (a *Archive) takeBack() error {
	entries, err := fs.ReadDir(a.root.FS(), leaving)
	if err != nil {
		return err
	}
	for _, e := range entries {
		d, err := edo.ParseDigest(e.Name())
		if err != nil {
			continue // not ours
		}
		if err := a.giveBack(d); err != nil && !errors.Is(err, fs.ErrNotExist) { // another process may be faster
			return err
		}
	}
	return nil
}

// Remove takes an entry away whose file was written and kept before the given moment.
func (a *Archive) Remove(ctx context.Context, d edo.Digest, before time.Time) error {
	if err := ctx.Err(); err != nil {
		return classify("archive.Remove", err)
	}
	if err := a.remove(d, before); err != nil {
		return classify("archive.Remove", err)
	}
	return nil
}

func (a *Archive) remove(d edo.Digest, before time.Time) error {
	info, err := a.find(d)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case !info.ModTime().Before(before):
		return Fresh(d, info.ModTime())
	}
	if err := a.root.Rename(place(d), aside(d)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	// From here on nobody can make it younger without taking it back, so what is seen now is final.
	info, err = a.root.Stat(aside(d))
	switch {
	case errors.Is(err, fs.ErrNotExist): // taken back
		return Fresh(d, a.now())
	case err != nil:
		return err
	case !info.ModTime().Before(before):
		return errors.Join(a.giveBack(d), Fresh(d, info.ModTime()))
	}
	if err := a.root.Remove(aside(d)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return errors.Join(syncFolder(a.root, leaving), syncFolder(a.root, path.Dir(place(d))))
}

// Walk lists the entries in the order of their digests. One that is being removed may be missing, one that is stored
// meanwhile may be there or not.
func (a *Archive) Walk(ctx context.Context, after edo.Digest, each func(edo.Entry) error) error {
	first := after.String()[:2]
	for _, folder := range folders() {
		if folder == temporary || folder == leaving || folder < first {
			continue
		}
		if err := a.walkFolder(ctx, folder, after, each); err != nil {
			return classify("archive.Walk", err)
		}
	}
	return nil
}

// walkFolder lists one folder, which ReadDir gives sorted.
func (a *Archive) walkFolder(ctx context.Context, folder string, after edo.Digest, each func(edo.Entry) error) error {
	entries, err := fs.ReadDir(a.root.FS(), folder)
	if err != nil {
		return err
	}
	last := after.String()
	for _, e := range entries {
		if err := ctx.Err(); err != nil {
			return err
		}
		d, err := edo.ParseDigest(e.Name())
		if err != nil || place(d) != path.Join(folder, e.Name()) || (!after.IsZero() && e.Name() <= last) {
			continue
		}
		info, err := e.Info()
		switch {
		case errors.Is(err, fs.ErrNotExist):
			continue
		case err != nil:
			return err
		case !info.Mode().IsRegular():
			continue
		}
		if err := each(edo.Entry{Digest: d, Size: info.Size(), Stored: info.ModTime()}); err != nil {
			return err
		}
	}
	return nil
}
