package sqlite_test

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

// historyRows is how many exchanges the log of the benchmark has. With -short it has a hundredth.
const historyRows = 1_000_000

// sqlHistory makes a log at once: packages of ten exchanges and five documents, a hundred counterparties, twenty users,
// two subscribers, half a minute between exchanges. Packed halves are as large as in a real conversation and do not
// pack any further.
const (
	sqlHistory = `INSERT INTO exchanges (seq, id, subscriber, package, document, actor, inn, kpp, operation, endpoint, at, size, position, text, raw)
		WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < %d)
		SELECT i + 1, printf('%%026d', i), 's' || (i %% 2), 'package-' || (i / 10), CASE WHEN i %% 10 < 5 THEN 'document-' || (i / 10) || '-' || (i %% 5) ELSE '' END,
			'user-' || (i / 10 %% 20), printf('77%%08d', i / 10 %% 100), '770101001', 'SendMessage', 'https://service.example/exchange',
			strftime('%%Y-%%m-%%dT%%H:%%M:%%S.000000000Z', '2026-01-01', (i * 30) || ' seconds'), 5000, i + 1, randomblob(32), randomblob(250) FROM n`
	sqlHistoryAnswers = `INSERT INTO answers (exchange, at, outcome, code, http_status, size, digest, request_digest, request_sent, note, position, text, raw)
		SELECT seq, at, CASE WHEN seq %% 50 = 0 THEN 'fault' ELSE 'ok' END, '', 200, 3000, randomblob(32), randomblob(32), 5000, '', %[1]d + seq, randomblob(32),
			randomblob(475) FROM exchanges`
)

// BenchmarkHistory asks a log of a million exchanges for one document's history, and for what else people ask.
func BenchmarkHistory(b *testing.B) {
	rows := historyRows
	if testing.Short() {
		rows /= 100
	}
	path := filepath.Join(b.TempDir(), "edo.db")
	s := open(b, config(b, path))
	began := time.Now()
	if err := past(b, path, fmt.Sprintf(sqlHistory, rows), fmt.Sprintf(sqlHistoryAnswers, rows)); err != nil {
		b.Fatal(err)
	}
	b.Logf("%d rows in %v", rows, time.Since(began).Round(time.Second))
	histories(b, s, rows)
}

// histories are the questions; another store that holds the same rows is asked the same.
func histories(b *testing.B, s interface {
	Exchanges(ctx context.Context, f directory.ExchangeFilter) ([]directory.Exchange, error)
}, rows int,
) {
	day := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(rows/2) * 30 * time.Second).Truncate(24 * time.Hour)
	for _, q := range []struct {
		name   string
		filter func(pack int) directory.ExchangeFilter
		want   int
	}{
		{"document of a package", func(p int) directory.ExchangeFilter {
			return directory.ExchangeFilter{Subscriber: "s0", Package: edo.PackageID(fmt.Sprintf("package-%d", p)), Document: edo.DocumentID(fmt.Sprintf("document-%d-2", p))}
		}, 3}, // two of five documents of the other subscriber, five without one, of which two
		{"document", func(p int) directory.ExchangeFilter {
			return directory.ExchangeFilter{Document: edo.DocumentID(fmt.Sprintf("document-%d-2", p))}
		}, 1},
		{"package", func(p int) directory.ExchangeFilter {
			return directory.ExchangeFilter{Subscriber: "s1", Package: edo.PackageID(fmt.Sprintf("package-%d", p))}
		}, 5},
		{"counterparty, page of 100", func(p int) directory.ExchangeFilter {
			return directory.ExchangeFilter{Subscriber: "s0", INN: fmt.Sprintf("77%08d", p%100), Before: int64(rows)}
		}, 100},
		{"user, page of 100", func(p int) directory.ExchangeFilter {
			return directory.ExchangeFilter{Subscriber: "s0", Actor: edo.ActorID(fmt.Sprintf("user-%d", p%20))}
		}, 100},
		{"faults, page of 100", func(int) directory.ExchangeFilter { return directory.ExchangeFilter{Outcome: edo.OutcomeFault} }, 100},
		{"newest of a subscriber, page of 100", func(int) directory.ExchangeFilter { return directory.ExchangeFilter{Subscriber: "s0"} }, 100},
		{"a day, page of 1000", func(int) directory.ExchangeFilter {
			return directory.ExchangeFilter{From: day, To: day.AddDate(0, 0, 1), Oldest: true, Limit: 1000}
		}, 1000},
		{"a day, its next page", func(int) directory.ExchangeFilter {
			return directory.ExchangeFilter{From: day, To: day.AddDate(0, 0, 1), Oldest: true, Limit: 1000, After: int64(day.Sub(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))/(30*time.Second)) + 1000}
		}, 1000},
	} {
		b.Run(q.name, func(b *testing.B) {
			n := 0
			for b.Loop() {
				n += 7919 // another package each time, so that nothing of it is in memory
				got, err := s.Exchanges(b.Context(), q.filter(n%(rows/10)))
				if err != nil || len(got) != q.want && rows == historyRows {
					b.Fatalf("%d rows, %v", len(got), err)
				}
			}
		})
	}
}
