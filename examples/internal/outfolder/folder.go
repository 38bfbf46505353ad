package outfolder

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Prepare makes the folder for the result of an example, new or emptied, with the sub-folders dirs, before anything
// starts: an example that fails must not leave the page of an earlier success. An example knows a folder of its own by a
// marker that holds its name; nothing else is ever emptied.
func Prepare(out, example string, dirs ...string) error {
	marker := ".edokit-" + example
	info, err := os.Lstat(out)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return err
	case !info.IsDir():
		return fmt.Errorf("%s is no folder: name another one with -out", out)
	default:
		if err := empty(out, marker); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	for _, dir := range dirs {
		if err := os.MkdirAll(filepath.Join(out, dir), 0o755); err != nil {
			return err
		}
	}
	return os.WriteFile(filepath.Join(out, marker), []byte("Made by the "+example+", which empties this folder at every start.\n"), 0o600)
}

// empty removes what an earlier run left; in a folder without the marker it removes nothing.
func empty(out, marker string) error {
	entries, err := os.ReadDir(out)
	if err != nil || len(entries) == 0 {
		return err
	}
	if info, err := os.Lstat(filepath.Join(out, marker)); err != nil || !info.Mode().IsRegular() {
		return fmt.Errorf("%s holds files that are not of this example: empty it yourself, or name another folder with -out", out)
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
