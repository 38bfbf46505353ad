package crash_test

import (
	"testing"

	"github.com/edokit/edokit/conformance/mockoperator"
)

// TestInboundGrid ends the plugin at every step of the inbound way and of the receipts, and another one goes on. Three
// letters and an invoice come in: messages are lost at the borders of pages, and the invoice is followed by
// confirmations of the operator, which are confirmed in turn.
func TestInboundGrid(t *testing.T) {
	t.Parallel()
	for point, before := range map[string]bool{ // true: nothing may be confirmed when the plugin ends
		"pull.listed": true, "take.described": true, "take.archived": true, "take.stored": true, "check.listed": false,
		"receipt.accepted": true, "notices.accepted": false, "draft.written": true, "send.claimed": true, "send.sending": true, "send.answered": false,
	} {
		t.Run(point, func(t *testing.T) {
			t.Parallel()
			s := setup(t, mockoperator.Scenario{Flow: mockoperator.Flow{MessagesPage: 2, PageBorder: mockoperator.BorderLose, RepeatEvents: 2}})
			s.reader()
			s.plant(3, nil)
			s.plant(1, func(_ int, d *mockoperator.PlantedDocument) {
				d.Type, d.Kind, d.Name = "Invoice", "", "счёт-фактура.xml"
			})
			s.dies(point)
			if n := s.receipts(); before && n > 0 {
				t.Errorf("%d receipts are with the operator", n)
			}
			s.takenIn(s.launch(), patience)
		})
	}
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
