package operatortest_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/conformance/contract"
	"github.com/edokit/edokit/conformance/gotest"
	"github.com/edokit/edokit/conformance/operatortest"
	"github.com/edokit/edokit/conformance/subjects"
	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/edotest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const ahead = 20 * time.Minute // the operator's clock before ours

// inMemory is the operator that the tests above the contract use.
func inMemory(t conformance.T) operatortest.Stand {
	now := func() time.Time { return time.Now().Add(ahead) }
	op := &edotest.Operator{Now: now, Boxes: map[string][]edo.Address{
		"7707083893": {},
		"5029876544": {{Box: "head", INN: "5029876544", Active: true}, {Box: "north", INN: "5029876544", Active: true}},
	}}
	next := func(s edotest.Step) func() { return func() { op.Steps = append(op.Steps, s) } }
	return operatortest.Stand{
		Driver: op,
		Us: operatortest.Party{
			Account: edo.Account{Subscriber: "sub-1", Operator: "edotest", Box: "box-1", INN: "7701234560"},
			Sign: func(_ context.Context, content []byte) ([]byte, error) {
				return append([]byte("signature of "), content...), nil
			},
		},
		Nobody: "7707083893", Many: "5029876544", Now: now, Anyone: true,
		Accepted:   func() int { return len(op.Ledger()) },
		LoseAnswer: next(edotest.Step{Err: &edo.Error{Kind: edo.InDoubt, Message: "no answer"}}),
		CutRequest: next(edotest.Step{Lose: true, Err: &edo.Error{Kind: edo.Unavailable, Message: "cut"}}),
		Refuse:     next(edotest.Step{Lose: true, Err: &edo.Error{Kind: edo.Refused, Message: "no"}}),
		FormReady: func() {
			op.Form = func(edo.Ref, int) ([]byte, error) { return []byte("%PDF-1.7 form"), nil }
		},
		FormLate: func(polls int) {
			op.Form = func(_ edo.Ref, n int) ([]byte, error) {
				if n <= polls {
					return nil, &edo.Error{Kind: edo.NotReady, Message: "not yet"}
				}
				return []byte("%PDF-1.7 form"), nil
			}
		},
		Introduction: &edo.Introduction{
			Counterparty:  edo.Counterparty{INN: "7707083893", KPP: "770701001", Name: "ООО «Новый клиент»"},
			ContactPerson: "Смирнова Анна Павловна", EMails: []string{"office@client.example"}, Phone: "+7 495 000-00-00",
		},
	}
}

func same(d edo.Driver) edo.Driver { return d }

func TestSynerdocs(t *testing.T) {
	t.Parallel()
	gotest.Run(t, operatortest.Suite(operatortest.Config{Stand: subjects.Synerdocs(same)}), conformance.Options{})
}

// TestInMemory: an operator that lacks abilities and levers passes what is left; what is left out has its reason.
func TestInMemory(t *testing.T) {
	t.Parallel()
	all, err := conformance.Run(t.Context(), operatortest.Suite(operatortest.Config{Stand: inMemory}), conformance.Options{})
	if err != nil {
		t.Fatal(err)
	}
	passed := 0
	for _, r := range all {
		switch {
		case r.Verdict == conformance.Pass:
			passed++
		case r.Verdict != conformance.Skip || r.Text() == "":
			t.Errorf("%s is %s: %s", r.Case.ID, r.Verdict, r.Text())
		}
	}
	if passed < 25 {
		t.Errorf("of %d cases %d passed", len(all), passed)
	}
}

// TestClauses: what a case names is a clause of the contract, a row of the acceptance table or a name of package edo.
func TestClauses(t *testing.T) {
	t.Parallel()
	var known []string
	for _, c := range contract.Clauses() {
		known = append(known, c.ID)
	}
	for _, r := range conformance.Rows() {
		known = append(known, r.ID)
	}
	all := operatortest.Suite(operatortest.Config{}).Cases
	for _, c := range all {
		for _, id := range c.Clauses {
			if !strings.HasPrefix(id, "edo.") && !slices.Contains(known, id) {
				t.Errorf("%s: %s is neither a clause nor a row", c.ID, id)
			}
		}
	}
	t.Logf("%d cases", len(all))
}
