//go:build !linux

package main

// keepPrivate is left to the system's own settings elsewhere: see doc.go.
func keepPrivate() error { return nil }
