package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"slices"
	"time"
)

// monitor answers monitors over HTTP, on loopback addresses only.
type monitor struct {
	servers []*http.Server
	ended   chan error
}

// pages are what stands at one address.
type pages map[string]http.Handler

// openMonitor listens at each address; say gets the URL of each page, with the port that the system has chosen for 0.
func openMonitor(ctx context.Context, at map[string]pages, say func(url string)) (*monitor, error) {
	m := &monitor{ended: make(chan error, len(at))}
	for address, pages := range at {
		l, err := loopbackListener(ctx, address)
		if err != nil {
			return nil, errors.Join(err, m.close())
		}
		mux := http.NewServeMux()
		for path, page := range pages {
			mux.Handle("GET "+path, page) // HEAD as well
			say("http://" + l.Addr().String() + path)
		}
		s := &http.Server{
			Handler: mux, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 5 * time.Second, WriteTimeout: 30 * time.Second, IdleTimeout: time.Minute,
			MaxHeaderBytes: 16 << 10, ErrorLog: log.New(io.Discard, "", 0),
		}
		m.servers = append(m.servers, s)
		go func() { m.ended <- s.Serve(l) }()
	}
	return m, nil
}

// loopbackListener refuses what other machines can reach: the pages have no login.
func loopbackListener(ctx context.Context, address string) (net.Listener, error) {
	host, _, err := net.SplitHostPort(address)
	ip := net.ParseIP(host)
	if err != nil || ip == nil || !ip.IsLoopback() {
		return nil, usage("address", address+" is no loopback address with a port", "write it as 127.0.0.1:9464; let a proxy of this machine show it to others")
	}
	return (&net.ListenConfig{}).Listen(ctx, "tcp", address)
}

// close ends what is under way within a second.
func (m *monitor) close() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	var all []error
	for _, s := range m.servers {
		if err := s.Shutdown(ctx); err != nil {
			all = append(all, s.Close())
		}
		if err := <-m.ended; !errors.Is(err, http.ErrServerClosed) {
			all = append(all, err)
		}
	}
	return errors.Join(all...)
}

// healthPages are what a monitor asks: is the process to be restarted, may it be given work.
func healthPages(h *health) pages {
	return pages{
		"/healthz": conditions(func(context.Context) []condition { return []condition{h.work()} }),
		"/readyz":  conditions(h.ready),
	}
}

// conditions answers 200 if all hold, else 503.
func conditions(of func(ctx context.Context) []condition) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		all := of(r.Context())
		answer := struct {
			Status string      `json:"status"`
			Checks []condition `json:"checks"`
		}{"ok", all}
		code := http.StatusOK
		if slices.ContainsFunc(all, func(c condition) bool { return !c.OK }) {
			answer.Status, code = "failing", http.StatusServiceUnavailable
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Cache-Control", "no-store")
		w.WriteHeader(code)
		_ = json.NewEncoder(w).Encode(answer) // a monitor that is gone has nobody to tell
	})
}
