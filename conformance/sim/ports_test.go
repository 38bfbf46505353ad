package sim_test

import (
	"bytes"
	"context"
	"io"
	"sync"
	"time"

	"github.com/edokit/edokit/directory/sqlite"
	"github.com/edokit/edokit/edo"
)

// errDead is what a dead process would never hear.
func errDead() error { return &edo.Error{Kind: edo.Internal, Message: "the process is dead"} }

func (p *process) alive() error {
	if p.dead.Load() {
		return errDead()
	}
	return nil
}

// ports is the store as one process sees it: every write is a gate, and nothing is written after its death.
type ports struct {
	*sqlite.Store
	p *process
}

// write stands before and after: a process may die or stand still at both.
func (s *ports) write(ctx context.Context, what string, do func() error) error {
	t := threadOf(ctx)
	t.gate("before " + what)
	if err := s.p.alive(); err != nil {
		return err
	}
	err := do()
	t.gate("after " + what)
	if dead := s.p.alive(); dead != nil {
		return dead
	}
	return err
}

// Claim is where a worker rests.
func (s *ports) Claim(ctx context.Context, owner string, now, until time.Time) (edo.Job, bool, error) {
	t := threadOf(ctx)
	t.gate(idle)
	if err := s.p.alive(); err != nil {
		return edo.Job{}, false, err
	}
	long := until.Sub(now)
	now = s.p.w.now() // it may have rested long
	return s.Store.Claim(ctx, owner, now, now.Add(long))
}

// Renew waits as long as its process stands still.
func (s *ports) Renew(ctx context.Context, j edo.Job, until time.Time) error {
	if t := threadOf(ctx); t != nil {
		if c := t.frozen.Load(); c != nil {
			<-*c
			until = s.p.w.now().Add(lease)
		}
	}
	if err := s.p.alive(); err != nil {
		return err
	}
	return s.Store.Renew(ctx, j, until)
}

// Accept is a gate.
func (s *ports) Accept(ctx context.Context, op edo.Operation, jobs []edo.Job, events []edo.Event) (stored edo.Operation, created bool, err error) {
	err = s.write(ctx, "accept", func() error {
		s.p.w.told = true
		stored, created, err = s.Store.Accept(ctx, op, jobs, events)
		return err
	})
	return stored, created, err
}

// Settle is a gate.
func (s *ports) Settle(ctx context.Context, j edo.Job, c edo.Change) error {
	w := s.p.w
	return s.write(ctx, "settle "+string(j.Kind)+" "+c.Result, func() error {
		w.told, w.moved = w.told || len(c.Events) > 0, w.moved || c.Cursor != nil
		return s.Store.Settle(ctx, j, c)
	})
}

// Update is a gate.
func (s *ports) Update(ctx context.Context, d edo.InboundDocument, revision int64, events []edo.Event, jobs []edo.Job) error {
	return s.write(ctx, "update", func() error {
		s.p.w.told = true
		return s.Store.Update(ctx, d, revision, events, jobs)
	})
}

// Start is a gate.
func (s *ports) Start(ctx context.Context, j edo.Job) error {
	return s.write(ctx, "start", func() error { return s.Store.Start(ctx, j) })
}

// Ensure is a gate.
func (s *ports) Ensure(ctx context.Context, c edo.CounterpartyStatus, j edo.Job) (stored edo.CounterpartyStatus, created bool, err error) {
	err = s.write(ctx, "ensure", func() error {
		stored, created, err = s.Store.Ensure(ctx, c, j)
		return err
	})
	return stored, created, err
}

// Revise is a gate.
func (s *ports) Revise(ctx context.Context, c edo.CounterpartyStatus, revision int64, jobs []edo.Job) error {
	return s.write(ctx, "revise", func() error { return s.Store.Revise(ctx, c, revision, jobs) })
}

// Acknowledge is a gate.
func (s *ports) Acknowledge(ctx context.Context, sub edo.SubscriberID, consumer string, seq int64) error {
	return s.write(ctx, "acknowledge", func() error { return s.Store.Acknowledge(ctx, sub, consumer, seq) })
}

// memory is an archive that lies in memory.
type memory struct {
	mu    sync.Mutex
	bytes map[edo.Digest][]byte
}

func newMemory() *memory { return &memory{bytes: map[edo.Digest][]byte{}} }

func (m *memory) has(d edo.Digest) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	_, ok := m.bytes[d]
	return ok
}

// disk is the archive as one process sees it.
type disk struct {
	*memory
	p *process
}

// Create implements edo.Archive.
func (d disk) Create(context.Context) (edo.Blob, error) { return &blob{disk: d}, d.p.alive() }

// Open implements edo.Archive.
func (d disk) Open(_ context.Context, digest edo.Digest) (edo.Content, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	b, ok := d.bytes[digest]
	if !ok {
		return edo.Content{}, &edo.Error{Kind: edo.NotFound, Message: "not in the archive"}
	}
	return edo.Content{Size: int64(len(b)), Digest: digest, In: d, Open: func(context.Context) (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(b)), nil
	}}, nil
}

type blob struct {
	bytes.Buffer
	disk disk
}

// Commit implements edo.Blob.
func (b *blob) Commit(context.Context) (edo.Digest, int64, error) {
	if err := b.disk.p.alive(); err != nil {
		return edo.Digest{}, 0, err
	}
	d, n, err := edo.DigestOf(bytes.NewReader(b.Bytes()))
	b.disk.mu.Lock()
	defer b.disk.mu.Unlock()
	b.disk.bytes[d] = bytes.Clone(b.Bytes())
	return d, n, err
}

// Abort implements edo.Blob.
func (b *blob) Abort() {}
