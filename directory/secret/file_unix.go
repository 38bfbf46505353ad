//go:build !windows

package secret

import (
	"errors"
	"io/fs"
	"os"
)

func others(mode fs.FileMode) bool { return mode.Perm()&0o077 != 0 }

func syncFolder(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
