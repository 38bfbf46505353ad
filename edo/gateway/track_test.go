package gateway_test

import (
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/gateway"
)

// counterparty is what the operator says of our documents, changed while it is asked.
type counterparty struct {
	mu   sync.Mutex
	says map[edo.DocumentID]edo.Progress
}

func (c *counterparty) follow(r edo.Ref) (edo.Progress, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	p, ok := c.says[r.Document]
	if !ok {
		p.State = edo.StateSent
	}
	return p, nil
}

func (c *counterparty) set(d edo.DocumentID, p edo.Progress) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.says == nil {
		c.says = map[edo.DocumentID]edo.Progress{}
	}
	c.says[d] = p
}

// TestPackageOfDocuments: the state of a package from those of its two documents.
func TestPackageOfDocuments(t *testing.T) {
	t.Parallel()
	cases := map[string]struct{ one, two, want edo.State }{
		"both delivered":        {edo.StateDelivered, edo.StateDelivered, edo.StateDelivered},
		"both signed":           {edo.StateSigned, edo.StateSigned, edo.StateSigned},
		"both refused":          {edo.StateRefused, edo.StateRefused, edo.StateRefused},
		"both revoked":          {edo.StateRevoked, edo.StateRevoked, edo.StateRevoked},
		"signed and refused":    {edo.StateSigned, edo.StateRefused, edo.StatePartly},
		"signed and revoked":    {edo.StateSigned, edo.StateRevoked, edo.StatePartly},
		"refused and delivered": {edo.StateRefused, edo.StateDelivered, edo.StatePartly},
		"signed and delivered":  {edo.StateSigned, edo.StateDelivered, edo.StateDelivered},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := &counterparty{}
			c.set("doc-1", edo.Progress{State: tc.one})
			c.set("doc-2", edo.Progress{State: tc.two})
			b := setup(t, both(forms, func(b *bundle) { b.op.Follow = c.follow }))
			b.run(t)
			if _, err := b.gw.Send(t.Context(), pack("p1", "one", "two")); err != nil {
				t.Fatal(err)
			}
			op := b.until(t, "p1", state(tc.want))
			if op.Documents[0].State != tc.one || op.Documents[1].State != tc.two {
				t.Errorf("documents %s and %s", op.Documents[0].State, op.Documents[1].State)
			}
			told := map[edo.DocumentID]edo.State{}
			for _, e := range b.events(t, edo.EventStatus) {
				told[e.Document] = e.State
			}
			if diff := cmp.Diff(map[edo.DocumentID]edo.State{"": tc.want, "doc-1": tc.one, "doc-2": tc.two}, told); diff != "" {
				t.Errorf("told (-want +got)\n%s", diff)
			}
		})
	}
}

// TestV16_RefusalTextReachesTheHost: the text of a refusal stands at the document and in its event, whichever comes
// first, the message or the operator's status.
func TestV16_RefusalTextReachesTheHost(t *testing.T) {
	t.Parallel()
	c := &counterparty{}
	b := setup(t, both(receives, forms, func(b *bundle) { b.op.Follow = c.follow }))
	b.run(t)
	if _, err := b.gw.Send(t.Context(), pack("p1", "one")); err != nil {
		t.Fatal(err)
	}
	ours := b.until(t, "p1", settled).Documents[0].Remote
	c.set("doc-1", edo.Progress{State: edo.StateRefused})
	b.until(t, "p1", state(edo.StateRefused))
	b.op.Plant(answerTo("no", edo.ClassRefusal, ours, "refuse\nx\ny\nthe price is wrong"))
	b.receive(t)
	b.until(t, "p1", func(op edo.Operation) bool { return op.Documents[0].AnswerText == "the price is wrong" })
	events := b.events(t, edo.EventStatus)
	if last := events[len(events)-1]; last.Document != "doc-1" || last.State != edo.StateRefused || last.Detail != "the price is wrong" || last.ExternalID != "ext-1" {
		t.Errorf("%+v", last)
	}
}

// TestRevokedAfterSigned: a signed package is final, and still its revocation is seen.
func TestRevokedAfterSigned(t *testing.T) {
	t.Parallel()
	for name, revoking := range map[string]bool{"an offer is open": true, "woken by the offer": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := &counterparty{}
			c.set("doc-1", edo.Progress{State: edo.StateSigned, Revoking: revoking})
			b := setup(t, both(receives, forms, func(b *bundle) { b.op.Follow = c.follow }))
			b.run(t)
			if _, err := b.gw.Send(t.Context(), pack("p1", "one")); err != nil {
				t.Fatal(err)
			}
			ours := b.until(t, "p1", state(edo.StateSigned)).Documents[0].Remote
			c.set("doc-1", edo.Progress{State: edo.StateRevoked})
			if !revoking {
				b.op.Plant(answerTo("back", edo.ClassRevocation, ours, ""))
				b.receive(t)
			}
			b.until(t, "p1", state(edo.StateRevoked))
		})
	}
}

// TestDeliveryFailed: an error receipt shows as a reason, and goes when the operator delivers after all.
func TestDeliveryFailed(t *testing.T) {
	t.Parallel()
	c := &counterparty{}
	c.set("doc-1", edo.Progress{State: edo.StateSent, Failed: true})
	b := setup(t, both(forms, func(b *bundle) { b.op.Follow = c.follow }))
	b.run(t)
	if _, err := b.gw.Send(t.Context(), pack("p1", "one")); err != nil {
		t.Fatal(err)
	}
	op := b.until(t, "p1", reason(edo.DeliveryFailed))
	if op.State != edo.StateSent || op.Detail == "" {
		t.Errorf("%s %q", op.State, op.Detail)
	}
	c.set("doc-1", edo.Progress{State: edo.StateDelivered})
	if op := b.until(t, "p1", state(edo.StateDelivered)); op.Reason != "" {
		t.Errorf("reason %s", op.Reason)
	}
}

// TestStatusLagsBehindTheAnswer: an answer that came in is believed when the operator shows it, and it is asked again
// soon, not only when the long waits of people have passed.
func TestStatusLagsBehindTheAnswer(t *testing.T) {
	t.Parallel()
	c := &counterparty{}
	b := setup(t, both(receives, forms, func(b *bundle) {
		b.op.Follow = c.follow
		b.cfg.Lease = time.Minute
		b.cfg.Backoff = gateway.Backoff{First: time.Hour, Longest: time.Hour} // by itself it would not ask again today
	}))
	b.run(t)
	if _, err := b.gw.Send(t.Context(), pack("p1", "one")); err != nil {
		t.Fatal(err)
	}
	ours := b.until(t, "p1", settled).Documents[0].Remote
	b.op.Plant(answerTo("yes", edo.ClassReply, ours, "signed title"))
	b.receive(t)
	b.came(t, "yes-doc", stored)
	eventually(t, func() bool { // the answer has woken the question
		attempts, err := b.store.Attempts(t.Context(), edo.Key{Subscriber: sub, Package: "p1"})
		return err == nil && slices.ContainsFunc(attempts, func(a edo.Attempt) bool { return a.Job == edo.JobTrack && a.Result != "" })
	})
	if op, err := b.gw.Status(t.Context(), edo.Key{Subscriber: sub, Package: "p1"}); err != nil || op.State != edo.StateSent {
		t.Errorf("%s before the operator says so, %v", op.State, err)
	}
	c.set("doc-1", edo.Progress{State: edo.StateSigned})
	b.until(t, "p1", state(edo.StateSigned))
}

// TestBehindForEver: an operator that never shows what an answer says is asked often for an hour, and not at all in the end.
func TestBehindForEver(t *testing.T) {
	t.Parallel()
	var asked, ahead atomic.Int64
	b := setup(t, both(receives, forms, func(b *bundle) {
		b.cfg.Now = func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
		b.op.Now = b.cfg.Now
		b.op.Follow = func(edo.Ref) (edo.Progress, error) { asked.Add(1); return edo.Progress{State: edo.StateSent}, nil }
	}))
	b.run(t)
	if _, err := b.gw.Send(t.Context(), pack("p1", "one")); err != nil {
		t.Fatal(err)
	}
	op := b.until(t, "p1", func(op edo.Operation) bool { return op.State.Sent() })
	b.op.Plant(answerTo("rc", edo.ClassReceipt, op.Documents[0].Remote, "receipt"))
	b.receive(t)
	b.came(t, "rc-doc", stored)
	ahead.Store(int64(200 * 24 * time.Hour))
	time.Sleep(300 * time.Millisecond)
	last := asked.Load()
	for range 10 {
		time.Sleep(30 * time.Millisecond)
		ahead.Add(int64(24 * time.Hour))
	}
	if more := asked.Load() - last; more > 0 {
		t.Errorf("asked %d times more, 200 days after", more)
	}
}
