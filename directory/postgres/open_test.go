package postgres_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/edokit/edokit/conformance/storetest"
	"github.com/edokit/edokit/conformance/storetest/pgtest"
	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/directory/postgres"
	"github.com/edokit/edokit/edo"
)

// alter changes the database behind the store's back.
func alter(t testing.TB, dsn edo.Secret, query string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn.Reveal())
	must(t, err)
	defer conn.Close(t.Context())
	_, err = conn.Exec(t.Context(), query)
	must(t, err)
}

func TestOpenRefusesUnsafeSettings(t *testing.T) {
	t.Parallel()
	dsn := server.Fresh(t)
	for value, unsafe := range map[string]bool{"off": true, "on": false, "local": false, "remote_write": false, "remote_apply": false} {
		s, err := postgres.Open(t.Context(), postgres.Config{DSN: with(dsn, "synchronous_commit="+value)})
		if errors.Is(err, directory.StoreUnsafe) != unsafe || !unsafe && err != nil {
			t.Errorf("synchronous_commit %s: %v", value, err)
		}
		if s != nil {
			must(t, s.Close())
		}
	}
	s, err := postgres.Open(t.Context(), postgres.Config{DSN: with(dsn, "synchronous_commit=off"), AllowUnsafe: true})
	must(t, err)
	must(t, s.Close())
	// A role of the database may be what makes it unsafe, and only for connections made later.
	s = open(t, dsn)
	name := database(t, dsn)
	alter(t, dsn, "ALTER DATABASE "+name+" SET synchronous_commit = off")
	s.Drop()
	if err := s.Write(t.Context(), sub, row("x")); !errors.Is(err, directory.StoreUnsafe) {
		t.Errorf("a connection made later: %v", err)
	}
	alter(t, dsn, "ALTER DATABASE "+name+" RESET synchronous_commit")
	must(t, s.Write(t.Context(), sub, row("x")))
}

func database(t testing.TB, dsn edo.Secret) string {
	t.Helper()
	cfg, err := pgx.ParseConfig(dsn.Reveal())
	must(t, err)
	return cfg.Database
}

// TestOpenRefusesUnsafeServers starts servers of its own.
func TestOpenRefusesUnsafeServers(t *testing.T) {
	t.Parallel()
	server.Cluster(t) // or skip
	for _, setting := range []string{"fsync", "full_page_writes"} {
		c, err := pgtest.Start(t.Context(), pgtest.ClusterConfig{Settings: map[string]string{setting: "off"}})
		must(t, err)
		defer func() { must(t, c.Stop()) }()
		dsn := c.DSN("postgres")
		must(t, postgres.Migrate(t.Context(), dsn))
		if _, err := postgres.Open(t.Context(), postgres.Config{DSN: dsn}); !errors.Is(err, directory.StoreUnsafe) || !strings.Contains(err.Error(), setting+"=off") {
			t.Errorf("%s: %v", setting, err)
		}
	}
}

func TestOpenRefusesUnknownSchema(t *testing.T) {
	t.Parallel()
	empty, newer, older := server.Bare(t), server.Fresh(t), server.Fresh(t)
	alter(t, newer, `INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, true)`)
	alter(t, older, `DELETE FROM goose_db_version WHERE version_id = 1`)
	for name, tc := range map[string]struct {
		dsn    edo.Secret
		reason edo.Reason
		says   string
	}{
		"empty":             {empty, directory.SchemaOld, "0001"},
		"missing migration": {older, directory.SchemaOld, "0001"},
		"newer migration":   {newer, directory.SchemaNew, "9999"},
	} {
		if _, err := postgres.Open(t.Context(), postgres.Config{DSN: tc.dsn}); !errors.Is(err, tc.reason) || !strings.Contains(err.Error(), tc.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := postgres.Migrate(t.Context(), newer); !errors.Is(err, directory.SchemaNew) {
		t.Errorf("Migrate of a newer store: %v", err)
	}
}

func TestMigrateTwice(t *testing.T) {
	t.Parallel()
	dsn := server.Bare(t)
	s, err := postgres.OpenAndMigrate(t.Context(), postgres.Config{DSN: dsn})
	must(t, err)
	defer s.Close()
	op := storetest.Sample("p1")
	_, _, err = s.Accept(t.Context(), op, nil, nil)
	must(t, err)
	must(t, postgres.Migrate(t.Context(), dsn))
	_, err = s.Operation(t.Context(), op.Key)
	must(t, err)
}

// TestErrorsNeverRepeatThePassword, whatever is wrong with the connection string.
func TestErrorsNeverRepeatThePassword(t *testing.T) {
	t.Parallel()
	const canary = "c4n4ry-p4ss"
	for name, dsn := range map[string]string{
		"nobody listens":   "postgres://u:" + canary + "@127.0.0.1:1/db",
		"no such socket":   "host=/nowhere user=u password=" + canary + " dbname=db",
		"a bad port":       "postgres://u:" + canary + "@127.0.0.1:port/db",
		"a bad escape":     "postgres://u:" + canary + "%zz@127.0.0.1/db",
		"words cut short":  "host=x password='" + canary,
		"not a string":     canary,
		"a bad setting":    "postgres://u:" + canary + "@127.0.0.1/db?sslmode=" + canary,
		"a bad service":    "service=" + canary,
		"password as user": "postgres://" + canary + ":" + canary + "@127.0.0.1:1/" + canary,
		"empty":            "",
		"no file":          "postgres://u:" + canary + "@127.0.0.1/db?sslmode=verify-full&sslrootcert=/nowhere/" + canary,
		"a bad query":      "postgres://u:" + canary + "@127.0.0.1/db?a=%zz" + canary,
		"a name of a host": "postgres://u:" + canary + "@" + canary + ".invalid:5432/db?connect_timeout=1",
	} {
		secret := edo.NewSecret(dsn)
		_, openErr := postgres.Open(t.Context(), postgres.Config{DSN: secret})
		for _, err := range []error{openErr, postgres.Migrate(t.Context(), secret), postgres.Probe(t.Context(), secret, time.Second)} {
			if err == nil {
				t.Errorf("%s: no error", name)
				continue
			}
			for e := err; e != nil; e = errors.Unwrap(e) {
				if text := fmt.Sprintf("%v %+v %#v", e, e, e); strings.Contains(text, canary) {
					t.Errorf("%s: the password is in %s", name, text)
				}
			}
		}
	}
}

// TestKilledServer: what was acknowledged before the server died is there after it, and the store goes on by itself.
func TestKilledServer(t *testing.T) {
	t.Parallel()
	server.Cluster(t) // or skip
	c, err := pgtest.Start(t.Context(), pgtest.ClusterConfig{})
	must(t, err)
	defer func() { must(t, c.Stop()) }()
	must(t, postgres.Migrate(t.Context(), c.DSN("postgres")))
	s := open(t, c.DSN("postgres"))
	acknowledged, ended := make(chan string, 10_000), make(chan error, 1)
	go func() {
		for i := 0; ; i++ {
			if err := s.Write(t.Context(), sub, row(fmt.Sprint(i))); err != nil {
				ended <- err
				return
			}
			acknowledged <- fmt.Sprint(i)
		}
	}()
	for range 50 {
		<-acknowledged
	}
	must(t, c.Kill())
	go func() { must(t, c.Restart(t.Context())); close(acknowledged) }()
	err = <-ended
	if !errors.Is(err, edo.Unavailable) {
		t.Errorf("the server died: %v", err)
	}
	for range acknowledged { // until the server is back
		continue
	}
	for err = edo.Unavailable; errors.Is(err, edo.Unavailable); {
		err = s.Write(t.Context(), sub, row("after"))
	}
	must(t, err)
	there := reasons(t, s)
	for i := range 50 {
		if !there[fmt.Sprint(i)] {
			t.Errorf("row %d was acknowledged and is gone", i)
		}
	}
}
