package crash_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/edokit/edokit/conformance/mockoperator"
	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

// admin is the exchange administrator: without one no box is read.
const admin = edo.ActorID("admin")

// reading is what a plugin needs to read a box often, and to look for what the cursor has missed.
func reading() []string { return []string{"EDOKIT_PULL=100ms", "EDOKIT_FULL_CHECK=400ms"} }

// reader registers our side as one that reads its box and lets its first head sign receipts, then ends the plugin.
func (s *stand) reader(change ...func(*directory.Subscriber)) {
	s.Helper()
	s.settings = append(s.settings, reading()...)
	p := s.launch()
	s.register(p, append([]func(*directory.Subscriber){func(d *directory.Subscriber) { d.Policy.Receive, d.Service = true, head(0) }}, change...)...)
	s.must(p.AllowUser(s.Context(), directory.User{
		Actor: clerk, Subscriber: subscriber, Actions: []edo.Action{edo.ActionSend, edo.ActionRead, edo.ActionAnswer, edo.ActionInvite, edo.ActionSign, edo.ActionReadLog, edo.ActionReadContent},
	}))
	s.must(s.store().PutResponsible(s.Context(), subscriber, edo.Responsible{Scope: edo.ScopeAdministrator, Actor: admin}))
	s.must(p.Close())
}

// plant puts letters of the other side into our box and gives the operator's ids of them.
func (s *stand) plant(n int, shape func(i int, d *mockoperator.PlantedDocument)) []edo.RemoteID {
	s.Helper()
	ids, err := s.op.Plant(s.theirs.Boxes[0], s.ours.Boxes[0], n, func(i int) mockoperator.PlantedDocument {
		d := mockoperator.PlantedDocument{Name: fmt.Sprintf("письмо %d.txt", i), Kind: "Письмо", Content: fmt.Appendf(nil, "Письмо %d в наш ящик\n", i), NeedSign: true}
		if shape != nil {
			shape(i, &d)
		}
		return d
	})
	s.must(err)
	out := make([]edo.RemoteID, len(ids))
	for i, id := range ids {
		out[i] = edo.RemoteID(id)
	}
	return out
}

// owed is what the operator has for us, and which of it wants our receipt.
func (s *stand) owed() (docs map[edo.RemoteID]mockoperator.Document, receipts map[edo.RemoteID]int) {
	s.Helper()
	docs, receipts = map[edo.RemoteID]mockoperator.Document{}, map[edo.RemoteID]int{}
	for _, e := range s.op.Ledger() {
		for _, d := range e.Documents {
			switch {
			case slices.Contains(e.Recipients, s.ours.Boxes[0]):
				docs[edo.RemoteID(d.ServiceID)] = d
			case strings.Contains(d.Type, "Receipt"):
				receipts[edo.RemoteID(d.Parent)]++
			}
		}
	}
	return docs, receipts
}

// receipts counts the receipts that the operator has from us.
func (s *stand) receipts() int {
	s.Helper()
	_, receipts := s.owed()
	n := 0
	for _, k := range receipts {
		n += k
	}
	return n
}

// takenIn lets a plugin go on until all is in and confirmed, and the box was read both ways once more, ends it, and
// compares what we have with what the operator has: each document once, byte for byte, handed to the host once, and
// confirmed once, after it was stored.
func (s *stand) takenIn(p *plugin, most time.Duration) {
	s.Helper()
	missing := ""
	s.Cleanup(func() {
		if s.Failed() && missing != "" {
			s.Log("not confirmed: " + missing)
		}
	})
	s.within(most, "everything is confirmed", func() bool { missing = s.unconfirmed(); return missing == "" })
	lists, checks := s.exchanges("GetMessages"), s.exchanges("GetDocumentList")
	s.within(most, "the box was read once more", func() bool {
		return s.exchanges("GetMessages") >= lists+2 && s.exchanges("GetDocumentList") >= checks+2
	})
	s.handedOver(p)
	s.quiet()
	s.alike()
}

// unconfirmed tells what the operator has for us that has no receipt yet, or whose receipt is not settled with us.
func (s *stand) unconfirmed() string {
	s.Helper()
	var out []string
	docs, receipts := s.owed()
	for id, d := range docs {
		if receipts[id] == 0 {
			have, err := s.store().InboundDocument(s.Context(), edo.InboundKey{Subscriber: subscriber, Remote: id})
			out = append(out, fmt.Sprintf("%s %s: %s, %v", d.Type, id, have.State, err))
		}
	}
	for id, d := range docs {
		if len(out) > 0 {
			break // one answer is enough, and the store is busy
		}
		op, err := s.store().Operation(s.Context(), edo.Key{Subscriber: subscriber, Package: edo.AnswerID(edo.AnswerReceipt, id)})
		if err != nil || op.State != edo.StateSent {
			out = append(out, fmt.Sprintf("%s %s: its receipt is %s (%s %s), %v", d.Type, id, op.State, op.Reason, op.Detail, err))
		}
	}
	return strings.Join(out, "\n")
}

// handedOver reads all events as a host does, from the beginning: every document is announced once.
func (s *stand) handedOver(p *plugin) {
	s.Helper()
	docs, _ := s.owed()
	told := map[edo.RemoteID]int{}
	for after := int64(0); ; {
		page, err := p.Deliver(s.Context(), subscriber, after, 100)
		s.must(err)
		if len(page) == 0 {
			break
		}
		for _, e := range page {
			if after = e.Seq; e.Kind == edo.EventInbound && e.Document != "" { // without one: a message waits, for a full disk
				told[edo.RemoteID(e.Document)]++
			}
		}
	}
	for id, d := range docs {
		want := 1
		if strings.HasPrefix(d.Type, "Service") { // what only confirms something is nothing for people
			want = 0
		}
		if told[id] != want {
			s.Errorf("%s %s was handed to the host %d times, want %d", d.Type, id, told[id], want)
		}
		delete(told, id)
	}
	for id := range maps.Keys(told) {
		s.Errorf("%s was handed to the host, and the operator has no such document for us", id)
	}
}

// alike compares both sides after all plugins have ended.
func (s *stand) alike() {
	s.Helper()
	docs, receipts := s.owed()
	sent := map[edo.PackageID][]directory.Exchange{}
	for _, r := range s.rows(directory.ExchangeFilter{Operation: "SendMessage"}) {
		sent[r.Package] = append(sent[r.Package], r)
	}
	for id, d := range docs {
		have, err := s.store().InboundDocument(s.Context(), edo.InboundKey{Subscriber: subscriber, Remote: id})
		s.must(err)
		if have.State != edo.InboundStored || have.Digest.String() != d.SHA256 || have.Size != d.Size || have.Name != d.Name {
			s.Errorf("%s: %s, %s of %d bytes, %q; the operator has %s of %d bytes, %q", id, have.State, have.Digest, have.Size, have.Name, d.SHA256, d.Size, d.Name)
		}
		s.must(s.readable(have.Digest))
		if receipts[id] != 1 {
			s.Errorf("%s %s has %d receipts", d.Type, id, receipts[id])
		}
		delete(receipts, id)
		message, err := s.store().InboundMessage(s.Context(), subscriber, have.Message)
		s.must(err)
		tries := sent[edo.AnswerID(edo.AnswerReceipt, id)]
		if len(tries) == 0 {
			s.Errorf("the log has no receipt for %s", id)
		}
		for i, r := range tries {
			if i > 0 && tries[i-1].Outcome == edo.OutcomeOK { // an operator that refuses the second is no excuse
				s.Errorf("the receipt for %s was sent again after it was accepted", id)
			}
			if message.StoredAt.IsZero() || r.StartedAt.Before(message.StoredAt) {
				s.Errorf("%s: stored at %v, its receipt began at %v", id, message.StoredAt, r.StartedAt)
			}
		}
	}
	for id, n := range receipts {
		s.Errorf("%d receipts for %s, which is not ours to confirm", n, id)
	}
}

// readable opens the bytes of a digest; the archive checks them while they are read.
func (s *stand) readable(d edo.Digest) error {
	s.Helper()
	if s.kept == nil {
		s.kept = s.archive()
	}
	c, err := s.kept.Open(s.Context(), d)
	if err != nil {
		return err
	}
	r, err := c.Open(s.Context())
	if err != nil {
		return err
	}
	got, _, err := edo.DigestOf(r)
	if err == nil && got != d {
		err = fmt.Errorf("the archive has %s under %s", got, d)
	}
	if err2 := r.Close(); err == nil {
		err = err2
	}
	return err
}

// dies runs a plugin that kills itself at a point. It may get there before it has greeted its host.
func (s *stand) dies(point string) {
	s.Helper()
	if p, err := s.tryLaunch("EDOKIT_WORKERS=1", "EDOKIT_FAILPOINT="+point); err == nil {
		p.gone()
	} else {
		s.Logf("%s: before the greeting: %v", point, err)
	}
}
