package storetest

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/directory/archive"
	"github.com/edokit/edokit/directory/handover"
	"github.com/edokit/edokit/directory/secret"
	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/gateway"
)

// outbox and box are the parts that most cases need.
type outbox interface {
	gateway.Outbox
	gateway.Desk
	Operations(ctx context.Context, f edo.OperationFilter) ([]edo.Operation, error)
	Attempts(ctx context.Context, k edo.Key) ([]edo.Attempt, error)
}

type box interface {
	outbox
	gateway.Inbox
}

// Store is what every store is: the ports of the gateway, the book, the message log and the place of sealed secrets.
type Store interface {
	outbox
	gateway.Inbox
	gateway.Tasks
	gateway.Reach
	gateway.Routing
	gateway.Enrolments
	gateway.Access
	edo.Journal
	directory.Book
	gateway.Deputies
	gateway.Readings
	directory.Ledger
	secret.Blobs
	handover.Shelves
	directory.Examiner
	Close() error
}

// Config is how a case wants a store to be opened.
type Config struct {
	Archive edo.Archive
	Now     func() time.Time
	NewID   func() string
}

// Harness is what the suite needs of a store. An address says where data are, in words that another process of this
// machine understands: a path, a connection string.
type Harness struct {
	Name string // of the suite and, in other processes, of the store: "sqlite"
	// Bare gives the address of a place where nothing is yet, Fresh that of an empty store that is migrated. Both are
	// gone after the test.
	Bare, Fresh func(t conformance.T) string
	Migrate     func(ctx context.Context, address string) error
	// Open opens a migrated store once more, as another process would.
	Open func(ctx context.Context, address string, c Config) (Store, error)
}

// noon is the time of every case: nothing here depends on the day it runs. Stores keep microseconds.
//
//nolint:gochecknoglobals // never changed
var noon = time.Date(2026, 11, 21, 12, 0, 0, 123456000, time.UTC)

// numbers gives ids in order.
func numbers(prefix string) func() string {
	next := make(chan int, 1)
	next <- 1
	return func() string {
		n := <-next
		next <- n + 1
		return fmt.Sprintf("%s%06d", prefix, n)
	}
}

// config has an archive of the case, a clock that stands at noon, and ids in order.
func config(t conformance.T) Config {
	t.Helper()
	return Config{Archive: newFolder(t), Now: func() time.Time { return noon }, NewID: numbers(strings.ReplaceAll(t.Name(), "/", "-") + "-")}
}

// folder is an archive that is made when a case asks for it: most do not, and its 258 folders took a fifth of their time.
type folder struct {
	open func() (*archive.Archive, error)
}

func newFolder(t conformance.T) folder {
	return folder{sync.OnceValues(func() (*archive.Archive, error) {
		a, err := archive.Open(archive.Config{Path: t.TempDir()})
		if err == nil {
			t.Cleanup(func() { _ = a.Close() })
		}
		return a, err
	})}
}

func (f folder) Create(ctx context.Context) (edo.Blob, error) {
	a, err := f.open()
	if err != nil {
		return nil, err
	}
	return a.Create(ctx)
}

func (f folder) Open(ctx context.Context, d edo.Digest) (edo.Content, error) {
	a, err := f.open()
	if err != nil {
		return edo.Content{}, err
	}
	return a.Open(ctx, d)
}

// open opens a store until the end of the case.
func (h Harness) open(t conformance.T, address string, c Config) Store {
	t.Helper()
	s, err := h.Open(t.Context(), address, c)
	must(t, err)
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return s
}

// temp is a fresh store.
func (h Harness) temp(t conformance.T) Store {
	t.Helper()
	return h.open(t, h.Fresh(t), config(t))
}

func must(t conformance.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func same(t conformance.T, what string, want, got any) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}
