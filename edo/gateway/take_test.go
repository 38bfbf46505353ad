package gateway_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/edotest"
	"github.com/edokit/edokit/edo/gateway"
)

// answerTo is a message with one document that answers another.
func answerTo(id string, class edo.Class, parent edo.RemoteID, content string) edotest.Planted {
	m := edotest.Letter(id, sender, "")
	d := &m.Documents[0]
	d.Class, d.Parent, d.NeedReceipt = class, parent, false
	m.Contents[d.Remote] = []byte(content)
	return m
}

// TestClosedContent: where the operator gives the content only after our receipt, the description is told first, the
// receipt goes out, and the content follows by itself.
func TestClosedContent(t *testing.T) {
	t.Parallel()
	var receipts func() int
	b := setup(t, both(receives, func(b *bundle) {
		receipts = b.op.Receipts
		b.op.In.Download = func(edo.Ref) error {
			if receipts() == 0 {
				return &edo.Error{Kind: edo.NotReady, Reason: edo.ContentClosed, Message: "not before the receipt"}
			}
			return nil
		}
	}))
	b.op.PlantLetters(1, sender, "Жалоба")
	b.run(t)
	b.receive(t)
	d := b.came(t, "in-1-doc", stored)
	eventually(t, func() bool {
		m, err := b.store.InboundMessage(t.Context(), sub, "in-1")
		return err == nil && m.State == edo.InboundStored
	})
	if d.Signatures[0].Verdict != edo.VerdictValid || d.Digest.IsZero() || len(d.Signatures) != 1 || d.Responsible != admin {
		t.Errorf("%+v", d)
	}
	var told []edo.InboundState
	for _, e := range b.events(t, edo.EventInbound) {
		told = append(told, e.Inbound.State)
	}
	if diff := cmp.Diff([]edo.InboundState{edo.InboundClosed, edo.InboundStored}, told); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if n := b.op.Receipts(); n != 1 {
		t.Errorf("%d receipts", n)
	}
}

// TestOneDocumentIsDenied: the others are stored and told once; the message stays listed, says why, and is completed
// when the operator gives the rest.
func TestOneDocumentIsDenied(t *testing.T) {
	t.Parallel()
	var open atomic.Bool
	var tries counter
	b := setup(t, both(receives, func(b *bundle) {
		b.op.In.Download = func(r edo.Ref) error {
			if r.Remote == "in-1-second" {
				if tries.next(); !open.Load() {
					return &edo.Error{Kind: edo.Denied, Message: "no access"}
				}
			}
			return nil
		}
	}))
	m := edotest.Letter("in-1", sender, "Жалоба")
	second := m.Documents[0]
	second.Remote = "in-1-second"
	m.Documents = append([]edo.IncomingDocument{second}, m.Documents...)
	m.Contents[second.Remote] = []byte("second")
	b.op.Plant(m)
	b.run(t)
	b.receive(t)
	b.came(t, "in-1-doc", stored)
	eventually(t, func() bool { return tries.n.Load() > 2 })
	row, err := b.store.InboundMessage(t.Context(), sub, "in-1")
	if err != nil || row.State != edo.InboundListed || !strings.Contains(row.Detail, "in-1-second") || !strings.Contains(row.Detail, "no access") {
		t.Errorf("%+v, %v", row, err)
	}
	open.Store(true)
	b.came(t, "in-1-second", stored)
	documents := slices.DeleteFunc(b.events(t, edo.EventInbound), func(e edo.Event) bool { return e.Document == "" })
	if n := len(documents); n != 2 {
		t.Errorf("%d events for two documents", n)
	}
}

// TestUnseenIsTold: the administrator is told once of a message that cannot be described, and of one whose content the
// operator denies; both are tried further, also by a process that begins anew.
func TestUnseenIsTold(t *testing.T) {
	t.Parallel()
	var open atomic.Bool
	var tries, downloads counter
	trouble := &edo.Error{Kind: edo.InDoubt, Reason: edo.AnswerUnreadable, Message: "no XML"}
	b := setup(t, both(receives, func(b *bundle) {
		b.cfg.Backoff = gateway.Backoff{First: time.Millisecond, Longest: time.Millisecond}
		b.op.In.Receive = func(id edo.MessageID) error {
			if id == "in-1" && !open.Load() {
				tries.next()
				return trouble
			}
			return nil
		}
		b.op.In.Download = func(r edo.Ref) error {
			if r.Remote == "in-2-doc" && !open.Load() {
				downloads.next()
				return &edo.Error{Kind: edo.Denied, Message: "no access"}
			}
			return nil
		}
	}))
	b.op.PlantLetters(3, sender, "Жалоба")
	stop := b.runOnce(t)
	b.receive(t)
	b.came(t, "in-3-doc", stored)
	eventually(t, func() bool { return tries.n.Load() > 6 && downloads.n.Load() > 6 })
	stop()
	b.runOnce(t)
	eventually(t, func() bool { return tries.n.Load() > 10 && downloads.n.Load() > 10 })
	told := map[edo.PackageID]edo.Reason{}
	events := slices.DeleteFunc(b.events(t, edo.EventInbound), func(e edo.Event) bool { return e.Document != "" })
	for _, e := range events {
		told[e.Key.Package] = e.Reason
		if d := e.Inbound; d.Responsible != admin || d.Why.RU == "" || d.From.Box != sender.Box || d.State != edo.InboundListed || string(d.Message) != string(e.Key.Package) {
			t.Errorf("%+v", d)
		}
	}
	want := map[edo.PackageID]edo.Reason{"in-1": edo.AnswerUnreadable, "in-2": edo.ContentMissing}
	if diff := cmp.Diff(want, told); diff != "" || len(events) != 2 {
		t.Errorf("%d events (-want +got)\n%s", len(events), diff)
	}
	open.Store(true)
	b.came(t, "in-1-doc", stored)
	b.came(t, "in-2-doc", stored)
	if n := len(b.events(t, edo.EventInbound)); n != 5 {
		t.Errorf("%d events in the end", n)
	}
}

// TestSameDocumentInTwoMessages: it is one document, told once.
func TestSameDocumentInTwoMessages(t *testing.T) {
	t.Parallel()
	b := setup(t, receives)
	for _, id := range []edo.MessageID{"in-1", "again-1", "again-2", "again-3"} {
		m := edotest.Letter("in-1", sender, "Жалоба")
		m.Message = id
		b.op.Plant(m)
	}
	b.run(t)
	b.receive(t)
	eventually(t, func() bool {
		for _, id := range []edo.MessageID{"in-1", "again-1", "again-2", "again-3"} {
			if m, err := b.store.InboundMessage(t.Context(), sub, id); err != nil || m.State != edo.InboundStored {
				return false
			}
		}
		return b.op.Receipts() > 0
	})
	if n := len(b.events(t, edo.EventInbound)); n != 1 {
		t.Errorf("told %d times", n)
	}
}

// TestUnreadableMessageIsNeverGivenUp: its row says why, the others pass, and it is stored when it can be read.
func TestUnreadableMessageIsNeverGivenUp(t *testing.T) {
	t.Parallel()
	for name, trouble := range map[string]error{
		"unreadable": &edo.Error{Kind: edo.InDoubt, Reason: edo.AnswerUnreadable, Message: "no XML"},
		"not there":  &edo.Error{Kind: edo.NotFound, Message: "no such message"},
		"outage":     &edo.Error{Kind: edo.Unavailable, Message: "connection refused"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var mended atomic.Bool
			b := setup(t, both(receives, func(b *bundle) {
				b.op.In.Receive = func(id edo.MessageID) error {
					if id == "in-1" && !mended.Load() {
						return trouble
					}
					return nil
				}
			}))
			b.op.PlantLetters(2, sender, "Жалоба")
			b.run(t)
			b.receive(t)
			b.came(t, "in-2-doc", stored)
			var e *edo.Error
			_ = asErr(trouble, &e)
			eventually(t, func() bool {
				m, err := b.store.InboundMessage(t.Context(), sub, "in-1")
				return err == nil && m.State == edo.InboundListed && strings.Contains(m.Detail, e.Message)
			})
			mended.Store(true)
			b.came(t, "in-1-doc", stored)
		})
	}
}

func asErr(err error, to **edo.Error) bool {
	e, ok := err.(*edo.Error) //nolint:errorlint // made here
	*to = e
	return ok
}

// TestAnswersToOurs: receipts, refusals with their text, offers to revoke and bare signatures come with the document of
// ours that they answer; a signature is checked against our bytes.
func TestAnswersToOurs(t *testing.T) {
	t.Parallel()
	checks := &seen{}
	b := setup(t, both(receives, forms, func(b *bundle) { b.cfg.Verifier = checks }))
	b.run(t)
	if _, err := b.gw.Send(t.Context(), pack("p1", "our letter")); err != nil {
		t.Fatal(err)
	}
	ours := b.until(t, "p1", settled).Documents[0].Remote
	b.op.Plant(
		answerTo("receipt", edo.ClassReceipt, ours, "received"), answerTo("no", edo.ClassRefusal, ours, "refuse\nx\ny\nthe price is wrong"),
		answerTo("back", edo.ClassRevocation, ours, "revoke\nx\ny\nsent by mistake"), answerTo("sent", edo.ClassConfirmation, ours, "confirmed"),
		edotest.Planted{Incoming: edo.Incoming{Message: "bare", From: sender, Signatures: []edo.IncomingSignature{
			{Document: ours, ID: "s-1", From: sender.Box, CMS: []byte("their signature"), Valid: true},
			{Document: ours, ID: "s-2", From: "BOX-OWN", CMS: []byte("our signature"), Valid: true},
		}}},
	)
	bare := "sign:" + ours + ":s-1"
	b.receive(t)
	for _, r := range []edo.RemoteID{"receipt-doc", "no-doc", "back-doc", "sent-doc", bare} {
		b.came(t, r, stored)
	}
	type told struct {
		About    edo.PackageID
		External string
		Class    edo.Class
		Text     string
	}
	got := map[edo.RemoteID]told{}
	for _, e := range b.events(t, edo.EventAnswer) {
		if e.Key.Package != e.Inbound.About.Package || string(e.Document) != e.Inbound.Document {
			t.Errorf("event %+v", e)
		}
		got[e.Inbound.Key.Remote] = told{e.Key.Package, e.ExternalID, e.Inbound.Class, e.Detail}
	}
	want := map[edo.RemoteID]told{
		"receipt-doc": {"p1", "ext-1", edo.ClassReceipt, ""}, "no-doc": {"p1", "ext-1", edo.ClassRefusal, "the price is wrong"},
		"back-doc": {"p1", "ext-1", edo.ClassRevocation, "sent by mistake"}, bare: {"p1", "ext-1", edo.ClassSignature, ""},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if events := b.events(t, edo.EventInbound); len(events) != 1 || events[0].Inbound.Class != edo.ClassRevocation {
		t.Errorf("%d inbound events", len(events))
	}
	if !checks.saw("our letter", "their signature") || checks.saw("our letter", "our signature") {
		t.Error("the bare signature was not checked against our bytes, or our own was taken for theirs")
	}
}

// TestBareSignaturesAreKeptApart: without an id of the operator, or with one id for two documents, each is a row of its
// own; the same one in another message is none.
func TestBareSignaturesAreKeptApart(t *testing.T) {
	t.Parallel()
	b := setup(t, receives)
	b.run(t)
	if _, err := b.gw.Send(t.Context(), pack("p1", "one", "two")); err != nil {
		t.Fatal(err)
	}
	ours := b.until(t, "p1", func(op edo.Operation) bool { return op.State.Sent() }).Documents
	plant := func(message edo.MessageID, document edo.RemoteID, id, cms string) {
		b.op.Plant(edotest.Planted{Incoming: edo.Incoming{Message: message, From: sender, Signatures: []edo.IncomingSignature{
			{Document: document, ID: id, From: sender.Box, CMS: []byte(cms), Valid: true},
		}}})
	}
	for i, d := range ours {
		plant(edo.MessageID(fmt.Sprint("a", i)), d.Remote, "", "anonymous "+string(d.Remote))
		plant(edo.MessageID(fmt.Sprint("s", i)), d.Remote, "s-1", "signature "+string(d.Remote))
	}
	plant("more", ours[0].Remote, "", "another")
	plant("last", ours[0].Remote, "", "another")
	b.receive(t)
	eventually(t, func() bool {
		for _, id := range []edo.MessageID{"a0", "a1", "s0", "s1", "more", "last"} {
			if m, err := b.store.InboundMessage(t.Context(), sub, id); err != nil || m.State != edo.InboundStored {
				return false
			}
		}
		return true
	})
	for i, want := range []int{3, 2} {
		all, err := b.store.Answers(t.Context(), sub, ours[i].Remote)
		if err != nil || len(all) != want {
			t.Errorf("document %d: %d signatures, want %d, %v", i, len(all), want, err)
		}
	}
}

// seen is a verifier that remembers what it was asked.
type seen struct {
	mu    sync.Mutex
	pairs [][2]string
}

func (s *seen) Check(_ context.Context, content io.Reader, signature []byte, _ time.Time) (edo.Verdict, error) {
	b, err := io.ReadAll(content)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pairs = append(s.pairs, [2]string{string(b), string(signature)})
	return edo.Verdict{State: edo.VerdictValid}, err
}

func (s *seen) saw(content, signature string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.pairs {
		if p == [2]string{content, signature} {
			return true
		}
	}
	return false
}

// TestNoServiceSigner: the document reaches its person, who is told that no receipt can be given; naming a signer later
// sends it.
func TestNoServiceSigner(t *testing.T) {
	t.Parallel()
	b := setup(t, both(receives, func(b *bundle) { b.account.Service = "" }))
	b.op.PlantLetters(1, sender, "Жалоба")
	b.run(t)
	b.receive(t)
	b.came(t, "in-1-doc", stored)
	if events := b.events(t, edo.EventInbound); len(events) != 1 || events[0].Reason != edo.SignerMissing || events[0].Detail == "" {
		t.Errorf("%+v", events)
	}
	b.setAccount(func(a *edo.Account) { a.Service = "head" })
	eventually(t, func() bool { return b.op.Receipts() == 1 })
}

// TestListingFails: a slow check that failed is not begun again before its time.
func TestListingFails(t *testing.T) {
	t.Parallel()
	b := setup(t, both(receives, func(b *bundle) {
		b.cfg.FullCheck = time.Hour
		b.cfg.Drivers = []edo.Driver{longBox{b.op}}
	}))
	b.op.PlantLetters(1, sender, "Жалоба")
	b.run(t)
	b.receive(t)
	checks := func() []edo.Attempt {
		all, err := b.store.Attempts(t.Context(), edo.Key{Subscriber: sub})
		if err != nil {
			t.Fatal(err)
		}
		return slices.DeleteFunc(all, func(a edo.Attempt) bool { return a.Job != edo.JobCheck || a.EndedAt.IsZero() })
	}
	eventually(t, func() bool { return len(checks()) > 0 })
	for i := range 5 { // the box is read several times more
		id := fmt.Sprint("more-", i)
		b.op.Plant(edotest.Letter(id, sender, "Жалоба"))
		b.came(t, edo.RemoteID(id+"-doc"), stored)
	}
	if c := checks(); len(c) != 1 || c[0].Result != string(edo.AnswerUnreadable) {
		t.Errorf("%+v", c)
	}
}

// longBox is an operator whose slow list is longer than what can be read.
type longBox struct{ *edotest.Operator }

func (l longBox) Open(ctx context.Context, a edo.Account) (edo.Session, error) {
	s, err := l.Operator.Open(ctx, a)
	if err != nil {
		return nil, err
	}
	return longSession{s, s.(edo.Receiver)}, nil
}

type longSession struct {
	edo.Session
	edo.Receiver
}

func (longSession) Listing(context.Context, time.Time, int) (edo.ListingPage, error) {
	return edo.ListingPage{}, &edo.Error{Kind: edo.Unavailable, Reason: edo.AnswerUnreadable, Message: "the list is longer than the limit"}
}

// TestNotices: what the operator wants confirmed is ordered once, with its own bytes, and only when the document that it
// is about is durable with us.
func TestNotices(t *testing.T) {
	t.Parallel()
	var hold atomic.Bool
	hold.Store(true)
	b := setup(t, both(receives, func(b *bundle) {
		b.op.In.Download = func(edo.Ref) error {
			if hold.Load() {
				return &edo.Error{Kind: edo.Unavailable, Message: "later"}
			}
			return nil
		}
		b.op.Answer.Notices = func() []edo.Notice {
			n := edo.Notice{Type: "receipt", Class: edo.ClassReceipt, Name: "n.xml", Content: []byte("notice by the operator"), Parent: "sent-doc", To: []edo.Address{sender}}
			return []edo.Notice{n, n, {Class: edo.ClassReceipt, Name: "about nothing.xml"}}
		}
	}))
	m := answerTo("sent", edo.ClassConfirmation, "somebody's", "confirmed")
	m.Documents[0].NoticeDue = true
	b.op.Plant(m)
	b.run(t)
	b.receive(t)
	eventually(t, func() bool {
		m, err := b.store.InboundMessage(t.Context(), sub, "sent")
		return err == nil && strings.Contains(m.Detail, "later")
	})
	eventually(t, func() bool {
		attempts, err := b.store.Attempts(t.Context(), edo.Key{Subscriber: sub})
		return err == nil && slices.ContainsFunc(attempts, func(a edo.Attempt) bool { return a.Job == edo.JobNotices && a.Result == "on their way" })
	})
	key := edo.Key{Subscriber: sub, Package: edo.AnswerID(edo.AnswerReceipt, "sent-doc")}
	if op, err := b.gw.Status(t.Context(), key); !errors.Is(err, edo.NotFound) {
		t.Fatalf("a notice before the document is stored: %s, %v", op.State, err)
	}
	hold.Store(false)
	eventually(t, func() bool { return b.op.Receipts() > 0 })
	op := b.until(t, key.Package, state(edo.StateSent))
	if got, err := b.read(t, op.Key, op.Documents[0].ID, edo.RoleOriginal); string(got) != "notice by the operator" || err != nil {
		t.Errorf("sent %q, %v", got, err)
	}
	if n := b.op.Receipts(); n != 1 {
		t.Errorf("%d sent", n)
	}
	// The list goes on showing what was settled: that is no reason to ask ever again soon.
	eventually(t, func() bool {
		attempts, err := b.store.Attempts(t.Context(), edo.Key{Subscriber: sub})
		attempts = slices.DeleteFunc(attempts, func(a edo.Attempt) bool { return a.Job != edo.JobNotices || a.EndedAt.IsZero() })
		return err == nil && attempts[len(attempts)-1].Result == "none is due"
	})
}
