package gateway_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/edotest"
)

// keys are signers by name: "head" and "service" sign here, every other name signs at the host.
type keys struct{}

func (keys) Signer(_ context.Context, _ edo.SubscriberID, id edo.SignerID, _ string, _ time.Time) (edo.Signer, error) {
	if id == "nobody" {
		return nil, &edo.Error{Kind: edo.NotFound, Reason: edo.SignerUnknown}
	}
	return person(id), nil
}

type person edo.SignerID

func (p person) Info() edo.SignerInfo {
	return edo.SignerInfo{ID: edo.SignerID(p), Owner: string(p), Thumbprint: "T-" + string(p), INN: "7701234560"}
}

func (p person) Sign(ctx context.Context, content io.Reader, at time.Time) ([]byte, error) {
	if p != "head" && p != "service" {
		return nil, &edo.Error{Kind: edo.NotReady, Reason: edo.SignatureAwaited}
	}
	return textSigner(p).Sign(ctx, content, at)
}

// texts verifies what textSigner signs.
type texts struct{}

func (texts) Check(_ context.Context, content io.Reader, signature []byte, _ time.Time) (edo.Verdict, error) {
	d, _, err := edo.DigestOf(content)
	words := strings.Fields(string(signature))
	if len(words) != 4 {
		return edo.Verdict{}, &edo.Error{Kind: edo.Invalid, Reason: edo.SignatureMalformed}
	}
	v := edo.Verdict{State: edo.VerdictValid, Signer: edo.SignerInfo{Owner: words[2], Thumbprint: "T-" + words[2]}}
	switch {
	case words[3] == "operator-only":
		v.State = edo.VerdictOperatorOnly
	case words[3] != d.String():
		v.State, v.Reason = edo.VerdictInvalid, edo.DocumentChanged
	}
	return v, err
}

func signedText(who string, d edo.Digest) []byte {
	return []byte("signed by " + who + " " + d.String())
}

// answers is a box that holds a letter to sign, of the given flow, and an offer to revoke it.
func answers(flow edo.Flow) func(*bundle) {
	return func(b *bundle) {
		receives(b)
		b.account.Service, b.account.INN = "service", "7701234560"
		b.cfg.Signers, b.cfg.Verifier, b.cfg.Tasks, b.cfg.Reach = keys{}, texts{}, b.store, b.store
		letter := edotest.Letter("in-1", sender, "Заявка")
		letter.Documents[0].NeedSign, letter.Documents[0].Flow = true, flow
		offer := edotest.Letter("in-2", sender, "")
		offer.Documents[0].Class, offer.Documents[0].Parent, offer.Documents[0].NeedReceipt = edo.ClassRevocation, "in-1-doc", false
		for _, m := range []*edotest.Planted{&letter, &offer} {
			m.Signatures[0].CMS = signedText("client", content(string(m.Contents[m.Documents[0].Remote])).Digest)
		}
		b.op.Plant(letter, offer)
	}
}

// box is a bundle whose letter and offer have come in, the receipt given.
func box(t *testing.T, flow edo.Flow, change func(*bundle)) *bundle {
	t.Helper()
	b := setup(t, both(answers(flow), change))
	b.receive(t)
	b.run(t)
	b.came(t, "in-2-doc", stored)
	b.came(t, "in-1-doc", func(d edo.InboundDocument) bool { return d.Fate == edo.StateDelivered })
	return b
}

func answer(kind edo.AnswerKind, r edo.RemoteID, signer edo.SignerID) edo.Answer {
	a := edo.Answer{Subscriber: sub, Actor: clerk, Kind: kind, Document: r, Signer: signer}
	if kind == edo.AnswerRefuse || kind == edo.AnswerRevoke || kind == edo.AnswerRefuseRevocation {
		a.Text = "because"
	}
	return a
}

func (b *bundle) answer(t *testing.T, a edo.Answer) edo.Operation {
	t.Helper()
	op, err := b.gw.Answer(t.Context(), a)
	if err != nil {
		t.Fatal(err)
	}
	return op
}

// answersTo are the accepted messages of a package.
func (b *bundle) answersTo(id edo.PackageID) []edo.Message {
	var all []edo.Message
	for _, a := range b.op.Ledger() {
		if a.Message.Package == id {
			all = append(all, a.Message)
		}
	}
	return all
}

type answerCase struct {
	kind     edo.AnswerKind
	flow     edo.Flow
	document edo.RemoteID // what is asked to be answered
	about    edo.RemoteID // what is answered then
	form     string
	fates    map[edo.RemoteID]edo.State
}

func answerCases() map[string]answerCase {
	const letter, offer = edo.RemoteID("in-1-doc"), edo.RemoteID("in-2-doc")
	type fates = map[edo.RemoteID]edo.State
	return map[string]answerCase{
		"countersignature":            {edo.AnswerSign, "", letter, letter, "sign", fates{letter: edo.StateSigned}},
		"countersignature, unsigned":  {edo.AnswerSign, edo.FlowUnsigned, letter, letter, "sign", fates{letter: edo.StateSigned}},
		"refusal":                     {edo.AnswerRefuse, edo.FlowSigned, letter, letter, "document", fates{letter: edo.StateRefused}},
		"refusal, unsigned":           {edo.AnswerRefuse, edo.FlowUnsigned, letter, letter, "words", fates{letter: edo.StateRefused}},
		"refusal, forwarded":          {edo.AnswerRefuse, edo.FlowForward, letter, letter, "words", fates{letter: edo.StateRefused}},
		"revocation":                  {edo.AnswerRevoke, "", letter, letter, "document", fates{letter: edo.StateDelivered}},
		"offer accepted":              {edo.AnswerAcceptRevocation, "", offer, offer, "sign", fates{offer: edo.StateRevoked, letter: edo.StateRevoked}},
		"offer accepted by its cause": {edo.AnswerAcceptRevocation, "", letter, offer, "sign", fates{offer: edo.StateRevoked, letter: edo.StateRevoked}},
		"offer refused":               {edo.AnswerRefuseRevocation, "", letter, offer, "document", fates{offer: edo.StateRefused, letter: edo.StateDelivered}},
	}
}

// TestAnswers gives every answer once, with a key that is here.
func TestAnswers(t *testing.T) {
	t.Parallel()
	for name, tc := range answerCases() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := box(t, tc.flow, nil)
			a := answer(tc.kind, tc.document, "head")
			id := b.answer(t, a).Key.Package
			if id != edo.AnswerID(tc.kind, tc.about) {
				t.Errorf("the answer is kept as %s", id)
			}
			op := b.until(t, id, settled)
			b.checkAnswer(t, op, tc, "head")
			for r, fate := range tc.fates {
				if n, want := b.fated(t, r, fate), fate != edo.StateDelivered; (n == 1) != want || n > 1 {
					t.Errorf("%s of %s was told %d times", fate, r, n)
				}
			}
			again := b.answer(t, a)
			if again.Key != op.Key || again.State != edo.StateSent || len(b.answersTo(id)) != 1 {
				t.Errorf("given again: %s in state %s, %d in the ledger", again.Key.Package, again.State, len(b.answersTo(id)))
			}
			b.tooLate(t, tc)
			a.Text += " of another thing"
			if _, err := b.gw.Answer(t.Context(), a); !errors.Is(err, edo.PackageDiffers) {
				t.Errorf("another text: %v", err)
			}
		})
	}
}

// tooLate: what was decided by one answer takes no other decision, and nothing is kept of the attempt.
func (b *bundle) tooLate(t *testing.T, tc answerCase) {
	t.Helper()
	other := map[edo.AnswerKind]edo.AnswerKind{edo.AnswerSign: edo.AnswerRefuse, edo.AnswerRefuse: edo.AnswerSign}[tc.kind]
	if other == "" {
		return
	}
	a := answer(other, tc.document, "head")
	if _, err := b.gw.Answer(t.Context(), a); !errors.Is(err, edo.AnswerNotOffered) || !errors.Is(err, edo.Conflict) {
		t.Errorf("%s after %s: %v", other, tc.kind, err)
	}
	if op, err := b.gw.Status(t.Context(), edo.Key{Subscriber: sub, Package: a.ID()}); !errors.Is(err, edo.NotFound) {
		t.Errorf("an answer that came too late is kept: %s, %v", op.State, err)
	}
}

// fated counts the events that tell of a fate which we have given to a document.
func (b *bundle) fated(t *testing.T, r edo.RemoteID, fate edo.State) (n int) {
	t.Helper()
	for _, e := range b.events(t, edo.EventInbound) {
		if e.Document == edo.DocumentID(r) && e.Inbound.Fate == fate {
			n++
		}
	}
	return n
}

// checkAnswer compares what left with what was asked.
func (b *bundle) checkAnswer(t *testing.T, op edo.Operation, tc answerCase, who edo.SignerID) {
	t.Helper()
	sent := b.answersTo(op.Key.Package)
	if op.State != edo.StateSent || len(sent) != 1 {
		t.Fatalf("state %s (%s), %d in the ledger", op.State, op.Detail, len(sent))
	}
	m, letter := sent[0], content("content of in-1").Digest
	if tc.about == "in-2-doc" {
		letter = content("content of in-2").Digest
	}
	if diff := cmp.Diff([]edo.Address{sender}, m.To); diff != "" {
		t.Errorf("recipients (-want +got)\n%s", diff)
	}
	switch got := []int{len(m.Signs), len(m.Refusals), len(m.Documents)}; tc.form {
	case "sign":
		want := []edo.Countersign{{ID: edo.DocumentID(tc.kind), Document: tc.about, Flow: tc.flow, Signature: signedText(string(who), letter)}}
		if diff := cmp.Diff(want, m.Signs); diff != "" || got[1]+got[2] > 0 {
			t.Errorf("%v (-want +got)\n%s", got, diff)
		}
	case "words":
		want := []edo.Refusal{{Document: tc.about, Flow: tc.flow, Text: "because"}}
		if diff := cmp.Diff(want, m.Refusals); diff != "" || got[0]+got[2] > 0 {
			t.Errorf("%v (-want +got)\n%s", got, diff)
		}
	default:
		draft := content(fmt.Sprintf("%s\n%s\nT-%s\nbecause", tc.kind, tc.about, who)).Digest
		d := m.Documents[0]
		if d.Content.Digest != draft || d.Parent != tc.about || d.Type != string(tc.kind) || string(d.Signature) != string(signedText(string(who), draft)) || got[0]+got[1] > 0 {
			t.Errorf("%v %+v", got, d)
		}
	}
	for r, want := range tc.fates {
		if d := b.came(t, r, stored); d.Fate != want {
			t.Errorf("%s is %q, want %q", r, d.Fate, want)
		}
	}
	for _, d := range op.Documents {
		if d.Stamp != edo.StampNone || len(d.Versions) > 0 {
			t.Errorf("an answer has a stamp: %s", d.Stamp)
		}
	}
}

// TestAnswersAreRefused lists what is no answer.
func TestAnswersAreRefused(t *testing.T) {
	t.Parallel()
	b := box(t, "", nil)
	ours, err := b.gw.Send(t.Context(), pack("p1", "one"))
	if err != nil {
		t.Fatal(err)
	}
	ours = b.until(t, "p1", state(edo.StateSent))
	stranger := answer(edo.AnswerSign, "in-1-doc", "head")
	stranger.Actor = "stranger"
	for name, tc := range map[string]struct {
		a    edo.Answer
		want error
	}{
		"stranger":                {stranger, edo.UserNotAllowed},
		"unknown document":        {answer(edo.AnswerSign, "elsewhere", "head"), edo.RequestUnknown},
		"a bare signature":        {answer(edo.AnswerSign, "sign:in-1-sign", "head"), edo.RequestUnknown},
		"no text":                 {edo.Answer{Subscriber: sub, Actor: clerk, Kind: edo.AnswerRefuse, Document: "in-1-doc", Signer: "head"}, edo.TextMissing},
		"nobody signs":            {answer(edo.AnswerSign, "in-1-doc", ""), edo.SignerMissing},
		"unknown signer":          {answer(edo.AnswerSign, "in-1-doc", "nobody"), edo.SignerUnknown},
		"our own, countersigned":  {answer(edo.AnswerSign, ours.Documents[0].Remote, "head"), edo.AnswerNotOffered},
		"no offer to be accepted": {answer(edo.AnswerAcceptRevocation, ours.Documents[0].Remote, "head"), edo.AnswerNotOffered},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := b.gw.Answer(t.Context(), tc.a); !errors.Is(err, tc.want) {
				t.Errorf("got %v, want %v", err, tc.want)
			}
		})
	}
}

// TestRevocationOfOurs: a document of ours is offered to be revoked, and looked at again.
func TestRevocationOfOurs(t *testing.T) {
	t.Parallel()
	b := box(t, "", func(b *bundle) { b.op.Fate = func(edo.Ref) edo.State { return edo.StateSigned } })
	if _, err := b.gw.Send(t.Context(), pack("p1", "one")); err != nil {
		t.Fatal(err)
	}
	ours := b.until(t, "p1", state(edo.StateSigned))
	id := b.answer(t, answer(edo.AnswerRevoke, ours.Documents[0].Remote, "head")).Key.Package
	b.until(t, id, settled)
	if m := b.answersTo(id); len(m) != 1 || m[0].Documents[0].Parent != ours.Documents[0].Remote {
		t.Errorf("%+v", m)
	}
}

// TestFinishedCountersignature: a CMS that was made elsewhere is checked before anything is accepted.
func TestFinishedCountersignature(t *testing.T) {
	t.Parallel()
	b := box(t, "", nil)
	a := answer(edo.AnswerSign, "in-1-doc", "")
	a.Signature = signedText("head", content("another document").Digest)
	if _, err := b.gw.Answer(t.Context(), a); !errors.Is(err, edo.DocumentChanged) {
		t.Errorf("of another document: %v", err)
	}
	a.Signature = signedText("head", content("content of in-1").Digest)
	op := b.until(t, b.answer(t, a).Key.Package, settled)
	b.checkAnswer(t, op, answerCases()["countersignature"], "head")
}

// TestAnswerFates runs an answer through every way its sending can end.
func TestAnswerFates(t *testing.T) {
	t.Parallel()
	lost := &edo.Error{Kind: edo.InDoubt, Reason: edo.AnswerLost}
	closed := &edo.Error{Kind: edo.Refused, Reason: edo.AnswerNotOffered}
	for name, tc := range map[string]struct {
		step   edotest.Step
		stand  bool // the operator offers it
		state  edo.State
		reason edo.Reason
		ledger int
	}{
		"accepted":                      {edotest.Step{}, true, edo.StateSent, "", 1},
		"lost after acceptance":         {edotest.Step{Err: lost}, true, edo.StateSent, "", 1},
		"lost before acceptance":        {edotest.Step{Err: lost, Lose: true}, true, edo.StateSent, "", 1},
		"accepted, and called too late": {edotest.Step{Err: closed}, true, edo.StateSent, "", 1},
		"too late":                      {edotest.Step{Err: closed, Lose: true}, true, edo.StateFailed, edo.AnswerNotOffered, 0},
		"not offered":                   {edotest.Step{}, false, edo.StateFailed, edo.AnswerNotOffered, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := box(t, "", func(b *bundle) {
				b.op.Answer.Stand = func(_ edo.Ref, s *edo.Standing) error {
					if !tc.stand {
						s.Offered = nil
						if len(b.op.Ledger()) == 0 {
							s.Offered = []edo.AnswerKind{edo.AnswerReceipt}
						}
					}
					return nil
				}
			})
			b.op.Script(tc.step)
			id := b.answer(t, answer(edo.AnswerRefuse, "in-1-doc", "head")).Key.Package
			op := b.until(t, id, settled)
			got := []any{op.State, op.Reason, len(b.answersTo(id))}
			if diff := cmp.Diff([]any{tc.state, tc.reason, tc.ledger}, got); diff != "" {
				t.Errorf("(-want +got)\n%s%s", diff, op.Detail)
			}
			if op.State != edo.StateFailed {
				return
			}
			again := b.answer(t, answer(edo.AnswerRefuse, "in-1-doc", "head"))
			if again.Key == op.Key {
				t.Error("a failed answer cannot be given anew")
			}
			b.until(t, again.Key.Package, settled)
		})
	}
}

// TestAnswerWaitsForTheReceipt: what the operator offers only after our receipt goes out after it.
func TestAnswerWaitsForTheReceipt(t *testing.T) {
	t.Parallel()
	b := setup(t, both(answers(""), func(b *bundle) {
		b.account.Service = "" // nobody signs receipts yet
		b.op.Answer.Stand = func(_ edo.Ref, s *edo.Standing) error {
			if s.Offers(edo.AnswerReceipt) {
				s.Offered = []edo.AnswerKind{edo.AnswerReceipt}
			}
			return nil
		}
	}))
	b.receive(t)
	b.run(t)
	b.came(t, "in-1-doc", stored)
	id := b.answer(t, answer(edo.AnswerSign, "in-1-doc", "head")).Key.Package
	b.until(t, id, func(op edo.Operation) bool { return op.State == edo.StateWaiting && op.Reason == edo.AnswerNotOffered })
	b.setAccount(func(a *edo.Account) { a.Service, a.Revision = "service", "2" })
	op := b.until(t, id, settled)
	if op.State != edo.StateSent {
		t.Errorf("%s: %s", op.State, op.Detail)
	}
}

// TestOppositeAnswers: while an answer is on its way, however long that takes, its opposite is refused; when it was
// cancelled, and so surely not given, the opposite may be.
func TestOppositeAnswers(t *testing.T) {
	t.Parallel()
	for first, other := range map[edo.AnswerKind]edo.AnswerKind{
		edo.AnswerSign: edo.AnswerRefuse, edo.AnswerRefuse: edo.AnswerSign,
		edo.AnswerAcceptRevocation: edo.AnswerRefuseRevocation, edo.AnswerRefuseRevocation: edo.AnswerAcceptRevocation,
	} {
		t.Run(string(first), func(t *testing.T) {
			t.Parallel()
			var down atomic.Bool
			b := box(t, "", func(b *bundle) {
				byHand(b)
				b.op.Down = func(string) error {
					if down.Load() {
						return &edo.Error{Kind: edo.Unavailable, Reason: edo.OperatorUnavailable}
					}
					return nil
				}
			})
			document := edo.RemoteID("in-1-doc")
			if first == edo.AnswerAcceptRevocation || first == edo.AnswerRefuseRevocation {
				document = "in-2-doc"
			}
			down.Store(true)
			op := b.answer(t, answer(first, document, "head"))
			opposed := answer(other, document, "head")
			if _, err := b.gw.Answer(t.Context(), opposed); !errors.Is(err, edo.AnswerNotOffered) || !errors.Is(err, edo.Conflict) {
				t.Errorf("the opposite of what is on its way: %v", err)
			}
			if again := b.answer(t, answer(first, document, "head")); again.Key != op.Key {
				t.Errorf("the same again is %v", again.Key)
			}
			b.until(t, op.Key.Package, state(edo.StateWaiting))
			if _, err := b.gw.Cancel(t.Context(), clerk, op.Key, "the other way round"); err != nil {
				t.Fatal(err)
			}
			b.answer(t, opposed)
		})
	}
}

// TestOffers: the operator says what can be done, the kind's actions may be fewer.
func TestOffers(t *testing.T) {
	t.Parallel()
	b := box(t, "", func(b *bundle) {
		b.cfg.Kinds[0].Actions = []edo.AnswerKind{edo.AnswerSign, edo.AnswerRefuse, edo.AnswerReceipt}
	})
	for r, want := range map[edo.RemoteID][]edo.AnswerKind{
		"in-1-doc": {edo.AnswerSign, edo.AnswerRefuse}, "in-2-doc": {edo.AnswerAcceptRevocation, edo.AnswerRefuseRevocation},
	} {
		got, err := b.gw.Offers(t.Context(), clerk, sub, r)
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%s (-want +got)\n%s%v", r, diff, err)
		}
	}
	if _, err := b.gw.Offers(t.Context(), "stranger", sub, "in-1-doc"); !errors.Is(err, edo.UserNotAllowed) {
		t.Errorf("stranger: %v", err)
	}
}

// TestStaleAnswer: a worker that stood still beyond its lease sends nothing, not even an answer without contents:
// neither when it wakes before the driver asks whether it may send, nor inside of it.
func TestStaleAnswer(t *testing.T) {
	t.Parallel()
	for name, inside := range map[string]bool{"before the driver": false, "in the driver": true} {
		for _, kind := range []edo.AnswerKind{edo.AnswerSign, edo.AnswerRefuse} {
			t.Run(name+" "+string(kind), func(t *testing.T) {
				t.Parallel()
				var armed atomic.Bool
				var ahead atomic.Int64
				pause := func() {
					if armed.CompareAndSwap(true, false) {
						ahead.Store(int64(time.Hour))
					}
				}
				b := box(t, edo.FlowUnsigned, func(b *bundle) {
					b.cfg.Now = func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
					b.cfg.Trace = func(_ context.Context, point string) {
						if point == "send.sending" && !inside {
							pause()
						}
					}
				})
				before := b.op.Sends()
				if inside {
					b.op.Script(edotest.Step{Before: func(context.Context) { pause() }})
				}
				armed.Store(true)
				id := b.answer(t, answer(kind, "in-1-doc", "head")).Key.Package
				op := b.until(t, id, settled)
				// Inside of the driver the state may not be written yet: then that attempt was none.
				if op.State != edo.StateSent || op.Attempts != 2 && !(inside && op.Attempts == 1) || b.op.Sends()-before != 2 || len(b.answersTo(id)) != 1 {
					t.Errorf("%s after %d attempts, %d calls, %d in the ledger", op.State, op.Attempts, b.op.Sends()-before, len(b.answersTo(id)))
				}
			})
		}
	}
}

// TestOddRemoteID: a document is answered and replied to whatever its operator calls it.
func TestOddRemoteID(t *testing.T) {
	t.Parallel()
	const odd = edo.RemoteID("{ODD 1/2}")
	b := setup(t, both(answers(""), func(b *bundle) {
		m := edotest.Letter("odd", sender, "Заявка")
		was := m.Documents[0].Remote
		m.Documents[0].Remote, m.Documents[0].NeedSign, m.Signatures[0].Document, m.Contents[odd] = odd, true, odd, m.Contents[was]
		m.Signatures[0].CMS = signedText("client", content(string(m.Contents[odd])).Digest)
		b.op.Plant(m)
	}))
	b.receive(t)
	b.run(t)
	b.came(t, odd, func(d edo.InboundDocument) bool { return d.Fate == edo.StateDelivered })
	op := b.until(t, b.answer(t, answer(edo.AnswerRefuse, odd, "head")).Key.Package, settled)
	if op.State != edo.StateSent || op.Documents[0].Parent != odd {
		t.Errorf("%+v", op)
	}
	p := pack("r1", "one")
	p.InReplyTo = odd
	if _, err := b.gw.Send(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	b.until(t, "r1", func(op edo.Operation) bool { return op.State.Sent() })
}

// TestTakenAnswerID: a package that took the id of an answer before such ids were reserved is not taken for the answer.
func TestTakenAnswerID(t *testing.T) {
	t.Parallel()
	b := setup(t, answers(""))
	id := edo.AnswerID(edo.AnswerReceipt, "in-1-doc")
	op := edo.Operation{Key: edo.Key{Subscriber: sub, Package: id}, Operator: "edotest", State: edo.StateSent, CreatedAt: time.Now(), UpdatedAt: time.Now(), Revision: 1, Documents: []edo.DocumentStatus{{ID: "d"}}}
	if _, created, err := b.store.Accept(t.Context(), op, nil, nil); err != nil || !created {
		t.Fatal(created, err)
	}
	b.receive(t)
	b.run(t)
	b.came(t, "in-1-doc", stored)
	given := b.answer(t, answer(edo.AnswerReceipt, "in-1-doc", "head"))
	if given.Answer != edo.AnswerReceipt || given.Key.Package == id {
		t.Errorf("the answer is %+v", given)
	}
	b.came(t, "in-1-doc", func(d edo.InboundDocument) bool { return d.Fate == edo.StateDelivered })
}

// TestGivenElsewhere: what a colleague has answered on the operator's pages is not called sent by us, though it is told
// of the document.
func TestGivenElsewhere(t *testing.T) {
	t.Parallel()
	b := box(t, edo.FlowUnsigned, func(b *bundle) {
		b.op.Answer.Stand = func(r edo.Ref, s *edo.Standing) error {
			if r.Remote == "in-1-doc" {
				s.Offered, s.State = slices.DeleteFunc(s.Offered, func(k edo.AnswerKind) bool { return k != edo.AnswerReceipt }), edo.StateRefused
			}
			return nil
		}
		b.cfg.Drivers = []edo.Driver{finds{b.op}}
	})
	sends := b.op.Sends()
	op := b.until(t, b.answer(t, answer(edo.AnswerRefuse, "in-1-doc", "head")).Key.Package, settled)
	if op.State != edo.StateFailed || op.Reason != edo.AnswerNotOffered || !strings.HasPrefix(op.Detail, "given elsewhere") || b.op.Sends() != sends {
		t.Errorf("%s %s (%s), %d calls", op.State, op.Reason, op.Detail, b.op.Sends()-sends)
	}
	b.came(t, "in-1-doc", func(d edo.InboundDocument) bool { return d.Fate == edo.StateRefused })
}

// finds shows refusals as given, whoever gave them.
type finds struct{ *edotest.Operator }

type everything interface {
	edo.Session
	edo.Finder
	edo.Answerer
	edo.Receiver
}

type findsRefusals struct{ everything }

func (f finds) Open(ctx context.Context, a edo.Account) (edo.Session, error) {
	s, err := f.Operator.Open(ctx, a)
	return findsRefusals{s.(everything)}, err //nolint:forcetypeassert // it panics if it is not
}

func (f findsRefusals) Find(ctx context.Context, q edo.Query) (edo.Found, error) {
	if len(q.Answers) == 1 && q.Answers[0].Refusal {
		return edo.Found{Sent: &edo.Sent{}, AsOf: time.Now()}, nil
	}
	return f.everything.Find(ctx, q)
}

// leaving are keys of people of whom "service" has left since.
type leaving struct{ left *atomic.Bool }

func (l leaving) Signer(ctx context.Context, s edo.SubscriberID, id edo.SignerID, kind string, at time.Time) (edo.Signer, error) {
	if id == "service" && l.left.Load() {
		id = "nobody"
	}
	return keys{}.Signer(ctx, s, id, kind, at)
}

// TestReceiptOfOneWhoLeft: a receipt that was written for somebody who left before signing is written for the successor.
func TestReceiptOfOneWhoLeft(t *testing.T) {
	t.Parallel()
	var left atomic.Bool
	b := setup(t, both(answers(""), func(b *bundle) {
		b.cfg.Signers = leaving{&left}
		b.cfg.Trace = func(_ context.Context, point string) {
			if point == "draft.written" && left.CompareAndSwap(false, true) {
				b.setAccount(func(a *edo.Account) { a.Service, a.Revision = "head", "2" })
			}
		}
	}))
	b.receive(t)
	b.run(t)
	b.came(t, "in-1-doc", stored)
	id := edo.AnswerID(edo.AnswerReceipt, "in-1-doc")
	eventually(t, func() bool { return len(b.answersTo(id)) == 1 })
	if op := b.until(t, id, settled); op.State != edo.StateSent || op.Documents[0].SignedBy.Thumbprint != "T-head" {
		t.Errorf("%s by %+v", op.State, op.Documents[0])
	}
}
