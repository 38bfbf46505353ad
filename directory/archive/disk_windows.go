package archive

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

func noSpace(err error) bool {
	return errors.Is(err, windows.ERROR_DISK_FULL) || errors.Is(err, windows.ERROR_HANDLE_DISK_FULL)
}

// syncFolder does nothing: Windows has no flush of a folder; NTFS journals the rename.
func syncFolder(*os.Root, string) error { return nil }

func syncPath(string) error { return nil }
