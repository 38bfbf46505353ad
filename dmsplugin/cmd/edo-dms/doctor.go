package main

import (
	"cmp"
	"context"
	"time"

	"github.com/edokit/edokit/directory"
)

type doctor struct {
	Offline  bool          `help:"Do not call any operator."`
	Timeout  time.Duration `default:"30s" help:"How long to wait for one operator, and for the store (at most 10s)."`
	MaxSkew  time.Duration `default:"1m" help:"How far our clock and the operator's may differ."`
	MinFree  int64         `default:"1024" placeholder:"MIB" help:"Free space below which a disk is nearly full."`
	Problems bool          `help:"Print warnings and failures only."`
}

const (
	// patience is how long another process may hold the store, and how long a disk may think, before it is a finding: a write
	// takes milliseconds.
	patience = 10 * time.Second
	// abreast is how many subscribers are examined at once: each may wait for its operator.
	abreast = 16

	// exitWarnings is the exit code when there is nothing worse than warnings.
	exitWarnings = 4
)

// examination is one run of the doctor.
type examination struct {
	*command
	report
	doctor
	now      func() time.Time
	patience time.Duration // with each check that calls no operator
	// Seams, because a full disk, a network file system or a badly set database cannot be had for every test.
	free     func(path string) (space, error)
	open     func() (*parts, error)
	examiner func(p *parts) directory.Examiner
	temp     string // where sockets are made when the host names no folder
}

func newExamination(c *command, d doctor) *examination {
	return &examination{
		command: c, doctor: d, report: report{lang: c.lang}, now: time.Now, patience: patience, free: freeSpace, open: c.open,
		examiner: func(p *parts) directory.Examiner { return p.Store },
		temp:     cmp.Or(c.getenv("PLUGIN_UNIX_SOCKET_DIR"), tempDir()),
	}
}

// Run examines everything. Exit codes: 0 nothing is wrong, 1 something is, 4 there are warnings and nothing worse.
func (d doctor) Run(c *command) error {
	e := newExamination(c, d)
	e.examine()
	worst := okay
	shown := []finding{}
	for _, f := range e.found {
		worst = max(worst, f.Severity)
		if !d.Problems || f.Severity >= warning {
			shown = append(shown, f)
		}
	}
	err := c.emit(shown, func() {
		for _, f := range shown {
			c.print("%s\n", printable(f.line(c.lang)))
		}
	})
	switch {
	case err != nil:
		return err
	case worst == failure:
		return errReported
	case worst == warning:
		return &quiet{exitWarnings}
	}
	return nil
}

// within gives a check some time and goes on without it when that is over: a disk that hangs lets no call return, and
// must not hang the doctor as well.
func (e *examination) within(what sentence, check func(ctx context.Context, r *report)) {
	limit := e.patience
	ctx, cancel := context.WithTimeout(e.ctx, limit)
	defer cancel()
	finished := make(chan report, 1)
	go func() {
		r := report{lang: e.command.lang}
		check(ctx, &r)
		finished <- r
	}()
	over := time.NewTimer(limit + limit/4) // a check that looks at its context says more than we can here
	defer over.Stop()
	select {
	case r := <-finished:
		e.take(r.found...)
	case <-over.C:
		e.add("check.timeout", "", what, limit)
	}
}

func (e *examination) examine() {
	if !e.home() {
		return
	}
	e.surroundings()
	p, err := e.open()
	if err != nil {
		e.unopened(err)
		return
	}
	defer p.Close()
	e.add("store.ok", "")
	e.database(p)
	e.archive(p)
	e.pdf(p)
	e.work(p)
	subscribers, err := p.Store.Subscribers(e.ctx)
	if err != nil {
		e.addErr(err, "subscribers.unread", "")
		return
	}
	if len(subscribers) == 0 {
		e.add("subscribers.none", "")
	}
	e.subscribers(p, subscribers)
}
