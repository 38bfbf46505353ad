package soap

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/edokit/edokit/edo"
)

func TestNewReportsEveryFault(t *testing.T) {
	t.Parallel()
	_, err := New(Config{Endpoint: "ftp://u:p4ss@example/?q", CAs: []byte("no"), Pins: []string{"short", "!"}})
	var all edo.Faults
	if !errors.As(err, &all) || len(all) != 5 || strings.Contains(err.Error(), "p4ss") {
		t.Errorf("got %d: %v", len(all), err)
	}
}

func TestEndpoints(t *testing.T) {
	t.Parallel()
	for endpoint, fine := range map[string]bool{
		"https://service.example/exchange.svc": true, "http://127.0.0.1:8080/": true, "http://[::1]/a": true, "http://localhost:1": true,
		"http://service.example/": false, "http://10.0.0.1/": false, "http://127.0.0.1.example/": false, "https://u:p@e/": false, "https://e/?wsdl": false,
		"https://e/?": false, "ftp://127.0.0.1/": false, "https://e/#a": false, "": false, "service.example": false, "https:///a": false, "https:e": false, "https://e/%zz": false, "http://0.0.0.0/": false,
	} {
		_, err := checkEndpoint(endpoint)
		if (err == nil) != fine || err != nil && edo.KindOf(err) != edo.Invalid {
			t.Errorf("%s: %v", endpoint, err)
		}
	}
	if onlyLoopback("tcp4", "10.0.0.1:80", nil) == nil || onlyLoopback("tcp6", "[::1]:80", nil) != nil || onlyLoopback("tcp", "odd", nil) == nil {
		t.Error("the address is not checked after name resolution")
	}
}

// secure is a TLS server that takes documents and remembers nothing.
func secure(t *testing.T, version uint16) *httptest.Server {
	t.Helper()
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "text/xml")
		_, _ = io.WriteString(w, success(""))
	}))
	s.TLS = &tls.Config{MaxVersion: version, MinVersion: tls.VersionTLS10} //nolint:gosec // an old server is the point
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.EnableHTTP2 = true
	s.StartTLS()
	t.Cleanup(s.Close)
	return s
}

func TestTLS(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		version uint16
		config  func(c *Config, cert *x509.Certificate)
		says    string
	}{
		"own CA":  {0, trust, ""},
		"TLS 1.2": {tls.VersionTLS12, trust, ""},
		"pinned": {0, func(c *Config, cert *x509.Certificate) {
			trust(c, cert)
			c.Pins = []string{pin([]byte("other")), pin(cert.RawSubjectPublicKeyInfo)}
		}, ""},
		"other pin":  {0, func(c *Config, cert *x509.Certificate) { trust(c, cert); c.Pins = []string{pin([]byte("other"))} }, "none of the pinned"},
		"unknown CA": {0, func(*Config, *x509.Certificate) {}, "not trusted"},
		"TLS 1.1":    {tls.VersionTLS11, trust, "not sent"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := secure(t, tc.version)
			c := client(t, s.URL, nil, func(c *Config) { tc.config(c, s.Certificate()) })
			for range 2 {
				_, err := c.Do(t.Context(), request(inMemoryContent(random(300_000))))
				if tc.says == "" && err != nil || tc.says != "" && edo.KindOf(err) != edo.Unavailable {
					t.Errorf("got %v", err)
				}
				if err != nil && tc.says != "not sent" && !strings.Contains(err.Error(), tc.says) {
					t.Errorf("got %v", err)
				}
			}
		})
	}
}

func trust(c *Config, cert *x509.Certificate) {
	c.CAs = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw})
}

func pin(key []byte) string {
	sum := sha256.Sum256(key)
	return base64.StdEncoding.EncodeToString(sum[:])
}

func TestWrongNameAndPlainServer(t *testing.T) {
	t.Parallel()
	s := secure(t, 0)
	_, err := client(t, strings.Replace(s.URL, "127.0.0.1", "localhost", 1), nil, func(c *Config) { trust(c, s.Certificate()) }).Do(t.Context(), request())
	if edo.KindOf(err) != edo.Unavailable || !strings.Contains(err.Error(), "another name") {
		t.Errorf("got %v", err)
	}
	plain := serve(t, func([]byte) string { return "" })
	_, err = client(t, strings.Replace(plain.url, "http:", "https:", 1), nil).Do(t.Context(), request())
	if edo.KindOf(err) != edo.Unavailable {
		t.Errorf("got %v", err)
	}
}

// The body carries credentials: it goes to the configured address and nowhere else.
func TestRedirectIsNotFollowed(t *testing.T) {
	t.Parallel()
	var hits atomic.Int32
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { hits.Add(1) }))
	defer other.Close()
	for _, status := range []int{301, 302, 303, 307, 308} {
		_, _, err := ask(t, nil, http11(status, typeXML+"Location: "+other.URL+"\r\n", success("")))
		if edo.KindOf(err) != edo.InDoubt {
			t.Errorf("%d: %v", status, err)
		}
	}
	if hits.Load() != 0 {
		t.Error("the redirect was followed")
	}
}

func TestConnectionIsKept(t *testing.T) {
	t.Parallel()
	var connections atomic.Int32
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		if r.Header.Get("Accept-Encoding") != "" || len(r.TransferEncoding) > 0 {
			t.Errorf("%v %v", r.Header, r.TransferEncoding)
		}
		w.WriteHeader(500)
		_, _ = io.WriteString(w, typed("<Code>A</Code>"))
	}))
	s.Config.ConnContext = func(ctx context.Context, _ net.Conn) context.Context { connections.Add(1); return ctx }
	s.Start()
	defer s.Close()
	c := client(t, s.URL, nil)
	for range 5 {
		if _, err := c.Do(t.Context(), request(inMemoryContent(random(10_000)))); !errors.As(err, new(*Fault)) {
			t.Fatal(err)
		}
	}
	if n := connections.Load(); n != 1 {
		t.Errorf("%d connections", n)
	}
}
