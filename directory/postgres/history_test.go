package postgres_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/edokit/edokit/conformance/storetest"
)

// sqlHistory makes the log of storetest.Histories at once. Packed halves are as large as in a real conversation and do
// not pack any further.
const (
	sqlHistory = `INSERT INTO exchanges (id, subscriber, package, document, actor, inn, kpp, operation, endpoint, at, size, position, text, raw)
		SELECT lpad(i::text, 26, '0'), 's' || i %% 2, 'package-' || i / 10, CASE WHEN i %% 10 < 5 THEN 'document-' || i / 10 || '-' || i %% 5 ELSE '' END,
			'user-' || i / 10 %% 20, '77' || lpad((i / 10 %% 100)::text, 8, '0'), '770101001', 'SendMessage', 'https://service.example/exchange',
			timestamptz '2026-01-01 00:00:00Z' + i * interval '30 seconds', 5000, i + 1, sha256(i::text::bytea), %s
		FROM generate_series(0, %d - 1) i`
	sqlHistoryAnswers = `INSERT INTO answers (exchange, at, outcome, code, http_status, size, digest, request_digest, request_sent, note, position, text, raw)
		SELECT seq, at, CASE WHEN seq %% 50 = 0 THEN 'fault' ELSE 'ok' END, '', 200, 3000, text, text, 5000, '', %[2]d + seq, text, %[1]s
		FROM (SELECT seq, at, text, seq::text AS i FROM exchanges) e`
)

// noise is so many times 32 bytes that do not pack.
func noise(n int) string {
	sum := "sha256((i::text || 'a')::bytea)"
	for k := 1; k < n; k++ {
		sum += fmt.Sprintf(" || sha256((i::text || '%d')::bytea)", k)
	}
	return sum
}

// BenchmarkHistory asks a log of a million exchanges for one document's history, and for what else people ask.
func BenchmarkHistory(b *testing.B) {
	rows, dsn := storetest.HistoryRows(), server.Fresh(b)
	s := open(b, dsn)
	began := time.Now()
	must(b, past(b, dsn, fmt.Sprintf(sqlHistory, noise(8), rows), fmt.Sprintf(sqlHistoryAnswers, noise(15), rows), "VACUUM ANALYZE exchanges", "VACUUM ANALYZE answers"))
	b.Logf("%d rows in %v", rows, time.Since(began).Round(time.Second))
	storetest.Histories(b, s, rows)
}
