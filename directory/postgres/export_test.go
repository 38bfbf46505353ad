package postgres

import (
	"context"
	"time"

	"github.com/edokit/edokit/edo"
)

// Tx is the transaction of a writer.
type Tx = session

// Exec runs a statement.
func (s *session) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	return s.exec(ctx, query, args...)
}

// Write runs a task of the writer of a subscriber.
func (s *Store) Write(ctx context.Context, sub edo.SubscriberID, run func(ctx context.Context, tx *Tx) error) error {
	return s.write(ctx, "test", sub, run)
}

// Queued is how many tasks wait for the writer of a subscriber.
func (s *Store) Queued(sub edo.SubscriberID) int { return len(s.writers[shardOf(sub)].queue) }

// Commits counts the transactions of all writers.
func (s *Store) Commits() (n int64) {
	for _, w := range s.writers {
		n += w.commits.Load()
	}
	return n
}

// Hurry shortens the look-up of a lost answer.
func (s *Store) Hurry(d time.Duration) {
	for _, w := range s.writers {
		w.patience = d
	}
}

// SQLRefusal writes a row that stands for any.
const SQLRefusal = sqlRefusalInsert

// ShardOf is the shard of a subscriber.
func ShardOf(sub edo.SubscriberID) int { return shardOf(sub) }

// Drop makes the next writes use new connections.
func (s *Store) Drop() { s.pool.Reset() }

// Sweep sweeps once.
func (s *Store) Sweep(ctx context.Context) (int, error) { return s.sweep(ctx) }
