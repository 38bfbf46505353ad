package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/edokit/edokit/conformance/mockoperator"
	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/dmsplugin"
	"github.com/edokit/edokit/edo"
)

// pdf is a document of one empty page, as small as they come.
const pdf = "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj 3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\nxref\n0 4\n0000000000 65535 f \n0000000009 00000 n \n0000000052 00000 n \n0000000101 00000 n \ntrailer<</Size 4/Root 1 0 R>>\nstartxref\n164\n%%EOF\n"

// stand is a bridge in this process, with a real plugin and a mock operator behind it.
type stand struct {
	url, token string
	operator   *mockoperator.Operator
	to         mockoperator.Organisation
}

func program(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "edo-dms")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", path, "../edo-dms").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return path
}

func start(t *testing.T, plugin string) *stand {
	t.Helper()
	dir := t.TempDir()
	op, err := mockoperator.New(mockoperator.Config{Dir: filepath.Join(dir, "operator")})
	if err != nil {
		t.Fatal(err)
	}
	url, stop, err := op.Listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = stop(), op.Close() })
	s := &stand{operator: op, to: op.Organisations()[1]}
	prepare(t, plugin, filepath.Join(dir, "home"), url, op)

	token := filepath.Join(dir, "token")
	if code := run(t.Context(), []string{"token", token}, io.Discard, os.Stderr); code != 0 {
		t.Fatal("token: exit", code)
	}
	raw, err := os.ReadFile(token)
	if err != nil {
		t.Fatal(err)
	}
	s.token = strings.TrimSpace(string(raw))
	ctx, end := context.WithCancel(t.Context())
	said, done := newWords(), make(chan int, 1)
	go func() {
		done <- run(ctx, []string{"--listen", "127.0.0.1:0", "--token-file", token, "--plugin", plugin, "--home", filepath.Join(dir, "home")}, said, os.Stderr)
	}()
	t.Cleanup(func() {
		end()
		if code := <-done; code != 0 {
			t.Error("exit", code)
		}
	})
	s.url = "http://" + strings.TrimPrefix(said.line(t), "edo-bridge answers on ")
	return s
}

// words waits for the first line that the bridge prints.
type words struct {
	mu    sync.Mutex
	text  bytes.Buffer
	ready chan struct{}
}

func newWords() *words { return &words{ready: make(chan struct{})} }

func (w *words) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.text.Len() == 0 {
		defer close(w.ready)
	}
	return w.text.Write(p)
}

func (w *words) line(t *testing.T) string {
	t.Helper()
	select {
	case <-w.ready:
	case <-time.After(time.Minute):
		t.Fatal("the bridge does not begin")
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return strings.TrimSpace(w.text.String())
}

// prepare makes a home as an administrator does on the machine.
func prepare(t *testing.T, plugin, home, url string, op *mockoperator.Operator) {
	t.Helper()
	ctx := t.Context()
	client, err := dmsplugin.Launch(ctx, dmsplugin.Config{Path: plugin, Env: []string{"EDOKIT_HOME=" + home}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = client.Close() }()
	ours := op.Organisations()[0]
	head, err := op.Identity(ours.Boxes[0])
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(head.Key)
	if err != nil {
		t.Fatal(err)
	}
	key := &dmsplugin.KeyPair{
		Certificate: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: head.Certificate.Raw}),
		Key:         edo.NewSecret(string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))),
	}
	for _, err := range []error{
		client.PutSubscriber(ctx, directory.Subscriber{
			ID: "us", Operator: "synerdocs", Endpoint: url, Box: edo.BoxID(ours.Boxes[0]), INN: ours.INN, KPP: ours.KPP, Login: ours.Login, LoginKind: directory.LoginPassword, Enabled: true,
		}),
		client.SetPassword(ctx, "us", ours.Login, edo.NewSecret(ours.Password)),
		client.AllowUser(ctx, directory.User{Actor: "clerk", Subscriber: "us", Actions: []edo.Action{edo.ActionSend, edo.ActionRead, edo.ActionReadLog, edo.ActionReadContent, edo.ActionDecide}}),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if _, err := client.PutSigner(ctx, directory.Signer{ID: "head", Subscriber: "us", Enabled: true}, key); err != nil {
		t.Fatal(err)
	}
}

// ask makes a request and gives code and body.
func (s *stand) ask(t *testing.T, method, path, body string, change ...func(*http.Request)) (int, string, http.Header) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, s.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+s.token)
	for _, c := range change {
		c(r)
	}
	a, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = a.Body.Close() }()
	text, err := io.ReadAll(a.Body)
	if err != nil {
		t.Fatal(err)
	}
	return a.StatusCode, string(text), a.Header
}

// want asks and demands a code.
func (s *stand) want(t *testing.T, code int, method, path, body string) map[string]any {
	t.Helper()
	got, text, _ := s.ask(t, method, path, body)
	var out map[string]any
	if err := json.Unmarshal([]byte(text), &out); err != nil || got != code {
		t.Fatalf("%s %s: %d, want %d\n%s", method, path, got, code, text)
	}
	return out
}

func (s *stand) order(id, file string) string {
	return fmt.Sprintf(`{"package":{"key":{"subscriber":"us","package":%q},"actor":"clerk","to":{"inn":%q,"kpp":%q},"set":"run-11"},
		"documents":[{"document":{"id":"d","name":"письмо.pdf","kind":"Письмо","signer":"head"},"file":%q}]}`, id, s.to.INN, s.to.KPP, file)
}

func (s *stand) put(t *testing.T) string {
	t.Helper()
	file := s.want(t, http.StatusOK, "PUT", "/v1/files", pdf)
	sum := sha256.Sum256([]byte(pdf))
	if file["sha256"] != hex.EncodeToString(sum[:]) {
		t.Fatalf("%v", file)
	}
	return file["file"].(string)
}

// dig follows names and places into decoded JSON.
func dig(v any, path ...any) any {
	for _, p := range path {
		switch p := p.(type) {
		case string:
			m, _ := v.(map[string]any)
			v = m[p]
		case int:
			l, _ := v.([]any)
			if p >= len(l) {
				return nil
			}
			v = l[p]
		}
	}
	return v
}

func TestBridge(t *testing.T) {
	t.Parallel()
	s := start(t, program(t))
	for name, test := range map[string]func(*testing.T, *stand){
		"a package there and back": roundTrip, "what is wrong is refused": refusals, "nobody without the token": withoutToken, "curl alone": curl,
	} {
		t.Run(name, func(t *testing.T) { t.Parallel(); test(t, s) })
	}
}

// roundTrip sends a file, waits for its stamped version by events, and reads the log.
func roundTrip(t *testing.T, s *stand) {
	order := s.order("p-1", s.put(t))
	sent := s.want(t, http.StatusOK, "POST", "/v1/packages", order)
	if dig(sent, "operation", "set") != "run-11" || dig(sent, "operation", "state") == nil {
		t.Errorf("%v", sent)
	}
	again := s.want(t, http.StatusOK, "POST", "/v1/packages", order) // the file went with its package: the stored operation comes
	if dig(again, "operation", "key", "package") != "p-1" {
		t.Errorf("%v", again)
	}
	gone := s.want(t, http.StatusNotFound, "POST", "/v1/packages", strings.Replace(order, `"p-1"`, `"p-other"`, 1))
	if dig(gone, "faults", 0, "field") != "documents[0].file" {
		t.Errorf("%v", gone)
	}
	s.want(t, http.StatusOK, "POST", "/v1/packages", s.order("p-1", s.put(t)))

	after := "0"
	for deadline := time.Now().Add(time.Minute); ; {
		page := s.want(t, http.StatusOK, "GET", "/v1/events?subscriber=us&wait=10&limit=1&after="+after, "")
		if next, ok := dig(page, "events", 0, "seq").(string); ok {
			after = next
		}
		if dig(page, "events", 0, "kind") == "EVENT_KIND_VERSION" && dig(page, "events", 0, "key", "package") == "p-1" {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("no stamped version")
		}
	}
	code, form, head := s.ask(t, "GET", "/v1/content?subscriber=us&package=p-1&document=d&role=ROLE_OPERATOR_FORM&actor=clerk", "")
	sum := sha256.Sum256([]byte(form))
	if code != http.StatusOK || !strings.HasPrefix(form, "%PDF") || head.Get("X-Content-SHA256") != hex.EncodeToString(sum[:]) {
		t.Errorf("%d, %d bytes, %v", code, len(form), head)
	}
	s.want(t, http.StatusOK, "POST", "/v1/exchange/acknowledge", `{"subscriber":"us","consumer":"1c","seq":"`+after+`"}`)
	if place := s.want(t, http.StatusOK, "POST", "/v1/exchange/acknowledged", `{"subscriber":"us","consumer":"1c"}`); place["seq"] != after {
		t.Errorf("%v, want %s", place, after)
	}
	rows := s.want(t, http.StatusOK, "POST", "/v1/messageLog/query", `{"subscriber":"us","package":"p-1","actor":"clerk","operation":"SendMessage"}`)
	id, _ := dig(rows, "rows", 0, "id").(string)
	code, xml, _ := s.ask(t, "GET", "/v1/log/"+id+"/request?actor=clerk", "")
	if code != http.StatusOK || !strings.Contains(xml, "SendMessage") || !strings.Contains(xml, "[content ") {
		t.Errorf("%d %s", code, xml)
	}
	types := s.want(t, http.StatusOK, "POST", "/v1/actions/describe", "")
	if len(types["types"].([]any)) < 3 {
		t.Errorf("%v", types)
	}
	state := s.want(t, http.StatusOK, "POST", "/v1/actions/evaluate", `{"actor":"clerk","cards":[{"key":{"subscriber":"us","package":"p-1"}}]}`)
	if dig(state, "cards", 0, "facts", "stamp") != "ready" {
		t.Errorf("%v", state)
	}
	count := 0
	for _, e := range s.operator.Ledger() {
		count += strings.Count(fmt.Sprint(e), "письмо.pdf")
	}
	if count == 0 {
		t.Error("the operator does not know the document")
	}
}

// refusals: each has its code, a field, and a text for a clerk.
func refusals(t *testing.T, s *stand) {
	file := s.put(t)
	for name, tc := range map[string]struct {
		method, path, body string
		code               int
		field              string
	}{
		"no JSON":             {"POST", "/v1/packages", "{", http.StatusBadRequest, "body"},
		"an unknown name":     {"POST", "/v1/exchange/status", `{"kei":{}}`, http.StatusBadRequest, "body"},
		"a secret":            {"POST", "/v1/directory/setCredentials", `{}`, http.StatusNotFound, "path"},
		"another operator":    {"POST", "/v1/directory/putSubscriber", `{}`, http.StatusNotFound, "path"},
		"a right":             {"POST", "/v1/directory/allowUser", `{}`, http.StatusNotFound, "path"},
		"no such request":     {"GET", "/v2/x", "", http.StatusNotFound, "path"},
		"no such package":     {"POST", "/v1/exchange/status", `{"key":{"subscriber":"us","package":"none"}}`, http.StatusNotFound, ""},
		"a stranger":          {"POST", "/v1/packages", strings.Replace(s.order("p-2", file), `"clerk"`, `"stranger"`, 1), http.StatusForbidden, "actor"},
		"a wrong INN":         {"POST", "/v1/packages", strings.Replace(s.order("p-3", file), s.to.INN, "1", 1), http.StatusBadRequest, "package.to.inn"},
		"a wrong file":        {"POST", "/v1/packages", s.order("p-4", "abc"), http.StatusBadRequest, "documents[0].file"},
		"another size":        {"POST", "/v1/packages", strings.Replace(s.order("p-5", file), `"id":"d"`, `"id":"d","size":"7"`, 1), http.StatusBadRequest, "documents[0].file"},
		"a way out":           {"POST", "/v1/packages", s.order("p-6", "../../home/master.key"), http.StatusBadRequest, "documents[0].file"},
		"an empty file":       {"PUT", "/v1/files", "", http.StatusBadRequest, "content-length"},
		"a wrong role":        {"GET", "/v1/content?subscriber=us&package=p&document=d&role=form&actor=clerk", "", http.StatusBadRequest, "role"},
		"content of nothing":  {"GET", "/v1/content?subscriber=us&package=none&document=d&role=ROLE_ORIGINAL&actor=clerk", "", http.StatusNotFound, ""},
		"a stranger reads":    {"GET", "/v1/content?subscriber=us&package=none&document=d&role=ROLE_ORIGINAL&actor=stranger", "", http.StatusForbidden, "actor"},
		"a negative place":    {"GET", "/v1/events?subscriber=us&after=-1", "", http.StatusBadRequest, "after"},
		"too many events":     {"GET", "/v1/events?subscriber=us&limit=501", "", http.StatusBadRequest, "limit"},
		"a side that is none": {"GET", "/v1/log/x/both?actor=clerk", "", http.StatusBadRequest, "side"},
		"a large body":        {"POST", "/v1/exchange/status", `{"key":"` + strings.Repeat("x", maxBody) + `"}`, http.StatusBadRequest, "body"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fault := s.want(t, tc.code, tc.method, tc.path, tc.body)
			if dig(fault, "faults", 0, "textRu") == nil || dig(fault, "faults", 0, "textEn") == nil || tc.field != "" && dig(fault, "faults", 0, "field") != tc.field {
				t.Errorf("%v", fault)
			}
		})
	}
}

func withoutToken(t *testing.T, s *stand) {
	for name, change := range map[string]func(*http.Request){
		"none":    func(r *http.Request) { r.Header.Del("Authorization") },
		"another": func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+strings.Repeat("x", 26)) },
		"longer":  func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+s.token+"x") },
		"basic":   func(r *http.Request) { r.SetBasicAuth("user", s.token) },
	} {
		if code, text, _ := s.ask(t, "POST", "/v1/plugin/getInfo", "", change); code != http.StatusUnauthorized || strings.Contains(text, s.token) {
			t.Errorf("%s: %d %s", name, code, text)
		}
	}
	if code, _, _ := s.ask(t, "GET", "/healthz", "", func(r *http.Request) { r.Header.Del("Authorization") }); code != http.StatusOK {
		t.Errorf("health: %d", code)
	}
}

// curl does what the README shows.
func curl(t *testing.T, s *stand) {
	tool, err := exec.LookPath("curl")
	if err != nil {
		t.Skip("without curl: it is not installed")
	}
	out, err := exec.CommandContext(t.Context(), tool, "-sS", "--fail-with-body", "-H", "Authorization: Bearer "+s.token, "-d", "{}", s.url+"/v1/plugin/getInfo").CombinedOutput()
	var info map[string]any
	if bad := json.Unmarshal(out, &info); err != nil || bad != nil || dig(info, "operators", 0) != "synerdocs" {
		t.Errorf("%v, %v: %s", err, bad, out)
	}
}

// TestPluginComesBack: the bridge outlives its plugin. It kills every plugin of this process, so it runs alone.
func TestPluginComesBack(t *testing.T) { //nolint:paralleltest // see above
	s := start(t, program(t))
	info := s.want(t, http.StatusOK, "POST", "/v1/plugin/getInfo", "")
	if out, err := exec.CommandContext(t.Context(), "pkill", "-KILL", "-P", fmt.Sprint(os.Getpid()), "edo-dms").CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, out)
	}
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		code, text, _ := s.ask(t, "POST", "/v1/plugin/getInfo", "")
		if code == http.StatusOK {
			var again map[string]any
			_ = json.Unmarshal([]byte(text), &again)
			if diff := cmp.Diff(info, again); diff != "" {
				t.Error(diff)
			}
			return
		}
		if code != http.StatusServiceUnavailable || time.Now().After(deadline) {
			t.Fatalf("%d %s", code, text)
		}
	}
}

func TestSpool(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, err := openSpool(dir, 10)
	if err != nil {
		t.Fatal(err)
	}
	first, _, err := s.put(strings.NewReader("12345678"), 8)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.put(strings.NewReader("123"), 3); err == nil || !strings.Contains(err.Error(), "full") {
		t.Errorf("above the limit: %v", err)
	}
	if _, _, err := s.put(strings.NewReader("1"), 2); err == nil {
		t.Error("a short file was taken")
	}
	if _, _, err := s.put(strings.NewReader("123"), 2); err == nil {
		t.Error("a long file was taken")
	}
	s.drop([]string{first, first, "../none"})
	if _, _, err := s.put(strings.NewReader("1234567890"), 10); err != nil {
		t.Errorf("after the first was dropped: %v", err)
	}
	s.clean(time.Now().Add(2 * spoolAge))
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 || s.used != 0 {
		t.Errorf("%v, %v, %d bytes", left, err, s.used)
	}
}

// TestDescription: every call is described, every name in it leads somewhere, and nothing lacks its words.
func TestDescription(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if code := run(t.Context(), []string{"openapi"}, &out, os.Stderr); code != 0 {
		t.Fatal("exit", code)
	}
	var d map[string]any
	if err := json.Unmarshal(out.Bytes(), &d); err != nil {
		t.Fatal(err)
	}
	schemas := dig(d, "components", "schemas").(map[string]any)
	for _, part := range strings.Split(out.String(), `"#/components/schemas/`)[1:] {
		if name, _, _ := strings.Cut(part, `"`); schemas[name] == nil {
			t.Errorf("%s is not described", name)
		}
	}
	for path := range calls() {
		if text, _ := dig(d, "paths", path, "post", "description").(string); text == "" {
			t.Errorf("%s has no words", path)
		}
	}
	for name, s := range schemas {
		for field, p := range dig(s, "properties").(map[string]any) {
			if text, _ := dig(p, "description").(string); text == "" {
				t.Errorf("%s.%s has no words", name, field)
			}
		}
	}
	for _, secret := range []string{"SetCredentialsRequest", "KeyPair", "Password"} {
		if schemas[secret] != nil {
			t.Errorf("%s can pass", secret)
		}
	}
}

func TestStartRefuses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	short, good := filepath.Join(dir, "short"), filepath.Join(dir, "good")
	if err := os.WriteFile(short, []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code := run(t.Context(), []string{"token", good}, io.Discard, io.Discard); code != 0 {
		t.Fatal("token")
	}
	for name, tc := range map[string]struct {
		args []string
		says string
	}{
		"no token file":    {[]string{"--token-file", filepath.Join(dir, "none")}, "edo-bridge token"},
		"a short token":    {[]string{"--token-file", short}, "at least 24"},
		"to the network":   {[]string{"--token-file", good, "--listen", "0.0.0.0:0"}, "not a loopback"},
		"half a pair":      {[]string{"--token-file", good, "--tls-cert", good}, "belong together"},
		"a wrong checksum": {[]string{"--token-file", good, "--checksum", "xyz"}, "64 hexadecimal"},
		"a token again":    {nil, "exists"},
		"no such plugin":   {[]string{"--token-file", good, "--listen", "127.0.0.1:0", "--plugin", filepath.Join(dir, "none")}, "did not start"},
	} {
		args := append([]string{"--home", dir}, tc.args...)
		if tc.args == nil {
			args = []string{"token", good}
		}
		var said bytes.Buffer
		if code := run(t.Context(), args, io.Discard, &said); code != 1 || !strings.Contains(said.String(), tc.says) {
			t.Errorf("%s: exit %d, %s", name, code, said.String())
		}
	}
}
