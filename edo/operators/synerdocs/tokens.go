package synerdocs

import (
	"context"
	"errors"
	"sync"

	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/internal/soap"
)

// tokens holds the one session token. However many calls need a new one at the same time, one of them logs in and the
// others take its result, a refusal too: a wrong password tried many times may lock the account.
type tokens struct {
	login  login
	client *soap.Client

	mu      sync.Mutex
	current edo.Secret
	stamp   int // grows with every login; 0: never logged in
	flight  *flight
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
		if f.err == nil {
			t.stamp++
			t.current, f.stamp = f.token, t.stamp
		}
		f.left = f.err != nil && ctx.Err() != nil
		t.flight = nil
		close(f.done)
	}()
	f.token, f.err = t.login.obtain(ctx, t.client)
}

func (t *tokens) forget() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.current = edo.Secret{}
}
