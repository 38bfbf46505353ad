package postgres

import (
	"context"
	"time"

	"github.com/edokit/edokit/edo"
)

// Counted from the packages themselves, so that it cannot differ from them. Answers are not packages.
const sqlUsage = `SELECT coalesce(nullif(payer, ''), subscriber), count(*),
	sum((SELECT count(*) FROM documents WHERE operation = operations.seq))::bigint, count(*) FILTER (WHERE (address->>'Roaming')::boolean)
	FROM operations WHERE sent_at IS NOT NULL AND coalesce(operator_time, sent_at) >= $1 AND coalesce(operator_time, sent_at) < $2
	AND answer = '' GROUP BY 1 ORDER BY 1`

// Usage counts for every payer the packages that the operator accepted from a moment until, exclusively, another, by
// the operator's time. A zero end means no bound.
func (s *Store) Usage(ctx context.Context, from, to time.Time) ([]edo.Usage, error) {
	if to.IsZero() {
		to = time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)
	}
	if from.IsZero() {
		from = time.Unix(0, 0)
	}
	all, err := list(ctx, s.reader, func(from scanner) (edo.Usage, error) {
		var u edo.Usage
		err := from.Scan(&u.Payer, &u.Packages, &u.Documents, &u.Roaming)
		return u, err
	}, sqlUsage, at(&from), at(&to))
	return all, classify("postgres.Usage", err)
}
