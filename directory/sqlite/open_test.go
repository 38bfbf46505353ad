package sqlite_test

import (
	"crypto/rand"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/edokit/edokit/conformance/storetest"
	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/directory/sqlite"
	"github.com/edokit/edokit/edo"
)

func migrated(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "edo.db")
	if err := sqlite.Migrate(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	return path
}

// alter changes the file behind the store's back.
func alter(t *testing.T, path, query string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if _, err := db.ExecContext(t.Context(), query); err != nil {
		t.Fatal(err)
	}
}

func TestOpenRefusesUnsafeSettings(t *testing.T) {
	t.Parallel()
	path := migrated(t)
	for name, override := range map[string]string{
		"synchronous normal": "_synchronous=NORMAL", "synchronous off": "_synchronous=OFF", "no foreign keys": "_foreign_keys=0",
		"rollback journal": "_journal_mode=DELETE", "no busy timeout": "_busy_timeout=0",
	} {
		s, err := sqlite.OpenWith(t.Context(), sqlite.Config{Path: path}, override)
		if !errors.Is(err, directory.StoreUnsafe) {
			t.Errorf("%s: %v", name, err)
		}
		if s != nil {
			t.Errorf("%s: opened", name)
			_ = s.Close()
		}
	}
	s, err := sqlite.OpenWith(t.Context(), sqlite.Config{Path: path}, "_synchronous=EXTRA")
	if err != nil {
		t.Fatalf("EXTRA is safer than needed: %v", err)
	}
	_ = s.Close()
}

func TestOpenRefusesUnknownSchema(t *testing.T) {
	t.Parallel()
	empty := filepath.Join(t.TempDir(), "empty.db")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	newer, older := migrated(t), migrated(t)
	alter(t, newer, `INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, 1)`)
	alter(t, older, `DELETE FROM goose_db_version WHERE version_id = 1`)
	for name, tc := range map[string]struct {
		path   string
		reason edo.Reason
		says   string
	}{
		"no file":           {filepath.Join(t.TempDir(), "none.db"), directory.SchemaOld, "run Migrate"},
		"empty file":        {empty, directory.SchemaOld, "0001"},
		"missing migration": {older, directory.SchemaOld, "0001"},
		"newer migration":   {newer, directory.SchemaNew, "9999"},
	} {
		_, err := sqlite.Open(t.Context(), sqlite.Config{Path: tc.path})
		if !errors.Is(err, tc.reason) || !strings.Contains(err.Error(), tc.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := sqlite.Migrate(t.Context(), newer); !errors.Is(err, directory.SchemaNew) {
		t.Errorf("Migrate of a newer store: %v", err)
	}
}

func TestMigrateTwice(t *testing.T) {
	t.Parallel()
	path := migrated(t)
	accept(t, open(t, config(path)), "p1")
	if err := sqlite.Migrate(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	if _, err := open(t, config(path)).Operation(t.Context(), storetest.Sample("p1").Key); err != nil {
		t.Error(err)
	}
}

func TestFilesAreTheOwnersOnly(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("rights are lists there")
	}
	path := filepath.Join(t.TempDir(), "new", "edo.db")
	accept(t, open(t, config(path)), "p1")
	names, err := filepath.Glob(path + "*")
	if err != nil || len(names) != 3 {
		t.Fatalf("%q, %v", names, err)
	}
	for _, name := range names {
		if info, err := os.Stat(name); err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s: %v, %v", name, info.Mode(), err)
		}
	}
}

func TestDamage(t *testing.T) {
	t.Parallel()
	text := filepath.Join(t.TempDir(), "text.db")
	if err := os.WriteFile(text, []byte(strings.Repeat("not a database\n", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		path string
		want error
	}{
		"no path": {"", edo.Invalid}, "a folder": {t.TempDir(), edo.Invalid}, "a text file": {text, directory.StoreCorrupt},
	} {
		if _, err := sqlite.Open(t.Context(), sqlite.Config{Path: tc.path}); !errors.Is(err, tc.want) {
			t.Errorf("Open of %s: %v", name, err)
		}
		if name == "a folder" {
			continue
		}
		if err := sqlite.Migrate(t.Context(), tc.path); !errors.Is(err, tc.want) {
			t.Errorf("Migrate of %s: %v", name, err)
		}
	}
}

func TestFullAndBusy(t *testing.T) {
	t.Parallel()
	path := migrated(t)
	full, err := sqlite.OpenWith(t.Context(), sqlite.Config{Path: path}, "_pragma=max_page_count(80)")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = full.Close() }()
	big := storetest.Request()
	big.Body.Text = make([]byte, 1<<20)
	_, _ = rand.Read(big.Body.Text) // or it is packed into nothing
	if _, err := full.Begin(t.Context(), big); !errors.Is(err, directory.StoreFull) || !errors.Is(err, edo.Unavailable) {
		t.Errorf("no space: %v", err)
	}
	if _, err := full.Begin(t.Context(), storetest.Request()); err != nil {
		t.Errorf("a small row after one that did not fit: %v", err)
	}

	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	conn, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	hasty, err := sqlite.OpenWith(t.Context(), sqlite.Config{Path: path}, "_busy_timeout=1")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = hasty.Close() }()
	if _, err := conn.ExecContext(t.Context(), "BEGIN IMMEDIATE"); err != nil {
		t.Fatal(err)
	}
	if _, err := hasty.Begin(t.Context(), storetest.Request()); !errors.Is(err, directory.StoreBusy) || !errors.Is(err, edo.Unavailable) {
		t.Errorf("held by another process: %v", err)
	}
	if _, err := conn.ExecContext(t.Context(), "ROLLBACK"); err != nil {
		t.Fatal(err)
	}
	if _, err := hasty.Begin(t.Context(), storetest.Request()); err != nil {
		t.Errorf("after the other process: %v", err)
	}
}
