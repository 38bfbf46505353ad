package gateway_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/edotest"
	"github.com/edokit/edokit/edo/gateway"
)

// TestSendFates runs one package through every way a send can end.
func TestSendFates(t *testing.T) {
	t.Parallel()
	lost := &edo.Error{Kind: edo.InDoubt, Reason: edo.AnswerLost}
	cases := map[string]struct {
		change func(*bundle)
		state  edo.State
		reason edo.Reason
		ledger int // messages the operator accepted
		sends  int // calls it saw
	}{
		"accepted":                       {nil, edo.StateSent, "", 1, 1},
		"answer lost after acceptance":   {steps(lost, false), edo.StateSent, "", 1, 1},
		"answer lost, never accepted":    {steps(lost, true), edo.StateSent, "", 1, 2},
		"lost, then found late":          {both(steps(lost, false), visible(10*time.Minute, 3)), edo.StateSent, "", 1, 1},
		"not sent at all":                {steps(&edo.Error{Kind: edo.Unavailable}, true), edo.StateSent, "", 1, 2},
		"login refused, mended later":    {steps(&edo.Error{Kind: edo.Denied, Reason: edo.LoginRefused}, true), edo.StateSent, "", 1, 2},
		"untyped error after acceptance": {steps(errors.New("boom"), false), edo.StateSent, "", 1, 1},
		"refused by the operator":        {steps(&edo.Error{Kind: edo.Refused, Reason: edo.OperatorRefused}, true), edo.StateFailed, edo.OperatorRefused, 0, 1},
		"unknown counterparty":           {boxes(), edo.StateFailed, edo.CounterpartyUnknown, 0, 0},
		"counterparty with two boxes":    {boxes(edo.Address{Box: "a", Active: true}, edo.Address{Box: "b", Active: true}), edo.StateFailed, edo.CounterpartyMany, 0, 0},
		"own box":                        {boxes(edo.Address{Box: "box-own", Active: true}), edo.StateFailed, edo.SendToSelf, 0, 0},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, both(forms, tc.change))
			b.run(t)
			op, err := b.gw.SendAndWait(t.Context(), pack("p1", "one", "two"))
			if err != nil {
				t.Fatal(err)
			}
			got := []any{op.State, op.Reason, len(b.op.Ledger()), b.op.Sends()}
			if diff := cmp.Diff([]any{tc.state, tc.reason, tc.ledger, tc.sends}, got); diff != "" {
				t.Errorf("(-want +got)\n%s\n%+v", diff, op)
			}
		})
	}
}

func steps(err error, lose bool) func(*bundle) {
	return func(b *bundle) { b.op.Steps = append(b.op.Steps, edotestStep(err, lose)) }
}

func boxes(a ...edo.Address) func(*bundle) {
	return func(b *bundle) { b.op.Boxes = map[string][]edo.Address{"7707083893": a} }
}

func visible(after time.Duration, finds int) func(*bundle) {
	return func(b *bundle) {
		b.op.VisibilityTime = after
		b.op.Hidden = func(n int) bool { return n < finds }
	}
}

func both(changes ...func(*bundle)) func(*bundle) {
	return func(b *bundle) {
		for _, c := range changes {
			if c != nil {
				c(b)
			}
		}
	}
}

// TestDoubtIsNeverResentOnAnUnreadableAnswer: only sure answers count towards a second send.
func TestDoubtIsNeverResentOnAnUnreadableAnswer(t *testing.T) {
	t.Parallel()
	asked := make(chan struct{}, 100)
	b := setup(t, both(forms, steps(&edo.Error{Kind: edo.InDoubt}, false), func(b *bundle) {
		b.op.FindErr = func(n int) error {
			asked <- struct{}{}
			if n <= 5 {
				return &edo.Error{Kind: edo.Unavailable}
			}
			return nil
		}
	}))
	b.run(t)
	op, err := b.gw.SendAndWait(t.Context(), pack("p1", "one"))
	if err != nil || op.State != edo.StateSent || b.op.Sends() != 1 || len(asked) < 6 {
		t.Errorf("state %s, sends %d, asked %d, error %v", op.State, b.op.Sends(), len(asked), err)
	}
}

// TestInterruptedSendIsInDoubt: a process that dies after it wrote "sending" leaves a doubt, whatever it did.
func TestInterruptedSendIsInDoubt(t *testing.T) {
	t.Parallel()
	for name, accepted := range map[string]bool{"after acceptance": true, "before acceptance": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			release := make(chan struct{})
			b := setup(t, both(forms, func(b *bundle) {
				hang := func(ctx context.Context) { <-release }
				if accepted {
					b.op.Steps = append(b.op.Steps, edotestHang(nil, hang))
				} else {
					b.op.Steps = append(b.op.Steps, edotestHang(hang, nil))
				}
				b.cfg.Lease, b.cfg.Workers = 2*time.Second, 1
			}))
			dead := freeze(t, b, release)
			if _, err := b.gw.Send(t.Context(), pack("p1", "one")); err != nil {
				t.Fatal(err)
			}
			b.until(t, "p1", state(edo.StateSending))
			dead()
			b.run(t)
			op := b.until(t, "p1", settled)
			if op.State != edo.StateSent || len(b.op.Ledger()) != 1 {
				t.Errorf("state %s, %d in the ledger", op.State, len(b.op.Ledger()))
			}
			if got := b.states(t); got[1] != edo.StateSending || got[2] != edo.StateInDoubt {
				t.Errorf("went through %v", got)
			}
		})
	}
}

// states is what a host was told of the states, in order.
func (b *bundle) states(t *testing.T) []edo.State {
	t.Helper()
	events, err := b.gw.Deliver(t.Context(), sub, 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	var out []edo.State
	for _, e := range events {
		if e.Kind == edo.EventStatus {
			out = append(out, e.State)
		}
	}
	return out
}

// TestSamePackageTwice: the id with the same documents is the same operation; with others it is refused.
func TestSamePackageTwice(t *testing.T) {
	t.Parallel()
	b := setup(t, forms)
	b.run(t)
	first, err := b.gw.Send(t.Context(), pack("p1", "one"))
	if err != nil {
		t.Fatal(err)
	}
	b.refuseSigner("head", &edo.Error{Kind: edo.Denied, Reason: edo.SignerExpired}) // must not matter any more
	again, err := b.gw.Send(t.Context(), pack("p1", "one"))
	if err != nil || again.Key != first.Key || !again.CreatedAt.Equal(first.CreatedAt) {
		t.Errorf("again: %+v, %v", again, err)
	}
	if _, err := b.gw.Send(t.Context(), pack("p1", "other")); !errors.Is(err, edo.Conflict) || !errors.Is(err, edo.PackageDiffers) {
		t.Errorf("other documents: %v", err)
	}
	if _, err := b.gw.Send(t.Context(), inn(pack("p1", "one"), "7803456788")); !errors.Is(err, edo.PackageDiffers) {
		t.Errorf("another recipient: %v", err)
	}
}

// TestRefusedBeforeAnything: a package with faults leaves no row, and the driver is never called.
func TestRefusedBeforeAnything(t *testing.T) {
	t.Parallel()
	many := make([]string, 1000)
	for i := range many {
		many[i] = "x"
	}
	cases := map[string]struct {
		pack   edo.Package
		change func(*bundle)
		want   map[edo.Reason]string // reason → field
	}{
		"user not allowed":    {as(pack("p", "one"), "stranger"), nil, map[edo.Reason]string{edo.UserNotAllowed: "actor"}},
		"no documents":        {pack("p"), nil, map[edo.Reason]string{edo.PackageEmpty: "package.documents"}},
		"1000 documents":      {pack("p", many...), nil, map[edo.Reason]string{edo.PackageTooMany: "package.documents"}},
		"empty file":          {pack("p", ""), nil, map[edo.Reason]string{edo.DocumentEmpty: "package.documents[0].content"}},
		"path in a file name": {named(pack("p", "one"), "../../etc/passwd"), nil, map[edo.Reason]string{edo.NameMalformed: "package.documents[0].name"}},
		"control character":   {named(pack("p", "one"), "a\u202Efdp.exe"), nil, map[edo.Reason]string{edo.NameMalformed: "package.documents[0].name"}},
		"wrong INN":           {inn(pack("p", "one"), "7707083894"), nil, map[edo.Reason]string{edo.INNMalformed: "package.to.inn"}},
		"changed document":    {changed(pack("p", "one")), nil, map[edo.Reason]string{edo.DocumentChanged: "package.documents[0].content"}},
		"unknown signer":      {signer(pack("p", "one"), "nobody"), nil, map[edo.Reason]string{edo.SignerUnknown: "package.documents[0].signer"}},
		"expired signer": {pack("p", "one"), func(b *bundle) {
			b.refuseSigner("head", &edo.Error{Kind: edo.Denied, Reason: edo.SignerExpired})
		}, map[edo.Reason]string{edo.SignerExpired: "package.documents[0].signer"}},
		"signature of another document": {signed(pack("p", "one")), func(b *bundle) {
			b.verdict = edo.Verdict{State: edo.VerdictInvalid, Reason: edo.SignatureInvalid}
		}, map[edo.Reason]string{edo.SignatureInvalid: "package.documents[0].signature"}},
		"unverifiable, refused by policy": {signed(pack("p", "one")), func(b *bundle) {
			b.verdict = edo.Verdict{State: edo.VerdictOperatorOnly}
			b.account.Policy.Unverified = edo.RefuseUnverified
		}, map[edo.Reason]string{edo.SignatureUnverified: "package.documents[0].signature"}},
		"three faults at once": {named(inn(signer(pack("p", "one"), "nobody"), "1"), "a/b"), nil, map[edo.Reason]string{
			edo.INNMalformed: "package.to.inn", edo.NameMalformed: "package.documents[0].name", edo.SignerUnknown: "package.documents[0].signer",
		}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, tc.change)
			b.run(t)
			_, err := b.gw.Send(t.Context(), tc.pack)
			if diff := cmp.Diff(tc.want, reasons(err)); diff != "" {
				t.Errorf("(-want +got)\n%s\n%v", diff, err)
			}
			_, err = b.gw.Status(t.Context(), edo.Key{Subscriber: sub, Package: tc.pack.ID})
			if !errors.Is(err, edo.NotFound) || b.op.Sends() != 0 {
				t.Errorf("left something behind: %v, sends %d", err, b.op.Sends())
			}
		})
	}
}

func reasons(err error) map[edo.Reason]string {
	out := map[edo.Reason]string{}
	var list edo.Faults
	if !errors.As(err, &list) {
		list = edo.Faults{err}
	}
	for _, e := range list {
		var one *edo.Error
		if errors.As(e, &one) {
			out[one.Reason] = one.Field
		}
	}
	return out
}

func as(p edo.Package, a edo.ActorID) edo.Package      { p.Actor = a; return p }
func inn(p edo.Package, v string) edo.Package          { p.To.INN = v; return p }
func named(p edo.Package, name string) edo.Package     { p.Documents[0].Name = name; return p }
func signed(p edo.Package) edo.Package                 { p.Documents[0].Signature = []byte("cms"); return p }
func signer(p edo.Package, s edo.SignerID) edo.Package { p.Documents[0].Signer = s; return p }

func changed(p edo.Package) edo.Package {
	p.Documents[0].Content.Open = content(strings.ToUpper("one")).Open
	return p
}

// TestSignatureIsMadeOnce: a retry sends the same bytes, signature included.
func TestSignatureIsMadeOnce(t *testing.T) {
	t.Parallel()
	var seen [][]byte
	b := setup(t, both(forms, steps(&edo.Error{Kind: edo.InDoubt}, true)))
	b.run(t)
	op, err := b.gw.SendAndWait(t.Context(), pack("p1", "one"))
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range b.op.Ledger() {
		seen = append(seen, a.Message.Documents[0].Signature)
	}
	d, _, _ := edo.DigestOf(strings.NewReader(string(seen[0])))
	if len(seen) != 1 || d != op.Documents[0].Signature || op.Attempts != 2 {
		t.Errorf("signature sent %s, stored %s, attempts %d", d.Short(), op.Documents[0].Signature.Short(), op.Attempts)
	}
}

// TestBrokenAccountIsNoFaultOfThePackage: what an administrator can mend keeps the package waiting, and it goes on.
func TestBrokenAccountIsNoFaultOfThePackage(t *testing.T) {
	t.Parallel()
	b := setup(t, forms)
	if _, err := b.gw.Send(t.Context(), pack("p1", "one")); err != nil {
		t.Fatal(err)
	}
	b.setAccount(func(a *edo.Account) { a.Operator = "of another composition" })
	b.run(t)
	b.until(t, "p1", state(edo.StateWaiting))
	b.setAccount(func(a *edo.Account) { a.Operator = "edotest" })
	if op := b.until(t, "p1", settled); op.State != edo.StateSent {
		t.Errorf("state %s: %s", op.State, op.Detail)
	}
}

// TestAdmit stops strangers and what passes a limit; other faults wait for Send, which tells all at once.
func TestAdmit(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	large := pack("p1", "one")
	large.Documents[0].Content.Size = edo.MaxDocumentSize + 1
	for name, tc := range map[string]struct {
		pack edo.Package
		want edo.Reason
	}{
		"good":          {pack("p1", "one"), ""},
		"fault of Send": {named(signer(pack("p1", "one"), "nobody"), "a/b"), ""},
		"stranger":      {as(pack("p1", "one"), "stranger"), edo.UserNotAllowed},
		"too many":      {pack("p1", make([]string, edo.MaxDocuments+1)...), edo.PackageTooMany},
		"none":          {pack("p1"), edo.PackageEmpty},
		"too large":     {large, edo.PackageTooLarge},
	} {
		if err := b.gw.Admit(t.Context(), tc.pack); (err == nil) != (tc.want == "") || (tc.want != "" && !errors.Is(err, tc.want)) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestSameWay: the same documents under the same id by another way, or as another reply, are another package.
func TestSameWay(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	if _, err := b.gw.Send(t.Context(), pack("p1", "one")); err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		change func(*edo.Package)
		same   bool
	}{
		"nothing":          {func(*edo.Package) {}, true},
		"the channel said": {func(p *edo.Package) { p.Channel = edo.ChannelOperator }, true},
		"the flow said":    {func(p *edo.Package) { p.Flow = edo.FlowSigned }, true},
		"another channel":  {func(p *edo.Package) { p.Channel = edo.ChannelPaper }, false},
		"another flow":     {func(p *edo.Package) { p.Flow = edo.FlowInternal }, false},
		"a reply":          {func(p *edo.Package) { p.InReplyTo = "in-1" }, false},
		"another name":     {func(p *edo.Package) { p.Documents[0].Name = "other.pdf" }, false},
		"another kind":     {func(p *edo.Package) { p.Documents[0].Kind = "Акт" }, false},
		"another number":   {func(p *edo.Package) { p.Documents[0].Number = "99" }, false},
		"another comment":  {func(p *edo.Package) { p.Documents[0].Comment = "иначе" }, false},
		"another type":     {func(p *edo.Package) { p.Documents[0].Type = "Invoice" }, false},
		"another sum":      {func(p *edo.Package) { p.Documents[0].Sum = "1.00" }, false},
		"another date":     {func(p *edo.Package) { p.Documents[0].Date = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC) }, false},
		"the host's own":   {func(p *edo.Package) { p.Documents[0].ExternalID, p.Set = "card", "run" }, true},
	} {
		p := pack("p1", "one")
		tc.change(&p)
		if _, err := b.gw.Send(t.Context(), p); tc.same && err != nil || !tc.same && !errors.Is(err, edo.PackageDiffers) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestNothingLeavesBeforeItsRow: the driver is called while the state "sending" is on its way to the disk, and a message
// leaves only when it has got there. A row that cannot be written keeps it here.
func TestNothingLeavesBeforeItsRow(t *testing.T) {
	t.Parallel()
	for name, lost := range map[string]error{"written": nil, "not written": &edo.Error{Kind: edo.Unavailable, Message: "the disk is full"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			called, taken := make(chan struct{}), make(chan struct{})
			slow := &slowSending{called: called, err: lost}
			b := setup(t, both(forms, func(b *bundle) {
				slow.Outbox, b.cfg.Outbox = b.store, slow
				b.op.Script(edotest.Step{Before: func(context.Context) { close(called) }, After: func(context.Context) { close(taken) }})
			}))
			slow.before = func() {
				select {
				case <-taken:
					t.Error("the operator has it before the row is written")
				default:
				}
			}
			b.run(t)
			if _, err := b.gw.Send(t.Context(), pack("p", "text")); err != nil {
				t.Fatal(err)
			}
			op := b.until(t, "p", state(edo.StateSent))
			calls := map[bool]int{true: 1, false: 2}[lost == nil]
			if len(b.op.Ledger()) != 1 || b.op.Sends() != calls || op.Attempts != 1 {
				t.Errorf("%d times in the ledger, %d calls, %d attempts", len(b.op.Ledger()), b.op.Sends(), op.Attempts)
			}
		})
	}
}

// TestPanicWhileItsRowIsWritten: it ends neither the process nor the package, and nothing leaves.
func TestPanicWhileItsRowIsWritten(t *testing.T) {
	t.Parallel()
	called := make(chan struct{})
	slow := &slowSending{called: called, before: func() { panic("a fault of ours") }}
	b := setup(t, both(forms, func(b *bundle) {
		slow.Outbox, b.cfg.Outbox = b.store, slow
		b.op.Script(edotest.Step{Before: func(context.Context) { close(called) }})
	}))
	b.run(t)
	if _, err := b.gw.Send(t.Context(), pack("p", "text")); err != nil {
		t.Fatal(err)
	}
	b.until(t, "p", state(edo.StateSent))
	if len(b.op.Ledger()) != 1 || b.op.Sends() != 2 {
		t.Errorf("%d times in the ledger, %d calls", len(b.op.Ledger()), b.op.Sends())
	}
}

// slowSending writes the first state "sending" when the driver has been called, or fails to.
type slowSending struct {
	gateway.Outbox
	once   sync.Once
	called chan struct{}
	before func()
	err    error
}

func (s *slowSending) Settle(ctx context.Context, j edo.Job, c edo.Change) (err error) {
	if c.Operation != nil && c.Operation.State == edo.StateSending {
		s.once.Do(func() {
			<-s.called
			s.before()
			err = s.err
		})
	}
	if err != nil {
		return err
	}
	return s.Outbox.Settle(ctx, j, c)
}

// glance checks by digest what begins with "+", and everything else by content.
type glance struct{ content int }

func (g *glance) CheckDigest(_ edo.Digest, cms []byte, _ time.Time) (edo.Verdict, bool, error) {
	return edo.Verdict{State: edo.VerdictValid}, cms[0] == '+', nil
}

func (g *glance) Check(_ context.Context, r io.Reader, _ []byte, _ time.Time) (edo.Verdict, error) {
	g.content++
	_, err := io.Copy(io.Discard, r)
	return edo.Verdict{State: edo.VerdictOperatorOnly}, err
}

// TestFreshContentIsNotReadAgain checks that a signature is held against the digest that the archive has just computed, where the
// verifier can, and against the content where it cannot.
func TestFreshContentIsNotReadAgain(t *testing.T) {
	t.Parallel()
	var seen glance
	b := setup(t, func(b *bundle) { b.cfg.Verifier = &seen })
	p := pack("p", "one", "two")
	p.Documents[0].Signer, p.Documents[0].Signature = "", []byte("+")
	p.Documents[1].Signer, p.Documents[1].Signature = "", []byte("-")
	op, err := b.gw.Send(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	got := []edo.VerdictState{op.Documents[0].Verdict, op.Documents[1].Verdict}
	if diff := cmp.Diff([]edo.VerdictState{edo.VerdictValid, edo.VerdictOperatorOnly}, got); diff != "" || seen.content != 1 {
		t.Errorf("content read %d times\n%s", seen.content, diff)
	}
}
