package crash_test

import (
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/edokit/edokit/conformance/mockoperator"
)

// TestSoakThousandInbound reads a box through everything that is known to go wrong with it: shuffled pages, messages lost
// and repeated at the borders of pages, listed twice, pages that come empty, a fault at every other page, and a plugin
// that ends again and again. 300 letters, a thousand in the long run that EDOKIT_SOAK asks for.
func TestSoakThousandInbound(t *testing.T) {
	t.Parallel()
	letters, page, memory := 300, 30, int64(0)
	if os.Getenv("EDOKIT_SOAK") != "" {
		letters, page, memory = 1000, 100, -1
	}
	s := setup(t, mockoperator.Scenario{}, func(c *mockoperator.Config) { c.WireMemory = memory })
	s.reader()
	s.flood(letters, page)
}

// deaths are the points at which plugins end, in turn.
func deaths() []string {
	return []string{
		"pull.listed", "take.archived", "take.stored", "check.listed", // the last only if something was lost
		"receipt.accepted", "draft.written", "send.sending", "send.answered", "take.described",
	}
}

// flood plants n letters a part at a time, and lets plugins take them in, each of which ends in the middle of its part.
// Half of the way messages are lost at the borders of pages, half of the way they are repeated.
func (s *stand) flood(n, page int) {
	s.Helper()
	begun := time.Now()
	s.op.SetScenario(mockoperator.Scenario{Flow: mockoperator.Flow{
		MessagesPage: page, MessagesOrder: mockoperator.OrderShuffled, RepeatEvents: 7, EmptyPage: 5, PageBorder: mockoperator.BorderLose,
	}})
	s.ill(n/page + 20)
	ended, part := 0, n/len(deaths())
	for i, point := range deaths() {
		nth := part / 2
		if point == "pull.listed" || point == "check.listed" {
			nth = 1
		}
		if i == len(deaths())/2 {
			s.op.Change(func(c *mockoperator.Scenario) { c.Flow.PageBorder = mockoperator.BorderRepeat })
		}
		s.plant(part, nil)
		if s.mayDie(point, nth) {
			ended++
		}
	}
	s.plant(n-part*len(deaths()), nil)
	// What comes in while the last plugin is at work, with a token that ends in the middle of it.
	last := s.launch()
	s.op.Expire()
	s.takenIn(last, 20*patience)
	took := time.Since(begun)
	docs, _ := s.owed()
	s.Logf("%d letters in %.1f s, %d confirmed, %d plugins ended on the way, %d exchanges", len(docs), took.Seconds(), s.receipts(), ended, len(s.op.Wire()))
	if len(docs) != n || ended < len(deaths())-1 {
		s.Errorf("%d letters, %d ends: this tested too little", len(docs), ended)
	}
}

// ill makes every other page of both lists fail, each time in another way, and some of everything else.
func (s *stand) ill(times int) {
	s.Helper()
	ways := []mockoperator.Rule{
		{What: mockoperator.AnswerStatus, Status: 503},
		{What: mockoperator.AcceptThenCut},
		{What: mockoperator.TokenExpired},
		{What: mockoperator.TruncatedXML},
		{What: mockoperator.HTMLPage},
		{What: mockoperator.CutInResponseBody, Bytes: 700},
		{What: mockoperator.AnswerFault, Fault: mockoperator.Fault{Code: "SqlException", Message: "занято"}},
	}
	for i := range times {
		rule := ways[i%len(ways)]
		for _, operation := range []string{"GetMessages", "GetDocumentList"} {
			rule.Operation, rule.Nth = operation, 2*i+1
			s.op.Misbehave(rule)
		}
	}
	for i, operation := range []string{"GetMessageWithLoadOptions", "GetDocumentContent", "GetFullDocumentInfo", "SendMessage", "GetRequiredNotices"} {
		for j, rule := range ways {
			rule.Operation, rule.Nth = operation, 5+i+7*j
			s.op.Misbehave(rule)
		}
	}
}

// mayDie runs a plugin until it ends at its point, or until there is nothing left that could bring it there.
func (s *stand) mayDie(point string, nth int) bool {
	s.Helper()
	p, err := s.tryLaunch(fmt.Sprintf("EDOKIT_FAILPOINT=%s:%d", point, nth))
	if err != nil {
		return true // before it has greeted its host
	}
	s.within(5*patience, fmt.Sprintf("%s number %d, or the end of the work", point, nth), func() bool {
		docs, _ := s.owed()
		return p.Exited() || s.receipts() == len(docs)
	})
	died := p.Exited()
	s.must(p.Close())
	return died
}
