package crash_test

import (
	"testing"
	"time"

	"github.com/edokit/edokit/conformance/mockoperator"
	"github.com/edokit/edokit/edo"
)

// TestAnswerLost: the operator has accepted, the connection dies before or inside the answer. The Finder finds it.
func TestAnswerLost(t *testing.T) {
	t.Parallel()
	for name, rule := range map[string]mockoperator.Rule{
		"cut":              {What: mockoperator.AcceptThenCut},
		"cut in answer":    {What: mockoperator.CutInResponseBody, Bytes: 300},
		"half an envelope": {What: mockoperator.TruncatedXML},
		"web page":         {What: mockoperator.HTMLPage, AfterAccepting: true},
		"503":              {What: mockoperator.AnswerStatus, Status: 503, Retry: time.Second, AfterAccepting: true},
		"nil result":       {What: mockoperator.NilResult, AfterAccepting: true},
		"fault no detail":  {What: mockoperator.AnswerFault, Fault: mockoperator.Fault{Message: "занято", Shape: mockoperator.NoDetail}, AfterAccepting: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := setup(t, mockoperator.Scenario{})
			p := s.launch()
			s.register(p)
			rule.Operation = "SendMessage"
			s.op.Misbehave(rule)
			op := p.finish(s.pack("p-1", letter(t)))
			s.once("p-1")
			s.sentAs(op)
			if op.Attempts != 1 {
				t.Errorf("%d attempts", op.Attempts)
			}
			if results := s.results(op.Key, edo.JobSend); len(results) < 2 || results[0] != string(edo.StateInDoubt) || results[len(results)-1] != string(edo.StateSent) {
				t.Errorf("attempts do not explain it: %q", results)
			}
			if n := s.exchanges("GetDocumentEntries"); n == 0 {
				t.Error("the operator was not asked")
			}
		})
	}
}

// TestSendLost: the request never became a message, but nobody on our side can know it. Only after the operator has
// surely not found it, it is sent again, once.
func TestSendLost(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		rule  mockoperator.Rule
		asked bool // the outcome was in doubt
	}{
		"cut in the body":              {mockoperator.Rule{What: mockoperator.CutInRequestBody, Bytes: 2000}, false},
		"cut at the end of the body":   {mockoperator.Rule{What: mockoperator.CutInRequestBody, Bytes: 1 << 40}, true},
		"503 for an unaccepted one":    {mockoperator.Rule{What: mockoperator.AnswerStatus, Status: 503}, true},
		"a web page instead":           {mockoperator.Rule{What: mockoperator.HTMLPage}, true},
		"a fault that says too little": {mockoperator.Rule{What: mockoperator.AnswerFault, Fault: mockoperator.Fault{Message: "занято", Shape: mockoperator.NoDetail}}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := setup(t, mockoperator.Scenario{})
			p := s.launch()
			s.register(p)
			tc.rule.Operation = "SendMessage"
			s.op.Misbehave(tc.rule)
			op := p.finish(s.pack("p-1", letter(t)))
			s.once("p-1")
			s.sentAs(op)
			if op.Attempts != 2 || s.exchanges("SendMessage") != 2 {
				t.Errorf("%d attempts, %d exchanges", op.Attempts, s.exchanges("SendMessage"))
			}
			if n := s.exchanges("GetDocumentEntries"); tc.asked && n < 2 {
				t.Errorf("the operator was asked %d times before the second send", n)
			}
		})
	}
}

// TestHiddenAtFirst: the operator has accepted but does not show it yet. That is no reason to send again.
func TestHiddenAtFirst(t *testing.T) {
	t.Parallel()
	s := setup(t, mockoperator.Scenario{Visibility: mockoperator.Visibility{Delay: 700 * time.Millisecond}})
	s.settings = append(s.settings, "EDOKIT_VISIBILITY=5s")
	p := s.launch()
	s.register(p)
	s.op.Misbehave(mockoperator.Rule{Operation: "SendMessage", What: mockoperator.AcceptThenCut})
	op := p.finish(s.pack("p-1", letter(t)))
	s.once("p-1")
	s.sentAs(op)
	if n := s.exchanges("GetDocumentEntries"); n < 2 || op.Attempts != 1 {
		t.Errorf("asked %d times, %d attempts", n, op.Attempts)
	}
}

// sentAs checks that the operation names the message and the documents as the ledger does.
func (s *stand) sentAs(op edo.Operation) {
	s.Helper()
	if !op.State.Sent() || op.OperatorTime.IsZero() || op.SentAt.IsZero() {
		s.Fatalf("%s is %s (%s %s), operator time %v", op.Key.Package, op.State, op.Reason, op.Detail, op.OperatorTime)
	}
	for _, e := range s.op.Ledger() {
		if e.MessageID != string(op.Message) {
			continue
		}
		for i, d := range e.Documents {
			if want := op.Documents[i]; d.ServiceID != string(want.Remote) || d.SHA256 != want.Digest.String() {
				s.Errorf("document %d: ledger %s %s, ours %s %s", i, d.ServiceID, d.SHA256, want.Remote, want.Digest)
			}
		}
		return
	}
	s.Errorf("message %q is not in the ledger", op.Message)
}

// results lists what the attempts of a package's jobs of one kind ended in, oldest first; "" is an interrupted one.
func (s *stand) results(k edo.Key, kind edo.JobKind) []string {
	s.Helper()
	attempts, err := s.store().Attempts(s.Context(), k)
	s.must(err)
	var out []string
	for _, a := range attempts {
		if a.Job == kind {
			out = append(out, a.Result)
		}
	}
	return out
}

// exchanges counts the requests of one operation on the wire.
func (s *stand) exchanges(operation string) int {
	n := 0
	for _, x := range s.op.Wire() {
		if x.Operation == operation {
			n++
		}
	}
	return n
}
