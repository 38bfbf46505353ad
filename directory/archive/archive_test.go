package archive_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/conformance/archivetest"
	"github.com/edokit/edokit/conformance/gotest"
	"github.com/edokit/edokit/conformance/subjects"
	"github.com/edokit/edokit/directory/archive"
	"github.com/edokit/edokit/edo"
)

func open(t conformance.T, cfg archive.Config) *archive.Archive {
	t.Helper()
	if cfg.Path == "" {
		cfg.Path = t.TempDir()
	}
	a, err := archive.Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close() })
	return a
}

// files lists every file below the folder by its slash path.
func files(t conformance.T, folder string) []string {
	t.Helper()
	var names []string
	err := fs.WalkDir(os.DirFS(folder), ".", func(p string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			names = append(names, p)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func entry(folder string, d edo.Digest) string {
	return filepath.Join(folder, d.String()[:2], d.String())
}

func TestArchive(t *testing.T) {
	t.Parallel()
	gotest.Run(t, subjects.Folder().Suite(), conformance.Options{})
}

func TestMemoryStaysFlat(t *testing.T) { //nolint:paralleltest // what others allocate would be counted
	archivetest.MemoryStaysFlat(t, subjects.Folder(), 300<<20, 4<<20)
}

// TestInterruptedRemoval: whatever the moment at which a removal was cut off, the bytes can be read, the next start puts
// them back, and a later removal ends what was begun.
func TestInterruptedRemoval(t *testing.T) {
	t.Parallel()
	content := []byte("moved aside")
	for name, cut := range map[string]func(from, to string) error{
		"moved aside":          os.Rename,
		"taken back, not done": os.Link,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			folder := t.TempDir()
			a := open(t, archive.Config{Path: folder})
			d := archivetest.Store(t, a, content)
			old := time.Now().Add(-72 * time.Hour)
			if err := errors.Join(os.Chtimes(entry(folder, d), old, old), cut(entry(folder, d), filepath.Join(folder, "gone", d.String()))); err != nil {
				t.Fatal(err)
			}
			c, err := a.Open(t.Context(), d)
			if err != nil || archivetest.ReadExactly(t.Context(), c) != nil {
				t.Fatalf("while it is aside: %v", err)
			}
			again := open(t, archive.Config{Path: folder})
			if diff := cmp.Diff([]string{d.String()[:2] + "/" + d.String()}, files(t, folder)); diff != "" {
				t.Errorf("after the next start (-want +got):\n%s", diff)
			}
			if err := again.Remove(t.Context(), d, old.Add(time.Hour)); err != nil {
				t.Fatal(err)
			}
			if got := files(t, folder); len(got) != 0 {
				t.Errorf("left: %q", got)
			}
		})
	}
}

// TestRemovalEndsWhatIsAside: a removal that was cut off by a process that did not start again is ended by another one.
func TestRemovalEndsWhatIsAside(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	a := open(t, archive.Config{Path: folder})
	d := archivetest.Store(t, a, []byte("x"))
	old := time.Now().Add(-72 * time.Hour)
	if err := errors.Join(os.Chtimes(entry(folder, d), old, old), os.Rename(entry(folder, d), filepath.Join(folder, "gone", d.String()))); err != nil {
		t.Fatal(err)
	}
	if err := a.Remove(t.Context(), d, old.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if got := files(t, folder); len(got) != 0 {
		t.Errorf("left: %q", got)
	}
}

// TestTouchedWhileRemoved: a time that was set on a file which is being removed at that moment keeps nothing, and nobody
// is told that it does.
func TestTouchedWhileRemoved(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	remover := open(t, archive.Config{Path: folder})
	old := time.Now().Add(-72 * time.Hour)
	d := archivetest.Store(t, remover, []byte("x"))
	if err := os.Chtimes(entry(folder, d), old, old); err != nil {
		t.Fatal(err)
	}
	keeper := open(t, archive.Config{Path: folder, Step: func(name string, do func() error) error {
		if name != "touch" {
			return do()
		}
		return remover.Remove(t.Context(), d, old.Add(time.Hour)) // the system has found the file, and comes to its time now
	}})
	if err := keeper.Keep(t.Context(), d); !errors.Is(err, edo.NotFound) {
		t.Errorf("Keep of what is gone: %v", err)
	}
}

func TestUnfinishedIsInvisible(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	now := time.Now()
	a := open(t, archive.Config{Path: folder})
	died, err := a.Create(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := died.Write([]byte("half a file")); err != nil {
		t.Fatal(err)
	}
	d, _, _ := edo.DigestOf(strings.NewReader("half a file"))
	if _, err := a.Open(t.Context(), d); !errors.Is(err, edo.NotFound) {
		t.Fatalf("bytes without Commit can be read: %v", err)
	}
	_ = a.Close() // as if the process had died between file and rename

	open(t, archive.Config{Path: folder, Now: func() time.Time { return now.Add(23 * time.Hour) }})
	if got := files(t, folder); len(got) != 1 {
		t.Fatalf("a file that a live process may be writing was swept: %q", got)
	}
	open(t, archive.Config{Path: folder, Now: func() time.Time { return now.Add(25 * time.Hour) }})
	if got := files(t, folder); len(got) != 0 {
		t.Fatalf("left after the sweep: %q", got)
	}
}

func TestBadConfig(t *testing.T) {
	t.Parallel()
	var e *edo.Error
	if _, err := archive.Open(archive.Config{}); !errors.As(err, &e) || e.Field != "path" {
		t.Errorf("no path: %v", err)
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := archive.Open(archive.Config{Path: file}); !errors.As(err, &e) {
		t.Errorf("a file for a folder: %v", err)
	}
}

// TestLinkDoesNotLeadOut: whoever may write into the folder cannot make the archive read elsewhere.
func TestLinkDoesNotLeadOut(t *testing.T) {
	t.Parallel()
	folder, outside := t.TempDir(), filepath.Join(t.TempDir(), "secret")
	a := open(t, archive.Config{Path: folder})
	if err := os.WriteFile(outside, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	d, _, _ := edo.DigestOf(strings.NewReader("x"))
	if err := os.Symlink(outside, entry(folder, d)); err != nil {
		t.Skip(err)
	}
	if _, err := a.Open(t.Context(), d); err == nil {
		t.Error("a link out of the folder was followed")
	}
}
