package console_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/edokit/edokit/conformance/chromium"
	"github.com/edokit/edokit/edo"
)

// TestInABrowser: a clerk logs in, looks at a package and its XML, and decides an item in doubt, without any script of ours.
// With EDOKIT_PICTURES every page is also kept there as PNG, on a desk and on a telephone.
func TestInABrowser(t *testing.T) {
	t.Parallel()
	rig := newRigFor(t, "ИП Громов Пётр Андреевич")
	b := chromium.Open(t)
	b.Call(t, "Emulation.setScriptExecutionDisabled", map[string]any{"value": true}, nil)
	b.Size(t, 1200, 800)
	b.Goto(t, rig.server.URL+"/package?s=velgom-seti&p="+string(sent))
	rig.pictured(t, b, "login")
	b.Fill(t, "actor", string(clerk))
	b.Fill(t, "password", rig.password[clerk])
	b.Click(t, "Войти")
	b.Sees(t, "Пакет 2026-0418", "АО «Велгом-Сети»", "ООО «Речной порт»", "Кузнецова Мария Игоревна", "Волошина Ирина Сергеевна", "Печатная форма оператора со штампом", "наши часы впереди на")
	rig.pictured(t, b, "package")
	b.Click(t, "Посмотреть")
	b.Sees(t, "Просмотр записан в журнал чтений")
	rig.pictured(t, b, "preview")
	b.Click(t, "Сообщения")
	b.Sees(t, "2026-0418", "2026-0419", "2026-0420", "Исход неизвестен")
	rig.pictured(t, b, "messages")

	b.Click(t, "2026-0419")
	b.Sees(t, "Исход неизвестен", "Без человека дальше не пойдёт")
	b.Click(t, "XML")
	b.Sees(t, "SendMessage", "Ответ не разобран")
	rig.pictured(t, b, "xml")
	b.Goto(t, rig.server.URL+of("/exchange", doubted, "id", string(rig.raw)))
	b.Sees(t, "[секрет скрыт]", "[содержимое: 110,2 КБ, SHA-256 2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881]", "<script>alert(1)</script>")
	if n := b.Eval(t, `document.querySelectorAll("script, main b").length`); n != "0" {
		t.Errorf("%s elements of the XML became part of the page", n)
	}
	rig.pictured(t, b, "exchange")

	b.Click(t, "Очередь")
	b.Sees(t, "Ждёт человека 1", "Опаздывает 0", "Не отправлено за месяц 1")
	rig.pictured(t, b, "queue")
	b.Click(t, "Решить…")
	rig.pictured(t, b, "decide")
	b.Eval(t, `document.querySelector("[name=there][value=yes]").checked = true`)
	b.Fill(t, "message", "m-77")
	b.Fill(t, "time", rig.moment())
	b.Fill(t, "why", "вижу в исходящих оператора")
	b.Click(t, "Дальше")
	b.Sees(t, "пакет у оператора ЕСТЬ", "m-77", "вижу в исходящих оператора", "печатной формы не будет")
	rig.pictured(t, b, "sure")
	if op, err := rig.home.Store.Operation(t.Context(), edo.Key{Subscriber: sub, Package: doubted}); err != nil || op.State != edo.StateInDoubt {
		t.Fatalf("decided before it was confirmed: %s, %v", op.State, err)
	}
	b.Click(t, "Да, записать решение")
	b.Sees(t, "Записано: решение", "m-77", "Решено человеком")
	op, err := rig.home.Store.Operation(t.Context(), edo.Key{Subscriber: sub, Package: doubted})
	if err != nil || !op.State.Sent() || op.Message != "m-77" || !strings.Contains(op.Detail, "kuznetsova: вижу в исходящих оператора") {
		t.Errorf("%s %s %q, %v", op.State, op.Message, op.Detail, err)
	}
	b.Click(t, "English")
	b.Sees(t, "Package 2026-0419", "Who signed", "Log out")
	b.Click(t, "Log out")
	b.Sees(t, "Password")
}

// moment is a minute ago as a field of the page's zone takes it.
func (b *rig) moment() string {
	return b.clock().Add(-time.Second).In(moscow).Format("2006-01-02T15:04:05")
}

// pictured looks whether a page fits a narrow window, and keeps its pictures where EDOKIT_PICTURES says.
func (b *rig) pictured(t *testing.T, c *chromium.Page, name string) {
	t.Helper()
	folder := os.Getenv("EDOKIT_PICTURES")
	for _, w := range []struct {
		width, height int
		suffix        string
	}{{400, 800, "-400"}, {1200, 800, ""}} {
		c.Size(t, w.width, w.height)
		if over := c.Eval(t, "document.documentElement.scrollWidth - document.documentElement.clientWidth"); over != "0" {
			t.Errorf("%s at %d: %s pixels too wide", name, w.width, over)
		}
		if folder != "" {
			if err := os.WriteFile(filepath.Join(folder, name+w.suffix+"-top.png"), c.Picture(t, false), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(folder, name+w.suffix+".png"), c.Picture(t, true), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
}
