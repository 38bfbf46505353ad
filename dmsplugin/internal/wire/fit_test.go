package wire

import (
	"fmt"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/edokit/edokit/dmsplugin/internal/dmspb"
	"github.com/edokit/edokit/edo"
)

// TestEventsFit: whatever a counterparty writes, an event can be encoded, stays small, and the page goes on after it.
func TestEventsFit(t *testing.T) {
	t.Parallel()
	signatures := make([]edo.InboundSignature, 5000)
	for i := range signatures {
		signatures[i] = edo.InboundSignature{ID: fmt.Sprint(i), Signer: edo.SignerInfo{Owner: strings.Repeat("ы", 2000), Organisation: "\xff" + strings.Repeat("o", 5000)}}
	}
	for name, tc := range map[string]struct {
		in        edo.InboundDocument
		shortened bool
	}{
		"plain":           {edo.InboundDocument{Name: "заявка.pdf", Text: "нет печати"}, false},
		"no UTF-8":        {edo.InboundDocument{Comment: "\xd0\xd0"}, true},
		"a long text":     {edo.InboundDocument{Text: strings.Repeat("отказ ", 1<<20)}, true},
		"many signatures": {edo.InboundDocument{Signatures: signatures}, true},
		"many reasons":    {edo.InboundDocument{NotLegitimate: strings.Split(strings.Repeat("x,", 10_000), ",")}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			page := ToEvents([]edo.Event{{Seq: 1, Kind: edo.EventInbound, Inbound: &tc.in}, {Seq: 2}})
			if len(page) != 2 {
				t.Fatalf("%d events", len(page))
			}
			raw, err := proto.Marshal(page[0])
			if err != nil || len(raw) > maxEvent {
				t.Errorf("%d bytes, %v", len(raw), err)
			}
			if got := page[0].GetShortened() > 0; got != tc.shortened {
				t.Errorf("shortened %d", page[0].GetShortened())
			}
		})
	}
}

// TestPageFits: a page ends before it is too large, never in the middle of the order, and is never empty without need.
func TestPageFits(t *testing.T) {
	t.Parallel()
	var events []edo.Event
	for i := range 500 {
		events = append(events, edo.Event{Seq: int64(i + 1), Inbound: &edo.InboundDocument{Text: strings.Repeat("т", 8000), Comment: strings.Repeat("к", 8000)}})
	}
	page := ToEvents(events)
	raw, err := proto.Marshal(&dmspb.DeliverResponse{Events: page})
	if err != nil || len(raw) > 4<<20 || len(page) < 90 || len(page) == len(events) {
		t.Fatalf("%d events, %d bytes, %v", len(page), len(raw), err)
	}
	for i, e := range page {
		if e.GetSeq() != int64(i+1) || e.GetShortened() != 0 {
			t.Fatalf("event %d has seq %d, shortened %d", i, e.GetSeq(), e.GetShortened())
		}
	}
}

// TestUnknownWay: a way that a newer host knows is refused, never taken for the default.
func TestUnknownWay(t *testing.T) {
	t.Parallel()
	for name, h := range map[string]*dmspb.PackageHeader{"channel": {Channel: 99}, "flow": {Flow: 99}} {
		if _, _, err := FromPackageHeader(h); edo.ReasonOf(err) != StreamBroken {
			t.Errorf("%s: %v", name, err)
		}
	}
}
