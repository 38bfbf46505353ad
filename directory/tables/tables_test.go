package tables_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/directory/tables"
	"github.com/edokit/edokit/edo"
)

var noon = time.Date(2026, 11, 21, 15, 0, 0, 123456789, time.FixedZone("", 3*3600))

func row() directory.Exchange {
	return directory.Exchange{
		Seq: 7, ID: "x", Subscriber: "ours", Operation: "SendMessage", StartedAt: noon, Outcome: edo.OutcomeOK, HTTPStatus: 200,
		Note: "=cmd|'/c calc'!A0; \"quoted\",\r\nmore", AnswerDigest: edo.Digest{0xAB}, RequestHead: "head", Request: edo.Masked{Text: []byte("<xml/>")},
	}
}

// TestCSV: another reader of CSV gets every cell back, and no cell is a formula.
func TestCSV(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]tables.Options{"English": {}, "for Excel": {Russian: true, Separator: ';', BOM: true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			s := tables.CSV(&out, tables.Messages(), o)
			for range 2 {
				if err := s.Write(row()); err != nil {
					t.Fatal(err)
				}
			}
			if err := s.Flush(); err != nil {
				t.Fatal(err)
			}
			text, bom := strings.CutPrefix(out.String(), "\uFEFF")
			if bom != o.BOM {
				t.Errorf("BOM: %v", bom)
			}
			r := csv.NewReader(strings.NewReader(text))
			if o.Separator != 0 {
				r.Comma = rune(o.Separator)
			}
			rows, err := r.ReadAll()
			if err != nil || len(rows) != 3 {
				t.Fatalf("%d rows, %v", len(rows), err)
			}
			cells := map[string]string{}
			for i, c := range tables.Messages().Columns {
				cells[c.Key] = rows[1][i]
				if want := map[bool]string{false: c.EN, true: c.RU}[o.Russian]; rows[0][i] != want {
					t.Errorf("head %q, want %q", rows[0][i], want)
				}
			}
			want := map[string]string{
				"seq": "7", "started_at": "2026-11-21T12:00:00.123Z", "ended_at": "", "http_status": "200", "request_sha256": "",
				"answer_sha256": "ab" + strings.Repeat("0", 62), "note": "'=cmd|'/c calc'!A0; \"quoted\",\nmore",
			}
			for key, value := range want {
				if cells[key] != value {
					t.Errorf("%s is %q, want %q", key, cells[key], value)
				}
			}
		})
	}
}

func TestNoCellIsAFormula(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"=1": "'=1", "+1": "'+1", "-1": "'-1", "@x": "'@x", "\tx": "'\tx", "\rx": "'\rx", "\n=1": "'\n=1", "a=1": "a=1", "": "", "«": "«", "\xff=": "\uFFFD=",
	} {
		var out bytes.Buffer
		one := tables.Book[string]{Columns: []tables.Column[string]{{Key: "a", EN: "A", Value: func(s string) any { return s }}}}
		s := tables.CSV(&out, one, tables.Options{})
		if err := errors.Join(s.Write(text), s.Flush()); err != nil || out.String() != "\"A\"\r\n\""+want+"\"\r\n" {
			t.Errorf("%q gives %q, %v", text, out.String(), err)
		}
	}
}

func TestJSONLines(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	s := tables.JSONLines(&out, tables.Messages())
	if err := errors.Join(s.Write(row()), s.Write(row()), s.Flush()); err != nil {
		t.Fatal(err)
	}
	first, rest, _ := strings.Cut(out.String(), "\n")
	var got map[string]any
	if err := json.Unmarshal([]byte(first), &got); err != nil || rest != first+"\n" || !strings.HasPrefix(first, `{"seq":7,"id":"x",`) {
		t.Fatalf("%v, %s", err, out.String())
	}
	if got["started_at"] != "2026-11-21T12:00:00.123Z" || got["ended_at"] != "" || got["note"] != row().Note || got["http_status"] != 200.0 {
		t.Errorf("%v", got)
	}
	if strings.Contains(out.String(), "xml") || strings.Contains(out.String(), "head") {
		t.Error("heads and XML leave with the facts")
	}
}

// TestBooks keeps names and heads whole: in both languages, each key once.
func TestBooks(t *testing.T) {
	t.Parallel()
	check(t, tables.Subscribers(), directory.Subscriber{ID: "ours", Login: "login"}, "Наши абоненты системы обмена документами")
	check(t, tables.Users(), directory.User{Actor: "clerk", Actions: []edo.Action{"send", "read"}, Kinds: []string{"a", "b"}}, "Пользователи систем обмена документами")
	check(t, tables.Messages(), row(), "Сообщения систем обмена документами")
}

func check[T any](t *testing.T, b tables.Book[T], one T, name string) {
	t.Helper()
	if b.RU != name || b.EN == "" {
		t.Errorf("%s, %s", b.RU, b.EN)
	}
	seen := map[string]bool{}
	for _, c := range b.Columns {
		for _, s := range []string{c.Key, c.RU, c.EN} {
			if s == "" {
				t.Errorf("%s: %+v has no name", name, c)
			}
		}
		if seen[c.Key] || c.Value(one) == nil {
			t.Errorf("%s: %s", name, c.Key)
		}
		seen[c.Key] = true
	}
}

// full is a disk without space.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space") }

func TestErrorsOfWriting(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]*tables.Sheet[directory.Exchange]{
		"CSV": tables.CSV(full{}, tables.Messages(), tables.Options{}), "JSON": tables.JSONLines(full{}, tables.Messages()),
	} {
		var got []bool
		for range 100 {
			got = append(got, s.Write(row()) != nil)
		}
		if diff := cmp.Diff(true, got[99]); diff != "" || s.Flush() == nil {
			t.Errorf("%s: an error of the file is lost", name)
		}
	}
}
