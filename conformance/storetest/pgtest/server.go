package pgtest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/edo"
)

// envServer names a server that is there already.
const envServer = "EDOKIT_POSTGRES"

// Server is the PostgreSQL of a test binary, started when the first test asks for it. The zero value is ready.
type Server struct {
	// Migrate makes the schema of the database that tests get a copy of.
	Migrate func(ctx context.Context, dsn edo.Secret) error

	mu       sync.Mutex
	started  bool
	err      error // of the start
	cluster  *Cluster
	root     edo.Secret // connection string of the database postgres
	admin    *pgx.Conn
	template string
	copies   bool // the server knows strategies

	dropping sync.Mutex
	dropper  *pgx.Conn // the server waits a moment for those that a drop ends; others need not
}

// Main wraps the tests of a binary so that the server ends with them.
func (s *Server) Main(m interface{ Run() int }) interface{ Run() int } { return wrapped{m, s} }

type wrapped struct {
	tests interface{ Run() int }
	s     *Server
}

func (w wrapped) Run() int {
	code := w.tests.Run()
	if err := w.s.Stop(); err != nil {
		fmt.Fprintln(os.Stderr, "pgtest:", err)
		return max(code, 1)
	}
	return code
}

// Fresh is the connection string of an empty, migrated database that is gone after the test.
func (s *Server) Fresh(t conformance.T) edo.Secret {
	t.Helper()
	return s.database(t, true)
}

// Need skips the test where there is no server.
func (s *Server) Need(t conformance.T) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.need(t)
}

// Bare is the same without a schema.
func (s *Server) Bare(t conformance.T) edo.Secret {
	t.Helper()
	return s.database(t, false)
}

// Cluster is the temporary server itself, for tests that put something in front of it. It skips where there is none.
func (s *Server) Cluster(t conformance.T) *Cluster {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.need(t)
	if s.cluster == nil {
		t.Skip("needs a server of its own, and " + envServer + " names one")
	}
	return s.cluster
}

func (s *Server) database(t conformance.T, migrated bool) edo.Secret {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.need(t)
	query := ""
	if migrated {
		if err := s.migrated(); err != nil {
			t.Fatalf("migrating the template: %v", err)
		}
		query = " TEMPLATE " + s.template
		if s.copies {
			query += " STRATEGY file_copy" // half the work of the default
		}
	}
	name := unique()
	if err := s.exec("CREATE DATABASE " + name + query); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.drop(name); err != nil {
			t.Error(err)
		}
	})
	return s.dsn(name)
}

func unique() string { return "edokit_test_" + strings.ToLower(rand.Text()[:16]) }

func (s *Server) drop(name string) error {
	s.dropping.Lock()
	defer s.dropping.Unlock()
	_, err := s.dropper.Exec(context.Background(), "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)")
	return err
}

func (s *Server) exec(query string) error {
	_, err := s.admin.Exec(context.Background(), query)
	return err
}

// migrated makes the template once.
func (s *Server) migrated() error {
	if s.template != "" {
		return nil
	}
	name := unique()
	err := s.exec("CREATE DATABASE " + name)
	if err == nil {
		err = s.Migrate(context.Background(), s.dsn(name))
	}
	if err == nil {
		s.template = name
	}
	return err
}

// need starts the server, or skips the test where there is none.
func (s *Server) need(t conformance.T) {
	t.Helper()
	if !s.started {
		s.started = true
		s.err = s.start(context.Background())
	}
	switch {
	case errors.Is(s.err, errAbsent):
		t.Skip("needs postgresql: install it, or set " + envServer)
	case s.err != nil:
		t.Fatal(s.err)
	}
}

func (s *Server) start(ctx context.Context) (err error) {
	s.root = edo.NewSecret(os.Getenv(envServer))
	if s.root.IsZero() {
		if s.cluster, err = Start(ctx, ClusterConfig{}); err != nil {
			return err
		}
		s.root = s.cluster.DSN("postgres")
	}
	if s.admin, err = pgx.Connect(ctx, s.root.Reveal()); err != nil {
		return err
	}
	if s.dropper, err = pgx.Connect(ctx, s.root.Reveal()); err != nil {
		return err
	}
	return s.admin.QueryRow(ctx, `SELECT current_setting('server_version_num')::int >= 150000`).Scan(&s.copies)
}

// dsn is the connection string of another database of the server.
func (s *Server) dsn(database string) edo.Secret {
	if s.cluster != nil {
		return s.cluster.DSN(database)
	}
	if u, err := url.Parse(s.root.Reveal()); err == nil && u.Scheme != "" {
		u.Path = "/" + database
		return edo.NewSecret(u.String())
	}
	return edo.NewSecret(s.root.Reveal() + " dbname=" + database)
}

// Stop ends the server that was started here, or takes the template from one that was there.
func (s *Server) Stop() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []error
	if s.dropper != nil {
		all = append(all, s.dropper.Close(context.Background()))
	}
	if s.admin != nil {
		if s.template != "" && s.cluster == nil {
			all = append(all, s.exec("DROP DATABASE "+s.template))
		}
		all = append(all, s.admin.Close(context.Background()))
	}
	if s.cluster != nil {
		all = append(all, s.cluster.Stop())
	}
	s.admin, s.dropper, s.cluster, s.template, s.err = nil, nil, nil, "", errors.New("the server was stopped")
	return errors.Join(all...)
}
