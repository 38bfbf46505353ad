package acceptance

import (
	"bytes"
	"strings"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/conformance/mockoperator"
	"github.com/edokit/edokit/conformance/replay"
	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/directory/cassette"
	"github.com/edokit/edokit/directory/tables"
)

// exchangesCanBeReplayed: what the log has of a package is written as a cassette, played to the library again, and
// ends in the same way.
func (around Around) exchangesCanBeReplayed(t conformance.T) {
	s := around.newStand(t, mockoperator.Scenario{})
	company, client := s.side(0, options{}), s.side(1, options{idle: true})
	company.send(company.letter("p", client))
	company.stop()
	tape, err := cassette.Collect(t.Context(), company.home.Store, company.home.Archive, company.key("p"))
	must(t, err)
	var file bytes.Buffer
	must(t, tape.Write(&file))
	if bytes.Contains(file.Bytes(), []byte(company.org.Password)) {
		t.Error("the cassette holds the password")
	}
	read, err := mockoperator.ParseCassette(&file)
	must(t, err)
	out, err := replay.Run(t.Context(), t.TempDir(), read)
	must(t, err)
	for _, line := range out.Differs(read) {
		t.Error(line)
	}
}

// threeBooks: subscribers, users and messages come out as tables under the names that users know, without secrets.
func (around Around) threeBooks(t conformance.T) {
	s := around.newStand(t, mockoperator.Scenario{})
	company, client := s.side(0, options{}), s.side(1, options{idle: true})
	company.send(company.letter("p", client))
	ctx, store := t.Context(), company.home.Store
	subscribers, err := store.Subscribers(ctx)
	must(t, err)
	users, err := store.Users(ctx, company.id)
	must(t, err)
	messages, err := store.Exchanges(ctx, directory.ExchangeFilter{Subscriber: company.id, Package: "p"})
	must(t, err)
	book(t, tables.Subscribers(), subscribers, "Наши абоненты системы обмена документами", company.org.Password, company.org.Login)
	book(t, tables.Users(), users, "Пользователи систем обмена документами", company.org.Password, string(clerk))
	book(t, tables.Messages(), messages, "Сообщения систем обмена документами", company.org.Password, "SendMessage")
}

// book writes one table and looks for its name, its rows, what must be in it, and what must not.
func book[R any](t conformance.T, b tables.Book[R], rows []R, name, secret, holds string) {
	t.Helper()
	var out bytes.Buffer
	sheet := tables.CSV(&out, b, tables.Options{Russian: true})
	for _, row := range rows {
		must(t, sheet.Write(row))
	}
	must(t, sheet.Flush())
	text := out.String()
	if b.RU != name || len(rows) == 0 || !strings.Contains(text, holds) || strings.Contains(text, secret) || strings.Count(text, "\n") <= len(rows) {
		t.Errorf("«%s», %d rows: %s", b.RU, len(rows), text)
	}
}
