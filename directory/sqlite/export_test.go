package sqlite

import "context"

// OpenWith opens with settings that stand before ours.
func OpenWith(ctx context.Context, cfg Config, override string) (*Store, error) {
	s, err := open(ctx, cfg, override)
	return s, classify("sqlite.Open", err)
}

// Commits counts the transactions of the writer.
func (s *Store) Commits() int64 { return s.writer.commits.Load() }
