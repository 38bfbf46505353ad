package sqlite

import (
	"context"

	"github.com/edokit/edokit/edo"
)

// OpenWith opens with settings that stand before ours.
func OpenWith(ctx context.Context, cfg Config, override string) (*Store, error) {
	s, err := open(ctx, cfg, override)
	return s, classify("sqlite.Open", err)
}

// Commits counts the transactions of the writer.
func (s *Store) Commits() int64 { return s.writer.commits.Load() }

// Kept counts the packages that are not read again as long as nobody commits.
func (s *Store) Kept() int {
	s.recent.mu.Lock()
	defer s.recent.mu.Unlock()
	return len(s.recent.known)
}

// Clone is what is handed out of a package that is kept.
func Clone(op edo.Operation) edo.Operation { return clone(op) }

// Exec runs statements in one transaction of the writer.
func (s *Store) Exec(ctx context.Context, statements ...string) error {
	return s.write(ctx, "sqlite.Exec", func(ctx context.Context, tx *session) error {
		for _, query := range statements {
			if _, err := tx.exec(ctx, query); err != nil {
				return err
			}
		}
		return nil
	})
}
