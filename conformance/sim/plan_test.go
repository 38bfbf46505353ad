package sim_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/edotest"
)

// step is one thing that happens. A plan is a list of steps that makes sense in any order and with any step left out, so
// that it can be made shorter.
type step struct {
	what  string
	proc  int
	n     int // which package, message, counterparty, trouble or time
	gates int // that a thread passes before its end comes
	end   end
}

func (s step) String() string {
	return fmt.Sprintf("%s process=%d n=%d gates=%d %s", s.what, s.proc, s.n, s.gates, [...]string{"goes", "dies", "freezes", "crawls"}[s.end])
}

// happenings are drawn by their weight.
var happenings = []struct {
	what   string
	weight int
	of     int // n is below
}{
	{"work", 60, 1},
	{"resume", 14, 1},
	{"send", 10, 6},
	{"wait", 18, len(waits)},
	{"trouble", 14, 1 << 16},
	{"plant", 5, 2},
	{"clock", 3, len(clocks)},
	{"hide", 3, 4},
	{"disorder", 2, 1 << 16},
	{"ensure", 3, 3},
	{"activate", 3, 3},
	{"fate", 3, 12},
	{"forms", 2, 3},
	{"deliver", 4, 3},
	{"differ", 1, 6},
}

var (
	waits = [...]time.Duration{
		time.Second, time.Second, 5 * time.Second, 31 * time.Second, 31 * time.Second, visibility, 10 * time.Minute, time.Hour,
	}
	// What waits for a time waits longer by what the clock is set back; a history ends after twelve hours.
	farthest = 9 * time.Hour
	clocks   = [...]time.Duration{10 * time.Minute, -10 * time.Minute, 3 * time.Hour, -3 * time.Hour}
)

// plan draws a history. Each history has a mood: some things happen often in it, some never. What takes several unlikely
// things to go wrong is found where they are likely.
func plan(seed uint64) []step {
	random := rand.New(rand.NewPCG(seed, 4))
	weights, all := make([]int, len(happenings)), 0
	for i, h := range happenings {
		weights[i] = h.weight * [...]int{0, 1, 1, 4}[random.IntN(4)]
		if h.what == "work" || h.what == "send" {
			weights[i] = h.weight * (1 + random.IntN(2))
		}
		all += weights[i]
	}
	fatal, procs := 1+random.IntN(4), 2+random.IntN(processes-1)
	steps := make([]step, 15+random.IntN(46))
	for i := range steps {
		at, k := random.IntN(all), 0
		for ; at >= weights[k]; k++ {
			at -= weights[k]
		}
		s := step{what: happenings[k].what, proc: random.IntN(procs), n: random.IntN(happenings[k].of)}
		if random.IntN(6) < fatal {
			s.end, s.gates = end(1+random.IntN(3)), random.IntN(9)
		}
		steps[i] = s
	}
	return steps
}

// step lets one thing happen.
func (w *world) step(s step) {
	p := w.procs[s.proc]
	switch s.what {
	case "work":
		w.work(p, s.gates, s.end)
	case "resume":
		if len(p.stopped) > 0 {
			w.resume(p, s.gates, s.end)
		}
	case "send", "differ":
		pkg := w.model.pack(s.n, s.what == "differ")
		w.host(p, s, fmt.Sprintf("%s %s", s.what, pkg.ID), func(ctx context.Context) {
			op, err := p.gw.Send(ctx, pkg)
			w.model.answered(p, pkg, op, err)
		})
	case "ensure":
		w.host(p, s, "ensure "+strangers[s.n], func(ctx context.Context) {
			_, err := p.gw.EnsureCounterparty(ctx, clerk, subscriber, edo.Introduction{Counterparty: edo.Counterparty{INN: strangers[s.n]}})
			if err == nil && !p.dead.Load() {
				w.model.ensured[strangers[s.n]] = true
			}
		})
	case "deliver":
		w.host(p, s, "deliver", func(ctx context.Context) { w.model.deliver(ctx, p) })
	default:
		w.outside(s)
	}
}

// outside is what happens without a process.
func (w *world) outside(s step) {
	w.say("%s %d", s.what, s.n)
	switch s.what {
	case "wait":
		time.Sleep(waits[s.n])
	case "clock":
		if next := time.Duration(w.offset.Load()) + clocks[s.n]; next.Abs() <= farthest {
			w.offset.Store(int64(next))
			w.clockSet = true
		}
	case "trouble":
		class := [...]string{"send", "send", "read", "read", "introduce", "relate", "form"}[s.n%7]
		kind := []trouble{lost, vanish, refuse, deny, away, lost}[s.n/7%6]
		if class == "form" {
			kind = garbage
		} else if class == "read" && kind == refuse {
			kind = away
		}
		for range 1 + s.n/42%3 {
			w.troubles.next[class] = append(w.troubles.next[class], kind)
		}
	case "hide":
		w.troubles.hide = time.Duration(s.n) * visibility / 4
	case "disorder":
		w.model.disorder = uint64(s.n)
	case "forms":
		w.troubles.noForm = time.Now().Add(time.Duration(s.n) * 20 * time.Minute)
	case "activate":
		if w.model.registered[strangers[s.n]] > 0 {
			w.op.SetRelation(strangers[s.n], edo.RelationActive, true)
		}
	case "fate":
		w.model.decide(s.n)
	case "plant":
		w.model.plant(s.n)
	}
}

// work lets a worker do one job. A process that died is started anew instead; one whose worker stands in the middle of its
// work has no other.
func (w *world) work(p *process, gates int, e end) {
	if p.dead.Load() {
		w.say("process %d starts", p.n)
		if err := w.launch(p.n); err != nil {
			w.model.wrong("process %d does not start: %v", p.n, err)
		}
		return
	}
	if !p.busy() {
		w.run(p.worker, gates, e)
	}
}

// host is a call of the host in a process.
func (w *world) host(p *process, s step, name string, run func(ctx context.Context)) {
	if p.dead.Load() {
		return
	}
	t := p.start(name, run)
	w.say("%s", t.name)
	w.run(t, s.gates, s.end)
}

// letter is what comes in.
func letter(n int, receipt bool) edotest.Planted {
	from := edo.Address{Box: "box-client", INN: "7707083893", KPP: "773601001", Name: "Client", Active: true}
	l := edotest.Letter(fmt.Sprintf("in-%d", n), from, "Заявка")
	l.Documents[0].NeedReceipt = receipt
	return l
}
