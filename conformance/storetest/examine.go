package storetest

import (
	"errors"
	"time"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

// workload counts what is to be done, and nothing that is finished.
func workload(t conformance.T, h Harness) {
	s := h.temp(t)
	none, err := s.Workload(t.Context(), noon)
	if err != nil || none.Late(noon) != 0 {
		t.Fatalf("an empty store: %+v, %v", none, err)
	}
	accept(t, s, Sample("held"), noon.Add(-time.Hour))
	job := claim(t, s, "worker", noon)
	accept(t, s, Sample("late"), noon.Add(-time.Minute))
	accept(t, s, Sample("due"), noon)
	accept(t, s, Sample("later"), noon.Add(time.Minute))
	doubtful := Sample("held")
	doubtful.State, doubtful.Reason = edo.StateInDoubt, edo.DecisionNeeded
	must(t, s.Settle(t.Context(), job, edo.Change{At: noon, Operation: &doubtful}))
	must(t, s.Settle(t.Context(), claim(t, s, "worker", noon), edo.Change{At: noon, Done: true}))
	got, err := s.Workload(t.Context(), noon)
	must(t, err)
	same(t, "workload", directory.Workload{
		Due: 1, Held: 1, Later: 1, OldestDue: noon, Packages: map[edo.State]int{edo.StateInDoubt: 1, edo.StateAccepted: 2}, Decisions: 1,
	}, got)
	if late := got.Late(noon.Add(time.Hour)); late != time.Hour {
		t.Errorf("late %v", late)
	}
}

// writable writes, and says so when it cannot.
func writable(t conformance.T, h Harness) {
	s, err := h.Open(t.Context(), h.Fresh(t), config(t))
	must(t, err)
	must(t, s.Writable(t.Context()))
	must(t, s.Close())
	if err := s.Writable(t.Context()); !errors.Is(err, directory.StoreClosed) {
		t.Errorf("a closed store: %v", err)
	}
}

// settings are safe in a store that was opened.
func settings(t conformance.T, h Harness) {
	all, err := h.temp(t).Settings(t.Context())
	must(t, err)
	if len(all) == 0 {
		t.Error("none")
	}
	for _, s := range all {
		if !s.Safe || s.Name == "" || s.Value == "" || s.Wanted == "" {
			t.Errorf("%+v", s)
		}
	}
}
