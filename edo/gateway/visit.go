package gateway

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/sony/gobreaker/v2"

	"github.com/edokit/edokit/edo"
)

// visit is one job at its operator.
type visit struct {
	guard   *guard
	lane    *lane
	gate    *gate
	key     edo.Key
	account edo.Account // as it was read when the visit began
	began   time.Time
	done    func(error) // tells the breaker; nil: there is none

	mu      sync.Mutex
	asked   bool // an exchange has ended
	reached bool // by the last one
}

type visitKey struct{}

// account is that of the job at work, which was opened when its visit began, or opened now.
func (g *Gateway) account(ctx context.Context, s edo.SubscriberID) (edo.Account, error) {
	if v, ok := ctx.Value(visitKey{}).(*visit); ok && v.key.Subscriber == s {
		return v.account, nil
	}
	return g.Accounts.Account(ctx, s)
}

// leave gives the place back. A visit that was cut off by our own side says nothing about the operator.
func (v *visit) leave(cut bool) {
	v.mu.Lock()
	asked, reached := v.asked && !cut, v.reached
	v.mu.Unlock()
	u := v.guard
	u.mu.Lock()
	defer u.mu.Unlock()
	v.lane.busy--
	v.lane.took = (3*v.lane.took + max(u.now().Sub(v.began), 0)) / 4
	if v.done == nil {
		return
	}
	switch {
	case !asked:
		v.done(errUnasked)
	case reached:
		clear(v.gate.failed)
		v.done(nil)
	case v.gate.failed[v.key] && v.gate.breaker.State() == gobreaker.StateClosed:
		v.done(errUnasked) // what ails one package says nothing about the others
	default:
		v.gate.failed[v.key] = true
		v.done(errUnreached)
	}
}

// watched shows the guard every exchange of an account.
func (u *guard) watched(a edo.Account) edo.Account {
	if a.Journal != nil {
		a.Journal = watchedJournal{a.Journal, u, a}
	}
	return a
}

type watchedJournal struct {
	edo.Journal
	guard   *guard
	account edo.Account
}

// Begin counts the call against the subscriber's rate. It never refuses one.
func (j watchedJournal) Begin(ctx context.Context, r edo.ExchangeRequest) (edo.Exchange, error) {
	j.guard.mu.Lock()
	if l := j.guard.lane(j.account); l.calls != nil {
		l.calls.ReserveN(j.guard.now(), 1)
	}
	j.guard.mu.Unlock()
	x, err := j.Journal.Begin(ctx, r)
	if v, ok := ctx.Value(visitKey{}).(*visit); ok && err == nil {
		return watchedExchange{x, v}, nil
	}
	return x, err
}

type watchedExchange struct {
	edo.Exchange
	visit *visit
}

func (x watchedExchange) Finish(ctx context.Context, a edo.ExchangeAnswer) error {
	x.visit.mu.Lock()
	x.visit.asked, x.visit.reached = true, reached(a)
	x.visit.mu.Unlock()
	return x.Exchange.Finish(ctx, a)
}

// reached reports whether somebody answered who can answer. That nothing came back, or that a server in between says that
// it is overloaded or has nobody behind it, is what makes an operator unreachable; a fault is an answer.
func reached(a edo.ExchangeAnswer) bool {
	switch a.HTTPStatus {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return false
	}
	return a.Outcome != edo.OutcomeUnavailable && a.Outcome != edo.OutcomeSilent
}
