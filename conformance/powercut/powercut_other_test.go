//go:build !linux

package powercut_test

import "testing"

func TestPowerCut(t *testing.T) {
	t.Parallel()
	t.Skip("SKIPPED: images are mounted on Linux only")
}
