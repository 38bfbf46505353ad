package worker

import (
	"errors"
	"syscall"
)

// rlimitData is RLIMIT_DATA of Linux: private memory that can be written, which is what a heap is made of.
const rlimitData = 2

// bound lets the system refuse memory above the limit, and a core file, which would hold the document.
func bound(memory int64) error {
	data := uint64(memory)
	return errors.Join(
		syscall.Setrlimit(syscall.RLIMIT_CORE, &syscall.Rlimit{}),
		syscall.Setrlimit(rlimitData, &syscall.Rlimit{Cur: data, Max: data}),
	)
}

// self names the running program even if its file was replaced since.
func self() (string, error) { return "/proc/self/exe", nil }
