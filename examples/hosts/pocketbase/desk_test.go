package main

import (
	"errors"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"github.com/edokit/edokit/edo"
)

// TestOnce: what is told again changes nothing, a program that ends between two steps goes on where it was, and the counterparty gets
// each document once.
func TestOnce(t *testing.T) {
	t.Parallel()
	m := openDemo(t)
	one, two, three := m.blankCard(t, "one"), m.blankCard(t, "two"), m.blankCard(t, "three")
	if err := m.desk.send(t.Context(), one, "kuznetsova"); err != nil {
		t.Fatal(err)
	}
	until(t, "the form of the first", func() bool { return forms(t, m.desk, one) == 1 })
	if err := m.desk.send(t.Context(), one, "kuznetsova"); !errors.Is(err, edo.StateUnsuited) {
		t.Errorf("sent again: %v", err)
	}
	m.replays(t, one)

	// The second ends before it is handed over, the third between the plugin's answer and our note of it.
	if _, err := m.desk.prepare(two, "kuznetsova"); err != nil {
		t.Fatal(err)
	}
	m.handsUnnoted(t, three)
	if err := m.desk.close(); err != nil {
		t.Fatal(err)
	}
	if left, err := filepath.Glob(filepath.Join(m.desk.Dir, ".*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
	again, err := open(m.desk.config)
	if err != nil {
		t.Fatal(err)
	}
	m.desk = again
	t.Cleanup(func() { _ = again.close() })
	for _, card := range []string{one, two, three} {
		until(t, "the form of every card", func() bool { return forms(t, again, card) == 1 })
	}
	until(t, "all are with the counterparty", func() bool { return m.received(t)["letter.pdf"] >= 3 })
	if n := m.received(t)["letter.pdf"]; n != 3 {
		t.Errorf("the counterparty got %d documents of three cards", n)
	}
	for _, card := range []string{one, two, three} {
		if n := forms(t, again, card); n != 1 {
			t.Errorf("%s has %d forms", card, n)
		}
		if n := count(t, again, signatures, "card = {:card}", dbx.Params{"card": card}); n != 1 {
			t.Errorf("%s has %d signatures", card, n)
		}
	}
}

// replays gives a desk all its events again, also as if it had stored nothing of their place.
func (m *demo) replays(t *testing.T, card string) {
	t.Helper()
	client, err := m.desk.client(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	events, err := client.Deliver(t.Context(), our, 0, 500)
	if err != nil {
		t.Fatal(err)
	}
	before, err := m.desk.app.FindRecordById(cards, card)
	if err != nil {
		t.Fatal(err)
	}
	inbound := count(t, m.desk, cards, "direction = 'inbound'", nil)
	for _, forget := range []bool{false, true} {
		if _, err := m.desk.change(card, func(_ core.App, c *core.Record) error {
			if forget {
				c.Set("seq", 0)
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		for _, e := range events {
			if err := m.desk.apply(t.Context(), e); err != nil {
				t.Fatal(err)
			}
		}
	}
	after, err := m.desk.app.FindRecordById(cards, card)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before.GetString("state"), after.GetString("state")); diff != "" && after.GetInt("seq") <= before.GetInt("seq") {
		t.Error(diff)
	}
	if n := forms(t, m.desk, card); n != 1 {
		t.Errorf("%d forms", n)
	}
	if n := count(t, m.desk, cards, "direction = 'inbound'", nil); n < inbound || n > 2 {
		t.Errorf("%d inbound cards", n)
	}
}

// handsUnnoted hands a card over, and forgets that it was answered.
func (m *demo) handsUnnoted(t *testing.T, card string) {
	t.Helper()
	c, err := m.desk.prepare(card, "kuznetsova")
	if err != nil {
		t.Fatal(err)
	}
	p, err := m.desk.pack(c)
	if err != nil {
		t.Fatal(err)
	}
	client, err := m.desk.client(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.Send(t.Context(), p); err != nil {
		t.Fatal(err)
	}
}

// TestVersions: bytes that were signed cannot be changed, by an administrator either, and their digest is that of the bytes.
func TestVersions(t *testing.T) {
	t.Parallel()
	d := quietDesk(t)
	card := addCard(t, d, "x", sample("letter.pdf"), "8499023162")
	v, err := original(d.app, card)
	if err != nil {
		t.Fatal(err)
	}
	want, err := edo.FileContent(sample("letter.pdf"))
	if err != nil {
		t.Fatal(err)
	}
	if v.GetString("sha256") != want.Digest.String() || int64(v.GetInt("size")) != want.Size || v.GetInt("number") != 1 {
		t.Errorf("%v", v.FieldsData())
	}
	for field, value := range map[string]any{"sha256": strings.Repeat("0", 64), "size": 7, "role": roleForm, "number": 9} {
		if v, err = original(d.app, card); err != nil {
			t.Fatal(err)
		}
		v.Set(field, value)
		if err := d.app.Save(v); err == nil {
			t.Errorf("%s was changed", field)
		}
	}
}

// TestStuck: a message that the plugin cannot take is a card of the administrator, once.
func TestStuck(t *testing.T) {
	t.Parallel()
	d := quietDesk(t)
	clerk(t, d)
	for range 2 {
		err := d.apply(t.Context(), edo.Event{
			Seq: 7, Key: edo.Key{Subscriber: our, Package: "m-1"}, Kind: edo.EventInbound, Reason: edo.OperatorRefused,
			Inbound: &edo.InboundDocument{Key: edo.InboundKey{Subscriber: our}, Message: "m-1", State: edo.InboundListed, Responsible: "kuznetsova"},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	c := find(t, d, "m-1")
	if n := count(t, d, cards, "direction = 'inbound'", nil); n != 1 || c.GetString("owner") == "" || !strings.Contains(c.GetString("problem_ru"), "Оператор отказал") {
		t.Errorf("%d cards, %v", n, c.FieldsData())
	}
	if err := d.apply(t.Context(), edo.Event{Seq: 8, Kind: "of-a-later-version"}); err != nil {
		t.Errorf("an event of a kind that nobody knows: %v", err)
	}
}

// quietDesk is a desk whose plugin does not start: whatever needs none works.
func quietDesk(t *testing.T) *desk {
	t.Helper()
	dir := t.TempDir()
	c := newConfig(dir, filepath.Join(dir, "nothing"), dir, options{logger: logger(t)})
	d, err := open(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.close() })
	return d
}

// TestDoors: who has not logged in sees nothing, a form of another site does nothing, and nobody makes himself a user or another.
func TestDoors(t *testing.T) {
	t.Parallel()
	d := quietDesk(t)
	u, err := newRecord(d.app, users)
	if err != nil {
		t.Fatal(err)
	}
	u.Load(map[string]any{"name": "Пётр", "actor": "petrov"})
	u.SetEmail("petrov@velgom.example")
	u.SetPassword(password)
	if err := d.app.Save(u); err != nil {
		t.Fatal(err)
	}
	card := addCard(t, d, "x", sample("letter.pdf"), "8499023162")
	v, err := original(d.app, card)
	if err != nil {
		t.Fatal(err)
	}
	address := serve(t, d)
	petrov := logIn(t, address, "petrov@velgom.example")
	stranger := &browser{http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}, address}
	for _, path := range []string{"/", "/new", "/cards/" + card, "/versions/" + v.Id + "/file", "/cards/" + card + "/messages", "/changed"} {
		if status, _ := stranger.do(t, path, nil); status != http.StatusSeeOther {
			t.Errorf("%s for a stranger: %d", path, status)
		}
	}
	for path, want := range map[string]int{
		"/api/collections/cards/records":                          http.StatusForbidden,
		"/api/collections/versions/records":                       http.StatusForbidden,
		"/api/files/versions/" + v.Id + "/" + v.GetString("file"): http.StatusNotFound,
	} {
		if status, text := stranger.do(t, path, nil); status != want || strings.Contains(text, card) {
			t.Errorf("%s for a stranger: %d %s", path, status, text)
		}
	}
	if status, _ := stranger.do(t, "/api/collections/users/records", url.Values{"email": {"x@y.example"}, "password": {password}, "passwordConfirm": {password}}); status == http.StatusOK {
		t.Error("a stranger has made himself a user")
	}
	if status, _ := petrov.do(t, "/versions/"+v.Id+"/file", nil); status != http.StatusForbidden {
		t.Errorf("content without the right: %d", status)
	}
	if status, text := petrov.do(t, "/cards/"+card, nil); status != http.StatusOK || !strings.Contains(text, "letter.pdf") {
		t.Errorf("a card while the plugin is away: %d", status)
	}
	foreign, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address+"/send", strings.NewReader("card="+card))
	if err != nil {
		t.Fatal(err)
	}
	foreign.Header.Set("Sec-Fetch-Site", "cross-site")
	answer, err := petrov.Do(foreign)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusForbidden {
		t.Errorf("a form of another site: %s", answer.Status)
	}
	if c := find(t, d, "x"); c.GetBool("handing") {
		t.Error("a form of another site has sent a card")
	}
}

// TestInside: a link leads to our own pages only.
func TestInside(t *testing.T) {
	t.Parallel()
	for to, want := range map[string]string{
		"/cards/1?a=b": "/cards/1?a=b", "": "/", "//evil.example": "/", "https://evil.example": "/", `/\evil.example`: "/", "/login": "/", "/a\r\nb": "/", "/\t/evil.example": "/",
	} {
		if diff := cmp.Diff(want, inside(to)); diff != "" {
			t.Errorf("%q: %s", to, diff)
		}
	}
}

// refusedSend: who may not send leaves a card that has failed as it was, with its package and its reason.
func (m *demo) refusedSend(t *testing.T) {
	t.Helper()
	id := addCard(t, m.desk, "failed", sample("letter.pdf"), "8499023162")
	before, err := m.desk.change(id, func(_ core.App, c *core.Record) error {
		c.Load(map[string]any{"state": string(edo.StateFailed), "reason": string(edo.CounterpartyUnknown), "package": "card-1-v1-1", "attempt": 1, "actor": "kuznetsova"})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	one, many := m.desk.send(t.Context(), id, "petrov"), m.desk.sendMany(t.Context(), []string{id}, "petrov")[id]
	if !errors.Is(one, edo.UserNotAllowed) || !errors.Is(many, edo.UserNotAllowed) {
		t.Errorf("%v, %v", one, many)
	}
	after := find(t, m.desk, "failed")
	for _, field := range []string{"state", "reason", "package", "attempt", "actor", "handing"} {
		if diff := cmp.Diff(before.GetString(field), after.GetString(field)); diff != "" {
			t.Errorf("%s: %s", field, diff)
		}
	}
}

// ownDoor: PocketBase's own interface shows documents and rights to its administrators alone.
func (m *demo) ownDoor(t *testing.T, address string) {
	t.Helper()
	v, err := original(m.desk.app, addCard(t, m.desk, "closed", sample("letter.pdf"), "8499023162"))
	if err != nil {
		t.Fatal(err)
	}
	petrov, err := m.desk.app.FindFirstRecordByData(users, "actor", "petrov")
	if err != nil {
		t.Fatal(err)
	}
	token, err := petrov.NewAuthToken()
	if err != nil {
		t.Fatal(err)
	}
	file, err := petrov.NewFileToken()
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]int{
		"/api/collections/cards/records":                                             http.StatusForbidden,
		"/api/collections/rights/records":                                            http.StatusForbidden,
		"/api/collections/signatures/records":                                        http.StatusForbidden,
		"/api/files/versions/" + v.Id + "/" + v.GetString("file") + "?token=" + file: http.StatusNotFound,
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", token)
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		if answer.StatusCode != want {
			t.Errorf("%s: %s", path, answer.Status)
		}
	}
}

// TestDesk looks at what needs no other side: what is offered for which card, and the form of a new one.
func TestDesk(t *testing.T) {
	t.Parallel()
	m := openDemo(t)
	address := serve(t, m.desk)
	m.offers(t)
	m.uploads(t, address)
	m.refusedSend(t)
	m.ownDoor(t, address)
}

// offers: types of cards have different lists, and grey entries say why; who has no right is told so first.
func (m *demo) offers(t *testing.T) {
	t.Helper()
	card := func(direction, kind string, more map[string]any) *core.Record {
		c, err := newRecord(m.desk.app, cards)
		if err != nil {
			t.Fatal(err)
		}
		c.Load(map[string]any{"direction": direction, "kind": kind})
		c.Load(more)
		return c
	}
	words := func(c *core.Record, actor edo.ActorID) map[string]string {
		all := map[string]string{}
		for _, e := range m.desk.entries(c, actor, edo.PlaceCard) {
			if all[e.ID] = e.Why.EN; e.Enabled {
				all[e.ID] = "yes"
			}
		}
		return all
	}
	stored := map[string]any{"inbound": "stored", "class": "main", "wanted": "signature"}
	for name, tc := range map[string]struct {
		card *core.Record
		who  edo.ActorID
		want map[string]string
	}{
		"application": {card("inbound", "Заявление", stored), "kuznetsova", map[string]string{"open": "yes", "receipt": "yes", "sign": "yes", "refuse": "yes", "show-log": "yes"}},
		"inquiry":     {card("inbound", "Запрос", stored), "kuznetsova", map[string]string{"open": "yes", "receipt": "yes", "refuse": "yes", "show-log": "yes"}},
		"reader": {card("inbound", "Запрос", stored), "petrov", map[string]string{
			"open": "yes", "receipt": noRight().EN, "refuse": noRight().EN, "show-log": "yes",
		}},
		"nobody": {card("inbound", "Запрос", stored), "", map[string]string{"open": noRight().EN, "receipt": noRight().EN, "refuse": noRight().EN, "show-log": noRight().EN}},
		"letter": {card("outbound", "Письмо", nil), "kuznetsova", map[string]string{
			"send": "yes", "open-form": "there is no printed form of the operator", "sign-task": "no signature is awaited", "revoke": "only what the counterparty has can be revoked",
			"show-log": "was never sent", "retry": "there is nothing to try again", "cancel": "only what has not left can be cancelled", "decide": "the outcome is known",
		}},
	} {
		if diff := cmp.Diff(tc.want, words(tc.card, tc.who)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	if rows := count(t, m.desk, rights, "id != ''", nil); rows != len(people())+1 {
		t.Errorf("%d rows of rights", rows)
	}
}

// TestPretty: what is no XML, or nested beyond reason, is shown as it is.
func TestPretty(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat("<a>", 200) + strings.Repeat("</a>", 200)
	for text, want := range map[string]string{"<a><b/></a>": "<a>\n  <b/>\n</a>\n", "no <xml": "no <xml", deep: deep, "": ""} {
		if diff := cmp.Diff(want, pretty(text)); diff != "" {
			t.Error(diff)
		}
	}
	h := head{left: 3}
	for _, part := range []string{"ab", "cd", "ef"} {
		if n, err := h.Write([]byte(part)); n != 2 || err != nil {
			t.Error(n, err)
		}
	}
	if h.String() != "abc" || !h.cut {
		t.Errorf("%q, cut %v", h.String(), h.cut)
	}
}

// uploads: a new card by the form, and what is wrong with one.
func (m *demo) uploads(t *testing.T, address string) {
	t.Helper()
	b := logIn(t, address, "kuznetsova@velgom.example")
	fields := map[string]string{"title": "Новое письмо", "kind": "Письмо", "inn": "8499023162", "kpp": "849901001", "signer": "head-1"}
	if status, text := b.upload(t, fields, sample("contract.pdf")); status != http.StatusOK || !strings.Contains(text, "contract.pdf") {
		t.Errorf("%d %s", status, text)
	}
	if status, text := b.upload(t, map[string]string{"title": "Без ИНН", "kind": "Письмо", "inn": "1", "signer": "head-1"}, sample("contract.pdf")); status != http.StatusBadRequest || !strings.Contains(text, "ИНН.") {
		t.Errorf("%d %s", status, text)
	}
	if status, text := b.upload(t, fields, ""); status != http.StatusBadRequest || !strings.Contains(text, "файл.") {
		t.Errorf("without a file: %d %s", status, text)
	}
}
