//go:build unix

package crash_test

import (
	"os"
	"syscall"
)

// goOn wakes a process that has stopped itself.
func goOn(p *os.Process) error { return p.Signal(syscall.SIGCONT) }
