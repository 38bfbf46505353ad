package gateway_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/gateway"
)

// ownAccounts gives every subscriber an account of its own.
type ownAccounts struct{}

func (ownAccounts) Account(_ context.Context, s edo.SubscriberID) (edo.Account, error) {
	return edo.Account{Subscriber: s, Operator: "edotest", Box: edo.BoxID("box-" + s), Revision: "1"}, nil
}

// TestSoakThousandsOfSubscribers: clients send from one process, three thousand of them in the long run, which
// EDOKIT_SOAK asks for; the sessions that are kept stay within their bound, and memory does not grow with the clients.
func TestSoakThousandsOfSubscribers(t *testing.T) {
	t.Parallel()
	n, kept := many*3/5, 64
	if os.Getenv("EDOKIT_SOAK") != "" {
		n = 3000
	}
	b := setup(t, both(forms, func(b *bundle) {
		b.cfg.Accounts, b.cfg.Sessions, b.cfg.Logger = ownAccounts{}, kept, slog.New(slog.DiscardHandler)
		b.cfg.Workers, b.cfg.Backoff.Longest = 8, time.Minute
		b.op.Fate = func(edo.Ref) edo.State { return edo.StateSigned }
	}))
	b.run(t)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	subscriber := func(i int) edo.SubscriberID { return edo.SubscriberID(fmt.Sprintf("client-%d", i)) }
	var sending sync.WaitGroup
	slots := make(chan struct{}, 16)
	for i := range n {
		slots <- struct{}{}
		sending.Go(func() {
			defer func() { <-slots }()
			p := pack("p1", fmt.Sprintf("letter of %d", i))
			p.Subscriber = subscriber(i)
			if _, err := b.gw.Send(t.Context(), p); err != nil {
				t.Error(err)
			}
		})
	}
	sending.Wait()
	most := 0
	eventually(t, func() bool {
		most = max(most, b.op.Sessions())
		return len(b.op.Ledger()) >= n
	})
	runtime.GC()
	runtime.ReadMemStats(&after)
	if most > kept+8 {
		t.Errorf("%d sessions were open", most)
	}
	eventually(t, func() bool { return b.op.Sessions() <= kept })
	sent := map[edo.BoxID]bool{}
	for i := range n {
		op, err := b.store.Operation(t.Context(), edo.Key{Subscriber: subscriber(i), Package: "p1"})
		if err != nil || op.From != edo.BoxID("box-"+subscriber(i)) {
			t.Errorf("%s was sent from %s, %v", subscriber(i), op.From, err)
		}
		sent[op.From] = true
	}
	if len(sent) != n || len(b.op.Ledger()) != n {
		t.Errorf("%d boxes, %d messages", len(sent), len(b.op.Ledger()))
	}
	t.Logf("%d subscribers, at most %d sessions, heap %d KiB before and %d KiB after", n, most, before.HeapAlloc/1024, after.HeapAlloc/1024)
}

// TestSessionInUseIsNotClosed: neither the bound nor a changed account ends a session that somebody uses.
func TestSessionInUseIsNotClosed(t *testing.T) {
	t.Parallel()
	hold, held := make(chan struct{}), make(chan struct{})
	var once sync.Once
	b := setup(t, both(forms, func(b *bundle) {
		b.cfg.Sessions = 1
		b.op.Steps = append(b.op.Steps, edotestHang(nil, func(context.Context) { once.Do(func() { close(held) }); <-hold }))
		b.op.Steps[0].Err = nil
	}))
	b.run(t)
	if _, err := b.gw.Send(t.Context(), pack("p1", "one")); err != nil {
		t.Fatal(err)
	}
	<-held
	b.setAccount(func(a *edo.Account) { a.Revision = "2" })
	if _, err := b.gw.Send(t.Context(), pack("p2", "two")); err != nil {
		t.Fatal(err)
	}
	b.until(t, "p2", settled)
	if n := b.op.Sessions(); n != 2 {
		t.Errorf("%d sessions are open while one is in use and one is kept", n)
	}
	close(hold)
	b.until(t, "p1", settled)
	eventually(t, func() bool { return b.op.Sessions() == 1 })
}

// opener notes with which revisions sessions are opened.
type opener struct {
	edo.Driver
	mu        sync.Mutex
	revisions []string
}

func (o *opener) Open(ctx context.Context, a edo.Account) (edo.Session, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.revisions = append(o.revisions, a.Revision)
	return o.Driver.Open(ctx, a)
}

// TestOldAccountOpensNothing: a job that has read its account before that changed does not log in with the old one once
// more, nor end the session of the new one.
func TestOldAccountOpensNothing(t *testing.T) {
	t.Parallel()
	var o *opener
	b := setup(t, both(forms, func(b *bundle) {
		o = &opener{Driver: b.op}
		b.cfg.Drivers = []edo.Driver{o}
		b.account.Revision = "1"
	}))
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var changed atomic.Bool
	c := b.cfg
	c.Workers = 2
	c.Trace = func(_ context.Context, point string) {
		if point != "send.accepted" || changed.Swap(true) {
			return
		}
		b.setAccount(func(a *edo.Account) { a.Revision = "2" }) // p1 goes to a worker with the account of its acceptance
		if _, err := b.gw.SendAndWait(ctx, pack("p2", "two")); err != nil {
			t.Error(err)
		}
	}
	b.gw = b.open(t, c)
	b.run(t)
	if _, err := b.gw.SendAndWait(ctx, pack("p1", "one")); err != nil {
		t.Fatal(err)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if diff := cmp.Diff([]string{"2"}, o.revisions); diff != "" {
		t.Errorf("sessions opened (-want +got):\n%s", diff)
	}
}

// TestForeignBoxFailsBeforeTheWire: a box that is not the subscriber's is a fault of the package, nothing is tried again.
func TestForeignBoxFailsBeforeTheWire(t *testing.T) {
	t.Parallel()
	b := setup(t, both(forms, steps(&edo.Error{Kind: edo.Denied, Reason: edo.BoxForeign}, true)))
	b.run(t)
	op, err := b.gw.SendAndWait(t.Context(), pack("p1", "one"))
	if err != nil || op.State != edo.StateFailed || op.Reason != edo.BoxForeign || len(b.op.Ledger()) != 0 || b.op.Sends() != 1 {
		t.Errorf("%s %s, %d sends, %v", op.State, op.Reason, b.op.Sends(), err)
	}
}

// withKinds is one outbound kind with rules and one inbound.
func withKinds(b *bundle) {
	b.cfg.Kinds = []edo.DocumentKind{
		{
			ID: "contract", Direction: edo.Outbound, Title: edo.Sentence{RU: "Договор", EN: "Contract"}, NeedSign: true,
			Attachments: edo.AttachmentRule{Min: 1, Max: 2, Extensions: []string{".pdf", ".png"}},
		},
		{ID: "application", Direction: edo.Inbound, Title: edo.Sentence{RU: "Заявка", EN: "Application"}, Match: []string{"заявление"}, Consents: []string{"personal-data", "rules"}},
	}
}

// TestKinds: what may come with a document and which consents it needs are data.
func TestKinds(t *testing.T) {
	t.Parallel()
	consent := func(id string) edo.Consent {
		return edo.Consent{ID: id, Text: content(id).Digest, At: time.Now(), Person: "Иванов"}
	}
	given := []edo.Consent{consent("personal-data"), consent("rules")}
	for name, tc := range map[string]struct {
		kind     string
		names    []string
		consents []edo.Consent
		want     error
	}{
		"of no kind":             {"Разное", []string{"a.exe"}, nil, nil},
		"with its attachment":    {"Договор", []string{"c.docx", "plan.PDF"}, nil, nil},
		"by its English title":   {"contract", []string{"c.docx"}, nil, edo.AttachmentsWrong},
		"without attachment":     {"Договор", []string{"c.docx"}, nil, edo.AttachmentsWrong},
		"too many attachments":   {"Договор", []string{"c.pdf", "1.pdf", "2.pdf", "3.pdf"}, nil, edo.AttachmentsWrong},
		"a program attached":     {"Договор", []string{"c.pdf", "1.exe"}, nil, edo.AttachmentsWrong},
		"without consents":       {"заявление", []string{"a.pdf"}, nil, edo.ConsentMissing},
		"without one consent":    {"Заявка", []string{"a.pdf"}, given[:1], edo.ConsentMissing},
		"with its consents":      {"Заявка", []string{"a.pdf"}, given, nil},
		"an incomplete consent":  {"Заявка", []string{"a.pdf"}, []edo.Consent{given[0], {ID: "rules"}}, edo.ConsentMissing},
		"consents of no concern": {"Разное", []string{"a.pdf"}, given, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, both(withKinds, func(b *bundle) { b.account.Payer = "utility" }))
			p := pack("p1", tc.names...)
			for i := range p.Documents {
				p.Documents[i].Name, p.Documents[i].Kind = tc.names[i], "Приложение"
			}
			p.Documents[0].Kind, p.Consents = tc.kind, tc.consents
			op, err := b.gw.Send(t.Context(), p)
			if tc.want == nil && err != nil || tc.want != nil && !errors.Is(err, tc.want) {
				t.Errorf("got %v, want %v", err, tc.want)
			}
			if err != nil {
				return
			}
			if op, err = b.gw.Status(t.Context(), op.Key); err != nil || len(op.Consents) != len(tc.consents) || op.Payer != "utility" {
				t.Errorf("stored %+v for %s, %v", op.Consents, op.Payer, err)
			}
			if op.Documents[0].NeedSign != (tc.kind == "Договор") {
				t.Errorf("need sign %v", op.Documents[0].NeedSign)
			}
		})
	}
}

var _ gateway.Accounts = ownAccounts{}
