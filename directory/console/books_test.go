package console_test

import (
	"fmt"
	"html"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/edokit/edokit/conformance/canary"
	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

// form is what a page of this visitor would send.
func (v *browser) form(t *testing.T, pairs ...string) url.Values {
	t.Helper()
	form := url.Values{"token": {v.get(t, "/subscribers").token(t)}, "s": {string(sub)}}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	return form
}

// seen is the row's mark in the form at an address.
func (v *browser) seen(t *testing.T, path string) string {
	t.Helper()
	_, after, found := strings.Cut(v.get(t, path).Body, `name="seen" value="`)
	if !found {
		t.Fatalf("%s has no mark", path)
	}
	mark, _, _ := strings.Cut(after, `"`)
	return mark
}

func (b *rig) user(t *testing.T, actor edo.ActorID) (directory.User, bool) {
	t.Helper()
	all, err := b.home.Store.Users(t.Context(), sub)
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range all {
		if u.Actor == actor {
			return u, true
		}
	}
	return directory.User{}, false
}

// TestWhoAdministers: who sees rows and nothing else changes nothing: a sentence, a row of the refusal, and no link on the way.
func TestWhoAdministers(t *testing.T) {
	t.Parallel()
	b := newRig(t)
	w := b.enter(t, watcher)
	last := func(name string, p page, of edo.SubscriberID) {
		t.Helper()
		rows, err := b.home.Store.Refusals(t.Context(), "", 1)
		if err != nil {
			t.Fatal(err)
		}
		if p.Code != http.StatusForbidden || !strings.Contains(p.Body, "Пользователю не разрешено это действие") || len(rows) != 1 || rows[0].Actor != watcher || rows[0].Action != edo.ActionAdmin || rows[0].Subscriber != of {
			t.Errorf("%s: %d %+v", name, p.Code, rows)
		}
		if err := b.home.Store.Allowed(t.Context(), edo.AccessRequest{Actor: "between", Action: edo.ActionRead, At: time.Now()}); edo.KindOf(err) != edo.Denied {
			t.Fatal(err)
		}
	}
	for _, path := range b.closed() {
		last(path, w.get(t, path), "")
	}
	row := b.row(t, sub, func(*directory.Subscriber) {})
	for path, form := range map[string]url.Values{
		"/user":              w.form(t, "do", "save", "actor", "sorokin", "action", "decide", "seen", w.form(t).Get("x")),
		"/deputy":            w.form(t, "do", "save", "actor", "sorokin", "principal", "kuznetsova", "action", "decide", "until", "2099-01-01"),
		"/subscriber/change": w.form(t, "do", "settings", "title", "Наш", "seen", fmt.Sprint(row.UpdatedAt.UnixMicro())),
		"/doctor":            w.form(t),
	} {
		last(path, w.do(t, http.MethodPost, path, form), "")
	}
	if diff := cmp.Diff(row, b.row(t, sub, func(*directory.Subscriber) {})); diff != "" {
		t.Errorf("changed: %s", diff)
	}
	if u, _ := b.user(t, watcher); len(u.Actions) != 1 || len(b.doctor.asked) != 0 {
		t.Errorf("changed: %+v, %d", u, len(b.doctor.asked))
	}
	for _, path := range []string{"/messages", "/subscriber?s=velgom-seti"} {
		for _, wrong := range []string{`href="/users"`, `href="/doctor"`, "/subscriber/change"} {
			if p := w.get(t, path); p.Code != http.StatusOK || strings.Contains(p.Body, wrong) {
				t.Errorf("%s: %d offers %s", path, p.Code, wrong)
			}
		}
	}
	a := b.enter(t, admin)
	if p := a.get(t, "/users?subscriber=nobody"); p.Code != http.StatusForbidden {
		t.Errorf("of a stranger's: %d", p.Code)
	}
	if err := b.home.Store.PutUser(t.Context(), directory.User{Actor: admin, Subscriber: "other", Actions: []edo.Action{edo.ActionRead}}); err != nil {
		t.Fatal(err)
	}
	if p := a.do(t, http.MethodPost, "/doctor", a.form(t)); p.Code != http.StatusForbidden || len(b.doctor.asked) != 0 {
		t.Errorf("the doctor tells of all, and was asked by who administers one: %d", p.Code)
	}
	if p := a.do(t, http.MethodPost, "/user", url.Values{"token": a.form(t)["token"], "s": {"other"}, "do": {"save"}, "actor": {"x"}, "action": {"read"}}); p.Code != http.StatusForbidden {
		t.Errorf("for another of ours: %d", p.Code)
	}
}

// TestNewForms: none is taken without the token of its session, or from another site.
func TestNewForms(t *testing.T) {
	t.Parallel()
	b := newRig(t)
	a := b.enter(t, admin)
	other := b.enter(t, clerk).get(t, "/messages").token(t)
	for path, form := range map[string]url.Values{
		"/user":              a.form(t, "do", "end", "actor", "sorokin"),
		"/deputy":            a.form(t, "do", "save", "actor", "x", "principal", "sorokin", "action", "read", "until", "2099-01-01"),
		"/subscriber/change": a.form(t, "do", "login", "login", "x", "secret", "x", "seen", a.seen(t, "/subscriber/change?s=velgom-seti&do=login")),
		"/doctor":            a.form(t),
	} {
		right := form.Get("token")
		for name, change := range map[string]func(r *http.Request){
			"no token": func(*http.Request) { form.Set("token", "") }, "another's": func(*http.Request) { form.Set("token", other) },
			"another site": func(r *http.Request) { form.Set("token", right); r.Header.Set("Sec-Fetch-Site", "cross-site") },
		} {
			change(&http.Request{Header: http.Header{}})
			if p := a.do(t, http.MethodPost, path, form, change); p.Code != http.StatusForbidden {
				t.Errorf("%s, %s: %d", path, name, p.Code)
			}
		}
		form.Set("token", right)
		if p := a.do(t, http.MethodPost, path, form); p.Code != http.StatusSeeOther {
			t.Errorf("%s with its token: %d %.300s", path, p.Code, p.Body)
		}
	}
}

// TestUsers: a line of the allow-list is added, changed and taken back; rights that these pages do not give are not given.
func TestUsers(t *testing.T) {
	t.Parallel()
	b := newRig(t)
	a := b.enter(t, admin)
	post := func(pairs ...string) page { return a.do(t, http.MethodPost, "/user", a.form(t, pairs...)) }
	if p := post("do", "save", "actor", " petrov ", "name", hostile, "action", "read", "action", "send", "kinds", "Акт\r\n Договор;2026 ", "from", "2026-01-02", "until", "2099-12-31"); p.Code != http.StatusSeeOther {
		t.Fatalf("%d %s", p.Code, p.Body)
	}
	got, _ := b.user(t, "petrov")
	want := directory.User{
		Actor: "petrov", Subscriber: sub, Name: hostile, Actions: []edo.Action{edo.ActionRead, edo.ActionSend}, Kinds: []string{"Акт", "Договор;2026"},
		From: time.Date(2026, 1, 2, 0, 0, 0, 0, moscow), Until: time.Date(2100, 1, 1, 0, 0, 0, 0, moscow),
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(directory.User{}, "UpdatedAt"), cmpopts.EquateApproxTime(0)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if p := a.get(t, "/users?subscriber=velgom-seti"); !strings.Contains(p.Body, "Права сохранены: petrov") || !strings.Contains(p.Body, "с 02.01.2026 по 31.12.2099") || !strings.Contains(p.Body, html.EscapeString("<script>")) {
		t.Errorf("the list: %s", p.Body)
	}
	seen := a.seen(t, "/user?s=velgom-seti&actor=petrov")
	for name, tc := range map[string]struct {
		p    page
		says string
	}{
		"a line that is there":        {post("do", "save", "actor", "petrov", "action", "read"), "изменил кто-то другой"},
		"of an older form":            {post("do", "save", "actor", "petrov", "action", "read", "seen", "17"), "изменил кто-то другой"},
		"one that is gone":            {post("do", "save", "actor", "gone", "action", "read", "seen", "17"), "изменил кто-то другой"},
		"nothing allowed":             {post("do", "save", "actor", "petrov", "seen", seen), "Отметьте, что можно делать"},
		"to administer":               {post("do", "save", "actor", "petrov", "action", "administer", "seen", seen), "Отметьте, что можно делать"},
		"an administrator's":          {post("do", "save", "actor", "belova", "action", "read", "seen", "1"), "только из командной строки"},
		"taken back, an older form":   {post("do", "end", "actor", "petrov", "seen", "5"), "изменил кто-то другой"},
		"the end of one":              {post("do", "end", "actor", "belova"), "только из командной строки"},
		"a day that is over":          {post("do", "save", "actor", "petrov", "action", "read", "seen", seen, "until", "2020-01-01"), "Последний день уже прошёл"},
		"a day of no year":            {post("do", "save", "actor", "petrov", "action", "read", "seen", seen, "until", "9999-12-31"), "Дата записана неверно"},
		"no day":                      {post("do", "save", "actor", "petrov", "action", "read", "seen", seen, "until", "soon"), "Дата записана неверно"},
		"an end before it begins":     {post("do", "save", "actor", "petrov", "action", "read", "seen", seen, "from", "2099-02-01", "until", "2099-01-01"), "user.until"},
		"somebody of this machine":    {post("do", "save", "actor", "os:root", "action", "read"), "user.actor"},
		"no id":                       {post("do", "save", "actor", "a b", "action", "read"), "user.actor"},
		"too many kinds":              {post("do", "save", "actor", "petrov", "action", "read", "seen", seen, "kinds", strings.Repeat("x\n", 3000)), "user.kinds"},
		"the end of who is not there": {post("do", "end", "actor", "nobody"), "Такого пользователя нет"},
	} {
		if tc.p.Code != http.StatusUnprocessableEntity || !strings.Contains(tc.p.Body, tc.says) {
			t.Errorf("%s: %d %.1500s", name, tc.p.Code, tc.p.Body)
		}
	}
	if again, _ := b.user(t, "petrov"); !cmp.Equal(got, again) {
		t.Errorf("a refused form has changed %+v", again)
	}
	if p := a.get(t, "/user?s=velgom-seti&actor=belova"); p.Code != http.StatusConflict {
		t.Errorf("the form of an administrator: %d", p.Code)
	}
	if p := post("do", "save", "actor", "petrov", "action", "read", "seen", seen, "from", "2026-01-02", "until", "2099-12-31"); p.Code != http.StatusSeeOther {
		t.Errorf("change: %d %s", p.Code, p.Body)
	}
	if p := post("do", "end", "actor", "petrov"); p.Code != http.StatusSeeOther {
		t.Errorf("end: %d %s", p.Code, p.Body)
	}
	if u, found := b.user(t, "petrov"); found {
		t.Errorf("he is still there: %+v", u)
	}
	if !strings.Contains(b.logs.String(), `what="user end" subscriber=velgom-seti of=petrov actor=belova`) {
		t.Errorf("the log does not say who it was: %s", b.logs.String())
	}
}

// TestPeriodsOfAnotherZone: a form that names the same days leaves the moments that the command line has set.
func TestPeriodsOfAnotherZone(t *testing.T) {
	t.Parallel()
	b := newRig(t)
	a := b.enter(t, admin)
	want := directory.User{Actor: "petrov", Subscriber: sub, Actions: []edo.Action{edo.ActionRead}, From: time.Date(2026, 1, 1, 22, 0, 0, 0, time.UTC), Until: time.Date(2099, 1, 31, 22, 0, 0, 0, time.UTC)}
	if err := b.home.Store.PutUser(t.Context(), want); err != nil {
		t.Fatal(err)
	}
	p := a.get(t, "/user?s=velgom-seti&actor=petrov")
	for _, day := range []string{`name="from" type="date" value="2026-01-02"`, `name="until" type="date" value="2099-02-01"`} {
		if !strings.Contains(p.Body, day) {
			t.Errorf("the form does not say %s", day)
		}
	}
	form := a.form(t, "do", "save", "actor", "petrov", "action", "read", "action", "send", "seen", a.seen(t, "/user?s=velgom-seti&actor=petrov"), "from", "2026-01-02", "until", "2099-02-01")
	if p := a.do(t, http.MethodPost, "/user", form); p.Code != http.StatusSeeOther {
		t.Fatalf("%d %s", p.Code, p.Body)
	}
	if got, _ := b.user(t, "petrov"); !got.From.Equal(want.From) || !got.Until.Equal(want.Until) || len(got.Actions) != 2 {
		t.Errorf("%+v", got)
	}
}

// TestDeputies: who stands in for whom, with an end, and never for the right to administer.
func TestDeputies(t *testing.T) {
	t.Parallel()
	b := newRig(t)
	a := b.enter(t, admin)
	post := func(pairs ...string) page { return a.do(t, http.MethodPost, "/deputy", a.form(t, pairs...)) }
	rows := func() []directory.Substitution {
		t.Helper()
		all, err := b.home.Store.Substitutions(t.Context(), sub)
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	for name, tc := range map[string]struct {
		p    page
		says string
	}{
		"no end":             {post("do", "save", "actor", "sorokin", "principal", "kuznetsova", "action", "read"), "Укажите последний день"},
		"everything":         {post("do", "save", "actor", "sorokin", "principal", "belova", "until", "2099-01-01"), "Отметьте, что можно делать"},
		"to administer":      {post("do", "save", "actor", "sorokin", "principal", "belova", "action", "administer", "until", "2099-01-01"), "Отметьте, что можно делать"},
		"oneself":            {post("do", "save", "actor", "belova", "principal", "kuznetsova", "action", "read", "until", "2099-01-01"), "сам себя заместителем не назначают"},
		"himself":            {post("do", "save", "actor", "sorokin", "principal", "sorokin", "action", "read", "until", "2099-01-01"), "substitution.principal"},
		"of an older form":   {post("do", "save", "actor", "sorokin", "principal", "kuznetsova", "action", "read", "until", "2099-01-01", "seen", "5"), "изменил кто-то другой"},
		"the end of nothing": {post("do", "end", "actor", "sorokin", "principal", "belova"), "Такого замещения нет"},
	} {
		if tc.p.Code != http.StatusUnprocessableEntity || !strings.Contains(tc.p.Body, tc.says) {
			t.Errorf("%s: %d %.1200s", name, tc.p.Code, tc.p.Body)
		}
	}
	if all := rows(); len(all) != 0 {
		t.Fatalf("a refused form was stored: %+v", all)
	}
	if p := post("do", "save", "actor", "sorokin", "principal", "belova", "action", "read", "action", "decide", "until", "2099-01-01"); p.Code != http.StatusSeeOther {
		t.Fatalf("%d %s", p.Code, p.Body)
	}
	all := rows()
	if len(all) != 1 || len(all[0].Actions) != 2 || !all[0].Until.Equal(time.Date(2099, 1, 2, 0, 0, 0, 0, moscow)) {
		t.Errorf("%+v", all)
	}
	if p := post("do", "save", "actor", "sorokin", "principal", "belova", "action", "send", "until", "2098-01-01"); p.Code != http.StatusUnprocessableEntity || !cmp.Equal(all, rows()) {
		t.Errorf("one that is there is replaced unseen: %d", p.Code)
	}
	if p := b.enter(t, watcher).get(t, "/users?subscriber=velgom-seti"); p.Code != http.StatusForbidden {
		t.Errorf("the deputy administers: %d", p.Code)
	}
	if p := post("do", "end", "actor", "sorokin", "principal", "belova"); p.Code != http.StatusSeeOther || len(rows()) != 0 {
		t.Errorf("end: %d", p.Code)
	}
}

// TestSubscriber: settings are changed, what decides who gets the passwords is not; a secret goes in and never comes out.
func TestSubscriber(t *testing.T) {
	t.Parallel()
	b := newRig(t)
	a := b.enter(t, admin)
	post := func(pairs ...string) page { return a.do(t, http.MethodPost, "/subscriber/change", a.form(t, pairs...)) }
	const settings, login = "/subscriber/change?s=velgom-seti&do=settings", "/subscriber/change?s=velgom-seti&do=login"
	before := b.row(t, sub, func(*directory.Subscriber) {})
	seen := a.seen(t, settings)
	if p := post("do", "settings", "seen", seen, "title", "Север", "kpp", "12"); p.Code != http.StatusUnprocessableEntity || !strings.Contains(p.Body, "subscriber.kpp") || !strings.Contains(p.Body, `value="Север"`) {
		t.Errorf("a wrong KPP: %d %s", p.Code, p.Body)
	}
	p := post("do", "settings", "seen", seen, "title", "Север", "kpp", "770101002", "box", "box-new", "enabled", "yes", "receive", "yes", "refuse", "yes", "service", "head",
		"inn", "7707083893", "endpoint", "https://evil.example", "operator", "evil", "cas", "x", "pins", "x", "payer", "other", "login", "evil")
	if p.Code != http.StatusSeeOther {
		t.Fatalf("%d %s", p.Code, p.Body)
	}
	want := before
	want.Title, want.KPP, want.Box, want.Service = "Север", "770101002", "box-new", "head"
	want.Policy.Receive, want.Policy.Unverified = true, edo.RefuseUnverified
	if diff := cmp.Diff(want, b.row(t, sub, func(*directory.Subscriber) {}), cmpopts.IgnoreFields(directory.Subscriber{}, "UpdatedAt")); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if p := post("do", "settings", "seen", seen, "title", "Юг"); p.Code != http.StatusUnprocessableEntity || !strings.Contains(p.Body, "изменил кто-то другой") {
		t.Errorf("of an older form: %d", p.Code)
	}

	fresh, next := canary.Secret("новый"), canary.Secret("следующий")
	scan, err := canary.New(map[string]string{"fresh": fresh, "next": next, "old": b.secret})
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	look := func(p page) page { all.WriteString(p.Body + fmt.Sprint(p.Head)); return p }
	if p := look(post("do", "login", "seen", a.seen(t, login), "login", "velgom", "secret", fresh)); p.Code != http.StatusSeeOther {
		t.Errorf("%d %s", p.Code, p.Body)
	}
	if p := look(post("do", "login", "seen", "1", "login", "velgom", "secret", fresh)); p.Code != http.StatusUnprocessableEntity {
		t.Errorf("stale: %d", p.Code)
	}
	if p := look(post("do", "login", "seen", a.seen(t, login), "login", "", "secret", fresh)); p.Code != http.StatusUnprocessableEntity || !strings.Contains(p.Body, "subscriber.login") {
		t.Errorf("without a name: %d", p.Code)
	}
	if p := look(post("do", "login", "seen", a.seen(t, login), "login", "velgom", "secret", "")); p.Code != http.StatusUnprocessableEntity {
		t.Errorf("nothing: %d", p.Code)
	}
	if p := look(post("do", "login", "seen", a.seen(t, login), "login", "velgom", "secret", next, "next", "yes")); p.Code != http.StatusSeeOther {
		t.Errorf("next: %d %s", p.Code, p.Body)
	}
	for _, path := range append(b.closed(), "/subscriber?s=velgom-seti") {
		look(a.get(t, path))
	}
	all.WriteString(b.logs.String())
	if found := scan.Find([]byte(all.String())); len(found) != 0 {
		t.Errorf("a secret came out: %v", found)
	}
	if p := a.get(t, "/subscriber?s=velgom-seti"); !strings.Contains(p.Body, "ждёт своей очереди с") {
		t.Errorf("the next one is not told: %s", p.Body)
	}
	account, err := b.home.Vault.Account(t.Context(), sub)
	if err != nil || account.Login.Password.Reveal() != fresh || account.Next == nil || account.Next.Login.Password.Reveal() != next {
		t.Errorf("not stored: %v", err)
	}
	b.spoil(t)
	if p := a.get(t, "/subscriber?s=velgom-seti"); p.Code != http.StatusOK || !strings.Contains(p.Body, "Не открывается") || !strings.Contains(p.Body, "do=login") {
		t.Errorf("a login that does not open: %d %s", p.Code, p.Body)
	}
	if err := b.home.Store.PutSubscriber(t.Context(), b.row(t, sub, func(s *directory.Subscriber) { s.LoginKind, s.Login = directory.LoginCertificate, "" })); err != nil {
		t.Fatal(err)
	}
	if p := a.get(t, login); p.Code != http.StatusNotFound {
		t.Errorf("a key in a browser: %d", p.Code)
	}
	if p := post("do", "login", "seen", a.seen(t, settings), "secret", fresh); p.Code != http.StatusNotFound {
		t.Errorf("a key from a browser: %d", p.Code)
	}
	if p := a.get(t, "/subscriber?s=velgom-seti"); !strings.Contains(p.Body, "edo-dms secret set") {
		t.Errorf("where a key is set is not said: %s", p.Body)
	}
}
