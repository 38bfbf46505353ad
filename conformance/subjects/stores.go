package subjects

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/conformance/storetest"
	"github.com/edokit/edokit/conformance/storetest/pgtest"
	"github.com/edokit/edokit/directory/postgres"
	"github.com/edokit/edokit/directory/sqlite"
	"github.com/edokit/edokit/edo"
)

// SQLite keeps its files in a folder whose name needs escaping, and that is not there yet.
func SQLite() storetest.Harness {
	migrated := sync.OnceValues(emptyFile)
	bare := func(t conformance.T) string { return filepath.Join(t.TempDir(), "папка #1 50%?", "edo.db") }
	return storetest.Harness{
		Name: "sqlite",
		Bare: bare,
		Fresh: func(t conformance.T) string {
			t.Helper()
			empty, err := migrated()
			if err != nil {
				conformance.Broke(t, "%v", err)
			}
			path := bare(t)
			if err := errors.Join(os.Mkdir(filepath.Dir(path), 0o700), os.WriteFile(path, empty, 0o600)); err != nil {
				conformance.Broke(t, "%v", err)
			}
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

// emptyFile is a store without rows, which all cases begin with: making it anew took a quarter of their time.
func emptyFile() (file []byte, err error) {
	dir, err := os.MkdirTemp("", "edokit-empty-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	path := filepath.Join(dir, "edo.db")
	if err := sqlite.Migrate(context.Background(), path); err != nil {
		return nil, err
	}
	if info, err := os.Stat(path + "-wal"); err == nil && info.Size() > 0 {
		return nil, errors.New("the empty store is not all in its file")
	}
	return os.ReadFile(path)
}

// Postgres makes a database per case. The server wants its Migrate to be postgres.Migrate.
func Postgres(server *pgtest.Server) storetest.Harness {
	return storetest.Harness{
		Name:    "postgres",
		Bare:    func(t conformance.T) string { return server.Bare(t).Reveal() },
		Fresh:   func(t conformance.T) string { return server.Fresh(t).Reveal() },
		Migrate: func(ctx context.Context, address string) error { return postgres.Migrate(ctx, edo.NewSecret(address)) },
		Open: func(ctx context.Context, address string, c storetest.Config) (storetest.Store, error) {
			s, err := postgres.Open(ctx, postgres.Config{DSN: edo.NewSecret(address), Archive: c.Archive, Now: c.Now, NewID: c.NewID})
			if err != nil {
				return nil, err // not a store that is nil
			}
			return s, nil
		},
	}
}
