package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/edokit/edokit/conformance/mockoperator"
	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/directory/local"
	"github.com/edokit/edokit/edo"
)

// operator is a stand-in whose clock is off by so much, with the row of its first organisation.
func operator(t *testing.T, off time.Duration) (o *mockoperator.Operator, row func(s *directory.Subscriber)) {
	t.Helper()
	o, err := mockoperator.New(mockoperator.Config{Dir: t.TempDir(), Now: func() time.Time { return time.Now().Add(off) }})
	check(t, err)
	t.Cleanup(func() { o.Close() })
	address, stop, err := o.Listen(t.Context(), "127.0.0.1:0")
	check(t, err)
	t.Cleanup(func() { _ = stop() })
	us := o.Organisations()[0]
	return o, func(s *directory.Subscriber) {
		s.Endpoint, s.INN, s.KPP, s.Box, s.Login = address, us.INN, us.KPP, edo.BoxID(us.Boxes[0]), us.Login
	}
}

// online lets the patient log in with the right password.
func (p *patient) online(t *testing.T, o *mockoperator.Operator, row, change func(s *directory.Subscriber)) {
	t.Helper()
	p.Offline = false
	p.subscriber(t, func(s *directory.Subscriber) {
		row(s)
		if change != nil {
			change(s)
		}
	})
	p.in(t, func(h *local.Home) {
		check(t, h.Vault.SetPassword(t.Context(), "our-firm", edo.NewSecret(o.Organisations()[0].Password)))
	})
}

// TestDoctorAndTheOperator: what only an answer of the operator shows.
func TestDoctorAndTheOperator(t *testing.T) {
	t.Parallel()
	for id, tc := range map[string]struct {
		off    time.Duration
		change func(s *directory.Subscriber)
	}{
		"login.ok":    {},
		"clock.ok":    {},
		"clock.skew":  {off: 5 * time.Minute},
		"box.none":    {change: func(s *directory.Subscriber) { s.Box = "" }},
		"box.foreign": {change: func(s *directory.Subscriber) { s.Box = "somebody@mock.edo" }},
		"box.inn":     {change: func(s *directory.Subscriber) { s.INN = "7707083893" }},
		"box.kpp":     {change: func(s *directory.Subscriber) { s.KPP = "770701001" }},
		"login.failed": {change: func(s *directory.Subscriber) {
			s.Login = "somebody-else"
		}},
	} {
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			o, row := operator(t, tc.off)
			p := newPatient(t)
			p.online(t, o, row, tc.change)
			found := p.ids(t)
			if !slices.Contains(found, id) || slices.Contains(found, "clock.skew") != (tc.off > 0) {
				t.Errorf("found %v", p.found)
			}
			for _, f := range p.found {
				if strings.Contains(f.Text, o.Organisations()[0].Password) {
					t.Errorf("a secret: %s", f.Text)
				}
			}
		})
	}
}

// TestOneAddressIsAskedOnce: an address that is dead is one finding, however many subscribers go there.
func TestOneAddressIsAskedOnce(t *testing.T) {
	t.Parallel()
	p := newPatient(t)
	p.Offline = false
	const many = 40
	p.in(t, func(h *local.Home) {
		for i := range many {
			row := directory.Subscriber{
				ID: edo.SubscriberID(fmt.Sprintf("s-%d", i)), Operator: "synerdocs", Endpoint: endpoint, Box: "box", INN: "7707083893", Login: "l",
				LoginKind: directory.LoginPassword, Enabled: true,
			}
			check(t, h.Store.PutSubscriber(t.Context(), row))
			check(t, h.Vault.SetPassword(t.Context(), row.ID, edo.NewSecret("canary")))
		}
	})
	found := p.ids(t)
	for id, want := range map[string]int{"endpoint.unreachable": 1, "login.skipped": 1, "users.none": many} {
		n := 0
		for _, f := range found {
			if f == id {
				n++
			}
		}
		if n != want {
			t.Errorf("%s %d times, want %d", id, n, want)
		}
	}
}

// TestDoctorOfAddresses: what may answer at a wrong address, or nothing.
func TestDoctorOfAddresses(t *testing.T) {
	t.Parallel()
	serve := func(t *testing.T, h http.HandlerFunc) *httptest.Server {
		s := httptest.NewServer(h)
		t.Cleanup(s.Close)
		return s
	}
	page := func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<html>welcome</html>") }
	hangs := func(methods ...string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if slices.Contains(methods, r.Method) {
				_, _ = io.Copy(io.Discard, r.Body)
				<-r.Context().Done()
			}
		}
	}
	secure := func(t *testing.T, from, until int) (*httptest.Server, []byte) {
		c, pem := serverCertificate(t, from, until)
		s := httptest.NewUnstartedServer(http.HandlerFunc(page))
		s.Config.ErrorLog = log.New(io.Discard, "", 0)
		s.TLS = &tls.Config{Certificates: []tls.Certificate{c}, MinVersion: tls.VersionTLS12}
		s.StartTLS()
		t.Cleanup(s.Close)
		return s, pem
	}
	for name, tc := range map[string]struct {
		address func(t *testing.T) (url string, cas []byte)
		want    []string
	}{
		"unresolved":  {func(*testing.T) (string, []byte) { return "https://operator.invalid/x", nil }, []string{"endpoint.unresolved"}},
		"unreachable": {func(t *testing.T) (string, []byte) { return "http://" + closedPort(t) + "/x", nil }, []string{"endpoint.unreachable", "login.skipped"}},
		"not TLS": {func(t *testing.T) (string, []byte) {
			return strings.Replace(serve(t, page).URL, "http:", "https:", 1), nil
		}, []string{"endpoint.not-tls"}},
		"untrusted": {func(t *testing.T) (string, []byte) { s, _ := secure(t, -1, 90); return s.URL, nil }, []string{"endpoint.untrusted"}},
		"redirects": {func(t *testing.T) (string, []byte) {
			return serve(t, func(w http.ResponseWriter, r *http.Request) {
				http.Redirect(w, r, "https://elsewhere.example/new?token=canary", http.StatusFound)
			}).URL, nil
		}, []string{"endpoint.redirects", "login.skipped"}},
		"another service": {func(t *testing.T) (string, []byte) { return serve(t, page).URL, nil }, []string{"endpoint.other-service"}},
		"no time": {func(t *testing.T) (string, []byte) {
			return serve(t, func(w http.ResponseWriter, r *http.Request) { w.Header()["Date"] = nil; page(w, r) }).URL, nil
		}, []string{"clock.unknown"}},
		"silent":            {func(t *testing.T) (string, []byte) { return serve(t, hangs("HEAD", "POST")).URL, nil }, []string{"endpoint.silent"}},
		"silent at login":   {func(t *testing.T) (string, []byte) { return serve(t, hangs("POST")).URL, nil }, []string{"login.timeout"}},
		"certificate ends":  {func(t *testing.T) (string, []byte) { s, ca := secure(t, -1, 10); return s.URL, ca }, []string{"certificate.ends-soon"}},
		"certificate ended": {func(t *testing.T) (string, []byte) { s, ca := secure(t, -10, -1); return s.URL, ca }, []string{"certificate.ended"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPatient(t)
			p.Offline, p.Timeout = false, 20*time.Second
			if name == "silent" {
				p.Timeout = 200 * time.Millisecond
			}
			if name == "silent at login" { // but not before it
				p.Timeout = 5 * time.Second
			}
			url, cas := tc.address(t)
			p.subscriber(t, func(s *directory.Subscriber) { s.Endpoint, s.CAs = url, cas })
			found := p.ids(t)
			for _, id := range tc.want {
				if !slices.Contains(found, id) {
					t.Errorf("no %s in %+v", id, p.found)
				}
			}
		})
	}
}

func closedPort(t *testing.T) string {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	check(t, err)
	defer l.Close()
	return l.Addr().String()
}

// serverCertificate is a certificate of 127.0.0.1, signed by itself, whose life begins and ends so many days from now.
func serverCertificate(t *testing.T, from, until int) (tls.Certificate, []byte) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	check(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "operator"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().AddDate(0, 0, from), NotAfter: time.Now().AddDate(0, 0, until), IsCA: true, BasicConstraintsValid: true,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	check(t, err)
	var text bytes.Buffer
	check(t, pem.Encode(&text, &pem.Block{Type: "CERTIFICATE", Bytes: raw}))
	return tls.Certificate{Certificate: [][]byte{raw}, PrivateKey: key}, text.Bytes()
}
