package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/filesystem"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/dmsplugin"
	"github.com/edokit/edokit/edo"
)

// Who is in the demonstration.
const (
	our    = edo.SubscriberID("velgom-seti")
	theirs = edo.SubscriberID("verhneluchye")
	host   = edo.ActorID("pocketbase") // the document system itself, which reads what it stores
	client = edo.ActorID("obruchev")   // at the counterparty
	admin  = "admin@velgom.example"
)

// person is somebody who logs in.
type person struct {
	actor    edo.ActorID
	name, is string
	actions  []edo.Action
	password string
}

func (p person) email() string { return string(p.actor) + "@velgom.example" }

func people() []person {
	all := []edo.Action{edo.ActionSend, edo.ActionAnswer, edo.ActionSign, edo.ActionInvite, edo.ActionDecide, edo.ActionRead, edo.ActionReadLog, edo.ActionReadContent}
	return []person{
		{actor: "kuznetsova", name: "Кузнецова Мария Игоревна", is: "may do everything / может всё", actions: all},
		{actor: "pryakhin", name: "Пряхин Олег Андреевич", is: "gets applications / получает заявления", actions: all},
		{actor: "petrov", name: "Петров Илья Сергеевич", is: "may only look / может только смотреть", actions: []edo.Action{edo.ActionRead, edo.ActionReadContent}},
	}
}

// demo is a desk with everything around it.
type demo struct {
	options
	desk     *desk
	operator *operator
	home     string
	bin      string
	people   []person
	password string // of the administrator
}

func pluginConfig(path, home string, logger *slog.Logger) dmsplugin.Config {
	return dmsplugin.Config{
		Path: path, Actor: host, Logger: logger,
		// A box is read twice a second, and waits are short: somebody is looking on.
		Env: []string{"EDOKIT_HOME=" + home, "EDOKIT_PULL=500ms", "EDOKIT_RETRY_FIRST=200ms", "EDOKIT_RETRY_LONGEST=2s"},
	}
}

func startDemo(ctx context.Context, o options, tmp string) (_ *demo, err error) {
	m := &demo{options: o, people: people(), home: filepath.Join(tmp, "home")}
	if m.bin, err = programs(ctx, o.bin, tmp); err != nil {
		return nil, err
	}
	if m.operator, err = startOperator(m.bin, o.samples, filepath.Join(tmp, "operator")); err != nil {
		return nil, err
	}
	m.desk, err = open(newConfig(filepath.Join(tmp, "pb_data"), filepath.Join(m.bin, "edo-dms"), m.home, o))
	if err != nil {
		m.operator.stop()
		return nil, err
	}
	if err := errors.Join(m.prepare(ctx), m.addPeople(), m.addCards(ctx)); err != nil {
		err = errors.Join(err, m.desk.close())
		m.operator.stop()
		return nil, err
	}
	return m, nil
}

// prepare does what an administrator does once: who we are, who may do what, whose keys sign, who gets what comes in.
func (m *demo) prepare(ctx context.Context) error {
	c, err := m.desk.plugin.Client(ctx)
	if err != nil {
		return err
	}
	for i, id := range []edo.SubscriberID{our, theirs} {
		if err := m.subscriber(ctx, c, id, m.operator.Organisations[i]); err != nil {
			return err
		}
	}
	allowed := []directory.User{
		{Actor: host, Subscriber: our, Name: "PocketBase", Actions: []edo.Action{edo.ActionRead, edo.ActionReadContent}},
		{Actor: client, Subscriber: theirs, Name: "Обручев Глеб Станиславович", Actions: []edo.Action{edo.ActionSend, edo.ActionAnswer}},
	}
	for _, p := range m.people {
		allowed = append(allowed, directory.User{Actor: p.actor, Subscriber: our, Name: p.name, Actions: p.actions})
	}
	for _, u := range allowed {
		if err := c.AllowUser(ctx, u); err != nil {
			return err
		}
	}
	for _, rule := range [][]string{
		{"kuznetsova", "--scope", "administrator", "--subscriber", string(our)},
		{"pryakhin", "--scope", "box", "--kind", "application", "--subscriber", string(our)},
		{string(client), "--scope", "administrator", "--subscriber", string(theirs)},
	} {
		if err := m.command(ctx, append([]string{"responsible", "set"}, rule...)...); err != nil {
			return err
		}
	}
	return m.desk.learnOnce(ctx)
}

// command runs edo-dms beside the plugin, on the same home.
func (m *demo) command(ctx context.Context, args ...string) error {
	cmd := exec.CommandContext(ctx, filepath.Join(m.bin, "edo-dms"), args...)
	cmd.Env = append(os.Environ(), "EDOKIT_HOME="+m.home)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("edo-dms %v: %w\n%s", args, err, out)
	}
	return nil
}

func (m *demo) subscriber(ctx context.Context, c *dmsplugin.Client, id edo.SubscriberID, o organisation) error {
	err := c.PutSubscriber(ctx, directory.Subscriber{
		ID: id, Title: o.Name, Operator: "synerdocs", Endpoint: m.operator.URL, Box: o.Box, INN: o.INN, KPP: o.KPP, Login: o.Login,
		LoginKind: directory.LoginPassword, Service: "head-1", Policy: edo.Policy{Receive: true}, Enabled: true,
	})
	if err != nil {
		return err
	}
	if err := c.SetPassword(ctx, id, o.Login, edo.NewSecret(o.Password)); err != nil {
		return err
	}
	for i, s := range o.Signers {
		certificate, err := os.ReadFile(s.Certificate)
		if err != nil {
			return err
		}
		key, err := os.ReadFile(s.Key)
		if err != nil {
			return err
		}
		_, err = c.PutSigner(ctx, directory.Signer{ID: edo.SignerID(fmt.Sprintf("head-%d", i+1)), Subscriber: id, Enabled: true},
			&dmsplugin.KeyPair{Certificate: certificate, Key: edo.NewSecret(string(key))})
		if err != nil {
			return err
		}
	}
	return nil
}

// addPeople makes the users of PocketBase and its administrator.
func (m *demo) addPeople() error {
	for i := range m.people {
		p := &m.people[i]
		p.password = m.secret()
		u, err := newRecord(m.desk.app, users)
		if err != nil {
			return err
		}
		u.Load(map[string]any{"name": p.name, "actor": string(p.actor), "verified": true})
		u.SetEmail(p.email())
		u.SetPassword(p.password)
		if err := m.desk.app.Save(u); err != nil {
			return err
		}
	}
	m.password = m.secret()
	a, err := newRecord(m.desk.app, core.CollectionNameSuperusers)
	if err != nil {
		return err
	}
	a.SetEmail(admin)
	a.SetPassword(m.password)
	return m.desk.app.Save(a)
}

// addCards makes cards of two types, and has the counterparty send two documents.
func (m *demo) addCards(ctx context.Context) error {
	to := m.operator.Organisations[1]
	owner, err := m.desk.app.FindFirstRecordByData(users, "actor", "kuznetsova")
	if err != nil {
		return err
	}
	for _, c := range []struct{ title, kind, number, file, wanted string }{
		{"О сроках технологического присоединения", "Письмо", "14-07/318", "letter.pdf", ""},
		{"Договор технологического присоединения", "Договор", "ТП-2026/0418", "contract.pdf", edo.WantedSignature},
		{"Письмо о технических условиях", "Письмо", "14-07/319", "technical-conditions.pdf", ""},
	} {
		file, err := filesystem.NewFileFromPath(filepath.Join(m.samples, "quickstart", "testdata", c.file))
		if err != nil {
			return err
		}
		_, err = m.desk.addCard(map[string]string{
			"title": c.title, "kind": c.kind, "number": c.number, "party": to.Name, "inn": to.INN, "kpp": to.KPP, "signer": "head-1", "wanted": c.wanted,
		}, owner.Id, file)
		if err != nil {
			return err
		}
	}
	return m.receive(ctx, "demo")
}

// receive has the counterparty send us an application, which asks for our signature, and an inquiry, which does not.
func (m *demo) receive(ctx context.Context, id string) error {
	c, err := m.desk.plugin.Client(ctx)
	if err != nil {
		return err
	}
	us, now := m.operator.Organisations[0], m.desk.Now()
	agreed, _, err := edo.DigestOf(strings.NewReader("Согласен на обработку персональных данных."))
	if err != nil {
		return err
	}
	for i, d := range []struct{ kind, name, file string }{
		{"Заявление", "Заявление о присоединении теплицы.pdf", "application.pdf"},
		{"Запрос", "Запрос о перечне оборудования.pdf", "equipment.pdf"},
	} {
		content, err := edo.FileContent(filepath.Join(m.samples, "portal", "testdata", d.file))
		if err != nil {
			return err
		}
		_, err = c.Send(ctx, edo.Package{
			ID: edo.PackageID(fmt.Sprintf("%s-%d", id, i+1)), Subscriber: theirs, Actor: client, To: edo.Counterparty{INN: us.INN, KPP: us.KPP, Name: us.Name},
			Consents: []edo.Consent{{ID: "personal-data", Text: agreed, At: now, Person: "Обручев Глеб Станиславович"}},
			Documents: []edo.Document{{
				ID: "document", Name: d.name, Kind: d.kind, Number: fmt.Sprint(17 + i), Date: now.Truncate(24 * time.Hour),
				Content: content, Signer: "head-1", NeedSign: i == 0,
			}},
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// greet says where everything is.
func (m *demo) greet(address string) {
	fmt.Fprintf(m.out, "Documents:           %s/\nPocketBase's pages:  %s/_/\n\n", address, address)
	for _, p := range m.people {
		fmt.Fprintf(m.out, "  %-28s %s  %s\n", p.email(), p.password, p.is)
	}
	fmt.Fprintf(m.out, "  %-28s %s  PocketBase's administrator / администратор\n\nmock operator %s, process %d; Ctrl-C ends everything\n", admin, m.password, m.operator.URL, m.operator.pid)
}
