package hosttest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"path/filepath"
	"time"

	"google.golang.org/grpc/codes"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/dmsplugin/internal/dmspb"
)

// Inbox is what the contract leaves to the surroundings of a plugin that reads boxes. The zero value: nothing can come in,
// and the cases of that are skipped.
type Inbox struct {
	// Open makes somebody responsible for what comes in to a subscriber, in a home where a plugin is at work.
	Open func(ctx context.Context, home, subscriber, responsible string) error
	// Bring lets another organisation send a document, which asks for a signature, to the box of [Operator], and gives the
	// operator's id of it.
	Bring func(ctx context.Context, name string, content []byte) (remote string, err error)
}

// reads is a plugin of its own that reads the box, with clerk as the responsible person.
func (s *Suite) reads(t conformance.T) *host {
	if s.Inbox.Open == nil || s.Inbox.Bring == nil {
		t.Skipf("nothing says how a document comes in")
	}
	home, o := filepath.Join(t.TempDir(), "home"), s.Operator
	h := s.launch(t, home, func(e environment) { e["EDOKIT_PULL"] = "100ms" })
	s.furnish(t, h)
	_, err := h.directory.PutSubscriber(t.Context(), &dmspb.PutSubscriberRequest{Subscriber: &dmspb.Subscriber{
		Id: working, Title: working, Operator: o.Name, Endpoint: o.Endpoint, Box: o.Box, Inn: o.INN, Kpp: o.KPP,
		LoginKind: dmspb.LoginKind_LOGIN_KIND_PASSWORD, Login: o.Login, Receive: true,
	}})
	if err != nil {
		t.Fatalf("PutSubscriber: %v", err)
	}
	if err := s.Inbox.Open(t.Context(), home, working, clerk); err != nil {
		t.Fatalf("a responsible person: %v", err)
	}
	return h
}

func (s *Suite) bring(t conformance.T, name string, body []byte) string {
	remote, err := s.Inbox.Bring(t.Context(), name, body)
	if err != nil {
		t.Fatalf("the operator takes no document: %v", err)
	}
	return remote
}

// told waits until an event of a document that came in is as wanted, and gives all events of it so far.
func told(t conformance.T, w wire, remote string, wanted func(*dmspb.InboundDocument) bool) []*dmspb.InboundDocument {
	for {
		var all []*dmspb.InboundDocument
		enough := false
		for _, e := range everything(t, w, working) {
			if d := e.GetInbound(); e.GetKind() == dmspb.EventKind_EVENT_KIND_INBOUND && d.GetRemote() == remote {
				all = append(all, d)
				enough = enough || wanted(d)
			}
		}
		if enough {
			return all
		}
		select {
		case <-t.Context().Done():
			t.Fatalf("no such event of %s: %v", remote, all)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func stored(d *dmspb.InboundDocument) bool {
	return d.GetState() == dmspb.InboundState_INBOUND_STATE_STORED
}

func fate(s dmspb.State) func(*dmspb.InboundDocument) bool {
	return func(d *dmspb.InboundDocument) bool { return d.GetFate() == s }
}

func cameIn(t conformance.T, s *Suite) {
	h, body := s.reads(t), pattern(2*chunkSize+100)
	remote := s.bring(t, "заявка.txt", body)
	_ = told(t, h.wire, s.bring(t, "следующая.txt", []byte("x")), stored) // what was there before it has been told
	all := told(t, h.wire, remote, stored)
	digest := sha256.Sum256(body)
	if d := all[0]; len(all) != 1 || d.GetName() != "заявка.txt" || d.GetSize() != int64(len(body)) || !bytes.Equal(d.GetSha256(), digest[:]) ||
		d.GetResponsible() != clerk || d.GetWhy().GetRu() == "" || !d.GetNeedSign() || len(d.GetSignatures()) != 1 {
		t.Errorf("told %d times: %v", len(all), d)
	}
	r := &dmspb.ContentRequest{Key: &dmspb.Key{Subscriber: working}, Inbound: remote, Role: dmspb.Role_ROLE_ORIGINAL, Actor: clerk}
	if _, got, end, err := content(t.Context(), h.wire, r); err != nil || !bytes.Equal(got, body) || !bytes.Equal(end.GetSha256(), digest[:]) {
		t.Errorf("%d bytes came, %v", len(got), err)
	}
	r.Offset, r.Sha256 = chunkSize+1, digest[:]
	if _, got, _, err := content(t.Context(), h.wire, r); err != nil || !bytes.Equal(got, body[r.Offset:]) {
		t.Errorf("going on: %d bytes came, %v", len(got), err)
	}
	r.Actor = stranger
	_, _, _, err := content(t.Context(), h.wire, r)
	refused(t, "read by a stranger", err, codes.PermissionDenied, "")
}

func answered(t conformance.T, s *Suite) {
	h, ctx := s.reads(t), t.Context()
	remote := s.bring(t, "на подпись.txt", []byte("Просим подписать."))
	_ = told(t, h.wire, remote, stored)
	sign := &dmspb.AnswerRequest{Subscriber: working, Actor: clerk, Kind: dmspb.AnswerKind_ANSWER_KIND_SIGN, Document: remote, Signer: signer}
	refuse := &dmspb.AnswerRequest{Subscriber: working, Actor: clerk, Kind: dmspb.AnswerKind_ANSWER_KIND_REFUSE, Document: remote, Text: "не согласны", Signer: signer}
	foreign := &dmspb.AnswerRequest{Subscriber: working, Actor: stranger, Kind: dmspb.AnswerKind_ANSWER_KIND_SIGN, Document: remote, Signer: signer}
	refused(t, "signed by a stranger", second(h.answers.Answer(ctx, foreign)), codes.PermissionDenied, "")
	var first *dmspb.Operation
	for n := range 3 {
		r, err := h.answers.Answer(ctx, sign)
		if err != nil {
			t.Fatalf("signing, time %d: %v", n+1, err)
		}
		if first == nil {
			first = r.GetOperation()
		}
		if got := r.GetOperation(); got.GetKey().GetPackage() != first.GetKey().GetPackage() || !got.GetCreatedAt().AsTime().Equal(first.GetCreatedAt().AsTime()) {
			t.Errorf("signing again is another operation: %v, was %v", got.GetKey(), first.GetKey())
		}
	}
	if second(h.answers.Answer(ctx, refuse)) == nil {
		t.Errorf("what is signed can be refused")
	}
	_ = told(t, h.wire, remote, fate(dmspb.State_STATE_SIGNED))
}
