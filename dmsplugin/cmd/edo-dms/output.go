package main

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

func isPEM(raw []byte) bool { return bytes.Contains(raw, []byte("-----BEGIN")) }

// vacant refuses a file that is there already, or has no folder: before anybody is noted as having read what goes there.
func vacant(path string) error {
	if path == "-" {
		return nil
	}
	if _, err := os.Lstat(path); err == nil {
		return taken(path, fs.ErrExist)
	}
	if _, err := os.Stat(filepath.Dir(path)); err != nil {
		return usage("out", err.Error(), "name a file in a folder that is there")
	}
	return nil
}

// output writes a new file that only its owner can read, or standard output for "-". A file that could not be written
// whole is removed again, and one that is there already is left as it is.
func (c *command) output(path string, write func(w io.Writer) error) (err error) {
	if path == "-" {
		return write(c.out)
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return taken(path, err)
	}
	err = write(f)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		err = errors.Join(err, os.Remove(path))
	}
	return err
}
