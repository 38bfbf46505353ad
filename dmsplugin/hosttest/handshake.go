package hosttest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/dmsplugin/internal/dmspb"
)

func sixFields(t conformance.T, s *Suite) {
	h := s.bare(t)
	if h.hello.network == "unix" && filepath.Dir(h.hello.address) != h.sockets {
		t.Errorf("the socket %s is not in the folder that the host named, %s", h.hello.address, h.sockets)
	}
	if _, err := h.plugin.GetInfo(t.Context(), &dmspb.GetInfoRequest{}); err != nil {
		t.Errorf("the first call: %v", err)
	}
}

func multiplexing(t conformance.T, s *Suite) {
	h := s.bare(t, func(e environment) { e["PLUGIN_MULTIPLEX_GRPC"] = "true" })
	if _, err := h.plugin.GetInfo(t.Context(), &dmspb.GetInfoRequest{}); err != nil {
		t.Errorf("the first call: %v", err)
	}
}

func certificateForAll(t conformance.T, s *Suite) {
	c := s.bare(t).hello.certificate
	if key, ok := c.PublicKey.(*ecdsa.PublicKey); !ok || key.Curve != elliptic.P256() {
		t.Errorf("its key is %s, and not on P-256", c.PublicKeyAlgorithm)
	}
	if err := c.VerifyHostname("localhost"); err != nil {
		t.Errorf("%v", err)
	}
	if now := s.Now(); now.Before(c.NotBefore) || now.Add(365*24*time.Hour).After(c.NotAfter) {
		t.Errorf("it is valid from %v to %v", c.NotBefore, c.NotAfter)
	}
}

// chatter makes the plugin work and log, then ends it.
func chatter(t conformance.T, s *Suite) *host {
	h := s.furnished(t, func(e environment) { e[envLog] = "debug" })
	s.send(t, h.wire, letterOf(cut, "p", []byte("письмо")))
	_, _ = h.exchange.Status(t.Context(), &dmspb.StatusRequest{})
	order(t, h)
	return h
}

func nothingElsePrinted(t conformance.T, s *Suite) {
	h := chatter(t, s)
	select {
	case <-h.out:
	case <-time.After(endTime):
		t.Errorf("standard output is still open")
	}
	if text := h.stray.String(); text != "" {
		t.Errorf("%q", text)
	}
}

func logInJSON(t conformance.T, s *Suite) {
	h := chatter(t, s)
	lines := strings.Split(strings.TrimSpace(string(h.stderr.bytes())), "\n")
	for _, line := range lines {
		var entry struct {
			Level   string `json:"@level"`
			Message string `json:"@message"`
			Time    string `json:"@timestamp"`
		}
		err := json.Unmarshal([]byte(line), &entry)
		if _, late := time.Parse(time.RFC3339Nano, entry.Time); err != nil || late != nil || entry.Level == "" || entry.Message == "" {
			t.Errorf("%q", line)
		}
	}
	if len(lines) < 2 {
		t.Errorf("%d lines at level debug", len(lines))
	}
}

func foreignVersions(t conformance.T, s *Suite) {
	h, err := s.tryLaunch(t, filepath.Join(t.TempDir(), "home"), func(e environment) { e[envVersions] = "7,8" })
	if err != nil {
		t.Fatalf("%v", err)
	}
	if h.hello.app != version {
		t.Errorf("told %s", h.hello.app)
	}
	if slices.Contains([]string{"7", "8"}, h.hello.app) {
		t.Errorf("the host cannot see that it is not understood")
	}
}

func commonVersion(t conformance.T, s *Suite) {
	if h := s.bare(t, func(e environment) { e[envVersions] = "9," + version }); h.hello.app != version {
		t.Errorf("told %s", h.hello.app)
	}
}

// refusesToStart checks that a process ends with 1, says why, and never says the handshake.
func refusesToStart(t conformance.T, s *Suite, what, names string, change func(environment)) {
	env := s.environment(t, filepath.Join(t.TempDir(), "home"), s.identity(t))
	change(env)
	p := s.start(t, env)
	line, _ := p.greeting()
	if line != "" {
		t.Errorf("%s: it starts: %q", what, line)
		return
	}
	if code, ok := p.ended(endTime); !ok || code != 1 {
		t.Errorf("%s: ended %t, exit code %d", what, ok, code)
	}
	if said := p.stderr.String(); !strings.Contains(said, names) {
		t.Errorf("%s: standard error does not name %s: %q", what, names, said)
	}
	if out := p.stray.String(); out != "" {
		t.Errorf("%s: standard output: %q", what, out)
	}
}

func noCookie(t conformance.T, s *Suite) {
	refusesToStart(t, s, "no cookie", cookieKey, func(e environment) { delete(e, cookieKey) })
	refusesToStart(t, s, "another cookie", cookieKey, func(e environment) { e[cookieKey] = "no" })
}

func noCertificate(t conformance.T, s *Suite) {
	refusesToStart(t, s, "no certificate", envCert, func(e environment) { delete(e, envCert) })
	refusesToStart(t, s, "no PEM", envCert, func(e environment) { e[envCert] = "certificate" })
}

func foreignClient(t conformance.T, s *Suite) {
	h := s.bare(t)
	for who, creds := range map[string]credentials.TransportCredentials{
		"another certificate": credentials.NewTLS(trust(h.hello, s.identity(t).pair)),
		"no certificate":      credentials.NewTLS(trust(h.hello)),
		"no TLS":              insecure.NewCredentials(),
		"TLS 1.1":             credentials.NewTLS(old(trust(h.hello, h.me.pair))),
	} {
		w, err := connect(h.hello, creds, h.heard)
		if err != nil {
			t.Fatalf("%v", err)
		}
		if _, err := w.plugin.GetInfo(t.Context(), &dmspb.GetInfoRequest{}); status.Code(err) != codes.Unavailable {
			t.Errorf("%s: %v", who, err)
		}
		_ = w.conn.Close()
	}
	if _, err := h.plugin.GetInfo(t.Context(), &dmspb.GetInfoRequest{}); err != nil {
		t.Errorf("the host itself after that: %v", err)
	}
}

func old(c *tls.Config) *tls.Config {
	c.MinVersion, c.MaxVersion = tls.VersionTLS11, tls.VersionTLS11
	return c
}

func twoConnections(t conformance.T, s *Suite) {
	h := s.bare(t)
	second := h.again(t)
	for range 20 {
		for i, w := range []wire{h.wire, second} {
			if _, err := w.plugin.GetInfo(t.Context(), &dmspb.GetInfoRequest{}); err != nil {
				t.Fatalf("connection %d: %v", i+1, err)
			}
		}
	}
	if err := h.conn.Close(); err != nil {
		t.Errorf("%v", err)
	}
	if _, err := second.plugin.GetInfo(t.Context(), &dmspb.GetInfoRequest{}); err != nil {
		t.Errorf("the second after the first was closed: %v", err)
	}
}

func info(t conformance.T, s *Suite) {
	r, err := s.common(t).plugin.GetInfo(t.Context(), &dmspb.GetInfoRequest{})
	if err != nil {
		t.Fatalf("%v", err)
	}
	for _, name := range []string{
		"send", "watch", "deliver", "content", "inbound", "directory", "log", "drain",
		"send-many", "follow", "content-offset", "answers", "signing", "counterparties", "work", "actions",
	} {
		if !slices.Contains(r.GetCapabilities(), name) {
			t.Errorf("no capability %q", name)
		}
	}
	if r.GetVersion() == "" || !slices.Contains(r.GetOperators(), s.Operator.Name) {
		t.Errorf("version %q, operators %q", r.GetVersion(), r.GetOperators())
	}
	if got := fmt.Sprint(r.GetMaxDocuments(), r.GetMaxDocumentSize() >= 1, r.GetMaxPackageSize() >= r.GetMaxDocumentSize()); got != "100 true true" {
		t.Errorf("limits: %v", r)
	}
	if n := r.GetChunkSize(); n < 1 || n > 1<<20 {
		t.Errorf("chunk size %d", n)
	}
}

func health(t conformance.T, s *Suite) {
	h := s.common(t)
	for _, service := range []string{"plugin", ""} {
		r, err := h.health.Check(t.Context(), &healthpb.HealthCheckRequest{Service: service})
		if err != nil || r.GetStatus() != healthpb.HealthCheckResponse_SERVING {
			t.Errorf("%q: %v, %v", service, r, err)
		}
	}
	if _, err := h.health.Check(t.Context(), &healthpb.HealthCheckRequest{Service: "unknown"}); status.Code(err) != codes.NotFound {
		t.Errorf("of an unknown service: %v", err)
	}
}

// shell starts the plugin as the child of a shell, so that the shell can die.
func shell(path string, args ...string) *exec.Cmd {
	return exec.Command("/bin/sh", append([]string{"-c", `"$0" "$@" & echo $! >&3; wait`, path}, args...)...) //nolint:noctx // killed by the case
}
