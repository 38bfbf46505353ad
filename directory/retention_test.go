package directory_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

func years(n int) directory.Period { return directory.Period{Years: n} }

func TestPeriod(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]directory.Period{
		"5y": years(5), "30d": {Days: 30}, "5y30d": {Years: 5, Days: 30}, "100y": years(100),
		"": {}, "5": {}, "y": {}, "d": {}, "5m": {}, "0y": {}, "0d": {}, "-5y": {}, "5y5": {}, "30d5y": {}, "101y": {}, "5yy": {}, "5y ": {}, "999999d": {}, "+5y": {},
	} {
		got, ok := directory.ParsePeriod(text)
		if ok != !want.IsZero() || ok && got != want {
			t.Errorf("%q: %v %v", text, got, ok)
		}
		if ok && got.String() != text {
			t.Errorf("%q is printed as %q", text, got)
		}
	}
}

// TestFloor: no policy goes below the minimum, and the error names it.
func TestFloor(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		policy directory.Retention
		fields []string
	}{
		"default":     {directory.DefaultRetention(), nil},
		"more":        {directory.Retention{Keep: years(10), States: map[directory.KeptState]directory.Period{"failed": years(6)}}, nil},
		"empty":       {directory.Retention{}, []string{"retention.keep"}},
		"a day short": {directory.Retention{Keep: directory.Period{Years: 4, Days: 364}}, []string{"retention.keep"}},
		"a state": {
			directory.Retention{Keep: years(5), States: map[directory.KeptState]directory.Period{"refused": years(1), "lost": years(9)}},
			[]string{"retention.states.lost", "retention.states.refused"},
		},
		"kinds": {directory.Retention{Keep: years(5), Kinds: map[string]directory.KindKeeping{
			"letter":   {Law: directory.LawOther, Keep: years(1)},
			"inquiry":  {Law: directory.LawOther, Keep: directory.Period{Days: 30}},
			"contract": {Keep: years(3), States: map[directory.KeptState]directory.Period{"revoked": years(4)}},
			"act":      {Law: "mine", Keep: years(9)},
		}}, []string{"retention.kinds.act.law", "retention.kinds.contract.keep", "retention.kinds.contract.states.revoked", "retention.kinds.inquiry.keep"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var fields []string
			err := tc.policy.Check()
			var all edo.Faults
			if !errors.As(err, &all) && err != nil {
				all = edo.Faults{err}
			}
			for _, f := range all {
				var e *edo.Error
				if !errors.As(f, &e) || e.Reason != directory.RetentionBelow {
					t.Fatalf("%v", f)
				}
				fields = append(fields, e.Field)
				if strings.HasSuffix(e.Field, "keep") && !strings.Contains(e.Message, "the minimum is ") {
					t.Errorf("%s does not name the minimum", e.Message)
				}
			}
			if diff := cmp.Diff(tc.fields, fields); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	if !strings.Contains(directory.Retention{}.Check().Error(), "402-FZ") {
		t.Error("the error does not say whose minimum it is")
	}
}

func TestUntil(t *testing.T) {
	t.Parallel()
	policy := directory.Retention{
		Keep: years(5), States: map[directory.KeptState]directory.Period{"signed": years(7)},
		Kinds: map[string]directory.KindKeeping{
			"contract": {Keep: years(10), States: map[directory.KeptState]directory.Period{"revoked": {Years: 6, Days: 30}}},
			"letter":   {Law: directory.LawOther, Keep: years(1)},
			"broken":   {Keep: years(1)},
			"unruly":   {Law: "mine", Keep: years(1)},
		},
	}
	at := func(s string) time.Time {
		v, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for name, tc := range map[string]struct {
		kind        string
		state       edo.State
		last, until string
	}{
		"everything":                   {"", edo.StateDelivered, "2026-03-01T00:00:00Z", "2032-01-01T00:00:00Z"},
		"a state":                      {"", edo.StateSigned, "2026-03-01T00:00:00Z", "2034-01-01T00:00:00Z"},
		"a kind before its state":      {"contract", edo.StateSigned, "2026-03-01T00:00:00Z", "2037-01-01T00:00:00Z"},
		"a state of a kind":            {"contract", edo.StateRevoked, "2026-12-31T11:59:59Z", "2033-01-31T00:00:00Z"},
		"the year is over in the east": {"", edo.StateSent, "2026-12-31T12:00:00Z", "2033-01-01T00:00:00Z"},
		"another rule":                 {"letter", edo.StateSent, "2026-03-01T00:00:00Z", "2028-01-01T00:00:00Z"},
		"never below":                  {"broken", edo.StateSent, "2026-03-01T00:00:00Z", "2032-01-01T00:00:00Z"},
		"an unknown rule":              {"unruly", edo.StateSent, "2026-03-01T00:00:00Z", "2032-01-01T00:00:00Z"},
	} {
		if got := policy.Until(tc.kind, directory.KeptStateOf(tc.state), at(tc.last)); !got.Equal(at(tc.until)) {
			t.Errorf("%s: %s, want %s", name, got, tc.until)
		}
	}
}
