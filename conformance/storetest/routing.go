package storetest

import (
	"errors"
	"time"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

func rules(t conformance.T, h Harness) {
	s := h.temp(t)
	ctx := t.Context()
	must(t, s.PutSubscriber(ctx, subscriber("ours")))
	boss := edo.Responsible{Scope: edo.ScopeAdministrator, Actor: "boss"}
	complaints := edo.Responsible{Scope: edo.ScopeAdministrator, Kind: "complaint", Actor: "lawyer"}
	branch := edo.Responsible{Scope: edo.ScopeCounterparty, INN: "7707083893", KPP: "770701001", Kind: "complaint", Actor: "clerk"}
	for _, r := range []edo.Responsible{boss, complaints, branch, {Scope: edo.ScopeBox, Actor: "clerk"}} {
		must(t, s.PutResponsible(ctx, "ours", r))
	}
	boss.Actor = "heir" // there is one administrator for a kind: the second replaces the first
	must(t, s.PutResponsible(ctx, "ours", boss))
	must(t, s.RemoveResponsible(ctx, "ours", edo.Responsible{Scope: edo.ScopeBox, Actor: "whoever"}))
	got, err := s.Responsibles(ctx, "ours")
	must(t, err)
	same(t, "rules", []edo.Responsible{boss, complaints, branch}, got)
	for what, tc := range map[string]struct{ err, want error }{
		"removed twice":          {s.RemoveResponsible(ctx, "ours", edo.Responsible{Scope: edo.ScopeBox}), edo.NotFound},
		"unknown scope":          {s.PutResponsible(ctx, "ours", edo.Responsible{Scope: "world", Actor: "a"}), directory.RuleMalformed},
		"a subscriber not there": {s.PutResponsible(ctx, "theirs", boss), edo.Conflict},
		"an absence not there":   {s.PutAbsence(ctx, "theirs", edo.Absence{Actor: "a", From: noon, Until: noon.Add(time.Microsecond)}), edo.Conflict},
		"an absence backwards":   {s.PutAbsence(ctx, "ours", edo.Absence{Actor: "a", From: noon, Until: noon}), directory.PeriodMalformed},
	} {
		if !errors.Is(tc.err, tc.want) {
			t.Errorf("%s: %v", what, tc.err)
		}
	}
}

func absences(t conformance.T, h Harness) {
	s := h.temp(t)
	ctx := t.Context()
	must(t, s.PutSubscriber(ctx, subscriber("ours")))
	first := edo.Absence{Actor: "clerk", From: noon, Until: noon.Add(time.Hour)}
	second := edo.Absence{Actor: "clerk", From: noon.Add(2 * time.Hour), Until: noon.Add(3 * time.Hour)}
	boss := edo.Absence{Actor: "boss", From: noon.Add(-time.Hour), Until: noon.Add(time.Microsecond)}
	for _, a := range []edo.Absence{first, second, boss} {
		must(t, s.PutAbsence(ctx, "ours", a))
	}
	for name, tc := range map[string]struct {
		at   time.Time
		want []edo.Absence
	}{
		"all":                   {time.Time{}, []edo.Absence{boss, first, second}},
		"first moment away":     {noon, []edo.Absence{boss, first}},
		"first moment back":     {noon.Add(time.Microsecond), []edo.Absence{first}},
		"between":               {noon.Add(time.Hour), nil},
		"another time zone":     {noon.In(time.FixedZone("", 3600)), []edo.Absence{boss, first}},
		"last moment of second": {noon.Add(3*time.Hour - time.Microsecond), []edo.Absence{second}},
	} {
		got, err := s.Absences(ctx, "ours", tc.at)
		must(t, err)
		same(t, name, tc.want, got)
	}
	longer := first
	longer.Until = noon.Add(90 * time.Minute)
	must(t, s.PutAbsence(ctx, "ours", longer))
	must(t, s.RemoveAbsence(ctx, "ours", second))
	got, err := s.Absences(ctx, "ours", time.Time{})
	must(t, err)
	same(t, "after changes", []edo.Absence{boss, longer}, got)
	if err := s.RemoveAbsence(ctx, "ours", second); !errors.Is(err, edo.NotFound) {
		t.Errorf("removed twice: %v", err)
	}
}

func enrolled(t conformance.T, h Harness) {
	s := h.temp(t)
	ctx := t.Context()
	row := subscriber("ours")
	row.Box = ""
	must(t, s.PutSubscriber(ctx, row))
	for range 2 {
		must(t, s.Enrolled(ctx, "ours", edo.Enrolled{Box: "box-9"}))
	}
	row.Box = "box-9"
	got, err := s.Subscriber(ctx, "ours")
	must(t, err)
	same(t, "subscriber", row, got)
	for what, tc := range map[string]struct{ err, want error }{
		"another box": {s.Enrolled(ctx, "ours", edo.Enrolled{Box: "box-8"}), edo.BoxForeign},
		"no box":      {s.Enrolled(ctx, "ours", edo.Enrolled{}), edo.BoxMissing},
		"nobody":      {s.Enrolled(ctx, "nobody", edo.Enrolled{Box: "b"}), edo.SubscriberUnknown},
	} {
		if !errors.Is(tc.err, tc.want) {
			t.Errorf("%s: %v", what, tc.err)
		}
	}
}

func usage(t conformance.T, h Harness) {
	s := h.temp(t)
	put := func(id string, change func(op *edo.Operation)) {
		op := Sample(id)
		op.Payer, op.Answer, op.SentAt, op.OperatorTime, op.State = "mother", "", noon, noon, edo.StateSent
		change(&op)
		accept(t, s, op, noon)
	}
	put("sent", func(*edo.Operation) {})
	put("roaming", func(op *edo.Operation) { op.Address.Roaming, op.State = true, edo.StatePartly })
	put("own", func(op *edo.Operation) { op.Payer = "" })
	put("theirs", func(op *edo.Operation) { op.Key.Subscriber, op.Payer = "theirs", "" })
	put("no operator time", func(op *edo.Operation) { op.OperatorTime = time.Time{} })
	put("operator's day before", func(op *edo.Operation) { op.OperatorTime = noon.Add(-time.Microsecond) })
	put("next day", func(op *edo.Operation) { op.OperatorTime = noon.Add(24 * time.Hour) })
	put("not sent", func(op *edo.Operation) {
		op.SentAt, op.OperatorTime, op.State = time.Time{}, time.Time{}, edo.StateInDoubt
	})
	put("answer", func(op *edo.Operation) { op.Answer = edo.AnswerSign })
	got, err := s.Usage(t.Context(), noon, noon.Add(24*time.Hour))
	must(t, err)
	same(t, "a day", []edo.Usage{
		{Payer: "mother", Packages: 3, Documents: 6, Roaming: 1}, {Payer: "ours", Packages: 1, Documents: 2}, {Payer: "theirs", Packages: 1, Documents: 2},
	}, got)
	got, err = s.Usage(t.Context(), time.Time{}, time.Time{})
	must(t, err)
	if len(got) != 3 || got[0].Packages != 5 {
		t.Errorf("ever: %+v", got)
	}
}
