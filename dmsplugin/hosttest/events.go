package hosttest

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"math"
	"slices"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/dmsplugin/internal/dmspb"
)

// original asks for the bytes of a document that was sent.
func original(l letter, i int) *dmspb.ContentRequest {
	return &dmspb.ContentRequest{Key: l.key(), Document: documentID(i), Role: dmspb.Role_ROLE_ORIGINAL, Actor: clerk}
}

// pattern is content whose every place is different.
func pattern(size int) []byte {
	b := make([]byte, 0, size+16)
	for i := 0; len(b) < size; i++ {
		b = fmt.Appendf(b, "%015d\n", i)
	}
	return b[:size]
}

func contentWhole(t conformance.T, s *Suite) {
	h := s.common(t)
	l := letterOf(cut, "whole", pattern(1), pattern(chunkSize), pattern(3*chunkSize+1))
	s.send(t, h.wire, l)
	for i, want := range l.bodies {
		digest := sha256.Sum256(want)
		v, body, end, err := content(t.Context(), h.wire, original(l, i))
		if err != nil || !bytes.Equal(body, want) {
			t.Errorf("%d bytes: %d came, %v", len(want), len(body), err)
		}
		if v.GetSize() != int64(len(want)) || !bytes.Equal(v.GetSha256(), digest[:]) || v.GetDocument() != documentID(i) || v.GetRole() != dmspb.Role_ROLE_ORIGINAL {
			t.Errorf("header: %v", v)
		}
		if end.GetSize() != int64(len(want)) || !bytes.Equal(end.GetSha256(), digest[:]) {
			t.Errorf("trailer: %v", end)
		}
	}
	unsaid := original(l, 0)
	unsaid.Role = dmspb.Role_ROLE_UNSPECIFIED
	_, _, _, err := content(t.Context(), h.wire, unsaid)
	if _, faults := detailOf(err); err == nil || len(faults) > 0 {
		t.Errorf("without a role: %v, %q", err, faults)
	}
}

func contentGoesOn(t conformance.T, s *Suite) {
	h, l := s.common(t), letterOf(cut, "goes-on", pattern(2*chunkSize+100))
	s.send(t, h.wire, l)
	whole, size := sha256.Sum256(l.bodies[0]), int64(len(l.bodies[0]))
	for _, offset := range []int64{0, 1, chunkSize - 1, chunkSize, chunkSize + 1, size - 1, size} {
		r := original(l, 0)
		r.Offset, r.Sha256 = offset, whole[:]
		v, rest, end, err := content(t.Context(), h.wire, r)
		if err != nil || !bytes.Equal(rest, l.bodies[0][offset:]) {
			t.Errorf("from %d: %d bytes, %v", offset, len(rest), err)
		}
		if v.GetSize() != size || end.GetSize() != size || !bytes.Equal(end.GetSha256(), whole[:]) {
			t.Errorf("from %d: header and trailer do not speak of the whole: %v, %v", offset, v, end)
		}
	}
	for what, offset := range map[string]int64{"behind the end": size + 1, "before the beginning": -1} {
		r := original(l, 0)
		r.Offset = offset
		_, _, _, err := content(t.Context(), h.wire, r)
		refused(t, what, err, codes.InvalidArgument, "")
	}
	r, others := original(l, 0), sha256.Sum256([]byte("other"))
	r.Offset, r.Sha256 = 100, others[:]
	_, _, _, err := content(t.Context(), h.wire, r)
	refused(t, "with other bytes", err, codes.FailedPrecondition, "")
}

func eventsInOrder(t conformance.T, s *Suite) {
	h, ctx := s.common(t), t.Context()
	for i := range 4 {
		s.send(t, h.wire, letterOf(cut, fmt.Sprintf("order-%d", i), []byte("x")))
	}
	all := everything(t, h.wire, cut)
	seqs := make([]int64, len(all))
	for i, e := range all {
		if seqs[i] = e.GetSeq(); i > 0 && seqs[i] <= seqs[i-1] {
			t.Errorf("seq %d after %d", seqs[i], seqs[i-1])
		}
		if e.GetKey().GetSubscriber() != cut {
			t.Errorf("an event of %q", e.GetKey().GetSubscriber())
		}
	}
	if len(seqs) < 4 {
		t.Fatalf("%d events", len(seqs))
	}
	ask := func(after int64, limit int32) []int64 {
		r, err := h.exchange.Deliver(ctx, &dmspb.DeliverRequest{Subscriber: cut, After: after, Limit: limit})
		if err != nil {
			t.Fatalf("after %d: %v", after, err)
		}
		var got []int64
		for _, e := range r.GetEvents() {
			got = append(got, e.GetSeq())
		}
		return got
	}
	for _, i := range []int{0, 1, 2, len(seqs) - 2} {
		if got := ask(seqs[i], 1); !slices.Equal(got, seqs[i+1:i+2]) {
			t.Errorf("one after %d: %v", seqs[i], got)
		}
	}
	if again := ask(0, 3); !slices.Equal(again, seqs[:3]) {
		t.Errorf("the first three again: %v, were %v", again, seqs[:3])
	}
	for _, limit := range []int32{-1, 501} {
		_, err := h.exchange.Deliver(ctx, &dmspb.DeliverRequest{Subscriber: cut, Limit: limit})
		refused(t, fmt.Sprintf("a page of %d", limit), err, codes.InvalidArgument, "")
	}
}

func acknowledgedStays(t conformance.T, s *Suite) {
	h, ctx := s.common(t), t.Context()
	// It never moves back, so a number of no event yet would make its consumer deaf.
	for _, seq := range []int64{math.MaxInt64, -1} {
		_, err := h.exchange.Acknowledge(ctx, &dmspb.AcknowledgeRequest{Subscriber: cut, Consumer: "hasty", Seq: seq})
		refused(t, fmt.Sprintf("acknowledging %d", seq), err, codes.InvalidArgument, "")
	}
	for i := range 3 {
		s.send(t, h.wire, letterOf(cut, fmt.Sprintf("acknowledge-%d", i), []byte("x")))
	}
	all := everything(t, h.wire, cut)
	early, late := all[0].GetSeq(), all[2].GetSeq()
	at := func(consumer string) int64 {
		r, err := h.exchange.Acknowledged(ctx, &dmspb.AcknowledgedRequest{Subscriber: cut, Consumer: consumer})
		if err != nil {
			t.Errorf("%v", err)
		}
		return r.GetSeq()
	}
	for _, seq := range []int64{late, early, 0} {
		_, err := h.exchange.Acknowledge(ctx, &dmspb.AcknowledgeRequest{Subscriber: cut, Consumer: "first", Seq: seq})
		if err != nil && seq != 0 {
			t.Errorf("acknowledging %d: %v", seq, err)
		}
		if got := at("first"); got != late {
			t.Errorf("after acknowledging %d it is at %d instead of %d", seq, got, late)
		}
	}
	if got := at("second"); got != 0 {
		t.Errorf("another reader is at %d", got)
	}
}

func heartbeats(t conformance.T, s *Suite) {
	h := s.common(t)
	began := s.Now()
	stream, err := h.exchange.Follow(t.Context(), &dmspb.FollowRequest{Subscriber: silent, Heartbeat: durationpb.New(time.Second)})
	if err != nil {
		t.Fatalf("%v", err)
	}
	late := time.AfterFunc(10*time.Second, func() { t.Errorf("nothing in 10 s") })
	defer late.Stop()
	for i := range 2 {
		r, err := stream.Recv()
		if err != nil || len(r.GetEvents()) > 0 || r.GetSeq() != 0 {
			t.Fatalf("%v, %v", r, err)
		}
		if took := s.Now().Sub(began); took < time.Duration(i+1)*900*time.Millisecond {
			t.Errorf("heartbeat %d came after %v", i+1, took)
		}
	}
	for _, mad := range []time.Duration{time.Millisecond, time.Hour, -time.Second} {
		stream, err := h.exchange.Follow(t.Context(), &dmspb.FollowRequest{Subscriber: silent, Heartbeat: durationpb.New(mad)})
		if err == nil {
			_, err = stream.Recv()
		}
		refused(t, "a heartbeat of "+mad.String(), err, codes.InvalidArgument, "")
	}
}

func followed(t conformance.T, s *Suite) {
	h := s.common(t)
	first := letterOf(cut, "follow-1", []byte("x"))
	s.send(t, h.wire, first)
	all := everything(t, h.wire, cut)
	last := all[len(all)-1].GetSeq()
	stream, err := h.exchange.Follow(t.Context(), &dmspb.FollowRequest{Subscriber: cut, After: last})
	if err != nil {
		t.Fatalf("%v", err)
	}
	place, began := last, s.Now()
	for _, id := range []string{"follow-2", "follow-3"} {
		s.send(t, h.wire, letterOf(cut, id, []byte("x")))
		for found := false; !found; {
			r, err := stream.Recv()
			if err != nil {
				t.Fatalf("%v", err)
			}
			for _, e := range r.GetEvents() {
				if e.GetSeq() <= place {
					t.Errorf("seq %d after %d", e.GetSeq(), place)
				}
				place = e.GetSeq()
				found = found || e.GetKey().GetPackage() == id
			}
			if r.GetSeq() != place {
				t.Errorf("says %d after event %d", r.GetSeq(), place)
			}
		}
	}
	if took := s.Now().Sub(began); took > 5*time.Second {
		t.Errorf("two packages were heard after %v", took)
	}
}
