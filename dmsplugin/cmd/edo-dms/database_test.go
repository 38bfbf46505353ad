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
	"time"

	"github.com/jackc/pgx/v5"

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
		{"unsafe", true, "EDOKIT_DATABASE=" + dsn + "&synchronous_commit=off", []string{"migrate"}},
		{"edo-dms migrate", true, "", []string{"--database-file", file, "subscriber", "list"}}, // nothing was made before
		{"is given twice", true, "EDOKIT_DATABASE=" + dsn, []string{"--database-file", file, "migrate"}},
		{"is no connection string", true, "EDOKIT_DATABASE=c4n4ry", []string{"migrate"}},
		{"others may read", runtime.GOOS != "windows", "", []string{"--database-file", open, "migrate"}},
		{"Master key", false, "", []string{"--database-file", file, "migrate"}},
		{"up to date", false, "EDOKIT_DATABASE=" + dsn, []string{"migrate"}},
		{"unsafe", true, "EDOKIT_DATABASE=" + dsn + "&synchronous_commit=off", []string{"migrate"}},
		{"", false, "EDOKIT_DATABASE=" + dsn, []string{"subscriber", "list"}},
		{"nobody is not known", true, "EDOKIT_DATABASE=" + dsn, []string{"log", "verify", "--subscriber", "nobody"}},
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

// TestRunSurvivesTheServer: work goes on when all connections were cut.
func TestRunSurvivesTheServer(t *testing.T) {
	t.Parallel()
	dsn := server.Bare(t).Reveal()
	home := filepath.Join(t.TempDir(), "home")
	start := func(args ...string) (*exec.Cmd, *bytes.Buffer) {
		var said bytes.Buffer
		cmd := exec.CommandContext(context.WithoutCancel(t.Context()), binary(), append([]string{"--home", home}, args...)...)
		cmd.Env, cmd.Stdout, cmd.Stderr = append(os.Environ(), "EDOKIT_DATABASE="+dsn), &said, &said
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		return cmd, &said
	}
	if cmd, said := start("migrate"); cmd.Wait() != nil {
		t.Fatalf("%s", said)
	}
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(t.Context()))
	run, said := start("run", "--for", "6s")
	cut, deadline := 0, time.Now().Add(5*time.Second)
	for cut < 2 && time.Now().Before(deadline) { // when it works, and when it works again
		var n int
		if err := conn.QueryRow(t.Context(), `SELECT count(pg_terminate_backend(a.pid)) FROM pg_stat_activity a WHERE datname = current_database() AND pid <> pg_backend_pid()
			AND EXISTS (SELECT FROM pg_stat_activity l WHERE l.datname = a.datname AND l.query ILIKE 'LISTEN%')`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		if n > 0 {
			cut++
		}
	}
	if err := run.Wait(); err != nil || cut < 2 {
		t.Errorf("%v, cut %d times: %s", err, cut, said)
	}
}
