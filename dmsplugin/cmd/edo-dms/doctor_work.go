package main

import (
	"context"
	"errors"
	"time"

	"github.com/edokit/edokit/stamping"
	"github.com/edokit/edokit/stamping/worker"
)

const (
	// late and stuck are how long a job that is due may wait. Workers look every second, so minutes mean that they are
	// too few, and an hour that there are none.
	late  = 10 * time.Minute
	stuck = time.Hour
)

// work tells what waits for a person, and what waits for workers that do not come.
func (e *examination) work(p *parts) {
	x := e.examiner(p)
	e.within(sentence{"работа", "the work"}, func(ctx context.Context, r *report) {
		now := e.now()
		w, err := x.Workload(ctx, now)
		if err != nil {
			r.addErr(err, "work.unread", "")
			return
		}
		switch waited := w.Late(now).Round(time.Second); {
		case waited > stuck:
			r.add("work.stuck", "", w.Due, waited)
		case waited > late:
			r.add("work.late", "", w.Due, waited)
		}
		for id, n := range map[string]int{"work.decisions": w.Decisions, "work.tasks": w.OverdueTasks, "work.counterparties": w.Counterparties} {
			if n > 0 {
				r.add(id, "", n)
			}
		}
	})
}

// pdf asks a process for PDF work to look at what is no PDF: who says so is at work.
func (e *examination) pdf(p *parts) {
	e.within(sentence{"работа с PDF", "the PDF work"}, func(ctx context.Context, r *report) {
		_, err := p.pdf.Examine(ctx, worker.InMemory([]byte("%")), nil)
		var found *stamping.Error
		if errors.As(err, &found) && found.Kind == stamping.Unreadable {
			r.add("pdf.ok", "")
			return
		}
		r.addErr(err, "pdf.no-worker", "")
	})
}
