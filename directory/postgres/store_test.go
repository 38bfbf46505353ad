package postgres_test

import (
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/conformance/gotest"
	"github.com/edokit/edokit/conformance/storetest/pgtest"
	"github.com/edokit/edokit/conformance/subjects"
	"github.com/edokit/edokit/directory/postgres"
	"github.com/edokit/edokit/edo"
)

// server is shared by all tests.
var server = pgtest.Server{Migrate: postgres.Migrate}

func TestMain(m *testing.M) {
	if subjects.Postgres(&server).Worker() || stuck() {
		return
	}
	goleak.VerifyTestMain(server.Main(m))
}

func TestStore(t *testing.T) {
	t.Parallel()
	gotest.Run(t, subjects.Postgres(&server).Suite(), conformance.Options{})
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
