package gateway

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/sony/gobreaker/v2"
	"golang.org/x/time/rate"

	"github.com/edokit/edokit/edo"
)

// guard decides before a job begins whether it may go to its operator now, and counts every call that it then makes. It
// sees calls where every driver has to show them, at the journal: whatever a driver does, whichever of its abilities is
// used, logins too. A job that has begun is never stopped half-way: what it calls beyond its share is paid for by the
// jobs after it.
type guard struct {
	limits Limits
	now    func() time.Time

	mu    sync.Mutex
	lanes map[edo.SubscriberID]*lane
	gates map[string]*gate
}

// lane is what one subscriber may do.
type lane struct {
	calls *rate.Limiter // nil: no limit
	busy  int           // jobs at work
	took  time.Duration // how long a job takes, about
	queue queue
}

// gate is one operator's endpoint.
type gate struct {
	breaker *gobreaker.TwoStepCircuitBreaker[struct{}]
	opened  time.Time // when it was left alone last
	queue   queue
	failed  map[edo.Key]bool // packages that could not reach it since one did: each counts once
}

// maxLanes bounds the subscribers that are remembered; of those at rest nothing is lost.
const maxLanes = 10_000

func newGuard(c Config) *guard {
	return &guard{limits: c.Limits.withDefaults(), now: c.Now, lanes: map[edo.SubscriberID]*lane{}, gates: map[string]*gate{}}
}

// admit lets a job begin, or says when it may come again. leave ends the visit.
func (g *Gateway) admit(ctx context.Context, t *turn) (_ context.Context, leave func(), err error) {
	none := func() {}
	if !t.job.Kind.Calls() {
		return ctx, none, nil
	}
	if t.account == nil {
		account, err := g.Accounts.Account(ctx, t.job.Key.Subscriber)
		if err != nil {
			return ctx, none, nil //nolint:nilerr // the work itself says what is wrong with the account
		}
		t.account = &account
	}
	v, err := g.guard.enter(t.job.Key, *t.account)
	if err != nil {
		g.Trace(ctx, "job.postponed")
		return ctx, none, err
	}
	return context.WithValue(ctx, visitKey{}, v), func() { v.leave(ctx.Err() != nil) }, nil
}

func (u *guard) enter(k edo.Key, a edo.Account) (*visit, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	l, w, now := u.lane(a), u.gate(a), u.now()
	limits := u.of(a)
	if limits.Concurrent > 0 && l.busy >= limits.Concurrent {
		step := max(l.took/time.Duration(limits.Concurrent), 50*time.Millisecond)
		return nil, rateLimited("as many jobs of the subscriber as allowed are at work", l.queue.place(now, now.Add(step), step).Sub(now))
	}
	if l.calls != nil {
		if lack := 1 - l.calls.TokensAt(now); lack > 0 {
			step := time.Duration(float64(time.Second) / limits.Rate)
			at := now.Add(time.Duration(min(lack/limits.Rate, horizon.Seconds()) * float64(time.Second)))
			return nil, rateLimited("the subscriber has made as many calls as allowed", l.queue.place(now, at, step).Sub(now))
		}
	}
	v := &visit{guard: u, lane: l, gate: w, key: k, account: a, began: now}
	if w.breaker != nil {
		done, err := w.breaker.Allow()
		if err != nil {
			at := now.Add(max(limits.Pause-time.Since(w.opened), 0)) //nolint:forbidigo // the breaker's own clock
			return nil, operatorPaused(max(w.queue.place(now, at, 50*time.Millisecond).Sub(now), 50*time.Millisecond))
		}
		v.done = done
	}
	l.busy++
	return v, nil
}

// of are the limits of one account: its own where it has any.
func (u *guard) of(a edo.Account) Limits {
	l := u.limits
	if a.Policy.Rate > 0 {
		l.Rate = a.Policy.Rate
	}
	if a.Policy.Concurrent > 0 {
		l.Concurrent = a.Policy.Concurrent
	}
	return l
}

func (u *guard) lane(a edo.Account) *lane {
	l := u.lanes[a.Subscriber]
	if l == nil {
		if len(u.lanes) >= maxLanes {
			u.forget()
		}
		l = &lane{}
		u.lanes[a.Subscriber] = l
	}
	switch limits := u.of(a); {
	case limits.Rate <= 0:
		l.calls = nil
	case l.calls == nil:
		l.calls = rate.NewLimiter(rate.Limit(limits.Rate), limits.Burst)
	case l.calls.Limit() != rate.Limit(limits.Rate):
		l.calls.SetLimitAt(u.now(), rate.Limit(limits.Rate))
	}
	return l
}

func (u *guard) forget() {
	for s, l := range u.lanes {
		if l.busy == 0 && (l.calls == nil || l.calls.TokensAt(u.now()) >= float64(l.calls.Burst())) {
			delete(u.lanes, s)
		}
	}
}

// errUnreached and errUnasked tell the breaker what a visit has seen.
var (
	errUnreached = errors.New("the operator could not be reached")
	errUnasked   = errors.New("nothing was asked of the operator")
)

func (u *guard) gate(a edo.Account) *gate {
	name := a.Operator + " " + a.Endpoint
	w := u.gates[name]
	if w != nil {
		return w
	}
	w = &gate{failed: map[edo.Key]bool{}}
	u.gates[name] = w
	if u.limits.Failures > 0 {
		w.breaker = gobreaker.NewTwoStepCircuitBreaker[struct{}](gobreaker.Settings{
			Name: name, Timeout: u.limits.Pause,
			ReadyToTrip: func(c gobreaker.Counts) bool { return c.ConsecutiveFailures >= uint32(u.limits.Failures) }, //nolint:gosec // positive
			IsExcluded:  func(err error) bool { return errors.Is(err, errUnasked) },
			OnStateChange: func(_ string, _, to gobreaker.State) {
				if to == gobreaker.StateOpen {
					w.opened = time.Now() //nolint:forbidigo // the breaker's own clock
				}
			},
		})
	}
	return w
}
