package gateway_test

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/edokit/edokit/edo"
)

// runOnce works jobs until stop is called, as a process of its own.
func (b *bundle) runOnce(t *testing.T) (stop func()) {
	t.Helper()
	b.gw = b.open(t, b.cfg)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	gw := b.gw
	go func() { defer close(done); _ = gw.Run(ctx) }()
	stop = func() { cancel(); <-done }
	t.Cleanup(stop)
	return stop
}

// awaited waits for the one open task of a package.
func (b *bundle) awaited(t *testing.T, id edo.PackageID) edo.SignatureTask {
	t.Helper()
	b.until(t, id, func(op edo.Operation) bool { return op.State == edo.StateWaiting && op.Reason == edo.SignatureAwaited })
	tasks, err := b.gw.Tasks(t.Context(), clerk, sub)
	if err != nil {
		t.Fatal(err)
	}
	for _, task := range tasks {
		if task.Key.Key.Package == id {
			return task
		}
	}
	t.Fatalf("no task for %s in %v", id, tasks)
	return edo.SignatureTask{}
}

func (b *bundle) taskStates(t *testing.T, id edo.PackageID) []edo.TaskState {
	t.Helper()
	var states []edo.TaskState
	for _, e := range b.events(t, edo.EventTask) {
		if e.Key.Package == id {
			states = append(states, e.Task.State)
		}
	}
	return states
}

// TestAnswersWithKeysElsewhere gives every answer with a key that only the host has; the process ends while it waits.
func TestAnswersWithKeysElsewhere(t *testing.T) {
	t.Parallel()
	cases := answerCases()
	for name, tc := range cases {
		if tc.form == "words" {
			continue // nothing is signed
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, answers(tc.flow))
			b.receive(t)
			stop := b.runOnce(t)
			b.came(t, "in-2-doc", stored)
			b.came(t, "in-1-doc", func(d edo.InboundDocument) bool { return d.Fate == edo.StateDelivered })
			id := b.answer(t, answer(tc.kind, tc.document, "host")).Key.Package
			task := b.awaited(t, id)
			stop()
			b.runOnce(t)

			if task.Purpose != tc.kind || task.Signer != "host" || task.Required.Thumbprint != "T-host" || !task.Deadline.After(task.CreatedAt) {
				t.Errorf("task %+v", task)
			}
			bytes, err := b.read(t, task.Key.Key, task.Key.Document, edo.RoleOriginal)
			if digest := content(string(bytes)).Digest; err != nil || digest != task.Digest || int64(len(bytes)) != task.Size {
				t.Errorf("the host reads %q, %v", bytes, err)
			}
			b.complete(t, task, edo.DocumentChanged, signedText("host", content("other bytes").Digest))
			b.complete(t, task, edo.SignatureForeign, signedText("head", task.Digest))
			b.complete(t, task, edo.SignatureMalformed, nil)
			b.complete(t, task, nil, signedText("host", task.Digest))
			b.complete(t, task, nil, signedText("host", task.Digest))
			op := b.until(t, id, settled)
			b.checkAnswer(t, op, tc, "host")
			b.complete(t, task, nil, signedText("host", task.Digest))
			b.complete(t, task, edo.TaskEnded, []byte("signed by host operator-only"))
			if err := b.gw.Decline(t.Context(), clerk, task.Key, "no"); !errors.Is(err, edo.TaskEnded) {
				t.Errorf("declined after it was signed: %v", err)
			}
			if diff := cmp.Diff([]edo.TaskState{edo.TaskOpen, edo.TaskSigned}, b.taskStates(t, id)); diff != "" {
				t.Errorf("events (-want +got)\n%s", diff)
			}
			if d := op.Documents[0]; d.SignedBy.ID != "host" || d.Verdict != edo.VerdictValid {
				t.Errorf("signed by %+v, %s", d.SignedBy, d.Verdict)
			}
		})
	}
}

func (b *bundle) complete(t *testing.T, task edo.SignatureTask, want error, cms []byte) {
	t.Helper()
	err := b.gw.Complete(t.Context(), clerk, task.Key, cms)
	if want == nil && err != nil || want != nil && !errors.Is(err, want) {
		t.Errorf("completed with %q: %v, want %v", cms, err, want)
	}
}

// TestReceiptWithKeyElsewhere: the receipt itself waits for the host's key, and the content that opens after it too.
func TestReceiptWithKeyElsewhere(t *testing.T) {
	t.Parallel()
	b := setup(t, both(answers(""), func(b *bundle) {
		b.account.Service = "host"
		b.cfg.Backoff.Longest = time.Hour // the receipt opens the content, not another look
		b.op.In.Download = func(r edo.Ref) error {
			if r.Remote == "in-1-doc" && len(b.op.Ledger()) == 0 {
				return &edo.Error{Kind: edo.NotReady, Reason: edo.ContentClosed}
			}
			return nil
		}
	}))
	b.receive(t)
	stop := b.runOnce(t)
	b.came(t, "in-1-doc", func(d edo.InboundDocument) bool { return d.State == edo.InboundClosed })
	id := edo.AnswerID(edo.AnswerReceipt, "in-1-doc")
	eventually(t, func() bool { return len(b.taskStates(t, id)) > 0 })
	if _, err := b.gw.Answer(t.Context(), answer(edo.AnswerSign, "in-1-doc", "head")); !errors.Is(err, edo.ContentClosed) {
		t.Errorf("signed unseen: %v", err)
	}
	task := b.awaited(t, id)
	stop()
	b.runOnce(t)
	b.complete(t, task, nil, signedText("host", task.Digest))
	d := b.came(t, "in-1-doc", stored)
	if d.Fate != edo.StateDelivered || b.op.Receipts() != 1 {
		t.Errorf("%s, %d receipts", d.Fate, b.op.Receipts())
	}
}

// TestPackageWithKeysElsewhere: a package waits for all its signatures, in any order, and leaves once.
func TestPackageWithKeysElsewhere(t *testing.T) {
	t.Parallel()
	b := setup(t, answers(""))
	stop := b.runOnce(t)
	p := pack("p1", "one", "two", "three")
	p.Documents[0].Signer, p.Documents[2].Signer = "host", "other"
	if _, err := b.gw.Send(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	b.awaited(t, "p1")
	stop()
	b.runOnce(t)
	for _, d := range []struct {
		id  edo.DocumentID
		who string
		of  edo.Document
	}{{"doc-3", "other", p.Documents[2]}, {"doc-1", "host", p.Documents[0]}} {
		if b.op.Sends() != 0 {
			t.Error("sent too early")
		}
		task := edo.SignatureTask{Key: edo.TaskKey{Key: edo.Key{Subscriber: sub, Package: "p1"}, Document: d.id}}
		b.complete(t, task, nil, signedText(d.who, d.of.Content.Digest))
	}
	op := b.until(t, "p1", state(edo.StateSent))
	for i, who := range []string{"host", "head", "other"} {
		if got := b.op.Ledger()[0].Message.Documents[i].Signature; string(got) != string(signedText(who, op.Documents[i].Digest)) {
			t.Errorf("document %d is %q", i, got)
		}
	}
	if b.op.Sends() != 1 {
		t.Errorf("%d sends", b.op.Sends())
	}
}

// TestSignaturesAtTheSameMoment: signatures that come together while the package is being looked at are all kept.
func TestSignaturesAtTheSameMoment(t *testing.T) {
	t.Parallel()
	b := setup(t, answers(""))
	b.run(t)
	const n = 20
	p := pack("p1")
	for i := range n {
		one := pack("x", "document "+string(rune('a'+i))).Documents[0]
		one.ID, one.Signer = edo.DocumentID("doc-"+string(rune('a'+i))), "host"
		p.Documents = append(p.Documents, one)
	}
	if _, err := b.gw.Send(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	b.awaited(t, "p1")
	errs := make(chan error, n)
	for _, d := range p.Documents {
		go func() {
			k := edo.TaskKey{Key: edo.Key{Subscriber: sub, Package: "p1"}, Document: d.ID}
			errs <- b.gw.Complete(t.Context(), clerk, k, signedText("host", d.Content.Digest))
		}()
	}
	for range n {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	b.until(t, "p1", state(edo.StateSent))
	if len(b.taskStates(t, "p1")) != 2*n || b.op.Sends() != 1 {
		t.Errorf("%d events, %d sends", len(b.taskStates(t, "p1")), b.op.Sends())
	}
}

// TestDecline: a person's no ends the package, and the answer may be given anew.
func TestDecline(t *testing.T) {
	t.Parallel()
	b := box(t, "", nil)
	a := answer(edo.AnswerSign, "in-1-doc", "host")
	task := b.awaited(t, b.answer(t, a).Key.Package)
	for range 2 {
		if err := b.gw.Decline(t.Context(), clerk, task.Key, "the sum is wrong"); err != nil {
			t.Error(err)
		}
	}
	if err := b.gw.Decline(t.Context(), clerk, task.Key, "another reason"); !errors.Is(err, edo.TaskEnded) {
		t.Errorf("another text: %v", err)
	}
	b.complete(t, task, edo.TaskEnded, signedText("host", task.Digest))
	op := b.until(t, task.Key.Key.Package, state(edo.StateFailed))
	if op.Reason != edo.SignatureRefused || len(b.answersTo(op.Key.Package)) != 0 {
		t.Errorf("%s %s", op.Reason, op.Detail)
	}
	a.Signer = "head"
	op = b.until(t, b.answer(t, a).Key.Package, settled)
	if op.State != edo.StateSent {
		t.Errorf("given anew: %s %s", op.State, op.Detail)
	}
}

// TestOverdueTask: people are told once, and may still sign.
func TestOverdueTask(t *testing.T) {
	t.Parallel()
	b := box(t, "", func(b *bundle) { b.cfg.SignIn = 50 * time.Millisecond })
	id := b.answer(t, answer(edo.AnswerSign, "in-1-doc", "host")).Key.Package
	eventually(t, func() bool { return len(b.taskStates(t, id)) == 2 })
	task := b.awaited(t, id)
	if task.State != edo.TaskOverdue {
		t.Errorf("task is %s", task.State)
	}
	b.complete(t, task, nil, signedText("host", task.Digest))
	b.until(t, id, state(edo.StateSent))
	if diff := cmp.Diff([]edo.TaskState{edo.TaskOpen, edo.TaskOverdue, edo.TaskSigned}, b.taskStates(t, id)); diff != "" {
		t.Errorf("events (-want +got)\n%s", diff)
	}
}

// TestTasksBelongToThoseWhoMaySign: nobody else sees, completes or declines them; policy decides on what only the
// operator can check.
func TestTasksBelongToThoseWhoMaySign(t *testing.T) {
	t.Parallel()
	b := box(t, "", func(b *bundle) { b.account.Policy.Unverified = edo.RefuseUnverified })
	id := b.answer(t, answer(edo.AnswerSign, "in-1-doc", "host")).Key.Package
	task := b.awaited(t, id)
	_, err := b.gw.Tasks(t.Context(), "stranger", sub)
	for what, err := range map[string]error{
		"list": err, "complete": b.gw.Complete(t.Context(), "stranger", task.Key, signedText("host", task.Digest)),
		"decline": b.gw.Decline(t.Context(), "stranger", task.Key, ""),
	} {
		if !errors.Is(err, edo.UserNotAllowed) {
			t.Errorf("%s: %v", what, err)
		}
	}
	unverified := []byte("signed by host operator-only")
	b.complete(t, task, edo.SignatureUnverified, unverified)
	b.complete(t, task, edo.SignatureForeign, []byte("signed by head operator-only"))
	b.setAccount(func(a *edo.Account) { a.Policy.Unverified, a.Revision = edo.ForwardUnverified, "2" })
	b.complete(t, task, nil, unverified)
	op := b.until(t, id, settled)
	if d := op.Documents[0]; d.Verdict != edo.VerdictOperatorOnly || op.State != edo.StateSent {
		t.Errorf("%s %s", d.Verdict, op.State)
	}
}

// slowly lets a person who signs at the host be asked slowly.
type slowly struct {
	keys
	asked chan edo.SignerID
	goOn  chan struct{}
}

func (s slowly) Signer(ctx context.Context, sub edo.SubscriberID, id edo.SignerID, kind string, at time.Time) (edo.Signer, error) {
	if id == "slow" {
		select {
		case s.asked <- id:
			<-s.goOn
		default:
		}
	}
	return s.keys.Signer(ctx, sub, id, kind, at)
}

// TestSignatureWhileThePackageIsLookedAt: a signature that comes while the package's own work is in the middle of a step
// is neither overwritten by that step nor left lying after it.
func TestSignatureWhileThePackageIsLookedAt(t *testing.T) {
	t.Parallel()
	s := slowly{asked: make(chan edo.SignerID), goOn: make(chan struct{})}
	b := setup(t, both(answers(""), func(b *bundle) { b.cfg.Signers = s }))
	p := pack("p1", "one", "two")
	p.Documents[0].Signer, p.Documents[1].Signer = "host", "slow"
	if _, err := b.gw.Send(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	b.run(t)
	b.awaited(t, "p1")
	task := func(d edo.DocumentID) edo.SignatureTask {
		return edo.SignatureTask{Key: edo.TaskKey{Key: edo.Key{Subscriber: sub, Package: "p1"}, Document: d}}
	}
	<-s.asked // the step has read the package, and goes on when it is told to
	b.complete(t, task("doc-1"), nil, signedText("host", p.Documents[0].Content.Digest))
	s.goOn <- struct{}{}
	b.until(t, "p1", func(op edo.Operation) bool { return op.Documents[1].Signature.IsZero() && op.State == edo.StateWaiting })
	b.complete(t, task("doc-2"), nil, signedText("slow", p.Documents[1].Content.Digest))
	op := b.until(t, "p1", state(edo.StateSent))
	if got := b.op.Ledger()[0].Message.Documents[0].Signature; string(got) != string(signedText("host", op.Documents[0].Digest)) || b.op.Sends() != 1 {
		t.Errorf("%q, %d sends", got, b.op.Sends())
	}
}

// renewing gives a new certificate from a moment on.
type renewing struct{ renewed *atomic.Bool }

func (r renewing) Signer(context.Context, edo.SubscriberID, edo.SignerID, string, time.Time) (edo.Signer, error) {
	if r.renewed.Load() {
		return person("new"), nil
	}
	return person("old"), nil
}

// TestRenewedCertificate: a task that waits asks for the certificate that is there now.
func TestRenewedCertificate(t *testing.T) {
	t.Parallel()
	var renewed atomic.Bool
	b := setup(t, func(b *bundle) {
		b.cfg.Signers, b.cfg.Verifier, b.cfg.Tasks = renewing{&renewed}, texts{}, b.store
	})
	b.run(t)
	if _, err := b.gw.Send(t.Context(), pack("p1", "one")); err != nil {
		t.Fatal(err)
	}
	b.awaited(t, "p1")
	renewed.Store(true)
	b.until(t, "p1", func(edo.Operation) bool { return b.awaited(t, "p1").Required.Thumbprint == "T-new" })
	if states := b.taskStates(t, "p1"); len(states) != 2 {
		t.Errorf("told %v", states)
	}
	task := b.awaited(t, "p1")
	if err := b.gw.Complete(t.Context(), clerk, task.Key, signedText("new", task.Digest)); err != nil {
		t.Fatal(err)
	}
	b.until(t, "p1", func(op edo.Operation) bool { return op.State.Sent() })
}

// TestTasksOfAFailedPackage are listed to nobody, and never become overdue.
func TestTasksOfAFailedPackage(t *testing.T) {
	t.Parallel()
	var ahead atomic.Int64
	b := setup(t, func(b *bundle) {
		b.cfg.Signers, b.cfg.Verifier, b.cfg.Tasks = keys{}, texts{}, b.store
		b.cfg.Now = func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
		b.cfg.SignIn = time.Minute
	})
	b.run(t)
	p := pack("p1", "one", "two")
	p.Documents[0].Signer, p.Documents[1].Signer = "host", "other"
	if _, err := b.gw.Send(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	if err := b.gw.Decline(t.Context(), clerk, b.awaited(t, "p1").Key, "no"); err != nil {
		t.Fatal(err)
	}
	b.until(t, "p1", state(edo.StateFailed))
	if tasks, err := b.gw.Tasks(t.Context(), clerk, sub); err != nil || len(tasks) > 0 {
		t.Errorf("%v, %v", tasks, err)
	}
	ahead.Store(int64(time.Hour))
	time.Sleep(300 * time.Millisecond)
	if slices.Contains(b.taskStates(t, "p1"), edo.TaskOverdue) {
		t.Error("told that a task of a failed package is overdue")
	}
}
