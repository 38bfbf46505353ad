package main

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
)

func isPEM(raw []byte) bool { return bytes.Contains(raw, []byte("-----BEGIN")) }

// output writes a new file that only its owner can read, or standard output for "-". A file that could not be written
// whole is removed again, and one that is there already is left as it is.
func (c *command) output(path string, write func(w io.Writer) error) (err error) {
	if path == "-" {
		return write(c.out)
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return usage("out", path+" exists", "name a new file, or remove that one first")
	}
	if err != nil {
		return err
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
