package main

import (
	"context"
	"slices"
	"time"

	"github.com/edokit/edokit/edo"
)

// story is what the page tells beside the rows of both sides.
type story struct {
	registration edo.Enrolled
	registeredAt time.Time
	repeated     bool
	evidence     edo.Evidence
	archives     []archiveView
	usage        []usageView
}

type archiveView struct {
	Title, Link string
	Signatures  int      // that had to be in it
	Lines       []string // the report of the check
	Result      string
}

type usageView struct {
	Title  string
	Usage  edo.Usage
	Ledger int
}

func (s *story) enrolled(e edo.Enrolled) {
	if e.Existing {
		s.repeated = true
		return
	}
	s.registration, s.registeredAt = e, time.Now()
}

func (p *play) title(s edo.SubscriberID) string {
	if s == clientID {
		return client().Name
	}
	return p.utilityAddress().Name
}

// turn is one message of the conversation with what the other side knows of it.
type turn struct {
	by   *side
	op   edo.Operation
	came []edo.InboundDocument // at the other side
}

// turns reads the whole conversation from the rows of both sides, in the order of the operator's clock. Nothing on the
// page is remembered from the play: what the rows do not say is not shown.
func (p *play) turns(ctx context.Context) ([]turn, error) {
	var all []turn
	for _, by := range []*side{p.portal, p.utility} {
		ops, err := by.home.Store.Operations(ctx, edo.OperationFilter{Subscriber: by.subscriber, Limit: 1000})
		if err != nil {
			return nil, err
		}
		other := p.other(by)
		came, err := other.home.Store.InboundDocuments(ctx, edo.InboundFilter{Subscriber: other.subscriber, Limit: 1000})
		if err != nil {
			return nil, err
		}
		slices.Reverse(came) // oldest first
		for _, op := range ops {
			t := turn{by: by, op: op}
			for _, d := range came {
				if op.Message != "" && d.Message == op.Message {
					t.came = append(t.came, d)
				}
			}
			all = append(all, t)
		}
	}
	slices.SortStableFunc(all, func(a, b turn) int { return a.op.OperatorTime.Compare(b.op.OperatorTime) })
	return all, nil
}

func (p *play) other(s *side) *side {
	if s == p.portal {
		return p.utility
	}
	return p.portal
}
