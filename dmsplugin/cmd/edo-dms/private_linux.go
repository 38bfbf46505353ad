package main

import (
	"errors"

	"golang.org/x/sys/unix"
)

// keepPrivate forbids core dumps and keeps other processes of the same user from reading the memory of this one:
// passwords and keys are in it. Root may still read it.
func keepPrivate() error {
	return errors.Join(
		unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{}),
		unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0),
	)
}
