package main_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/edokit/edokit/conformance/mockoperator"
	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/dmsplugin"
	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/cms"
)

// mailroom is a plugin that reads a box, with the command line beside it on the same home folder.
type mailroom struct {
	operator *mockoperator.Operator
	client   *dmsplugin.Client
	us, them mockoperator.Organisation
	dir      string
	printed  string // by all commands
}

func openMailroom(t *testing.T) *mailroom {
	t.Helper()
	operator, err := mockoperator.New(mockoperator.Config{Dir: t.TempDir(), Organisations: organisations()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { operator.Close() })
	address, stop, err := operator.Listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = stop() })
	m := &mailroom{operator: operator, us: operator.Organisations()[0], them: operator.Organisations()[1], dir: t.TempDir()}
	var log buffer
	t.Cleanup(func() { unseen(t, m.us.Password, log.String()+m.printed, m.dir) })
	m.client, err = dmsplugin.Launch(t.Context(), dmsplugin.Config{
		Path: binary(), Env: []string{"EDOKIT_HOME=" + m.home(), "EDOKIT_PULL=200ms", "EDOKIT_RETRY_FIRST=50ms", "EDOKIT_RETRY_LONGEST=1s"}, Actor: clerk,
		Logger: slog.New(slog.NewTextHandler(&log, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := m.client.Close(); err != nil {
			t.Error(err)
		}
		if t.Failed() {
			t.Log(log.String())
		}
	})
	m.register(t, address)
	return m
}

func (m *mailroom) home() string { return filepath.Join(m.dir, "home") }

// register stores who we are through the plugin, and who answers for the box through the command line.
func (m *mailroom) register(t *testing.T, address string) {
	t.Helper()
	ctx := t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(m.client.PutSubscriber(ctx, directory.Subscriber{
		ID: us, Title: m.us.Name, Operator: "synerdocs", Endpoint: address, Box: edo.BoxID(m.us.Boxes[0]), INN: m.us.INN, KPP: m.us.KPP,
		Login: m.us.Login, LoginKind: directory.LoginPassword, Service: "service", Policy: edo.Policy{Receive: true}, Enabled: true,
	}))
	must(m.client.SetPassword(ctx, us, m.us.Login, edo.NewSecret(m.us.Password)))
	must(m.client.AllowUser(ctx, directory.User{Actor: clerk, Subscriber: us, Actions: []edo.Action{
		edo.ActionSend, edo.ActionAnswer, edo.ActionSign, edo.ActionInvite, edo.ActionRead, edo.ActionReadLog, edo.ActionReadContent,
	}}))
	heads, err := m.operator.Identities(m.us.Boxes[0])
	must(err)
	key, err := heads[0].KeyPEM()
	must(err)
	pair := &dmsplugin.KeyPair{Certificate: heads[0].CertificatePEM(), Key: edo.NewSecret(string(key))}
	_, err = m.client.PutSigner(ctx, directory.Signer{ID: "service", Subscriber: us, Enabled: true}, pair)
	must(err)
	must(os.WriteFile(filepath.Join(m.dir, "head2.crt"), heads[1].CertificatePEM(), 0o600))
	m.run(t, "signer", "add", "director", "--subscriber", string(us), "--certificate", "head2.crt", "--place", "host")
}

// run runs one command that must succeed and gives what it printed.
func (m *mailroom) run(t *testing.T, args ...string) string {
	t.Helper()
	out, code := m.try(t, args...)
	if code != 0 {
		t.Fatalf("%v: exit code %d\n%s", args, code, out)
	}
	return out
}

func (m *mailroom) try(t *testing.T, args ...string) (string, int) {
	t.Helper()
	c := exec.CommandContext(t.Context(), binary(), args...)
	c.Dir, c.Env = m.dir, append(os.Environ(), "EDOKIT_HOME="+m.home(), "TZ=UTC")
	out, err := c.CombinedOutput()
	m.printed += string(out)
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return string(out), c.ProcessState.ExitCode()
}

// shows runs a command until its output holds a text: the plugin works beside it. Each look is a process, so it looks seldom.
func (m *mailroom) shows(t *testing.T, want string, args ...string) string {
	t.Helper()
	var out string
	for deadline := time.Now().Add(2 * time.Minute); time.Now().Before(deadline); time.Sleep(500 * time.Millisecond) {
		if out, _ = m.try(t, args...); strings.Contains(out, want) {
			return out
		}
	}
	t.Fatalf("%v never says %q:\n%s", args, want, out)
	return ""
}

// holds reports whether the words stand in a text, in any place.
func holds(t *testing.T, text string, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(text, w) {
			t.Errorf("no %q in\n%s", w, text)
		}
	}
}

// TestMailroom: what comes in is read, stored, confirmed and answered by the plugin; people see and decide it at the
// command line.
func TestMailroom(t *testing.T) {
	t.Parallel()
	m := openMailroom(t)
	out, code := m.try(t, "doctor")
	if code != 1 {
		t.Errorf("doctor without an administrator: exit code %d", code)
	}
	holds(t, out, "WRONG: subscriber our-firm has no exchange administrator")
	holds(t, m.run(t, "--lang", "ru", "responsible", "set", "smirnova", "--scope", "administrator", "--subscriber", string(us)), "ответственный: smirnova, администратор обмена")
	m.run(t, "responsible", "set", "petrov", "--scope", "counterparty", "--inn", m.them.INN, "--subscriber", string(us))
	m.run(t, "absence", "set", "petrov", "--subscriber", string(us), "--from", "2020-01-01", "--until", "2199-01-01")

	remotes, err := m.operator.Plant(m.them.Boxes[0], m.us.Boxes[0], 4, func(i int) mockoperator.PlantedDocument {
		return mockoperator.PlantedDocument{Name: fmt.Sprintf("запрос-%d.txt", i), Kind: "Заявление", Content: fmt.Appendf(nil, "Прошу ответить %d", i), NeedSign: true}
	})
	if err != nil {
		t.Fatal(err)
	}
	m.readsAndConfirms(t, remotes)
	m.answers(t, remotes)
	m.signsElsewhere(t, remotes[2])
	m.repliesInTime(t, remotes[3])
	holds(t, m.run(t, "doctor"), "ok: the box of subscriber our-firm is read", "note: signer director signs in the document system")
}

func (m *mailroom) readsAndConfirms(t *testing.T, remotes []string) {
	t.Helper()
	for _, remote := range remotes {
		m.shows(t, "receipt given", "inbox", "show", remote, "--subscriber", string(us))
	}
	holds(t, m.run(t, "inbox", "list", "--class", "main"), append(remotes, "receipt given", " main ", "application", "запрос-2.txt", "sound", "smirnova", "open, due ")...)
	shown := m.run(t, "--lang", "ru", "inbox", "show", remotes[0], "--subscriber", string(us))
	holds(t, shown, "извещение отправлено", "Заявление", "верна, оператор: верна", "Ответственный: smirnova", "Почему: ", "petrov", "Срок ответа: идёт до ")

	events, err := m.client.Deliver(t.Context(), us, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[edo.RemoteID]int{}
	for _, e := range events {
		if d := e.Inbound; e.Kind == edo.EventInbound && d.Class == edo.ClassMain {
			seen[d.Key.Remote]++
			if d.Responsible != "smirnova" || d.Why.RU == "" || d.Why.EN == "" || !d.Sound() || len(d.Signatures) != 1 {
				t.Errorf("event %+v", d)
			}
		}
	}
	for i, remote := range remotes {
		if seen[edo.RemoteID(remote)] != 1 {
			t.Errorf("%s was told %d times", remote, seen[edo.RemoteID(remote)])
		}
		var got bytes.Buffer
		_, err := m.client.InboundContent(t.Context(), edo.InboundKey{Subscriber: us, Remote: edo.RemoteID(remote)}, edo.RoleOriginal, &got)
		if want := fmt.Sprintf("Прошу ответить %d", i); err != nil || got.String() != want {
			t.Errorf("content %q, %v", got.String(), err)
		}
	}
	m.run(t, "inbox", "save", remotes[1], "--subscriber", string(us), "--out", "saved.txt")
	if raw, err := os.ReadFile(filepath.Join(m.dir, "saved.txt")); err != nil || string(raw) != "Прошу ответить 1" {
		t.Errorf("saved %q, %v", raw, err)
	}
	if out, code := m.try(t, "inbox", "save", remotes[1], "--subscriber", string(us), "--out", "saved.txt"); code != 1 {
		t.Errorf("saved over a file: %s", out)
	}
	out, code := m.try(t, "--lang", "ru", "inbox", "show", "none", "--subscriber", string(us))
	if code != 1 {
		t.Errorf("an unknown document: exit code %d", code)
	}
	holds(t, out, "Такого входящего документа нет")
}

func (m *mailroom) answers(t *testing.T, remotes []string) {
	t.Helper()
	by := []string{"--subscriber", string(us), "--actor", string(clerk)}
	with := func(args ...string) []string { return append(args, by...) }
	holds(t, m.run(t, with("answer", "offers", remotes[0])...), "sign: ", "refuse: ")
	holds(t, m.run(t, append(with("answer", "sign", remotes[0]), "--signer", "service", "--wait", "--timeout", "60s")...), "accepted by the operator", "Answer: signature, to the document "+remotes[0])
	m.shows(t, "signed by us", "inbox", "show", remotes[0], "--subscriber", string(us))

	if out, code := m.try(t, append(with("answer", "refuse", remotes[1]), "--signer", "service")...); code != 2 {
		t.Errorf("a refusal without a text: exit code %d, %s", code, out)
	}
	if out, code := m.try(t, append(with("answer", "refuse", remotes[1]), "--signer", "service", "--text", " \t ")...); code != 1 || !strings.Contains(out, "answer.text") {
		t.Errorf("a refusal of blanks: exit code %d, %s", code, out)
	}
	refusal := append(with("answer", "refuse", remotes[1]), "--signer", "service", "--text", "Нет приложения")
	m.run(t, refusal...)
	m.run(t, refusal...) // the same answer again
	m.shows(t, "мы отказали в подписи", "--lang", "ru", "inbox", "show", remotes[1], "--subscriber", string(us))
	out, code := m.try(t, append(with("--lang", "ru", "answer", "refuse", remotes[1]), "--signer", "service", "--text", "Другое")...)
	if code != 1 {
		t.Errorf("another text: exit code %d", code)
	}
	holds(t, out, "Под этим номером уже принят другой пакет")
	out, code = m.try(t, "--lang", "ru", "answer", "sign", remotes[1], "--subscriber", string(us), "--actor", "stranger", "--signer", "service")
	if code != 1 {
		t.Errorf("a stranger: exit code %d", code)
	}
	holds(t, out, "Пользователю не разрешено это действие")
}

// signsElsewhere answers with a key that only its owner has.
func (m *mailroom) signsElsewhere(t *testing.T, remote string) {
	t.Helper()
	by := []string{"--subscriber", string(us), "--actor", string(clerk)}
	m.run(t, append([]string{"answer", "sign", remote, "--signer", "director"}, by...)...)
	holds(t, m.shows(t, "director", append([]string{"task", "list"}, by...)...), "signature", "waits")
	var tasks []edo.SignatureTask
	if err := json.Unmarshal([]byte(m.run(t, append([]string{"--json", "task", "list"}, by...)...)), &tasks); err != nil || len(tasks) != 1 {
		t.Fatalf("%d tasks, %v", len(tasks), err)
	}
	id := []string{string(tasks[0].Key.Key.Package), string(tasks[0].Key.Document)}
	m.run(t, "task", "bytes", id[0], id[1], "--subscriber", string(us), "--out", "to-sign")
	raw, err := os.ReadFile(filepath.Join(m.dir, "to-sign"))
	if err != nil || string(raw) != "Прошу ответить 2" {
		t.Fatalf("bytes to sign %q, %v", raw, err)
	}
	m.signAs(t, 0, raw)
	out, code := m.try(t, append([]string{"--lang", "ru", "task", "complete", id[0], id[1], "--signature", "cms"}, by...)...)
	if code != 1 {
		t.Errorf("another certificate: exit code %d", code)
	}
	holds(t, out, "Подписано не тем сертификатом")
	m.signAs(t, 1, raw)
	holds(t, m.run(t, append([]string{"task", "complete", id[0], id[1], "--signature", "cms"}, by...)...), "signed")
	m.shows(t, "signed by us", "inbox", "show", remote, "--subscriber", string(us))
	out, code = m.try(t, append([]string{"--lang", "ru", "task", "decline", id[0], id[1], "--text", "поздно"}, by...)...)
	if code != 1 {
		t.Errorf("declined after the end: exit code %d", code)
	}
	holds(t, out, "Задание на подпись уже завершено")
}

// signAs writes the signature of one of our heads to the file cms.
func (m *mailroom) signAs(t *testing.T, head int, content []byte) {
	t.Helper()
	heads, err := m.operator.Identities(m.us.Boxes[0])
	if err != nil {
		t.Fatal(err)
	}
	text, err := heads[head].KeyPEM()
	if err != nil {
		t.Fatal(err)
	}
	key, err := cms.LoadPEM(text, heads[head].CertificatePEM())
	if err != nil {
		t.Fatal(err)
	}
	signature, err := cms.Sign(t.Context(), key, bytes.NewReader(content), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(m.dir, "cms"), signature, 0o600); err != nil {
		t.Fatal(err)
	}
}

// repliesInTime answers a request with a package of ours, and puts the proof on one line.
func (m *mailroom) repliesInTime(t *testing.T, remote string) {
	t.Helper()
	on := []string{remote, "--subscriber", string(us)}
	by := append(on, "--actor", string(clerk))
	holds(t, m.run(t, append([]string{"evidence"}, on...)...), "request "+remote, "no reply", "term open")
	due := time.Now().UTC().AddDate(0, 0, 3).Format("2006-01-02T15:04")
	holds(t, m.run(t, append([]string{"term", "set", "--due", due}, by...)...), "open, due ")
	if err := os.WriteFile(filepath.Join(m.dir, "reply.txt"), []byte("Ответ"), 0o600); err != nil {
		t.Fatal(err)
	}
	m.run(t, "send", "reply.txt", "--subscriber", string(us), "--actor", string(clerk), "--to-inn", m.them.INN, "--to-kpp", m.them.KPP, "--kind", "Письмо",
		"--signer", "service", "--in-reply-to", remote, "--package", "reply-1", "--wait", "--timeout", "60s")
	line := m.shows(t, "met, due", append([]string{"evidence"}, on...)...)
	holds(t, line, "request "+remote, "reply reply-1", "printed form ", "operator's time", "skew")
	if strings.Count(line, "\n") != 1 {
		t.Errorf("more than a line: %s", line)
	}
	holds(t, m.run(t, append([]string{"--lang", "ru", "evidence", "--out", "flow.zip"}, on...)...), "запрос "+remote, "соблюдён до ")
	if raw, err := os.ReadFile(filepath.Join(m.dir, "flow.zip")); err != nil || !bytes.HasPrefix(raw, []byte("PK")) {
		t.Errorf("archive of %d bytes, %v", len(raw), err)
	}
	holds(t, m.run(t, append([]string{"reply", "otherwise", "--channel", "paper", "--reason", "просил на бумаге"}, by...)...), "on paper: просил на бумаге")
	holds(t, m.run(t, append([]string{"evidence"}, on...)...), "reply reply-1", "answered on paper: просил на бумаге")
	holds(t, m.run(t, "usage"), string(us)+" ", "total ")
}
