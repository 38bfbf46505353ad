package synerdocs

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/internal/soap"
)

// Pauses after a refused login: the first, and the longest that it grows to by doubling.
const (
	firstPause   = 30 * time.Second
	longestPause = 30 * time.Minute
)

// tokens holds the one session token. However many calls need a new one at the same time, one of them logs in and the
// others take its result. A refusal is their result for a while, too: a wrong password tried many times may lock the
// account, and mended login data come with a new session.
type tokens struct {
	login  login
	next   *edo.Succession // nil: none
	other  login           // how next logs in
	client *soap.Client
	now    func() time.Time
	log    *slog.Logger

	over bool // next has taken the place of login; of the flight under way alone

	mu      sync.Mutex
	current edo.Secret
	stamp   int // grows with every login; 0: never logged in
	flight  *flight
	refused *edo.Error // the last login, if it was refused
	until   time.Time  // it is not tried again before
	pause   time.Duration
}

// flight is a login under way.
type flight struct {
	done  chan struct{}
	token edo.Secret
	stamp int
	err   error
	left  bool // its caller gave up, which says nothing about the login
}

// get returns a token newer than the one with the given stamp, and its own stamp.
func (t *tokens) get(ctx context.Context, stale int) (edo.Secret, int, error) {
	for {
		t.mu.Lock()
		if t.stamp > stale && !t.current.IsZero() {
			defer t.mu.Unlock()
			return t.current, t.stamp, nil
		}
		f := t.flight
		if f == nil {
			if err := t.waiting(); err != nil {
				t.mu.Unlock()
				return edo.Secret{}, 0, err
			}
			f = &flight{done: make(chan struct{})}
			t.flight = f
			t.mu.Unlock()
			t.fly(ctx, f)
			return f.token, f.stamp, f.err
		}
		t.mu.Unlock()
		select {
		case <-f.done:
			if !f.left {
				return f.token, f.stamp, f.err
			}
		case <-ctx.Done():
			return edo.Secret{}, 0, &edo.Error{Kind: edo.Unavailable, Reason: edo.OperatorUnavailable, Op: Name + ".login", Err: context.Cause(ctx)}
		}
	}
}

// fly logs in for everybody who waits. The deferred half also runs when the login panics, so that nobody waits for ever.
func (t *tokens) fly(ctx context.Context, f *flight) {
	f.err = errors.New("the login did not return")
	defer func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		switch {
		case f.err == nil:
			t.stamp++
			t.current, f.stamp = f.token, t.stamp
			t.refused, t.pause = nil, 0
		case errors.Is(f.err, edo.LoginRefused):
			f.err = t.refuse(f.err)
		default:
			f.left = ctx.Err() != nil
		}
		t.flight = nil
		close(f.done)
	}()
	f.token, f.err = t.obtain(ctx)
}

// obtain logs in. After a refusal it asks once with the next credential, if there is one and this is the time for it: what
// the operator says of the present one is the answer unless it takes the next.
func (t *tokens) obtain(ctx context.Context) (edo.Secret, error) {
	if t.over {
		return t.other.obtain(ctx, t.client)
	}
	token, err := t.login.obtain(ctx, t.client)
	if t.next == nil || !errors.Is(err, edo.LoginRefused) || t.next.Try(ctx) != nil {
		return token, err
	}
	fresh, refused := t.other.obtain(ctx, t.client)
	if refused != nil {
		return edo.Secret{}, err
	}
	t.over = true
	if err := t.next.Won(context.WithoutCancel(ctx)); err != nil {
		t.log.WarnContext(ctx, "the next credential works, and could not be made the present one", "error", err)
	}
	return fresh, nil
}

// refuse remembers a refused login, and forgets the token that it could not replace. It gives the error with the pause.
func (t *tokens) refuse(err error) error {
	var e *edo.Error
	if !errors.As(err, &e) {
		return err
	}
	t.pause = min(max(2*t.pause, firstPause), longestPause)
	told := *e
	told.RetryAfter = max(t.pause, e.RetryAfter)
	t.current, t.refused, t.until = edo.Secret{}, &told, t.now().Add(told.RetryAfter)
	return &told
}

// waiting is the remembered refusal while its pause lasts. A clock that was set back does not make it longer.
func (t *tokens) waiting() error {
	if t.refused == nil {
		return nil
	}
	left := t.until.Sub(t.now())
	if left <= 0 || left > t.refused.RetryAfter {
		return nil
	}
	again := *t.refused
	again.RetryAfter = left
	return &again
}

// again lets a refused login be tried at once: something has happened that may have mended it.
func (t *tokens) again() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.refused, t.pause = nil, 0
}

func (t *tokens) forget() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.current = edo.Secret{}
}
