package console_test

import (
	"fmt"
	"html"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

// strong are the names that a list links to.
func strong(body, page string) (names []string) {
	for _, row := range strings.Split(body, `<a class="strong" href="`+page)[1:] {
		names = append(names, between(row, ">", "</a>"))
	}
	return names
}

// TestInbox: what came in is filtered, said in words, paged, and bound to kinds; content leaves a reading.
func TestInbox(t *testing.T) {
	t.Parallel()
	b := newRig(t)
	v := b.enter(t, clerk)
	for path, want := range map[string]string{
		"/inbox": "akt.pdf zayavka.pdf", "/inbox?show=answer": "zayavka.pdf", "/inbox?show=missed": "", "/inbox?show=all": "receipt.xml akt.pdf zayavka.pdf",
		"/inbox?q=ZAYAVKA": "zayavka.pdf", "/inbox?q=118": "zayavka.pdf", "/inbox?inn=7712345671": "akt.pdf zayavka.pdf", "/inbox?inn=1": "", "/inbox?to=2020-01-01": "",
		"/inbox?subscriber=velgom-seti&after=garbage": "akt.pdf zayavka.pdf",
	} {
		p := v.get(t, path)
		if got := strings.Join(strong(p.Body, "/inbound"), " "); p.Code != http.StatusOK || got != want {
			t.Errorf("%s: %d %q, want %q", path, p.Code, got, want)
		}
	}
	for path, code := range map[string]int{"/inbox?from=x": 400, "/inbox?subscriber=other": 403, "/inbound?s=velgom-seti&d=none": 404, "/inbound?s=other&d=r-act": 403, "/tasks?subscriber=other": 403} {
		if p := v.get(t, path); p.Code != code {
			t.Errorf("%s: %d", path, p.Code)
		}
	}
	p := v.get(t, "/inbound?s=velgom-seti&d=r-application")
	for _, want := range []string{"Ждёт нашего ответа", "истекает", "Сорокин Олег Петрович", "администратор обмена", "проверяет только оператор", "/content?s=velgom-seti&amp;p=in-1&amp;d=r-application&amp;role=original"} {
		if !strings.Contains(p.Body, want) {
			t.Errorf("the document does not show %q", want)
		}
	}
	if p := v.get(t, "/content?s=velgom-seti&p=in-1&d=r-application&role=original"); p.Code != http.StatusOK || p.Body != "%PDF-1.4 application" {
		t.Errorf("content: %d %q", p.Code, p.Body)
	}
	if rows, err := b.home.Store.Readings(t.Context(), sub, 0); err != nil || len(rows) != 1 || rows[0].Actor != clerk {
		t.Errorf("%+v, %v", rows, err)
	}
	if p := b.enter(t, watcher).get(t, "/inbound?s=velgom-seti&d=r-application"); p.Code != http.StatusOK || strings.Contains(p.Body, "/content?") {
		t.Errorf("who may not open it is offered to: %d", p.Code)
	}
	if p := v.get(t, "/tasks"); strings.Count(p.Body, "letter.pdf") != 2 || strings.Contains(p.Body, "lost.pdf") || !strings.Contains(p.Body, "не та сумма") {
		t.Errorf("tasks: %s", p.Body)
	}
	err := b.home.Store.PutUser(t.Context(), directory.User{Actor: watcher, Subscriber: sub, Actions: []edo.Action{edo.ActionRead}, Kinds: []string{"Акт"}})
	if err != nil {
		t.Fatal(err)
	}
	w := b.enter(t, watcher)
	if got := strong(w.get(t, "/inbox?show=all").Body, "/inbound"); !cmp.Equal(got, []string{"receipt.xml", "akt.pdf"}) {
		t.Errorf("of some kinds only: %q", got)
	}
	if p := w.get(t, "/inbound?s=velgom-seti&d=r-application"); p.Code != http.StatusForbidden || strings.Contains(p.Body, "zayavka") {
		t.Errorf("of another kind: %d", p.Code)
	}
}

// TestAnswersWithoutAKey: who may answer says how else a request was answered, who may sign declines; others are refused with a
// row, and every form wants its reason and its token.
func TestAnswersWithoutAKey(t *testing.T) {
	t.Parallel()
	b := newRig(t)
	key := edo.InboundKey{Subscriber: sub, Remote: "r-application"}
	task := edo.TaskKey{Key: edo.Key{Subscriber: sub, Package: doubted}, Document: "letter"}
	const answer, decline = "/answer?s=velgom-seti&d=r-application", "/decline?s=velgom-seti&p=2026-0419&d=letter"
	w := b.enter(t, watcher)
	for path, action := range map[string]edo.Action{answer: edo.ActionAnswer, decline: edo.ActionSign, "/decline?s=velgom-seti&p=none&d=letter": edo.ActionSign} {
		to, query, _ := strings.Cut(path, "?")
		form, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		form.Set("token", w.get(t, "/messages").token(t))
		form.Set("why", "так вышло")
		form.Set("way", "paper")
		for _, p := range []struct {
			code int
			rows []directory.Refusal
		}{{w.get(t, path).Code, b.refused(t)}, {w.do(t, http.MethodPost, to, form).Code, b.refused(t)}} {
			if p.code != http.StatusForbidden || len(p.rows) == 0 || p.rows[0].Action != action {
				t.Errorf("%s: %d, %+v", path, p.code, p.rows)
			}
		}
	}
	b.granted(t, watcher, edo.ActionRead, edo.ActionAnswer, edo.ActionSign)
	if p := w.get(t, "/inbound?s=velgom-seti&d=r-application"); !strings.Contains(p.Body, html.EscapeString(answer)) {
		t.Errorf("no way to the answer: %s", p.Body)
	}
	if p := w.get(t, "/tasks"); !strings.Contains(p.Body, html.EscapeString(decline)) {
		t.Errorf("no way to decline: %s", p.Body)
	}
	token := w.get(t, answer).token(t)
	send := func(to string, pairs ...string) page {
		form := url.Values{"token": {token}, "s": {string(sub)}}
		for i := 0; i+1 < len(pairs); i += 2 {
			form.Set(pairs[i], pairs[i+1])
		}
		return w.do(t, http.MethodPost, to, form)
	}
	for name, tc := range map[string]struct {
		p    page
		code int
	}{
		"no reason":            {send("/answer", "d", "r-application", "way", "paper", "why", " "), 422},
		"no way":               {send("/answer", "d", "r-application", "why", "so"), 422},
		"the operator":         {send("/answer", "d", "r-application", "way", "operator", "why", "so"), 422},
		"a receipt":            {send("/answer", "d", "r-receipt", "way", "paper", "why", "so"), 422},
		"not there":            {send("/answer", "d", "none", "way", "paper", "why", "so"), 404},
		"no token":             {send("/answer", "token", "", "d", "r-application", "way", "paper", "why", "so"), 403},
		"declined for nothing": {send("/decline", "p", string(doubted), "d", "letter", "why", ""), 422},
		"no such task":         {send("/decline", "p", string(doubted), "d", "none", "why", "so"), 404},
		"one that has ended":   {send("/decline", "p", string(doubted), "d", "conditions", "why", "so"), 422},
		"declined, no token":   {send("/decline", "token", "x", "p", string(doubted), "d", "letter", "why", "so"), 403},
	} {
		if tc.p.Code != tc.code {
			t.Errorf("%s: %d, want %d: %.300s", name, tc.p.Code, tc.code, tc.p.Body)
		}
	}
	if d, err := b.home.Store.InboundDocument(t.Context(), key); err != nil || d.Reply.Channel != "" {
		t.Errorf("a refused form was noted: %+v, %v", d.Reply, err)
	}
	if p := send("/answer", "d", "r-application", "way", "paper", "why", "просили "+hostile); p.Code != http.StatusSeeOther {
		t.Errorf("answer: %d %s", p.Code, p.Body)
	}
	if p := w.get(t, "/inbound?s=velgom-seti&d=r-application"); !strings.Contains(p.Body, "на бумаге") || !strings.Contains(p.Body, html.EscapeString("просили <script>")) || strings.Contains(p.Body, "Ждёт нашего ответа") {
		t.Errorf("afterwards: %s", p.Body)
	}
	if d, err := b.home.Store.InboundDocument(t.Context(), key); err != nil || d.Reply.Channel != edo.ChannelPaper || d.Reply.Actor != watcher {
		t.Errorf("%+v, %v", d.Reply, err)
	}
	if p := send("/decline", "p", string(doubted), "d", "letter", "why", "не моё"); p.Code != http.StatusSeeOther {
		t.Errorf("decline: %d %s", p.Code, p.Body)
	}
	if got, err := b.home.Store.Task(t.Context(), task); err != nil || got.State != edo.TaskRefused || got.Actor != watcher || got.Detail != "не моё" {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestInboxPages: no document twice or never, also where many came in one moment.
func TestInboxPages(t *testing.T) {
	t.Parallel()
	b := newRig(t)
	v := b.enter(t, clerk)
	var docs []edo.InboundDocument
	var want []string
	now := b.clock()
	for i := range 130 {
		id := fmt.Sprintf("many-%03d", i)
		docs = append(docs, edo.InboundDocument{
			Key: edo.InboundKey{Subscriber: sub, Remote: edo.RemoteID("id with a space " + id)}, Message: "in-2", Name: id, Class: edo.ClassMain, State: edo.InboundStored, ReceivedAt: now, Legitimate: true,
		})
		want = append([]string{id}, want...)
	}
	b.take(t, edo.InboundMessage{Subscriber: sub, Message: "in-2", State: edo.InboundStored, Found: "cursor"}, docs)
	var got []string
	pages := 0
	for path := "/inbox?q=many"; path != "" && pages < 20; pages++ {
		p := v.get(t, path)
		got = append(got, strong(p.Body, "/inbound")...)
		path = between(p.Body, `<a href="`, `" rel="next"`)
	}
	if diff := cmp.Diff(want, got); diff != "" || pages != 6 {
		t.Errorf("%d pages (-want +got)\n%s", pages, diff)
	}
}

// TestCounterparties: the book is searched by the store and turned page by page, in the order of names.
func TestCounterparties(t *testing.T) {
	t.Parallel()
	b := newRig(t)
	v := b.enter(t, watcher)
	var want []string
	for i := range 60 {
		name := fmt.Sprintf("ТСЖ «Дом %02d»", i)
		b.reached(t, fmt.Sprintf("78%08d", 100-i), "", name, edo.CounterpartyInvited)
		want = append(want, name)
	}
	var got []string
	pages := 0
	for path := "/counterparties?q=" + "дом"; path != "" && pages < 20; pages++ {
		p := v.get(t, path)
		got = append(got, strong(p.Body, "/counterparty")...)
		path = between(p.Body, `<a href="`, `" rel="next"`)
	}
	if diff := cmp.Diff(want, got); diff != "" || pages != 3 {
		t.Errorf("%d pages (-want +got)\n%s", pages, diff)
	}
	for path, want := range map[string]string{
		"/counterparties?q=ПОРТ": "ООО «Речной порт»", "/counterparties?inn=7712": "ООО «Речной порт»", "/counterparties?kpp=771201001": "ООО «Речной порт»",
		"/counterparties?state=choice": "ИП " + hostile, "/counterparties?q=%25": "", "/counterparties?state=nonsense&inn=7712": "ООО «Речной порт»",
	} {
		if got := strings.Join(strong(v.get(t, path).Body, "/counterparty"), " "); got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
	for path, code := range map[string]int{
		"/counterparties?q=%00": 400, "/counterparties?q=" + strings.Repeat("x", 3000): 400, "/counterparties?after=1-2": 404, "/counterparties?subscriber=other": 403,
		"/counterparty?s=velgom-seti&inn=1": 404, "/counterparty?s=other&inn=7712345671&kpp=771201001": 403,
	} {
		if p := v.get(t, path); p.Code != code {
			t.Errorf("%s: %d", path, p.Code)
		}
	}
	if p := v.get(t, "/counterparty?s=velgom-seti&inn=7712345671&kpp=771201001"); !strings.Contains(p.Body, "обмен идёт") || !strings.Contains(p.Body, "buh@port.example") || !strings.Contains(p.Body, "box-7712345671") {
		t.Errorf("one: %s", p.Body)
	}
}
