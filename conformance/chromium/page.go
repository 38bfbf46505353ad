package chromium

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// patience is how long a page may take to come.
const patience = 30 * time.Second

// Page is one page of a real chromium, driven over its debugging pipe: nothing listens on a port, and no driver is needed.
type Page struct {
	in      *os.File
	out     *bufio.Reader
	last    int
	session string
}

// Open starts a browser that ends with the test, or skips the test by name.
func Open(t testing.TB) *Page {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("a browser is driven over pipes that are not there on Windows: the pages were not looked at in one")
	}
	program := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			program = path
			break
		}
	}
	if program == "" {
		t.Skip("chromium is not installed: the pages were not looked at in a browser")
	}
	theirs, ours, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	answers, told, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), program,
		"--headless", "--remote-debugging-pipe", "--no-first-run", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking",
		"--no-sandbox", // the tests may run as root, where chromium refuses otherwise; it sees our own pages only
		"--user-data-dir="+t.TempDir(), "about:blank")
	cmd.ExtraFiles = []*os.File{theirs, told} // 3 and 4, as chromium reads them
	cmd.Env = append(os.Environ(), "DBUS_SESSION_BUS_ADDRESS=disabled:")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_, _ = theirs.Close(), told.Close()
	b := &Page{in: ours, out: bufio.NewReaderSize(answers, 1<<20)}
	hang := time.AfterFunc(5*time.Minute, func() { _ = cmd.Process.Kill() })
	t.Cleanup(func() {
		hang.Stop()
		_, _ = b.Try("Browser.close", nil)
		_ = ours.Close()
		done := make(chan struct{})
		go func() { defer close(done); _ = cmd.Wait() }()
		select {
		case <-done:
		case <-time.After(5 * time.Second):
			_ = cmd.Process.Kill()
			<-done
		}
		_ = answers.Close()
	})
	var target struct{ TargetID string }
	b.Call(t, "Target.createTarget", map[string]any{"url": "about:blank"}, &target)
	var attached struct{ SessionID string }
	b.Call(t, "Target.attachToTarget", map[string]any{"targetId": target.TargetID, "flatten": true}, &attached)
	b.session = attached.SessionID
	b.Call(t, "Page.enable", nil, nil)
	b.Call(t, "Network.enable", nil, nil)
	b.Call(t, "Emulation.setLocaleOverride", map[string]any{"locale": "ru-RU"}, nil)
	b.Call(t, "Network.setExtraHTTPHeaders", map[string]any{"headers": map[string]string{"Accept-Language": "ru"}}, nil)
	return b
}

// Call sends one command of the debugging protocol and reads its answer into result, nil for none.
func (b *Page) Call(t testing.TB, method string, params, result any) {
	t.Helper()
	raw, err := b.Try(method, params)
	if err == nil && result != nil {
		err = json.Unmarshal(raw, result)
	}
	if err != nil {
		t.Fatalf("chromium: %s: %v", method, err)
	}
}

// Try sends one command and waits for its answer; what chromium tells meanwhile is let go.
func (b *Page) Try(method string, params any) (json.RawMessage, error) {
	b.last++
	if params == nil {
		params = struct{}{}
	}
	raw, err := json.Marshal(map[string]any{"id": b.last, "method": method, "params": params, "sessionId": b.session})
	if err != nil {
		return nil, err
	}
	if b.session == "" {
		raw = bytes.Replace(raw, []byte(`,"sessionId":""`), nil, 1)
	}
	if _, err := b.in.Write(append(raw, 0)); err != nil {
		return nil, err
	}
	for {
		line, err := b.out.ReadBytes(0)
		if err != nil {
			return nil, err
		}
		var answer struct {
			ID     int
			Result json.RawMessage
			Error  *struct{ Message string }
		}
		if err := json.Unmarshal(bytes.TrimSuffix(line, []byte{0}), &answer); err != nil {
			return nil, err
		}
		if answer.ID != b.last {
			continue
		}
		if answer.Error != nil {
			return nil, errors.New(answer.Error.Message)
		}
		return answer.Result, nil
	}
}

// Eval runs an expression of the debugger in the page: pages themselves may run nothing.
func (b *Page) Eval(t testing.TB, expression string) string {
	t.Helper()
	text, err := b.Value(expression)
	if err != nil {
		t.Fatalf("chromium: %s: %v", expression, err)
	}
	return text
}

// Value is Eval that gives the error: a page that is just being loaded has no values.
func (b *Page) Value(expression string) (string, error) {
	raw, err := b.Try("Runtime.evaluate", map[string]any{"expression": "(async () => String(" + expression + "))()", "awaitPromise": true})
	if err != nil {
		return "", err
	}
	var answer struct {
		Result           struct{ Value string }
		ExceptionDetails *struct{ Text string }
	}
	if err := json.Unmarshal(raw, &answer); err != nil {
		return "", err
	}
	if answer.ExceptionDetails != nil {
		return "", errors.New(answer.ExceptionDetails.Text)
	}
	return answer.Result.Value, nil
}

// Goto goes to an address.
func (b *Page) Goto(t testing.TB, address string) {
	t.Helper()
	b.Leave(t, func() { b.Call(t, "Page.navigate", map[string]any{"url": address}, nil) })
}

// Leave does what brings another page, and waits until it is there whole.
func (b *Page) Leave(t testing.TB, do func()) {
	t.Helper()
	b.Eval(t, "window.old = true")
	do()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for ; ; time.Sleep(10 * time.Millisecond) {
		if text, err := b.Value(`!window.old && document.readyState === "complete"`); err == nil && text == "true" {
			return
		}
		if ctx.Err() != nil {
			t.Fatalf("no other page came: %s", b.Eval(t, "location.href"))
		}
	}
}

// Click presses the one link or button that says so.
func (b *Page) Click(t testing.TB, text string) {
	t.Helper()
	b.Leave(t, func() {
		b.Eval(t, fmt.Sprintf(`(() => { const all = [...document.querySelectorAll("main a, main button, header a, header button")].filter(e => e.textContent.trim() === %q);
			if (all.length === 0) throw new Error("nothing to press"); all[0].click(); return all.length })()`, text))
	})
}

// Fill writes into a field of a form.
func (b *Page) Fill(t testing.TB, name, value string) {
	t.Helper()
	b.Eval(t, fmt.Sprintf(`document.querySelector("[name='%s']").value = %q`, name, value))
}

// Text is what the page says.
func (b *Page) Text(t testing.TB) string {
	t.Helper()
	return b.Eval(t, "document.body.innerText")
}

// Sees fails unless the page shows all of it.
func (b *Page) Sees(t testing.TB, want ...string) {
	t.Helper()
	text := b.Text(t)
	for _, w := range want {
		if !strings.Contains(text, w) {
			t.Fatalf("%s does not show %q:\n%s", b.Eval(t, "location.pathname"), w, text)
		}
	}
}

// ComesToSee waits until the page shows all of it, without touching it: pages look for changes by themselves.
func (b *Page) ComesToSee(t testing.TB, want ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for ; ; time.Sleep(20 * time.Millisecond) {
		text, err := b.Value("document.body.innerText") // a page that is being loaded again has none
		if err == nil && !slices.ContainsFunc(want, func(w string) bool { return !strings.Contains(text, w) }) {
			return
		}
		if ctx.Err() != nil {
			b.Sees(t, want...)
			return
		}
	}
}

// Size sets the width of the window.
func (b *Page) Size(t testing.TB, width, height int) {
	t.Helper()
	b.Call(t, "Emulation.setDeviceMetricsOverride", map[string]any{"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}, nil)
}

// Picture takes the page whole.
func (b *Page) Picture(t testing.TB, whole bool) []byte {
	t.Helper()
	var shot struct{ Data string }
	b.Call(t, "Page.captureScreenshot", map[string]any{"format": "png", "captureBeyondViewport": whole}, &shot)
	raw, err := base64.StdEncoding.DecodeString(shot.Data)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// Settle waits for what a frame shows: a viewer of PDFs says nothing when it is done.
func (b *Page) Settle(t testing.TB) {
	t.Helper()
	for last := []byte(nil); ; time.Sleep(300 * time.Millisecond) {
		now := b.Picture(t, false)
		if bytes.Equal(now, last) {
			return
		}
		last = now
	}
}
