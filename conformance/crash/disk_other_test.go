//go:build !linux

package crash_test

import "testing"

// smallDisk is made where this is known how.
func smallDisk(t *testing.T) string {
	t.Helper()
	t.Skip("a small disk is made on Linux only: what a full disk does was not tried")
	return ""
}
