package acceptance

import (
	"fmt"
	"strings"

	"github.com/edokit/edokit/conformance/mockoperator"
)

// sends says what is done in a scenario, with its own numbers.
func (end ending) sends(name string, s mockoperator.Scenario) string {
	var all []string
	for _, r := range s.Rules {
		all = append(all, misdeed(r))
	}
	if n := s.Flow.MessagesPage; n > 0 {
		all = append(all, fmt.Sprintf("%d messages to a page", n))
	}
	what := "the stand-in has the scenario " + name
	if len(all) > 0 {
		what += " (" + strings.Join(all, "; ") + ")"
	}
	to := "the INN and KPP of the second organisation"
	if end.to.INN != "" {
		to = "the INN " + end.to.INN + " alone"
	}
	box := "nothing lies in the box"
	if n := end.documents(s); n > 0 {
		box = fmt.Sprintf("%d documents lie in the box, %d more come in after an hour", n, n)
	}
	return fmt.Sprintf("%s; three letters to %s are accepted, %s; a clock that jumps over idle time runs for %.0f hours", what, to, box, end.hours().Hours())
}

// misdeed says what a rule does to which calls.
func misdeed(r mockoperator.Rule) string {
	operation, first := r.Operation, max(r.Nth, 1)
	if operation == "" {
		operation = "any operation"
	}
	calls := fmt.Sprintf("call %d", first)
	switch {
	case r.Times < 0:
		calls = fmt.Sprintf("every call from number %d on", first)
	case r.Times > 1:
		calls = fmt.Sprintf("calls %d to %d", first, first+r.Times-1)
	}
	done := ""
	if r.AfterAccepting {
		done = "done, then "
	}
	what := map[mockoperator.What]string{
		mockoperator.AcceptThenCut:     "done, then the connection is cut before any answer",
		mockoperator.AcceptThenHang:    "done, then no answer comes",
		mockoperator.CutInRequestBody:  fmt.Sprintf("not done, the connection is cut after %d bytes of its body", r.Bytes),
		mockoperator.CutInResponseBody: fmt.Sprintf("done, then the connection is cut after %d bytes of the answer's body", r.Bytes),
		mockoperator.AnswerStatus:      fmt.Sprintf("status %d%s", r.Status, after(r)),
		mockoperator.AnswerFault:       "fault " + r.Fault.Code,
		mockoperator.HTMLPage:          "a web page with status 200",
		mockoperator.TruncatedXML:      "done, then half of the answer's XML",
		mockoperator.TokenExpired:      "the token has just ended",
		mockoperator.GzipUnasked:       "done, then an answer in gzip",
	}[r.What]
	if what == "" {
		what = string(r.What)
	}
	return fmt.Sprintf("%s of %s: %s%s", calls, operation, done, what)
}

func after(r mockoperator.Rule) string {
	if r.Retry == 0 {
		return ""
	}
	return fmt.Sprintf(" with Retry-After %.0f", r.Retry.Seconds())
}

// expects says how a scenario ends, and what of it is looked at.
func (end ending) expects(s mockoperator.Scenario) string {
	all := []string{end.looks}
	if end.looks == "" {
		all[0] = "all three letters are sent without a reason, and the form of each is stored once and recognised"
	}
	copies := ""
	if end.copies > 1 {
		copies = fmt.Sprintf(", one in doubt at most %d times", end.copies)
	}
	all = append(all,
		"a letter that is sent is at the operator once, under the id that we hold"+copies+", and no other is there",
		"the last state told is the state, every version was told once",
	)
	if end.documents(s) > 0 {
		all = append(all, "every document of the box was told once, with its content, and has one receipt")
	}
	if !end.silent {
		all = append(all, "the scenario has struck")
	}
	return s.About.Expect + " Looked at: " + strings.Join(all, "; ")
}
