package sqlite_test

import (
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/conformance/gotest"
	"github.com/edokit/edokit/conformance/storetest"
	"github.com/edokit/edokit/conformance/subjects"
	"github.com/edokit/edokit/directory/sqlite"
)

func TestMain(m *testing.M) {
	if subjects.SQLite().Worker() || changer() {
		return
	}
	goleak.VerifyTestMain(m)
}

func TestStore(t *testing.T) {
	t.Parallel()
	gotest.Run(t, subjects.SQLite().Suite(), conformance.Options{})
}

// noon is the time of every test: nothing here depends on the day it runs.
var noon = time.Date(2026, 11, 21, 12, 0, 0, 123456000, time.UTC)

func config(path string) sqlite.Config {
	return sqlite.Config{Path: path, Now: func() time.Time { return noon }}
}

func open(t conformance.T, cfg sqlite.Config) *sqlite.Store {
	t.Helper()
	s, err := sqlite.OpenAndMigrate(t.Context(), cfg)
	must(t, err)
	t.Cleanup(func() { must(t, s.Close()) })
	return s
}

func accept(t conformance.T, s *sqlite.Store, pack string) {
	t.Helper()
	if _, created, err := s.Accept(t.Context(), storetest.Sample(pack), nil, nil); err != nil || !created {
		t.Fatalf("Accept: created %v, %v", created, err)
	}
}

func must(t conformance.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
