package gateway_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/edotest"
)

func byHand(b *bundle) { b.cfg.Desk = b.store }

func key(id edo.PackageID) edo.Key { return edo.Key{Subscriber: sub, Package: id} }

// traces is what people can read of what a person did: the last event, the last attempt and the row.
func (b *bundle) traces(t *testing.T, id edo.PackageID) (event, attempt, row string) {
	t.Helper()
	events, err := b.store.Events(t.Context(), sub, 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range events {
		if e.Key.Package == id && e.Kind == edo.EventStatus {
			event = string(e.State) + "/" + string(e.Reason) + "/" + e.Detail
		}
	}
	attempts, err := b.store.Attempts(t.Context(), key(id))
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range attempts {
		if strings.HasPrefix(a.Owner, "by hand") {
			attempt = a.Owner + "/" + a.Result + "/" + a.Detail
		}
	}
	op, err := b.store.Operation(t.Context(), key(id))
	if err != nil {
		t.Fatal(err)
	}
	return event, attempt, string(op.State) + "/" + string(op.Reason) + "/" + op.Detail
}

// TestCancel: a package of which surely nothing has left ends, says who and why, and can never be sent.
func TestCancel(t *testing.T) {
	t.Parallel()
	b := setup(t, both(forms, byHand))
	if _, err := b.gw.Send(t.Context(), pack("p1", "one")); err != nil {
		t.Fatal(err)
	}
	if _, err := b.gw.Cancel(t.Context(), "stranger", key("p1"), "why not"); !errors.Is(err, edo.UserNotAllowed) {
		t.Errorf("a stranger: %v", err)
	}
	if _, err := b.gw.Cancel(t.Context(), clerk, key("p1"), ""); !errors.Is(err, edo.TextMissing) {
		t.Errorf("without a reason: %v", err)
	}
	op, err := b.gw.Cancel(t.Context(), clerk, key("p1"), "wrong addressee")
	if err != nil || op.State != edo.StateFailed || op.Reason != edo.Cancelled {
		t.Fatalf("%s %s, %v", op.State, op.Reason, err)
	}
	event, attempt, row := b.traces(t, "p1")
	const words = "cancelled by clerk: wrong addressee"
	if diff := cmp.Diff([]string{"failed/cancelled/" + words, "by hand: clerk/cancelled/" + words, "failed/cancelled/" + words}, []string{event, attempt, row}); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	for name, err := range map[string]error{
		"cancelled again": second(b.gw.Cancel(t.Context(), clerk, key("p1"), "again")),
		"retried":         second(b.gw.Retry(t.Context(), clerk, key("p1"), "after all")),
		"decided":         second(b.gw.Decide(t.Context(), clerk, key("p1"), edo.Decision{Why: "not there"})),
	} {
		if !errors.Is(err, edo.StateUnsuited) {
			t.Errorf("%s: %v", name, err)
		}
	}
	b.run(t)
	again, err := b.gw.Send(t.Context(), pack("p1", "one"))
	if err != nil || again.State != edo.StateFailed {
		t.Errorf("sent again: %s, %v", again.State, err)
	}
	if _, err := b.gw.SendAndWait(t.Context(), pack("p2", "two")); err != nil || b.op.Sends() != 1 {
		t.Errorf("%d sends, %v", b.op.Sends(), err)
	}
}

// TestADeputyDecides: rows name who acted and for whom, and who is bound to kinds of documents decides about no others.
func TestADeputyDecides(t *testing.T) {
	t.Parallel()
	b := setup(t, both(forms, byHand, func(b *bundle) { b.cfg.Access = b.store }))
	decides := []edo.Action{edo.ActionSend, edo.ActionDecide}
	for _, err := range []error{
		b.store.PutSubscriber(t.Context(), directory.Subscriber{ID: sub, Operator: "edotest", Endpoint: "https://127.0.0.1:1/", INN: "7701234560", Login: "l", LoginKind: directory.LoginPassword, Enabled: true}),
		b.store.PutUser(t.Context(), directory.User{Subscriber: sub, Actor: clerk, Actions: decides}),
		b.store.PutSubstitution(t.Context(), directory.Substitution{Subscriber: sub, Deputy: "deputy", Principal: clerk, Until: time.Now().Add(time.Hour)}),
		b.store.PutUser(t.Context(), directory.User{Subscriber: sub, Actor: "narrow", Actions: decides, Kinds: []string{"none-of-these"}}),
		second(b.gw.Send(t.Context(), pack("p1", "one"))),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if _, err := b.gw.Cancel(t.Context(), "narrow", key("p1"), "may not"); !errors.Is(err, edo.UserNotAllowed) {
		t.Errorf("of another kind: %v", err)
	}
	if _, err := b.gw.Cancel(t.Context(), "deputy", key("p1"), "wrong addressee"); err != nil {
		t.Fatal(err)
	}
	event, attempt, row := b.traces(t, "p1")
	const words = "cancelled by deputy for clerk: wrong addressee"
	if diff := cmp.Diff([]string{"failed/cancelled/" + words, "by hand: deputy for clerk/cancelled/" + words, "failed/cancelled/" + words}, []string{event, attempt, row}); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func second[T any](_ T, err error) error { return err }

// TestCancelNeverWhatMayBeThere: while a package is being sent or in doubt, and once it is sent, nothing is cancelled.
func TestCancelNeverWhatMayBeThere(t *testing.T) {
	t.Parallel()
	release, at := make(chan struct{}), make(chan struct{})
	b := setup(t, both(forms, byHand, visible(time.Hour, 1<<30), func(b *bundle) {
		b.op.Steps = append(b.op.Steps, edotestHang(nil, func(context.Context) { close(at); <-release }))
		b.cfg.Workers = 1
	}))
	b.run(t)
	if _, err := b.gw.Send(t.Context(), pack("p1", "one")); err != nil {
		t.Fatal(err)
	}
	<-at
	if _, err := b.gw.Cancel(t.Context(), clerk, key("p1"), "stop"); !errors.Is(err, edo.WorkHeld) {
		t.Errorf("while a worker sends: %v", err)
	}
	close(release)
	b.until(t, "p1", state(edo.StateInDoubt))
	if _, err := b.gw.Cancel(t.Context(), clerk, key("p1"), "stop"); !errors.Is(err, edo.StateUnsuited) {
		t.Errorf("in doubt: %v", err)
	}
	if op, err := b.gw.Retry(t.Context(), clerk, key("p1"), "look again"); err != nil || op.State != edo.StateInDoubt || b.op.Sends() != 1 {
		t.Errorf("a retry in doubt only asks: %s, %d sends, %v", op.State, b.op.Sends(), err)
	}
}

// TestRetry: what has failed was surely not accepted, so it becomes new work, with the same documents and signatures.
func TestRetry(t *testing.T) {
	t.Parallel()
	b := setup(t, both(forms, byHand, steps(&edo.Error{Kind: edo.Refused, Reason: edo.OperatorRefused}, true)))
	b.run(t)
	failed, err := b.gw.SendAndWait(t.Context(), pack("p1", "one"))
	if err != nil || failed.State != edo.StateFailed {
		t.Fatalf("%s, %v", failed.State, err)
	}
	op, err := b.gw.Retry(t.Context(), clerk, key("p1"), "the operator mended it")
	if err != nil || op.State == edo.StateFailed {
		t.Fatalf("%s, %v", op.State, err)
	}
	op = b.until(t, "p1", settled)
	if op.State != edo.StateSent || len(b.op.Ledger()) != 1 || op.Documents[0].Signature != failed.Documents[0].Signature || op.Resends != 0 {
		t.Errorf("%s, %d in the ledger, %d resends", op.State, len(b.op.Ledger()), op.Resends)
	}
	if got := b.states(t); !cmp.Equal(got[:4], []edo.State{edo.StateAccepted, edo.StateSending, edo.StateFailed, edo.StateAccepted}) {
		t.Errorf("went through %v", got)
	}
	if _, err := b.gw.Retry(t.Context(), clerk, key("p1"), "once more"); !errors.Is(err, edo.StateUnsuited) {
		t.Errorf("what was sent: %v", err)
	}
	if _, attempt, _ := b.traces(t, "p1"); !strings.Contains(attempt, "clerk") {
		t.Errorf("attempt %q", attempt)
	}
	if _, err := b.gw.Retry(t.Context(), clerk, key("nothing"), "x"); !errors.Is(err, edo.NotFound) {
		t.Errorf("of no package: %v", err)
	}
}

// TestOvertakenByAPerson: a worker that read the package before a person cancelled it, and stood still beyond its lease,
// neither writes nor sends.
func TestOvertakenByAPerson(t *testing.T) {
	t.Parallel()
	var offset atomic.Int64
	at, on := make(chan struct{}), make(chan struct{})
	goOn := sync.OnceFunc(func() { close(on) })
	b := setup(t, both(forms, byHand, func(b *bundle) {
		b.cfg.Workers, b.cfg.Lease = 1, time.Hour // never renewed by itself in this test
		b.cfg.Now = func() time.Time { return time.Now().Add(time.Duration(offset.Load())) }
		b.op.Now = b.cfg.Now
		b.op.Down = func(string) error { // looks for the counterparty: the package is read, nothing is written yet
			close(at)
			<-on
			return nil
		}
	}))
	slow := b.cfg
	slow.Owner = "slow"
	if _, err := b.gw.Send(t.Context(), pack("p1", "one")); err != nil {
		t.Fatal(err)
	}
	zombie := b.open(t, slow)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); _ = zombie.Run(ctx) }()
	defer func() { cancel(); goOn(); <-done }()
	<-at // it holds the job and goes no further
	offset.Store(int64(3 * time.Hour))
	op, err := b.gw.Cancel(t.Context(), clerk, key("p1"), "too late anyway")
	if err != nil || op.Reason != edo.Cancelled {
		t.Fatalf("%s, %v", op.Reason, err)
	}
	goOn()
	cancel()
	<-done
	if op, _ := b.gw.Status(t.Context(), key("p1")); op.State != edo.StateFailed || op.Reason != edo.Cancelled || b.op.Sends() != 0 {
		t.Errorf("%s %s, %d sends", op.State, op.Reason, b.op.Sends())
	}
}

// blind hides the operator's Finder: it cannot be asked.
type blind struct{ *edotest.Operator }

func (d blind) Open(ctx context.Context, a edo.Account) (edo.Session, error) {
	s, err := d.Operator.Open(ctx, a)
	return struct{ edo.Session }{s}, err
}

// undecided brings a package into doubt that only a person can end.
func undecided(t *testing.T, change func(*bundle)) *bundle {
	t.Helper()
	b := setup(t, both(forms, byHand, steps(&edo.Error{Kind: edo.InDoubt}, false), change))
	b.run(t)
	if _, err := b.gw.Send(t.Context(), pack("p1", "one", "two")); err != nil {
		t.Fatal(err)
	}
	b.until(t, "p1", reason(edo.DecisionNeeded))
	return b
}

func cannotBeAsked(b *bundle) { b.cfg.Drivers = []edo.Driver{blind{b.op}} }

// TestDecideWithoutFinder: where the operator cannot be asked, a person's word counts, either way.
func TestDecideWithoutFinder(t *testing.T) {
	t.Parallel()
	fixed := time.Now().Add(-time.Minute).UTC().Truncate(time.Microsecond) // as stores keep it
	t.Run("the operator has it", func(t *testing.T) {
		t.Parallel()
		b := undecided(t, cannotBeAsked)
		d := edo.Decision{Accepted: true, Message: "m-77", OperatorTime: fixed, Documents: map[edo.DocumentID]edo.RemoteID{"doc-1": "r-1"}, Why: "seen in the outbox"}
		op, err := b.gw.Decide(t.Context(), clerk, key("p1"), d)
		if err != nil || op.State != edo.StateSent || op.Message != "m-77" || !op.OperatorTime.Equal(fixed) || op.Documents[0].Remote != "r-1" {
			t.Fatalf("%+v, %v", op, err)
		}
		if op.Documents[1].Stamp != edo.StampNever || !strings.Contains(op.Detail, "clerk: seen in the outbox") {
			t.Errorf("stamp %s, %s", op.Documents[1].Stamp, op.Detail)
		}
		b.until(t, "p1", settled)
		event, attempt, _ := b.traces(t, "p1")
		if !strings.Contains(event, "sent//decided by clerk: seen") || !strings.Contains(attempt, "by hand: clerk/decided/") || b.op.Sends() != 1 {
			t.Errorf("%q, %q, %d sends", event, attempt, b.op.Sends())
		}
		if _, err := b.gw.Decide(t.Context(), clerk, key("p1"), edo.Decision{Why: "not there"}); !errors.Is(err, edo.StateUnsuited) {
			t.Errorf("decided again: %v", err)
		}
	})
	t.Run("the operator does not have it", func(t *testing.T) {
		t.Parallel()
		b := undecided(t, cannotBeAsked)
		if _, err := b.gw.Decide(t.Context(), clerk, key("p1"), edo.Decision{Why: "looked, and it is not there"}); err != nil {
			t.Fatal(err)
		}
		if op := b.until(t, "p1", func(op edo.Operation) bool { return op.State.Sent() }); b.op.Sends() != 2 || op.Resends != 1 {
			t.Errorf("%d sends, %d resends", b.op.Sends(), op.Resends)
		}
	})
}

// TestDecideIsChecked: where the operator can be asked its own word goes first.
func TestDecideIsChecked(t *testing.T) {
	t.Parallel()
	var shows atomic.Bool
	b := undecided(t, func(b *bundle) {
		b.op.Hidden = func(int) bool { return !shows.Load() }
		b.op.Steps = append(b.op.Steps, edotestStep(&edo.Error{Kind: edo.InDoubt}, false)) // the second send
	})
	accepted := func(m edo.MessageID) edo.Decision {
		return edo.Decision{Accepted: true, Message: m, OperatorTime: time.Now(), Why: "seen"}
	}
	shows.Store(true)
	if _, err := b.gw.Decide(t.Context(), clerk, key("p1"), accepted("another")); err != nil && !errors.Is(err, edo.DecisionRefuted) && !errors.Is(err, edo.StateUnsuited) {
		t.Errorf("another message: %v", err)
	}
	op, err := b.gw.Decide(t.Context(), clerk, key("p1"), edo.Decision{Why: "not there"})
	if err != nil && !errors.Is(err, edo.StateUnsuited) { // the worker may have asked first
		t.Fatal(err)
	}
	if op = b.until(t, "p1", func(op edo.Operation) bool { return op.State.Sent() }); op.Message != "message-1" || len(b.op.Ledger()) != 2 {
		t.Errorf("sent as %s, %d in the ledger", op.Message, len(b.op.Ledger()))
	}
}

// TestDecideTooEarly: nobody says "not there" while what was accepted may still be invisible, nor while the operator that
// can be asked does not answer.
func TestDecideTooEarly(t *testing.T) {
	t.Parallel()
	var away atomic.Bool
	b := setup(t, both(forms, byHand, visible(time.Hour, 1<<30), steps(&edo.Error{Kind: edo.InDoubt}, false), func(b *bundle) {
		b.op.FindErr = func(int) error {
			if away.Load() {
				return &edo.Error{Kind: edo.Unavailable, Reason: edo.OperatorUnavailable}
			}
			return nil
		}
	}))
	b.run(t)
	if _, err := b.gw.Send(t.Context(), pack("p1", "one")); err != nil {
		t.Fatal(err)
	}
	b.until(t, "p1", func(op edo.Operation) bool { return !op.DoubtSince.IsZero() })
	_, err := b.gw.Decide(t.Context(), clerk, key("p1"), edo.Decision{Why: "not there"})
	var e *edo.Error
	if !errors.As(err, &e) || e.Kind != edo.NotReady || e.RetryAfter < 59*time.Minute {
		t.Errorf("too early: %v", err)
	}
	away.Store(true)
	if _, err := b.gw.Decide(t.Context(), clerk, key("p1"), edo.Decision{Why: "not there"}); !errors.Is(err, edo.OperatorUnavailable) {
		t.Errorf("not asked: %v", err)
	}
	for name, d := range map[string]edo.Decision{
		"without its id":       {Accepted: true, OperatorTime: time.Now(), Why: "seen"},
		"without its time":     {Accepted: true, Message: "m", Why: "seen"},
		"with several faults":  {Accepted: true, OperatorTime: time.Now().AddDate(0, 0, -2), Why: "seen"},
		"in the future":        {Accepted: true, Message: "m", OperatorTime: time.Now().AddDate(0, 0, 2), Why: "seen"},
		"before it was here":   {Accepted: true, Message: "m", OperatorTime: time.Now().AddDate(0, 0, -2), Why: "seen"},
		"of no document":       {Accepted: true, Message: "m", OperatorTime: time.Now(), Documents: map[edo.DocumentID]edo.RemoteID{"x": "r"}, Why: "seen"},
		"both at once":         {Message: "m", Why: "not there"},
		"in more than a line":  {Why: "not\nthere"},
		"without saying a why": {},
	} {
		if _, err := b.gw.Decide(t.Context(), clerk, key("p1"), d); !errors.Is(err, edo.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
		if _, attempt, _ := b.traces(t, "p1"); !strings.Contains(attempt, "/not decided/") || strings.Contains(attempt, "\n") {
			t.Errorf("%s: %q", name, attempt)
		}
	}
	if b.op.Sends() != 1 {
		t.Errorf("%d sends", b.op.Sends())
	}
}

// TestManyHandsAtOnce: persons and workers at the same package come to one end, and it is sent at most once.
func TestManyHandsAtOnce(t *testing.T) {
	t.Parallel()
	b := setup(t, both(forms, byHand))
	b.run(t)
	for i := range 10 {
		id := edo.PackageID("p" + string(rune('a'+i)))
		if _, err := b.gw.Send(t.Context(), pack(string(id), "one")); err != nil {
			t.Fatal(err)
		}
		_, cancelled := b.gw.Cancel(t.Context(), clerk, key(id), "changed my mind")
		op := b.until(t, id, settled)
		switch sent := op.State.Sent(); {
		case cancelled == nil && (sent || op.Reason != edo.Cancelled):
			t.Errorf("%s was cancelled and is %s", id, op.State)
		case cancelled != nil && (!sent || !errors.Is(cancelled, edo.Conflict)):
			t.Errorf("%s is %s, %v", id, op.State, cancelled)
		}
	}
	once := map[edo.PackageID]int{}
	for _, a := range b.op.Ledger() {
		if once[a.Message.Package]++; once[a.Message.Package] > 1 {
			t.Errorf("%s was sent twice", a.Message.Package)
		}
	}
}
