package crash_test

import (
	"bytes"
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/edokit/edokit/conformance/mockoperator"
	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

// story is what store and log tell of the send of one package.
type story struct {
	Sends    int      // begun, as the operation counts
	Jobs     []string // what each claim of the send job ended in, repetitions once; "" is an interrupted one
	Messages []string // outcome of each SendMessage in the log; "" is an interrupted one
}

// TestKilledOnTheWay ends the plugin at every step of a send and starts it again. The host repeats its call.
func TestKilledOnTheWay(t *testing.T) {
	t.Parallel()
	const ok, interrupted = string(edo.OutcomeOK), ""
	for name, tc := range map[string]struct {
		die  func(s *stand) // launches, sends, and comes back when the plugin is dead
		want []story
	}{
		"before it is durable": {die("send.archived"), []story{{1, []string{"sent"}, []string{ok}}}},
		"before the work": {die("send.accepted"), []story{
			{1, []string{"sent"}, []string{ok}}, // no worker was idle
			{1, []string{"", "sent"}, []string{ok}},
		}},
		"after claim": {die("send.claimed"), []story{{1, []string{"", "sent"}, []string{ok}}}},
		"before the body": {die("send.sending"), []story{
			{2, []string{"", "in-doubt", "accepted", "sent"}, []string{ok}},
			{2, []string{"", "in-doubt", "accepted", "sent"}, []string{interrupted, ok}}, // the request's row came with the state
		}},
		"during body": {dieInBody, []story{{2, []string{"", "in-doubt", "accepted", "sent"}, []string{interrupted, ok}}}},
		"after acceptance": {dieAfterAcceptance, []story{
			{1, []string{"", "in-doubt", "sent"}, []string{interrupted}},
		}},
		"before settle": {die("send.answered"), []story{{1, []string{"", "in-doubt", "sent"}, []string{ok}}}},
	} {
		for store, keptIn := range everyStore() {
			t.Run(name+"/"+store, func(t *testing.T) {
				t.Parallel()
				s := setup(t, mockoperator.Scenario{})
				keptIn(s)
				tc.die(s)
				p := s.launch()
				op := p.finish(s.pack("p-1", letter(t), big()))
				s.once("p-1")
				s.sentAs(op)
				s.stamped(op)
				got := s.story(op)
				if !slices.ContainsFunc(tc.want, func(w story) bool { return cmp.Equal(w, got) }) {
					t.Errorf("(-want +got):\n%s", cmp.Diff(tc.want[0], got))
				}
			})
		}
	}
}

// TestKilledWhileAsking ends the plugin a second time, after the operator has said that it has the package.
func TestKilledWhileAsking(t *testing.T) {
	t.Parallel()
	s := setup(t, mockoperator.Scenario{})
	die("send.answered")(s)
	p := s.doomed("send.asked")
	p.gone()
	op := s.launch().finish(s.pack("p-1", letter(t), big()))
	s.once("p-1")
	s.sentAs(op)
	want := story{1, []string{"", "in-doubt", "", "sent"}, []string{string(edo.OutcomeOK)}}
	if diff := cmp.Diff(want, s.story(op)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// big is a document of some chunks.
func big() []byte { return bytes.Repeat([]byte("0123456789abcdef"), 100_000) }

// die sends with a plugin that kills itself at a point. The call may end before or with the process.
func die(point string) func(*stand) {
	return func(s *stand) {
		p := s.doomed(point)
		s.register(p)
		_, err := p.Send(s.Context(), s.pack("p-1", letter(s), big()))
		s.heard.add(err)
		if err != nil && !errors.Is(err, edo.Unavailable) {
			s.Fatalf("a dead plugin is %v", err)
		}
		p.gone()
	}
}

func dieInBody(s *stand) {
	st := s.stalled(1 << 20)
	p := s.launch()
	s.register(p, func(d *directory.Subscriber) { d.Endpoint = st.url })
	p.send(s.pack("p-1", letter(s), big()))
	s.signal("half of the message", st.reached)
	p.kill()
	st.release()
}

func dieAfterAcceptance(s *stand) {
	h := s.op.Misbehave(mockoperator.Rule{Operation: "SendMessage", What: mockoperator.AcceptThenHang})
	p := s.launch()
	s.register(p)
	p.send(s.pack("p-1", letter(s), big()))
	s.signal("acceptance", h.Reached())
	p.kill()
}

func (s *stand) story(op edo.Operation) story {
	s.Helper()
	rows := s.rows(directory.ExchangeFilter{Operation: "SendMessage", Package: op.Key.Package})
	out := story{Sends: op.Attempts, Jobs: slices.Compact(s.results(op.Key, edo.JobSend))}
	for _, r := range rows {
		if r.Finished() != (r.Outcome != "") {
			s.Errorf("row %s is finished %v with outcome %q", r.ID, r.Finished(), r.Outcome)
		}
		out.Messages = append(out.Messages, string(r.Outcome))
	}
	return out
}

// rows reads the message log, oldest first.
func (s *stand) rows(f directory.ExchangeFilter) []directory.Exchange {
	s.Helper()
	f.Limit = directory.MaxLimit
	var rows []directory.Exchange
	for {
		page, err := s.store().Exchanges(s.Context(), f)
		s.must(err)
		if rows = append(rows, page...); len(page) < f.Limit {
			break
		}
		f.Before = page[len(page)-1].Seq
	}
	slices.Reverse(rows)
	return rows
}
