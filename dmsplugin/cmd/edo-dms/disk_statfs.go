//go:build linux || darwin

package main

import "golang.org/x/sys/unix"

// freeSpace is what an ordinary user may still write.
func freeSpace(path string) (space, error) {
	var s unix.Statfs_t
	if err := unix.Statfs(path, &s); err != nil {
		return space{}, err
	}
	size := uint64(s.Bsize) // its type differs between systems
	return space{free: s.Bavail * size, total: s.Blocks * size}, nil
}
