package archive

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path"
	"strings"
	"time"

	"github.com/edokit/edokit/edo"
)

// tries bounds how often a call begins again because others remove or keep the same entry meanwhile.
const tries = 16

// aside is a name of its own for each removal, so that none ends what another one has begun.
func (a *Archive) aside(d edo.Digest) string { return path.Join(leaving, d.String()+"."+a.newID()) }

// asides are the places where the bytes of d stand while they are being removed.
func (a *Archive) asides(d edo.Digest) ([]string, error) {
	entries, err := fs.ReadDir(a.root.FS(), leaving)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if of, ok := removed(e.Name()); ok && of == d {
			names = append(names, path.Join(leaving, e.Name()))
		}
	}
	return names, nil
}

// removed is the digest of which a file aside is, if it is ours.
func removed(name string) (edo.Digest, bool) {
	digits, _, _ := strings.Cut(name, ".")
	d, err := edo.ParseDigest(digits)
	return d, err == nil
}

// look calls at with the places where the bytes of d may be, until one is there. They may go from one to another
// meanwhile, so only what was nowhere several times is gone.
func (a *Archive) look(d edo.Digest, at func(name string) error) error {
	err := at(place(d))
	for range 3 {
		if !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		names, failed := a.asides(d)
		if failed != nil {
			return failed
		}
		for _, name := range append(names, place(d)) {
			if err = at(name); !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
	}
	return err
}

func (a *Archive) find(d edo.Digest) (info fs.FileInfo, err error) {
	err = a.look(d, func(name string) (err error) { info, err = a.root.Stat(name); return err })
	return info, err
}

func (a *Archive) open(d edo.Digest) (f *os.File, err error) {
	err = a.look(d, func(name string) (err error) { f, err = a.root.Open(name); return err })
	return f, err
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

// keep ends when the entry has stood at its place after its time was set: a removal that starts then finds it young. A
// removal that was faster may have moved it between the two, whatever the system said of the time that was set.
func (a *Archive) keep(d edo.Digest) error {
	for range tries {
		now := a.now()
		err := a.step("touch", func() error { return a.root.Chtimes(place(d), now, now) })
		if err == nil {
			_, err = a.root.Stat(place(d))
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if _, err := a.find(d); err != nil {
			return err
		}
		names, err := a.asides(d)
		if err != nil {
			return err
		}
		for _, name := range names {
			if err := a.giveBack(name, d); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
	}
	return busy(d)
}

// giveBack puts an entry from aside to its place, unless newer bytes are there.
func (a *Archive) giveBack(aside string, d edo.Digest) error {
	if err := a.root.Link(aside, place(d)); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	if err := syncFolder(a.root, path.Dir(place(d))); err != nil {
		return err
	}
	err := a.root.Remove(aside)
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
		d, ours := removed(e.Name())
		if !ours {
			continue
		}
		if err := a.giveBack(path.Join(leaving, e.Name()), d); err != nil && !errors.Is(err, fs.ErrNotExist) { // another process may be faster
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
	for range tries {
		info, err := a.find(d)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return errors.Join(syncFolder(a.root, leaving), syncFolder(a.root, path.Dir(place(d))))
		case err != nil:
			return err
		case !info.ModTime().Before(before):
			return Fresh(d, info.ModTime())
		}
		names := []string{a.aside(d)}
		if err = a.root.Rename(place(d), names[0]); errors.Is(err, fs.ErrNotExist) {
			names, err = a.asides(d) // of a removal that was interrupted, or that runs now
		}
		for _, name := range names {
			err = errors.Join(err, a.removeAside(name, d, before))
		}
		if err != nil {
			return err
		}
	}
	return busy(d)
}

// removeAside ends a removal. What is aside gets young only with its place taken again, so what is seen here is final.
func (a *Archive) removeAside(name string, d edo.Digest, before time.Time) error {
	info, err := a.root.Stat(name)
	switch {
	case err == nil && info.ModTime().Before(before):
		err = a.root.Remove(name)
	case err == nil:
		err = a.giveBack(name, d)
	}
	if errors.Is(err, fs.ErrNotExist) { // another one was faster
		return nil
	}
	return err
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
