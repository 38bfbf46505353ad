package sqlite_test

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"go.uber.org/goleak"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/directory/archive"
	"github.com/edokit/edokit/directory/sqlite"
	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/gateway"
)

func TestMain(m *testing.M) {
	if worker() {
		return
	}
	goleak.VerifyTestMain(m)
}

// outbox and log are what the tests of behaviour need of any store, so that they can serve another one.
type outbox interface {
	Accept(ctx context.Context, op edo.Operation, jobs []edo.Job, events []edo.Event) (edo.Operation, bool, error)
	Operation(ctx context.Context, k edo.Key) (edo.Operation, error)
	Operations(ctx context.Context, f edo.OperationFilter) ([]edo.Operation, error)
	Claim(ctx context.Context, owner string, now, until time.Time) (edo.Job, bool, error)
	Renew(ctx context.Context, j edo.Job, until time.Time) error
	Settle(ctx context.Context, j edo.Job, c edo.Change) error
	NextDue(ctx context.Context, now time.Time) (time.Time, bool, error)
	Events(ctx context.Context, s edo.SubscriberID, after int64, limit int) ([]edo.Event, error)
	Acknowledge(ctx context.Context, s edo.SubscriberID, consumer string, seq int64) error
	Acknowledged(ctx context.Context, s edo.SubscriberID, consumer string) (int64, error)
	Attempts(ctx context.Context, k edo.Key) ([]edo.Attempt, error)
}

type store interface {
	outbox
	edo.Journal
	directory.Book
	Allowed(ctx context.Context, r edo.AccessRequest) error
	PutSealed(ctx context.Context, n directory.SecretName, sealed []byte) error
	Sealed(ctx context.Context, n directory.SecretName) ([]byte, error)
}

var (
	_ store          = (*sqlite.Store)(nil)
	_ gateway.Outbox = (*sqlite.Store)(nil)
	_ gateway.Access = (*sqlite.Store)(nil)

	_ gateway.Inbox      = (*sqlite.Store)(nil)
	_ gateway.Tasks      = (*sqlite.Store)(nil)
	_ gateway.Reach      = (*sqlite.Store)(nil)
	_ gateway.Routing    = (*sqlite.Store)(nil)
	_ gateway.Enrolments = (*sqlite.Store)(nil)
)

// noon is the time of every test: nothing here depends on the day it runs.
var noon = time.Date(2026, 11, 21, 12, 0, 0, 123456789, time.UTC)

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

func config(t testing.TB, path string) sqlite.Config {
	t.Helper()
	a, err := archive.Open(archive.Config{Path: filepath.Join(filepath.Dir(path), "archive")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close() })
	return sqlite.Config{Path: path, Archive: a, Now: func() time.Time { return noon }, NewID: numbers(strings.ReplaceAll(t.Name(), "/", "-") + "-")}
}

func open(t testing.TB, cfg sqlite.Config) *sqlite.Store {
	t.Helper()
	s, err := sqlite.OpenAndMigrate(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return s
}

// temp is a fresh store in a folder whose name needs escaping.
func temp(t testing.TB) *sqlite.Store {
	t.Helper()
	return open(t, config(t, filepath.Join(t.TempDir(), "папка #1 50%?", "edo.db")))
}

// sample is an operation with every field filled.
func sample(pack string) edo.Operation {
	document := func(id string) edo.DocumentStatus {
		return edo.DocumentStatus{
			ID: edo.DocumentID(id), Name: id + ".pdf", Kind: "Письмо", Number: "12/к", Comment: "строка 1\nстрока 2", ExternalID: "ext-" + id,
			Digest: edo.Digest{1, byte(len(id))}, Size: 150_000, Type: "UniversalTransfer", Date: noon, Sum: "1250.00", Parent: "r-0", Related: []edo.RemoteID{"r-8", "r-9"},
			NeedSign: true, NeedReceipt: true, Signer: "director", State: edo.StateDelivered, AnswerText: "нет",
			Verdict: edo.VerdictValid, Stamp: edo.StampNone,
		}
	}
	return edo.Operation{
		Key: edo.Key{Subscriber: "ours", Package: edo.PackageID(pack)}, Operator: "synerdocs", Actor: "clerk", Payer: "mother",
		Channel: edo.ChannelEMail, Answer: edo.AnswerRefuse, Text: "неверная сумма", InReplyTo: "r-5", Flow: edo.FlowInternal,
		Consents: []edo.Consent{{ID: "pd", Text: edo.Digest{7}, At: noon, Person: "Иванов"}}, Parties: []edo.Address{{Box: "b-1"}, {Box: "b-2"}},
		To:    edo.Counterparty{INN: "7707083893", KPP: "770701001", Name: "ООО «Ромашка»", Box: "box-7"},
		State: edo.StateAccepted, CreatedAt: noon, UpdatedAt: noon, Revision: 1,
		Documents: []edo.DocumentStatus{document("b"), document("a")},
	}
}

func accept(t testing.TB, s outbox, op edo.Operation, due time.Time) edo.Operation {
	t.Helper()
	stored, created, err := s.Accept(t.Context(), op, []edo.Job{{Key: op.Key, Kind: edo.JobSend, Due: due}},
		[]edo.Event{{Key: op.Key, Kind: edo.EventStatus, State: op.State, At: op.CreatedAt}})
	if err != nil || !created {
		t.Fatalf("Accept: created %v, %v", created, err)
	}
	return stored
}

func claim(t testing.TB, s outbox, owner string, now time.Time) edo.Job {
	t.Helper()
	j, found, err := s.Claim(t.Context(), owner, now, now.Add(time.Minute))
	if err != nil || !found {
		t.Fatalf("Claim: found %v, %v", found, err)
	}
	return j
}

func same(t testing.TB, what string, want, got any) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}
