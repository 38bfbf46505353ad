package main_test

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/edokit/edokit/conformance/storetest/pgtest"
)

// server is the PostgreSQL of the tests that need one.
var server pgtest.Server

// TestDatabaseOnAServer: the connection string comes from the environment or from a file, the database is migrated by an
// explicit call only, and nothing that is printed holds the password.
func TestDatabaseOnAServer(t *testing.T) {
	t.Parallel()
	dsn := strings.Replace(server.Bare(t).Reveal(), "?", "?application_name=c4n4ry&", 1)
	folder := t.TempDir()
	file := filepath.Join(folder, "dsn")
	if err := os.WriteFile(file, []byte(dsn+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	open := filepath.Join(folder, "open")
	if err := os.WriteFile(open, []byte(dsn), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		says string
		fail bool
		env  string
		args []string
	}{
		{"edo-dms migrate", true, "", []string{"--database-file", file, "subscriber", "list"}},
		{"is given twice", true, "EDOKIT_DATABASE=" + dsn, []string{"--database-file", file, "migrate"}},
		{"is no connection string", true, "EDOKIT_DATABASE=c4n4ry", []string{"migrate"}},
		{"others may read", runtime.GOOS != "windows", "", []string{"--database-file", open, "migrate"}},
		{"Master key", false, "", []string{"--database-file", file, "migrate"}},
		{"up to date", false, "EDOKIT_DATABASE=" + dsn, []string{"migrate"}},
		{"", false, "EDOKIT_DATABASE=" + dsn, []string{"subscriber", "list"}},
		{"the store and the master key open", false, "EDOKIT_DATABASE_FILE=" + file, []string{"doctor", "--offline"}},
		{"unsafe", true, "EDOKIT_DATABASE=" + dsn + "&synchronous_commit=off", []string{"doctor", "--offline"}},
		{"database", true, "EDOKIT_DATABASE=postgres://u:c4n4ry@127.0.0.1:1/x", []string{"doctor", "--offline"}},
	} {
		cmd := exec.CommandContext(context.WithoutCancel(t.Context()), binary(), append([]string{"--home", filepath.Join(folder, "home")}, step.args...)...)
		cmd.Env = append(os.Environ(), step.env)
		out, err := cmd.CombinedOutput()
		if (err != nil) != step.fail || !strings.Contains(string(out), step.says) || bytes.Contains(out, []byte("c4n4ry")) {
			t.Errorf("%v: %v: %s", step.args, err, out)
		}
	}
	if _, err := os.Stat(filepath.Join(folder, "home", "edokit.db")); err == nil {
		t.Error("a SQLite file was made beside the server")
	}
}
