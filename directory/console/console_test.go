package console_test

import (
	"context"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/edokit/edokit/conformance/canary"
	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/directory/console"
	"github.com/edokit/edokit/edo"
)

// addresses are all pages about the packages of the rig.
func (b *rig) addresses() []string {
	return []string{
		"/messages", "/queue", of("/package", sent), of("/package", doubted), of("/package", failed), of("/xml", sent), of("/xml", doubted),
		of("/exchange", doubted, "id", string(b.raw)), of("/act", doubted, "do", "decide"), of("/act", doubted, "do", "retry"), of("/act", failed, "do", "retry"),
		of("/preview", sent, "d", "letter", "role", "operator-form"),
		"/inbox", "/inbox?show=answer", "/inbound?s=velgom-seti&d=r-application", "/tasks", "/counterparties", "/counterparty?s=velgom-seti&inn=7712345671&kpp=771201001",
		"/subscribers", "/subscriber?s=velgom-seti", "/answer?s=velgom-seti&d=r-application", "/decline?s=velgom-seti&p=2026-0419&d=letter",
	}
}

// closed are the pages for administrators.
func (b *rig) closed() []string {
	return []string{
		"/subscriber/change?s=velgom-seti&do=settings", "/subscriber/change?s=velgom-seti&do=login", "/users?subscriber=velgom-seti", "/user?s=velgom-seti",
		"/user?s=velgom-seti&actor=sorokin", "/deputy?s=velgom-seti", "/deputy?s=velgom-seti&actor=postoronny&principal=sorokin", "/doctor",
	}
}

// TestPages: every page comes in both languages, with the headers that keep it to itself, and shows what others wrote as text.
func TestPages(t *testing.T) {
	t.Parallel()
	b := newRig(t)
	b.hostileBooks(t)
	v, a := b.enter(t, clerk), b.enter(t, admin)
	for i, path := range append(b.addresses(), b.closed()...) {
		v := v
		if i >= len(b.addresses()) {
			v = a
		}
		for _, lang := range []string{"ru", "en"} {
			p := v.get(t, path+map[bool]string{true: "&", false: "?"}[strings.Contains(path, "?")]+"lang="+lang)
			if p.Code != http.StatusOK || !strings.Contains(p.Body, `<html lang="`+lang+`">`) {
				t.Errorf("%s in %s: %d %.200s", path, lang, p.Code, p.Body)
			}
			if lang == "en" && strings.ContainsAny(onlyOurs(p.Body), "ёъыэ") {
				t.Errorf("%s in English says %.200q", path, onlyOurs(p.Body))
			}
			for _, wrong := range []string{"<script", "<no value>", "%!", "style=", "onclick", "ZgotmplZ"} {
				if strings.Contains(p.Body, wrong) {
					t.Errorf("%s holds %q", path, wrong)
				}
			}
			want := map[string]string{
				"Content-Security-Policy": "default-src 'none'; style-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
				"X-Frame-Options":         "DENY", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store",
			}
			got := map[string]string{}
			for name := range want {
				got[name] = p.Head.Get(name)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s (-want +got)\n%s", path, diff)
			}
		}
	}
	if p := v.get(t, of("/package", failed)); !strings.Contains(p.Body, html.EscapeString("ИП <script>alert(1)</script>")) {
		t.Errorf("the hostile name is not shown: %s", p.Body)
	}
}

// onlyOurs leaves out what comes from rows: names of people, organisations and documents.
func onlyOurs(page string) string {
	for _, name := range []string{
		"Кузнецова Мария Игоревна", "АО «Велгом-Сети»", "ООО «Речной порт»", "Волошина Ирина Сергеевна", "Технические условия", "печатная форма", "Письмо", "По-русски",
		"Белова Анна Львовна", "Сорокин Олег Петрович", "ООО «Чужая»", "Заявка на подключение", "118/П", "Громов Пётр Андреевич", "не та сумма", "этот вид",
	} {
		page = strings.ReplaceAll(page, name, "")
	}
	return page
}

// TestNobodyWithoutALogin: every address leads to the login, and forms do nothing.
func TestNobodyWithoutALogin(t *testing.T) {
	t.Parallel()
	b := newRig(t)
	v := b.visitor(t)
	all := append(append(b.addresses(), b.closed()...), "/", "/nothing", of("/content", sent, "d", "letter", "role", "original"), of("/raw", doubted, "id", string(b.raw), "side", "request"))
	for _, path := range all {
		if p := v.get(t, path); p.Code != http.StatusSeeOther || !strings.HasPrefix(p.Head.Get("Location"), "/login?to=") {
			t.Errorf("%s: %d %s", path, p.Code, p.Head.Get("Location"))
		}
	}
	for _, path := range []string{"/act", "/logout", "/user", "/deputy", "/subscriber/change", "/doctor", "/answer", "/decline"} {
		if p := v.do(t, http.MethodPost, path, url.Values{"s": {string(sub)}}); p.Code != http.StatusUnauthorized {
			t.Errorf("%s: %d", path, p.Code)
		}
	}
	for to, want := range map[string]string{
		"/queue?x=1": "/queue?x=1", "https://evil.example/": "/messages", "//evil.example": "/messages", `/\evil.example`: "/messages", "javascript:alert(1)": "/messages", "https:/queue": "/messages", "/logout": "/messages", "": "/messages",
	} {
		v := b.visitor(t)
		form := v.get(t, "/login?to="+url.QueryEscape(to))
		p := v.do(t, http.MethodPost, "/login", url.Values{"token": {form.token(t)}, "to": {to}, "actor": {string(clerk)}, "password": {b.password[clerk]}})
		if p.Code != http.StatusSeeOther || p.Head.Get("Location") != want {
			t.Errorf("to %q: %d %q", to, p.Code, p.Head.Get("Location"))
		}
	}
}

// TestLogin: the cookie is for this host and no script, a session ends with its time, its password and its end.
func TestLogin(t *testing.T) {
	t.Parallel()
	b := newRig(t)
	v := b.visitor(t)
	if p := v.login(t, clerk, "not the password"); p.Code != http.StatusUnauthorized || !strings.Contains(p.Body, "Имя или пароль не подходят") || strings.Contains(p.Body, "not the password") {
		t.Errorf("a wrong password: %d %s", p.Code, p.Body)
	}
	if p := v.login(t, "nobody", b.password[clerk]); p.Code != http.StatusUnauthorized || !strings.Contains(p.Body, "Имя или пароль не подходят") {
		t.Errorf("nobody: %d", p.Code)
	}
	if p := v.login(t, "os:root", b.password[clerk]); p.Code != http.StatusUnauthorized {
		t.Errorf("the owner of the machine: %d", p.Code)
	}
	p := v.login(t, clerk, b.password[clerk])
	cookie := p.Head.Values("Set-Cookie")[0]
	for _, want := range []string{"edokit_session=", "HttpOnly", "SameSite=Strict", "Path=/"} {
		if !strings.Contains(cookie, want) {
			t.Errorf("cookie without %s: %s", want, cookie)
		}
	}
	open := func(v *browser) bool { return v.get(t, "/messages").Code == http.StatusOK }
	if !open(v) {
		t.Fatal("not logged in")
	}
	b.ahead(29 * time.Minute)
	if !open(v) {
		t.Error("the session ended while it was used")
	}
	b.ahead(60 * time.Minute)
	if open(v) {
		t.Error("the session lived on without being used")
	}
	v = b.enter(t, clerk)
	for n := 1; n <= 36; n++ {
		b.ahead(time.Duration(60+20*n) * time.Minute)
		if still, want := open(v), 20*n < 600; still != want {
			t.Errorf("after %d min: %v", 20*n, still)
		}
	}
	v = b.enter(t, clerk)
	if err := b.people.Set(clerk, edo.NewSecret("a new password of mine")); err != nil {
		t.Fatal(err)
	}
	if open(v) {
		t.Error("the session outlived its password")
	}
	v = b.visitor(t)
	v.login(t, clerk, "a new password of mine")
	token := v.get(t, "/messages").token(t)
	if p := v.do(t, http.MethodPost, "/logout", url.Values{"token": {token}}); p.Code != http.StatusSeeOther || open(v) {
		t.Errorf("log out: %d", p.Code)
	}
	if err := b.people.Remove(clerk); err != nil {
		t.Fatal(err)
	}
	if p := b.visitor(t).login(t, clerk, "a new password of mine"); p.Code != http.StatusUnauthorized {
		t.Errorf("removed: %d", p.Code)
	}
}

// TestThrottle: guessing gets slow for the person and for the address, also for many at once; the right password waits too.
func TestThrottle(t *testing.T) {
	t.Parallel()
	b := newRig(t)
	v := b.visitor(t)
	codes := map[int]int{}
	for range 8 {
		codes[v.login(t, clerk, "wrong").Code]++
	}
	if diff := cmp.Diff(map[int]int{401: 5, 429: 3}, codes); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	p := v.login(t, clerk, b.password[clerk])
	if p.Code != http.StatusTooManyRequests || p.Head.Get("Retry-After") == "" || !strings.Contains(p.Body, "Слишком много неудачных попыток. Повторите через 1 с.") {
		t.Errorf("the right one too early: %d %q", p.Code, p.Head.Get("Retry-After"))
	}
	b.ahead(2 * time.Second)
	if p := v.login(t, clerk, "wrong"); p.Code != http.StatusUnauthorized {
		t.Errorf("after the wait: %d", p.Code)
	}
	b.ahead(3 * time.Second)
	if p := v.login(t, clerk, "wrong"); p.Code != http.StatusTooManyRequests {
		t.Errorf("the wait did not double: %d", p.Code)
	}
	b.ahead(5 * time.Second)
	if p := v.login(t, clerk, b.password[clerk]); p.Code != http.StatusSeeOther {
		t.Errorf("the right one: %d", p.Code)
	}
	v = b.visitor(t)
	for range 5 { // what was wrong before is forgotten
		if p := v.login(t, clerk, "wrong"); p.Code != http.StatusUnauthorized {
			t.Errorf("after the right one: %d", p.Code)
		}
	}
	tried := 0
	for ; tried < 40; tried++ { // many names from one address
		if p := v.do(t, http.MethodPost, "/login", url.Values{"token": {v.get(t, "/login").token(t)}, "actor": {fmt.Sprint("name", tried)}, "password": {"x"}}); p.Code == http.StatusTooManyRequests {
			break
		}
	}
	if tried != 9 { // 20, of which 11 were the clerk's
		t.Errorf("%d names from one address", tried)
	}
}

// TestForms: no form is taken without its token, from another page, or larger than a form.
func TestForms(t *testing.T) {
	t.Parallel()
	b := newRig(t)
	v := b.enter(t, clerk)
	cancel := func(token string, change ...func(*http.Request)) int {
		return v.do(t, http.MethodPost, "/act", url.Values{"token": {token}, "s": {string(sub)}, "p": {string(failed)}, "do": {"retry"}, "why": {"so"}}, change...).Code
	}
	other := b.enter(t, watcher).get(t, "/messages").token(t)
	token := v.get(t, "/messages").token(t)
	for name, tc := range map[string]struct{ got, want int }{
		"no token":       {cancel(""), 403},
		"another's":      {cancel(other), 403},
		"another site":   {cancel(token, func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") }), 403},
		"another origin": {cancel(token, func(r *http.Request) { r.Header.Set("Origin", "https://evil.example") }), 403},
		"too large":      {cancel(token + strings.Repeat("x", 70<<10)), 413},
		"login without":  {b.visitor(t).do(t, http.MethodPost, "/login", url.Values{"actor": {string(clerk)}, "password": {b.password[clerk]}}).Code, 403},
		"logout without": {v.do(t, http.MethodPost, "/logout", url.Values{"token": {"x"}}).Code, 403},
		"by address":     {v.get(t, of("/act", failed, "do", "retry", "why", "so", "token", token)).Code, 200},
	} {
		if tc.got != tc.want {
			t.Errorf("%s: %d, want %d", name, tc.got, tc.want)
		}
	}
	if op, err := b.home.Store.Operation(t.Context(), edo.Key{Subscriber: sub, Package: failed}); err != nil || op.State != edo.StateFailed {
		t.Errorf("something was done: %s, %v", op.State, err)
	}
	if code := cancel(token); code != http.StatusSeeOther {
		t.Errorf("with its token: %d", code)
	}
}

// TestRights: who may not gets a sentence and leaves a row, and sees nothing of what there is; a glance leaves none.
func TestRights(t *testing.T) {
	t.Parallel()
	b := newRig(t)
	refusals := func() (rows []directory.Refusal) {
		t.Helper()
		rows, err := b.home.Store.Refusals(t.Context(), "", 0)
		if err != nil {
			t.Fatal(err)
		}
		return rows
	}
	w := b.enter(t, watcher)
	for path, action := range map[string]edo.Action{
		of("/exchange", doubted, "id", string(b.raw)):               edo.ActionReadLog,
		of("/exchange", doubted, "id", "none"):                      edo.ActionReadLog,
		of("/raw", doubted, "id", string(b.raw), "side", "request"): edo.ActionReadLog,
		of("/content", sent, "d", "letter", "role", "original"):     edo.ActionReadContent,
		of("/content", sent, "d", "letter", "role", "nothing"):      edo.ActionReadContent,
		of("/act", doubted, "do", "decide"):                         edo.ActionDecide,
		"/package?s=other&p=x":                                      edo.ActionRead,
		"/messages?subscriber=other":                                edo.ActionRead,
		"/queue?subscriber=other":                                   edo.ActionRead,
		"/content?s=other&p=x&d=y&role=original":                    edo.ActionReadContent,
	} {
		before := len(refusals())
		p := w.get(t, path)
		if p.Code != http.StatusForbidden || !strings.Contains(p.Body, "Пользователю не разрешено это действие") || !strings.Contains(p.Body, "Этот отказ записан") {
			t.Errorf("%s: %d %.300s", path, p.Code, p.Body)
		}
		rows := refusals()
		if len(rows) != before+1 || rows[0].Actor != watcher || rows[0].Action != action {
			t.Errorf("%s: %d rows more, the last %+v", path, len(rows)-before, rows[0])
		}
	}
	before := len(refusals())
	for _, path := range []string{"/messages", "/queue", of("/package", sent), of("/package", doubted), of("/xml", sent)} {
		p := w.get(t, path)
		if p.Code != http.StatusOK {
			t.Errorf("%s: %d", path, p.Code)
		}
		for _, wrong := range []string{"/content?", "/exchange?", "/act?"} {
			if strings.Contains(p.Body, wrong) {
				t.Errorf("%s offers %s", path, wrong)
			}
		}
	}
	if n := len(refusals()); n != before {
		t.Errorf("glances left %d rows", n-before)
	}
	token := w.get(t, "/messages").token(t)
	if p := w.do(t, http.MethodPost, "/act", url.Values{"token": {token}, "s": {string(sub)}, "p": {string(doubted)}, "do": {"decide"}, "there": {"no"}, "why": {"x"}, "sure": {"yes"}}); p.Code != http.StatusForbidden {
		t.Errorf("a decision: %d", p.Code)
	}
	s := b.enter(t, stranger)
	for _, path := range append(append(b.addresses(), b.closed()...), "/package?s=nobody&p=x") {
		if p := s.get(t, path); p.Code != http.StatusForbidden || strings.Contains(p.Body, "Речной порт") || strings.Contains(p.Body, "letter.pdf") || strings.Contains(p.Body, "7701234560") {
			t.Errorf("a stranger at %s: %d", path, p.Code)
		}
	}
	if readings, err := b.home.Store.Readings(t.Context(), "", 0); err != nil || len(readings) != 0 {
		t.Errorf("%d readings, %v", len(readings), err)
	}
}

// TestKinds: who may see some kinds of documents only sees packages of these.
func TestKinds(t *testing.T) {
	t.Parallel()
	b := newRig(t)
	err := b.home.Store.PutUser(t.Context(), directory.User{Actor: watcher, Subscriber: sub, Actions: []edo.Action{edo.ActionRead}, Kinds: []string{"Договор"}})
	if err != nil {
		t.Fatal(err)
	}
	w := b.enter(t, watcher)
	if p := w.get(t, "/messages"); p.Code != http.StatusOK || strings.Contains(p.Body, "2026-04") {
		t.Errorf("the list: %d %s", p.Code, p.Body)
	}
	if p := w.get(t, "/queue"); p.Code != http.StatusOK || strings.Contains(p.Body, "2026-04") {
		t.Errorf("the queue: %d %s", p.Code, p.Body)
	}
	if p := w.get(t, of("/package", sent)); p.Code != http.StatusForbidden {
		t.Errorf("the package: %d", p.Code)
	}
}

// TestReadings: XML and content are given out exactly as they are stored, each after a row; the list of exchanges is none.
func TestReadings(t *testing.T) {
	t.Parallel()
	b := newRig(t)
	v := b.enter(t, clerk)
	e, err := b.home.Store.Exchange(t.Context(), b.raw)
	if err != nil {
		t.Fatal(err)
	}
	op, err := b.home.Store.Operation(t.Context(), edo.Key{Subscriber: sub, Package: sent})
	if err != nil {
		t.Fatal(err)
	}
	original, err := os.ReadFile("../../examples/quickstart/testdata/letter.pdf")
	if err != nil {
		t.Fatal(err)
	}
	v.get(t, of("/xml", doubted))
	v.get(t, of("/package", sent))
	p := v.get(t, of("/exchange", doubted, "id", string(b.raw)))
	for _, want := range []string{"[секрет скрыт]", "[содержимое: 110,2 КБ, SHA-256 ", html.EscapeString(html.EscapeString("<script>")), `      <span class="tag">&lt;message&gt;</span>`} {
		if !strings.Contains(p.Body, want) {
			t.Errorf("the XML does not show %q:\n%s", want, p.Body)
		}
	}
	for _, twice := range []string{"[secret]", "[content 112841 bytes"} {
		if strings.Contains(p.Body, twice) {
			t.Errorf("the mask %s stands beside its words", twice)
		}
	}
	for _, tc := range []struct {
		path, body, disposition, kind, frame string
	}{
		{of("/raw", doubted, "id", string(b.raw), "side", "request"), string(e.Request.Text), `attachment; filename="` + string(b.raw) + `-request.xml"`, "application/octet-stream", "DENY"},
		{of("/raw", doubted, "id", string(b.raw), "side", "answer"), string(e.Answer.Text), `attachment; filename="` + string(b.raw) + `-answer.xml"`, "application/octet-stream", "DENY"},
		{of("/content", sent, "d", "letter", "role", "original"), string(original), `attachment; filename="letter.pdf"`, "application/octet-stream", "DENY"},
		{of("/content", sent, "d", "letter", "role", "original", "show", "1"), string(original), `inline; filename="letter.pdf"`, "application/pdf", "SAMEORIGIN"},
		{of("/content", sent, "d", "letter", "role", "signature", "show", "1"), "", `attachment; filename="letter.pdf.p7s"`, "application/octet-stream", "DENY"},
	} {
		p := v.get(t, tc.path)
		if p.Code != http.StatusOK || tc.body != "" && p.Body != tc.body || !strings.HasPrefix(p.Head.Get("Content-Disposition"), tc.disposition) || p.Head.Get("Content-Type") != tc.kind || p.Head.Get("X-Frame-Options") != tc.frame {
			t.Errorf("%s: %d, %d bytes, %v", tc.path, p.Code, len(p.Body), p.Head)
		}
		if csp := p.Head.Get("Content-Security-Policy"); tc.kind != "application/pdf" && !strings.Contains(csp, "sandbox") || strings.Contains(csp, "script-src") {
			t.Errorf("%s: %s", tc.path, csp)
		}
	}
	got, err := b.home.Store.Readings(t.Context(), sub, 0)
	if err != nil {
		t.Fatal(err)
	}
	letter := op.Document("letter")
	want := []edo.Reading{
		{Actor: clerk, Action: edo.ActionReadContent, Subscriber: sub, What: letter.Signature.String()},
		{Actor: clerk, Action: edo.ActionReadContent, Subscriber: sub, What: letter.Digest.String()},
		{Actor: clerk, Action: edo.ActionReadContent, Subscriber: sub, What: letter.Digest.String()},
		{Actor: clerk, Action: edo.ActionReadLog, Subscriber: sub, What: string(b.raw)},
		{Actor: clerk, Action: edo.ActionReadLog, Subscriber: sub, What: string(b.raw)},
		{Actor: clerk, Action: edo.ActionReadLog, Subscriber: sub, What: string(b.raw)},
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(edo.Reading{}, "Seq", "At")); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	for _, path := range []string{of("/exchange", sent, "id", string(b.raw)), of("/raw", doubted, "id", string(b.raw), "side", "x"), of("/preview", sent, "d", "letter", "role", "signature"), of("/content", sent, "d", "no", "role", "original"), of("/package", "none")} {
		if p := v.get(t, path); p.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, p.Code)
		}
	}
	if p := v.do(t, http.MethodHead, of("/content", sent, "d", "letter", "role", "original"), nil); p.Code != http.StatusBadRequest {
		t.Errorf("a HEAD reads: %d", p.Code)
	}
}

// TestDecide: nothing is written before the second page, faults come back with what was filled in, and the row says who and why.
func TestDecide(t *testing.T) {
	t.Parallel()
	b := newRig(t)
	v := b.enter(t, clerk)
	token := v.get(t, "/messages").token(t)
	decide := func(more ...string) page {
		form := url.Values{"token": {token}, "s": {string(sub)}, "p": {string(doubted)}, "do": {"decide"}, "why": {"вижу " + hostile}, "there": {"yes"}, "message": {"m-77"}, "time": {b.moment()}, "d:letter": {"r-1"}}
		for i := 0; i+1 < len(more); i += 2 {
			form.Set(more[i], more[i+1])
		}
		return v.do(t, http.MethodPost, "/act", form)
	}
	for name, tc := range map[string]struct {
		p    page
		says string
	}{
		"no reason":      {decide("why", " "), "Напишите одной строкой, почему"},
		"no choice":      {decide("there", ""), "Выберите, есть ли пакет у оператора"},
		"no time":        {decide("time", "yesterday"), "Укажите время, которое показывает оператор"},
		"a time to come": {decide("time", "2099-01-01T00:00:00"), "Решение заполнено неверно"},
		"no message":     {decide("message", "", "sure", "yes"), "decision.message"},
		"no such paper":  {decide("d:other", "r-2", "sure", "yes"), "not in the package"},
	} {
		if tc.p.Code != http.StatusUnprocessableEntity || !strings.Contains(tc.p.Body, tc.says) {
			t.Errorf("%s: %d %s", name, tc.p.Code, tc.p.Body)
		}
		if name != "no reason" && !strings.Contains(tc.p.Body, `value="`+strings.ReplaceAll(html.EscapeString("вижу "+hostile), "+", "&#43;")+`"`) {
			t.Errorf("%s: the reason is gone", name)
		}
	}
	p := decide()
	if p.Code != http.StatusOK || !strings.Contains(p.Body, "пакет у оператора ЕСТЬ") {
		t.Errorf("asks: %d", p.Code)
	}
	if op, err := b.home.Store.Operation(t.Context(), edo.Key{Subscriber: sub, Package: doubted}); err != nil || op.State != edo.StateInDoubt {
		t.Fatalf("%s, %v", op.State, err)
	}
	if p = decide("sure", "yes"); p.Code != http.StatusSeeOther || p.Head.Get("Location") != "/package?p=2026-0419&s=velgom-seti" {
		t.Fatalf("decides: %d %s", p.Code, p.Body)
	}
	op, err := b.home.Store.Operation(t.Context(), edo.Key{Subscriber: sub, Package: doubted})
	if err != nil || !op.State.Sent() || op.Message != "m-77" || op.Document("letter").Remote != "r-1" {
		t.Errorf("%+v, %v", op, err)
	}
	if p := v.get(t, of("/package", doubted)); !strings.Contains(p.Body, "Записано: решение") || !strings.Contains(p.Body, "Решено человеком") {
		t.Errorf("afterwards: %s", p.Body)
	}
	if p := decide("sure", "yes"); p.Code != http.StatusUnprocessableEntity || !strings.Contains(p.Body, "В этом состоянии так поступить нельзя") {
		t.Errorf("again: %d", p.Code)
	}
}

// TestList: filters and pages show each package once, in order.
func TestList(t *testing.T) {
	t.Parallel()
	b := newRig(t)
	v := b.enter(t, clerk)
	for path, want := range map[string]string{
		"/messages": "2026-0420 2026-0419 2026-0418", "/messages?state=in-doubt": "2026-0419", "/messages?inn=7803456788": "2026-0420",
		"/messages?q=MESSAGE-1": "2026-0418", "/messages?q=0419": "2026-0419", "/messages?q=nothing": "", "/messages?subscriber=velgom-seti&state=signed": "",
		"/messages?from=2020-01-01&to=2020-02-01": "", "/messages?from=2020-01-01&inn=7712345671": "2026-0419 2026-0418", "/messages?after=garbage": "2026-0420 2026-0419 2026-0418",
	} {
		if got := strings.Join(listed(v.get(t, path).Body), " "); got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
	for _, path := range []string{"/messages?from=tomorrow", "/messages?from=2026-02-01&to=2026-01-01"} {
		if p := v.get(t, path); p.Code != http.StatusBadRequest {
			t.Errorf("%s: %d", path, p.Code)
		}
	}
	var want []string
	for i := range 60 { // many in one microsecond
		id := fmt.Sprintf("many-%02d", i)
		op := edo.Operation{Key: edo.Key{Subscriber: sub, Package: edo.PackageID(id)}, Operator: "edotest", State: edo.StateFailed, CreatedAt: time.Unix(1_700_000_000+int64(i/40), 0), UpdatedAt: time.Now(), Revision: 1}
		if _, _, err := b.home.Store.Accept(context.WithoutCancel(t.Context()), op, nil, nil); err != nil {
			t.Fatal(err)
		}
		want = append([]string{id}, want...)
	}
	var got []string
	pages := 0
	for path := "/messages?q=many"; path != ""; pages++ {
		p := v.get(t, path)
		got = append(got, listed(p.Body)...)
		path = between(p.Body, `<a href="`, `" rel="next"`)
	}
	if diff := cmp.Diff(want, got); diff != "" || pages != 3 {
		t.Errorf("%d pages (-want +got)\n%s", pages, diff)
	}
}

func listed(body string) (ids []string) {
	for _, row := range strings.Split(body, `<a class="strong" href="/package`)[1:] {
		ids = append(ids, between(row, ">", "</a>"))
	}
	return ids
}

// between is what stands right before the end, back to the last beginning.
func between(text, begin, end string) string {
	before, _, found := strings.Cut(text, end)
	if !found {
		return ""
	}
	return html.UnescapeString(before[strings.LastIndex(before, begin)+len(begin):])
}

// TestNoSecret: neither passwords nor their hashes, nor those of the operator, stand on any page, in the log or in clear in the home.
func TestNoSecret(t *testing.T) {
	t.Parallel()
	b := newRig(t)
	secrets := map[string]string{"operator": b.secret}
	for actor, password := range b.password {
		secrets[string(actor)] = password
	}
	scan, err := canary.New(secrets)
	if err != nil {
		t.Fatal(err)
	}
	v := b.enter(t, clerk)
	b.visitor(t).login(t, clerk, b.password[watcher])
	a := b.enter(t, admin)
	for i, path := range append(append([]string{"/nothing", "/login"}, b.addresses()...), b.closed()...) {
		p := v.get(t, path)
		if i >= 2+len(b.addresses()) {
			p = a.get(t, path)
		}
		if found := scan.Find([]byte(p.Body + fmt.Sprint(p.Head))); len(found) != 0 {
			t.Errorf("%s: %v", path, found)
		}
	}
	raw, err := os.ReadFile(b.people.Path)
	if err != nil {
		t.Fatal(err)
	}
	if found := scan.Find(append(raw, b.logs.String()...)); len(found) != 0 {
		t.Errorf("files: %v", found)
	}
	if info, err := os.Stat(b.people.Path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info.Mode(), err)
	}
	b.visitor(t).login(t, "typed-into-the-wrong-field", "x")
	if strings.Contains(b.logs.String(), "typed-into") {
		t.Error("a name that nobody has is in the log: it may be a password")
	}
	if !strings.Contains(b.logs.String(), "login refused") {
		t.Error("a refused login is not in the log")
	}
}

// TestHosts: a console on loopback is not reached under a name that somebody else owns.
func TestHosts(t *testing.T) {
	t.Parallel()
	b := newRig(t)
	b.console.Hosts = []string{"localhost", "127.0.0.1"}
	v := b.visitor(t)
	for host, want := range map[string]int{"127.0.0.1:8090": 200, "LOCALHOST": 200, "evil.example": 421, "127.0.0.1.evil.example:80": 421} {
		if p := v.do(t, http.MethodGet, "/login", nil, func(r *http.Request) { r.Host = host }); p.Code != want {
			t.Errorf("%s: %d", host, p.Code)
		}
	}
}

// TestLanguage: the switch goes before the browser's wish, and stays.
func TestLanguage(t *testing.T) {
	t.Parallel()
	b := newRig(t)
	for accept, want := range map[string]string{"en-GB,en;q=0.9": "en", "de,en;q=0.5,ru;q=0.4": "en", "en;q=0.4,ru;q=0.5": "ru", "fr": "ru", "": "ru", "en;q=x": "ru"} {
		v := b.visitor(t)
		as := func(r *http.Request) { r.Header.Set("Accept-Language", accept) }
		if p := v.do(t, http.MethodGet, "/login", nil, as); !strings.Contains(p.Body, `<html lang="`+want+`">`) {
			t.Errorf("%q: not %s", accept, want)
		}
		v.do(t, http.MethodGet, "/login?lang=en", nil, as)
		if p := v.do(t, http.MethodGet, "/login", nil, as); !strings.Contains(p.Body, `<html lang="en">`) {
			t.Errorf("%q: the switch did not stay", accept)
		}
	}
}

// TestLate: work that is due and that nobody takes is shown, with how late it is and the hint that nobody may be at work.
func TestLate(t *testing.T) {
	t.Parallel()
	b := newRig(t)
	v := b.enter(t, clerk)
	const hint = "проверьте, работает ли плагин"
	if p := v.get(t, "/queue"); strings.Contains(p.Body, hint) {
		t.Errorf("something is late at once: %s", p.Body)
	}
	b.ahead(20 * time.Minute)
	if p := v.get(t, "/queue"); !strings.Contains(p.Body, hint) || !strings.Contains(p.Body, "Опаздывает на ") || !strings.Contains(p.Body, "2026-0418") {
		t.Errorf("nothing is late: %s", p.Body)
	}
}

// TestHardXML: what is too deep, too large, no XML, or looks like a mask is shown all the same, quickly and as text.
func TestHardXML(t *testing.T) {
	t.Parallel()
	b := newRig(t)
	v := b.enter(t, clerk)
	for name, tc := range map[string]struct{ text, shows, not string }{
		"deep":      {strings.Repeat("<a>", 900) + strings.Repeat("<b/>", 20_000) + strings.Repeat("</a>", 900), "&lt;a&gt;", `  <span class="tag">`},
		"large":     {"<a>" + strings.Repeat("слово ", 200_000) + "</a>", "Показано начало без отступов", ""},
		"no XML":    {"<<<>>> & <b", "&lt;b", ""},
		"not UTF-8": {"<a>\xff\xfe</a>", "\ufffd", ""},
		"a mask":    {"<a>[content 5 bytes sha256 " + strings.Repeat("0", 64) + "]</a>", "[content 5 bytes", `class="hole"`},
		"nothing":   {"", "Тело пустое", ""},
	} {
		row, err := b.home.Store.Begin(t.Context(), edo.ExchangeRequest{Subscriber: sub, Package: sent, Operation: "Hard", At: time.Now(), Body: edo.Masked{Text: []byte(tc.text)}})
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		p := v.get(t, of("/exchange", sent, "id", string(row.ID())))
		if p.Code != http.StatusOK || !strings.Contains(p.Body, tc.shows) || tc.not != "" && strings.Contains(p.Body, tc.not) || !strings.Contains(p.Body, "обмен прерван или ещё идёт") {
			t.Errorf("%s: %d %.600s", name, p.Code, p.Body)
		}
		if took := time.Since(began); took > 30*time.Second || len(p.Body) > 8<<20 {
			t.Errorf("%s: %s, %d bytes", name, took, len(p.Body))
		}
		if raw := v.get(t, of("/raw", sent, "id", string(row.ID()), "side", "request")); raw.Body != tc.text {
			t.Errorf("%s: the stored text came as %d bytes", name, len(raw.Body))
		}
	}
}

func TestNew(t *testing.T) {
	t.Parallel()
	if _, err := console.New(console.Config{}); edo.KindOf(err) != edo.Invalid {
		t.Errorf("without anything: %v", err)
	}
}
