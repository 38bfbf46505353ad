package sqlite_test

import (
	"database/sql"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/edokit/edokit/conformance/storetest"
	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/directory/sqlite"
)

func same(t *testing.T, what string, want, got any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func verify(t *testing.T, s directory.Ledger, c directory.LogCheck) directory.LogReport {
	t.Helper()
	report, err := directory.VerifyLog(t.Context(), s, c)
	must(t, err)
	return report
}

// past writes past the store, as somebody with the file could.
func past(t testing.TB, path string, statements ...string) error {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	for _, s := range statements {
		if _, err := db.ExecContext(t.Context(), s); err != nil {
			return err
		}
	}
	return nil
}

func TestLogIsAppendOnly(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "edo.db")
	s := open(t, config(path))
	storetest.Talk(t, s, 2, "ours")
	for _, statement := range []string{
		"UPDATE exchanges SET actor = 'me' WHERE seq = 1",
		"DELETE FROM exchanges WHERE seq = 2",
		"UPDATE answers SET outcome = 'ok'",
		"DELETE FROM answers",
		"UPDATE links SET digest = x'00' WHERE position = 1",
		"DELETE FROM links WHERE position = 4",
		"PRAGMA recursive_triggers = 1; REPLACE INTO answers SELECT * FROM answers WHERE exchange = 1",
	} {
		if err := past(t, path, statement); err == nil || !strings.Contains(err.Error(), "append-only") {
			t.Errorf("%s: %v", statement, err)
		}
	}
	same(t, "report", directory.LogReport{Subscribers: 1, Links: 4}, verify(t, s, directory.LogCheck{}))
}

const noTriggers = `DROP TRIGGER exchanges_stay; DROP TRIGGER exchanges_last; DROP TRIGGER answers_stay; DROP TRIGGER answers_last;
	DROP TRIGGER links_stay; DROP TRIGGER links_last`

// TestTampering: whatever somebody with the file changes, the report says which row it was and what is wrong with it.
func TestTampering(t *testing.T) {
	t.Parallel()
	type finding struct {
		Position int64
		Break    directory.Break
	}
	const changed, missing, moved, extra = directory.BreakChanged, directory.BreakMissing, directory.BreakMoved, directory.BreakExtra
	tests := map[string]struct {
		statement string
		want      []finding
	}{
		"nothing": {"SELECT 1", nil},
		// Both halves of the second exchange: places 3 and 4.
		"another time":         {"UPDATE exchanges SET at = '2026-11-21T12:00:02.000000Z' WHERE seq = 2", []finding{{3, changed}}},
		"a time that is none":  {"UPDATE exchanges SET at = 'soon' WHERE seq = 2; DELETE FROM answers WHERE exchange = 4", []finding{{3, changed}, {4, changed}, {8, missing}}},
		"request's XML":        {"UPDATE exchanges SET raw = (SELECT raw FROM answers WHERE exchange = 1) WHERE seq = 2", []finding{{3, changed}}},
		"XML that is damaged":  {"UPDATE answers SET raw = x'01ff00' WHERE exchange = 2", []finding{{4, changed}}},
		"XML and its digest":   {"UPDATE answers SET (raw, text) = (SELECT raw, text FROM exchanges WHERE seq = 1) WHERE exchange = 2", []finding{{4, changed}}},
		"request is gone":      {"DELETE FROM exchanges WHERE seq = 2", []finding{{3, missing}, {4, missing}, {4, extra}}},
		"answer is gone":       {"DELETE FROM answers WHERE exchange = 2", []finding{{4, missing}}},
		"link is gone":         {"DELETE FROM links WHERE position = 3", []finding{{3, missing}, {3, extra}}},
		"link is another":      {"UPDATE links SET digest = zeroblob(32) WHERE position = 3", []finding{{3, changed}, {4, changed}}},
		"first link is gone":   {"DELETE FROM links WHERE position = 1", []finding{{1, missing}, {1, extra}}},
		"rows change places":   {"UPDATE exchanges SET position = 8 - position WHERE seq IN (2, 3)", []finding{{3, moved}, {5, moved}, {5, extra}, {3, extra}}},
		"links change places":  {"UPDATE links SET position = -position WHERE position IN (3, 5); UPDATE links SET position = 8 + position WHERE position < 0", []finding{{3, moved}, {4, changed}, {5, moved}, {6, changed}, {3, extra}, {5, extra}}},
		"contents change rows": {"UPDATE exchanges SET id = 'x' WHERE seq = 2; UPDATE exchanges SET (id, package, at) = (SELECT 'y', package, at FROM exchanges WHERE seq = 2) WHERE seq = 3; UPDATE exchanges SET package = 'p2' WHERE seq = 2", []finding{{3, changed}, {4, changed}, {5, changed}, {6, changed}}},
		"another subscriber":   {"UPDATE exchanges SET subscriber = 'mine' WHERE seq = 2", []finding{{3, moved}, {4, moved}, {3, extra}, {4, extra}}},
		"a row too many": {
			"INSERT INTO exchanges SELECT 99, 'new', subscriber, package, document, actor, inn, kpp, operation, endpoint, at, size, 99, text, raw FROM exchanges WHERE seq = 2",
			[]finding{{99, extra}},
		},
		"an answer too many": {
			"INSERT INTO answers SELECT 5, at, outcome, code, http_status, size, digest, request_digest, request_sent, note, 99, text, raw FROM answers WHERE exchange = 1",
			[]finding{{99, extra}},
		},
		"the end is cut off": {
			"DELETE FROM links WHERE position > 4; DELETE FROM answers WHERE exchange > 2; DELETE FROM exchanges WHERE seq > 2",
			[]finding{{9, directory.BreakCut}},
		},
		"everything is gone": {"DELETE FROM links; DELETE FROM answers; DELETE FROM exchanges", []finding{{9, directory.BreakCut}}},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "edo.db")
			cfg := config(path)
			s, err := sqlite.OpenAndMigrate(t.Context(), cfg)
			if err != nil {
				t.Fatal(err)
			}
			storetest.Talk(t, s, 5, "ours") // places 1 to 9
			end, err := s.LinkAt(t.Context(), "ours", 9)
			if err != nil {
				t.Fatal(err)
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			if err := past(t, path, "PRAGMA foreign_keys = 0; "+noTriggers, tc.statement); err != nil {
				t.Fatal(err)
			}
			report := verify(t, open(t, cfg), directory.LogCheck{
				Checkpoints: []directory.Checkpoint{{Subscriber: end.Subscriber, Position: end.Position, Digest: end.Digest, At: noon}},
			})
			var got []finding
			for _, f := range report.Faults {
				got = append(got, finding{f.Position, f.Break})
				if f.Detail == "" {
					t.Errorf("%+v says nothing", f)
				}
			}
			same(t, "findings", tc.want, got)
		})
	}
}

// TestRewrittenChain: a chain that was made anew over a changed row is whole in itself; only the checkpoint tells.
func TestRewrittenChain(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	first := open(t, config(filepath.Join(folder, "a", "edo.db")))
	storetest.Talk(t, first, 3, "ours")
	seen, err := first.LinkAt(t.Context(), "ours", 6)
	if err != nil {
		t.Fatal(err)
	}
	other := config(filepath.Join(folder, "b", "edo.db"))
	second := open(t, other)
	storetest.Talk(t, second, 1, "theirs")
	storetest.Talk(t, second, 3, "ours") // with other ids
	report := verify(t, second, directory.LogCheck{Checkpoints: []directory.Checkpoint{{Subscriber: "ours", Position: 6, Digest: seen.Digest, At: noon}}})
	if len(report.Faults) != 1 || report.Faults[0].Break != directory.BreakRewritten || report.Faults[0].Exchange == "" {
		t.Errorf("%+v", report)
	}
}

// TestUnreadableRows: a row that holds what was never written is listed as such, and ends neither the list nor the walk
// over what the log refers to.
func TestUnreadableRows(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "edo.db")
	s := open(t, config(path))
	storetest.Talk(t, s, 5, "ours")
	must(t, past(t, path, noTriggers, "UPDATE exchanges SET at = 'soon' WHERE seq = 2", "UPDATE answers SET digest = x'00' WHERE exchange = 3",
		"UPDATE answers SET raw = x'01ff00' WHERE exchange = 4"))
	if _, err := s.Exchanges(t.Context(), directory.ExchangeFilter{}); err == nil {
		t.Error("a list that says nothing of damage is whole")
	}
	rows, err := s.Rows(t.Context(), directory.ExchangeFilter{})
	must(t, err)
	var bad []int64
	for _, e := range rows {
		if e.Unreadable != "" {
			bad = append(bad, e.Seq)
		}
		if e.ID == "" || e.Operation == "" {
			t.Errorf("%+v", e)
		}
	}
	same(t, "unreadable", []int64{3, 2}, bad)
	same(t, "rows", 5, len(rows))
	same(t, "cannot be unpacked, or has no time", []string{"2", "4"}, unread(t, s))
}

// unread are the rows of the log whose contents are not known, by their numbers.
func unread(t *testing.T, s *sqlite.Store) (rows []string) {
	t.Helper()
	contents := 0
	must(t, s.References(t.Context(), func(r directory.Reference) error {
		if r.Unreadable != "" {
			rows = append(rows, strings.Fields(r.Where)[0])
		} else {
			contents++
		}
		return nil
	}))
	if contents == 0 {
		t.Error("of the others nothing is told")
	}
	return rows
}
