//go:build unix && !linux

package pgtest

import "syscall"

// attributes start a program as another user. Here the system does not end it with the tests if those are killed.
func attributes(id *syscall.Credential) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Credential: id, Setpgid: true}
}
