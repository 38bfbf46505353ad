package gateway_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/edokit/edokit/edo"
)

// TestAnswerAfterDeath: whenever the process dies, the answer is given once, and what was written for it is what is
// signed and sent.
func TestAnswerAfterDeath(t *testing.T) {
	t.Parallel()
	for _, point := range []string{"send.claimed", "draft.written", "send.sending", "send.answered"} {
		for _, kind := range []edo.AnswerKind{edo.AnswerRefuse, edo.AnswerSign} {
			if point == "draft.written" && kind == edo.AnswerSign {
				continue
			}
			t.Run(point+" "+string(kind), func(t *testing.T) {
				t.Parallel()
				var drafts atomic.Int32
				b := setup(t, both(answers(""), func(b *bundle) {
					b.cfg.Lease = 300 * time.Millisecond
					b.op.Answer.Draft = func(q edo.DraftRequest) error {
						if q.Kind == kind {
							drafts.Add(1)
						}
						return nil
					}
				}))
				b.receive(t)
				stop := b.runOnce(t)
				b.came(t, "in-1-doc", func(d edo.InboundDocument) bool { return d.Fate == edo.StateDelivered })
				stop()
				id := b.answer(t, answer(kind, "in-1-doc", "head")).Key.Package
				b.dieAt(t, death{point, 1})
				b.runOnce(t)
				op := b.until(t, id, settled)
				tc := answerCases()[map[edo.AnswerKind]string{edo.AnswerRefuse: "refusal", edo.AnswerSign: "countersignature"}[kind]]
				if kind == edo.AnswerRefuse {
					tc.flow = ""
				}
				b.checkAnswer(t, op, tc, "head")
				if kind == edo.AnswerRefuse && drafts.Load() != 1 {
					t.Errorf("written %d times", drafts.Load())
				}
			})
		}
	}
}

// TestTaskAfterDeath: a task that was opened is opened once, whenever the process dies, and its signature is used.
func TestTaskAfterDeath(t *testing.T) {
	t.Parallel()
	for _, point := range []string{"draft.written", "task.opened"} {
		t.Run(point, func(t *testing.T) {
			t.Parallel()
			b := setup(t, both(answers(""), func(b *bundle) { b.cfg.Lease = 300 * time.Millisecond }))
			b.receive(t)
			stop := b.runOnce(t)
			b.came(t, "in-1-doc", func(d edo.InboundDocument) bool { return d.Fate == edo.StateDelivered })
			stop()
			id := b.answer(t, answer(edo.AnswerRefuse, "in-1-doc", "host")).Key.Package
			b.dieAt(t, death{point, 1})
			stop = b.runOnce(t)
			task := b.awaited(t, id)
			stop()
			b.complete(t, task, nil, signedText("host", task.Digest)) // nobody works: it is durable
			b.runOnce(t)
			op := b.until(t, id, settled)
			b.checkAnswer(t, op, answerCases()["refusal"], "host")
			if n := len(b.taskStates(t, id)); n != 2 {
				t.Errorf("%d events", n)
			}
		})
	}
}

// comes lets the service signer be known once it is named by its right id.
type comes struct{}

func (comes) Signer(ctx context.Context, s edo.SubscriberID, id edo.SignerID, kind string, at time.Time) (edo.Signer, error) {
	if id != "service" {
		return infoSigner{edo.SignerInfo{Thumbprint: "T-nobody"}}, &edo.Error{Kind: edo.NotFound, Reason: edo.SignerUnknown}
	}
	return keys{}.Signer(ctx, s, id, kind, at)
}

// TestReceiptWaitsForASigner: a receipt never fails because of who signs it; an administrator names another.
func TestReceiptWaitsForASigner(t *testing.T) {
	t.Parallel()
	b := setup(t, both(answers(""), func(b *bundle) {
		b.cfg.Signers = comes{}
		b.account.Service = "nobody yet"
	}))
	b.receive(t)
	b.run(t)
	id := edo.AnswerID(edo.AnswerReceipt, "in-1-doc")
	b.came(t, "in-1-doc", stored)
	eventually(t, func() bool {
		op, err := b.gw.Status(t.Context(), edo.Key{Subscriber: sub, Package: id})
		return err == nil && op.State == edo.StateWaiting && op.Reason == edo.SignerUnknown
	})
	b.setAccount(func(a *edo.Account) { a.Service, a.Revision = "service", "2" })
	b.until(t, id, state(edo.StateSent))
}

// TestInternalFlow: what stays inside goes to our own box, and nobody is looked up.
func TestInternalFlow(t *testing.T) {
	t.Parallel()
	b := setup(t, both(forms, func(b *bundle) { b.account.ServiceBox, b.account.Department = "box-service", "legal" }))
	b.run(t)
	p := pack("p1", "one")
	p.Flow = edo.FlowInternal
	op, err := b.gw.SendAndWait(t.Context(), p)
	if err != nil || op.State != edo.StateSent || op.Address.Box != "box-own" || op.Address.Department != "legal" {
		t.Errorf("%s %s %+v, %v", op.State, op.Detail, op.Address, err)
	}
	if m := b.op.Ledger()[0].Message; m.Flow != edo.FlowInternal || len(m.Documents[0].Signature) == 0 {
		t.Errorf("%+v", m)
	}
}

// TestUnsignedFlow: nobody signs what travels without signatures.
func TestUnsignedFlow(t *testing.T) {
	t.Parallel()
	b := setup(t, forms)
	b.run(t)
	p := pack("p1", "one")
	p.Flow, p.Documents[0].Signer = edo.FlowUnsigned, ""
	op, err := b.gw.SendAndWait(t.Context(), p)
	if m := b.op.Ledger(); err != nil || op.State != edo.StateSent || len(m) != 1 || m[0].Message.Flow != edo.FlowUnsigned || len(m[0].Message.Documents[0].Signature) != 0 {
		t.Errorf("%s %s %+v, %v", op.State, op.Detail, m, err)
	}
}
