package crash_test

import (
	"testing"
	"time"

	"github.com/edokit/edokit/conformance/mockoperator"
	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

// TestKilledAtTerm ends the plugin when it has decided that a request was not answered in time: people are told once.
func TestKilledAtTerm(t *testing.T) {
	t.Parallel()
	s := setup(t, mockoperator.Scenario{})
	s.reader()
	id := s.plant(1, func(_ int, d *mockoperator.PlantedDocument) { d.Kind = "Запрос информации" })[0]
	p := s.launch()
	s.until("the request is confirmed", func() bool { return s.unconfirmed() == "" })
	s.must(p.Close())
	s.op.Advance(16 * 24 * time.Hour) // a day more than the kind allows
	s.dies("term.decided")
	p = s.launch()
	s.until("the term is missed", func() bool {
		d, err := s.store().InboundDocument(t.Context(), edo.InboundKey{Subscriber: subscriber, Remote: id})
		return err == nil && d.Term.State == edo.TermMissed
	})
	told := map[string]int{}
	events, err := p.Deliver(t.Context(), subscriber, 0, 100)
	s.must(err)
	for _, e := range events {
		if e.Kind == edo.EventTerm {
			told[e.Detail]++
		}
	}
	if told[string(edo.TermMissed)] != 1 || len(told) > 2 {
		t.Errorf("events about the term: %v", told)
	}
}

// TestKilledAtEvidence ends the plugin when it has archived the evidence of a letter that leaves by e-mail: it is handed
// over once, with everything that belongs to it.
func TestKilledAtEvidence(t *testing.T) {
	t.Parallel()
	s := setup(t, mockoperator.Scenario{})
	s.reader(func(d *directory.Subscriber) { d.Policy.Receive, d.ServiceBox = false, edo.BoxID(s.theirs.Boxes[0]) })
	pkg := s.pack("p-1", letter(t))
	pkg.Channel, pkg.To = edo.ChannelEMail, edo.Counterparty{INN: strangerINN, KPP: strangerKPP, Name: "Без ящика"}
	p := s.doomed("evidence.archived")
	_, err := p.Send(t.Context(), pkg)
	s.heard.add(err)
	p.gone()
	p = s.launch()
	s.sentAs(p.finish(pkg))
	handed := func() (n int) {
		events, err := p.Deliver(t.Context(), subscriber, 0, 100)
		s.must(err)
		for _, e := range events {
			if e.Kind == edo.EventHandOff {
				n++
			}
		}
		return n
	}
	s.until("it is handed over", func() bool { return handed() > 0 })
	op, err := p.Status(t.Context(), edo.Key{Subscriber: subscriber, Package: "p-1"})
	s.must(err)
	roles := map[edo.Role]int{}
	for _, v := range op.Documents[0].Versions {
		roles[v.Role]++
	}
	if roles[edo.RoleEvidence] != 1 || roles[edo.RoleOperatorForm] != 1 || handed() != 1 {
		t.Errorf("versions %v, handed over %d times", roles, handed())
	}
	s.once("p-1")
}
