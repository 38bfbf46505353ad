package storetest

import (
	"errors"
	"math"
	"time"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/edo"
)

func acceptKeepsEverything(t conformance.T, h Harness) {
	s := h.temp(t)
	op := Sample("p1")
	same(t, "answer of Accept", op, accept(t, s, op, noon))
	got, err := s.Operation(t.Context(), op.Key)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "stored", op, got)
	if _, err := s.Operation(t.Context(), edo.Key{Subscriber: "other", Package: "p1"}); !errors.Is(err, edo.NotFound) {
		t.Errorf("the same package id of another subscriber: %v", err)
	}
}

func acceptTwiceWritesNothing(t conformance.T, h Harness) {
	s := h.temp(t)
	op := Sample("p1")
	accept(t, s, op, noon)
	changed := op
	changed.Actor, changed.Documents = "other", nil
	stored, created, err := s.Accept(t.Context(), changed, []edo.Job{{Key: op.Key, Document: "b", Kind: edo.JobStamp, Due: noon}}, []edo.Event{{Kind: edo.EventStatus, At: noon}})
	if err != nil || created {
		t.Fatalf("created %v, %v", created, err)
	}
	same(t, "answer", op, stored)
	if events, _ := s.Events(t.Context(), "ours", 0, 10); len(events) != 1 {
		t.Errorf("%d events, want the first one only", len(events))
	}
	claim(t, s, "w", noon)
	if _, found, _ := s.Claim(t.Context(), "w", noon, noon.Add(time.Minute)); found {
		t.Error("the repeated call has made a job")
	}
}

// acceptHeld: a job that is accepted with an owner is claimed in the same commit, with all that a claim is.
func acceptHeld(t conformance.T, h Harness) {
	s := h.temp(t)
	op, until := Sample("p1"), noon.Add(time.Minute)
	held := func() []edo.Job {
		return []edo.Job{{Key: op.Key, Kind: edo.JobSend, Due: noon, Owner: "w1", Until: until}}
	}
	jobs := held()
	_, created, err := s.Accept(t.Context(), op, jobs, nil)
	if err != nil || !created || jobs[0].ID == 0 {
		t.Fatalf("created %v, %+v, %v", created, jobs, err)
	}
	same(t, "job", edo.Job{ID: jobs[0].ID, Key: op.Key, Kind: edo.JobSend, Due: noon, Tries: 1, Born: noon, Fence: 1, Owner: "w1", Until: until}, jobs[0])
	again := held()
	if _, created, err := s.Accept(t.Context(), op, again, nil); err != nil || created || again[0].ID != 0 {
		t.Errorf("again: created %v, %+v, %v", created, again, err)
	}
	if j, found, err := s.Claim(t.Context(), "w2", noon, until); err != nil || found {
		t.Errorf("claimed while it is held: %+v, %v", j, err)
	}
	must(t, s.Renew(t.Context(), jobs[0], until.Add(time.Second)))
	stolen := claim(t, s, "w2", until.Add(time.Second))
	if err := s.Settle(t.Context(), jobs[0], edo.Change{At: until, Done: true}); !errors.Is(err, edo.LeaseLost) || stolen.Fence != 2 || stolen.Tries != 2 {
		t.Errorf("after the lease: %v, %+v", err, stolen)
	}
	attempts, err := s.Attempts(t.Context(), op.Key)
	must(t, err)
	if len(attempts) != 2 || attempts[0].Owner != "w1" || attempts[0].Fence != 1 || !attempts[0].At.Equal(noon) {
		t.Errorf("%+v", attempts)
	}
}

func settle(t conformance.T, h Harness) {
	s := h.temp(t)
	want := accept(t, s, Sample("p1"), noon)
	j := claim(t, s, "w1", noon)
	same(t, "job", edo.Job{ID: j.ID, Key: want.Key, Kind: edo.JobSend, Due: noon, Tries: 1, Born: noon, Fence: 1, Owner: "w1", Until: noon.Add(time.Minute)}, j)

	want.Address = edo.Address{Box: "box-7", INN: "7707083893", Name: "ООО «Ромашка»", Operator: "2AE", Active: true}
	want.Candidates = []edo.Address{want.Address, {Box: "box-8"}}
	want.State, want.Reason, want.Detail, want.Message = edo.StateSent, edo.AnswerLost, "d", "m-1"
	want.OperatorTime, want.SentAt, want.Skew = noon.Add(-time.Second), noon, time.Second
	want.Attempts, want.DoubtSince, want.NotFound = 2, noon, 1
	d := &want.Documents[0]
	d.SignedBy = edo.SignerInfo{ID: "director", Owner: "Иванов И. И.", NotBefore: noon, NotAfter: noon.AddDate(10, 0, 0)}
	d.Signature, d.Verdict, d.Remote = edo.Digest{9}, edo.VerdictOperatorOnly, "r-1"
	d.Stamp, d.StampReason, d.StampDetail, d.FormFaults = edo.StampReady, edo.FormNotPDF, "x", 2
	version := edo.Version{Document: "b", Role: edo.RoleOperatorForm, Name: "b.pdf", Digest: edo.Digest{3}, Size: 5, Source: "PrintDocument", Remark: "seal", Exchange: "e-1", At: noon}
	change := edo.Change{
		At: noon.Add(2 * time.Second), Operation: &want, Documents: want.Documents[:1], Versions: []edo.Version{version},
		Events: []edo.Event{{Kind: edo.EventVersion, State: want.State, Document: "b", ExternalID: "ext-b", Stamp: d.Stamp, Version: version, At: noon}},
		Jobs:   []edo.Job{{Key: want.Key, Kind: edo.JobTrack, Due: noon.Add(time.Hour)}},
		Done:   true, Result: "sent", Detail: "all is well",
	}
	if err := s.Settle(t.Context(), j, change); err != nil {
		t.Fatal(err)
	}
	want.Documents[0].Versions = []edo.Version{version}
	want.Revision, want.UpdatedAt = 2, change.At
	got, err := s.Operation(t.Context(), want.Key)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "operation", want, got)

	attempts, err := s.Attempts(t.Context(), want.Key)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "attempts", []edo.Attempt{{Key: want.Key, Job: edo.JobSend, Fence: 1, Owner: "w1", At: noon, EndedAt: change.At, Result: "sent", Detail: "all is well"}}, attempts)

	events, err := s.Events(t.Context(), "ours", 1, 10)
	if err != nil {
		t.Fatal(err)
	}
	event := change.Events[0]
	event.Seq, event.Key, event.Revision = 2, want.Key, 2
	same(t, "events", []edo.Event{event}, events)

	if _, found, _ := s.Claim(t.Context(), "w1", noon, noon.Add(time.Minute)); found {
		t.Error("the finished job can be claimed, or the new one before its time")
	}
	if j := claim(t, s, "w1", noon.Add(time.Hour)); j.Kind != edo.JobTrack || !j.Born.Equal(change.At) {
		t.Errorf("new job %+v", j)
	}
}

func versionsAndJobsAreMadeOnce(t conformance.T, h Harness) {
	s := h.temp(t)
	op := accept(t, s, Sample("p1"), noon)
	j := claim(t, s, "w", noon)
	first := edo.Version{Document: "a", Role: edo.RoleOperatorForm, Name: "first", Digest: edo.Digest{1}, At: noon}
	second := first
	second.Name, second.Digest = "second", edo.Digest{2}
	stamp := edo.Job{Key: op.Key, Document: "a", Kind: edo.JobStamp, Due: noon.Add(-time.Hour)}
	for _, v := range []edo.Version{first, second} {
		if err := s.Settle(t.Context(), j, edo.Change{At: noon, Versions: []edo.Version{v}, Jobs: []edo.Job{stamp}}); err != nil {
			t.Fatal(err)
		}
	}
	got, _ := s.Operation(t.Context(), op.Key)
	same(t, "versions", []edo.Version{first}, got.Document("a").Versions)

	made := claim(t, s, "w", noon)
	if err := s.Settle(t.Context(), made, edo.Change{At: noon, Done: true}); err != nil {
		t.Fatal(err)
	}
	if err := s.Settle(t.Context(), j, edo.Change{At: noon, Jobs: []edo.Job{stamp}}); err != nil {
		t.Fatal(err)
	}
	if _, found, _ := s.Claim(t.Context(), "w", noon, noon.Add(time.Minute)); found {
		t.Error("a finished job was made again")
	}
}

func orderOfClaims(t conformance.T, h Harness) {
	s := h.temp(t)
	accept(t, s, Sample("late"), noon.Add(-time.Minute))
	accept(t, s, Sample("latest"), noon.Add(-time.Hour))
	accept(t, s, Sample("future"), noon.Add(time.Minute))
	var got []edo.PackageID
	for range 3 {
		if j, found, err := s.Claim(t.Context(), "w", noon, noon.Add(time.Minute)); err != nil {
			t.Fatal(err)
		} else if found {
			got = append(got, j.Key.Package)
		}
	}
	same(t, "claimed", []edo.PackageID{"latest", "late"}, got)
}

func nextDue(t conformance.T, h Harness) {
	s := h.temp(t)
	next := func(now time.Time) string {
		t.Helper()
		due, found, err := s.NextDue(t.Context(), now)
		if err != nil {
			t.Fatal(err)
		}
		if !found {
			return "none"
		}
		return due.Sub(noon).String()
	}
	same(t, "empty store", "none", next(noon))
	accept(t, s, Sample("p1"), noon)
	same(t, "due", "0s", next(noon))
	j := claim(t, s, "w", noon)
	same(t, "leased", "1m0s", next(noon))
	same(t, "lease over", "0s", next(noon.Add(2*time.Minute)))
	accept(t, s, Sample("p2"), noon.Add(10*time.Second))
	same(t, "another before the lease ends", "10s", next(noon))
	if err := s.Settle(t.Context(), j, edo.Change{At: noon, Release: true, Due: noon.Add(5 * time.Second)}); err != nil {
		t.Fatal(err)
	}
	same(t, "released", "5s", next(noon))
}

func staleWorkerCannotWrite(t conformance.T, h Harness) {
	done := edo.Change{At: noon, Done: true}
	for name, lose := range map[string]func(t conformance.T, s outbox, j edo.Job) edo.Job{
		"another worker has claimed it after the lease": func(t conformance.T, s outbox, j edo.Job) edo.Job {
			claim(t, s, "w2", noon.Add(2*time.Minute))
			return j
		},
		"the same worker has claimed it again": func(t conformance.T, s outbox, j edo.Job) edo.Job {
			claim(t, s, j.Owner, noon.Add(2*time.Minute))
			return j
		},
		"finished": func(t conformance.T, s outbox, j edo.Job) edo.Job {
			if err := s.Settle(t.Context(), j, done); err != nil {
				t.Fatal(err)
			}
			return j
		},
		"released": func(t conformance.T, s outbox, j edo.Job) edo.Job {
			if err := s.Settle(t.Context(), j, edo.Change{At: noon, Release: true, Due: noon}); err != nil {
				t.Fatal(err)
			}
			return j
		},
		"another owner":   func(_ conformance.T, _ outbox, j edo.Job) edo.Job { j.Owner = "w2"; return j },
		"another fence":   func(_ conformance.T, _ outbox, j edo.Job) edo.Job { j.Fence++; return j },
		"never was a job": func(_ conformance.T, _ outbox, j edo.Job) edo.Job { j.ID += 100; return j },
	} {
		func(t conformance.T) {
			s := h.temp(t)
			accept(t, s, Sample("p1"), noon)
			stale := lose(t, s, claim(t, s, "w1", noon))
			before, _ := s.Operation(t.Context(), stale.Key)
			lie := before
			lie.State = edo.StateFailed
			c := edo.Change{
				At: noon.Add(time.Hour), Operation: &lie, Done: true, Result: "lie", Events: []edo.Event{{Kind: edo.EventStatus, At: noon}},
				Versions: []edo.Version{{Document: "a", Role: edo.RoleOperatorForm, At: noon}},
			}
			for what, err := range map[string]error{"Settle": s.Settle(t.Context(), stale, c), "Renew": s.Renew(t.Context(), stale, noon.Add(time.Hour))} {
				if !errors.Is(err, edo.LeaseLost) || !errors.Is(err, edo.Conflict) {
					t.Errorf("%s: %v", what, err)
				}
			}
			after, _ := s.Operation(t.Context(), stale.Key)
			same(t, "operation", before, after)
			if events, _ := s.Events(t.Context(), "ours", 0, 10); len(events) != 1 {
				t.Errorf("%d events", len(events))
			}
			attempts, _ := s.Attempts(t.Context(), stale.Key)
			for _, a := range attempts {
				if a.Result == "lie" {
					t.Error("the stale worker has closed an attempt")
				}
			}
		}(conformance.Part(t, name))
	}
}

func renewKeepsTheJob(t conformance.T, h Harness) {
	s := h.temp(t)
	accept(t, s, Sample("p1"), noon)
	j := claim(t, s, "w1", noon)
	if err := s.Renew(t.Context(), j, noon.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if _, found, _ := s.Claim(t.Context(), "w2", noon.Add(30*time.Minute), noon.Add(time.Hour)); found {
		t.Error("a renewed lease was taken")
	}
	if err := s.Settle(t.Context(), j, edo.Change{At: noon, Done: true}); err != nil {
		t.Error(err)
	}
}

func interruptedAttemptStaysOpen(t conformance.T, h Harness) {
	s := h.temp(t)
	op := accept(t, s, Sample("p1"), noon)
	claim(t, s, "died", noon)
	j := claim(t, s, "heir", noon.Add(2*time.Minute))
	if j.Tries != 2 || j.Fence != 2 {
		t.Errorf("job %+v", j)
	}
	if err := s.Settle(t.Context(), j, edo.Change{At: noon.Add(3 * time.Minute), Release: true, Due: noon.Add(time.Hour), Result: "waiting"}); err != nil {
		t.Fatal(err)
	}
	got, _ := s.Attempts(t.Context(), op.Key)
	same(t, "attempts", []edo.Attempt{
		{Key: op.Key, Job: edo.JobSend, Fence: 1, Owner: "died", At: noon},
		{Key: op.Key, Job: edo.JobSend, Fence: 2, Owner: "heir", At: noon.Add(2 * time.Minute), EndedAt: noon.Add(3 * time.Minute), Result: "waiting"},
	}, got)
}

func acknowledgeNeverMovesBack(t conformance.T, h Harness) {
	s := h.temp(t)
	var told []edo.Event
	for range 8 {
		told = append(told, edo.Event{Kind: edo.EventStatus, At: noon})
	}
	if _, _, err := s.Accept(t.Context(), Sample("p1"), nil, told); err != nil {
		t.Fatal(err)
	}
	accept(t, s, edo.Operation{Key: edo.Key{Subscriber: "theirs", Package: "p1"}, CreatedAt: noon, UpdatedAt: noon, Revision: 1}, noon)
	for _, seq := range []int64{9, math.MaxInt64, -1} { // of another subscriber, of nobody, of none
		if err := s.Acknowledge(t.Context(), "ours", "dms", seq); !errors.Is(err, edo.Invalid) {
			t.Errorf("%d: %v", seq, err)
		}
	}
	for _, seq := range []int64{5, 7, 7, 3, 0} {
		if err := s.Acknowledge(t.Context(), "ours", "dms", seq); err != nil {
			t.Fatal(err)
		}
	}
	for consumer, want := range map[string]int64{"dms": 7, "other": 0} {
		if got, err := s.Acknowledged(t.Context(), "ours", consumer); err != nil || got != want {
			t.Errorf("%s: %d, %v", consumer, got, err)
		}
	}
	if err := s.Acknowledge(t.Context(), "ours", "", 1); !errors.Is(err, edo.IDMissing) {
		t.Errorf("empty consumer: %v", err)
	}
}

func operationFilter(t conformance.T, h Harness) {
	s := h.temp(t)
	for i, id := range []string{"p0", "p1", "p2", "p3"} {
		op := Sample(id)
		op.CreatedAt = noon.Add(time.Duration(i) * time.Minute)
		if i == 2 {
			op.State = edo.StateSent
		}
		if i == 3 {
			op.Key.Subscriber = "theirs"
		}
		accept(t, s, op, noon)
	}
	for name, tc := range map[string]struct {
		filter edo.OperationFilter
		want   []edo.PackageID
	}{
		"all, newest first": {edo.OperationFilter{}, []edo.PackageID{"p3", "p2", "p1", "p0"}},
		"of a subscriber":   {edo.OperationFilter{Subscriber: "ours"}, []edo.PackageID{"p2", "p1", "p0"}},
		"of states":         {edo.OperationFilter{States: []edo.State{edo.StateSent, edo.StateFailed}}, []edo.PackageID{"p2"}},
		"in a period":       {edo.OperationFilter{From: noon.Add(time.Minute), To: noon.Add(3 * time.Minute)}, []edo.PackageID{"p2", "p1"}},
		"limited":           {edo.OperationFilter{Limit: 1}, []edo.PackageID{"p3"}},
		"none":              {edo.OperationFilter{Subscriber: "ours' OR 1=1 --"}, nil},
	} {
		func(t conformance.T) {
			all, err := s.Operations(t.Context(), tc.filter)
			if err != nil {
				t.Fatal(err)
			}
			var got []edo.PackageID
			for _, op := range all {
				got = append(got, op.Key.Package)
				if len(op.Documents) != 2 {
					t.Errorf("%s has %d documents", op.Key.Package, len(op.Documents))
				}
			}
			same(t, "packages", tc.want, got)
		}(conformance.Part(t, name))
	}
	if _, err := s.Operations(t.Context(), edo.OperationFilter{Limit: 1001}); !errors.Is(err, edo.Invalid) {
		t.Errorf("limit 1001: %v", err)
	}
}
