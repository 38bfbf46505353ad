package crash_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/edokit/edokit/conformance/canary"
	"github.com/edokit/edokit/conformance/mockoperator"
	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

// foreignLogin is a way to log in beside name and password.
type foreignLogin struct {
	kind         directory.LoginKind
	operation    string
	right, wrong string
	set          func(p *plugin, secret string) error
}

// TestNoSecretInConversation has two sides talk, each with its own plugin and home, while one of them logs in in every
// other way there is, first with a wrong secret that the operator says back. Then it looks for all secrets in every file
// of both, in everything that hosts were told and in all that the command line prints.
func TestNoSecretInConversation(t *testing.T) {
	t.Parallel()
	ways := foreignLogins()
	password, other := canary.Secret("наш пароль"), canary.Secret("их пароль")
	s := setup(t, mockoperator.Scenario{}, func(c *mockoperator.Config) {
		ours := &c.Organisations[0]
		ours.IdentityToken, ours.AccessToken, ours.Password = ways[0].right, ways[1].right, password
		c.Organisations[1].Password = other
	})
	temporary := t.TempDir()
	s.settings = append(s.settings, "TMPDIR="+temporary)
	ways[2].right = password // the certificate's password is that of its owner
	secrets := map[string]string{"password": password, "password of the other side": other}
	for _, w := range ways {
		secrets["right "+string(w.kind)], secrets["wrong "+string(w.kind)] = w.right, w.wrong
	}
	client := s.otherSide()
	s.reader()
	client.reader()
	for i, w := range ways {
		s.otherLogin(w)
		p := s.launch()
		id := edo.PackageID(fmt.Sprintf("in-%d", i))
		q := client.launch()
		op := q.finish(client.letterTo(string(id)))
		s.must(q.Close()) // it cannot know a token of ours that the operator says to it
		s.until("the letter is confirmed", func() bool { return s.unconfirmed() == "" })
		s.sayBack()
		s.talk(p, op.Documents[0].Remote, i)
		p.kill()
	}
	s.dies("pull.claimed")
	p := s.launch()
	q := client.launch()
	client.until("the answers came in", func() bool { return client.answers() == len(ways) })
	s.askInbox(p)
	s.askEverything(p)
	client.askInbox(q)
	client.askEverything(q)
	said := s.commandLine() + s.inboxCommands() + client.commandLine() + client.inboxCommands()
	for i, token := range s.tokens() {
		secrets[fmt.Sprintf("token %d", i)] = token
	}
	if len(s.tokens()) < 6 {
		t.Errorf("only %d tokens", len(s.tokens()))
	}
	scan := newScanner(t, secrets)
	files := scan.folder(t, s.home) + scan.folder(t, client.home) + scan.folder(t, temporary)
	for name, text := range map[string]string{"told to hosts": s.heard.all(), "command line": said} {
		for _, leak := range scan.Find([]byte(text)) {
			t.Errorf("%s: %s", name, leak)
		}
	}
	s.quiet()
	client.quiet()
	t.Logf("%d secrets in %d files, %d bytes told to hosts, %d bytes printed", len(secrets), files, len(s.heard.all()), len(said))
}

func foreignLogins() []foreignLogin {
	return []foreignLogin{
		{directory.LoginIdentityToken, "AuthenticateWithIdentityToken", canary.Secret("удостоверение"), canary.Secret("чужое удостоверение"), func(p *plugin, secret string) error {
			return p.SetIdentityToken(p.stand.Context(), subscriber, edo.NewSecret(secret))
		}},
		{directory.LoginAccessToken, "AuthenticateWithAccessToken", canary.Secret("доступ"), canary.Secret("чужой доступ"), func(p *plugin, secret string) error {
			return p.SetAccessToken(p.stand.Context(), subscriber, edo.NewSecret(secret))
		}},
		{directory.LoginCertificatePassword, "AuthenticateWithCertificateAndPassword", "", canary.Secret("чужой пароль сертификата"), func(p *plugin, secret string) error {
			return p.SetLoginCertificatePassword(p.stand.Context(), subscriber, p.stand.heads[0].CertificatePEM(), edo.NewSecret(secret))
		}},
	}
}

// otherSide is the counterparty with a home of its own, at the same operator.
func (s *stand) otherSide() *stand {
	s.Helper()
	heads, err := s.op.Identities(s.theirs.Boxes[0])
	s.must(err)
	return &stand{
		T: s.T, op: s.op, url: s.url, home: filepath.Join(s.TempDir(), "other"), ours: s.theirs, theirs: s.ours, heads: heads, heard: s.heard,
		settings: slices.Clone(s.settings),
	}
}

// letterTo is a letter to the other side that wants a signature.
func (s *stand) letterTo(id string) edo.Package {
	s.Helper()
	p := s.pack(id, letter(s))
	p.Documents[0].NeedSign = true
	return p
}

// otherLogin changes the way in, first with a wrong secret, which the operator says back in three forms.
func (s *stand) otherLogin(w foreignLogin) {
	s.Helper()
	p := s.launch()
	row, err := s.store().Subscriber(s.Context(), subscriber)
	s.must(err)
	row.LoginKind, row.Login = w.kind, ""
	for _, said := range []string{"неверно: " + w.wrong, "bad " + base64.StdEncoding.EncodeToString([]byte(w.wrong))} {
		s.op.Misbehave(mockoperator.Rule{Operation: w.operation, What: mockoperator.AnswerFault, Fault: mockoperator.Fault{Code: "UserIsNotAuthenticated", Field: "token", Message: said}})
	}
	s.must(p.PutSubscriber(s.Context(), row))
	s.must(w.set(p, w.wrong))
	s.until("the wrong secret was tried", func() bool { return s.exchanges(w.operation) >= 2 })
	s.must(w.set(p, w.right))
	s.must(p.Close())
}

// sayBack has the operator say the token of our session back where the box is read, and then ends all sessions.
func (s *stand) sayBack() {
	s.Helper()
	token := ""
	box := regexp.MustCompile(`<(?:\w+:)?toBox>` + regexp.QuoteMeta(s.ours.Boxes[0]) + `<`)
	place := regexp.MustCompile(`<(?:\w+:)?authToken>([^<]+)<`)
	for _, x := range s.op.Wire() {
		body, err := x.Request.Bytes()
		s.must(err)
		if m := place.FindSubmatch(body); x.Operation == "GetMessages" && m != nil && box.Match(body) {
			token = string(m[1])
		}
	}
	for _, operation := range []string{"GetMessages", "GetDocumentList", "GetRequiredNotices"} {
		h := s.op.Misbehave(mockoperator.Rule{Operation: operation, What: mockoperator.AnswerFault, Fault: mockoperator.Fault{Code: "SqlException", Message: "маркер " + token}})
		s.signal(operation+" says the token", h.Reached())
	}
	s.op.Expire()
}

// talk answers a letter, each time in another way.
func (s *stand) talk(p *plugin, id edo.RemoteID, i int) {
	s.Helper()
	kind := []edo.AnswerKind{edo.AnswerSign, edo.AnswerRefuse, edo.AnswerSign}[i]
	args := []string{"answer", string(kind), string(id), "--subscriber", string(subscriber), "--actor", string(clerk), "--signer", string(head(0))}
	if kind == edo.AnswerRefuse {
		args = append(args, "--text", "Не по адресу")
	}
	s.heard.add(s.run(args...))
	p.reach(edo.Key{Subscriber: subscriber, Package: edo.AnswerID(kind, id)}, "the answer is with the operator", func(op edo.Operation) bool { return op.State == edo.StateSent })
}

// answers counts what answers our letters.
func (s *stand) answers() int {
	s.Helper()
	all, err := s.store().InboundDocuments(s.Context(), edo.InboundFilter{Subscriber: subscriber, Classes: []edo.Class{edo.ClassSignature, edo.ClassRefusal}, Limit: 100})
	s.must(err)
	return len(all)
}

// askInbox reads what came in as a host does.
func (s *stand) askInbox(p *plugin) {
	s.Helper()
	all, err := s.store().InboundDocuments(s.Context(), edo.InboundFilter{Subscriber: subscriber, Limit: 100})
	s.must(err)
	if len(all) == 0 {
		s.Error("nothing came in")
	}
	for _, d := range all {
		var raw bytes.Buffer
		v, err := p.InboundContent(s.Context(), d.Key, edo.RoleOriginal, &raw)
		s.heard.add(d, v, err, raw.String())
	}
}

// inboxCommands prints all that the command line can print of a conversation.
func (s *stand) inboxCommands() string {
	s.Helper()
	on := []string{"--subscriber", string(subscriber)}
	lines := [][]string{
		{"inbox", "list"},
		{"--json", "inbox", "list"},
		{"usage"},
		{"kinds", "show"},
		{"responsible", "list", string(subscriber)},
		append([]string{"task", "list", "--actor", string(clerk)}, on...),
		{"ready", string(subscriber)},
		{"doctor"},
		{"--json", "doctor"},
		append([]string{"counterparty", "ensure", s.theirs.INN, "--kpp", s.theirs.KPP, "--actor", string(clerk), "--name", "Они"}, on...),
		append([]string{"counterparty", "list"}, on...),
	}
	all, err := s.store().InboundDocuments(s.Context(), edo.InboundFilter{Subscriber: subscriber, Limit: 100})
	s.must(err)
	for _, d := range all {
		lines = append(lines, append([]string{"inbox", "show", string(d.Key.Remote)}, on...), append([]string{"evidence", string(d.Key.Remote)}, on...))
	}
	var out strings.Builder
	for _, args := range lines {
		said := s.run(args...)
		if said == "" {
			s.Errorf("edo-dms %q printed nothing", args)
		}
		out.WriteString(said)
	}
	return out.String()
}
