package sqlite_test

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/edokit/edokit/conformance/storetest"
)

// sqlHistory makes a log at once: packages of ten exchanges and five documents, a hundred counterparties, twenty users,
// two subscribers, half a minute between exchanges. Packed halves are as large as in a real conversation and do not
// pack any further.
const (
	sqlHistory = `INSERT INTO exchanges (seq, id, subscriber, package, document, actor, inn, kpp, operation, endpoint, at, size, position, text, raw)
		WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < %d)
		SELECT i + 1, printf('%%026d', i), 's' || (i %% 2), 'package-' || (i / 10), CASE WHEN i %% 10 < 5 THEN 'document-' || (i / 10) || '-' || (i %% 5) ELSE '' END,
			'user-' || (i / 10 %% 20), printf('77%%08d', i / 10 %% 100), '770101001', 'SendMessage', 'https://service.example/exchange',
			strftime('%%Y-%%m-%%dT%%H:%%M:%%S.000000Z', '2026-01-01', (i * 30) || ' seconds'), 5000, i + 1, randomblob(32), randomblob(250) FROM n`
	sqlHistoryAnswers = `INSERT INTO answers (exchange, at, outcome, code, http_status, size, digest, request_digest, request_sent, note, position, text, raw)
		SELECT seq, at, CASE WHEN seq %% 50 = 0 THEN 'fault' ELSE 'ok' END, '', 200, 3000, randomblob(32), randomblob(32), 5000, '', %[1]d + seq, randomblob(32),
			randomblob(475) FROM exchanges`
)

// BenchmarkHistory asks a log of a million exchanges for one document's history, and for what else people ask.
func BenchmarkHistory(b *testing.B) {
	rows := storetest.HistoryRows()
	path := filepath.Join(b.TempDir(), "edo.db")
	s := open(b, config(path))
	began := time.Now()
	if err := past(b, path, fmt.Sprintf(sqlHistory, rows), fmt.Sprintf(sqlHistoryAnswers, rows)); err != nil {
		b.Fatal(err)
	}
	b.Logf("%d rows in %v", rows, time.Since(began).Round(time.Second))
	storetest.Histories(b, s, rows)
}
