//go:build unix

package archive_test

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/edokit/edokit/directory/archive"
	"github.com/edokit/edokit/edo"
)

// TestNoSpace runs itself again in a process that may not write files above 4 KiB: the system's own refusal, as a
// full disk or a quota would give it.
func TestNoSpace(t *testing.T) {
	t.Parallel()
	if folder := os.Getenv("EDOKIT_TEST_FULL"); folder != "" {
		limit := syscall.Rlimit{Cur: 4096, Max: 4096}
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
			t.Fatal(err)
		}
		writeTooMuch(t, folder)
		return
	}
	folder := t.TempDir()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestNoSpace$")
	cmd.Env = append(os.Environ(), "EDOKIT_TEST_FULL="+folder)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

func writeTooMuch(t *testing.T, folder string) {
	t.Helper()
	a := open(t, archive.Config{Path: folder})
	b, err := a.Create(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Probe(t.Context()); !errors.Is(err, archive.Full) {
		t.Errorf("Probe: %v", err)
	}
	if _, err := b.Write(make([]byte, 8192)); !errors.Is(err, archive.Full) || !errors.Is(err, edo.Unavailable) {
		t.Errorf("Write: %v", err)
	}
	if _, _, err := b.Commit(t.Context()); !errors.Is(err, archive.Full) {
		t.Errorf("Commit: %v", err)
	}
	entries, err := fs.ReadDir(os.DirFS(folder), "tmp")
	if err != nil || len(entries) != 0 {
		t.Errorf("left: %v %v", entries, err)
	}
}

// TestProbe: a probe leaves nothing, and says at which place it failed.
func TestProbe(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	a := open(t, archive.Config{Path: folder})
	if err := a.Probe(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, place := range []string{"tmp", "00"} {
		entries, err := fs.ReadDir(os.DirFS(folder), place)
		if err != nil || len(entries) != 0 {
			t.Errorf("left: %v %v", entries, err)
		}
	}
	for place, gone := range map[string]string{archive.ProbeStore: "00", archive.ProbeSpool: "tmp"} {
		if err := os.Remove(filepath.Join(folder, gone)); err != nil {
			t.Fatal(err)
		}
		var e *edo.Error
		if err := a.Probe(t.Context()); !errors.As(err, &e) || e.Field != place {
			t.Errorf("without %s: %v", gone, err)
		}
		if err := os.Mkdir(filepath.Join(folder, gone), 0o700); err != nil {
			t.Fatal(err)
		}
	}
}
