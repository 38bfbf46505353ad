package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pocketbase/dbx"

	"github.com/edokit/edokit/conformance/chromium"
	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/dmsplugin"
	"github.com/edokit/edokit/edo"
)

// window is a browser that knows our pages.
type window struct{ *chromium.Page }

const letter = "О сроках технологического присоединения"

// TestBrowser goes the whole way as clerks do, in a real browser: send, see the state change, open the stamped version and the
// XML; what came in is with the person who answers for it; who may not send sees why.
func TestBrowser(t *testing.T) {
	t.Parallel()
	b := &window{chromium.Open(t)}
	m := openDemo(t)
	address := serve(t, m.desk)
	logIn(t, address, "petrov@velgom.example") // the server answers now
	b.Size(t, 1200, 900)
	card := find(t, m.desk, letter).Id

	b.Goto(t, address+"/")
	b.signIn(t, "kuznetsova@velgom.example")
	b.contextMenu(t, card)
	b.sends(t)
	b.opensForm(t, m, card)
	b.opensXML(t, m, card)
	b.marksAndSends(t, m)
	b.seesArrivals(t, m, address)
	b.mayOnlyLook(t, m, address, card)
	b.pictures(t, m, address, card)
}

func (b *window) signIn(t *testing.T, email string) {
	t.Helper()
	b.Fill(t, "email", email)
	b.Fill(t, "password", password)
	b.Click(t, "Войти")
}

// contextMenu: a right click on a card opens its menu, with what the catalogue has for its type, and with why something is grey.
func (b *window) contextMenu(t *testing.T, card string) {
	t.Helper()
	row := fmt.Sprintf(`document.querySelector("tr[data-card='%s']")`, card)
	b.Eval(t, row+`.dispatchEvent(new MouseEvent("contextmenu", {bubbles: true, cancelable: true}))`)
	if open := b.Eval(t, row+`.querySelector("details.menu").open`); open != "true" {
		t.Error("a right click opens no menu")
	}
	menu := b.Eval(t, row+`.querySelector("details.menu ul").innerText`)
	for _, want := range []string{"Отправить через оператора ЭДО", "Открыть форму со штампом оператора", "печатной формы оператора нет", "ещё не отправлялся"} {
		if !strings.Contains(menu, want) {
			t.Errorf("the menu does not say %q:\n%s", want, menu)
		}
	}
	if strings.Contains(menu, "Подтвердить получение") {
		t.Errorf("an outgoing card has an entry of incoming ones:\n%s", menu)
	}
	b.Eval(t, `document.body.click()`)
}

// sends: one click, and the page follows by itself until the operator's stamp is there.
func (b *window) sends(t *testing.T) {
	t.Helper()
	b.Click(t, letter)
	b.Sees(t, "не отправлялся", "печатной формы оператора нет", "Подлинник, который подписан")
	b.Click(t, "Отправить через оператора ЭДО")
	b.Sees(t, letter)
	b.ComesToSee(t, "доставлен", "Печатная форма со штампом оператора")
	b.Sees(t, "Загоровский", "подпись верна", "штамп распознан", "уже отправлен или отправляется")
}

// opensForm: the stamped form is the second version, byte for byte as the plugin has it, and the browser shows it.
func (b *window) opensForm(t *testing.T, m *demo, card string) {
	t.Helper()
	b.Click(t, "Открыть форму со штампом оператора")
	b.Sees(t, "Версия 2: печатная форма со штампом оператора")
	until(t, "the frame shows a PDF", func() bool {
		kind, err := b.Value(`document.querySelector("iframe.pdf").contentDocument?.contentType ?? "PDF viewer"`)
		return err == nil && (kind == "application/pdf" || kind == "PDF viewer")
	})
	sum := b.Eval(t, `await (async () => { const r = await fetch(document.querySelector("iframe.pdf").src);
		if (r.headers.get("content-type") !== "application/pdf") return r.headers.get("content-type");
		const d = await crypto.subtle.digest("SHA-256", await r.arrayBuffer()); return [...new Uint8Array(d)].map(x => x.toString(16).padStart(2, "0")).join("") })()`)
	if diff := cmp.Diff(m.form(t, card), sum); diff != "" {
		t.Errorf("the form (-the plugin's +the page's):\n%s", diff)
	}
}

// form is the SHA-256 of a card's form as the plugin gives it.
func (m *demo) form(t *testing.T, card string) string {
	t.Helper()
	c, err := m.desk.app.FindRecordById(cards, card)
	if err != nil {
		t.Fatal(err)
	}
	plugin, err := m.desk.client(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	h := sha256.New()
	if _, err := plugin.Content(t.Context(), edo.Key{Subscriber: our, Package: edo.PackageID(c.GetString("package"))}, document, edo.RoleOperatorForm, h); err != nil {
		t.Fatal(err)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// opensXML: the message card has both sides in tabs, indented, and gives the exact text to save.
func (b *window) opensXML(t *testing.T, m *demo, card string) {
	t.Helper()
	b.Click(t, letter)
	b.Click(t, "Сообщения оператора")
	b.Sees(t, "Отправка", "SendMessage", "ответ получен", "Печатная форма")
	b.Click(t, "Отправка")
	b.Sees(t, "Секреты скрыты", "SendMessage")
	if xml := b.Eval(t, `document.querySelector("pre.xml[tabindex]").textContent`); !strings.Contains(xml, "\n  <") {
		t.Errorf("the request is not indented:\n%s", xml)
	}
	b.Click(t, "Ответ")
	b.Sees(t, "SendMessageResponse", "HTTP 200")
	plugin, err := m.desk.client(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	key := edo.PackageID(find(t, m.desk, letter).GetString("package"))
	rows, err := plugin.As("kuznetsova").Log(t.Context(), directory.ExchangeFilter{Subscriber: our, Package: key, Operation: "SendMessage"})
	if err != nil || len(rows) != 1 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	var want bytes.Buffer
	if _, err := plugin.As("kuznetsova").RawXML(t.Context(), rows[0].ID, dmsplugin.AnswerSide, &want); err != nil {
		t.Fatal(err)
	}
	got := b.Eval(t, `await (async () => { const a = [...document.querySelectorAll("a")].find(a => a.textContent === "Скачать точный текст"); const r = await fetch(a.href);
		if (!r.headers.get("content-disposition").startsWith("attachment")) return "is no attachment"; return r.text() })()`)
	if diff := cmp.Diff(want.String(), got); diff != "" {
		t.Errorf("the exact answer:\n%s", diff)
	}
}

// marksAndSends: several cards of a list go with one click.
func (b *window) marksAndSends(t *testing.T, m *demo) {
	t.Helper()
	b.Click(t, "Карточки")
	others := []string{"Договор технологического присоединения", "Письмо о технических условиях"}
	for _, title := range others {
		b.Eval(t, fmt.Sprintf(`document.querySelector("tr[data-card='%s'] input").checked = true`, find(t, m.desk, title).Id))
	}
	b.Click(t, "Отправить через оператора ЭДО")
	b.Sees(t, append(others, "передано")...)
	for _, title := range others {
		until(t, "the stamp of "+title, func() bool { return forms(t, m.desk, find(t, m.desk, title).Id) == 1 })
	}
}

// seesArrivals: what came in is a card of the responsible person, with what its type allows, and is signed from there.
func (b *window) seesArrivals(t *testing.T, m *demo, address string) {
	t.Helper()
	const application, inquiry = "Заявление о присоединении теплицы.pdf", "Запрос о перечне оборудования.pdf"
	until(t, "both documents came in", func() bool {
		return count(t, m.desk, versions, "delivery ~ 'inbound/'", dbx.Params{}) == 2
	})
	b.Goto(t, address+"/?box=mine")
	b.Sees(t, inquiry)
	if strings.Contains(b.Text(t), application) {
		t.Error("the application is with the wrong person")
	}
	b.Click(t, inquiry)
	b.Sees(t, "отправитель не просит подписи")
	b.Click(t, "Сообщения оператора")
	b.Click(t, "Обмен, которым документ получен")
	b.Sees(t, "GetDocumentContent", "Содержание документа", "GetDocumentContentResponse")
	b.Click(t, "Выйти")
	b.signIn(t, "pryakhin@velgom.example")
	b.Goto(t, address+"/?box=mine")
	b.Click(t, application)
	b.Sees(t, "Пряхин Олег Андреевич", "Обручев", "Ответить до", "Почему он")
	b.Click(t, "Подписать")
	b.Sees(t, "Кто подписывает", "Загоровский")
	b.Click(t, "Подписать")
	b.ComesToSee(t, "подписан нами")
	b.Click(t, "Открыть")
	b.Sees(t, "Версия 1: как получен от контрагента")
	b.Click(t, "Выйти")
}

// mayOnlyLook: whoever has no right sees every button grey and why; his browser is refused in the plugin's words all the same.
func (b *window) mayOnlyLook(t *testing.T, m *demo, address, card string) {
	t.Helper()
	b.signIn(t, "petrov@velgom.example")
	b.Goto(t, address+"/cards/"+card)
	b.Sees(t, "Отправить через оператора ЭДО", "нет права: обратитесь к администратору обмена", "Петров Илья Сергеевич")
	grey := b.Eval(t, `[...document.querySelectorAll("button:disabled")].map(b => b.textContent).join()`)
	if !strings.Contains(grey, "Отправить через оператора ЭДО") || b.Eval(t, `document.querySelectorAll("form[action='/send']").length`) != "0" {
		t.Errorf("the button is not grey: %s", grey)
	}
	fresh := m.blankCard(t, "Ещё одно письмо")
	text := b.Eval(t, fmt.Sprintf(`await (async () => { const r = await fetch("/send", {method: "POST", body: new URLSearchParams({card: %q})}); return r.status + " " + await r.text() })()`, fresh))
	if !strings.HasPrefix(text, "403 ") || !strings.Contains(text, "Пользователю не разрешено это действие") {
		t.Errorf("a direct call: %s", text)
	}
	if c := find(t, m.desk, "Ещё одно письмо"); c.GetString("state") != "" || c.GetBool("handing") || c.GetString("package") != "" {
		t.Errorf("the refused card: %v", c.FieldsData())
	}
	b.Goto(t, address+"/cards/"+card+"/messages")
	b.Sees(t, "SendMessage")
	b.Click(t, "Отправка")
	b.Sees(t, "Пользователю не разрешено это действие") // raw XML has a right of its own
	b.Goto(t, address+"/")
	b.Click(t, "English")
	b.Sees(t, "Send through the operator", "delivered")
	b.Goto(t, address+"/cards/"+card)
	b.Sees(t, "you have no right to do this", "Printed form with the operator's stamp")
}

// pictures of all pages, wide and narrow, for people: EDOKIT_PICTURES=FOLDER.
func (b *window) pictures(t *testing.T, m *demo, address, card string) {
	t.Helper()
	dir := os.Getenv("EDOKIT_PICTURES")
	if dir == "" {
		return
	}
	b.Click(t, "Log out")
	b.Fill(t, "email", "kuznetsova@velgom.example")
	b.Fill(t, "password", password)
	b.Click(t, "Log in")
	version, err := newest(m.desk.app, card, roleForm)
	if err != nil {
		t.Fatal(err)
	}
	plugin, err := m.desk.client(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	rows, err := plugin.As("kuznetsova").Log(t.Context(), directory.ExchangeFilter{Subscriber: our, Operation: "SendMessage"})
	if err != nil {
		t.Fatal(err)
	}
	inquiry := find(t, m.desk, "Запрос о перечне оборудования.pdf").Id
	for _, lang := range []string{"ru", "en"} {
		for name, path := range map[string]string{
			"list": "/", "card": "/cards/" + card, "inbound": "/cards/" + inquiry, "version": "/versions/" + version.Id, "messages": "/cards/" + card + "/messages",
			"message": "/messages/" + string(rows[0].ID), "new": "/new", "ask": "/do/revoke?card=" + card, "refused": "/cards/nowhere",
		} {
			for _, width := range []int{1200, 400} {
				b.Size(t, width, 900)
				b.Goto(t, address+"/lang/"+lang+"?to="+path)
				if name == "list" {
					b.Eval(t, `document.querySelector("tr:nth-child(2) details.menu").open = true`)
				}
				if name == "version" {
					b.Settle(t)
				}
				if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%s-%s-%d.png", name, lang, width)), b.Picture(t, false), 0o600); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}
