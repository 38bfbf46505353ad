package storetest

import (
	"errors"
	"time"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

func release(t conformance.T, s Store, j edo.Job, c edo.Change) {
	t.Helper()
	must(t, s.Settle(t.Context(), j, c))
}

func workList(t conformance.T, s Store, f edo.JobFilter) []edo.JobStatus {
	t.Helper()
	f.At = noon
	all, err := s.Jobs(t.Context(), f)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func packages(all []edo.JobStatus) (ids []edo.PackageID) {
	for _, j := range all {
		ids = append(ids, j.Key.Package)
	}
	return ids
}

// untried: a claim that could do nothing is no try, leaves no attempt, and says why the job waits.
func untried(t conformance.T, h Harness) {
	s := h.temp(t)
	op := accept(t, s, Sample("p1"), noon)
	release(t, s, claim(t, s, "w", noon), edo.Change{At: noon, Release: true, Due: noon, Faulty: true, Reason: edo.WorkFailed, Detail: "boom"})
	held := claim(t, s, "w", noon)
	release(t, s, held, edo.Change{At: noon, Release: true, Due: noon.Add(time.Second), Untried: true, Reason: edo.RateLimited, Detail: "later"})
	j := workList(t, s, edo.JobFilter{})[0]
	same(t, "row", []any{1, 1, edo.RateLimited, "later", edo.JobWaits}, []any{j.Tries, j.Faults, j.Reason, j.Detail, j.State})
	attempts, err := s.Attempts(t.Context(), op.Key)
	if err != nil || len(attempts) != 1 {
		t.Errorf("%d attempts, %v", len(attempts), err)
	}
	next := claim(t, s, "w", noon.Add(time.Second))
	if next.Fence != held.Fence+1 || next.Tries != 2 {
		t.Errorf("fence %d after %d, try %d", next.Fence, held.Fence, next.Tries)
	}
	release(t, s, next, edo.Change{At: noon, Release: true, Due: noon, Reason: edo.OperatorUnavailable})
	if j := workList(t, s, edo.JobFilter{})[0]; j.Faults != 0 || j.State != edo.JobOverdue {
		t.Errorf("after a try that was no fault: %+v", j)
	}
}

// unfinished lists what waits, is overdue, held, or needs a person, page by page.
func unfinished(t conformance.T, h Harness) {
	s := h.temp(t)
	give := func(id string, c edo.Change) {
		accept(t, s, Sample(id), noon.Add(-time.Hour))
		j := claim(t, s, "w", noon)
		c.At = noon
		release(t, s, j, c)
	}
	give("done", edo.Change{Done: true})
	give("waits", edo.Change{Release: true, Due: noon.Add(time.Hour), Reason: edo.OperatorUnavailable, Detail: "down"})
	give("doubt", edo.Change{Release: true, Due: noon.Add(time.Hour), Reason: edo.DecisionNeeded})
	accept(t, s, Sample("broken"), noon.Add(-2*time.Hour))
	for range edo.ManyFaults {
		release(t, s, claim(t, s, "w", noon), edo.Change{At: noon, Release: true, Due: noon.Add(-time.Hour), Faulty: true, Reason: edo.WorkFailed})
	}
	release(t, s, claim(t, s, "w", noon), edo.Change{At: noon, Release: true, Due: noon.Add(time.Hour), Faulty: true, Reason: edo.WorkFailed})
	accept(t, s, Sample("held"), noon)
	claim(t, s, "w", noon)
	accept(t, s, Sample("overdue"), noon.Add(-time.Minute))

	key := edo.Key{Subscriber: "ours", Package: "doubt"}
	first := workList(t, s, edo.JobFilter{Limit: 2})
	if len(first) != 2 {
		t.Fatalf("the first page has %d rows", len(first))
	}
	for name, tc := range map[string]struct {
		filter edo.JobFilter
		want   []edo.PackageID
	}{
		"all":                   {edo.JobFilter{}, []edo.PackageID{"waits", "doubt", "broken", "held", "overdue"}},
		"first page":            {edo.JobFilter{Limit: 2}, []edo.PackageID{"waits", "doubt"}},
		"second page":           {edo.JobFilter{Limit: 2, After: first[1].ID}, []edo.PackageID{"broken", "held"}},
		"waiting":               {edo.JobFilter{State: edo.JobWaits}, []edo.PackageID{"waits", "doubt", "broken"}},
		"overdue":               {edo.JobFilter{State: edo.JobOverdue}, []edo.PackageID{"overdue"}},
		"held":                  {edo.JobFilter{State: edo.JobHeld}, []edo.PackageID{"held"}},
		"a person's":            {edo.JobFilter{Person: true}, []edo.PackageID{"doubt", "broken"}},
		"a person's, held":      {edo.JobFilter{Person: true, State: edo.JobHeld}, nil},
		"of one key":            {edo.JobFilter{Key: &key}, []edo.PackageID{"doubt"}},
		"of another subscriber": {edo.JobFilter{Subscriber: "theirs"}, nil},
		"of a kind":             {edo.JobFilter{Kinds: []edo.JobKind{edo.JobPull, edo.JobTake}}, nil},
	} {
		same(t, name, tc.want, packages(workList(t, s, tc.filter)))
	}
	for name, f := range map[string]edo.JobFilter{"limit": {Limit: directory.MaxLimit + 1}, "state": {State: "asleep"}} {
		if _, err := s.Jobs(t.Context(), f); !errors.Is(err, directory.FilterMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// seize: a person takes a job over whether it is due or not, ended or not, but never from a worker that holds it; who
// held it before can write no more.
func seize(t conformance.T, h Harness) {
	s := h.temp(t)
	op := accept(t, s, Sample("p1"), noon.Add(time.Hour))
	take := func(now time.Time) (edo.Job, bool) {
		t.Helper()
		j, free, err := s.Seize(t.Context(), op.Key, "by hand", now, now.Add(time.Minute))
		if err != nil {
			t.Fatal(err)
		}
		return j, free
	}
	j, free := take(noon)
	if !free || j.Tries != 0 || j.Fence != 1 {
		t.Errorf("not due: %v, %+v", free, j)
	}
	if _, found, _ := s.Claim(t.Context(), "w", noon.Add(time.Hour), noon.Add(2*time.Hour)); !found {
		t.Error("a person that went away keeps the job for ever")
	}
	if _, free := take(noon.Add(90 * time.Minute)); free {
		t.Error("taken from a worker that holds it")
	}
	if err := s.Settle(t.Context(), j, edo.Change{At: noon, Done: true}); !errors.Is(err, edo.LeaseLost) {
		t.Errorf("a person that was overtaken: %v", err)
	}
	late := noon.Add(3 * time.Hour) // the worker died
	j, _ = take(late)
	release(t, s, j, edo.Change{At: late, Done: true, Result: "ended"})
	j, free = take(late)
	if !free {
		t.Fatal("a job that has ended cannot be taken up")
	}
	release(t, s, j, edo.Change{At: late, Release: true, Due: late, Result: "retried", Detail: "clerk: again"})
	if got := claim(t, s, "w", late); got.ID != j.ID {
		t.Errorf("claimed %+v", got)
	}
	attempts, _ := s.Attempts(t.Context(), op.Key)
	if a := attempts[3]; a.Owner != "by hand" || a.Result != "retried" || a.Detail != "clerk: again" {
		t.Errorf("%+v", a)
	}
	if _, _, err := s.Seize(t.Context(), edo.Key{Subscriber: "ours", Package: "nothing"}, "by hand", noon, noon.Add(time.Minute)); !errors.Is(err, edo.NotFound) {
		t.Errorf("of no package: %v", err)
	}
}
