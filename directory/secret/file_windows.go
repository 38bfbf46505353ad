package secret

import "io/fs"

// others cannot tell: Windows keeps rights in lists that the mode does not show. A file inherits those of its folder.
func others(fs.FileMode) bool { return false }

// syncFolder does nothing: Windows has no flush of a folder; NTFS journals the name.
func syncFolder(string) error { return nil }
