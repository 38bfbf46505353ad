package synerdocs_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/edokit/edokit/conformance/mockoperator"
	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/cms"
	"github.com/edokit/edokit/edo/operators/synerdocs"
)

// conversing is a session with what a conversation needs.
type conversing interface {
	full
	edo.Receiver
	edo.Answerer
	edo.Archivist
}

// person is one side of a conversation: a box with a session and a key.
type person struct {
	conversing
	b   *bundle
	box edo.BoxID
	key *cms.Key
}

// side opens a session of another organisation.
func (b *bundle) side(box string) *person {
	b.t.Helper()
	id, err := b.op.Identity(box)
	if err != nil {
		b.t.Fatal(err)
	}
	keyPEM, err := id.KeyPEM()
	if err != nil {
		b.t.Fatal(err)
	}
	key, err := cms.LoadPEM(keyPEM, id.CertificatePEM())
	if err != nil {
		b.t.Fatal(err)
	}
	a := b.account()
	a.Subscriber, a.Box = edo.SubscriberID("sub-"+box), edo.BoxID(box)
	a.Login = edo.Login{Certificate: &edo.LoginCertificate{DER: id.Certificate.Raw, Key: id.Key}}
	opened, err := synerdocs.New(synerdocs.Config{}).Open(b.t.Context(), a)
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { _ = opened.Close() })
	s, is := opened.(conversing)
	if !is {
		b.t.Fatalf("%T lacks an ability", opened)
	}
	return &person{conversing: s, b: b, box: edo.BoxID(box), key: key}
}

func inMemory(raw []byte) edo.Content {
	return edo.Content{Size: int64(len(raw)), Digest: sha256.Sum256(raw), Open: func(context.Context) (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(raw)), nil
	}}
}

func (p *person) sign(raw []byte) []byte {
	p.b.t.Helper()
	signature, err := cms.Sign(p.b.t.Context(), p.key, bytes.NewReader(raw), time.Now())
	if err != nil {
		p.b.t.Fatal(err)
	}
	return signature
}

// letter sends one document and gives its id at the operator.
func (p *person) letter(flow edo.Flow, to ...edo.Address) edo.RemoteID {
	p.b.t.Helper()
	raw := []byte("%PDF-1.7 a letter to sign")
	d := edo.OutgoingDocument{ID: "letter", Name: "договор.pdf", Kind: "Договор", Number: "17", Sum: "1250.00", Comment: "Прошу подписать", NeedSign: true, Content: inMemory(raw)}
	d.Date = time.Date(2026, 10, 31, 0, 0, 0, 0, time.UTC)
	if flow != edo.FlowUnsigned {
		d.Signature = p.sign(raw)
	}
	sent, err := p.Send(p.b.t.Context(), edo.Message{Package: "package-1", Flow: flow, To: to, Documents: []edo.OutgoingDocument{d}})
	if err != nil {
		p.b.t.Fatal(err)
	}
	return sent.Documents["letter"]
}

func (p *person) standing(d edo.RemoteID) edo.Standing {
	p.b.t.Helper()
	st, err := p.Standing(p.b.t.Context(), edo.Ref{Remote: d})
	if err != nil {
		p.b.t.Fatal(err)
	}
	return st
}

// answer gives one answer as the gateway does: standing, draft, signature, send, and looks for it afterwards.
func (p *person) answer(k edo.AnswerKind, d edo.RemoteID, text string) edo.RemoteID {
	p.b.t.Helper()
	st := p.standing(d)
	if !st.Offers(k) {
		p.b.t.Fatalf("%s is not offered: %+v", k, st)
	}
	m := edo.Message{Package: edo.AnswerID(k, d), To: st.Parties}
	ask := edo.Answered{Document: edo.DocumentID(k), Kind: k, Parent: d, Flow: st.Flow, Text: text}
	parent := d
	if k == edo.AnswerAcceptRevocation || k == edo.AnswerRefuseRevocation {
		parent = st.Offer
		ask.Parent = parent
	}
	unsigned := st.Flow != edo.FlowSigned
	switch {
	case k == edo.AnswerRefuse && unsigned:
		m.Refusals = []edo.Refusal{{Document: parent, Flow: st.Flow, Text: text}}
		ask.Refusal = true
	case k == edo.AnswerSign || k == edo.AnswerAcceptRevocation:
		ask.Signature = p.sign(p.content(parent))
		m.Signs = []edo.Countersign{{ID: edo.DocumentID(k), Document: parent, Flow: st.Flow, Signature: ask.Signature}}
	default:
		m.Documents = []edo.OutgoingDocument{p.draft(k, parent, st, text)}
	}
	sent, err := p.Send(p.b.t.Context(), m)
	if err != nil {
		p.b.t.Fatal(err)
	}
	found, err := p.Find(p.b.t.Context(), edo.Query{Package: m.Package, Since: time.Now(), Answers: []edo.Answered{ask}})
	if err != nil || found.Sent == nil || found.AsOf.IsZero() || found.Sent.Documents[edo.DocumentID(k)] != sent.Documents[edo.DocumentID(k)] || found.Sent.OperatorTime.IsZero() {
		p.b.t.Errorf("%s: sent %+v, found %+v, %v", k, sent, found.Sent, err)
	}
	return sent.Documents[edo.DocumentID(k)]
}

func (p *person) draft(k edo.AnswerKind, parent edo.RemoteID, st edo.Standing, text string) edo.OutgoingDocument {
	p.b.t.Helper()
	typ := st.Type
	if k == edo.AnswerRefuseRevocation {
		typ = "RevocationOffer"
	}
	var raw bytes.Buffer
	d, err := p.Draft(p.b.t.Context(), edo.DraftRequest{Kind: k, Ref: edo.Ref{Remote: parent}, Type: typ, Text: text}, &raw)
	if err != nil {
		p.b.t.Fatal(err)
	}
	if got, err := p.Text(d.Type, bytes.NewReader(raw.Bytes())); err != nil || got != text {
		p.b.t.Errorf("%s: the text is %q, %v", k, got, err)
	}
	return edo.OutgoingDocument{ID: edo.DocumentID(k), Name: d.Name, Type: d.Type, Content: inMemory(raw.Bytes()), Signature: p.sign(raw.Bytes()), Parent: parent}
}

func (p *person) content(d edo.RemoteID) []byte {
	p.b.t.Helper()
	var raw bytes.Buffer
	got, err := p.Download(p.b.t.Context(), edo.Ref{Remote: d}, &raw)
	if err != nil || got.Size != int64(raw.Len()) {
		p.b.t.Fatalf("download: %+v, %v", got, err)
	}
	return raw.Bytes()
}

// inbox reads the whole box from a cursor.
func (p *person) inbox() []edo.Incoming {
	p.b.t.Helper()
	var all []edo.Incoming
	for after := edo.MessageID(""); ; {
		page, err := p.Inbox(p.b.t.Context(), after)
		if err != nil {
			p.b.t.Fatal(err)
		}
		if len(page.Messages) == 0 {
			return all
		}
		for _, h := range page.Messages {
			in, err := p.Receive(p.b.t.Context(), h.Message)
			if err != nil {
				p.b.t.Fatal(err)
			}
			all = append(all, in)
			after = h.Message
		}
	}
}

func (p *person) track(d edo.RemoteID, want edo.State) edo.Progress {
	p.b.t.Helper()
	got, err := p.Track(p.b.t.Context(), edo.Ref{Remote: d})
	if err != nil || got.State != want {
		p.b.t.Errorf("%s sees %+v, %v; want %s", p.box, got, err, want)
	}
	return got
}

// TestConversation is a letter with everything that may follow it in the signed flow.
func TestConversation(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoperator.Scenario{})
	us, them := b.side(ownBox), b.side(otherBox)
	letter := us.letter(edo.FlowSigned, edo.Address{Box: otherBox})
	in := them.inbox()
	if len(in) != 1 || len(in[0].Documents) != 1 || len(in[0].Signatures) != 1 {
		t.Fatalf("%+v", in)
	}
	got := in[0].Documents[0]
	want := edo.IncomingDocument{
		Remote: letter, Name: "договор.pdf", Type: "Untyped", Class: edo.ClassMain, Kind: "Договор", Number: "17", Date: time.Date(2026, 10, 31, 0, 0, 0, 0, time.UTC),
		Sum: got.Sum, Comment: "Прошу подписать", CustomField: got.CustomField, Flow: edo.FlowSigned, Size: 25, NeedSign: true, NoticeDue: got.NoticeDue, Legitimate: true,
	}
	if diff := cmp.Diff(want, got); diff != "" || !strings.HasPrefix(got.CustomField, "edokit/1 package-1 letter") || !strings.HasPrefix(got.Sum, "1250") {
		t.Errorf("%+v\n-want +got\n%s", got, diff)
	}
	if from := in[0].From; from.Box != ownBox || from.INN != "7701234560" || from.Name == "" || in[0].OperatorTime.IsZero() {
		t.Errorf("from %+v", from)
	}
	if g := in[0].Signatures[0]; g.Document != letter || !g.Valid || g.From != ownBox || len(g.CMS) == 0 || g.ID == "" {
		t.Errorf("signature %+v", g)
	}
	receipt := them.answer(edo.AnswerReceipt, letter, "")
	us.track(letter, edo.StateDelivered)
	if them.standing(letter).Offers(edo.AnswerReceipt) {
		t.Error("a receipt is offered again")
	}
	them.answer(edo.AnswerSign, letter, "")
	us.track(letter, edo.StateSigned)
	came := us.inbox()
	if len(came) != 2 || came[0].Documents[0].Remote != receipt || came[0].Documents[0].Class != edo.ClassReceipt || came[0].Documents[0].Parent != letter || came[1].Signatures[0].Document != letter || len(came[1].Documents) != 0 {
		t.Errorf("%+v", came)
	}
	t.Run("revocation", func(t *testing.T) {
		const why = "Ошиблись адресом «юрлица»"
		offer := us.answer(edo.AnswerRevoke, letter, why)
		if p := us.track(letter, edo.StateSigned); !p.Revoking {
			t.Error("the offer is not seen by its author")
		}
		st := them.standing(letter)
		if st.Offer != offer || !st.Offers(edo.AnswerAcceptRevocation) || !st.Offers(edo.AnswerRefuseRevocation) {
			t.Errorf("%+v", st)
		}
		if st := them.standing(offer); st.Offer != offer || st.Class != edo.ClassRevocation || !st.Offers(edo.AnswerAcceptRevocation) || st.Offers(edo.AnswerSign) || st.Offers(edo.AnswerReceipt) {
			t.Errorf("the offer itself: %+v", st)
		}
		if text, err := them.Text("RevocationOffer", bytes.NewReader(them.content(offer))); err != nil || text != why {
			t.Errorf("%q, %v", text, err)
		}
		them.answer(edo.AnswerRefuseRevocation, letter, "Не согласны")
		if p := us.track(letter, edo.StateSigned); p.Revoking {
			t.Error("a refused offer still waits")
		}
	})
}

// TestRevoked: an accepted offer ends the document for both.
func TestRevoked(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoperator.Scenario{})
	us, them := b.side(ownBox), b.side(otherBox)
	letter := us.letter(edo.FlowSigned, edo.Address{Box: otherBox})
	them.answer(edo.AnswerReceipt, letter, "")
	them.answer(edo.AnswerSign, letter, "")
	offer := us.answer(edo.AnswerRevoke, letter, "Ошибка")
	if st := us.standing(letter); st.Offer != "" || st.Offers(edo.AnswerAcceptRevocation) {
		t.Errorf("our own offer waits for us: %+v", st)
	}
	them.answer(edo.AnswerAcceptRevocation, offer, "")
	us.track(letter, edo.StateRevoked)
	them.track(letter, edo.StateRevoked)
	if st := them.standing(letter); st.State != edo.StateRevoked || len(st.Offered) != 0 {
		t.Errorf("%+v", st)
	}
}

// TestRefusalAndRepeat: a second answer is a definite refusal, and the first is still found.
func TestRefusalAndRepeat(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoperator.Scenario{})
	us, them := b.side(ownBox), b.side(otherBox)
	letter := us.letter(edo.FlowSigned, edo.Address{Box: otherBox})
	st := them.standing(letter)
	draft := them.draft(edo.AnswerRefuse, letter, st, "Нет приложений")
	signature := them.sign(them.content(letter))
	m := edo.Message{Package: edo.AnswerID(edo.AnswerRefuse, letter), To: st.Parties, Documents: []edo.OutgoingDocument{draft}}
	if _, err := them.Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	us.track(letter, edo.StateRefused)
	for name, m := range map[string]edo.Message{
		"again":     m,
		"signature": {Package: "other", To: st.Parties, Signs: []edo.Countersign{{ID: "sign", Document: letter, Signature: signature}}},
	} {
		if _, err := them.Send(t.Context(), m); edo.KindOf(err) != edo.Refused || edo.ReasonOf(err) != edo.AnswerNotOffered {
			t.Errorf("%s: %v", name, err)
		}
	}
	if st := them.standing(letter); st.State != edo.StateRefused || st.Offers(edo.AnswerSign) || st.Offers(edo.AnswerRefuse) {
		t.Errorf("%+v", st)
	}
	found, err := them.Find(t.Context(), edo.Query{Package: "other", Answers: []edo.Answered{{Document: "sign", Parent: letter, Signature: signature}}})
	if err != nil || found.Sent != nil || found.AsOf.IsZero() {
		t.Errorf("what was refused is found: %+v, %v", found, err)
	}
	came := us.inbox()
	if len(came) != 1 || came[0].Documents[0].Class != edo.ClassRefusal {
		t.Fatalf("%+v", came)
	}
	if text, err := us.Text(came[0].Documents[0].Type, bytes.NewReader(us.content(came[0].Documents[0].Remote))); err != nil || text != "Нет приложений" {
		t.Errorf("%q, %v", text, err)
	}
}

// TestOtherFlows: what travels without the sender's signature is signed and refused by calls of its own.
func TestOtherFlows(t *testing.T) {
	t.Parallel()
	for name, flow := range map[string]edo.Flow{"unsigned": edo.FlowUnsigned, "forward": edo.FlowForward, "internal": edo.FlowInternal} {
		for _, k := range []edo.AnswerKind{edo.AnswerSign, edo.AnswerRefuse} {
			t.Run(name+" "+string(k), func(t *testing.T) {
				t.Parallel()
				b := setup(t, mockoperator.Scenario{})
				us, them := b.side(ownBox), b.side(otherBox)
				var d edo.RemoteID
				switch flow {
				case edo.FlowUnsigned:
					d = us.letter(flow, edo.Address{Box: otherBox})
				case edo.FlowInternal:
					them = us
					d = us.letter(flow, edo.Address{Box: ownBox})
				case edo.FlowForward:
					d = b.side(thirdBox).letter(edo.FlowSigned, edo.Address{Box: ownBox})
					if _, err := us.Send(t.Context(), edo.Message{Package: "forward", To: []edo.Address{{Box: otherBox}}, Forwards: []edo.Forward{{Document: d, NeedSign: true}}}); err != nil {
						t.Fatal(err)
					}
				}
				if flow != edo.FlowForward {
					found, err := us.Find(t.Context(), edo.Query{Package: "package-1", Documents: []edo.DocumentID{"letter"}, Since: time.Now(), Flow: flow})
					if err != nil || found.Sent == nil || found.Sent.Documents["letter"] != d {
						t.Errorf("found %+v, %v", found.Sent, err)
					}
				}
				if in := them.inbox(); flow != edo.FlowInternal && (len(in) != 1 || in[0].Documents[0].Remote != d || in[0].Documents[0].Flow != flow) {
					t.Errorf("%+v", in)
				}
				if st := them.standing(d); st.Flow != flow {
					t.Errorf("%+v", st)
				}
				them.answer(k, d, "Не наше")
				want := map[edo.AnswerKind]edo.State{edo.AnswerSign: edo.StateSigned, edo.AnswerRefuse: edo.StateRefused}[k]
				if flow != edo.FlowForward {
					us.track(d, want)
				}
				if st := them.standing(d); st.State != want || st.Offers(k) {
					t.Errorf("%+v", st)
				}
			})
		}
	}
}

// TestListingAtOperator: the slow way finds what came signed, unsigned and forwarded, each message once over all pages.
func TestListingAtOperator(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoperator.Scenario{})
	us, them, third := b.side(ownBox), b.side(otherBox), b.side(thirdBox)
	us.letter(edo.FlowSigned, edo.Address{Box: otherBox})
	third.letter(edo.FlowUnsigned, edo.Address{Box: otherBox})
	seen := map[edo.MessageID]int{}
	for first := 0; ; {
		page, err := them.Listing(t.Context(), time.Time{}, first)
		if err != nil || page.AsOf.IsZero() {
			t.Fatal(page, err)
		}
		for _, h := range page.Messages {
			seen[h.Message]++
		}
		if first = page.Next; first == 0 {
			break
		}
	}
	for _, in := range them.inbox() {
		if seen[in.Message] == 0 {
			t.Errorf("%s is not in the lists", in.Message)
		}
		delete(seen, in.Message)
	}
	if len(seen) != 0 {
		t.Errorf("the cursor misses %v", seen)
	}
}

// TestNotices: an invoice has receipts of its own, also for what the operator confirms.
func TestNotices(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoperator.Scenario{})
	us, them := b.side(ownBox), b.side(otherBox)
	raw := []byte("<?xml version=\"1.0\" encoding=\"windows-1251\"?><\xd4\xe0\xe9\xeb>\xd1\xf7\xb8\xf2</\xd4\xe0\xe9\xeb>")
	sent, err := us.Send(t.Context(), edo.Message{Package: "invoice", To: []edo.Address{{Box: otherBox}}, Documents: []edo.OutgoingDocument{
		{ID: "invoice", Name: "ON_SFAKT.xml", Type: "Invoice", Content: inMemory(raw), Signature: us.sign(raw)},
	}})
	if err != nil {
		t.Fatal(err)
	}
	if got := them.content(sent.Documents["invoice"]); !bytes.Equal(got, raw) {
		t.Errorf("the bytes changed: %q", got)
	}
	for round := 0; ; round++ {
		notices, err := them.Notices(t.Context(), "")
		if err != nil || round > 5 {
			t.Fatal(round, err)
		}
		if len(notices) == 0 {
			break
		}
		for _, n := range notices {
			if n.Class != edo.ClassReceipt || n.Type != "ServiceInvoiceReceipt" || len(n.Content) == 0 || len(n.To) == 0 || slices.ContainsFunc(n.To, func(a edo.Address) bool { return a.Box == otherBox }) {
				t.Fatalf("%+v", n)
			}
			// The same receipt is to be had one by one as well.
			var single bytes.Buffer
			d, err := them.Draft(t.Context(), edo.DraftRequest{Ref: edo.Ref{Remote: n.Parent}, Kind: edo.AnswerReceipt, Type: "Invoice"}, &single)
			if err != nil || d.Type != n.Type || single.Len() == 0 {
				t.Fatalf("%+v, %d bytes, %v", d, single.Len(), err)
			}
			if _, err := them.Send(t.Context(), edo.Message{Package: edo.AnswerID(edo.AnswerReceipt, n.Parent), To: n.To, Documents: []edo.OutgoingDocument{
				{ID: "receipt", Name: n.Name, Type: n.Type, Content: inMemory(n.Content), Signature: them.sign(n.Content), Parent: n.Parent},
			}}); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestTitles: what decides a title is the title that answers it, or the refusal of an invoice.
func TestTitles(t *testing.T) {
	t.Parallel()
	raw := []byte("<?xml version=\"1.0\" encoding=\"windows-1251\"?><\xd4\xe0\xe9\xeb/>")
	for name, want := range map[string]edo.State{"answered": edo.StateSigned, "refused": edo.StateRefused} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, mockoperator.Scenario{})
			us, them := b.side(ownBox), b.side(otherBox)
			sent, err := us.Send(t.Context(), edo.Message{Package: "upd", To: []edo.Address{{Box: otherBox}}, Documents: []edo.OutgoingDocument{
				{ID: "seller", Name: "ON_NSCHFDOPPR.xml", Type: "GeneralTransferSeller", NeedSign: true, Content: inMemory(raw), Signature: us.sign(raw)},
			}})
			if err != nil {
				t.Fatal(err)
			}
			title := sent.Documents["seller"]
			us.track(title, edo.StateSent)
			if want == edo.StateRefused {
				them.answer(edo.AnswerRefuse, title, "Цена не та")
			} else if _, err := them.Send(t.Context(), edo.Message{Package: "reply", To: them.standing(title).Parties, Documents: []edo.OutgoingDocument{
				{ID: "buyer", Name: "ON_NSCHFDOPPOK.xml", Type: "GeneralTransferBuyer", Content: inMemory(raw), Signature: them.sign(raw), Parent: title},
			}}); err != nil {
				t.Fatal(err)
			}
			us.track(title, want)
			them.track(title, want)
			if st := them.standing(title); st.State != want {
				t.Errorf("%+v", st)
			}
		})
	}
}

// TestClosedContent: nothing is given before the receipt, and the answer says so.
func TestClosedContent(t *testing.T) {
	t.Parallel()
	s := mockoperator.Scenario{}
	s.Flow.ContentClosed = true
	b := setup(t, s)
	us, them := b.side(ownBox), b.side(otherBox)
	raw := []byte("closed")
	sent, err := us.Send(t.Context(), edo.Message{Package: "p", To: []edo.Address{{Box: otherBox}}, Documents: []edo.OutgoingDocument{
		{ID: "d", Name: "d.txt", NeedReceipt: true, Content: inMemory(raw), Signature: us.sign(raw)},
	}})
	if err != nil {
		t.Fatal(err)
	}
	d := sent.Documents["d"]
	if _, err := them.Download(t.Context(), edo.Ref{Remote: d}, io.Discard); edo.KindOf(err) != edo.NotReady || edo.ReasonOf(err) != edo.ContentClosed {
		t.Fatalf("%v", err)
	}
	them.answer(edo.AnswerReceipt, d, "")
	if got := them.content(d); !bytes.Equal(got, raw) {
		t.Errorf("%q", got)
	}
}

// TestEvidenceAtOperator: the archive and the improved signature come when they are ready.
func TestEvidenceAtOperator(t *testing.T) {
	t.Parallel()
	s := mockoperator.Scenario{}
	s.Flow.Archive = "after:1"
	b := setup(t, s)
	us, them := b.side(ownBox), b.side(otherBox)
	d := us.letter(edo.FlowSigned, edo.Address{Box: otherBox})
	for _, receipts := range []bool{true, false} {
		var zip bytes.Buffer
		if _, err := us.FlowArchive(t.Context(), edo.Ref{Remote: d}, receipts, &zip); receipts && (edo.KindOf(err) != edo.NotReady || edo.ReasonOf(err) != edo.EvidenceNotReady) {
			t.Fatal(err)
		}
		zip.Reset()
		f, err := us.FlowArchive(t.Context(), edo.Ref{Remote: d}, receipts, &zip)
		if err != nil || f.Size != int64(zip.Len()) || !bytes.HasPrefix(zip.Bytes(), []byte("PK")) || f.Name == "" || f.Source == "" {
			t.Errorf("%+v, %v", f, err)
		}
	}
	id := them.inbox()[0].Signatures[0].ID
	_, err := them.Enhanced(t.Context(), id)
	if edo.KindOf(err) != edo.NotReady || edo.ReasonOf(err) != edo.EvidenceNotReady {
		t.Fatal(err)
	}
	if e, err := them.Enhanced(t.Context(), id); err != nil || len(e.CMS) == 0 {
		t.Errorf("%+v, %v", e, err)
	}
	b.op.Change(func(s *mockoperator.Scenario) { s.Flow.Archive = mockoperator.AnswerFailed })
	if _, err := us.FlowArchive(t.Context(), edo.Ref{Remote: d}, true, io.Discard); edo.KindOf(err) != edo.NotReady {
		t.Error(err)
	}
}
