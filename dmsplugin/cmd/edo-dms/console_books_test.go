//go:build unix

package main_test

import (
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/edokit/edokit/conformance/canary"
	"github.com/edokit/edokit/conformance/mockoperator"
)

// TestConsoleAdministers: what an administrator changes on the pages is what the command line shows, the doctor of the pages
// is that of the command line and tries the new password, and no secret is on a page or in a log.
func TestConsoleAdministers(t *testing.T) {
	t.Parallel()
	m, address := counter(t, mockoperator.Scenario{})
	m.run(t, "subscriber", "add", string(us), "--endpoint", address, "--inn", m.us.INN, "--kpp", m.us.KPP, "--box", m.us.Boxes[0], "--login", m.us.Login, "--password-file", "password")
	m.run(t, "user", "allow", "belova", "--subscriber", string(us), "--action", "read,administer", "--name", "Белова Анна")
	m.write(t, "console-password", []byte("four words and a space\n"))
	m.run(t, "console", "user", "set", "belova", "--password-file", "console-password")
	base, end := m.console(t)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Jar: jar}
	defer client.CloseIdleConnections()
	var pages strings.Builder
	marks := func(page string) (token, seen string) {
		for name, to := range map[string]*string{"token": &token, "seen": &seen} {
			if found := regexp.MustCompile(`name="` + name + `" value="([^"]*)"`).FindStringSubmatch(page); found != nil {
				*to = found[1]
			}
		}
		return token, seen
	}
	send := func(from, to string, pairs ...string) string {
		t.Helper()
		form := url.Values{"s": {string(us)}}
		token, seen := marks(read(t, client, base+from, nil))
		form.Set("token", token)
		form.Set("seen", seen)
		for i := 0; i+1 < len(pairs); i += 2 {
			form.Add(pairs[i], pairs[i+1])
		}
		page := read(t, client, base+to, form)
		pages.WriteString(page)
		return page
	}
	send("login", "login", "actor", "belova", "password", "four words and a space")
	if page := send("user?s="+string(us), "user", "do", "save", "actor", "petrov", "name", "Петров", "action", "read", "action", "send"); !strings.Contains(page, "Петров") {
		t.Errorf("the user: %s", page)
	}
	if list := m.run(t, "user", "list", "--subscriber", string(us)); !strings.Contains(list, "petrov") || !strings.Contains(list, "Петров") {
		t.Errorf("the command line does not know him: %s", list)
	}
	const login = "subscriber/change?s=" + string(us) + "&do=login"
	wrong := canary.Secret("неверный")
	send(login, "subscriber/change", "do", "login", "login", m.us.Login, "secret", wrong)
	page := send("doctor?lang=en", "doctor")
	if !strings.Contains(page, "login.failed") || !strings.Contains(page, "What to do:") {
		t.Errorf("the doctor of a wrong password: %s", page)
	}
	send(login, "subscriber/change", "do", "login", "login", m.us.Login, "secret", m.us.Password)
	page = send("doctor?lang=ru", "doctor")
	if strings.Contains(page, "login.failed") || !strings.Contains(page, "login.ok") || !strings.Contains(page, "Ошибок и предупреждений нет") {
		t.Errorf("the doctor of the right one: %s", page)
	}
	out, _ := m.try(t, "doctor")
	for _, id := range regexp.MustCompile(`\[([a-z-]+\.[a-z-]+)\]`).FindAllStringSubmatch(out, -1) {
		if !strings.Contains(page, id[1]) {
			t.Errorf("the command line finds %s, the page does not", id[1])
		}
	}
	end()
	scan, err := canary.New(map[string]string{"wrong": wrong, "right": m.us.Password})
	if err != nil {
		t.Fatal(err)
	}
	if found := scan.Find([]byte(pages.String())); len(found) != 0 {
		t.Errorf("secrets on pages: %v", found)
	}
}
