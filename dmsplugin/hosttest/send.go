package hosttest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"sync"
	"time"

	"google.golang.org/grpc/codes"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/dmsplugin/internal/dmspb"
)

// accepted counts how often events say that a package was accepted.
func accepted(t conformance.T, w wire, l letter) int {
	n := 0
	for _, e := range everything(t, w, l.subscriber) {
		if e.GetKey().GetPackage() == l.id && e.GetKind() == dmspb.EventKind_EVENT_KIND_STATUS && e.GetState() == dmspb.State_STATE_ACCEPTED {
			n++
		}
	}
	return n
}

// everything reads all events of a subscriber, page by page.
func everything(t conformance.T, w wire, subscriber string) []*dmspb.Event {
	var all []*dmspb.Event
	var after int64
	for {
		r, err := w.exchange.Deliver(t.Context(), &dmspb.DeliverRequest{Subscriber: subscriber, After: after, Limit: 500})
		if err != nil {
			t.Fatalf("Deliver: %v", err)
		}
		if len(r.GetEvents()) == 0 {
			return all
		}
		all = append(all, r.GetEvents()...)
		after = all[len(all)-1].GetSeq()
	}
}

func sentAgain(t conformance.T, s *Suite) {
	h, l := s.common(t), letterOf(cut, "again", []byte("one"), []byte("two"))
	first := s.send(t, h.wire, l)
	for range 3 {
		op := s.send(t, h.wire, l)
		if op.GetCreatedAt().AsTime() != first.GetCreatedAt().AsTime() || op.GetRevision() < first.GetRevision() || len(op.GetDocuments()) != 2 {
			t.Errorf("another operation: %v, first %v", op, first)
		}
	}
	if n := accepted(t, h.wire, l); n != 1 {
		t.Errorf("accepted %d times", n)
	}
}

func sentAtOnce(t conformance.T, s *Suite) {
	h, l := s.common(t), letterOf(cut, "at-once", bytes.Repeat([]byte("x"), 1<<20))
	ops, faults := make([]*dmspb.Operation, 8), make([]error, 8)
	var all sync.WaitGroup
	for i := range ops {
		all.Go(func() { ops[i], faults[i] = upload(t.Context(), h.wire, s.parts(l)...) })
	}
	all.Wait()
	for i, op := range ops {
		if faults[i] != nil {
			t.Errorf("%d: %v", i, faults[i])
		} else if op.GetCreatedAt().AsTime() != ops[0].GetCreatedAt().AsTime() {
			t.Errorf("%d: created at %v, the first at %v", i, op.GetCreatedAt().AsTime(), ops[0].GetCreatedAt().AsTime())
		}
	}
	if n := accepted(t, h.wire, l); n != 1 {
		t.Errorf("accepted %d times", n)
	}
}

// answerLost hangs up at different moments after the last byte, and sends again.
func answerLost(t conformance.T, s *Suite) {
	h := s.common(t)
	for i, wait := range []time.Duration{0, time.Millisecond, 5 * time.Millisecond, 50 * time.Millisecond} {
		l := letterOf(cut, fmt.Sprintf("lost-%d", i), []byte("x"))
		ctx, hangUp := context.WithCancel(t.Context())
		stream, err := h.exchange.Send(ctx)
		if err != nil {
			t.Fatalf("%v", err)
		}
		for _, p := range s.parts(l) {
			if err := stream.Send(p); err != nil {
				t.Fatalf("%v", err)
			}
		}
		if err := stream.CloseSend(); err != nil {
			t.Fatalf("%v", err)
		}
		time.Sleep(wait)
		hangUp()
		first, again := s.send(t, h.wire, l), s.send(t, h.wire, l)
		if first.GetCreatedAt().AsTime() != again.GetCreatedAt().AsTime() {
			t.Errorf("hung up after %v: another operation each time", wait)
		}
		if n := accepted(t, h.wire, l); n != 1 {
			t.Errorf("hung up after %v: accepted %d times", wait, n)
		}
	}
}

func idTaken(t conformance.T, s *Suite) {
	h, l := s.common(t), letterOf(cut, "taken", []byte("one"))
	first := s.send(t, h.wire, l)
	l.bodies = [][]byte{[]byte("two")}
	_, err := upload(t.Context(), h.wire, s.parts(l)...)
	f := refused(t, "another content", err, codes.AlreadyExists, "")
	if f.GetRepeat() == dmspb.Repeat_REPEAT_SAFE || f.GetRepeat() == dmspb.Repeat_REPEAT_ASK_FIRST {
		t.Errorf("the host is told to repeat: %v", f)
	}
	r, err := h.exchange.Status(t.Context(), &dmspb.StatusRequest{Key: l.key()})
	if got := r.GetOperation().GetDocuments(); err != nil || len(got) != 1 || !bytes.Equal(got[0].GetSha256(), first.GetDocuments()[0].GetSha256()) {
		t.Errorf("the first package has changed: %v, %v", got, err)
	}
}

func outlivesKill(t conformance.T, s *Suite) {
	home := filepath.Join(t.TempDir(), "home")
	h := s.launch(t, home)
	s.furnish(t, h)
	l := letterOf(cut, "killed", bytes.Repeat([]byte("x"), 1<<20))
	first := s.send(t, h.wire, l)
	if err := h.cmd.Process.Kill(); err != nil {
		t.Fatalf("%v", err)
	}
	<-h.done
	next := s.launch(t, home)
	r, err := next.exchange.Status(t.Context(), &dmspb.StatusRequest{Key: l.key()})
	if err != nil || r.GetOperation().GetCreatedAt().AsTime() != first.GetCreatedAt().AsTime() {
		t.Errorf("its state: %v, %v", r, err)
	}
	_, body, _, err := content(t.Context(), next.wire, original(l, 0))
	if err != nil || !bytes.Equal(body, l.bodies[0]) {
		t.Errorf("its content: %d bytes, %v", len(body), err)
	}
	if again := s.send(t, next.wire, l); again.GetCreatedAt().AsTime() != first.GetCreatedAt().AsTime() {
		t.Errorf("sent again it is another operation: %v", again)
	}
}

func watchToTheEnd(t conformance.T, s *Suite) {
	h, l := s.common(t), letterOf(working, "watched", []byte("Просим подтвердить получение."))
	s.send(t, h.wire, l)
	stream, err := h.exchange.Watch(t.Context(), &dmspb.WatchRequest{Key: l.key()})
	if err != nil {
		t.Fatalf("%v", err)
	}
	last := &dmspb.Operation{}
	for {
		r, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("after revision %d, %v: %v", last.GetRevision(), last.GetState(), err)
		}
		if r.GetOperation().GetRevision() <= last.GetRevision() {
			t.Errorf("revision %d after %d", r.GetOperation().GetRevision(), last.GetRevision())
		}
		last = r.GetOperation()
	}
	if !last.GetSettled() || last.GetMessage() == "" || last.GetOperatorTime() == nil || len(last.GetDocuments()) != 1 {
		t.Fatalf("the last: %v", last)
	}
	if d := last.GetDocuments()[0]; d.GetStamp() != dmspb.StampState_STAMP_STATE_READY || d.GetSignedBy() == nil {
		t.Fatalf("its document: %v", d)
	}
	r := original(l, 0)
	r.Role = dmspb.Role_ROLE_OPERATOR_FORM
	v, form, _, err := content(t.Context(), h.wire, r)
	if err != nil || !bytes.HasPrefix(form, []byte("%PDF-")) || v.GetSize() != int64(len(form)) {
		t.Errorf("the second version: %d bytes, %v, %v", len(form), v, err)
	}
}

func refusedInTheMiddle(t conformance.T, s *Suite) {
	h := s.common(t)
	one, three := letterOf(cut, "many-1", []byte("one")), letterOf(cut, "many-3", []byte("three"))
	unknown, wrong := letterOf(cut, "many-2", []byte("two")), letterOf(cut, "many-4", []byte("four"))
	unknown.actor = stranger
	half := s.parts(wrong)
	half = half[:len(half)-1] // its trailer is missing
	stream, err := h.exchange.SendMany(t.Context())
	if err != nil {
		t.Fatalf("%v", err)
	}
	for _, parts := range [][]*dmspb.SendRequest{s.parts(one), s.parts(unknown), half, s.parts(three), s.parts(one)} {
		for _, p := range parts {
			if err := stream.Send(p); err != nil {
				t.Fatalf("%v", err)
			}
		}
	}
	if err := stream.CloseSend(); err != nil {
		t.Fatalf("%v", err)
	}
	want := []struct {
		id   string
		kind dmspb.Kind
	}{{"many-1", 0}, {"many-2", dmspb.Kind_KIND_DENIED}, {"many-4", dmspb.Kind_KIND_INVALID}, {"many-3", 0}, {"many-1", 0}}
	for i, w := range want {
		r, err := stream.Recv()
		if err != nil {
			t.Fatalf("answer %d: %v", i, err)
		}
		if r.GetIndex() != int64(i) || r.GetKey().GetPackage() != w.id || (r.GetError() == nil) != (w.kind == 0) {
			t.Errorf("answer %d: %v", i, r)
		}
		if d := r.GetError(); d != nil {
			for _, f := range typed(d) {
				t.Errorf("answer %d: %s", i, f)
			}
			if len(d.GetFaults()) == 0 || d.GetFaults()[0].GetKind() != w.kind {
				t.Errorf("answer %d: %v instead of %v", i, d, w.kind)
			}
		}
	}
	if r, err := stream.Recv(); !errors.Is(err, io.EOF) {
		t.Errorf("after the last: %v, %v", r, err)
	}
}

func answeredOnTheWay(t conformance.T, s *Suite) {
	h := s.common(t)
	stream, err := h.exchange.SendMany(t.Context())
	if err != nil {
		t.Fatalf("%v", err)
	}
	for i := range 3 {
		l := letterOf(cut, fmt.Sprintf("on-the-way-%d", i), []byte("x"))
		for _, p := range s.parts(l) {
			if err := stream.Send(p); err != nil {
				t.Fatalf("%v", err)
			}
		}
		if r, err := stream.Recv(); err != nil || r.GetIndex() != int64(i) || r.GetOperation() == nil { // our side is open
			t.Fatalf("package %d: %v, %v", i, r, err)
		}
		if _, err := h.exchange.Status(t.Context(), &dmspb.StatusRequest{Key: l.key()}); err != nil {
			t.Errorf("package %d was answered and is not there: %v", i, err)
		}
	}
	if err := stream.CloseSend(); err != nil {
		t.Errorf("%v", err)
	}
}
