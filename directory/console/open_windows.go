package console

import "io/fs"

// open cannot tell: rights are lists there.
func open(fs.FileInfo) bool { return false }
