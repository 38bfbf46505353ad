//go:build !linux

package main

import (
	"os"

	"github.com/edokit/edokit/edo"
)

// isTerminal takes every device for a terminal.
func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// prompt would show what is typed here, so it does not ask.
func (*command) prompt(*os.File, string) (edo.Secret, error) {
	return edo.Secret{}, usage("password", "cannot be typed unseen on this system", "give --password-file or --password-env, or pipe it to standard input")
}
