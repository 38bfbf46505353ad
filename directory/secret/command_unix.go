//go:build !windows

package secret

import (
	"os/exec"
	"syscall"
)

// endFamily makes the end of a program the end of what it has started: a wrapper script must not leave one behind.
func endFamily(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}
