package gateway

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/edokit/edokit/edo"
)

// places are as many as jobs may be at work in this process, whoever brings them.
type places struct {
	taken chan struct{}

	mu    sync.RWMutex // held for reading by whoever has reserved a place, so that the work does not end under them
	start func(*turn)  // begins the work in a place that is taken; nil: nobody works
}

func newPlaces(n int) *places { return &places{taken: make(chan struct{}, n)} }

// take waits for a place; false when ctx has ended.
func (p *places) take(ctx context.Context) bool {
	if ctx.Err() != nil {
		return false
	}
	select {
	case p.taken <- struct{}{}:
		return true
	case <-ctx.Done():
		return false
	}
}

func (p *places) free() { <-p.taken }

// open lets packages be worked on as soon as they are accepted, until close is called, which waits for them.
func (p *places) open(do func(*turn)) (closed func()) {
	var working sync.WaitGroup
	p.set(func(t *turn) {
		working.Go(func() {
			defer p.free()
			do(t)
		})
	})
	return func() {
		p.set(nil)
		working.Wait()
	}
}

func (p *places) set(start func(*turn)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.start = start
}

// reserve takes a place if one is free at once. Whoever has it calls leave with what is to be worked on, or with nil.
func (p *places) reserve() (leave func(*turn), ok bool) {
	p.mu.RLock()
	if p.start != nil {
		select {
		case p.taken <- struct{}{}:
			return p.leave, true
		default:
		}
	}
	p.mu.RUnlock()
	return nil, false
}

func (p *places) leave(t *turn) {
	defer p.mu.RUnlock()
	if t == nil {
		p.free()
		return
	}
	p.start(t)
}

// lately is an account that was read not long ago: an administrator who changes it must not find it used later.
func (g *Gateway) lately(a edo.Account, asked time.Time) *edo.Account {
	if g.Now().Sub(asked) > time.Second {
		return nil
	}
	return &a
}

// begin stores a new operation with its send job. If a place is free here, the job is ours from the start and goes to work
// at once, with the account if it is given: its claim is written with it, and no alarm has to ring.
func (g *Gateway) begin(ctx context.Context, op edo.Operation, account *edo.Account, accepted func()) (stored edo.Operation, created bool, err error) {
	jobs := []edo.Job{{Key: op.Key, Kind: edo.JobSend, Due: op.CreatedAt}}
	leave, direct := g.places.reserve()
	if direct {
		jobs[0].Owner, jobs[0].Until = g.Owner, kept(g.Now().Add(g.Lease))
	}
	var t *turn
	defer func() {
		if direct {
			leave(t)
		}
	}()
	stored, created, err = g.Outbox.Accept(ctx, op, jobs, []edo.Event{statusEvent(op, op.CreatedAt)})
	if err != nil || !created {
		return stored, false, err
	}
	accepted()
	if !direct {
		g.Queue.Ring()
		return stored, true, nil
	}
	own := stored // the caller may do with its copy what it likes
	own.Documents = slices.Clone(own.Documents)
	t = newTurn(jobs[0], g.Now)
	t.accepted, t.account = &own, account
	return stored, true, nil
}
