package gateway

import (
	"time"

	"github.com/edokit/edokit/edo"
)

// Limits spare the operators. They hold for one process: where several share a store, each has its share.
type Limits struct {
	Rate       float64       // calls per second of one subscriber, in the long run; 0: no limit
	Burst      int           // calls that may go at once before Rate counts; 0: those of two seconds, at least 10
	Concurrent int           // jobs of one subscriber that work with its operator at once; 0: as many as there are workers
	Failures   int           // jobs in a row that cannot reach an operator's endpoint before it is left alone; 0: 5, negative: it never is
	Pause      time.Duration // for how long it is left alone; then one job tries; 5 s
}

func (l Limits) withDefaults() Limits {
	if l.Burst <= 0 {
		l.Burst = max(10, int(2*l.Rate))
	}
	if l.Failures == 0 {
		l.Failures = 5
	}
	if l.Pause <= 0 {
		l.Pause = 5 * time.Second
	}
	return l
}

// horizon is how far away a job is put at most that may not run now.
const horizon = 5 * time.Minute

// postponed says that a job may not run now. It is no error of the job: the claim was no try.
type postponed struct {
	why  *edo.Error
	wait time.Duration
}

func (p *postponed) Error() string { return p.why.Error() }

func (p *postponed) Unwrap() error { return p.why }

func rateLimited(why string, wait time.Duration) *postponed {
	return &postponed{&edo.Error{Kind: edo.Unavailable, Reason: edo.RateLimited, Op: "gateway.Run", Message: why, RetryAfter: wait}, wait}
}

func operatorPaused(wait time.Duration) *postponed {
	return &postponed{&edo.Error{
		Kind: edo.Unavailable, Reason: edo.OperatorPaused, Op: "gateway.Run",
		Message: "the operator could not be reached several times in a row and is left alone for a while", RetryAfter: wait,
	}, wait}
}

// queue gives those that have to come again places one after another, so that they do not all come at once.
type queue struct{ next time.Time }

// place is when the next in line may come: not before at, and a step after the one before.
func (q *queue) place(now, at time.Time, step time.Duration) time.Time {
	if q.next.After(at) {
		at = q.next
	}
	if latest := now.Add(horizon); at.After(latest) {
		at = latest
	}
	q.next = at.Add(step)
	return at
}
