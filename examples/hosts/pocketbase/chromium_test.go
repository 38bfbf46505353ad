package main

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

// chromium is a real browser, driven over its debugging pipe: nothing listens on a port, and no driver is needed.
type chromium struct {
	in      *os.File
	out     *bufio.Reader
	last    int
	session string
}

// openChromium starts a browser that ends with the test, or skips the test by name.
func openChromium(t *testing.T) *chromium {
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
	b := &chromium{in: ours, out: bufio.NewReaderSize(answers, 1<<20)}
	hang := time.AfterFunc(time.Minute, func() { _ = cmd.Process.Kill() })
	t.Cleanup(func() {
		hang.Stop()
		_, _ = b.try("Browser.close", nil)
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
	b.call(t, "Target.createTarget", map[string]any{"url": "about:blank"}, &target)
	var attached struct{ SessionID string }
	b.call(t, "Target.attachToTarget", map[string]any{"targetId": target.TargetID, "flatten": true}, &attached)
	b.session = attached.SessionID
	b.call(t, "Page.enable", nil, nil)
	b.call(t, "Network.enable", nil, nil)
	b.call(t, "Emulation.setLocaleOverride", map[string]any{"locale": "ru-RU"}, nil)
	b.call(t, "Network.setExtraHTTPHeaders", map[string]any{"headers": map[string]string{"Accept-Language": "ru"}}, nil)
	return b
}

func (b *chromium) call(t *testing.T, method string, params, result any) {
	t.Helper()
	raw, err := b.try(method, params)
	if err == nil && result != nil {
		err = json.Unmarshal(raw, result)
	}
	if err != nil {
		t.Fatalf("chromium: %s: %v", method, err)
	}
}

// try sends one command and waits for its answer; what chromium tells meanwhile is let go.
func (b *chromium) try(method string, params any) (json.RawMessage, error) {
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

// eval runs an expression of the debugger in the page: pages themselves may run nothing.
func (b *chromium) eval(t *testing.T, expression string) string {
	t.Helper()
	text, err := b.value(expression)
	if err != nil {
		t.Fatalf("chromium: %s: %v", expression, err)
	}
	return text
}

func (b *chromium) value(expression string) (string, error) {
	raw, err := b.try("Runtime.evaluate", map[string]any{"expression": "(async () => String(" + expression + "))()", "awaitPromise": true})
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

// open goes to an address.
func (b *chromium) open(t *testing.T, address string) {
	t.Helper()
	b.leave(t, func() { b.call(t, "Page.navigate", map[string]any{"url": address}, nil) })
}

// leave does what brings another page, and waits until it is there whole.
func (b *chromium) leave(t *testing.T, do func()) {
	t.Helper()
	b.eval(t, "window.old = true")
	do()
	for end := time.Now().Add(15 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		if text, err := b.value(`!window.old && document.readyState === "complete"`); err == nil && text == "true" {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("no other page came: %s", b.eval(t, "location.href"))
		}
	}
}

// click presses the one link or button that says so.
func (b *chromium) click(t *testing.T, text string) {
	t.Helper()
	b.leave(t, func() {
		b.eval(t, fmt.Sprintf(`(() => { const all = [...document.querySelectorAll("main a, main button, header a, header button")].filter(e => e.textContent.trim() === %q);
			if (all.length === 0) throw new Error("nothing to press"); all[0].click(); return all.length })()`, text))
	})
}

// fill writes into a field of a form.
func (b *chromium) fill(t *testing.T, name, value string) {
	t.Helper()
	b.eval(t, fmt.Sprintf(`document.querySelector("[name='%s']").value = %q`, name, value))
}

func (b *chromium) text(t *testing.T) string {
	t.Helper()
	return b.eval(t, "document.body.innerText")
}

// sees fails unless the page shows all of it.
func (b *chromium) sees(t *testing.T, want ...string) {
	t.Helper()
	text := b.text(t)
	for _, w := range want {
		if !strings.Contains(text, w) {
			t.Fatalf("%s does not show %q:\n%s", b.eval(t, "location.pathname"), w, text)
		}
	}
}

// comesToSee waits until the page shows all of it, without touching it: pages look for changes by themselves.
func (b *chromium) comesToSee(t *testing.T, want ...string) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		text, err := b.value("document.body.innerText") // a page that is being loaded again has none
		if err == nil && !slices.ContainsFunc(want, func(w string) bool { return !strings.Contains(text, w) }) {
			return
		}
		if time.Now().After(end) {
			b.sees(t, want...)
			return
		}
	}
}

// size sets the width of the window.
func (b *chromium) size(t *testing.T, width, height int) {
	t.Helper()
	b.call(t, "Emulation.setDeviceMetricsOverride", map[string]any{"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}, nil)
}

// picture takes the page whole.
func (b *chromium) picture(t *testing.T, whole bool) []byte {
	t.Helper()
	var shot struct{ Data string }
	b.call(t, "Page.captureScreenshot", map[string]any{"format": "png", "captureBeyondViewport": whole}, &shot)
	raw, err := base64.StdEncoding.DecodeString(shot.Data)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// settle waits for what a frame shows: a viewer of PDFs says nothing when it is done.
func (b *chromium) settle(t *testing.T) {
	t.Helper()
	for last := []byte(nil); ; time.Sleep(300 * time.Millisecond) {
		now := b.picture(t, false)
		if bytes.Equal(now, last) {
			return
		}
		last = now
	}
}
