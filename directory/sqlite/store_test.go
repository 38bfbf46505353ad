package sqlite_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/conformance/gotest"
	"github.com/edokit/edokit/conformance/storetest"
	"github.com/edokit/edokit/directory/sqlite"
)

func TestMain(m *testing.M) {
	if harness().Worker() {
		return
	}
	goleak.VerifyTestMain(m)
}

// harness keeps its files in a folder whose name needs escaping, and that is not there yet.
func harness() storetest.Harness {
	bare := func(t conformance.T) string { return filepath.Join(t.TempDir(), "папка #1 50%?", "edo.db") }
	return storetest.Harness{
		Bare: bare,
		Fresh: func(t conformance.T) string {
			path := bare(t)
			must(t, sqlite.Migrate(t.Context(), path))
			return path
		},
		Migrate: sqlite.Migrate,
		Open: func(ctx context.Context, path string, c storetest.Config) (storetest.Store, error) {
			s, err := sqlite.Open(ctx, sqlite.Config{Path: path, Archive: c.Archive, Now: c.Now, NewID: c.NewID})
			if err != nil {
				return nil, err // not a store that is nil
			}
			return s, nil
		},
	}
}

func TestStore(t *testing.T) {
	t.Parallel()
	gotest.Run(t, harness().Suite(), conformance.Options{})
}

// noon is the time of every test: nothing here depends on the day it runs.
var noon = time.Date(2026, 11, 21, 12, 0, 0, 123456000, time.UTC)

func config(path string) sqlite.Config {
	return sqlite.Config{Path: path, Now: func() time.Time { return noon }}
}

func open(t conformance.T, cfg sqlite.Config) *sqlite.Store {
	t.Helper()
	s, err := sqlite.OpenAndMigrate(t.Context(), cfg)
	must(t, err)
	t.Cleanup(func() { must(t, s.Close()) })
	return s
}

func accept(t conformance.T, s *sqlite.Store, pack string) {
	t.Helper()
	if _, created, err := s.Accept(t.Context(), storetest.Sample(pack), nil, nil); err != nil || !created {
		t.Fatalf("Accept: created %v, %v", created, err)
	}
}

func must(t conformance.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
