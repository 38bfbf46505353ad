package archive_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/edokit/edokit/directory/archive"
	"github.com/edokit/edokit/edo"
)

func open(t testing.TB, cfg archive.Config) *archive.Archive {
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

func store(t testing.TB, a *archive.Archive, content []byte) edo.Digest {
	t.Helper()
	b, err := a.Create(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer b.Abort()
	if _, err := io.Copy(b, bytes.NewReader(content)); err != nil {
		t.Fatal(err)
	}
	d, n, err := b.Commit(t.Context())
	if err != nil || n != int64(len(content)) {
		t.Fatalf("Commit: %d bytes, %v", n, err)
	}
	return d
}

// files lists every file below the folder by its slash path.
func files(t testing.TB, folder string) []string {
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

func TestStoreAndRead(t *testing.T) {
	t.Parallel()
	big := make([]byte, 1<<20+7)
	_, _ = rand.NewChaCha8([32]byte{1}).Read(big)
	for name, content := range map[string][]byte{
		"empty": {}, "one byte": {0}, "text": []byte("Договор № 1"), "more than a buffer": big,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			folder := t.TempDir()
			a := open(t, archive.Config{Path: folder})
			d := store(t, a, content)
			if want, _, _ := edo.DigestOf(bytes.NewReader(content)); d != want {
				t.Fatalf("digest %s, want %s", d, want)
			}
			if again := store(t, a, content); again != d {
				t.Fatalf("the same bytes again gave %s", again)
			}
			if diff := cmp.Diff([]string{d.String()[:2] + "/" + d.String()}, files(t, folder)); diff != "" {
				t.Errorf("files (-want +got):\n%s", diff)
			}
			c, err := open(t, archive.Config{Path: folder}).Open(t.Context(), d) // as after a restart
			if err != nil || c.Size != int64(len(content)) || c.Digest != d {
				t.Fatalf("Open: %d %s %v", c.Size, c.Digest, err)
			}
			for range 2 { // content is read more than once
				r, err := c.Open(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				if err := iotest.TestReader(r, content); err != nil {
					t.Error(err)
				}
				_ = r.Close()
			}
		})
	}
}

func TestUnknownDigest(t *testing.T) {
	t.Parallel()
	if _, err := open(t, archive.Config{}).Open(t.Context(), edo.Digest{1}); !errors.Is(err, edo.NotFound) {
		t.Fatalf("got %v", err)
	}
}

func TestDamageIsNoticed(t *testing.T) {
	t.Parallel()
	content := bytes.Repeat([]byte("строка\n"), 10_000)
	for name, damage := range map[string]func([]byte) []byte{
		"first bit":     func(b []byte) []byte { b[0] ^= 1; return b },
		"last bit":      func(b []byte) []byte { b[len(b)-1] ^= 1; return b },
		"last byte cut": func(b []byte) []byte { return b[:len(b)-1] },
		"emptied":       func([]byte) []byte { return nil },
		"byte added":    func(b []byte) []byte { return append(b, 0) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			folder := t.TempDir()
			a := open(t, archive.Config{Path: folder})
			d := store(t, a, content)
			before, err := a.Open(t.Context(), d)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(entry(folder, d), damage(bytes.Clone(content)), 0o600); err != nil {
				t.Fatal(err)
			}
			after, err := a.Open(t.Context(), d)
			if err != nil {
				t.Fatal(err)
			}
			for when, c := range map[string]edo.Content{"opened before": before, "opened after": after} {
				if err := readExactly(t.Context(), c); !errors.Is(err, archive.Corrupt) {
					t.Errorf("%s: a reader of exactly Size bytes got %v", when, err)
				}
			}
			store(t, a, content)
			if err := readExactly(t.Context(), before); err != nil {
				t.Errorf("storing the true bytes did not mend the entry: %v", err)
			}
		})
	}
}

// readExactly never asks for the end of the file, as a sender with a Content-Length would not.
func readExactly(ctx context.Context, c edo.Content) error {
	r, err := c.Open(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = r.Close() }()
	_, err = io.ReadFull(r, make([]byte, c.Size))
	if c.Size == 0 {
		_, err = io.Copy(io.Discard, r)
	}
	return err
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

func TestAbort(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	a := open(t, archive.Config{Path: folder})
	b, err := a.Create(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	_, _ = b.Write([]byte("x"))
	b.Abort()
	b.Abort()
	if _, _, err := b.Commit(t.Context()); err == nil {
		t.Error("Commit after Abort is accepted")
	}
	if got := files(t, folder); len(got) != 0 {
		t.Errorf("left: %q", got)
	}
	ctx, cancel := context.WithCancel(t.Context())
	b, _ = a.Create(ctx)
	_, _ = b.Write([]byte("x"))
	cancel()
	if _, _, err := b.Commit(ctx); !errors.Is(err, edo.Unavailable) {
		t.Errorf("Commit for a caller who has gone: %v", err)
	}
	if got := files(t, folder); len(got) != 0 {
		t.Errorf("left: %q", got)
	}
}

func TestLimit(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	a := open(t, archive.Config{Path: folder, MaxSize: 10})
	b, _ := a.Create(t.Context())
	if _, err := b.Write(make([]byte, 10)); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Write([]byte{0}); !errors.Is(err, edo.PackageTooLarge) || !errors.Is(err, edo.Invalid) {
		t.Errorf("Write: %v", err)
	}
	if _, _, err := b.Commit(t.Context()); !errors.Is(err, edo.PackageTooLarge) {
		t.Errorf("Commit: %v", err)
	}
	if got := files(t, folder); len(got) != 0 {
		t.Errorf("left: %q", got)
	}
}

func TestSeveralWriters(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	a, b := open(t, archive.Config{Path: folder}), open(t, archive.Config{Path: folder})
	var wg sync.WaitGroup
	for i := range 40 {
		wg.Go(func() {
			one := []*archive.Archive{a, b}[i%2]
			d := store(t, one, []byte{byte(i / 4)}) // four writers of each content
			if c, err := one.Open(t.Context(), d); err != nil || readExactly(t.Context(), c) != nil {
				t.Errorf("%d: %v", i, err)
			}
		})
	}
	wg.Wait()
	if got := files(t, folder); len(got) != 10 {
		t.Errorf("%d files, want 10", len(got))
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

func TestMemoryStaysFlat(t *testing.T) { //nolint:paralleltest // what others allocate would be counted
	a := open(t, archive.Config{})
	chunk := make([]byte, 256<<10)
	_, _ = rand.NewChaCha8([32]byte{2}).Read(chunk)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	b, err := a.Create(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for range 300 << 20 / len(chunk) {
		if _, err := b.Write(chunk); err != nil {
			t.Fatal(err)
		}
	}
	d, _, err := b.Commit(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	c, err := a.Open(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	r, err := c.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	if n, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, r, chunk); err != nil || n != 300<<20 {
		t.Fatalf("%d bytes, %v", n, err)
	}
	runtime.ReadMemStats(&after)
	if got := after.TotalAlloc - before.TotalAlloc; got > 4<<20 {
		t.Errorf("300 MB through the archive allocated %d bytes", got)
	}
}
