package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/edokit/edokit/edo"
)

const (
	fresh   = time.Second      // how long an answer is given again: whoever asks often must not write often
	looking = 5 * time.Second  // how long one look at everything may take
	silence = 45 * time.Second // without a sign of life of any worker; a lease of 30 s is renewed every 10
)

// condition is one thing that must hold.
type condition struct {
	Name string `json:"name"`
	OK   bool   `json:"ok"`
	Why  string `json:"why,omitempty"` // reason or kind of the error, never its text
}

// health answers monitors. Its looks at store and archive are real writes, made by one at a time and not more than once
// a second, however many ask.
type health struct {
	now     func() time.Time
	workers func() time.Duration // since the last sign of life
	patient time.Duration        // how long that may be
	looks   []look

	mu      sync.Mutex
	at      time.Time // of the result
	result  []condition
	running chan struct{} // closed when the look under way has ended; nil: none is
}

type look struct {
	name string
	at   func(ctx context.Context) error
}

// newHealth watches store, archive and logins of p, and the workers.
func newHealth(p *parts, workers func() time.Duration, lease time.Duration) *health {
	return &health{
		now: time.Now, workers: workers, patient: max(silence, 2*lease),
		looks: []look{{"store", p.Store.Writable}, {"archive", p.Archive.Probe}, {"session", p.oneSession}},
	}
}

var errNobody = errors.New("no subscriber that is enabled can open a session")

// oneSession opens a session of any subscriber. It calls no operator.
func (p *parts) oneSession(ctx context.Context) error {
	all, err := p.Store.Subscribers(ctx)
	if err != nil {
		return err
	}
	for _, s := range all {
		driver := p.driver(s.Operator)
		if !s.Enabled || driver == nil {
			continue
		}
		account, err := p.Vault.Account(ctx, s.ID)
		if err != nil {
			continue
		}
		if session, err := driver.Open(ctx, account); err == nil {
			return session.Close()
		}
	}
	return &edo.Error{Kind: edo.NotReady, Reason: "no-session", Err: errNobody}
}

// work reports whether the workers show signs of life.
func (h *health) work() condition {
	if h.workers() > h.patient {
		return condition{Name: "workers", Why: "silent"}
	}
	return condition{Name: "workers", OK: true}
}

// ready gives every condition.
func (h *health) ready(ctx context.Context) []condition {
	h.mu.Lock()
	if h.running == nil && h.now().Sub(h.at) >= fresh {
		h.running = make(chan struct{})
		go h.look(context.WithoutCancel(ctx), h.running)
	}
	running, result := h.running, h.result
	h.mu.Unlock()
	if running != nil {
		over := time.NewTimer(looking)
		defer over.Stop()
		select {
		case <-running:
			h.mu.Lock()
			result = h.result
			h.mu.Unlock()
		case <-over.C:
			return []condition{{Name: "checks", Why: "timeout"}, h.work()}
		case <-ctx.Done():
			return []condition{{Name: "checks", Why: "canceled"}, h.work()}
		}
	}
	return append([]condition{h.work()}, result...)
}

func (h *health) look(ctx context.Context, ended chan struct{}) {
	ctx, cancel := context.WithTimeout(ctx, looking)
	defer cancel()
	var result []condition
	for _, l := range h.looks {
		c := condition{Name: l.name, OK: true}
		if err := l.at(ctx); err != nil {
			c.OK, c.Why = false, why(err)
		}
		result = append(result, c)
	}
	h.mu.Lock()
	h.result, h.at, h.running = result, h.now(), nil
	h.mu.Unlock()
	close(ended)
}

// why names an error for a machine.
func why(err error) string {
	if r := edo.ReasonOf(err); r != "" {
		return string(r)
	}
	return edo.KindOf(err).String()
}

// serving is nil while store and archive take writes and the workers live: what a host needs to hand over packages.
func (h *health) serving(ctx context.Context) error {
	for _, c := range h.ready(ctx) {
		if !c.OK && c.Name != "session" {
			return fmt.Errorf("%s: %s", c.Name, c.Why)
		}
	}
	return nil
}

// settle waits for the look under way, which uses the store that is about to be closed.
func (h *health) settle() {
	h.mu.Lock()
	running := h.running
	h.mu.Unlock()
	if running == nil {
		return
	}
	over := time.NewTimer(fresh)
	defer over.Stop()
	select {
	case <-running:
	case <-over.C:
	}
}
