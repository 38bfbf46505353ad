package pgtest

import "syscall"

// attributes start a program as another user, and end it (fast, with its sessions) when the tests die.
func attributes(id *syscall.Credential) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Credential: id, Pdeathsig: syscall.SIGINT, Setpgid: true}
}
