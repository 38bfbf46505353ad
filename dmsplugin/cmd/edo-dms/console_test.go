//go:build unix

package main_test

import (
	"bufio"
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/edokit/edokit/conformance/mockoperator"
)

// TestConsole: the pages are answered beside other processes of the same home, in the clear on this machine only, and a
// signal ends them cleanly.
func TestConsole(t *testing.T) {
	t.Parallel()
	m, address := counter(t, mockoperator.Scenario{})
	m.run(t, "subscriber", "add", string(us), "--endpoint", address, "--inn", m.us.INN, "--kpp", m.us.KPP, "--box", m.us.Boxes[0], "--login", m.us.Login, "--password-file", "password")
	m.run(t, "user", "allow", "ivanova", "--subscriber", string(us), "--action", "send,read")
	if err := os.WriteFile(filepath.Join(m.dir, "console-password"), []byte("four words and a space\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	m.run(t, "console", "user", "set", "ivanova", "--password-file", "console-password")
	certificate, key := loopbackPair(t)
	for name, raw := range map[string][]byte{"tls.crt": certificate, "tls.key": key} {
		if err := os.WriteFile(filepath.Join(m.dir, name), raw, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(certificate)
	for _, tc := range []struct {
		scheme, cookie string
		args           []string
	}{
		{"http", "edokit_session", nil},
		{"https", "__Host-edokit_session", []string{"--tls-cert", "tls.crt", "--tls-key", "tls.key"}},
	} {
		t.Run(tc.scheme, func(t *testing.T) {
			t.Parallel()
			base, end := m.console(t, tc.args...)
			if !strings.HasPrefix(base, tc.scheme+"://127.0.0.1:") {
				t.Fatalf("it is at %s", base)
			}
			jar, err := cookiejar.New(nil)
			if err != nil {
				t.Fatal(err)
			}
			transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}}
			defer transport.CloseIdleConnections()
			client := &http.Client{Jar: jar, Transport: transport}
			page := read(t, client, base, nil)
			token := regexp.MustCompile(`name="token" value="([^"]+)"`).FindStringSubmatch(page)
			if token == nil {
				t.Fatalf("no form: %s", page)
			}
			page = read(t, client, base+"login", url.Values{"token": {token[1]}, "actor": {"ivanova"}, "password": {"four words and a space"}})
			if !strings.Contains(page, "Пакетов пока нет") {
				t.Errorf("after the login: %s", page)
			}
			where, err := url.Parse(base)
			if err != nil {
				t.Fatal(err)
			}
			found := false
			for _, c := range jar.Cookies(where) {
				found = found || c.Name == tc.cookie
			}
			if !found {
				t.Errorf("no cookie %s: %v", tc.cookie, jar.Cookies(where))
			}
			end()
		})
	}
}

// console starts the pages and gives their address; end stops them and looks at how they ended.
func (m *mailroom) console(t *testing.T, args ...string) (base string, end func()) {
	t.Helper()
	c := exec.CommandContext(t.Context(), binary(), append([]string{"console", "--listen", "127.0.0.1:0"}, args...)...)
	c.Dir, c.Env = m.dir, append(os.Environ(), "EDOKIT_HOME="+m.home())
	said, err := c.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(said)
	line, err := lines.ReadString('\n')
	if err != nil {
		t.Fatalf("%v: %s", err, line)
	}
	var rest bytes.Buffer
	drained := make(chan struct{})
	go func() { defer close(drained); _, _ = io.Copy(&rest, lines) }()
	return strings.TrimSpace(strings.TrimPrefix(line, "edo-dms: ")), func() {
		if err := c.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		<-drained
		if err := c.Wait(); err != nil {
			t.Errorf("%v: %s", err, rest.String())
		}
		if strings.Contains(rest.String(), "four words") || !strings.Contains(rest.String(), "logged in") {
			t.Errorf("it said %s", rest.String())
		}
	}
}

// loopbackPair is a certificate of this machine that vouches for itself.
func loopbackPair(t *testing.T) (certificate, key []byte) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(8), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: raw})
}

// read asks for a page, or sends a form, and follows where it leads.
func read(t *testing.T, client *http.Client, address string, form url.Values) string {
	t.Helper()
	method := http.MethodGet
	if form != nil {
		method = http.MethodPost
	}
	r, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	answer, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}
