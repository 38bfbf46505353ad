package crash_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/edokit/edokit/dmsplugin"
	"github.com/edokit/edokit/edo"
)

// plugin is one process, as a Go host sees it.
type plugin struct {
	*dmsplugin.Client
	stand   *stand
	process int // its id, also when it has ended
}

// launch starts a plugin on the stand's home folder; env comes after the stand's own settings.
func (s *stand) launch(env ...string) *plugin {
	s.Helper()
	p, err := s.tryLaunch(env...)
	if err != nil {
		s.Fatalf("%v\n%s", err, s.heard)
	}
	return p
}

func (s *stand) tryLaunch(env ...string) (*plugin, error) {
	client, err := launchOf(s.Context(), s, env...)
	if err != nil {
		return nil, err
	}
	s.Cleanup(func() {
		if err := client.Close(); err != nil {
			s.Error(err)
		}
	})
	p := &plugin{Client: client, stand: s}
	if p.process, err = strconv.Atoi(client.PID()); err != nil {
		return nil, err
	}
	s.plugins = append(s.plugins, p)
	return p, nil
}

// launchOf starts a plugin on a home folder.
func launchOf(ctx context.Context, s *stand, env ...string) (*dmsplugin.Client, error) {
	return dmsplugin.Launch(ctx, dmsplugin.Config{
		Path: program, Actor: clerk, Env: append(append([]string{"EDOKIT_HOME=" + s.home}, s.settings...), env...),
		Logger: slog.New(s.heard), Start: time.Minute,
	})
}

// doomed starts a plugin that kills itself at a point of the way.
func (s *stand) doomed(point string) *plugin {
	s.Helper()
	return s.launch("EDOKIT_FAILPOINT=" + point)
}

// kill ends the process as a power cut would, and waits until it is gone.
func (p *plugin) kill() {
	p.stand.Helper()
	process, err := os.FindProcess(p.pid())
	p.stand.must(err)
	p.stand.must(process.Kill())
	p.gone()
}

// gone waits until the process has ended.
func (p *plugin) gone() {
	p.stand.Helper()
	p.stand.until("the plugin is gone", p.Exited)
}

func (p *plugin) pid() int { return p.process }

// send hands a package over and takes what came back down.
func (p *plugin) send(pkg edo.Package) edo.Operation {
	p.stand.Helper()
	op, err := p.Send(p.stand.Context(), pkg)
	p.stand.heard.add(op, err)
	p.stand.must(err)
	return op
}

// finish sends, or resumes, and waits until nothing more will happen by itself.
func (p *plugin) finish(pkg edo.Package) edo.Operation {
	p.stand.Helper()
	ctx, cancel := context.WithTimeout(p.stand.Context(), patience)
	defer cancel()
	op, err := p.SendAndWait(ctx, pkg)
	p.stand.heard.add(op, err)
	if err != nil {
		p.stand.Fatalf("package %s: %v\n%s", pkg.ID, err, p.stand.heard)
	}
	return op
}

// reach waits until the package is in a state that holds.
func (p *plugin) reach(k edo.Key, what string, holds func(edo.Operation) bool) edo.Operation {
	p.stand.Helper()
	var op edo.Operation
	p.stand.until(what, func() bool {
		var err error
		op, err = p.Status(p.stand.Context(), k)
		p.stand.heard.add(op, err)
		return err == nil && holds(op)
	})
	return op
}

// until asks again and again; there is nothing to be notified by across processes.
func (s *stand) until(what string, holds func() bool) {
	s.Helper()
	s.within(patience, what, holds)
}

func (s *stand) within(most time.Duration, what string, holds func() bool) {
	s.Helper()
	deadline := time.Now().Add(most)
	for pause := time.Millisecond; !holds(); pause = min(2*pause, 50*time.Millisecond) {
		if time.Now().After(deadline) {
			s.Fatalf("not in %v: %s\n%s", most, what, s.heard)
		}
		time.Sleep(pause)
	}
}

// signal waits for something the operator tells.
func (s *stand) signal(what string, c <-chan struct{}) {
	s.Helper()
	select {
	case <-c:
	case <-time.After(patience):
		s.Fatalf("not in %v: %s\n%s", patience, what, s.heard)
	}
}

// heard keeps everything that reaches a host: log lines, standard error of plugins, answers, errors. It is a slog
// handler that writes values as they are, so that a scan sees what stands there.
type heard struct {
	mu    sync.Mutex
	lines []string
	seen  map[string]bool // a line that was heard before says nothing new
}

func (h *heard) keep(line string) {
	if h.seen == nil {
		h.seen = map[string]bool{}
	}
	if !h.seen[line] {
		h.seen[line] = true
		h.lines = append(h.lines, line)
	}
}

// Enabled takes every level.
func (h *heard) Enabled(context.Context, slog.Level) bool { return true }

// Handle keeps one line.
func (h *heard) Handle(_ context.Context, r slog.Record) error {
	line := r.Message
	r.Attrs(func(a slog.Attr) bool { line += " " + a.Key + "=" + a.Value.String(); return true })
	h.mu.Lock()
	defer h.mu.Unlock()
	h.keep(line)
	return nil
}

// WithAttrs and WithGroup lose nothing that go-plugin says.
func (h *heard) WithAttrs([]slog.Attr) slog.Handler { return h }

// WithGroup is as WithAttrs.
func (h *heard) WithGroup(string) slog.Handler { return h }

// add keeps answers and errors in each form in which a host may write them down.
func (h *heard) add(values ...any) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, v := range values {
		if v == nil {
			continue
		}
		text, _ := json.Marshal(v) // what cannot be marshalled is printed
		h.keep(string(text))
		h.keep(fmt.Sprintf("%+v", v))
		h.keep(fmt.Sprintf("%#v", v))
	}
}

// all is everything in one text.
func (h *heard) all() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return strings.Join(h.lines, "\n")
}

// String is the end of it, for failures.
func (h *heard) String() string {
	text := h.all()
	return text[max(0, len(text)-6000):]
}
