package main_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
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
	two := filepath.Join(folder, "two")
	if err := os.WriteFile(two, []byte(dsn+"\n"+dsn+"\n"), 0o600); err != nil {
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
		{"must hold exactly one line", true, "", []string{"--database-file", two, "migrate"}},
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
		if (err != nil) != step.fail || !strings.Contains(string(out), step.says) || bytes.Contains(out, []byte("c4n4ry")) || bytes.Contains(out, []byte(`\n`)) || bytes.Count(out, []byte("[store.")) > 1 {
			t.Errorf("%v: %v: %s", step.args, err, out)
		}
	}
	if _, err := os.Stat(filepath.Join(folder, "home", "edokit.db")); err == nil {
		t.Error("a SQLite file was made beside the server")
	}
}

// TestRunSurvivesTheServer: the database goes away, run says so once and works on when it is back.
func TestRunSurvivesTheServer(t *testing.T) {
	t.Parallel()
	server.Cluster(t) // or skip
	cluster, err := pgtest.Start(t.Context(), pgtest.ClusterConfig{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = cluster.Stop() }()
	home := filepath.Join(t.TempDir(), "home")
	command := func(args ...string) *exec.Cmd {
		cmd := exec.CommandContext(t.Context(), binary(), append([]string{"--home", home}, args...)...)
		cmd.Env = append(os.Environ(), "EDOKIT_DATABASE="+cluster.DSN("postgres").Reveal())
		return cmd
	}
	if out, err := command("migrate").CombinedOutput(); err != nil {
		t.Fatalf("%s", out)
	}
	run := command("run", "--for", "1m")
	said, err := run.StderrPipe()
	if err == nil {
		err = run.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	listens(t, cluster)
	if err := cluster.Kill(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(said)
	for lines.Scan() && !strings.HasPrefix(lines.Text(), "edo-dms: ") { // the others are the log's
	}
	if err := cluster.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	go func() { _, _ = io.Copy(io.Discard, said) }()
	listens(t, cluster)
	if err := errors.Join(run.Process.Signal(os.Interrupt), run.Wait()); err != nil {
		t.Errorf("%v: %s", err, lines.Text())
	}
}

// listens waits until somebody works on the database.
func listens(t *testing.T, cluster *pgtest.Cluster) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), cluster.DSN("postgres").Reveal())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(t.Context()))
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for n := 0; n == 0; {
		if err := conn.QueryRow(ctx, `SELECT count(*) FROM pg_stat_activity WHERE query ILIKE 'LISTEN%'`).Scan(&n); err != nil {
			t.Fatal(err)
		}
	}
}
