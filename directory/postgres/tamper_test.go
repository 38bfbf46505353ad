package postgres_test

import (
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/edokit/edokit/conformance/storetest"
	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

// past writes past the store, as somebody with a connection could.
func past(t testing.TB, dsn edo.Secret, statements ...string) error {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn.Reveal())
	must(t, err)
	defer func() { _ = conn.Close(t.Context()) }()
	for _, s := range statements {
		if _, err := conn.Exec(t.Context(), s); err != nil {
			return err
		}
	}
	return nil
}

func TestLogIsAppendOnly(t *testing.T) {
	t.Parallel()
	dsn := server.Fresh(t)
	s := open(t, dsn)
	storetest.Talk(t, s, 2, "ours")
	for _, statement := range []string{
		"UPDATE exchanges SET actor = 'me' WHERE seq = 1",
		"DELETE FROM exchanges WHERE seq = 2",
		"TRUNCATE exchanges CASCADE",
		"UPDATE answers SET outcome = 'ok'",
		"DELETE FROM answers",
		"UPDATE links SET digest = '' WHERE position = 1",
		"DELETE FROM links WHERE position = 4",
		"TRUNCATE links",
		"INSERT INTO links SELECT * FROM links WHERE position = 1 ON CONFLICT (subscriber, position) DO UPDATE SET digest = ''",
	} {
		if err := past(t, dsn, statement); err == nil || !strings.Contains(err.Error(), "append-only") {
			t.Errorf("%s: %v", statement, err)
		}
	}
	report, err := directory.VerifyLog(t.Context(), s, directory.LogCheck{})
	must(t, err)
	if report.Links != 4 || report.Broken != 0 {
		t.Errorf("%+v", report)
	}
}

// TestTampering is the short form of the one in directory/sqlite: the same function looks at the same rows.
func TestTampering(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		statement string
		want      []directory.Break
	}{
		"a fact":         {"UPDATE exchanges SET actor = 'me' WHERE seq = 2", []directory.Break{directory.BreakChanged}},
		"half of a link": {"UPDATE links SET digest = '\\x00' WHERE position = 3; DELETE FROM answers WHERE exchange = 4", []directory.Break{directory.BreakChanged, directory.BreakMissing}},
		"XML":            {"UPDATE answers SET raw = '\\x01ff00' WHERE exchange = 2", []directory.Break{directory.BreakChanged}},
		"a row is gone":  {"DELETE FROM answers WHERE exchange = 2", []directory.Break{directory.BreakMissing}},
		"a link is gone": {"DELETE FROM links WHERE position = 3", []directory.Break{directory.BreakMissing, directory.BreakExtra}},
		"places":         {"UPDATE exchanges SET position = 8 - position WHERE seq IN (2, 3)", []directory.Break{directory.BreakMoved, directory.BreakMoved, directory.BreakExtra, directory.BreakExtra}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dsn := server.Fresh(t)
			s := open(t, dsn)
			storetest.Talk(t, s, 5, "ours")
			must(t, past(t, dsn, "DROP TRIGGER exchanges_stay ON exchanges", "DROP TRIGGER answers_stay ON answers", "DROP TRIGGER links_stay ON links", tc.statement))
			report, err := directory.VerifyLog(t.Context(), s, directory.LogCheck{})
			must(t, err)
			var got []directory.Break
			for _, f := range report.Faults {
				got = append(got, f.Break)
			}
			if strings.Join(words(got), " ") != strings.Join(words(tc.want), " ") {
				t.Errorf("%v, want %v", got, tc.want)
			}
		})
	}
}

func words(all []directory.Break) (texts []string) {
	for _, b := range all {
		texts = append(texts, string(b))
	}
	return texts
}

// TestUnreadableRows is the short form of the one in directory/sqlite: times are checked by the server.
func TestUnreadableRows(t *testing.T) {
	t.Parallel()
	dsn := server.Fresh(t)
	s := open(t, dsn)
	storetest.Talk(t, s, 5, "ours")
	must(t, past(t, dsn, "DROP TRIGGER exchanges_stay ON exchanges", "DROP TRIGGER answers_stay ON answers",
		"UPDATE answers SET digest = '\\x00' WHERE exchange = 3", "UPDATE answers SET raw = '\\x01ff00' WHERE exchange = 4"))
	if _, err := s.Exchanges(t.Context(), directory.ExchangeFilter{}); err == nil {
		t.Error("a list that says nothing of damage is whole")
	}
	rows, err := s.Rows(t.Context(), directory.ExchangeFilter{})
	must(t, err)
	for _, e := range rows {
		if (e.Unreadable != "") != (e.Seq == 3) || e.ID == "" {
			t.Errorf("%+v", e)
		}
	}
	var unread []string
	must(t, s.References(t.Context(), func(r directory.Reference) error {
		if r.Unreadable != "" {
			unread = append(unread, strings.Fields(r.Where)[0])
		}
		return nil
	}))
	if len(rows) != 5 || strings.Join(unread, " ") != "4" {
		t.Errorf("%d rows, unread %v", len(rows), unread)
	}
}
