package sqlite

import (
	"context"
	"database/sql"
	"sync"
	"sync/atomic"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

// maxBatch bounds the tasks of one transaction, and so what one failing commit takes down.
const maxBatch = 256

// task is one queued write.
type task struct {
	run   func(ctx context.Context, tx *session) error
	taken atomic.Bool // by the writer, or by a caller who gives up: whoever is first
	err   error
	done  chan struct{}
}

// writer is the only one in this process that writes. Tasks that wait while a commit is on its way to the disk share
// the next one.
type writer struct {
	db      *sql.DB
	queue   chan *task
	stopped chan struct{}
	commits atomic.Int64

	mu     sync.RWMutex // held for reading while a task is queued, so that nobody queues behind close
	closed bool

	session *session // nil: none yet, or the last one broke
}

func startWriter(db *sql.DB) *writer {
	w := &writer{db: db, queue: make(chan *task, maxBatch), stopped: make(chan struct{})}
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
		return &edo.Error{Kind: edo.Unavailable, Reason: directory.StoreClosed, Message: "the store is closed"}
	}
	select {
	case w.queue <- t:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
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
	w.drop()
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

// transact runs a task and all that come while it works in one transaction. An error means that nothing of the batch was
// written.
func (w *writer) transact(ctx context.Context, first *task) (batch []*task, err error) {
	batch = []*task{first}
	if w.session == nil {
		if w.session, err = newSession(ctx, w.db); err != nil {
			return batch, err
		}
	}
	err = w.begin(ctx, first)
	for t := w.next(); err == nil && t != nil; {
		batch = append(batch, t)
		err = w.isolate(ctx, t)
		if t = nil; len(batch) < maxBatch {
			t = w.next()
		}
	}
	if err == nil {
		_, err = w.session.exec(ctx, "COMMIT")
	}
	if err != nil {
		w.drop() // closing the connection rolls back
		return batch, err
	}
	w.commits.Add(1)
	return batch, nil
}

// begin opens a transaction with its first task. Until a second one comes the transaction is its savepoint: with one of
// SQLite's own every page that is changed would be copied first.
func (w *writer) begin(ctx context.Context, first *task) error {
	if _, err := w.session.exec(ctx, "BEGIN IMMEDIATE"); err != nil {
		return err
	}
	if first.err = first.run(ctx, w.session); first.err == nil {
		return nil
	}
	if broken(first.err) {
		return first.err
	}
	if _, err := w.session.exec(ctx, "ROLLBACK"); err != nil {
		return err
	}
	_, err := w.session.exec(ctx, "BEGIN IMMEDIATE")
	return err
}

// isolate runs one task so that its failure leaves the others alone. Its own error is about the whole transaction.
func (w *writer) isolate(ctx context.Context, t *task) error {
	if _, err := w.session.exec(ctx, "SAVEPOINT task"); err != nil {
		return err
	}
	if t.err = t.run(ctx, w.session); t.err != nil {
		if broken(t.err) {
			return t.err
		}
		if _, err := w.session.exec(ctx, "ROLLBACK TO task"); err != nil {
			return err
		}
	}
	_, err := w.session.exec(ctx, "RELEASE task")
	return err
}

func (w *writer) drop() {
	if w.session != nil {
		w.session.close()
		w.session = nil
	}
}
