package console_test

import (
	"html"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// TestDoctor: what was found is said in both languages with its remedy; one examination runs at a time, looking runs none, and
// one that breaks off does not block the next.
func TestDoctor(t *testing.T) {
	t.Parallel()
	b := newRig(t)
	a := b.enter(t, admin)
	form := a.form(t)
	if p := a.get(t, "/doctor"); p.Code != http.StatusOK || !strings.Contains(p.Body, "ничего не проверяли") || len(b.doctor.asked) != 0 {
		t.Errorf("looking: %d, %v", p.Code, b.doctor.asked)
	}
	if p := a.do(t, http.MethodPost, "/doctor", form); p.Code != http.StatusSeeOther || p.Head.Get("Location") != "/doctor" {
		t.Fatalf("%d %s", p.Code, p.Body)
	}
	for lang, want := range map[string][]string{
		"ru": {"Сертификат " + hostile + " истёк", "Что делать: закажите новый", "На диске осталось 812 МиБ", "certificate.ended", "Хранилище и главный ключ открываются", "Белова Анна Львовна"},
		"en": {"The certificate " + hostile + " has ended", "What to do: order a new one", "The disk has 812 MiB left", "The person signs"},
	} {
		p := a.get(t, "/doctor?lang="+lang)
		for _, text := range want {
			if !strings.Contains(p.Body, html.EscapeString(text)) {
				t.Errorf("%s: %q is missing in %s", lang, text, p.Body)
			}
		}
	}
	a.get(t, "/doctor?lang=ru")
	if p := a.do(t, http.MethodPost, "/doctor", a.form(t, "offline", "yes")); p.Code != http.StatusSeeOther || !strings.Contains(a.get(t, "/doctor").Body, "операторов не спрашивали") {
		t.Errorf("offline: %d", p.Code)
	}
	entered := make(chan struct{})
	b.doctor.mu.Lock()
	b.doctor.waits, b.doctor.entered = make(chan struct{}), entered
	b.doctor.mu.Unlock()
	first := make(chan page)
	go func() { first <- a.do(t, http.MethodPost, "/doctor", form) }()
	<-entered
	if p := a.do(t, http.MethodPost, "/doctor", form); p.Code != http.StatusConflict || !strings.Contains(p.Body, "Проверка уже идёт") {
		t.Errorf("two at a time: %d %s", p.Code, p.Body)
	}
	close(b.doctor.waits)
	if p := <-first; p.Code != http.StatusSeeOther {
		t.Errorf("the first: %d", p.Code)
	}
	b.doctor.mu.Lock()
	if want := []bool{false, true, false}; !slices.Equal(want, b.doctor.asked) {
		t.Errorf("asked %v", b.doctor.asked)
	}
	b.doctor.breaks = true
	b.doctor.mu.Unlock()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, b.server.URL+"/doctor", strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if answer, err := a.Do(r); err == nil {
		answer.Body.Close()
		t.Error("a panic gave an answer")
	}
	b.doctor.mu.Lock()
	b.doctor.breaks = false
	b.doctor.mu.Unlock()
	if p := a.do(t, http.MethodPost, "/doctor", form); p.Code != http.StatusSeeOther {
		t.Errorf("after one that broke off: %d %s", p.Code, p.Body)
	}
}
