package storetest

import (
	"errors"
	"strings"
	"time"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

// whoMay goes through the ways in which a right is there or not, own and by substitution.
func whoMay(t conformance.T, h Harness) {
	s, ctx := h.temp(t), t.Context()
	must(t, s.PutSubscriber(ctx, subscriber("ours")))
	must(t, s.PutSubscriber(ctx, subscriber("theirs")))
	allow := func(a edo.ActorID, kinds []string, actions ...edo.Action) {
		t.Helper()
		must(t, s.PutUser(ctx, directory.User{Actor: a, Subscriber: "ours", Actions: actions, Kinds: kinds}))
	}
	allow("head", nil, edo.ActionSend, edo.ActionReadContent, edo.ActionReadLog)
	allow("own", nil, edo.ActionSend)
	allow("letters", []string{"Письмо"}, edo.ActionSend, edo.ActionReadContent, edo.ActionReadLog)
	must(t, s.PutUser(ctx, directory.User{Actor: "past", Subscriber: "ours", Actions: []edo.Action{edo.ActionSend}, Until: noon}))
	for _, v := range []directory.Substitution{
		{Deputy: "deputy", Principal: "head"},
		{Deputy: "own", Principal: "head"},
		{Deputy: "some", Principal: "head", Actions: []edo.Action{edo.ActionSend}, Kinds: []string{"Письмо"}},
		{Deputy: "early", Principal: "head", From: noon.Add(time.Microsecond)},
		{Deputy: "late", Principal: "head", From: noon.Add(-2 * time.Microsecond), Until: noon},
		{Deputy: "chained", Principal: "deputy"},
		{Deputy: "ofpast", Principal: "past"},
		{Deputy: "ofnobody", Principal: "nobody"},
		{Deputy: "ofletters", Principal: "letters"},
		{Deputy: "two", Principal: "letters"},
		{Deputy: "two", Principal: "head"},
	} {
		v.Subscriber = "ours"
		if v.Until.IsZero() {
			v.Until = noon.Add(time.Hour)
		}
		must(t, s.PutSubstitution(ctx, v))
	}
	for name, tc := range map[string]struct {
		actor  edo.ActorID
		action edo.Action
		kinds  []string
		want   edo.ActorID // empty: refused
		shown  edo.ActorID // with a refusal
	}{
		"own right":                      {"own", edo.ActionSend, nil, "own", ""},
		"own right goes first":           {"own", edo.ActionReadLog, nil, "own for head", ""},
		"deputy":                         {"deputy", edo.ActionSend, []string{"Договор"}, "deputy for head", ""},
		"more than the principal may":    {"deputy", edo.ActionAnswer, nil, "", "deputy for head"},
		"restricted to an action":        {"some", edo.ActionReadContent, []string{"Письмо"}, "", "some for head"},
		"restricted to a kind":           {"some", edo.ActionSend, []string{"Письмо", "Договор"}, "", "some for head"},
		"within both":                    {"some", edo.ActionSend, []string{"Письмо"}, "some for head", ""},
		"not yet":                        {"early", edo.ActionSend, nil, "", "early"},
		"over":                           {"late", edo.ActionSend, nil, "", "late"},
		"not chained":                    {"chained", edo.ActionSend, nil, "", "chained for deputy"},
		"principal's right is over":      {"ofpast", edo.ActionSend, nil, "", "ofpast for past"},
		"principal has none":             {"ofnobody", edo.ActionSend, nil, "", "ofnobody for nobody"},
		"principal's kinds":              {"ofletters", edo.ActionSend, []string{"Договор"}, "", "ofletters for letters"},
		"the second principal may":       {"two", edo.ActionSend, []string{"Договор"}, "two for head", ""},
		"reads its kind":                 {"letters", edo.ActionReadContent, []string{"Письмо"}, "letters", ""},
		"reads another kind":             {"letters", edo.ActionReadContent, []string{"Договор"}, "", "letters"},
		"reads what belongs to no kind":  {"letters", edo.ActionReadLog, nil, "", "letters"},
		"nobody":                         {"stranger", edo.ActionSend, nil, "", "stranger"},
		"no name":                        {"", edo.ActionSend, nil, "", ""},
		"a name like ours for a machine": {"os:root", edo.ActionReadLog, nil, "", "os:root"},
	} {
		before, err := s.Refusals(ctx, "ours", 1000)
		must(t, err)
		glance := edo.AccessRequest{Actor: tc.actor, Action: tc.action, Subscriber: "ours", Kinds: tc.kinds, At: noon, Glance: true}
		if _, err := s.Acting(ctx, glance); errors.Is(err, edo.UserNotAllowed) != (tc.want == "") {
			t.Errorf("%s, at a glance: %v", name, err)
		}
		who, err := s.Acting(ctx, edo.AccessRequest{Actor: tc.actor, Action: tc.action, Subscriber: "ours", Kinds: tc.kinds, At: noon})
		after, listed := s.Refusals(ctx, "ours", 1000)
		must(t, listed)
		switch {
		case tc.want != "":
			if err != nil || who != tc.want || len(after) != len(before) {
				t.Errorf("%s: %q, %v, %d refusals more", name, who, err, len(after)-len(before))
			}
		case !errors.Is(err, edo.UserNotAllowed) || len(after) != len(before)+1:
			t.Errorf("%s: %q, %v, %d refusals more", name, who, err, len(after)-len(before))
		case after[0].Actor.For(after[0].Principal) != tc.shown || after[0].Action != tc.action || !after[0].At.Equal(noon) || after[0].Why == "":
			t.Errorf("%s: the row %+v", name, after[0])
		}
		if err := s.Allowed(ctx, edo.AccessRequest{Actor: tc.actor, Action: tc.action, Subscriber: "theirs", Kinds: tc.kinds, At: noon}); !errors.Is(err, edo.UserNotAllowed) {
			t.Errorf("%s, for another subscriber: %v", name, err)
		}
	}
}

// readings: the row is there when the answer is, and only then.
func readings(t conformance.T, h Harness) {
	s, ctx := h.temp(t), t.Context()
	must(t, s.PutSubscriber(ctx, subscriber("ours")))
	must(t, s.PutUser(ctx, directory.User{Actor: "head", Subscriber: "ours", Actions: []edo.Action{edo.ActionReadLog}}))
	must(t, s.PutSubstitution(ctx, directory.Substitution{Deputy: "deputy", Principal: "head", Subscriber: "ours", Until: noon.Add(time.Hour)}))
	read := func(a edo.ActorID, local bool, action edo.Action, what string) error {
		return s.Reading(ctx, edo.AccessRequest{Actor: a, Local: local, Action: action, Subscriber: "ours", At: noon}, what)
	}
	must(t, read("head", false, edo.ActionReadLog, "e-1"))
	must(t, read("deputy", false, edo.ActionReadLog, "e-2"))
	must(t, read("os:root", true, edo.ActionExport, strings.Repeat("я", edo.MaxWhat+1)))
	for _, actor := range []edo.ActorID{"stranger", "", "os:root"} {
		if err := read(actor, false, edo.ActionReadLog, "e-3"); !errors.Is(err, edo.UserNotAllowed) {
			t.Errorf("%q: %v", actor, err)
		}
	}
	if err := read("head", false, edo.ActionExport, "e-3"); !errors.Is(err, edo.UserNotAllowed) {
		t.Errorf("another action: %v", err)
	}
	want := []edo.Reading{
		{Seq: 3, Actor: "os:root", Action: edo.ActionExport, Subscriber: "ours", What: strings.Repeat("я", edo.MaxWhat), At: noon},
		{Seq: 2, Actor: "deputy", Principal: "head", Action: edo.ActionReadLog, Subscriber: "ours", What: "e-2", At: noon},
		{Seq: 1, Actor: "head", Action: edo.ActionReadLog, Subscriber: "ours", What: "e-1", At: noon},
	}
	for _, sub := range []edo.SubscriberID{"ours", ""} {
		got, err := s.Readings(ctx, sub, 0)
		must(t, err)
		same(t, "readings", want, got)
	}
	if got, err := s.Readings(ctx, "theirs", 0); err != nil || len(got) != 0 {
		t.Errorf("of another: %v, %v", got, err)
	}
	if _, err := s.Readings(ctx, "ours", -1); !errors.Is(err, directory.FilterMalformed) {
		t.Errorf("a negative limit: %v", err)
	}
}

// changesHoldAtOnce, also in another process that has the store open.
func changesHoldAtOnce(t conformance.T, h Harness) {
	address := h.Fresh(t)
	one, other, ctx := h.open(t, address, config(t)), h.open(t, address, config(t)), t.Context()
	must(t, one.PutSubscriber(ctx, subscriber("ours")))
	may := func() bool {
		err := other.Allowed(ctx, edo.AccessRequest{Actor: "deputy", Action: edo.ActionSend, Subscriber: "ours", At: noon})
		if err != nil && !errors.Is(err, edo.UserNotAllowed) {
			t.Fatal(err)
		}
		return err == nil
	}
	head := directory.User{Actor: "head", Subscriber: "ours", Actions: []edo.Action{edo.ActionSend}}
	stands := directory.Substitution{Deputy: "deputy", Principal: "head", Subscriber: "ours", Until: noon.Add(time.Hour)}
	for step, tc := range []struct {
		change func() error
		want   bool
	}{
		{func() error { return nil }, false}, // an empty list allows nobody
		{func() error { return one.PutUser(ctx, head) }, false},
		{func() error { return one.PutSubstitution(ctx, stands) }, true},
		{func() error { return one.RemoveUser(ctx, "ours", "head") }, false},
		{func() error { return one.PutUser(ctx, head) }, true},
		{func() error { ended := stands; ended.Until = noon; return one.PutSubstitution(ctx, ended) }, false},
		{func() error { return one.PutSubstitution(ctx, stands) }, true},
		{func() error { return one.RemoveSubstitution(ctx, "ours", "deputy", "head") }, false},
		{func() error { return one.PutSubstitution(ctx, stands) }, true},
		{func() error { return one.RemoveUser(ctx, "ours", "deputy") }, false}, // who has no line of his own
	} {
		must(t, tc.change())
		if got := may(); got != tc.want {
			t.Errorf("step %d: allowed %v", step, got)
		}
	}
	all, err := other.Substitutions(ctx, "ours")
	if err != nil || len(all) != 0 {
		t.Errorf("left %v, %v", all, err)
	}
	stands.Actions, stands.Kinds, stands.From = []edo.Action{edo.ActionSend}, []string{"Письмо"}, noon
	must(t, one.PutSubstitution(ctx, stands))
	all, err = other.Substitutions(ctx, "ours")
	must(t, err)
	stands.UpdatedAt = noon
	same(t, "substitutions", []directory.Substitution{stands}, all)
	if err := one.RemoveSubstitution(ctx, "ours", "deputy", "nobody"); !errors.Is(err, edo.NotFound) {
		t.Errorf("removed what is not there: %v", err)
	}
}
