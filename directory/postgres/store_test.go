package postgres_test

import (
	"context"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/conformance/gotest"
	"github.com/edokit/edokit/conformance/storetest"
	"github.com/edokit/edokit/conformance/storetest/pgtest"
	"github.com/edokit/edokit/directory/postgres"
	"github.com/edokit/edokit/edo"
)

// server is shared by all tests.
var server = pgtest.Server{Migrate: postgres.Migrate}

func TestMain(m *testing.M) {
	if harness().Worker() || stuck() {
		return
	}
	goleak.VerifyTestMain(server.Main(m))
}

func harness() storetest.Harness {
	return storetest.Harness{
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

func TestStore(t *testing.T) {
	t.Parallel()
	gotest.Run(t, harness().Suite(), conformance.Options{})
}

// noon is the time of every test: nothing here depends on the day it runs.
var noon = time.Date(2026, 11, 21, 12, 0, 0, 123456000, time.UTC)

// open is a store on a database, until the end of the test.
func open(t conformance.T, dsn edo.Secret) *postgres.Store {
	t.Helper()
	s, err := postgres.Open(t.Context(), postgres.Config{DSN: dsn, Now: func() time.Time { return noon }})
	must(t, err)
	t.Cleanup(func() { must(t, s.Close()) })
	return s
}

func must(t conformance.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// with adds parameters to a connection string.
func with(dsn edo.Secret, parameters string) edo.Secret {
	return edo.NewSecret(dsn.Reveal() + "&" + parameters)
}
