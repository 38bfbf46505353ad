package archivetest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"runtime"
	"sync"
	"testing/iotest"
	"time"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/directory/archive"
	"github.com/edokit/edokit/edo"
)

// Instance is one fresh, empty archive, used by one test.
type Instance struct {
	// Open opens it once more, as another process would. The test closes nothing.
	Open func(t conformance.T) edo.Depot
	// Damage changes the stored bytes of an entry behind its back.
	Damage func(t conformance.T, d edo.Digest, change func([]byte) []byte)
	// Age makes an entry look as if it had been stored at another time.
	Age func(t conformance.T, d edo.Digest, at time.Time)
	// Names lists everything that is stored, complete or not: nothing may be left of what was given up.
	Names func(t conformance.T) []string
}

// Config says what is tested.
type Config struct {
	// New makes an instance; entries of it are at most max bytes long, 0: as the archive has it.
	New func(t conformance.T, max int64) Instance
	// Sizes are lengths that are special to this archive, such as around a part of an upload.
	Sizes []int
}

// Store stores content and gives its digest.
func Store(t conformance.T, a edo.Archive, content []byte) edo.Digest {
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

// ReadExactly reads as a sender with a Content-Length does, who never asks for the end.
func ReadExactly(ctx context.Context, c edo.Content) error {
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

func noise(n int, seed byte) []byte {
	b := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{seed}).Read(b)
	return b
}

func storeAndRead(t conformance.T, c Config) {
	for _, n := range append([]int{0, 1, 20, 1<<20 + 7}, c.Sizes...) {
		one := c.New(t, 0)
		a, content := one.Open(t), noise(n, 1)
		d := Store(t, a, content)
		if want, _, _ := edo.DigestOf(bytes.NewReader(content)); d != want {
			t.Fatalf("%d bytes: digest %s, want %s", n, d, want)
		}
		if again := Store(t, a, content); again != d {
			t.Fatalf("%d bytes: the same bytes again gave %s", n, again)
		}
		if names := one.Names(t); len(names) != 1 {
			t.Errorf("%d bytes: stored as %q", n, names)
		}
		got, err := one.Open(t).Open(t.Context(), d) // as after a restart
		if err != nil || got.Size != int64(n) || got.Digest != d {
			t.Fatalf("%d bytes: Open: %d %s %v", n, got.Size, got.Digest, err)
		}
		for range 2 { // content is read more than once
			r, err := got.Open(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if err := reads(r, content); err != nil {
				t.Errorf("%d bytes: %v", n, err)
			}
			_ = r.Close()
		}
	}
}

// reads checks the habits of a reader, of a large one only that it gives the bytes: reading it in all ways takes minutes.
func reads(r io.Reader, want []byte) error {
	if len(want) <= 2<<20 {
		return iotest.TestReader(r, want)
	}
	got, err := io.ReadAll(r)
	if err == nil && !bytes.Equal(got, want) {
		err = errors.New("other bytes came back")
	}
	return err
}

func unknownDigest(t conformance.T, c Config) {
	if _, err := c.New(t, 0).Open(t).Open(t.Context(), edo.Digest{1}); !errors.Is(err, edo.NotFound) {
		t.Fatalf("got %v", err)
	}
}

func damages() map[string]func([]byte) []byte {
	return map[string]func([]byte) []byte{
		"first bit":     func(b []byte) []byte { b[0] ^= 1; return b },
		"last bit":      func(b []byte) []byte { b[len(b)-1] ^= 1; return b },
		"last byte cut": func(b []byte) []byte { return b[:len(b)-1] },
		"emptied":       func([]byte) []byte { return nil },
		"byte added":    func(b []byte) []byte { return append(b, 0) },
	}
}

func damageIsNoticed(t conformance.T, c Config) {
	content := bytes.Repeat([]byte("строка\n"), 10_000)
	for name, change := range damages() {
		one := c.New(t, 0)
		a := one.Open(t)
		d := Store(t, a, content)
		before, err := a.Open(t.Context(), d)
		if err != nil {
			t.Fatal(err)
		}
		one.Damage(t, d, change)
		after, err := a.Open(t.Context(), d)
		if err != nil {
			t.Fatal(err)
		}
		for when, got := range map[string]edo.Content{"opened before": before, "opened after": after} {
			if err := ReadExactly(t.Context(), got); !errors.Is(err, archive.Corrupt) {
				t.Errorf("%s, %s: a reader of exactly Size bytes got %v", name, when, err)
			}
		}
	}
}

func storingMends(t conformance.T, c Config) {
	content := noise(70_000, 5)
	for name, change := range damages() {
		one := c.New(t, 0)
		a := one.Open(t)
		d := Store(t, a, content)
		one.Damage(t, d, change)
		Store(t, a, content)
		got, err := a.Open(t.Context(), d)
		if err == nil {
			err = ReadExactly(t.Context(), got)
		}
		if err != nil {
			t.Errorf("%s: storing the true bytes did not mend the entry: %v", name, err)
		}
	}
}

func givenUp(t conformance.T, c Config) {
	one := c.New(t, 0)
	a := one.Open(t)
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
	ctx, cancel := context.WithCancel(t.Context())
	b, err = a.Create(ctx)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = b.Write([]byte("x"))
	cancel()
	if _, _, err := b.Commit(ctx); !errors.Is(err, edo.Unavailable) {
		t.Errorf("Commit for a caller who has gone: %v", err)
	}
	if _, err := a.Create(ctx); !errors.Is(err, edo.Unavailable) {
		t.Errorf("Create for a caller who has gone: %v", err)
	}
	if got := one.Names(t); len(got) != 0 {
		t.Errorf("left: %q", got)
	}
}

func limit(t conformance.T, c Config) {
	one := c.New(t, 10)
	b, err := one.Open(t).Create(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Write(make([]byte, 10)); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Write([]byte{0}); !errors.Is(err, edo.PackageTooLarge) || !errors.Is(err, edo.Invalid) {
		t.Errorf("Write: %v", err)
	}
	if _, _, err := b.Commit(t.Context()); !errors.Is(err, edo.PackageTooLarge) {
		t.Errorf("Commit: %v", err)
	}
	if got := one.Names(t); len(got) != 0 {
		t.Errorf("left: %q", got)
	}
}

func severalWriters(t conformance.T, c Config) {
	one := c.New(t, 0)
	both := []edo.Depot{one.Open(t), one.Open(t)}
	var wg sync.WaitGroup
	for i := range 40 {
		wg.Go(func() {
			a := both[i%2]
			d := Store(t, a, []byte{byte(i / 4)}) // four writers of each content
			if got, err := a.Open(t.Context(), d); err != nil || ReadExactly(t.Context(), got) != nil {
				t.Errorf("%d: %v", i, err)
			}
		})
	}
	wg.Wait()
	if got := one.Names(t); len(got) != 10 {
		t.Errorf("%d entries, want 10: %q", len(got), got)
	}
}

// MemoryStaysFlat stores and reads size bytes and fails if more than most bytes were allocated meanwhile. Nothing else may
// run beside it.
func MemoryStaysFlat(t conformance.T, c Config, size, most int64) {
	t.Helper()
	a := c.New(t, 0).Open(t)
	chunk := noise(256<<10, 2)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	b, err := a.Create(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for range size / int64(len(chunk)) {
		if _, err := b.Write(chunk); err != nil {
			t.Fatal(err)
		}
	}
	d, size, err := b.Commit(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got, err := a.Open(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	r, err := got.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	if n, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, r, chunk); err != nil || n != size {
		t.Fatalf("%d bytes, %v", n, err)
	}
	runtime.ReadMemStats(&after)
	if got := int64(after.TotalAlloc - before.TotalAlloc); got > most { //nolint:gosec // a difference of a few megabytes
		t.Errorf("%d bytes through the archive allocated %d", size, got)
	}
}
