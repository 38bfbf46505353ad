package edo_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/edokit/edokit/edo"
)

func TestErrorIs(t *testing.T) {
	t.Parallel()
	cause := errors.New("cause")
	err := fmt.Errorf("outer: %w", &edo.Error{Kind: edo.Unavailable, Reason: edo.AnswerLost, Err: cause})
	for name, tc := range map[string]struct {
		err    error
		target error
		want   bool
	}{
		"kind":              {err, edo.Unavailable, true},
		"another kind":      {err, edo.InDoubt, false},
		"reason":            {err, edo.AnswerLost, true},
		"another reason":    {err, edo.FormNever, false},
		"cause":             {err, cause, true},
		"empty reason":      {&edo.Error{Kind: edo.Denied}, edo.Reason(""), false},
		"one of the faults": {edo.Faults{errors.New("a"), err}, edo.AnswerLost, true},
	} {
		if got := errors.Is(tc.err, tc.target); got != tc.want {
			t.Errorf("%s: %t", name, got)
		}
	}
	if k := edo.KindOf(errors.New("foreign")); k != edo.Internal {
		t.Errorf("a foreign error is %s", k)
	}
	if k, r := edo.KindOf(err), edo.ReasonOf(err); k != edo.Unavailable || r != edo.AnswerLost {
		t.Errorf("%s, %s", k, r)
	}
}

// TestRepeat holds the rule that decides about a second send.
func TestRepeat(t *testing.T) {
	t.Parallel()
	want := map[edo.Kind]edo.Repeat{
		edo.Internal: edo.RepeatNever, edo.Invalid: edo.RepeatAfterFix, edo.Denied: edo.RepeatAfterFix, edo.NotFound: edo.RepeatAfterFix,
		edo.Conflict: edo.RepeatNever, edo.Refused: edo.RepeatAfterFix, edo.Unavailable: edo.RepeatSafe, edo.InDoubt: edo.RepeatAskFirst,
		edo.NotReady: edo.RepeatSafe, edo.NotSupported: edo.RepeatNever, edo.Ambiguous: edo.RepeatAfterFix,
	}
	got := map[edo.Kind]edo.Repeat{}
	for k := edo.Internal; k <= edo.Ambiguous; k++ {
		got[k] = k.Repeat()
		if k.Russian() == "" || k.English() == "" || k.Error() == "" {
			t.Errorf("%d has no words", k)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if edo.Kind(200).Repeat() != edo.RepeatNever {
		t.Error("an unknown kind may be repeated")
	}
}

func TestErrorText(t *testing.T) {
	t.Parallel()
	err := &edo.Error{Kind: edo.Invalid, Op: "gateway.Send", Field: "package.to.inn", Message: "is not 10 or 12 digits", Remedy: "give the INN", Code: "X1"}
	const want = "gateway.Send: invalid: package.to.inn is not 10 or 12 digits (operator code X1); give the INN"
	if got := err.Error(); got != want {
		t.Errorf("%s", got)
	}
	if err := (edo.Faults{}).Err(); err != nil {
		t.Errorf("no faults are %v", err)
	}
}
