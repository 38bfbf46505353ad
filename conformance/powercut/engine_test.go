//go:build linux

package powercut_test

import (
	"context"
	"database/sql/driver"
	"path/filepath"
	"testing"

	"github.com/edokit/edokit/conformance/storetest"
	"github.com/edokit/edokit/conformance/storetest/pgtest"
	"github.com/edokit/edokit/directory/archive"
	"github.com/edokit/edokit/directory/postgres"
	"github.com/edokit/edokit/directory/sqlite"
	"github.com/edokit/edokit/edo"
)

// engine is a store whose data can lie in an image.
type engine struct {
	size int64 // of the image in bytes
	// serve makes an empty, migrated store in a folder.
	serve func(t *testing.T, folder string, careless bool) served
	open  func(ctx context.Context, address string, a *archive.Archive, careless bool) (storetest.Store, error)
}

// served is a store in a folder, with whatever has to run for it.
type served struct {
	address string
	end     func()                                   // as a cut would end it
	again   func(t *testing.T, folder string) served // on a copy of the folder
}

func engines() map[string]engine {
	return map[string]engine{
		"sqlite":   {160 << 20, serveFile, openFile},
		"postgres": {320 << 20, serveCluster, openCluster},
	}
}

func serveFile(t *testing.T, folder string, _ bool) served {
	t.Helper()
	s := inFolder(t, folder)
	if err := sqlite.Migrate(t.Context(), s.address); err != nil {
		t.Fatal(err)
	}
	return s
}

func inFolder(_ *testing.T, folder string) served {
	return served{filepath.Join(folder, "edokit.db"), func() {}, inFolder}
}

func openFile(ctx context.Context, address string, a *archive.Archive, careless bool) (storetest.Store, error) {
	conf := sqlite.Config{Path: address, Archive: a}
	if careless {
		conf.Wrap = func(c driver.Connector) driver.Connector { return unsynced{c} }
	}
	s, err := sqlite.Open(ctx, conf)
	if err != nil {
		return nil, err
	}
	return s, nil
}

// unsynced lets the database not wait for the disk.
type unsynced struct{ driver.Connector }

// Connect implements driver.Connector.
func (u unsynced) Connect(ctx context.Context) (driver.Conn, error) {
	c, err := u.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	if e, ok := c.(driver.ExecerContext); ok {
		_, err = e.ExecContext(ctx, "PRAGMA synchronous=OFF", nil)
	}
	return c, err
}

// serveCluster starts a server with its files in the folder.
func serveCluster(t *testing.T, folder string, careless bool) served {
	t.Helper()
	conf := pgtest.ClusterConfig{Dir: folder, Settings: map[string]string{"max_wal_size": "64MB"}}
	if careless {
		conf.Settings["synchronous_commit"], conf.Settings["fsync"] = "off", "off"
	}
	c, err := pgtest.Start(t.Context(), conf)
	if pgtest.Absent(err) {
		t.Skip("SKIPPED: there is no PostgreSQL")
	}
	if err != nil {
		t.Fatal(err)
	}
	s := cluster(t, c)
	if err := postgres.Migrate(t.Context(), edo.NewSecret(s.address)); err != nil {
		t.Fatal(err)
	}
	return s
}

func cluster(t *testing.T, c *pgtest.Cluster) served {
	t.Helper()
	end := func() {
		if err := c.Kill(); err != nil {
			t.Error(err)
		}
	}
	t.Cleanup(end)
	return served{c.DSN("postgres").Reveal(), end, func(t *testing.T, folder string) served {
		t.Helper()
		copied := c.At(filepath.Join(folder, filepath.Base(c.Dir())), nil)
		s := cluster(t, copied)
		if err := copied.Restart(t.Context()); err != nil {
			t.Logf("the server does not start on what is left: %v", err) // and nothing can be read then
		}
		return s
	}}
}

func openCluster(ctx context.Context, address string, a *archive.Archive, careless bool) (storetest.Store, error) {
	s, err := postgres.Open(ctx, postgres.Config{DSN: edo.NewSecret(address), Archive: a, AllowUnsafe: careless})
	if err != nil {
		return nil, err
	}
	return s, nil
}
