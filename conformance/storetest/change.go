package storetest

import (
	"errors"
	"time"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/edo"
)

// answerTo is an operation that answers a document, as it is before anybody has written it.
func answerTo(remote edo.RemoteID) edo.Operation {
	a := edo.Answer{Subscriber: "ours", Kind: edo.AnswerRefuse, Document: remote}
	return edo.Operation{
		Key: edo.Key{Subscriber: "ours", Package: a.ID()}, Answer: a.Kind, State: edo.StateAccepted, CreatedAt: noon, UpdatedAt: noon, Revision: 1,
		Documents: []edo.DocumentStatus{{ID: "refuse", Parent: remote, Stamp: edo.StampNone}},
	}
}

func acceptedOnceWithItsSendJob(t conformance.T, h Harness) {
	s := h.temp(t)
	op := answerTo("r-1")
	event := edo.Event{Key: op.Key, Kind: edo.EventStatus, State: op.State, At: noon, Revision: 1}
	take(t, s, edo.Change{Accepted: []edo.Operation{op}, Events: []edo.Event{event}})
	got, err := s.Operation(t.Context(), op.Key)
	must(t, err)
	same(t, "operation", op, got)
	j := claim(t, s, "w", noon)
	if j.Kind != edo.JobSend || j.Key != op.Key {
		t.Fatalf("%+v", j)
	}
	must(t, s.Settle(t.Context(), j, edo.Change{At: noon, Done: true}))
	other := op
	other.Text = "another"
	take(t, s, edo.Change{Accepted: []edo.Operation{other}})
	got, err = s.Operation(t.Context(), op.Key)
	must(t, err)
	if got.Text != "" || got.Revision != 2 {
		t.Errorf("accepted twice: %+v", got)
	}
	if _, found, _ := s.Claim(t.Context(), "w", noon, noon.Add(time.Minute)); found {
		t.Error("the send job was ordered twice")
	}
}

func answerIsDraftedThenSigned(t conformance.T, h Harness) {
	s := h.temp(t)
	op := accept(t, s, answerTo("r-1"), noon)
	j := claim(t, s, "w", noon)
	d := op.Documents[0]
	d.Name, d.Type, d.Digest, d.Size, d.State = "refusal.xml", "Amendment", edo.Digest{4}, 10, edo.StateSent
	op.Flow, op.Parties, op.Payer = edo.FlowForward, []edo.Address{{Box: "b"}}, "mother"
	must(t, s.Settle(t.Context(), j, edo.Change{At: noon, Operation: &op, Documents: []edo.DocumentStatus{d}}))
	signed := d
	signed.Signature, signed.SignedBy, signed.Verdict = edo.Digest{5}, edo.SignerInfo{Owner: "Иванов"}, edo.VerdictValid
	must(t, s.Settle(t.Context(), j, edo.Change{At: noon, Documents: []edo.DocumentStatus{signed}}))
	// Whoever read the row before it was signed writes afterwards: neither the signature nor what was signed is lost.
	stale := d
	stale.Digest, stale.Name, stale.Size, stale.Type, stale.Remote, stale.SignedBy.Owner = edo.Digest{9}, "x", 1, "x", "r-2", "x"
	must(t, s.Settle(t.Context(), j, edo.Change{At: noon, Documents: []edo.DocumentStatus{stale}}))
	signed.Remote = "r-2"
	got, err := s.Operation(t.Context(), op.Key)
	must(t, err)
	same(t, "document", signed, got.Documents[0])
	if got.Flow != op.Flow || got.Payer != op.Payer || len(got.Parties) != 1 {
		t.Errorf("operation %+v", got)
	}
	if err := s.Settle(t.Context(), j, edo.Change{At: noon, Documents: []edo.DocumentStatus{{ID: "other"}}}); !errors.Is(err, edo.NotFound) {
		t.Errorf("a document of another package: %v", err)
	}
}

// stateOfADocument holds that a job with an old row takes nothing back, while the operator's word counts as it is.
func stateOfADocument(t conformance.T, h Harness) {
	s := h.temp(t)
	op := Sample("p1")
	op.Documents[0].State, op.Documents[0].AnswerText = "", ""
	op = accept(t, s, op, noon)
	j := claim(t, s, "w", noon)
	settle := func(c edo.Change, want edo.State, text string) {
		t.Helper()
		c.At = noon
		must(t, s.Settle(t.Context(), j, c))
		got, err := s.Operation(t.Context(), op.Key)
		must(t, err)
		if d := got.Documents[0]; d.State != want || d.AnswerText != text {
			t.Errorf("%q %q, want %q %q", d.State, d.AnswerText, want, text)
		}
	}
	row := func(st edo.State) edo.Change {
		d := op.Documents[0]
		d.State, d.AnswerText = st, "not from here"
		return edo.Change{Documents: []edo.DocumentStatus{d}}
	}
	said := func(st edo.State, text string) edo.Change {
		return edo.Change{Answered: []edo.DocumentAnswer{{Document: "b", State: st, Text: text}}}
	}
	settle(row(edo.StateSent), edo.StateSent, "")
	settle(said(edo.StateRefused, "нет"), edo.StateRefused, "нет")
	settle(row(edo.StateSent), edo.StateRefused, "нет")
	settle(row(""), edo.StateRefused, "нет")
	settle(said(edo.StateSigned, ""), edo.StateSigned, "нет")
	settle(said(edo.StateRevoked, "ошибка"), edo.StateRevoked, "ошибка")
	settle(row(edo.StateSigned), edo.StateRevoked, "ошибка")
	if err := s.Settle(t.Context(), j, edo.Change{At: noon, Answered: []edo.DocumentAnswer{{Document: "none"}}}); !errors.Is(err, edo.NotFound) {
		t.Errorf("%v", err)
	}
}

func eventsOfEveryKind(t conformance.T, h Harness) {
	s := h.temp(t)
	d, task := received("r-1"), openTask("p1")
	reach := counterparty()
	other := edo.Key{Subscriber: "ours", Package: "other"}
	op := accept(t, s, Sample("p1"), noon)
	j := claim(t, s, "w", noon)
	want := []edo.Event{
		{Kind: edo.EventInbound, Inbound: &d, At: noon},
		{Kind: edo.EventTask, Task: &task, Document: "a", At: noon},
		{Key: other, Kind: edo.EventReach, Reach: &reach, At: noon, Revision: 7},
	}
	must(t, s.Settle(t.Context(), j, edo.Change{At: noon, Events: want}))
	for i := range want {
		want[i].Seq = int64(i) + 2
	}
	want[0].Key, want[0].Revision, want[1].Key, want[1].Revision = op.Key, 2, op.Key, 2
	got, err := s.Events(t.Context(), "ours", 1, 10)
	must(t, err)
	same(t, "events", want, got)
}

func wake(t conformance.T, h Harness) {
	pull := edo.Job{Key: edo.Key{Subscriber: "ours"}, Kind: edo.JobPull}
	wake := func(after time.Duration) edo.Change {
		j := pull
		j.Due = noon.Add(after)
		return edo.Change{Wake: []edo.Job{j}}
	}
	release := func(after time.Duration) edo.Change {
		return edo.Change{At: noon, Release: true, Due: noon.Add(after)}
	}
	done := edo.Change{At: noon, Done: true}
	for name, tc := range map[string]struct {
		before *edo.Change // what ends the claim before the wake; nil: the job is held while it is woken
		wake   time.Duration
		after  *edo.Change // what ends the claim after the wake
		due    time.Duration
		tries  int
	}{
		"waits for later":                     {before: ptr(release(time.Hour)), wake: time.Minute, due: time.Minute, tries: 2},
		"waits for sooner":                    {before: ptr(release(time.Minute)), wake: time.Hour, due: time.Minute, tries: 2},
		"has ended":                           {before: &done, wake: time.Minute, due: time.Minute, tries: 1},
		"held, then done":                     {wake: time.Minute, after: &done, due: time.Minute, tries: 1},
		"held, then given back for later":     {wake: time.Minute, after: ptr(release(time.Hour)), due: time.Minute, tries: 2},
		"held, then given back for sooner":    {wake: time.Hour, after: ptr(release(time.Minute)), due: time.Minute, tries: 2},
		"held, and its holder died meanwhile": {wake: 0, due: 0, tries: 2},
	} {
		func(t conformance.T) {
			s := h.temp(t)
			first := pull
			first.Due = noon
			must(t, s.Start(t.Context(), first))
			j := claim(t, s, "w", noon)
			if tc.before != nil {
				must(t, s.Settle(t.Context(), j, *tc.before))
			}
			must(t, step(t, s, edo.JobTake, "m-1", wake(tc.wake)))
			if tc.after != nil {
				must(t, s.Settle(t.Context(), j, *tc.after))
			}
			late := noon.Add(tc.due)
			if tc.before == nil && tc.after == nil {
				late = noon.Add(time.Hour)
			} else if _, found, err := s.Claim(t.Context(), "w", late.Add(-time.Microsecond), late.Add(time.Hour)); found || err != nil {
				t.Errorf("due before its time: %v", err)
			}
			again := claim(t, s, "w", late)
			if again.Kind != edo.JobPull || again.Tries != tc.tries {
				t.Errorf("%+v", again)
			}
			must(t, s.Settle(t.Context(), again, done))
			if _, found, _ := s.Claim(t.Context(), "w", late.Add(24*time.Hour), late.Add(25*time.Hour)); found {
				t.Error("woken twice by one call")
			}
		}(conformance.Part(t, name))
	}
}

func ptr[T any](v T) *T { return &v }

func jobWakesItself(t conformance.T, h Harness) {
	s := h.temp(t)
	pull := edo.Job{Key: edo.Key{Subscriber: "ours"}, Kind: edo.JobPull, Due: noon}
	must(t, step(t, s, edo.JobPull, "", edo.Change{Wake: []edo.Job{pull}}))
	if j := claim(t, s, "w", noon); j.Kind != edo.JobPull || !j.Born.Equal(noon) {
		t.Errorf("%+v", j)
	}
	if err := s.Start(t.Context(), edo.Job{Kind: edo.JobPull}); err == nil {
		t.Error("a job of nobody")
	}
}

func attemptsOfABox(t conformance.T, h Harness) {
	s := h.temp(t)
	must(t, s.Start(t.Context(), edo.Job{Key: edo.Key{Subscriber: "ours"}, Kind: edo.JobPull, Due: noon}))
	accept(t, s, Sample("p1"), noon.Add(24*time.Hour))
	const rounds = 130
	for range rounds {
		must(t, s.Settle(t.Context(), claim(t, s, "w", noon), edo.Change{At: noon, Release: true, Due: noon, Result: "read"}))
	}
	all, err := s.Attempts(t.Context(), edo.Key{Subscriber: "ours"})
	must(t, err)
	if len(all) != 100 || all[0].Fence != rounds-99 || all[99].Fence != rounds || all[99].Job != edo.JobPull || all[99].Result != "read" {
		t.Errorf("%d attempts: %+v", len(all), all[0])
	}
}
