package gateway_test

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/edotest"
	"github.com/edokit/edokit/edo/gateway"
)

const admin = edo.ActorID("admin")

var sender = edo.Address{Box: "box-client", INN: "7707083893", KPP: "773601001", Name: "Client", Active: true}

// people is who gets what came in.
type people struct {
	rules    []edo.Responsible
	absences []edo.Absence
}

func (p *people) Responsibles(context.Context, edo.SubscriberID) ([]edo.Responsible, error) {
	return p.rules, nil
}

func (p *people) Absences(context.Context, edo.SubscriberID, time.Time) ([]edo.Absence, error) {
	return p.absences, nil
}

func onlyAdmin() *people {
	return &people{rules: []edo.Responsible{{Scope: edo.ScopeAdministrator, Actor: admin}}}
}

// receives lets the bundle's box be read, often.
func receives(b *bundle) {
	b.account.Policy.Receive, b.account.Service = true, "head"
	b.cfg.Inbox, b.cfg.Routing, b.cfg.Kinds = b.store, onlyAdmin(), fiveKinds()
	b.cfg.Pull, b.cfg.FullCheck = 5*time.Millisecond, 50*time.Millisecond
}

func fiveKinds() []edo.DocumentKind {
	kind := func(id, ru, en string) edo.DocumentKind {
		return edo.DocumentKind{ID: id, Direction: edo.Inbound, Title: edo.Sentence{RU: ru, EN: en}}
	}
	return []edo.DocumentKind{
		kind("application", "Заявка", "Application"), kind("inquiry", "Запрос", "Inquiry"), kind("complaint", "Жалоба", "Complaint"),
		kind("connection", "Заявка на присоединение", "Connection application"), kind("notice", "Уведомление о выполнении ТУ", "Notice of fulfilment"),
	}
}

// came waits for an inbound document for which ok says yes.
func (b *bundle) came(t *testing.T, r edo.RemoteID, ok func(edo.InboundDocument) bool) edo.InboundDocument {
	t.Helper()
	var d edo.InboundDocument
	eventually(t, func() bool {
		var err error
		d, err = b.gw.Inbound(t.Context(), edo.InboundKey{Subscriber: sub, Remote: r})
		if err != nil && !errors.Is(err, edo.NotFound) {
			t.Fatal(err)
		}
		return err == nil && ok(d)
	})
	return d
}

func stored(d edo.InboundDocument) bool { return d.State == edo.InboundStored }

// eventually looks until ok says yes.
func eventually(t *testing.T, ok func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	for !ok() {
		select {
		case <-ctx.Done():
			t.Fatal("it does not come to that")
		case <-time.After(time.Millisecond):
		}
	}
}

// events lists everything that happened, of one kind.
func (b *bundle) events(t *testing.T, kind edo.EventKind) []edo.Event {
	t.Helper()
	var all []edo.Event
	for after := int64(0); ; {
		page, err := b.gw.Deliver(t.Context(), sub, after, 1000)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			return slices.DeleteFunc(all, func(e edo.Event) bool { return e.Kind != kind })
		}
		all, after = append(all, page...), page[len(page)-1].Seq
	}
}

func (b *bundle) receive(t *testing.T) {
	t.Helper()
	if err := b.gw.Receive(t.Context(), sub); err != nil {
		t.Fatal(err)
	}
}

// TestInboundIsStoredAndHandedOver: one letter becomes a row with content, both verdicts, kind, person and sentence, and
// one event; its content is read like any other.
func TestInboundIsStoredAndHandedOver(t *testing.T) {
	t.Parallel()
	b := setup(t, receives)
	letter := edotest.Letter("in-1", sender, "жалоба")
	letter.Documents[0].Name = `..\..\letter?.pdf`
	b.op.Plant(letter)
	b.run(t)
	b.receive(t)
	d := b.came(t, "in-1-doc", stored)
	if d.KindID != "complaint" || d.Responsible != admin || d.Why.RU == "" || d.Why.EN == "" || d.From.INN != sender.INN || !d.Sound() || d.Name != "letter_.pdf" {
		t.Errorf("%+v", d)
	}
	if len(d.Signatures) != 1 || d.Signatures[0].Verdict != edo.VerdictValid || d.Signatures[0].CMS.IsZero() {
		t.Errorf("signatures %+v", d.Signatures)
	}
	events := b.events(t, edo.EventInbound)
	if len(events) != 1 || events[0].Inbound == nil || events[0].Inbound.Key != d.Key || events[0].Inbound.Digest != d.Digest {
		t.Fatalf("events %+v", events)
	}
	for role, want := range map[edo.Role]string{edo.RoleOriginal: "content of in-1", edo.RoleSignature: "signature in-1"} {
		if got, err := b.read(t, events[0].Key, events[0].Document, role); string(got) != want || err != nil {
			t.Errorf("%s: %q, %v", role, got, err)
		}
	}
	if _, err := b.read(t, events[0].Key, events[0].Document, edo.RoleLocalMark); !errors.Is(err, edo.NotFound) {
		t.Errorf("a version that is not there: %v", err)
	}
}

// TestNotReadWithoutPolicyOrAdministrator: nothing leaves the operator before somebody is responsible for it.
func TestNotReadWithoutPolicyOrAdministrator(t *testing.T) {
	t.Parallel()
	kindOnly := &people{rules: []edo.Responsible{{Scope: edo.ScopeAdministrator, Kind: "complaint", Actor: admin}}}
	cases := map[string]struct {
		change  func(*bundle)
		refusal string // part of it; empty: the box is left alone
	}{
		"policy off":              {func(b *bundle) { b.account.Policy.Receive = false }, ""},
		"no administrator":        {func(b *bundle) { b.cfg.Routing = &people{} }, "no exchange administrator"},
		"administrator of a kind": {func(b *bundle) { b.cfg.Routing = kindOnly }, "no exchange administrator"},
		"account denied": {func(b *bundle) {
			b.op.In.InboxErr = func(int, edo.MessageID) error { return &edo.Error{Kind: edo.Denied, Message: "login"} }
		}, "login"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, both(receives, tc.change))
			b.op.PlantLetters(3, sender, "Жалоба")
			b.run(t)
			b.receive(t)
			var attempts []edo.Attempt
			eventually(t, func() (ok bool) {
				var err error
				attempts, err = b.store.Attempts(t.Context(), edo.Key{Subscriber: sub})
				return err == nil && len(attempts) > 0 && attempts[0].Result != ""
			})
			if off := attempts[0].Result == "off"; off != (tc.refusal == "") {
				t.Errorf("the first try ended with %s", attempts[0].Result)
			}
			c, err := b.store.Cursor(t.Context(), sub)
			if err != nil || !strings.Contains(c.Refusal, tc.refusal) || (tc.refusal == "") != (c.Refusal == "") {
				t.Errorf("refusal %q, %v", c.Refusal, err)
			}
			if _, err := b.gw.Inbound(t.Context(), edo.InboundKey{Subscriber: sub, Remote: "in-1-doc"}); !errors.Is(err, edo.NotFound) {
				t.Errorf("came in all the same: %v", err)
			}
		})
	}
}

// TestAdministratorComesLater: what was refused goes on by itself.
func TestAdministratorComesLater(t *testing.T) {
	t.Parallel()
	p := &latePeople{}
	b := setup(t, both(receives, func(b *bundle) { b.cfg.Routing = p }))
	b.op.PlantLetters(1, sender, "Жалоба")
	b.run(t)
	b.receive(t)
	b.came(t, "in-1-doc", stored)
	if c, err := b.store.Cursor(t.Context(), sub); c.Refusal != "" || err != nil {
		t.Errorf("refusal %q, %v", c.Refusal, err)
	}
}

type counter struct{ n atomic.Int64 }

func (c *counter) next() int { return int(c.n.Add(1)) }

// latePeople has an administrator from the third question on.
type latePeople struct {
	people
	asked counter
}

func (p *latePeople) Responsibles(context.Context, edo.SubscriberID) ([]edo.Responsible, error) {
	if p.asked.next() < 3 {
		return nil, nil
	}
	return onlyAdmin().rules, nil
}

// TestUnsoundReachesAPerson: whatever is wrong with a document, it is handed over with what is wrong about it.
func TestUnsoundReachesAPerson(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		plant   func(*edotest.Planted)
		verdict edo.Verdict
		fail    error
		want    edo.InboundSignature // verdict, reason and the operator's word
	}{
		"operator says no": {func(m *edotest.Planted) { m.Signatures[0].Valid = false }, edo.Verdict{State: edo.VerdictValid}, nil, edo.InboundSignature{Verdict: edo.VerdictValid}},
		"we say no":        {nil, edo.Verdict{State: edo.VerdictInvalid, Reason: edo.SignatureInvalid}, nil, edo.InboundSignature{Verdict: edo.VerdictInvalid, Reason: edo.SignatureInvalid, Operator: true}},
		"no CMS at all":    {nil, edo.Verdict{}, &edo.Error{Kind: edo.Invalid, Reason: edo.SignatureMalformed}, edo.InboundSignature{Verdict: edo.VerdictInvalid, Reason: edo.SignatureMalformed, Operator: true}},
		"no bytes":         {func(m *edotest.Planted) { m.Signatures[0].CMS = nil }, edo.Verdict{State: edo.VerdictValid}, nil, edo.InboundSignature{Verdict: edo.VerdictInvalid, Reason: edo.SignatureMalformed, Operator: true}},
		"not significant": {func(m *edotest.Planted) {
			m.Documents[0].Legitimate, m.Documents[0].NotLegitimate = false, []string{"expired"}
		}, edo.Verdict{State: edo.VerdictValid}, nil, edo.InboundSignature{Verdict: edo.VerdictValid, Operator: true}},
		"unknown kind, nobody": {func(m *edotest.Planted) {
			m.Documents[0].Kind, m.From, m.Signatures[0].Valid = "???", edo.Address{}, false
		}, edo.Verdict{State: edo.VerdictValid}, nil, edo.InboundSignature{Verdict: edo.VerdictValid}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			letter := edotest.Letter("in-1", sender, "Жалоба")
			if tc.plant != nil {
				tc.plant(&letter)
			}
			b := setup(t, both(receives, func(b *bundle) { b.cfg.Verifier = says{tc.verdict, tc.fail} }))
			b.op.Plant(letter)
			b.run(t)
			b.receive(t)
			d := b.came(t, "in-1-doc", stored)
			got := edo.InboundSignature{Verdict: d.Signatures[0].Verdict, Reason: d.Signatures[0].Reason, Operator: d.Signatures[0].Operator}
			if diff := cmp.Diff(tc.want, got); diff != "" || d.Sound() || d.Responsible != admin || d.Signatures[0].CMS.IsZero() != (name == "no bytes") {
				t.Errorf("%s sound %t, responsible %s", diff, d.Sound(), d.Responsible)
			}
			if n := len(b.events(t, edo.EventInbound)); n != 1 {
				t.Errorf("%d events", n)
			}
		})
	}
}

// says is a verifier with one answer.
type says struct {
	verdict edo.Verdict
	err     error
}

func (s says) Check(_ context.Context, content io.Reader, _ []byte, _ time.Time) (edo.Verdict, error) {
	_, err := io.Copy(io.Discard, content)
	return s.verdict, errors.Join(err, s.err)
}

var _ gateway.Verifier = says{}
