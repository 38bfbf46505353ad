package main

import (
	"errors"
	"io"
	"os"
	"path/filepath"
)

// write makes the output appear whole or not at all, beside which it is written under a name of its own.
func (s stampPDF) write(copy func(w io.Writer) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(s.Out), ".edo-dms-stamp-*")
	if err != nil {
		return usage("out", err.Error(), "name a file in a folder that is there and can be written to")
	}
	defer func() {
		if rest := os.Remove(f.Name()); !errors.Is(rest, os.ErrNotExist) {
			err = errors.Join(err, rest)
		}
	}()
	if err = copy(f); err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	if s.Force {
		if err := replaceable(s.Out); err != nil {
			return err
		}
		return os.Rename(f.Name(), s.Out)
	}
	err = os.Link(f.Name(), s.Out) // unlike a renaming it does not replace what somebody has made there meanwhile
	if err == nil || errors.Is(err, os.ErrExist) {
		return taken(s.Out, err)
	}
	if err := vacant(s.Out); err != nil { // a file system without links
		return err
	}
	return os.Rename(f.Name(), s.Out)
}

// replaceable refuses what a renaming would put an end to for others: a device, a pipe, a link. Nothing there is fine.
func replaceable(out string) error {
	info, err := os.Lstat(out)
	if err == nil && !info.Mode().IsRegular() {
		return usage("out", out+" is there and no regular file", "name another file: --force replaces neither links, pipes, devices nor folders")
	}
	return nil
}
