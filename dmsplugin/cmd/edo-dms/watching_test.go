package main_test

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/edokit/edokit/conformance/mockoperator"
)

// collector is where spans and metrics are sent: it keeps what came.
type collector struct {
	mu     sync.Mutex
	bodies map[string]*bytes.Buffer
	key    string
}

func (c *collector) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.bodies[r.URL.Path] == nil {
		c.bodies[r.URL.Path] = &bytes.Buffer{}
	}
	c.bodies[r.URL.Path].Write(body)
	c.key = r.Header.Get("Authorization")
	w.Header().Set("Content-Type", "application/x-protobuf")
}

func (c *collector) came(path string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.bodies[path] == nil {
		return ""
	}
	return c.bodies[path].String()
}

// receiver is our firm with a box that is read.
func receiver(t *testing.T) *mailroom {
	t.Helper()
	m, address := counter(t, mockoperator.Scenario{})
	m.run(t, "subscriber", "add", string(us), "--endpoint", address, "--inn", m.us.INN, "--kpp", m.us.KPP, "--box", m.us.Boxes[0], "--login", m.us.Login, "--password-file", "password", "--receive")
	m.run(t, "responsible", "set", "smirnova", "--scope", "administrator", "--subscriber", string(us))
	return m
}

// page reads a page until it holds a text.
func page(t *testing.T, url, want string) (body string) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		raw, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		if body = string(raw); strings.Contains(body, want) {
			return body
		}
	}
	t.Fatalf("%s never says %q:\n%.2000s", url, want, body)
	return ""
}

// TestWatched: a working process is watched over HTTP and by a collector; both learn what happens, and no secret.
func TestWatched(t *testing.T) {
	t.Parallel()
	m, c := receiver(t), &collector{bodies: map[string]*bytes.Buffer{}}
	server := httptest.NewServer(c)
	t.Cleanup(server.Close)
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	run := exec.CommandContext(ctx, binary(), "run", "--health", "127.0.0.1:0", "--metrics", "127.0.0.1:0")
	run.Dir, run.Env = m.dir, append(os.Environ(), "EDOKIT_HOME="+m.home(), "EDOKIT_PULL=200ms", "OTEL_EXPORTER_OTLP_ENDPOINT="+server.URL,
		"OTEL_EXPORTER_OTLP_HEADERS=authorization=canary-header", "OTEL_METRIC_EXPORT_INTERVAL=200", "OTEL_BSP_SCHEDULE_DELAY=100")
	said, err := run.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	urls, lines := map[string]string{}, bufio.NewScanner(said)
	for len(urls) < 3 && lines.Scan() {
		url := strings.TrimPrefix(lines.Text(), "edo-dms: ")
		urls[url[strings.LastIndex(url, "/"):]] = url
	}
	page(t, urls["/healthz"], `{"status":"ok","checks":[{"name":"workers","ok":true}]}`)
	page(t, urls["/readyz"], `{"name":"session","ok":true}`)
	scraped := page(t, urls["/metrics"], `edokit_exchange_duration_seconds_count{edokit_operation="GetMessages",edokit_operator="synerdocs",edokit_outcome="ok",http_response_status_code="200"`)
	for _, name := range []string{"edokit_queue_age_seconds", "edokit_job_claims_total", `edokit_queue_jobs{edokit_state="later"`, "edokit_attention"} {
		if !strings.Contains(scraped, name) {
			t.Errorf("no %s in\n%s", name, scraped)
		}
	}
	for path, word := range map[string]string{"/v1/traces": "synerdocs GetMessages", "/v1/metrics": "edokit.job.claims"} {
		for deadline := time.Now().Add(time.Minute); !strings.Contains(c.came(path), word); time.Sleep(50 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("%s never says %q", path, word)
			}
		}
	}
	if err := run.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	rest, _ := io.ReadAll(said)
	if err := run.Wait(); err != nil || len(rest) > 0 {
		t.Errorf("%v, %s", err, rest)
	}
	if c.key != "canary-header" {
		t.Errorf("the collector's key: %q", c.key)
	}
	for where, text := range map[string]string{"metrics": scraped, "spans": c.came("/v1/traces"), "sent metrics": c.came("/v1/metrics"), "stderr": string(rest)} {
		for _, secret := range []string{m.us.Password, m.us.INN, m.them.INN, m.us.Name, "canary-header"} {
			if strings.Contains(text, secret) {
				t.Errorf("%s hold %q", where, secret)
			}
		}
	}
}

// TestWatchedOnLoopbackOnly: an address that other machines can reach is refused.
func TestWatchedOnLoopbackOnly(t *testing.T) {
	t.Parallel()
	m := receiver(t)
	out, code := m.try(t, "run", "--health", "0.0.0.0:0")
	if code != 1 || !strings.Contains(out, "is no loopback address") {
		t.Errorf("exit code %d, %s", code, out)
	}
	if out, code = m.try(t, "run", "--metrics", "nonsense", "--for", "1s"); code != 1 {
		t.Errorf("exit code %d, %s", code, out)
	}
}
