package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	gosync "sync"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/filesystem"

	"github.com/edokit/edokit/edo"
)

// TestMain lets the test binary be the program that it tests.
func TestMain(m *testing.M) {
	if os.Getenv("POCKETBASE_AS_PROGRAM") != "" {
		main()
		return
	}
	code := m.Run()
	_ = os.RemoveAll(built.dir)
	os.Exit(code)
}

// built are the three programs of the repository, once for all tests.
var built struct {
	once gosync.Once
	dir  string
	err  error
}

func bin(t *testing.T) string {
	t.Helper()
	built.once.Do(func() {
		if built.dir, built.err = os.MkdirTemp("", "pb-bin-"); built.err != nil {
			return
		}
		out, err := exec.Command("go", "build", "-C", "../../..", "-o", built.dir, "./dmsplugin/cmd/edo-dms", "./conformance/cmd/mock-operator", "./conformance/cmd/edo-conformance").CombinedOutput() //nolint:noctx // for all tests
		if err != nil {
			built.err = fmt.Errorf("%w\n%s", err, out)
		}
	})
	if built.err != nil {
		t.Fatal(built.err)
	}
	return built.dir
}

// buffer is a log that several goroutines write.
type buffer struct {
	mu gosync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// logger writes what a test shows when it fails.
func logger(t *testing.T) *slog.Logger {
	t.Helper()
	log := &buffer{}
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(log.String())
		}
	})
	return slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelWarn}))
}

const password = "a password for tests"

// folder has a path that leaves room for a socket.
func folder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "pb-") //nolint:usetesting // the path of t.TempDir is too long
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// openDemo starts the demonstration without its web server.
func openDemo(t *testing.T) *demo {
	t.Helper()
	o := options{bin: bin(t), samples: "../..", secret: func() string { return password }, out: io.Discard, logger: logger(t)}
	m, err := startDemo(t.Context(), o, folder(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.operator.stop)
	return m
}

// serve opens the web server of a desk until the test ends, and gives its address.
func serve(t *testing.T, d *desk) string {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, end := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- d.serve(ctx, l) }()
	t.Cleanup(func() {
		end()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return "http://" + l.Addr().String()
}

// browser is a user without a screen.
type browser struct {
	http.Client
	address string
}

func logIn(t *testing.T, address, email string) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	b := &browser{http.Client{Jar: jar, Timeout: time.Minute}, address}
	// The address takes connections already; the first one waits until the server answers.
	if status, text := b.do(t, "/login", url.Values{"email": {email}, "password": {password}}); status != http.StatusOK || strings.Contains(text, `name="password"`) {
		t.Fatalf("%s cannot log in: %d %s", email, status, text)
	}
	return b
}

// do asks for a page and gives its status and text. Without a form it is a GET.
func (b *browser) do(t *testing.T, path string, form url.Values) (int, string) {
	t.Helper()
	method, body := http.MethodGet, io.Reader(nil)
	if form != nil {
		method, body = http.MethodPost, strings.NewReader(form.Encode())
	}
	r, err := http.NewRequestWithContext(t.Context(), method, b.address+path, body)
	if err != nil {
		t.Fatal(err)
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	answer, err := b.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(text)
}

// until waits for what other processes bring about.
func until(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !is(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("it does not come to this: %s", what)
		}
	}
}

// find gives the card with a title.
func find(t *testing.T, d *desk, title string) *core.Record {
	t.Helper()
	c, err := d.app.FindFirstRecordByData(cards, "title", title)
	if err != nil {
		t.Fatalf("%s: %v", title, err)
	}
	return c
}

func count(t *testing.T, d *desk, collection, filter string, params dbx.Params) int {
	t.Helper()
	found, err := d.app.FindRecordsByFilter(collection, filter, "", 0, 0, params)
	if err != nil {
		t.Fatal(err)
	}
	return len(found)
}

// forms counts the stamped versions of a card.
func forms(t *testing.T, d *desk, card string) int {
	t.Helper()
	return count(t, d, versions, "card = {:card} && role = 'operator-form'", dbx.Params{"card": card})
}

// received is how many documents the counterparty has got from us: what counts is how often something was really sent.
func (m *demo) received(t *testing.T) map[string]int {
	t.Helper()
	c, err := m.desk.client(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	events, err := c.Deliver(t.Context(), theirs, 0, 500)
	if err != nil {
		t.Fatal(err)
	}
	messages := map[edo.MessageID]string{}
	for _, e := range events {
		if e.Kind == edo.EventInbound && e.Inbound.Class == edo.ClassMain {
			messages[e.Inbound.Message] = e.Inbound.Name
		}
	}
	all := map[string]int{}
	for _, name := range messages {
		all[name]++
	}
	return all
}

func sample(name string) string { return filepath.Join("..", "..", "quickstart", "testdata", name) }

// blankCard adds a card that was never sent.
func (m *demo) blankCard(t *testing.T, title string) string {
	t.Helper()
	return addCard(t, m.desk, title, sample("letter.pdf"), m.operator.Organisations[1].INN)
}

func addCard(t *testing.T, d *desk, title, path, inn string) string {
	t.Helper()
	file, err := filesystem.NewFileFromPath(path)
	if err != nil {
		t.Fatal(err)
	}
	c, err := d.addCard(map[string]string{"title": title, "kind": "Письмо", "inn": inn, "signer": "head-1"}, "", file)
	if err != nil {
		t.Fatal(err)
	}
	return c.Id
}

// upload fills in the form of a new card; an empty path chooses no file.
func (b *browser) upload(t *testing.T, fields map[string]string, path string) (int, string) {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for name, value := range fields {
		_ = w.WriteField(name, value)
	}
	if path != "" {
		part, err := w.CreateFormFile("file", filepath.Base(path))
		if err != nil {
			t.Fatal(err)
		}
		_, _ = part.Write(mustRead(t, path))
	}
	_ = w.Close()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, b.address+"/new", &body)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", w.FormDataContentType())
	answer, err := b.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(text)
}

func mustRead(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
