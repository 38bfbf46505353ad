package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// marker is the file by which the demo knows a folder of its own. Nothing else is ever emptied.
const marker = ".edokit-demo"

// prepare makes the folder for the result, new or emptied, before anything starts: a demo that fails must not leave the
// page of an earlier success.
func prepare(out string) error {
	info, err := os.Lstat(out)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return err
	case !info.IsDir():
		return fmt.Errorf("%s is no folder: name another one with -out", out)
	default:
		if err := empty(out); err != nil {
			return err
		}
	}
	for _, dir := range []string{"originals", "signatures", "stamped", "exchange"} {
		if err := os.MkdirAll(filepath.Join(out, dir), 0o755); err != nil {
			return err
		}
	}
	return os.WriteFile(filepath.Join(out, marker), []byte("Made by the demo, which empties this folder at every start.\n"), 0o600)
}

// empty removes what an earlier demo left; in a folder without our marker it removes nothing.
func empty(out string) error {
	entries, err := os.ReadDir(out)
	if err != nil || len(entries) == 0 {
		return err
	}
	if info, err := os.Lstat(filepath.Join(out, marker)); err != nil || !info.Mode().IsRegular() {
		return fmt.Errorf("%s holds files that are not of this demo: empty it yourself, or name another folder with -out", out)
	}
	for _, e := range entries {
		if e.Name() == marker {
			continue // the last to go, so that a cut-off start can be repeated
		}
		if err := os.RemoveAll(filepath.Join(out, e.Name())); err != nil {
			return err
		}
	}
	return nil
}
