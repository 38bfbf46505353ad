package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/edokit/edokit/directory"
)

// enough timeouts of logins at one address, and the others are not tried: three thousand subscribers would wait for hours.
const enough = 3

// address is one operator's service as some subscribers reach it.
type address struct {
	url     *url.URL
	cas     string
	members int

	mu       sync.Mutex
	report   report
	dead     bool // no login can succeed
	timeouts int
	untried  int
	skews    []time.Duration
}

// addresses groups subscribers by where they go, so that each address is asked once, however many there are.
func (e *examination) addresses(all []directory.Subscriber) map[string]*address {
	groups := map[string]*address{}
	for _, s := range all {
		u, err := url.Parse(s.Endpoint)
		if err != nil || u.Host == "" || !s.Enabled {
			continue // a disabled one is not called, a malformed one is told when its settings are
		}
		key := s.Endpoint + "\n" + string(s.CAs)
		if groups[key] == nil {
			groups[key] = &address{url: u, cas: string(s.CAs), report: report{lang: e.command.lang}}
		}
		groups[key].members++
	}
	return groups
}

// origin is the address without what may stand behind its path.
func origin(u *url.URL) string { return u.Scheme + "://" + u.Host + u.EscapedPath() }

// examine asks for the head of the address, without any credential: who answers, with which certificate, at what time.
func (a *address) examine(e *examination) {
	ctx, cancel := context.WithTimeout(e.ctx, e.Timeout)
	defer cancel()
	r, name := &a.report, origin(a.url)
	transport := &http.Transport{TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots(a.cas)}, DisableKeepAlives: true}
	defer transport.CloseIdleConnections()
	request, err := http.NewRequestWithContext(ctx, http.MethodHead, name, nil)
	if err != nil {
		return
	}
	request.Header.Set("User-Agent", "edokit/"+version)
	begun := e.now()
	answer, err := transport.RoundTrip(request) // follows no redirect
	if err != nil {
		a.dead = true
		a.unreached(e, err, name)
		return
	}
	defer answer.Body.Close()
	if answer.TLS != nil && len(answer.TLS.PeerCertificates) > 0 {
		c := answer.TLS.PeerCertificates[0]
		e.dates(r, c.NotBefore, c.NotAfter, a.url.Host)
	}
	if answer.StatusCode/100 == 3 {
		a.dead = true
		to := "?"
		if l, err := answer.Location(); err == nil {
			to = origin(l)
		}
		r.add("endpoint.redirects", a.url.Host, name, to)
	}
	if date, err := http.ParseTime(answer.Header.Get("Date")); err == nil {
		a.skews = append(a.skews, begun.Sub(date))
	}
}

// unreached says why nothing answered. The causes are told in our words: those of the network may quote what came.
func (a *address) unreached(e *examination, err error, name string) {
	var (
		dns     *net.DNSError
		record  tls.RecordHeaderError
		invalid *tls.CertificateVerificationError
		expired x509.CertificateInvalidError
	)
	r, host := &a.report, a.url.Host
	switch {
	case errors.As(err, &dns):
		r.add("endpoint.unresolved", host, name)
	case errors.As(err, &record), errors.Is(err, http.ErrSchemeMismatch):
		r.add("endpoint.not-tls", host, name)
	case errors.As(err, &expired) && expired.Reason == x509.Expired && errors.As(err, &invalid) && len(invalid.UnverifiedCertificates) > 0:
		c := invalid.UnverifiedCertificates[0]
		if e.dates(r, c.NotBefore, c.NotAfter, host) { // another one of the chain
			r.add("endpoint.untrusted", host, name)
		}
	case errors.As(err, &invalid):
		r.add("endpoint.untrusted", host, name)
	case errors.Is(err, context.DeadlineExceeded):
		r.add("endpoint.silent", host, name, e.Timeout)
	default:
		r.add("endpoint.unreachable", host, name)
	}
}

// told adds what the logins have found out about the address.
func (a *address) told(e *examination) []finding {
	r := &a.report
	if a.untried > 0 {
		r.add("login.skipped", a.url.Host, a.untried, origin(a.url))
	}
	if a.dead {
		return r.found
	}
	if len(a.skews) == 0 {
		r.add("clock.unknown", a.url.Host, origin(a.url))
		return r.found
	}
	worst := a.skews[0]
	for _, s := range a.skews {
		if s.Abs() > worst.Abs() {
			worst = s
		}
	}
	if worst.Abs() > e.MaxSkew {
		r.add("clock.skew", a.url.Host, worst.Round(time.Second), a.url.Host)
	} else {
		r.add("clock.ok", a.url.Host, a.url.Host)
	}
	return r.found
}

// skip reports whether a login there is not worth trying, and counts it.
func (a *address) skip() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.dead || a.timeouts >= enough {
		a.untried++
		return true
	}
	return false
}

func (a *address) timedOut() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.timeouts++
}

func (a *address) skewed(d time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.skews = append(a.skews, d)
}

func roots(pem string) *x509.CertPool {
	if pem == "" {
		return nil // the system's
	}
	p := x509.NewCertPool()
	p.AppendCertsFromPEM([]byte(pem))
	return p
}
