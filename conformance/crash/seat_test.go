package crash_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/edokit/edokit/conformance/mockoperator"
	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

// seat is a stand that many cells use, one after another: an operator, a home, and a plugin that goes on from one cell to
// the next until something ends it.
type seat struct {
	*stand    // its T is that of the whole grid
	kind      kindOfSeat
	orders    *orders
	temporary string // where its processes keep what they need for a while
	plugin    *plugin
	host      *hostProcess
	disk      string // folder of the small disk that the home is on, empty: an ordinary one
	spent     bool   // not fit for another cell
	began     bool
	cells     int
}

// kindOfSeat says which cells can share seats.
type kindOfSeat struct {
	way         string
	small, late bool
	one         bool // worker: a process that stands still holds nothing else
	postgres    bool
}

const (
	maxCells = 25          // cells that a seat serves: oracles look at all that ever happened there
	maxFree  = 2 * abreast // seats that wait for another cell: what runs there works on, and takes time from the others
)

// pool lends seats.
type pool struct {
	t    *testing.T
	mu   sync.Mutex
	free []*seat // those that have waited longest come first
	hits map[string]int
}

func newPool(t *testing.T) *pool {
	return &pool{t: t, hits: map[string]int{}}
}

// take gives a free seat or makes one.
func (p *pool) take(k kindOfSeat) *seat {
	p.mu.Lock()
	if i := slices.IndexFunc(p.free, func(s *seat) bool { return s.kind == k }); i >= 0 {
		s := p.free[i]
		p.free = slices.Delete(p.free, i, i+1)
		p.mu.Unlock()
		return s
	}
	p.mu.Unlock()
	return p.make(k)
}

func (p *pool) make(k kindOfSeat) *seat {
	scenario := wayOf(k.way).scenario
	if k.late {
		scenario.Visibility = mockoperator.Visibility{Delay: lease}
	}
	s := &seat{stand: setup(p.t, scenario), kind: k, orders: &orders{dir: p.t.TempDir()}, temporary: p.t.TempDir()}
	s.settings = append(s.settings, s.orders.env(), "TMPDIR="+s.temporary)
	s.settings = append(s.settings, wayOf(k.way).settings...)
	if k.late {
		s.settings = append(s.settings, "EDOKIT_VISIBILITY=3s")
	}
	if k.one {
		s.settings = append(s.settings, "EDOKIT_WORKERS=1")
	}
	if k.postgres {
		onPostgres(s.stand)
	}
	if k.small {
		s.disk = smallDisk(p.t)
		s.home = filepath.Join(s.disk, "home")
	}
	return s
}

// give takes a seat back. One that is spent, or one too many, is looked at once more and cleared away.
func (p *pool) give(s *seat) {
	if s.cells++; !s.spent && s.cells < maxCells {
		p.mu.Lock()
		p.free = append(p.free, s)
		s = nil
		if len(p.free) > maxFree {
			s = p.free[0]
			p.free = slices.Delete(p.free, 0, 1)
		}
		p.mu.Unlock()
	}
	if s != nil {
		p.clear(s)
	}
}

// clear ends what runs on a seat and counts what was reached there.
func (p *pool) clear(s *seat) {
	s.leave()
	s.silent()
	s.shut()
	if err := os.RemoveAll(s.home); err != nil {
		s.Error(err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for point, n := range s.orders.hits() {
		p.hits[point] += n
	}
}

// close clears all seats that are free.
func (p *pool) close() {
	for _, s := range p.free {
		p.clear(s) // one after another: each is searched for secrets as a whole
	}
	p.free = nil
}

// alive gives the plugin of the seat, launched if none runs.
func (s *seat) alive() (*plugin, error) {
	if s.plugin != nil && !s.plugin.Exited() {
		return s.plugin, nil
	}
	var err error
	s.plugin, err = s.tryLaunch()
	return s.plugin, err
}

// fell ends all plugins at once, those that stand still as well.
func (s *seat) fell() {
	for _, p := range s.plugins {
		if process, err := os.FindProcess(p.pid()); err == nil && !p.Exited() {
			_ = process.Kill() // it may be gone
		}
	}
}

// leave ends the plugin, and makes sure that nothing is left of any.
func (s *seat) leave() {
	for _, p := range s.plugins {
		pid := p.pid()
		p.holdsLittle()
		if err := p.Close(); err != nil {
			s.Error(err)
		}
		if err := syscall.Kill(pid, 0); err == nil && !zombieProcess(pid) {
			s.Errorf("process %d is still there", pid)
		}
	}
	s.plugin = nil
}

// lay makes room for a host in another process.
func (s *seat) lay(c *cell) {
	c.Helper()
	if s.plugin != nil {
		c.must(s.plugin.Close())
	}
	s.plugin, s.host = nil, &hostProcess{}
}

// hostEnv makes this test program a host of its own: see hostProcess.
const hostEnv = "EDOKIT_CRASH_HOST"

// orderOfHost is what a host in another process is to do.
type orderOfHost struct {
	Home     string
	Program  string
	Settings []string
	To       edo.Counterparty
	IDs      []string
	Texts    [][]byte
}

// hostProcess is a host that can be killed: this program once more. It writes a line for everything that it knows.
type hostProcess struct {
	mu      sync.Mutex
	process *os.Process
}

// send runs the host until it has done its work or is dead, and notes what it was told.
func (h *hostProcess) send(c *cell) {
	self, err := os.Executable()
	if err != nil {
		c.Error(err)
		return
	}
	c.newPackages(1 + c.dice.IntN(2))
	o := orderOfHost{Home: c.home, Program: program, Settings: c.settings, To: c.pkgs[0].To}
	for _, p := range c.pkgs {
		o.IDs, o.Texts = append(o.IDs, string(p.ID)), append(o.Texts, textOf(p))
	}
	text, err := json.Marshal(o)
	if err != nil {
		c.Error(err)
		return
	}
	cmd := exec.CommandContext(c.Context(), self)
	cmd.Env = append(os.Environ(), hostEnv+"="+string(text))
	cmd.Stderr, cmd.WaitDelay = os.Stderr, patience // a plugin that outlives it holds the pipe
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		c.Error(err)
		return
	}
	h.mu.Lock()
	h.process = cmd.Process
	h.mu.Unlock()
	for lines := bufio.NewScanner(out); lines.Scan(); {
		word, id, _ := strings.Cut(lines.Text(), " ")
		if word == "accepted" {
			c.accepted(edo.PackageID(id))
		}
	}
	_ = cmd.Wait() // it was killed
}

func (h *hostProcess) kill(c *cell) {
	c.Helper()
	h.mu.Lock()
	defer h.mu.Unlock()
	c.must(h.process.Kill())
}

func textOf(p edo.Package) []byte {
	r, err := p.Documents[0].Content.Open(context.Background())
	if err != nil {
		return nil
	}
	defer r.Close()
	b := make([]byte, p.Documents[0].Content.Size)
	_, _ = r.Read(b) // of memory
	return b
}

// beHost is the other process.
func beHost(text string) error {
	var o orderOfHost
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	program = o.Program
	s := &stand{home: o.Home, settings: o.Settings, theirs: mockoperator.Organisation{INN: o.To.INN, KPP: o.To.KPP, Name: o.To.Name}, heard: &heard{}}
	client, err := launchOf(ctx, s)
	if err != nil {
		return err
	}
	defer client.Close()
	var all sync.WaitGroup
	for i, id := range o.IDs {
		pkg := s.pack(id, o.Texts[i])
		pkg.Documents[0].Name = "письмо.txt"
		all.Go(func() {
			op, err := client.Send(ctx, pkg)
			if err != nil {
				return
			}
			fmt.Println("accepted " + id)
			for _, err := range client.Watch(ctx, op.Key, 0) { // until its end, or that of the plugin
				if err != nil {
					return
				}
			}
		})
	}
	all.Wait()
	after, err := client.Acknowledged(ctx, subscriber, consumer)
	for err == nil {
		var events []edo.Event
		if events, err = client.Deliver(ctx, subscriber, after, 500); err != nil || len(events) == 0 {
			return err
		}
		after = events[len(events)-1].Seq
		err = client.Acknowledge(ctx, subscriber, consumer, after)
	}
	return err
}

// latest asks for the newest row of the log.
func latest() directory.ExchangeFilter { return directory.ExchangeFilter{Limit: 1} }
