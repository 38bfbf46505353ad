package sim_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing/synctest"
	"time"

	"github.com/edokit/edokit/directory/sqlite"
	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/edotest"
	"github.com/edokit/edokit/edo/gateway"
)

// processes work on one store.
const processes = 3

// world is one history.
type world struct {
	ctx      context.Context
	store    *sqlite.Store
	archive  *memory
	op       *edotest.Operator
	offset   atomic.Int64 // of our clock against the operator's; helpers of a thread read it while nobody moves them
	clockSet bool         // at any time of this history
	started  time.Time
	procs    [processes]*process
	arrived  chan *thread
	troubles troubles
	model    *model
	told     bool // there may be events that the model has not looked at
	moved    bool // the same of the cursor

	mu    sync.Mutex // a thread that goes and its helpers may write at once
	trace []string
}

func (w *world) now() time.Time { return time.Now().Add(time.Duration(w.offset.Load())).Round(0) }

func (w *world) say(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.trace = append(w.trace, fmt.Sprintf("%9s ", time.Since(w.started).Round(time.Millisecond))+fmt.Sprintf(format, args...))
}

// process is one life of a gateway.
type process struct {
	w       *world
	n, life int
	gw      *gateway.Gateway
	dead    atomic.Bool
	cancel  context.CancelFunc
	worker  *thread
	stopped []*thread // threads that stand still in the middle of their work, the worker too
}

// thread is the worker of a process, or a call of its host. It goes only when it is let.
type thread struct {
	p      *process
	name   string
	goOn   chan bool // false: the process is dead
	point  string
	ended  bool
	frozen atomic.Pointer[chan struct{}] // not nil: the whole process stands still, its renewals too
}

type threadKey struct{}

func threadOf(ctx context.Context) *thread {
	t, _ := ctx.Value(threadKey{}).(*thread)
	return t
}

// idle is where a worker stands between two jobs.
const idle = "idle"

// gate lets a thread stand until it is let go on. Nothing stands in a dead process: it unwinds, and nothing it does counts.
func (t *thread) gate(point string) {
	if t == nil || t.p.dead.Load() {
		return
	}
	t.point = point
	t.p.w.say("  %s %s", t.name, point)
	t.p.w.arrived <- t
	<-t.goOn
}

// start makes a thread that stands at its beginning.
func (p *process) start(name string, run func(ctx context.Context)) *thread {
	t := &thread{p: p, name: fmt.Sprintf("%d.%d %s", p.n, p.life, name), goOn: make(chan bool)}
	ctx, cancel := context.WithCancel(context.WithValue(p.w.ctx, threadKey{}, t))
	before := p.cancel
	p.cancel = func() { cancel(); before() }
	go func() {
		defer cancel()
		if <-t.goOn {
			run(ctx)
		}
		t.ended = true
		p.w.arrived <- t
	}()
	return t
}

// end says what becomes of a thread after some gates.
type end int

const (
	goes    end = iota // to the end
	dies               // the process is killed
	freezes            // the process stands still (SIGSTOP): its leases are not renewed
	crawls             // the thread stands, but its lease is renewed: a slow line
)

// run lets a thread go. False: it does not stand at its resting place.
func (w *world) run(t *thread, gates int, e end) bool {
	for ; ; gates-- {
		t.goOn <- true
		<-w.arrived
		if t.ended || t.point == idle {
			return true
		}
		if gates > 0 || e == goes {
			continue
		}
		w.say("  %s stands at %s: %s", t.name, t.point, [...]string{"goes", "dies", "freezes", "crawls"}[e])
		if e == dies {
			w.kill(t.p, t)
			return false
		}
		if e == freezes {
			c := make(chan struct{})
			t.frozen.Store(&c)
		}
		t.p.stopped = append(t.p.stopped, t)
		return false
	}
}

// kill ends a process where it stands. Nothing it does from now on has any effect.
func (w *world) kill(p *process, going *thread) {
	if p.dead.Swap(true) {
		return
	}
	p.cancel()
	all := append([]*thread{}, p.stopped...)
	for _, t := range append(all, going, p.worker) {
		if t == nil || t.ended {
			continue
		}
		t.thaw()
		t.goOn <- false
		<-w.arrived
	}
	p.stopped = nil
	synctest.Wait()
}

func (t *thread) thaw() {
	if c := t.frozen.Swap(nil); c != nil {
		close(*c)
	}
}

// resume lets the first stopped thread of a process go on. The renewal of its lease comes first: whichever comes first in
// life, the row decides.
func (w *world) resume(p *process, gates int, e end) {
	t := p.stopped[0]
	p.stopped = p.stopped[1:]
	t.thaw()
	synctest.Wait()
	w.say("resume %s at %s", t.name, t.point)
	w.run(t, gates, e)
}

// busy reports whether the worker stands in the middle of a job.
func (p *process) busy() bool {
	for _, t := range p.stopped {
		if t == p.worker {
			return true
		}
	}
	return false
}

// launch starts a process anew.
func (w *world) launch(n int) error {
	p := &process{w: w, n: n, cancel: func() {}}
	if was := w.procs[n]; was != nil {
		p.life = was.life + 1
	}
	at := &ports{w.store, p}
	var err error
	p.gw, err = gateway.New(gateway.Config{
		Drivers: []edo.Driver{driver{w}}, Outbox: at, Inbox: at, Tasks: at, Reach: at, Routing: people{}, Archive: disk{w.archive, p},
		Accounts: people{}, Signers: people{}, Access: people{}, Verifier: people{}, Now: w.now, Owner: fmt.Sprintf("process-%d-%d", n, p.life),
		Queue: never{}, Workers: 1, Lease: lease, Pull: 10 * time.Minute, FullCheck: 6 * time.Hour, FormPatience: 2 * time.Hour,
		Backoff: gateway.Backoff{First: time.Second, Longest: 5 * time.Minute}, Random: rand.New(rand.NewPCG(uint64(n), uint64(p.life))).Float64,
		Trace: func(ctx context.Context, point string) { threadOf(ctx).gate(point) },
	})
	if err != nil {
		return err
	}
	p.worker = p.start("worker", func(ctx context.Context) { _ = p.gw.Run(ctx) })
	w.procs[n] = p
	w.run(p.worker, 0, goes) // to its first claim
	return nil
}

const (
	lease      = 30 * time.Second
	visibility = 2 * time.Minute
)

// never is a queue that wakes nobody: the world does.
type never struct{}

// Wait implements gateway.Queue.
func (never) Wait(context.Context, time.Time) {}

// Ring implements gateway.Queue.
func (never) Ring() {}

// template is a migrated database, made once.
var template = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "edokit-sim-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "edokit.db")
	if err := sqlite.Migrate(context.Background(), path); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

// inMemory is a folder that lies in memory, where there is one.
func inMemory() string {
	const shm = "/dev/shm"
	if info, err := os.Stat(shm); err == nil && info.IsDir() {
		return shm
	}
	return ""
}

// newWorld is called in a bubble. close ends everything in it.
func newWorld(blank []byte) (w *world, end func() error, err error) {
	dir, err := os.MkdirTemp(inMemory(), "edokit-sim-")
	if err != nil {
		return nil, nil, err
	}
	w = &world{arrived: make(chan *thread), archive: newMemory(), started: time.Now()}
	ctx, cancel := context.WithCancel(context.Background())
	w.ctx = ctx
	end = func() error {
		defer os.RemoveAll(dir)
		for _, p := range w.procs {
			if p != nil {
				w.kill(p, nil)
			}
		}
		cancel()
		if w.store == nil {
			return nil
		}
		return w.store.Close()
	}
	path := filepath.Join(dir, "edokit.db")
	if err := os.WriteFile(path, blank, 0o600); err != nil {
		return w, end, err
	}
	if w.store, err = sqlite.Open(ctx, sqlite.Config{Path: path, Now: w.now}); err != nil {
		return w, end, err
	}
	w.op = newOperator()
	w.troubles = newTroubles()
	w.model = newModel(w)
	for n := range processes {
		if err := w.launch(n); err != nil {
			return w, end, err
		}
	}
	return w, end, w.procs[0].gw.Receive(ctx, subscriber)
}
