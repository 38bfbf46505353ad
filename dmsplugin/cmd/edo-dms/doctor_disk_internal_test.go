//go:build linux

package main

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/edokit/edokit/directory/local"
)

// small puts the home folder on a disk of its own, of 16 MiB. Only the administrator of a machine can.
func (p *patient) small(t *testing.T) {
	t.Helper()
	check(t, os.RemoveAll(p.folder))
	check(t, os.Mkdir(p.folder, 0o700))
	if err := unix.Mount("none", p.folder, "tmpfs", 0, "size=16m,mode=0700"); err != nil {
		t.Skipf("no disk of its own: %v", err)
	}
	t.Cleanup(func() { _ = unix.Unmount(p.folder, unix.MNT_DETACH) })
	p.in(t, func(*local.Home) {})
}

// TestDoctorOfAFullDisk fills a real disk to its last byte.
func TestDoctorOfAFullDisk(t *testing.T) {
	t.Parallel()
	p := newPatient(t)
	p.small(t)
	p.free = freeSpace
	open := p.open
	p.open = func() (*parts, error) {
		parts, err := open()
		filler, ferr := os.Create(filepath.Join(p.folder, "filler"))
		check(t, ferr)
		if _, err := io.Copy(filler, zeros{}); !errors.Is(err, unix.ENOSPC) {
			t.Errorf("filled: %v", err)
		}
		check(t, filler.Close())
		return parts, err
	}
	found := p.ids(t)
	for _, id := range []string{"disk.full", "store.full", "archive.full"} {
		if !slices.Contains(found, id) {
			t.Errorf("no %s in %+v", id, p.found)
		}
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// TestDoctorOfAReadOnlyDisk takes the right to write away from under the store.
func TestDoctorOfAReadOnlyDisk(t *testing.T) {
	t.Parallel()
	p := newPatient(t)
	p.small(t)
	check(t, unix.Mount("none", p.folder, "tmpfs", unix.MS_REMOUNT|unix.MS_RDONLY, ""))
	found := p.ids(t)
	if !slices.Contains(found, "store.read-only") {
		t.Errorf("found %+v", p.found)
	}
}
