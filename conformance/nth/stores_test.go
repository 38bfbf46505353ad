package nth_test

import (
	"database/sql/driver"
	"os"
	"path/filepath"
	"testing"

	"github.com/edokit/edokit/conformance/storetest"
	"github.com/edokit/edokit/conformance/storetest/pgtest"
	"github.com/edokit/edokit/directory/postgres"
	"github.com/edokit/edokit/directory/sqlite"
)

// server is shared by all tests.
var server = pgtest.Server{Migrate: postgres.Migrate}

func TestMain(m *testing.M) { os.Exit(server.Main(m).Run()) }

// onSQLite opens a file: once as it is, and once with statements that fail.
func onSQLite(s *stand) (look, store storetest.Store) {
	s.t.Helper()
	ctx, conf := s.t.Context(), sqlite.Config{Path: filepath.Join(s.dir, "edokit.db"), Archive: s.archive, Now: s.clock.Now}
	s.must(sqlite.Migrate(ctx, conf.Path))
	plain, err := sqlite.Open(ctx, conf)
	s.must(err)
	conf.Wrap = func(c driver.Connector) driver.Connector { return connector{c, s.faults.statement} }
	failing, err := sqlite.Open(ctx, conf)
	s.must(err)
	return plain, failing
}

// onPostgres opens a database of a real server twice.
func onPostgres(s *stand) (look, store storetest.Store) {
	s.t.Helper()
	conf := postgres.Config{DSN: server.Fresh(s.t), Archive: s.archive, Now: s.clock.Now}
	look, err := postgres.Open(s.t.Context(), conf)
	s.must(err)
	store, err = postgres.Open(s.t.Context(), conf)
	s.must(err)
	return look, store
}
