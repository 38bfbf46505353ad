package crash_test

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"software.sslmate.com/src/go-pkcs12"

	"github.com/edokit/edokit/conformance/canary"
	"github.com/edokit/edokit/conformance/mockoperator"
	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/dmsplugin"
	"github.com/edokit/edokit/edo"
)

// TestNoSecretAnywhere goes the whole way, well and badly, with secrets that occur nowhere else, and then looks for
// them in every file of the home folder, in everything that hosts were told and in all that the command line prints.
func TestNoSecretAnywhere(t *testing.T) {
	t.Parallel()
	right, wrong, stray := canary.Secret("верный"), canary.Secret("неверный"), canary.Secret("чужой")
	s := setup(t, mockoperator.Scenario{}, func(c *mockoperator.Config) { c.Organisations[0].Password = right })
	temporary := t.TempDir()
	s.settings = append(s.settings, "TMPDIR="+temporary)
	secrets := map[string]string{"password": right, "wrong password": wrong, "stray password": stray}
	for i, h := range s.heads {
		pieces(secrets, fmt.Sprint(i), h)
	}
	p := s.launch()
	s.register(p, func(d *directory.Subscriber) { d.LoginKind = directory.LoginPassword })
	s.refusedLogin(p, wrong)
	s.must(p.SetPassword(t.Context(), subscriber, s.ours.Login, edo.NewSecret(right)))
	s.leakyWay(p, right)
	s.badCredentials(p, stray)
	s.container(p, stray, secrets)
	s.suffer(p)
	s.interrupt()
	p = s.launch()
	s.askEverything(p)
	commands := s.commandLine()

	for i, token := range s.tokens() {
		secrets[fmt.Sprintf("token %d", i)] = token
	}
	if len(secrets) < 30 || len(s.tokens()) < 3 {
		t.Fatalf("only %d secrets, %d tokens", len(secrets), len(s.tokens()))
	}
	scan := newScanner(t, secrets)
	files := scan.folder(t, s.home) // while the plugin runs: the write-ahead log is there
	files += scan.folder(t, temporary)
	for name, text := range map[string]string{"told to hosts": s.heard.all(), "command line": commands} {
		for _, leak := range scan.Find([]byte(text)) {
			t.Errorf("%s: %s", name, leak)
		}
	}
	if _, err := os.Stat(filepath.Join(s.home, "edokit.db-wal")); err != nil {
		t.Errorf("the write-ahead log was not scanned: %v", err)
	}
	p.dump() // while it holds the session's token, and whatever a stack may hold
	s.quiet()
	scan.folder(t, s.home)
	for _, leak := range scan.Find([]byte(s.heard.all())) {
		t.Errorf("with the dump of all goroutines: %s", leak)
	}
	t.Logf("%d secrets in %d files, %d bytes told to hosts, %d bytes printed", len(secrets), files, len(s.heard.all()), len(commands))
}

// refusedLogin has the operator refuse a password and say it back.
func (s *stand) refusedLogin(p *plugin, wrong string) {
	s.Helper()
	s.must(p.SetPassword(s.Context(), subscriber, s.ours.Login, edo.NewSecret(wrong)))
	for _, said := range []string{"пароль " + wrong + " неверен", "bad " + base64.StdEncoding.EncodeToString([]byte("user:"+wrong)), "see ?p=" + url.QueryEscape(wrong)} {
		s.op.Misbehave(mockoperator.Rule{Operation: "Authenticate", What: mockoperator.AnswerFault, Fault: mockoperator.Fault{Code: "UserIsNotAuthenticated", Field: "password", Message: said}})
	}
	op := p.send(s.pack("wrong-password", letter(s)))
	// Three answers that prove nothing, then a definite refusal, which is not tried again for a while.
	op = p.reach(op.Key, "a refused login", func(op edo.Operation) bool {
		return op.State == edo.StateWaiting && op.Reason == edo.LoginRefused
	})
	if n := s.exchanges("Authenticate"); n != 4 {
		s.Errorf("%d logins: %s", n, op.Detail)
	}
}

// leakyWay has the operator say the token of the session back in a fault and expire it.
func (s *stand) leakyWay(p *plugin, password string) {
	s.Helper()
	p.finish(s.pack("wrong-password", letter(s)))
	tokens := s.tokens()
	token := tokens[len(tokens)-1] // of the session that is open
	s.op.Misbehave(mockoperator.Rule{Operation: "PrintDocument", What: mockoperator.AnswerFault, Fault: mockoperator.Fault{Code: "SqlException", Message: "маркер " + token}})
	p.finish(s.pack("token-said-back", letter(s)))
	s.op.Expire()
	s.op.Misbehave(mockoperator.Rule{Operation: "Authenticate", What: mockoperator.AnswerFault, Fault: mockoperator.Fault{Code: "SqlException", Message: password + " " + password}})
	p.finish(s.pack("expired", letter(s)))
}

// badCredentials hands secrets over in wrong places and wrong forms: the errors must not quote them.
func (s *stand) badCredentials(p *plugin, stray string) {
	s.Helper()
	ctx := s.Context()
	row := directory.Subscriber{
		ID: "other", Operator: "synerdocs", Endpoint: "https://user:" + url.QueryEscape(stray) + "@example.org/?password=" + url.QueryEscape(stray),
		Box: "b", INN: s.ours.INN, Login: "l", LoginKind: directory.LoginPassword, Enabled: true,
	}
	pem := "-----BEGIN PRIVATE KEY-----\n" + base64.StdEncoding.EncodeToString([]byte(stray)) + "\n-----END PRIVATE KEY-----\n"
	bad := &dmsplugin.KeyPair{Certificate: s.heads[0].CertificatePEM(), Key: edo.NewSecret(pem), Password: edo.NewSecret(stray)}
	key, err := s.heads[1].KeyPEM()
	s.must(err)
	_, signer := p.PutSigner(ctx, directory.Signer{ID: "bad", Subscriber: subscriber}, bad)
	_, mixed := p.PutSigner(ctx, directory.Signer{ID: "bad", Subscriber: subscriber}, &dmsplugin.KeyPair{Certificate: s.heads[0].CertificatePEM(), Key: edo.NewSecret(string(key))})
	for what, err := range map[string]error{
		"endpoint": p.PutSubscriber(ctx, row), "CAs": p.PutSubscriber(ctx, func() directory.Subscriber { row.Endpoint, row.CAs = "https://example.org", []byte(pem); return row }()),
		"unknown subscriber": p.SetPassword(ctx, "nobody", "login", edo.NewSecret(stray)),
		"key of signer":      signer, "key of another": mixed,
		"key of login": p.SetLoginCertificate(ctx, subscriber, *bad),
	} {
		s.heard.add(err)
		if err == nil {
			s.Errorf("%s was taken", what)
		}
	}
}

// container stores a signer from PKCS#12 and tries a wrong password for it.
func (s *stand) container(p *plugin, wrong string, secrets map[string]string) {
	s.Helper()
	password := "Контейнер-" + rand.Text()
	pfx, err := pkcs12.Modern2023.Encode(s.heads[0].Key, s.heads[0].Certificate, nil, password)
	s.must(err)
	secrets["container"], secrets["container's password"] = string(pfx[200:240]), password
	_, err = p.PutSigner(s.Context(), directory.Signer{ID: "boxed", Subscriber: subscriber}, &dmsplugin.KeyPair{Key: edo.NewSecret(string(pfx)), Password: edo.NewSecret(wrong)})
	s.heard.add(err)
	if err == nil {
		s.Error("a wrong password opened the container")
	}
	got, err := p.PutSigner(s.Context(), directory.Signer{ID: "boxed", Subscriber: subscriber, Enabled: true}, &dmsplugin.KeyPair{Key: edo.NewSecret(string(pfx)), Password: edo.NewSecret(password)})
	s.heard.add(got, err)
	s.must(err)
	pkg := s.pack("boxed", letter(s))
	pkg.Documents[0].Signer = "boxed"
	s.sentAs(p.finish(pkg))
}

// interrupt leaves an unfinished row behind.
func (s *stand) interrupt() {
	s.Helper()
	h := s.op.Misbehave(mockoperator.Rule{Operation: "SendMessage", What: mockoperator.AcceptThenHang})
	for _, p := range s.plugins {
		p.Close()
	}
	p := s.launch()
	p.send(s.pack("interrupted", letter(s)))
	s.signal("acceptance", h.Reached())
	p.kill()
	p = s.launch()
	p.finish(s.pack("interrupted", letter(s)))
	p.kill()
}

// askEverything reads all that a host can read.
func (s *stand) askEverything(p *plugin) {
	s.Helper()
	ctx := s.Context()
	keep := func(v any, err error) { s.Helper(); s.must(err); s.heard.add(v) }
	info, err := p.Info(ctx)
	keep(info, err)
	subscribers, err := p.Subscribers(ctx)
	keep(subscribers, err)
	users, err := p.Users(ctx, subscriber)
	keep(users, err)
	signers, err := p.Signers(ctx, subscriber)
	keep(signers, err)
	events, err := p.Deliver(ctx, subscriber, 0, 500)
	keep(events, err)
	for filter, more := (directory.ExchangeFilter{Subscriber: subscriber, Limit: 500}), true; more; {
		rows, err := p.Log(ctx, filter)
		keep(rows, err)
		for _, row := range rows {
			for _, side := range []dmsplugin.Side{dmsplugin.RequestSide, dmsplugin.AnswerSide} {
				var raw bytes.Buffer
				full, err := p.RawXML(ctx, row.ID, side, &raw)
				s.heard.add(full, err, raw.String())
			}
			filter.Before = row.Seq
		}
		more = len(rows) == filter.Limit
	}
	ops, err := s.store().Operations(ctx, edo.OperationFilter{Limit: 100})
	s.must(err)
	for _, op := range ops {
		status, err := p.Status(ctx, op.Key)
		keep(status, err)
	}
}

// tokens are all session tokens that crossed the socket, sealed or not.
func (s *stand) tokens() []string {
	s.Helper()
	place := regexp.MustCompile(`<(?:\w+:)?(?i:authtoken|token|Authenticate\w*Result)(?: [^>]*)?>([^<]+)</`)
	var out []string
	seen := s.strangers()
	for _, x := range s.op.Wire() {
		for _, c := range []mockoperator.Capture{x.Request, x.Response} {
			body, err := c.Bytes()
			s.must(err)
			for _, m := range place.FindAllSubmatch(body, -1) {
				if token := string(m[1]); !seen[token] {
					seen[token] = true
					out = append(out, token)
				}
			}
		}
	}
	return out
}

// strangers are tokens that the operator said to a session which had another one, made while the rule waited: no session
// can know the tokens of others.
func (s *stand) strangers() map[string]bool {
	s.Helper()
	asked, told := regexp.MustCompile(`(?i:token)>([^<]+)<`), regexp.MustCompile(`маркер ([^<]+)<`)
	out := map[string]bool{}
	for _, x := range s.op.Wire() {
		request, err := x.Request.Bytes()
		s.must(err)
		answer, err := x.Response.Bytes()
		s.must(err)
		own, said := asked.FindSubmatch(request), told.FindSubmatch(answer)
		if own != nil && said != nil && string(own[1]) != string(said[1]) {
			out[string(said[1])] = true
		}
	}
	return out
}

// commandLine prints all that an administrator can print, well and badly.
func (s *stand) commandLine() string {
	s.Helper()
	rows := s.rows(directory.ExchangeFilter{})
	last := rows[len(rows)-1]
	lines := [][]string{
		{"subscriber", "list"},
		{"user", "list", string(subscriber)},
		{"signer", "list", string(subscriber)},
		{"status"},
		{"log"},
		{"doctor"},
		{"status", string(subscriber), "interrupted"},
		{"--json", "log", "list"},
		{"log", "show", string(last.ID), "--xml"},
	}
	for _, r := range rows {
		if strings.HasPrefix(r.Operation, "Authenticate") {
			lines = append(lines, []string{"log", "show", string(r.ID), "--xml"}, []string{"--json", "log", "show", string(r.ID)})
		}
	}
	var all strings.Builder
	for _, args := range lines {
		out := s.run(args...)
		if len(out) == 0 {
			s.Errorf("edo-dms %q printed nothing", args)
		}
		all.WriteString(out)
	}
	return all.String()
}

// run is one command on the stand's home folder. What it prints counts, however it ends.
func (s *stand) run(args ...string) string {
	s.Helper()
	cmd := exec.CommandContext(s.Context(), program, args...)
	cmd.Env = append([]string{"EDOKIT_HOME=" + s.home}, s.settings...)
	out, _ := cmd.CombinedOutput() // doctor ends with 1 when something is wrong
	return string(out)
}

// TestNoSecretInDemo runs the demo of the quickstart and looks through the folder that it leaves.
func TestNoSecretInDemo(t *testing.T) {
	t.Parallel()
	bin, out := t.TempDir(), filepath.Join(t.TempDir(), "demo-out")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", bin+"/", "./conformance/cmd/mock-operator", "./dmsplugin/cmd/edo-dms", "./examples/quickstart")
	build.Dir, build.Env = "../..", append(os.Environ(), "CGO_ENABLED=0")
	if text, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	demo := exec.CommandContext(t.Context(), filepath.Join(bin, "quickstart"), "-bin", bin, "-out", out)
	demo.Dir, demo.WaitDelay = "../..", 10*time.Second
	said, err := demo.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	scenario, err := os.ReadFile("../../examples/quickstart/testdata/operator.yaml")
	if err != nil {
		t.Fatal(err)
	}
	secrets := map[string]string{}
	for _, m := range regexp.MustCompile(`(?m)^\s+password: (.+)$`).FindAllStringSubmatch(string(scenario), -1) {
		secrets["password "+m[1]] = m[1]
	}
	scan := newScanner(t, secrets)
	if files := scan.folder(t, out); len(secrets) != 2 || files < 10 {
		t.Errorf("%d secrets in %d files", len(secrets), files)
	}
	for _, leak := range scan.Find(said) {
		t.Errorf("printed: %s", leak)
	}
	// Nobody outside knows the demo's tokens, but where they stand: there must be a placeholder, and some.
	place, masked := regexp.MustCompile(`<(?:\w+:)?(?i:password|authtoken|AuthenticateResult)(?: [^>]*)?>([^<]*)<`), 0
	err = filepath.WalkDir(out, func(path string, _ os.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".xml") {
			return err
		}
		text, err := os.ReadFile(path)
		for _, m := range place.FindAllStringSubmatch(string(text), -1) {
			if masked++; m[1] != "[secret]" {
				t.Errorf("%s: %s", path, m[0])
			}
		}
		return err
	})
	if err != nil || masked == 0 {
		t.Errorf("%d placeholders, %v", masked, err)
	}
}
