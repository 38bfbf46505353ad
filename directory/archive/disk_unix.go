//go:build !windows

package archive

import (
	"errors"
	"os"
	"syscall"
)

func noSpace(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EFBIG)
}

// syncFolder makes the names in a folder durable.
func syncFolder(root *os.Root, name string) error {
	return syncFile(root.Open(name))
}

func syncPath(path string) error { return syncFile(os.Open(path)) }

func syncFile(f *os.File, err error) error {
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
