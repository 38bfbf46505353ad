package gateway

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/edokit/edokit/edo"
)

// silentJournal takes every row.
type silentJournal struct{}

func (silentJournal) Begin(context.Context, edo.ExchangeRequest) (edo.Exchange, error) {
	return silentExchange{}, nil
}

type silentExchange struct{ edo.Exchange }

func (silentExchange) Finish(context.Context, edo.ExchangeAnswer) error { return nil }

func guarding(l Limits) *guard { return newGuard(Config{Limits: l, Now: time.Now}) }

func client(id string) edo.Account {
	return edo.Account{Subscriber: edo.SubscriberID(id), Operator: "op", Endpoint: "https://op.example", Journal: silentJournal{}}
}

func (u *guard) visitOf(t *testing.T, a edo.Account, id string) *visit {
	t.Helper()
	v, err := u.enter(edo.Key{Subscriber: a.Subscriber, Package: edo.PackageID(id)}, a)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// call makes one exchange of a visit.
func (v *visit) call(t *testing.T, a edo.ExchangeAnswer) {
	t.Helper()
	j := v.guard.watched(v.account).Journal
	x, err := j.Begin(context.WithValue(t.Context(), visitKey{}, v), edo.ExchangeRequest{})
	if err == nil {
		err = x.Finish(t.Context(), a)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// held is how long the next job is put off, and why; zero: it may run.
func (u *guard) held(t *testing.T, a edo.Account) (edo.Reason, time.Duration) {
	t.Helper()
	v, err := u.enter(edo.Key{Subscriber: a.Subscriber, Package: "next"}, a)
	if err == nil {
		v.leave(true)
		return "", 0
	}
	p, ok := errors.AsType[*postponed](err)
	if !ok || !errors.Is(err, edo.Unavailable) {
		t.Fatalf("%v", err)
	}
	return edo.ReasonOf(err), p.wait
}

var answered = edo.ExchangeAnswer{Outcome: edo.OutcomeOK, HTTPStatus: 200}

// TestRate: calls beyond the share are never stopped; the jobs after them wait until they are paid for.
func TestRate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		u, a := guarding(Limits{Rate: 10, Burst: 2}), client("one")
		v := u.visitOf(t, a, "p")
		for range 5 {
			v.call(t, answered)
		}
		v.leave(false)
		reason, wait := u.held(t, a)
		if reason != edo.RateLimited || wait < 399*time.Millisecond || wait > 401*time.Millisecond {
			t.Errorf("%s, %s", reason, wait)
		}
		if _, later := u.held(t, a); later < wait+99*time.Millisecond {
			t.Errorf("the second in line comes after %s, the first after %s", later, wait)
		}
		if reason, _ := u.held(t, client("another")); reason != "" {
			t.Errorf("another subscriber: %s", reason)
		}
		time.Sleep(wait + time.Millisecond)
		if reason, wait := u.held(t, a); reason != "" {
			t.Errorf("paid for: %s, %s", reason, wait)
		}
		own := client("own")
		own.Policy.Rate = 1000
		u.visitOf(t, own, "p").call(t, answered)
		if reason, _ := u.held(t, own); reason != "" {
			t.Errorf("its own rate: %s", reason)
		}
	})
}

// TestConcurrency: jobs of one subscriber side by side are bounded, and the next may run when one has ended.
func TestConcurrency(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		u, a := guarding(Limits{Concurrent: 2}), client("one")
		first := u.visitOf(t, a, "p1")
		u.visitOf(t, a, "p2")
		if reason, wait := u.held(t, a); reason != edo.RateLimited || wait <= 0 || wait > time.Second {
			t.Errorf("a third: %s, %s", reason, wait)
		}
		u.visitOf(t, client("another"), "p3")
		first.leave(false)
		if reason, _ := u.held(t, a); reason != "" {
			t.Errorf("after the first: %s", reason)
		}
	})
}

// TestBreaker: an operator that cannot be reached is left alone for a while, then one job tries.
func TestBreaker(t *testing.T) {
	t.Parallel()
	down := edo.ExchangeAnswer{Outcome: edo.OutcomeUnavailable}
	for name, tc := range map[string]struct {
		answer edo.ExchangeAnswer
		opens  bool
	}{
		"no connection":      {down, true},
		"nothing came back":  {edo.ExchangeAnswer{Outcome: edo.OutcomeSilent}, true},
		"overloaded":         {edo.ExchangeAnswer{Outcome: edo.OutcomeUnreadable, HTTPStatus: 503}, true},
		"too many requests":  {edo.ExchangeAnswer{Outcome: edo.OutcomeFault, HTTPStatus: 429}, true},
		"a fault":            {edo.ExchangeAnswer{Outcome: edo.OutcomeFault, HTTPStatus: 500, Code: "Unauthorized"}, false},
		"cannot be read":     {edo.ExchangeAnswer{Outcome: edo.OutcomeUnreadable, HTTPStatus: 200}, false},
		"refuses the login":  {edo.ExchangeAnswer{Outcome: edo.OutcomeFault, HTTPStatus: 200}, false},
		"internal and blank": {edo.ExchangeAnswer{Outcome: edo.OutcomeUnreadable, HTTPStatus: 500}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				u, a := guarding(Limits{Failures: 3, Pause: 10 * time.Second}), client("one")
				for i := range 3 {
					v := u.visitOf(t, a, fmt.Sprint("p", i))
					v.call(t, answered) // what was reached before says nothing: the last word counts
					v.call(t, tc.answer)
					v.leave(false)
				}
				reason, wait := u.held(t, client("another of the same operator"))
				if (reason == edo.OperatorPaused) != tc.opens || wait > 10*time.Second+time.Millisecond {
					t.Fatalf("%s, %s", reason, wait)
				}
				elsewhere := client("one")
				elsewhere.Endpoint = "https://test.op.example"
				if reason, _ := u.held(t, elsewhere); reason != "" {
					t.Errorf("another endpoint: %s", reason)
				}
				if !tc.opens {
					return
				}
				time.Sleep(wait + time.Millisecond)
				trial := u.visitOf(t, a, "trial")
				if reason, _ := u.held(t, a); reason != edo.OperatorPaused {
					t.Errorf("beside the one that tries: %q", reason)
				}
				trial.call(t, down)
				trial.leave(false)
				if reason, _ := u.held(t, a); reason != edo.OperatorPaused {
					t.Errorf("still down: %q", reason)
				}
				time.Sleep(11 * time.Second)
				trial = u.visitOf(t, a, "trial")
				trial.call(t, answered)
				trial.leave(false)
				u.visitOf(t, a, "p").leave(false)
				if reason, _ := u.held(t, a); reason != "" {
					t.Errorf("reached again: %q", reason)
				}
			})
		})
	}
}

// TestBreakerIsNoVerdictOnAPackage: neither one package that fails for ever, nor jobs that ask nothing, nor our own end
// close the way for others.
func TestBreakerIsNoVerdictOnAPackage(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		u, a := guarding(Limits{Failures: 3}), client("one")
		for i := range 50 {
			v := u.visitOf(t, a, "poison")
			v.call(t, edo.ExchangeAnswer{Outcome: edo.OutcomeSilent})
			v.leave(false)
			u.visitOf(t, a, fmt.Sprint("idle", i)).leave(false)
			cut := u.visitOf(t, a, fmt.Sprint("cut", i))
			cut.call(t, edo.ExchangeAnswer{Outcome: edo.OutcomeUnavailable})
			cut.leave(true)
		}
		if reason, _ := u.held(t, a); reason != "" {
			t.Errorf("%s", reason)
		}
		off := guarding(Limits{Failures: -1})
		for i := range 50 {
			v := off.visitOf(t, a, fmt.Sprint(i))
			v.call(t, edo.ExchangeAnswer{Outcome: edo.OutcomeUnavailable})
			v.leave(false)
		}
	})
}

// TestLanesAreBounded: of subscribers at rest nothing is kept beyond the bound, and those at work are never forgotten.
func TestLanesAreBounded(t *testing.T) {
	t.Parallel()
	u := guarding(Limits{Concurrent: 1})
	busy := u.visitOf(t, client("busy"), "p")
	for i := range maxLanes + 100 {
		u.visitOf(t, client(fmt.Sprint(i)), "p").leave(true)
	}
	if len(u.lanes) > maxLanes {
		t.Errorf("%d lanes", len(u.lanes))
	}
	if reason, _ := u.held(t, client("busy")); reason != edo.RateLimited {
		t.Errorf("%q", reason)
	}
	busy.leave(true)
}
