package gateway

import (
	"context"

	"github.com/edokit/edokit/edo"
)

// openSession is a session that is kept. It is closed when it is the least recently used of too many, or when the
// account has changed, but never while somebody uses it.
type openSession struct {
	subscriber edo.SubscriberID
	revision   string
	session    edo.Session
	users      int
	used       int64 // when it was lent last, counted in loans
	retired    bool  // replaced: the last user closes it
}

// loans are the sessions that one step of work uses. They are given back together when the step ends.
type loans struct{ taken map[*openSession]bool }

type loansKey struct{}

// lend lets everything under the returned context use sessions until done is called.
func (g *Gateway) lend(ctx context.Context) (_ context.Context, done func()) {
	l := &loans{taken: map[*openSession]bool{}}
	return context.WithValue(ctx, loansKey{}, l), func() { g.giveBack(l) }
}

// session opens, or finds open, the subscriber's session. Changed credentials or settings replace it. A job may have read
// its account before they changed, so a session is opened only with what holds now: two that take turns in replacing
// each other would try an old password again and again.
func (g *Gateway) session(ctx context.Context, s edo.SubscriberID) (edo.Session, edo.Account, error) {
	account, err := g.account(ctx, s)
	if err != nil {
		return nil, account, err
	}
	if have := g.opened(ctx, s, account.Revision); have != nil {
		return have, account, nil
	}
	if account, err = g.Accounts.Account(ctx, s); err != nil {
		return nil, account, err
	}
	driver, ok := g.drivers[account.Operator]
	if !ok {
		return nil, account, &edo.Error{Kind: edo.NotSupported, Field: "subscriber.operator", Message: "no driver " + account.Operator, Remedy: "add the driver to the composition"}
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	have := g.sessions[s]
	if have != nil && have.revision != account.Revision {
		g.retire(have)
		have = nil
	}
	if have == nil {
		opened, err := driver.Open(ctx, g.guard.watched(account))
		if err != nil {
			return nil, account, err
		}
		have = &openSession{subscriber: s, revision: account.Revision, session: opened}
		g.sessions[s] = have
	}
	g.borrow(ctx, have)
	g.closeIdle()
	return have.session, account, nil
}

// opened is the session that is open with this revision of the account, nil if there is none.
func (g *Gateway) opened(ctx context.Context, s edo.SubscriberID, revision string) edo.Session {
	g.mu.Lock()
	defer g.mu.Unlock()
	have := g.sessions[s]
	if have == nil || have.revision != revision {
		return nil
	}
	g.borrow(ctx, have)
	return have.session
}

// borrow notes who uses a session. Work outside of any loan would use it without being seen, so it counts for ever.
func (g *Gateway) borrow(ctx context.Context, s *openSession) {
	g.lent++
	s.used = g.lent
	l, ok := ctx.Value(loansKey{}).(*loans)
	if ok && l.taken[s] {
		return
	}
	s.users++
	if ok {
		l.taken[s] = true
	}
}

func (g *Gateway) giveBack(l *loans) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for s := range l.taken {
		if s.users--; s.users == 0 && s.retired {
			_ = s.session.Close()
		}
	}
	g.closeIdle()
}

// retire takes a session out of use. Whoever uses it may finish.
func (g *Gateway) retire(s *openSession) {
	delete(g.sessions, s.subscriber)
	s.retired = true
	if s.users == 0 {
		_ = s.session.Close()
	}
}

// closeIdle keeps the number of open sessions within its bound, as far as they are idle.
func (g *Gateway) closeIdle() {
	for len(g.sessions) > g.Sessions {
		var oldest *openSession
		for _, s := range g.sessions {
			if s.users == 0 && (oldest == nil || s.used < oldest.used) {
				oldest = s
			}
		}
		if oldest == nil {
			return
		}
		g.retire(oldest)
	}
}

// closeSessions closes what is idle; what is in use is closed by its last user.
func (g *Gateway) closeSessions() {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, s := range g.sessions {
		g.retire(s)
	}
}
