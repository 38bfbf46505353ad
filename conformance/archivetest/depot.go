package archivetest

import (
	"bytes"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/edo"
)

func walked(t conformance.T, a edo.Depot, after edo.Digest) (all []edo.Digest) {
	t.Helper()
	err := a.Walk(t.Context(), after, func(e edo.Entry) error {
		if e.Size != 2 {
			t.Errorf("%s: %d bytes", e.Digest, e.Size)
		}
		all = append(all, e.Digest)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func walk(t conformance.T, c Config) {
	a := c.New(t, 0).Open(t)
	if got := walked(t, a, edo.Digest{}); len(got) != 0 {
		t.Errorf("an empty archive lists %v", got)
	}
	var want []edo.Digest
	for i := range 60 {
		want = append(want, Store(t, a, []byte{byte(i), 1}))
	}
	slices.SortFunc(want, func(a, b edo.Digest) int { return bytes.Compare(a[:], b[:]) })
	if diff := cmp.Diff(want, walked(t, a, edo.Digest{})); diff != "" {
		t.Errorf("not every entry once in order (-want +got):\n%s", diff)
	}
	for _, i := range []int{0, 30, 59} {
		if diff := cmp.Diff(want[i+1:], append([]edo.Digest{}, walked(t, a, want[i])...)); diff != "" {
			t.Errorf("after the %dth (-want +got):\n%s", i, diff)
		}
	}
	enough, seen := errors.New("enough"), 0
	err := a.Walk(t.Context(), edo.Digest{}, func(edo.Entry) error {
		if seen++; seen == 3 {
			return enough
		}
		return nil
	})
	if !errors.Is(err, enough) || seen != 3 {
		t.Errorf("ended after %d: %v", seen, err)
	}
}

func stat(t conformance.T, c Config) {
	one := c.New(t, 0)
	a := one.Open(t)
	if _, err := a.Stat(t.Context(), edo.Digest{1}); !errors.Is(err, edo.NotFound) {
		t.Errorf("unknown: %v", err)
	}
	d := Store(t, a, []byte("abc"))
	at := time.Now().Add(-time.Hour).Truncate(time.Second) //nolint:forbidigo // files and objects have the times of the real clock
	one.Age(t, d, at)
	got, err := a.Stat(t.Context(), d)
	if err != nil || got.Digest != d || got.Size != 3 || !got.Stored.Equal(at) {
		t.Errorf("%+v %v, want 3 bytes of %s", got, err, at)
	}
}

func remove(t conformance.T, c Config) {
	one := c.New(t, 0)
	a := one.Open(t)
	d, other := Store(t, a, []byte("old")), Store(t, a, []byte("other"))
	now := time.Now() //nolint:forbidigo // files and objects have the times of the real clock
	one.Age(t, d, now.Add(-72*time.Hour))
	for range 2 { // what is removed already stays removed
		if err := a.Remove(t.Context(), d, now.Add(-48*time.Hour)); err != nil {
			t.Fatal(err)
		}
		if _, err := a.Open(t.Context(), d); !errors.Is(err, edo.NotFound) {
			t.Fatalf("still there: %v", err)
		}
	}
	if got := one.Names(t); len(got) != 1 {
		t.Errorf("left: %q", got)
	}
	if got, err := a.Open(t.Context(), other); err != nil || ReadExactly(t.Context(), got) != nil {
		t.Errorf("another entry: %v", err)
	}
	if again := Store(t, a, []byte("old")); again != d {
		t.Errorf("stored again as %s", again)
	}
	if _, err := a.Open(t.Context(), d); err != nil {
		t.Errorf("stored again: %v", err)
	}
}

// removeSpares: bytes that were stored again since the removal was decided stay.
func removeSpares(t conformance.T, c Config) {
	one := c.New(t, 0)
	a := one.Open(t)
	d := Store(t, a, []byte("again"))
	decided := time.Now().Add(-48 * time.Hour) //nolint:forbidigo // files and objects have the times of the real clock
	if err := a.Remove(t.Context(), d, decided); !errors.Is(err, edo.EntryFresh) {
		t.Errorf("a young entry: %v", err)
	}
	one.Age(t, d, decided.Add(-time.Hour))
	Store(t, one.Open(t), []byte("again"))
	if err := a.Remove(t.Context(), d, decided); !errors.Is(err, edo.EntryFresh) {
		t.Errorf("an entry that was stored again: %v", err)
	}
	if got, err := a.Open(t.Context(), d); err != nil || ReadExactly(t.Context(), got) != nil {
		t.Errorf("its bytes: %v", err)
	}
}

func keep(t conformance.T, c Config) {
	one := c.New(t, 0)
	a := one.Open(t)
	if err := a.Keep(t.Context(), edo.Digest{1}); !errors.Is(err, edo.NotFound) {
		t.Errorf("unknown: %v", err)
	}
	d := Store(t, a, []byte("kept"))
	decided := time.Now().Add(-48 * time.Hour) //nolint:forbidigo // files and objects have the times of the real clock
	one.Age(t, d, decided.Add(-time.Hour))
	if err := one.Open(t).Keep(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	if err := a.Remove(t.Context(), d, decided); !errors.Is(err, edo.EntryFresh) {
		t.Errorf("a kept entry: %v", err)
	}
	if got, err := a.Open(t.Context(), d); err != nil || ReadExactly(t.Context(), got) != nil {
		t.Errorf("its bytes: %v", err)
	}
}

// keepAgainstRemove: who was told that an entry is kept can read it, whoever removes it at the same moment.
func keepAgainstRemove(t conformance.T, c Config) {
	one := c.New(t, 0)
	remover, other, keeper := one.Open(t), one.Open(t), one.Open(t)
	decided := time.Now().Add(-48 * time.Hour) //nolint:forbidigo // files and objects have the times of the real clock
	for i := range 100 {
		d := Store(t, keeper, []byte{byte(i), 2})
		one.Age(t, d, decided.Add(-time.Hour))
		var kept, removed, too error
		var wg sync.WaitGroup
		wg.Go(func() { kept = keeper.Keep(t.Context(), d) })
		wg.Go(func() { removed = remover.Remove(t.Context(), d, decided) })
		wg.Go(func() { too = other.Remove(t.Context(), d, decided) })
		wg.Wait()
		got, err := keeper.Open(t.Context(), d)
		switch {
		case kept != nil && !errors.Is(kept, edo.NotFound):
			t.Errorf("%d: Keep: %v", i, kept)
		case removed != nil && !errors.Is(removed, edo.EntryFresh):
			t.Errorf("%d: Remove: %v", i, removed)
		case too != nil && !errors.Is(too, edo.EntryFresh):
			t.Errorf("%d: Remove by another: %v", i, too)
		case kept != nil && removed != nil && too != nil:
			t.Errorf("%d: neither kept nor removed: %v, %v, %v", i, kept, removed, too)
		case kept == nil && err != nil:
			t.Errorf("%d: told that it is kept, and it is gone: %v", i, err)
		case kept == nil && ReadExactly(t.Context(), got) != nil:
			t.Errorf("%d: kept, and it cannot be read", i)
		}
	}
}
