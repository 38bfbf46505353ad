package synerdocs

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/edokit/edokit/edo"
)

func ours(document edo.DocumentID) string {
	return mark{Package: "package-1", Document: document, Origin: originOf("sub-1")}.String()
}

func TestFindAnswers(t *testing.T) {
	t.Parallel()
	asOf := time.Date(2026, 11, 17, 9, 45, 0, 0, time.UTC)
	both := func(message string) []string {
		return []string{entryXML(ours("letter"), "r1-"+message, message, ""), entryXML(ours("contract"), "r2-"+message, message, "<a:FlowType>SentSigned</a:FlowType>")}
	}
	later := func(items []string) []string {
		var all []string
		for _, i := range items {
			all = append(all, strings.Replace(i, "09:31:04", "10:31:04", 1))
		}
		return all
	}
	noise := []string{
		entryXML("", "n1", "m7", ""), entryXML("package-1", "n2", "m7", ""),
		entryXML(mark{"package-10", "letter", originOf("sub-1")}.String(), "n3", "m7", ""),
		entryXML(mark{"package-1", "letter", originOf("sub-2")}.String(), "n4", "m7", ""),
		entryXML(ours("letter"), "n5", "m8", "<a:MessageFrom>evil@example</a:MessageFrom>"),
		entryXML("<a:Deep/>", "n6", "m8", ""),
	}[:5]
	noise = append([]string{`<a:DocumentEntryItem><a:CustomField i:nil="true"/><a:Id>x</a:Id><a:SentDate>0001-01-01T00:00:00</a:SentDate></a:DocumentEntryItem>`}, noise...)
	forward := entryXML(ours("letter"), "r1-m1", "m9", "<a:FlowType>SentForward</a:FlowType>")
	for name, tc := range map[string]struct {
		items []string
		total int // 0: as many as items
		want  edo.MessageID
		kind  edo.Kind
	}{
		"nothing":            {},
		"strangers":          {items: noise},
		"found":              {items: append(noise, both("m1")...), want: "m1"},
		"with a forward":     {items: append(both("m1"), forward), want: "m1"},
		"twice":              {items: append(later(both("m1")), both("m2")...), want: "m2"},
		"whole and a part":   {items: append(both("m2"), both("m1")[0]), want: "m2"},
		"a part":             {items: both("m1")[:1], kind: edo.InDoubt},
		"in two messages":    {items: []string{both("m1")[0], both("m2")[1]}, kind: edo.InDoubt},
		"a forward alone":    {items: []string{forward}, kind: edo.InDoubt},
		"fewer than counted": {items: both("m1"), total: 3, kind: edo.Unavailable},
		"too many":           {items: both("m1"), total: defaultEntries + 1, kind: edo.Unavailable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := newScript(t)
			total := tc.total
			if total == 0 {
				total = len(tc.items)
			}
			server.say(entriesOp, entriesXML(total, tc.items...), entriesXML(total))
			var log bytes.Buffer
			s := openAccount(t, Config{Log: slog.New(slog.NewTextHandler(&log, nil))}, server.account())
			got, err := s.Find(t.Context(), query())
			switch {
			case tc.kind != 0:
				if edo.KindOf(err) != tc.kind || got.Sent != nil {
					t.Errorf("got %v, %v", got, err)
				}
			case err != nil || !got.AsOf.Equal(asOf) || (got.Sent == nil) != (tc.want == ""):
				t.Errorf("got %v, %v", got, err)
			case got.Sent != nil:
				want := edo.Sent{
					Message: tc.want, OperatorTime: time.Date(2026, 11, 17, 9, 31, 4, 0, time.UTC),
					Documents: map[edo.DocumentID]edo.RemoteID{"letter": "r1-" + edo.RemoteID(tc.want), "contract": "r2-" + edo.RemoteID(tc.want)},
				}
				if diff := cmp.Diff(want, *got.Sent); diff != "" {
					t.Errorf("-want +got\n%s", diff)
				}
			}
			if strings.Contains(log.String(), "more than once") != (name == "twice") {
				t.Errorf("log: %s", log.String())
			}
		})
	}
}

// TestFindUnreadable: whatever is wrong with an answer, it is never "not found".
func TestFindUnreadable(t *testing.T) {
	t.Parallel()
	good := entriesXML(0)
	undated := good
	undated.noDate = true
	item := entryXML(ours("letter"), "r", "m", "")
	for name, a := range map[string]answer{
		"nil result":   ok(entriesOp, "<GetDocumentEntriesResult i:nil='true'/>"),
		"no result":    ok(entriesOp, ""),
		"no total":     ok(entriesOp, "<GetDocumentEntriesResult><a:Items/></GetDocumentEntriesResult>"),
		"wrong total":  ok(entriesOp, "<GetDocumentEntriesResult><a:Total>many</a:Total></GetDocumentEntriesResult>"),
		"negative":     ok(entriesOp, "<GetDocumentEntriesResult><a:Total>-1</a:Total></GetDocumentEntriesResult>"),
		"total twice":  ok(entriesOp, "<GetDocumentEntriesResult><a:Total>0</a:Total><a:Total>0</a:Total></GetDocumentEntriesResult>"),
		"broken date":  entriesXML(1, strings.Replace(item, "2026-11-17T09:31:04", "soon", 1)),
		"foreign item": entriesXML(1, strings.ReplaceAll(item, "a:DocumentEntryItem", "DocumentEntryItem")),
		"no Date":      undated,
		"fault":        refusal("UnexpectedError"),
		"not found":    refusal("NoDataFound"),
		"web page":     {body: "<html></html>"},
		"half":         {body: good.body[:len(good.body)-20]},
		"status 503":   {status: 503, body: good.body},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := newScript(t)
			server.say(entriesOp, a)
			if got, err := server.open().Find(t.Context(), query()); err == nil || got.Sent != nil || !got.AsOf.IsZero() {
				t.Errorf("got %v, %v", got, err)
			}
		})
	}
}

// TestFindForward: a forward of a single document looks whole, yet it is another message.
func TestFindForward(t *testing.T) {
	t.Parallel()
	server := newScript(t)
	server.say(entriesOp, entriesXML(2, entryXML(ours("letter"), "r1", "m2", ""), entryXML(ours("letter"), "r1", "m1", "<a:FlowType>SentForward</a:FlowType>")))
	q := query()
	q.Documents = q.Documents[:1]
	got, err := server.open().Find(t.Context(), q)
	if err != nil || got.Sent == nil || got.Sent.Message != "m2" {
		t.Errorf("got %v, %v", got.Sent, err)
	}
}

func TestFindPages(t *testing.T) {
	t.Parallel()
	many := func(from, to int) []string {
		var all []string
		for i := from; i < to; i++ {
			all = append(all, entryXML("", fmt.Sprintf("d%d", i), "m", ""))
		}
		return all
	}
	last := []string{entryXML(ours("letter"), "r1", "m1", ""), entryXML(ours("contract"), "r2", "m1", "")}
	t.Run("to the end", func(t *testing.T) {
		t.Parallel()
		server := newScript(t)
		// The service may give fewer than asked for.
		server.say(entriesOp, entriesXML(152, many(0, 100)...), entriesXML(152, many(100, 150)...), entriesXML(152, last...))
		got, err := server.open().Find(t.Context(), query())
		if err != nil || got.Sent == nil {
			t.Fatalf("got %v, %v", got, err)
		}
		bodies := server.bodies(entriesOp)
		for i, first := range []string{"0", "100", "150"} {
			if !contains(bodies[i], "<m:First>"+first+"</m:First><m:From>") {
				t.Errorf("page %d: %s", i, bodies[i])
			}
		}
	})
	t.Run("an entry is added meanwhile", func(t *testing.T) {
		t.Parallel()
		server := newScript(t)
		server.say(entriesOp, entriesXML(102, many(0, 100)...), entriesXML(103, last...),
			entriesXML(103, many(0, 100)...), entriesXML(103, append(many(100, 101), last...)...))
		got, err := server.open().Find(t.Context(), query())
		if n := len(server.bodies(entriesOp)); err != nil || got.Sent == nil || n != 4 {
			t.Errorf("got %v, %v after %d pages", got, err, n)
		}
	})
	t.Run("entries move between pages", func(t *testing.T) {
		t.Parallel()
		server := newScript(t)
		// One was removed and one added: the total is the same, but what stood between the pages was not seen.
		server.say(entriesOp, entriesXML(102, many(0, 100)...), entriesXML(102, many(99, 101)...), entriesXML(102, many(0, 100)...),
			entriesXML(102, many(99, 101)...), entriesXML(102, many(0, 100)...), entriesXML(102, many(99, 101)...))
		got, err := server.open().Find(t.Context(), query())
		if n := len(server.bodies(entriesOp)); edo.KindOf(err) != edo.Unavailable || got.Sent != nil || n != 2*findAttempts {
			t.Errorf("got %v, %v after %d pages", got, err, n)
		}
	})
}

func TestFindNeedsAQuery(t *testing.T) {
	t.Parallel()
	server := newScript(t)
	for _, edit := range []func(*edo.Query){
		func(q *edo.Query) { q.Package = "" }, func(q *edo.Query) { q.Documents = nil }, func(q *edo.Query) { q.Since = time.Time{} },
	} {
		q := query()
		edit(&q)
		if _, err := server.open().Find(t.Context(), q); edo.KindOf(err) != edo.Invalid {
			t.Errorf("%v: %v", q, err)
		}
	}
	if n := len(server.operations()); n != 0 {
		t.Errorf("%d requests left", n)
	}
}
