package storetest

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/edo"
)

// counterparty is a row of reach with every field filled.
func counterparty() edo.CounterpartyStatus {
	return edo.CounterpartyStatus{
		Key: edo.CounterpartyKey{Subscriber: "ours", INN: "7707083893", KPP: "770701001"},
		Introduction: edo.Introduction{
			Counterparty: edo.Counterparty{INN: "7707083893", KPP: "770701001", Name: "ООО"}, Form: edo.FormCompany, EMails: []string{"a@b.example"},
		},
		State: edo.CounterpartyInvited, Address: edo.Address{Box: "b-1", Organisation: "77", Department: "d"},
		Candidates: []edo.Address{{Box: "b-1"}, {Box: "b-2"}}, Relation: edo.RelationAsked, Registered: true, Reason: edo.CounterpartyPending,
		Detail: "d", UpdatedAt: noon, Revision: 1,
	}
}

func reach(t conformance.T, h Harness) {
	s := h.temp(t)
	ctx := t.Context()
	c := counterparty()
	job := edo.Job{Key: edo.Key{Subscriber: "ours", Package: c.Key.ID()}, Kind: edo.JobCounterparty, Due: noon}
	stored, created, err := s.Ensure(ctx, c, job)
	must(t, err)
	same(t, "stored", c, stored)
	other := c
	other.State, other.Detail = edo.CounterpartyFailed, "x"
	again, twice, err := s.Ensure(ctx, other, job)
	must(t, err)
	same(t, "there already", c, again)
	if !created || twice {
		t.Errorf("created %v, then %v", created, twice)
	}
	j := claim(t, s, "w", noon)
	if j.Kind != edo.JobCounterparty || j.Key.Package != "counterparty:7707083893:770701001" {
		t.Fatalf("%+v", j)
	}
	next := c
	next.State, next.Relation, next.Candidates, next.Reason, next.UpdatedAt = edo.CounterpartyReady, edo.RelationActive, nil, "", noon.Add(time.Microsecond)
	must(t, s.Settle(ctx, j, edo.Change{At: noon, Reach: &next, Done: true}))
	next.Revision = 2
	got, err := s.CounterpartyStatus(ctx, c.Key)
	must(t, err)
	same(t, "settled", next, got)
	if err := s.Revise(ctx, c, 1, nil); !errors.Is(err, edo.Conflict) {
		t.Errorf("stale: %v", err)
	}
	must(t, s.Revise(ctx, c, 2, []edo.Job{job}))
	c.Revision = 3
	list, err := s.CounterpartyStatuses(ctx, "ours", 0)
	must(t, err)
	same(t, "list", []edo.CounterpartyStatus{c}, list)
	if j := claim(t, s, "w", noon); j.Kind != edo.JobCounterparty {
		t.Errorf("%+v", j)
	}
	c.Key.KPP = ""
	for what, err := range map[string]error{"status": second2(s.CounterpartyStatus(ctx, c.Key)), "revise": s.Revise(ctx, c, 1, nil)} {
		if !errors.Is(err, edo.NotFound) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// settleKeepsWhatAPersonDecided: a step that looked at an older row writes nothing at all.
func settleKeepsWhatAPersonDecided(t conformance.T, h Harness) {
	s := h.temp(t)
	c := counterparty()
	_, _, err := s.Ensure(t.Context(), c, edo.Job{Key: edo.Key{Subscriber: "ours", Package: c.Key.ID()}, Kind: edo.JobCounterparty, Due: noon})
	must(t, err)
	j := claim(t, s, "w", noon)
	stopped := c
	stopped.State, stopped.Reason = edo.CounterpartyForbidden, edo.CounterpartyBlocked
	must(t, s.Revise(t.Context(), stopped, 1, nil))
	c.State = edo.CounterpartyReady
	event := edo.Event{Key: j.Key, Kind: edo.EventReach, Reach: &c, At: noon}
	if err := s.Settle(t.Context(), j, edo.Change{At: noon, Reach: &c, Done: true, Events: []edo.Event{event}}); !errors.Is(err, edo.Conflict) {
		t.Errorf("stale: %v", err)
	}
	got, err := s.CounterpartyStatus(t.Context(), c.Key)
	must(t, err)
	stopped.Revision = 2
	same(t, "row", stopped, got)
	events, err := s.Events(t.Context(), "ours", 0, 10)
	must(t, err)
	if len(events) != 0 {
		t.Errorf("told %+v", events)
	}
	must(t, s.Settle(t.Context(), j, edo.Change{At: noon, Release: true, Due: noon})) // given back
	c.Key.KPP = "770701009"
	if err := s.Settle(t.Context(), claim(t, s, "w", noon), edo.Change{At: noon, Reach: &c}); !errors.Is(err, edo.NotFound) {
		t.Errorf("no row: %v", err)
	}
}

// ensureFromTwoStores is the race of two processes for one counterparty.
func ensureFromTwoStores(t conformance.T, h Harness) {
	address := h.Fresh(t)
	stores := []Store{h.open(t, address, config(t)), h.open(t, address, config(t))}
	c := counterparty()
	job := edo.Job{Key: edo.Key{Subscriber: "ours", Package: c.Key.ID()}, Kind: edo.JobCounterparty, Due: noon}
	var made atomic.Int32
	var wg sync.WaitGroup
	for i := range 50 {
		wg.Go(func() {
			_, created, err := stores[i%2].Ensure(t.Context(), c, job)
			if err != nil {
				t.Error(err)
			}
			if created {
				made.Add(1)
			}
		})
	}
	wg.Wait()
	claim(t, stores[0], "w", noon)
	if _, found, _ := stores[1].Claim(t.Context(), "w", noon, noon.Add(time.Minute)); found || made.Load() != 1 {
		t.Errorf("made %d times, second job %v", made.Load(), found)
	}
}

func awaitedBy(t conformance.T, h Harness) {
	s := h.temp(t)
	for i, tc := range []struct {
		sub    edo.SubscriberID
		kpp    string
		state  edo.State
		reason edo.Reason
	}{
		{"ours", "770701001", edo.StateWaiting, edo.CounterpartyPending},
		{"ours", "", edo.StateWaiting, edo.CounterpartyUnknown},
		{"ours", "770701002", edo.StateWaiting, edo.CounterpartyInactive},
		{"ours", "770701001", edo.StateWaiting, edo.SignatureAwaited},
		{"ours", "770701001", edo.StateSent, edo.CounterpartyPending},
		{"theirs", "770701001", edo.StateWaiting, edo.CounterpartyPending},
	} {
		op := Sample(fmt.Sprint("p", i))
		op.Key.Subscriber, op.To.KPP, op.State, op.Reason = tc.sub, tc.kpp, tc.state, tc.reason
		accept(t, s, op, noon)
	}
	for kpp, want := range map[string][]edo.PackageID{"770701001": {"p0", "p1"}, "": {"p0", "p1", "p2"}, "770701009": {"p1"}} {
		keys, err := s.AwaitedBy(t.Context(), edo.CounterpartyKey{Subscriber: "ours", INN: "7707083893", KPP: kpp})
		must(t, err)
		var got []edo.PackageID
		for _, k := range keys {
			got = append(got, k.Package)
		}
		same(t, "branch "+kpp, want, got)
	}
}
