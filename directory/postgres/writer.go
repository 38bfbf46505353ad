package postgres

import (
	"context"
	"hash/fnv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

const (
	// shards is how many writers a store has, and how many locks all stores of one database share. Processes with
	// different numbers would not keep each other out.
	shards = 8
	// maxBatch bounds the tasks of one transaction: a savepoint that writes is a subtransaction, and with more than 64 of
	// them in one transaction every other session of the server becomes slower.
	maxBatch = 60
)

// shardOf is the writer and the lock of a subscriber. Part of the format: all processes have to agree.
func shardOf(sub edo.SubscriberID) int {
	h := fnv.New32a()
	h.Write([]byte(sub))
	return int(h.Sum32() % shards)
}

// task is one queued write.
type task struct {
	run   func(ctx context.Context, tx *session) error
	taken atomic.Bool // by the writer, or by a caller who gives up: whoever is first
	err   error
	done  chan struct{}
}

// writer runs what one process writes for the subscribers of one shard. Tasks that wait while a commit is on its way to
// the disk share the next one.
type writer struct {
	pool     *pgxpool.Pool
	store    string // names the store in table writers
	shard    int
	alarms   *river.Client[pgx.Tx]
	now      func() time.Time
	number   int64         // of the transaction that runs
	patience time.Duration // with the look-up of a lost answer
	queue    chan *task
	stopped  chan struct{}
	commits  atomic.Int64

	mu     sync.RWMutex // held for reading while a task is queued, so that nobody queues behind close
	closed bool
}

func startWriter(s *Store, shard int) *writer {
	w := &writer{
		pool: s.pool, store: s.name, shard: shard, alarms: s.alarms, now: s.now, patience: lookupFor, queue: make(chan *task, maxBatch),
		stopped: make(chan struct{}),
	}
	go w.loop()
	return w
}

// do runs the task and returns after its commit. A caller whose ctx ends before the task has begun is told so and
// nothing is written; from then on the outcome is waited for, because it must not be guessed.
func (w *writer) do(ctx context.Context, run func(ctx context.Context, tx *session) error) error {
	t := &task{run: run, done: make(chan struct{})}
	if err := w.enqueue(ctx, t); err != nil {
		return err
	}
	select {
	case <-t.done:
		return t.err
	case <-ctx.Done():
	}
	if t.taken.CompareAndSwap(false, true) {
		return ctx.Err()
	}
	<-t.done
	return t.err
}

func (w *writer) enqueue(ctx context.Context, t *task) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	w.mu.RLock()
	defer w.mu.RUnlock()
	if w.closed {
		return storeClosed()
	}
	select {
	case w.queue <- t:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func storeClosed() error {
	return &edo.Error{Kind: edo.Unavailable, Reason: directory.StoreClosed, Message: "the store is closed"}
}

// close lets everything that is queued be written first.
func (w *writer) close() {
	w.mu.Lock()
	if !w.closed {
		w.closed = true
		close(w.queue)
	}
	w.mu.Unlock()
	<-w.stopped
}

func (w *writer) loop() {
	defer close(w.stopped)
	ctx := context.Background() // a batch belongs to many callers: no single one may cancel it
	for first := range w.queue {
		if first.taken.CompareAndSwap(false, true) {
			w.serve(ctx, first)
		}
	}
}

// next takes a task that waits already, without waiting for one.
func (w *writer) next() *task {
	for {
		select {
		case t := <-w.queue:
			if t == nil || t.taken.CompareAndSwap(false, true) {
				return t // nil: closed
			}
		default:
			return nil
		}
	}
}

func (w *writer) serve(ctx context.Context, first *task) {
	batch, err := w.transact(ctx, first)
	for _, t := range batch {
		if err != nil {
			t.err = err
		}
		close(t.done)
	}
}
