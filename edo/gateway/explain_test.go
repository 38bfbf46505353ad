package gateway_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/edotest"
)

func explained(b *bundle) {
	byHand(b)
	b.cfg.Records = directory.Records{Book: b.store}
	b.account.Journal = b.store
}

func (b *bundle) explain(t *testing.T, id edo.PackageID) edo.Explanation {
	t.Helper()
	x, err := b.gw.Explain(t.Context(), key(id))
	if err != nil {
		t.Fatal(err)
	}
	if x.Next.RU == "" || x.Next.EN == "" || x.Next.RU == x.Next.EN {
		t.Errorf("what happens next to %s: %+v", id, x.Next)
	}
	return x
}

// TestExplainPackages: for every way to hang, the page says why, what comes next, and what a person can do.
func TestExplainPackages(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		change   func(*bundle)
		until    func(edo.Operation) bool
		reason   edo.Reason
		person   bool
		remedies []edo.Remedy
		next     string
	}{
		"waiting for the operator": {
			func(b *bundle) {
				b.op.Down = func(string) error {
					return &edo.Error{Kind: edo.Unavailable, Reason: edo.OperatorUnavailable, RetryAfter: time.Hour}
				}
			}, state(edo.StateWaiting), edo.OperatorUnavailable, false, []edo.Remedy{edo.RemedyRetry, edo.RemedyCancel}, "tried again by itself",
		},
		"waiting for an administrator": {
			func(b *bundle) {
				b.op.Down = func(string) error { return &edo.Error{Kind: edo.Denied, Reason: edo.LoginRefused} }
				b.cfg.Backoff.Longest = time.Hour
			}, state(edo.StateWaiting), edo.LoginRefused, true, []edo.Remedy{edo.RemedyMend, edo.RemedyRetry, edo.RemedyCancel}, "a person has mended",
		},
		"in doubt": {
			both(steps(&edo.Error{Kind: edo.InDoubt, Reason: edo.AnswerLost}, false), visible(time.Hour, 1<<30)),
			func(op edo.Operation) bool { return !op.DoubtSince.IsZero() }, edo.AnswerLost, false,
			[]edo.Remedy{edo.RemedyRetry, edo.RemedyDecide},
			"asked again",
		},
		"a person decides": {
			both(steps(&edo.Error{Kind: edo.InDoubt}, false), cannotBeAsked), reason(edo.DecisionNeeded), edo.DecisionNeeded, true,
			[]edo.Remedy{edo.RemedyDecide, edo.RemedyRetry},
			"a person decides",
		},
		"refused": {
			steps(&edo.Error{Kind: edo.Refused, Reason: edo.OperatorRefused}, true), state(edo.StateFailed), edo.OperatorRefused, false, []edo.Remedy{edo.RemedyRetry}, "surely not accepted",
		},
		"several boxes": {
			boxes(edo.Address{Box: "a", Active: true}, edo.Address{Box: "b", Active: true}), state(edo.StateFailed), edo.CounterpartyMany, false, []edo.Remedy{edo.RemedyChoose}, "choose a box",
		},
		"done": {func(b *bundle) { b.op.Fate = func(edo.Ref) edo.State { return edo.StateSigned } }, state(edo.StateSigned), "", false, nil, "nothing"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, both(forms, explained, tc.change))
			b.run(t)
			if _, err := b.gw.Send(t.Context(), pack("p1", "one")); err != nil {
				t.Fatal(err)
			}
			op := b.until(t, "p1", tc.until)
			var x edo.Explanation
			eventually(t, func() bool { // the job is given back in the same commit; a worker may have it in hand again
				x = b.explain(t, "p1")
				return x.Reason == tc.reason && strings.Contains(x.Next.EN, tc.next)
			})
			if x.Operation == nil || x.State != op.State.Sentence() || x.Person != tc.person || !slices.Equal(x.Remedies, tc.remedies) {
				t.Errorf("%s, %v, %v", x.State.EN, x.Person, x.Remedies)
			}
			if len(x.Attempts) == 0 || len(x.Calls) == 0 && b.op.Sends() > 0 { // looking up a counterparty belongs to no package
				t.Errorf("%d attempts, %d calls", len(x.Attempts), len(x.Calls))
			}
			if (x.Asked != nil) != (op.State == edo.StateInDoubt) {
				t.Errorf("asked: %+v", x.Asked)
			}
			if name == "in doubt" && (!x.Asked.CanBe || x.Asked.Visibility != time.Hour || x.Asked.Missing.IsZero() || !x.Asked.From.Before(op.CreatedAt)) {
				t.Errorf("asked: %+v", x.Asked)
			}
		})
	}
}

// TestExplainLease: while a worker has a package in hand the page names it.
func TestExplainLease(t *testing.T) {
	t.Parallel()
	release, at := make(chan struct{}), make(chan struct{})
	b := setup(t, both(forms, explained, func(b *bundle) {
		b.op.Steps = append(b.op.Steps, edotestHang(func(context.Context) { close(at); <-release }, nil))
	}))
	b.run(t)
	defer close(release)
	if _, err := b.gw.Send(t.Context(), pack("p1", "one")); err != nil {
		t.Fatal(err)
	}
	<-at
	b.until(t, "p1", state(edo.StateSending))
	x := b.explain(t, "p1")
	if len(x.Jobs) != 1 || x.Jobs[0].State != edo.JobHeld || x.Jobs[0].Owner != t.Name() || !strings.Contains(x.Next.EN, "right now") {
		t.Errorf("%+v, %s", x.Jobs, x.Next.EN)
	}
	if len(x.Remedies) != 0 {
		t.Errorf("nothing can be done now, but %v", x.Remedies)
	}
}

// TestExplainOthers: what came in, counterparties and the box have their page as well; what is not there has none.
func TestExplainOthers(t *testing.T) {
	t.Parallel()
	b := setup(t, both(receives, both(reaches, explained)))
	for _, nothing := range []edo.PackageID{"nothing", "counterparty:x", "counterparty:1:2:3"} {
		if _, err := b.gw.Explain(t.Context(), key(nothing)); !errors.Is(err, edo.NotFound) {
			t.Errorf("%s: %v", nothing, err)
		}
	}
	if x := b.explain(t, ""); x.Box == nil || !strings.Contains(x.State.EN, "not read") {
		t.Errorf("box: %+v", x.State)
	}
	b.op.Plant(edotest.Letter("in-1", sender, "жалоба"))
	b.ensure(t, introduction())
	if x := b.explain(t, clientKey.ID()); x.Counterparty == nil || len(x.Jobs) != 1 || x.NextAt.IsZero() {
		t.Errorf("counterparty: %+v", x)
	}
	b.run(t)
	b.receive(t)
	d := b.came(t, "in-1-doc", stored)
	for _, id := range []edo.PackageID{edo.PackageID(d.Message), edo.PackageID(d.Key.Remote)} {
		x := b.explain(t, id)
		if x.Message == nil || x.Key.Package != edo.PackageID(d.Message) || len(x.Documents) != 1 || len(x.Attempts) == 0 || !strings.Contains(x.Next.EN, "nothing") {
			t.Errorf("%s: %+v", id, x)
		}
	}
	if x := b.explain(t, ""); !strings.Contains(x.State.EN, "being read") || len(x.Jobs) == 0 {
		t.Errorf("box: %s, %d jobs", x.State.EN, len(x.Jobs))
	}
}

// TestExplainStuckBox: a box that cannot be read says why, and that a person is needed.
func TestExplainStuckBox(t *testing.T) {
	t.Parallel()
	b := setup(t, both(receives, both(explained, func(b *bundle) { b.cfg.Routing = &people{} })))
	b.run(t)
	b.receive(t)
	eventually(t, func() bool {
		x, err := b.gw.Explain(t.Context(), key(""))
		return err == nil && x.Person && x.Reason == edo.AdministratorMissing && strings.Contains(x.State.EN, "cannot be read") && slices.Equal(x.Remedies, []edo.Remedy{edo.RemedyMend})
	})
}
