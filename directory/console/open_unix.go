//go:build !windows

package console

import "io/fs"

// open reports whether others may read the file.
func open(info fs.FileInfo) bool { return info.Mode().Perm()&0o077 != 0 }
