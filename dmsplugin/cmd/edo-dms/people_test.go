package main_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/edokit/edokit/conformance/mockoperator"
	"github.com/edokit/edokit/edo/edotest"
)

// counter is the command line alone, on a home folder of its own.
func counter(t *testing.T, scenario mockoperator.Scenario) (m *mailroom, address string) {
	t.Helper()
	operator, err := mockoperator.New(mockoperator.Config{Dir: t.TempDir(), Scenario: scenario})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { operator.Close() })
	address, stop, err := operator.Listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = stop() })
	m = &mailroom{operator: operator, us: operator.Organisations()[0], them: operator.Organisations()[1], dir: t.TempDir()}
	m.write(t, "password", []byte(m.us.Password))
	return m, address
}

func (m *mailroom) write(t *testing.T, name string, body []byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(m.dir, name), body, 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestEnrolNewcomer: one whom the operator does not know is registered from his certificate, once.
func TestEnrolNewcomer(t *testing.T) {
	t.Parallel()
	m, address := counter(t, mockoperator.Scenario{})
	const inn = "7707083893"
	person := edotest.Subject{Owner: "Смирнова Анна Павловна", Surname: "Смирнова", GivenName: "Анна Павловна", Organisation: "ООО «Клиент»", INN: inn, OGRN: "1027700123450"}
	made, err := edotest.NewKey(person, time.Now().Add(-time.Hour), time.Now().AddDate(1, 0, 0))
	if err != nil {
		t.Fatal(err)
	}
	m.write(t, "client.crt", made.CertificatePEM)
	m.write(t, "client.key", made.KeyPEM)
	m.write(t, "consent.txt", []byte("Согласен на обработку персональных данных"))
	m.write(t, "request.pdf", []byte("%PDF-1.4 заявка"))

	m.run(t, "subscriber", "add", "client", "--endpoint", address, "--inn", inn, "--kpp", "770701001", "--title", "ООО «Клиент»", "--certificate", "client.crt", "--key", "client.key")
	m.run(t, "user", "allow", "portal", "--subscriber", "client", "--action", "send,invite")
	asking := []string{"--lang", "ru", "ready", "client", "--actor", "portal", "--signer", "smirnova", "--kind", "application"}
	out, code := m.try(t, asking...)
	if code != 1 {
		t.Errorf("not ready: exit code %d", code)
	}
	holds(t, out, "Такого подписанта нет", "У абонента нет ящика у оператора", "Не хватает согласия")

	enrol := []string{
		"enrol", "client", "--actor", "portal", "--certificate", "client.crt", "--ogrn", "1027700123450", "--accept-rules",
		"--last-name", "Смирнова", "--first-name", "Анна", "--middle-name", "Павловна", "--e-mail", "office@client.example",
	}
	holds(t, m.run(t, enrol...), "client: registered, box ", "the operator's rules are accepted: yes")
	holds(t, m.run(t, append([]string{"--lang", "ru"}, enrol...)...), "был зарегистрирован раньше")
	if n := len(m.operator.Registrations()); n != 1 {
		t.Errorf("%d registrations", n)
	}
	m.run(t, "signer", "add", "smirnova", "--subscriber", "client", "--certificate", "client.crt", "--key", "client.key")
	holds(t, m.run(t, append(asking, "--consent", "personal-data")...), "всё готово к отправке")

	submission := []string{"send", "request.pdf", "--subscriber", "client", "--actor", "portal", "--to-inn", m.us.INN, "--to-kpp", m.us.KPP, "--kind", "Заявление", "--signer", "smirnova", "--package", "s-1", "--wait", "--timeout", "60s"}
	out, code = m.try(t, append([]string{"--lang", "ru"}, submission...)...)
	if code != 1 {
		t.Errorf("without a consent: exit code %d", code)
	}
	holds(t, out, "Не хватает согласия")
	holds(t, m.run(t, append(submission, "--consent", "personal-data=consent.txt", "--person", "Смирнова А. П.")...), "accepted by the operator")
}

// TestCounterparties: found, registered once, waited for, and the moves of a relation.
func TestCounterparties(t *testing.T) {
	t.Parallel()
	m, address := counter(t, mockoperator.Scenario{})
	m.run(t, "subscriber", "add", "us", "--endpoint", address, "--inn", m.us.INN, "--kpp", m.us.KPP, "--box", m.us.Boxes[0], "--login", m.us.Login, "--password-file", "password")
	m.run(t, "user", "allow", "ivanova", "--subscriber", "us", "--action", "invite")
	with := func(args ...string) []string { return append(args, "--subscriber", "us", "--actor", "ivanova") }
	holds(t, m.run(t, with("counterparty", "ensure", m.them.INN, "--kpp", m.them.KPP, "--wait")...), "ready", m.them.Boxes[0])

	for lang, said := range map[string]string{"en": "The counterparty is the sender itself", "ru": "Получатель совпадает с отправителем"} {
		out, code := m.try(t, append([]string{"--lang", lang}, with("counterparty", "ensure", m.us.INN, "--kpp", m.us.KPP, "--wait")...)...)
		if code != 1 || strings.Contains(out, "refused") || strings.Contains(out, "отказал") {
			t.Errorf("ourselves: exit code %d, %s", code, out)
		}
		holds(t, out, said)
	}
	newcomer := with("counterparty", "ensure", "7707083893", "--kpp", "770701001", "--name", "ООО «Новый»", "--e-mail", "info@new.example", "--wait")
	m.shows(t, "the time is over: 7707083893: known to the operator", append(newcomer, "--timeout", "2s")...)
	if out, code := m.try(t, append(newcomer, "--timeout", "1ns")...); code != 3 {
		t.Errorf("not active yet: exit code %d, %s", code, out)
	}
	if err := m.operator.Activate("7707083893", "770701001"); err != nil {
		t.Fatal(err)
	}
	holds(t, m.run(t, append(newcomer, "--timeout", "2m")...), "Counterparty 7707083893 770701001: ready")
	if n := len(m.operator.Registrations()); n != 1 {
		t.Errorf("%d registrations", n)
	}
	holds(t, m.run(t, "--lang", "ru", "counterparty", "list", "--subscriber", "us"), "7707083893", "ООО «Новый»", "обмен возможен", m.them.INN)
	holds(t, m.run(t, "counterparty", "show", "7707083893", "--kpp", "770701001", "--subscriber", "us"), "ready")
	out, code := m.try(t, "--lang", "ru", "counterparty", "ensure", m.them.INN, "--subscriber", "us", "--actor", "stranger")
	if code != 1 {
		t.Errorf("a stranger: exit code %d", code)
	}
	holds(t, out, "Пользователю не разрешено это действие")
}

// TestMoves: a person invites, withdraws and invites again.
func TestMoves(t *testing.T) {
	t.Parallel()
	all := mockoperator.DefaultOrganisations()
	all[1].ContactAuth = mockoperator.AuthManual
	m, address := counter(t, mockoperator.Scenario{Organisations: all, People: mockoperator.People{Contacts: mockoperator.ContactsRequired}})
	m.run(t, "subscriber", "add", "us", "--endpoint", address, "--inn", m.us.INN, "--kpp", m.us.KPP, "--box", m.us.Boxes[0], "--login", m.us.Login, "--password-file", "password")
	m.run(t, "user", "allow", "ivanova", "--subscriber", "us", "--action", "invite")
	move := func(lang, name string) string {
		return m.run(t, "--lang", lang, "counterparty", name, m.them.INN, "--kpp", m.them.KPP, "--subscriber", "us", "--actor", "ivanova", "--comment", "для договора")
	}
	holds(t, move("en", "invite"), "we have invited")
	holds(t, move("en", "invite"), "we have invited")
	holds(t, move("ru", "withdraw"), "приглашение отозвано")
	if n := len(m.operator.Invitations()); n != 1 {
		t.Errorf("%d invitations", n)
	}
}
